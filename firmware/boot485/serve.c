/*
 * Requests: Modbus function 100, which the protocol leaves to its users (application protocol V1.1b3, 5). After it an operation; an answer
 * repeats both, then a status, and what the operation gives. To any other function boot485 is busy: exception 6.
 */
#include <avr/pgmspace.h>
#include "../nodes/identity.h"
#include "boot485.h"

enum { FUNCTION = 100, BUSY = 6 };
enum { INFO = 1, DIGESTS, WRITE, ACTIVATE_STAGED, RUN_NOW, GO_BACK, PROVE, GIVE_KEY };
enum { OK, MALFORMED, NOT_NOW, NO_KEY, NO_IMAGE, WRONG_CLASS, FALSE_TAG };
#define MOST_DIGESTS 32

struct state state;
struct settings settings;
struct image running, staged;
static uint8_t wanted_tag[TAG_BYTES];

static uint8_t *end; /* of the answer */

static void put(uint8_t byte) { *end++ = byte; }

static void put_number(uint32_t number) {
  for (uint8_t n = 4; n; n--) {
    put(number >> 24);
    number <<= 8;
  }
}

static bool is_tag(const uint8_t *tag) {
  const uint8_t *right = end_mac();
  uint8_t differs = 0;
  for (uint8_t n = TAG_BYTES; n; n--) differs |= *right++ ^ *tag++;
  return !differs;
}

/* Over the staged image, for this node and for this time alone. */
bool is_authentic(void) {
  begin_mac('A');
  for (uint16_t n = 0; n < staged.length; n++) add(pgm_read_byte(SLOT_B * PAGE + n));
  return is_tag(wanted_tag);
}

static uint8_t say_info(void) {
  put(PROTOCOL);
  put_number(state.report);
  put(has_key());
  put(SLOT_PAGES);
  put_number(settings.serial_number);
  if (running.length)
    for (uint8_t n = 0; n < sizeof(struct identity); n++) put(pgm_read_byte(running.at + n));
  return OK;
}

static uint8_t take_activation(const uint8_t *tag) {
  if (!has_key()) return NO_KEY;
  find_image(SLOT_B, &staged);
  if (!staged.length) return NO_IMAGE;
  if (running.length && running.hardware_class != staged.hardware_class) return WRONG_CLASS;
  for (uint8_t n = 0; n < TAG_BYTES; n++) wanted_tag[n] = tag[n];
  return OK;
}

/* The first key comes as it is. Later ones are under the one before: masked by it, and with its tag. */
static uint8_t take_key(uint8_t *key) {
  if (has_key()) {
    begin_mac('K');
    for (uint8_t n = 0; n < KEY_BYTES; n++) add(key[n]);
    if (!is_tag(key + KEY_BYTES)) return FALSE_TAG;
    begin_mac('M');
    const uint8_t *mask = end_mac();
    for (uint8_t n = 0; n < KEY_BYTES; n++) key[n] ^= *mask++;
    state.counter++;
    write_state(&state);
  }
  write_key(key); /* whoever gave it has it proved */
  return OK;
}

static uint8_t obey(uint8_t size, enum order *order) {
  static const uint8_t sizes[] PROGMEM = {[INFO] = 0, [DIGESTS] = 3, [WRITE] = 1 + PAGE, [ACTIVATE_STAGED] = TAG_BYTES,
                                          [RUN_NOW] = 0, [GO_BACK] = 0, [PROVE] = 8, [GIVE_KEY] = KEY_BYTES + TAG_BYTES};
  uint8_t operation = frame[2], *given = frame + 3, status = OK;
  if (operation > GIVE_KEY || size != pgm_read_byte(&sizes[operation])) return MALFORMED;
  switch (operation) {
    case INFO: return say_info();
    case DIGESTS: {
      uint8_t page = given[1], count = given[2];
      if (count > MOST_DIGESTS || page > SLOT_PAGES || count > SLOT_PAGES - page) return MALFORMED;
      if (given[0]) page += SLOT_B;
      for (; count; count--) put_number(crc_of_page(page++));
      break;
    }
    case WRITE: {
      uint8_t page = SLOT_B + given[0];
      if (given[0] >= SLOT_PAGES) return MALFORMED;
      if (state.phase != IDLE) return NOT_NOW; /* the other slot is what a trial falls back to */
      write_page(page, given + 1);
      put_number(crc_of_page(page));
      break;
    }
    case ACTIVATE_STAGED:
      if (state.phase != IDLE) return NOT_NOW;
      status = take_activation(given);
      if (status == OK) *order = ACTIVATE;
      break;
    case RUN_NOW:
      if (!running.length) return NO_IMAGE;
      *order = RUN;
      break;
    case GO_BACK:
      if (state.phase != TRIAL) return NOT_NOW;
      *order = REVERT;
      break;
    case PROVE:
      if (!has_key()) return NO_KEY;
      begin_mac('P');
      for (uint8_t n = 0; n < 8; n++) add(given[n]);
      const uint8_t *tag = end_mac();
      for (uint8_t n = 0; n < TAG_BYTES; n++) put(*tag++);
      break;
    case GIVE_KEY: return take_key(given);
    default: return MALFORMED;
  }
  return status;
}

enum order serve(uint8_t length) {
  enum order order = NO_ORDER;
  if (frame[0] != settings.address) return order;
  if (frame[1] != FUNCTION || length < 3) {
    frame[1] |= 0x80;
    frame[2] = BUSY;
    send(3);
    return order;
  }
  ticks = 0;
  end = frame + 4;
  frame[3] = obey(length - 3, &order);
  send(frame[3] == OK ? end - frame : 4);
  return order;
}
