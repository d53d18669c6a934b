/** CRC-8 with the polynomial 31, high bit first: what Sensirion and Measurement Specialties send behind each word. */
export function crc8(bytes: Iterable<number>, seed: number): number {
  let crc = seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
  }
  return crc;
}

/** The same polynomial, low bit first, from 0: Dallas OneWire. A code or scratchpad with its CRC behind comes to 0. */
export function oneWireCrc(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
  }
  return crc;
}
