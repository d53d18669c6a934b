/* What a host says, byte by byte, and what it is answered. What is no message is passed over. */
#include <avr/pgmspace.h>
#include "board.h"

static uint8_t command, length, data[80]; /* 80: an I2C write of 32 bytes, as pairs */
static bool spoilt;

static const char NO_SUCH_MODE[] PROGMEM = "This pin does not have that mode";
static const char TOO_LONG[] PROGMEM = "This message is too long";

void say_version(void) {
  put(VERSION);
  put(FIRMATA_MAJOR);
  put(FIRMATA_MINOR);
}

void say_firmware(void) {
  static const char name[] PROGMEM = SKETCH;
  put(START_SYSEX);
  put(FIRMWARE);
  put(pgm_read_byte(&identity.major));
  put(pgm_read_byte(&identity.minor));
  for (uint8_t n = 0; n < sizeof name - 1; n++) put_pair(pgm_read_byte(&name[n]));
  put(END_SYSEX);
}

static void say_capabilities(void) {
  static const uint8_t all[][2] PROGMEM = {{INPUT, 1}, {PULL_UP, 1}, {OUTPUT, 1}, {ANALOG_INPUT, 10}, {PWM, 8}, {I2C, 1}};
  put(START_SYSEX);
  put(CAPABILITY_RESPONSE);
  for (uint8_t pin = 0; pin < PINS; pin++) {
    for (uint8_t n = 0; n < sizeof all / sizeof *all; n++) {
      uint8_t mode = pgm_read_byte(&all[n][0]);
      if (!can(pin, mode)) continue;
      put(mode);
      put(pgm_read_byte(&all[n][1]));
    }
    put(0x7F);
  }
  put(END_SYSEX);
}

static void say_mapping(void) {
  put(START_SYSEX);
  put(ANALOG_MAPPING_RESPONSE);
  for (uint8_t pin = 0; pin < PINS; pin++) put(pin < FIRST_ANALOG ? 0x7F : pin - FIRST_ANALOG);
  put(END_SYSEX);
}

/* A pin that is none is answered without a mode, so that nobody waits. */
static void say_state(uint8_t pin) {
  put(START_SYSEX);
  put(PIN_STATE_RESPONSE);
  put(pin);
  if (mode_of(pin) != NO_MODE) {
    put(mode_of(pin));
    put_pair(state_of(pin));
  }
  put(END_SYSEX);
}

static void obey_sysex(void) {
  if (length == 0) return;
  const uint8_t *rest = data + 1;
  uint8_t count = length - 1;
  switch (data[0]) {
    case FIRMWARE: return say_firmware();
    case CAPABILITY_QUERY: return say_capabilities();
    case ANALOG_MAPPING_QUERY: return say_mapping();
    case PIN_STATE_QUERY: return count < 1 ? (void)0 : say_state(rest[0]);
    case EXTENDED_ANALOG: return count < 2 ? (void)0 : set_pwm(rest[0], rest[1] | (count > 2 ? rest[2] << 7 : 0));
    case SAMPLING_INTERVAL: return count < 2 ? (void)0 : set_sampling(rest[0] | rest[1] << 7);
    case I2C_CONFIG: return start_i2c(rest, count);
    case I2C_REQUEST: return request_i2c(rest, count);
  }
}

static void obey(uint8_t first, uint8_t second) {
  uint16_t value = first | second << 7;
  switch (command < START_SYSEX ? command & 0xF0 : command) {
    case DIGITAL: return set_port(command & 0xF, value);
    case ANALOG: return set_pwm(command & 0xF, value);
    case SET_PIN: return set_pin(first, second);
    case SET_PIN_MODE:
      if (!set_mode(first, second)) put_text(NO_SUCH_MODE);
  }
}

static uint8_t bytes_of(uint8_t of) {
  switch (of < START_SYSEX ? of & 0xF0 : of) {
    case REPORT_ANALOG:
    case REPORT_DIGITAL: return 1;
    case DIGITAL:
    case ANALOG:
    case SET_PIN:
    case SET_PIN_MODE: return 2;
    default: return 0;
  }
}

static void begin(uint8_t byte) {
  if (byte == END_SYSEX && command == START_SYSEX) {
    if (spoilt) put_text(TOO_LONG);
    else obey_sysex();
  }
  if (byte == VERSION) say_version();
  if (byte == RESET) {
    reset_i2c();
    reset_pins();
    reset_analog();
  }
  command = byte == START_SYSEX || bytes_of(byte) ? byte : 0;
  length = 0;
  spoilt = false;
}

void hear(uint8_t byte) {
  if (byte & 0x80) return begin(byte);
  if (!command) return;
  if (command == START_SYSEX && length == sizeof data) {
    spoilt = true;
    return;
  }
  data[length++] = byte;
  if (command == START_SYSEX || length < bytes_of(command)) return;
  if ((command & 0xF0) == REPORT_ANALOG) report_channel(command & 0xF, data[0]);
  else if ((command & 0xF0) == REPORT_DIGITAL) report_port(command & 0xF, data[0]);
  else obey(data[0], data[1]);
  command = 0;
}
