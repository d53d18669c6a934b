/** Silence between frames above 19,200 baud, whatever the rate (Modbus over serial line V1.02, 2.5.1.1). */
const leastSilenceMs = 1.75;
const silenceCharacters = 3.5;

/** ms that one character takes on a serial line: start, 8 data, parity or second stop bit, stop. */
export function msPerByteAt(baud: number): number {
  return 11_000 / baud;
}

/**
 * T3.5, the silence that separates frames: 3.5 characters of 11 bits, 1.75 ms above 19,200 baud (V1.02, 2.5.1.1). Kept before every
 * request, whatever its protocol: a Modbus instrument on the same line knows by it where the frames of the others end.
 */
export function silenceMs(baud: number): number {
  return baud > 19_200 ? leastSilenceMs : silenceCharacters * msPerByteAt(baud);
}
