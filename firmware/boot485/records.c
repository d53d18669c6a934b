#include <avr/eeprom.h>
#include <avr/wdt.h>
#include "boot485.h"

bool load(void *record, uint16_t at, uint8_t size) {
  uint16_t crc = 0xFFFF;
  for (uint8_t *byte = record; size; size--) crc = crc16(crc, *byte++ = eeprom_read_byte((const uint8_t *)at++));
  return !crc;
}

void store(uint16_t at, void *record, uint8_t size) {
  uint16_t crc = 0xFFFF;
  for (uint8_t *byte = record; size; size--) {
    if (size == 2) *(uint16_t *)byte = crc;
    crc = crc16(crc, *byte);
    eeprom_update_byte((uint8_t *)at++, *byte++);
    wdt_reset();
  }
  eeprom_busy_wait(); /* no SPM while a byte is being written (datasheet 26.2) */
}
