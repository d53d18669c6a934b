/* Registers, as registers.h has them. */
#include <avr/io.h>
#include <avr/pgmspace.h>
#include "loader.h"
#include "node.h"

enum { ILLEGAL_ADDRESS = 2, ILLEGAL_VALUE = 3, DEVICE_FAILURE = 4 };

/* The offset of `at` in a range of registers; large when it is not in it. */
#define IN_RANGE(at, name) ((uint16_t)((at) - name) < name##_words)
#define HALF(at, name, value) ((at) == name ? (value) >> 16 : (value) & 0xFFFF)

uint8_t status, reset_cause;
uint16_t restarting;

#ifdef LAMP
#define RELAY_PIN PD7
static bool relay(void) { return PORTD & _BV(RELAY_PIN); }
static void set_relay(bool closed) { PORTD = closed ? PORTD | _BV(RELAY_PIN) : PORTD & ~_BV(RELAY_PIN); }
static uint16_t lamp_fault(void) {
  bool burns = values[0] > 0 && (uint16_t)values[0] > settings.lamp_current;
  return burns == relay() ? 0 : burns ? 2 : 1;
}
#endif

uint8_t read_input(uint16_t at, uint16_t *word) {
  if (IN_RANGE(at, IN_values) && at - IN_values < CHANNEL_COUNT) return *word = values[at - IN_values], 0;
  if (IN_RANGE(at, IN_codes) && at - IN_codes < CHANNEL_COUNT) return *word = codes[at - IN_codes], 0;
  if (IN_RANGE(at, IN_uptime)) return *word = HALF(at, IN_uptime, uptime()), 0;
  if (IN_RANGE(at, IN_serial_number)) return *word = HALF(at, IN_serial_number, settings.serial_number), 0;
  if (IN_RANGE(at, IN_update)) {
    uint32_t report = loader_version() ? loader_report() : 0;
    return *word = HALF(at, IN_update, report), 0;
  }
  if (IN_RANGE(at, IN_model)) {
    const char *text = identity.model + 2 * (at - IN_model);
    return *word = (uint16_t)pgm_read_byte(text) << 8 | pgm_read_byte(text + 1), 0;
  }
  switch (at) {
    case IN_status: *word = status | (settings.serial_number == NO_SERIAL ? STATUS_NO_SERIAL : 0); break;
    case IN_supply: *word = supply; break;
#ifdef LAMP
    case IN_lamp_fault: *word = lamp_fault(); break;
#endif
    case IN_frames: *word = frames; break;
    case IN_damaged: *word = damaged(); break;
    case IN_answers: *word = answers; break;
    case IN_reset_cause: *word = reset_cause; break;
    case IN_mark: *word = MARK; break;
    case IN_hardware_class: *word = pgm_read_word(&identity.hardware_class); break;
    case IN_hardware_revision: *word = pgm_read_word(&identity.hardware_revision); break;
    case IN_version: *word = (uint16_t)pgm_read_byte(&identity.major) << 8 | pgm_read_byte(&identity.minor); break;
    case IN_version + 1: *word = pgm_read_word(&identity.patch); break;
    case IN_map_version: *word = MAP_VERSION; break;
    case IN_loader: *word = loader_version(); break;
    default: return ILLEGAL_ADDRESS;
  }
  return 0;
}

/* Where a word of the calibration stands; a null pointer outside. */
static uint16_t *calibration_word(struct settings *in, uint16_t at) {
  uint16_t offset = at - HOLD_calibration;
  return offset < 4 * CHANNEL_COUNT ? (uint16_t *)in->calibration + offset : 0;
}

