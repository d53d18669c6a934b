/* Modbus requests: functions 3, 4, 6 and 16 (Modbus application protocol V1.1b3, 6.3, 6.4, 6.6, 6.12). */
#include <string.h>
#include "node.h"

enum { READ_HOLDING = 3, READ_INPUT = 4, WRITE_ONE = 6, WRITE_MANY = 16, BY_SERIAL = 65 };
enum { ILLEGAL_FUNCTION = 1, ILLEGAL_VALUE = 3 };

static uint16_t word_at(const uint8_t *bytes) { return (uint16_t)bytes[0] << 8 | bytes[1]; }

static uint8_t read_words(uint8_t *frame, uint8_t *size) {
  uint16_t at = word_at(frame + 2), count = word_at(frame + 4);
  if (count < 1 || count > 125) return ILLEGAL_VALUE;
  uint8_t (*read)(uint16_t, uint16_t *) = frame[1] == READ_INPUT ? read_input : read_holding;
  for (uint8_t n = 0; n < count; n++) {
    uint16_t word;
    uint8_t fault = read(at + n, &word);
    if (fault) return fault;
    frame[3 + 2 * n] = word >> 8;
    frame[4 + 2 * n] = word & 0xFF;
  }
  frame[2] = 2 * count;
  *size = 3 + 2 * count;
  return 0;
}

static uint8_t obey(uint8_t *frame, uint8_t length, uint8_t *size, bool broadcast) {
  *size = 6;
  switch (frame[1]) {
    case READ_HOLDING:
    case READ_INPUT: return length != 6 ? ILLEGAL_VALUE : read_words(frame, size);
    case WRITE_ONE: return length != 6 ? ILLEGAL_VALUE : write_holding(word_at(frame + 2), 1, frame + 4, broadcast);
    case WRITE_MANY: {
      uint16_t count = length < 7 ? 0 : word_at(frame + 4);
      if (count < 1 || count > 123 || frame[6] != 2 * count || length != 7 + 2 * count) return ILLEGAL_VALUE;
      return write_holding(word_at(frame + 2), count, frame + 7, broadcast);
    }
    default: return ILLEGAL_FUNCTION;
  }
}

/*
 * True for the echo of a write that this node has just echoed itself: another node with the same address was slower. Answered, it would
 * be answered in turn, for ever.
 */
static bool is_echo(const uint8_t *frame) {
  static uint8_t last[4];
  static uint32_t at;
  if (ticks() - at < 150UL * TICKS_PER_MS && memcmp(last, frame + 2, sizeof last) == 0) return true;
  memcpy(last, frame + 2, sizeof last);
  at = ticks();
  return false;
}

/* A frame to somebody else, or an answer that somebody else gives, has another address: only its first byte is looked at. */
uint8_t answer(uint8_t *frame, uint8_t length) {
  bool broadcast = frame[0] == 0;
  if (!broadcast && frame[0] != settings.address) return 0;
  if (frame[1] & 0x80) return 0; /* the refusal of another node with this address */
  if (broadcast && frame[1] == BY_SERIAL) return answer_by_serial(frame, length);
  if (broadcast && frame[1] != WRITE_ONE && frame[1] != WRITE_MANY) return 0;
  uint8_t size;
  uint8_t fault = obey(frame, length, &size, broadcast);
  if (broadcast || (frame[1] == WRITE_ONE && !fault && is_echo(frame))) return 0;
  if (!fault) return size;
  frame[1] |= 0x80;
  frame[2] = fault;
  return 3;
}
