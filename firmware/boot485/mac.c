/*
 * Chaskey-12 (N. Mouha and others, SAC 2014; ISO/IEC 29192-6), and the node's key: in EEPROM, twice, each copy with a CRC-16. The first copy
 * counts as soon as it is whole, the second while it is not.
 */
#include <avr/wdt.h>
#include "boot485.h"

struct key {
  uint8_t bytes[KEY_BYTES];
  uint16_t crc;
};

static bool read_key(struct key *key) { return load(key, KEYS, sizeof *key) || load(key, KEYS + 32, sizeof *key); }

bool has_key(void) {
  struct key key;
  return read_key(&key);
}

void write_key(const uint8_t *bytes) {
  struct key key;
  for (uint8_t n = 0; n < KEY_BYTES; n++) key.bytes[n] = *bytes++;
  store(KEYS, &key, sizeof key);
  store(KEYS + 32, &key, sizeof key);
}

static union {
  uint8_t bytes[16];
  uint32_t words[4];
} now;
static uint8_t filled;

static __attribute__((noinline)) uint32_t turn(uint32_t word, uint8_t left) {
  for (; left >= 8; left -= 8) word = word << 8 | word >> 24;
  for (; left; left--) word = word << 1 | word >> 31;
  return word;
}

static void mix(uint32_t *one, uint32_t *other, uint8_t left) {
  *one += *other;
  *other = turn(*other, left) ^ *one;
}

static void permute(void) {
  uint32_t *v = now.words;
  for (uint8_t round = 0; round < 12; round++) {
    mix(&v[0], &v[1], 5);
    v[0] = turn(v[0], 16);
    mix(&v[2], &v[3], 8);
    mix(&v[0], &v[3], 13);
    mix(&v[2], &v[1], 7);
    v[2] = turn(v[2], 16);
  }
  wdt_reset();
}

static void begin(void) {
  struct key key;
  read_key(&key);
  for (uint8_t n = 0; n < 16; n++) now.bytes[n] = key.bytes[n];
  filled = 0;
}

void add(uint8_t byte) {
  if (filled == 16) {
    permute();
    filled = 0;
  }
  now.bytes[filled++] ^= byte;
}

void begin_mac(uint8_t purpose) {
  begin();
  add(purpose);
  for (uint8_t n = 4; n--;) add(settings.serial_number >> (8 * n));
  add(state.counter >> 8);
  add(state.counter);
}

/* A message that fills its last block is closed with twice the key, another one, padded, with four times the key (in the field of 2^128). */
const uint8_t *end_mac(void) {
  struct key key;
  read_key(&key);
  uint8_t doublings = 1;
  if (filled < 16) {
    now.bytes[filled] ^= 1;
    doublings = 2;
  }
  for (; doublings; doublings--) {
    uint8_t carry = key.bytes[15] & 0x80 ? 0x87 : 0;
    for (uint8_t n = 15; n; n--) key.bytes[n] = key.bytes[n] << 1 | key.bytes[n - 1] >> 7;
    key.bytes[0] = key.bytes[0] << 1 ^ carry;
  }
  for (uint8_t n = 0; n < 16; n++) now.bytes[n] ^= key.bytes[n];
  permute();
  for (uint8_t n = 0; n < 16; n++) now.bytes[n] ^= key.bytes[n];
  return now.bytes;
}