uint8_t read_holding(uint16_t at, uint16_t *word) {
  const uint16_t *calibration = calibration_word(&settings, at);
  if (calibration) return *word = *calibration, 0;
  if (IN_RANGE(at, HOLD_serial_number)) return *word = HALF(at, HOLD_serial_number, settings.serial_number), 0;
  switch (at) {
    case HOLD_address: *word = settings.address; break;
    case HOLD_speed: *word = settings.speed; break;
    case HOLD_parity: *word = settings.parity; break;
    case HOLD_command: *word = 0; break;
#ifdef LAMP
    case HOLD_relay: *word = relay(); break;
    case HOLD_relay_at_start: *word = settings.relay_at_start; break;
    case HOLD_lamp_current: *word = settings.lamp_current; break;
#endif
    default: return ILLEGAL_ADDRESS;
  }
  return 0;
}

bool is_address(uint16_t word) { return word >= 1 && word <= 247; }

static bool is_speed(uint16_t word) {
  static const uint16_t speeds[] PROGMEM = {24, 48, 96, 192, 384, 576, 1152};
  for (uint8_t n = 0; n < sizeof speeds / sizeof *speeds; n++)
    if (pgm_read_word(&speeds[n]) == word) return true;
  return false;
}

/* One word into the draft. A broadcast reaches everybody: it sets no address and no calibration. */
static uint8_t draft_word(struct settings *draft, uint16_t at, uint16_t word, bool broadcast) {
  uint16_t *calibration = calibration_word(draft, at);
  if (calibration) return broadcast ? ILLEGAL_VALUE : (*calibration = word, 0);
  if (IN_RANGE(at, HOLD_serial_number)) return ILLEGAL_VALUE; /* only whole */
  switch (at) {
    case HOLD_address:
      if (!is_address(word) || broadcast) return ILLEGAL_VALUE;
      draft->address = word;
      break;
    case HOLD_speed:
      if (!is_speed(word)) return ILLEGAL_VALUE;
      draft->speed = word;
      break;
    case HOLD_parity:
      if (word > 2) return ILLEGAL_VALUE;
      draft->parity = word;
      break;
    case HOLD_command:
      if (word != RESTART && (word != ENTER_LOADER || broadcast || !loader_version())) return ILLEGAL_VALUE;
      break;
#ifdef LAMP
    case HOLD_relay:
      if (word > 1) return ILLEGAL_VALUE;
      break;
    case HOLD_relay_at_start:
      if (word > 1) return ILLEGAL_VALUE;
      draft->relay_at_start = word;
      break;
    case HOLD_lamp_current: draft->lamp_current = word; break;
#endif
    default: return ILLEGAL_ADDRESS;
  }
  return 0;
}

static uint16_t word_at(const uint8_t *words, uint8_t n) { return (uint16_t)words[2 * n] << 8 | words[2 * n + 1]; }

uint32_t number_at(const uint8_t *words) { return (uint32_t)word_at(words, 0) << 16 | word_at(words, 1); }

/* Nothing is changed unless all of it may be. */
uint8_t write_holding(uint16_t at, uint8_t count, const uint8_t *words, bool broadcast) {
  struct settings draft = settings;
  if (at == HOLD_serial_number && count == HOLD_serial_number_words) {
    if (settings.serial_number != NO_SERIAL || broadcast) return ILLEGAL_VALUE;
    draft.serial_number = number_at(words);
  } else {
    for (uint8_t n = 0; n < count; n++) {
      uint8_t fault = draft_word(&draft, at + n, word_at(words, n), broadcast);
      if (fault) return fault;
    }
    for (uint8_t n = 0; n < CHANNEL_COUNT; n++)
      if (draft.calibration[n].code1 == draft.calibration[n].code2) return ILLEGAL_VALUE;
  }
  const uint8_t *was = (const uint8_t *)&settings, *now = (const uint8_t *)&draft;
  bool same = true;
  for (uint8_t n = 0; n < sizeof draft; n++) same = same && was[n] == now[n];
  if (!same && !save_settings(&draft)) return DEVICE_FAILURE;
  for (uint8_t n = 0; n < count; n++) {
    if (at + n == HOLD_command) restarting = word_at(words, n);
#ifdef LAMP
    if (at + n == HOLD_relay) set_relay(word_at(words, n));
#endif
  }
  return 0;
}
