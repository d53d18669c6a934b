/*
 * What is in EEPROM, twice: a copy is sequence (1), settings, CRC-16, at COPY(0) and COPY(1). The newer whole copy counts; the other is the
 * one that is written, so that a power cut leaves the older. boot485 in the field reads this as it is here: use `spare` to add to it.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/* A straight line through two points of a channel. */
struct calibration {
  uint16_t code1;
  int16_t value1;
  uint16_t code2;
  int16_t value2;
};

struct settings {
  uint8_t address;
  uint8_t parity;
  uint16_t speed;
  uint32_t serial_number;
  struct calibration calibration[4];
  uint16_t lamp_current;
  uint8_t relay_at_start;
  uint8_t spare[5];
};
extern struct settings settings;

struct copy {
  uint8_t sequence;
  struct settings settings;
  uint16_t crc;
};
#define COPY(n) ((uint8_t *)((n) * 64))
_Static_assert(sizeof(struct copy) == 51, "boot485 in the field knows copies of 51 bytes");

/* crc16.c: CRC-16 of Modbus (over serial line V1.02, appendix B); begins with 0xFFFF, and over a record and its CRC it is 0. */
uint16_t crc16(uint16_t crc, uint8_t byte);

#endif
