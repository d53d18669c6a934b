/* Settings: from EEPROM or from the factory, and back into EEPROM. settings.h says how they are kept there. */
#include <avr/eeprom.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>
#include <string.h>
#include "node.h"

#define FACTORY_CALIBRATION(quantity, unit, input, code1, value1, code2, value2, low, high) {code1, value1, code2, value2},
static const struct settings factory PROGMEM = {
    .address = FACTORY_ADDRESS,
    .speed = 192,
    .parity = 2,
    .serial_number = NO_SERIAL,
    .calibration = {CHANNELS(FACTORY_CALIBRATION)},
    .lamp_current = 50,
};

struct settings settings;
static uint8_t current, sequence;

static uint16_t crc_of(const struct copy *copy) {
  uint16_t crc = 0xFFFF;
  for (uint8_t n = 0; n < sizeof *copy - sizeof copy->crc; n++) crc = crc16(crc, ((const uint8_t *)copy)[n]);
  return crc;
}

static bool read_copy(uint8_t n, struct copy *copy) {
  eeprom_read_block(copy, COPY(n), sizeof *copy);
  return crc_of(copy) == copy->crc;
}

/* As in a chip that has never been written: its other copy comes with the second change. */
static bool is_blank(const struct copy *copy) {
  for (uint8_t n = 0; n < sizeof *copy; n++)
    if (((const uint8_t *)copy)[n] != 0xFF) return false;
  return true;
}

uint8_t load_settings(void) {
  struct copy a, b;
  bool a_whole = read_copy(0, &a), b_whole = read_copy(1, &b);
  if (!a_whole && !b_whole) {
    memcpy_P(&settings, &factory, sizeof settings);
    return STATUS_SETTINGS_LOST;
  }
  current = b_whole && (!a_whole || (int8_t)(b.sequence - a.sequence) > 0);
  const struct copy *newest = current ? &b : &a;
  sequence = newest->sequence;
  settings = newest->settings;
  return (a_whole && b_whole) || is_blank(current ? &a : &b) ? 0 : STATUS_COPY_LOST;
}

/* Gives false when what was written does not read back; then the older copy still counts. */
bool save_settings(const struct settings *wanted) {
  struct copy copy = {.sequence = sequence + 1, .settings = *wanted};
  copy.crc = crc_of(&copy);
  for (uint8_t n = 0; n < sizeof copy; n++) {
    wdt_reset();
    eeprom_update_byte(COPY(!current) + n, ((const uint8_t *)&copy)[n]);
  }
  if (!read_copy(!current, &copy)) return false;
  current = !current;
  sequence++;
  settings = *wanted;
  status &= ~(STATUS_SETTINGS_LOST | STATUS_COPY_LOST);
  return true;
}
