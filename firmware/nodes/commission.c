/*
 * Nodes are found and given their addresses by serial number, whatever address they have: a private function of Modbus at the broadcast
 * address, which other instruments pass over (docs/decisions/0012-commissioning-by-serial.md).
 *
 * Request: 0, 65, 'W', 'E', what, then
 *   FIND    mask, value   every node whose serial number has these bits answers, unless it is muted
 *   MUTE    serial        the node answers, and no FIND any more until UNMUTE or a reset
 *   UNMUTE                to all; not answered
 *   CLAIM   serial, address (1 byte)   the node takes the address, keeps it in EEPROM, and answers
 * Answer: 0, 65, 'W', 'E', what | 0x80, serial number, address, hardware class, moment (timer 1: no two nodes have the same, so that
 * the answers of two with one serial number collide as well)
 */
#include "node.h"

enum { FIND = 1, MUTE = 2, UNMUTE = 3, CLAIM = 4, ANSWER = 0x80 };

static bool muted;

static bool obey(uint8_t what, const uint8_t *words, uint8_t length) {
  if (what == FIND)
    return length == 8 && !muted && ((settings.serial_number ^ number_at(words + 4)) & number_at(words)) == 0;
  if (what == UNMUTE) muted = false;
  if (length < 4 || number_at(words) != settings.serial_number) return false;
  if (what == MUTE && length == 4) return muted = true;
  if (what != CLAIM || length != 5 || !is_address(words[4]) || settings.serial_number == NO_SERIAL) return false;
  struct settings draft = settings;
  draft.address = words[4];
  if (draft.address != settings.address) save_settings(&draft); /* the answer tells which address it is now */
  return true;
}

static uint8_t *put(uint8_t *at, uint32_t number, uint8_t bytes) {
  while (bytes--) *at++ = number >> 8 * bytes;
  return at;
}

uint8_t answer_by_serial(uint8_t *frame, uint8_t length) {
  if (length < 5 || frame[2] != 'W' || frame[3] != 'E' || !obey(frame[4], frame + 5, length - 5)) return 0;
  frame[4] |= ANSWER;
  uint8_t *at = put(frame + 5, settings.serial_number, 4);
  at = put(at, settings.address, 1);
  at = put(at, HARDWARE_CLASS, 2);
  return put(at, ticks(), 2) - frame;
}
