/*
 * A Weir node that speaks Firmata 2.5 (github.com/firmata/protocol) on the USB port of an ATmega328P board, for johnny-five and any other
 * Firmata host: what its parts know of each other. See firmware/README.md.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define HARDWARE_CLASS 6
#define HARDWARE_REVISION 1
#define MODEL "WEIR-FIRMATA"
/* What a host is told: the sketch's name, and the Firmata that it speaks; PATCH is the image's own. */
#define SKETCH "WeirFirmata"
#define FIRMATA_MAJOR 2
#define FIRMATA_MINOR 5
#define PATCH 0

/* What this image is, found in it by its mark: wire/firmware/identity.ts. */
struct identity {
  char mark[8]; /* WEIRNODE */
  uint16_t hardware_class, hardware_revision;
  uint8_t major, minor;
  uint16_t patch;
  char model[16];
};
extern const struct identity identity;

/* Messages, as sent. */
enum {
  DIGITAL = 0x90, REPORT_ANALOG = 0xC0, REPORT_DIGITAL = 0xD0, ANALOG = 0xE0,
  START_SYSEX = 0xF0, SET_PIN_MODE = 0xF4, SET_PIN = 0xF5, END_SYSEX = 0xF7, VERSION = 0xF9, RESET = 0xFF,
  ANALOG_MAPPING_QUERY = 0x69, ANALOG_MAPPING_RESPONSE = 0x6A, CAPABILITY_QUERY = 0x6B, CAPABILITY_RESPONSE = 0x6C,
  PIN_STATE_QUERY = 0x6D, PIN_STATE_RESPONSE = 0x6E, EXTENDED_ANALOG = 0x6F, TEXT = 0x71, I2C_REQUEST = 0x76, I2C_REPLY = 0x77,
  I2C_CONFIG = 0x78, FIRMWARE = 0x79, SAMPLING_INTERVAL = 0x7A,
};
enum { INPUT = 0, OUTPUT = 1, ANALOG_INPUT = 2, PWM = 3, I2C = 6, PULL_UP = 11, NO_MODE = 0x7F };

/* Pins by Uno numbers: 2 to 13, and 14 to 19, which are A0 to A5. 0 and 1 are the serial port. */
enum { PINS = 20, FIRST_PIN = 2, FIRST_ANALOG = 14, CHANNELS = 6, PORTS = 3, SDA = 18, SCL = 19 };

/* serial.c: 57600 bit/s, 8N1. Writing waits for room. */
void start_serial(void);
bool serial_has(void);
uint8_t serial_take(void);
void put(uint8_t byte);
void put_pair(uint16_t value); /* 14 bits as two times 7, low ones first */
void put_text(const char *text_in_flash);

/* pins.c */
void reset_pins(void);
bool can(uint8_t pin, uint8_t mode);
bool set_mode(uint8_t pin, uint8_t mode);
void set_pin(uint8_t pin, bool high);
void set_port(uint8_t port, uint8_t levels);
void set_pwm(uint8_t pin, uint16_t value);
uint8_t mode_of(uint8_t pin);
uint16_t state_of(uint8_t pin);
void report_port(uint8_t port, bool on); /* reports it at once, and from then on when it changes */
void report_changes(void);

/* analog.c */
void reset_analog(void);
void report_channel(uint8_t channel, bool on);
void set_sampling(uint16_t ms);
bool sample(uint16_t now); /* reports what is due; true when a period has passed */

/* i2c.c */
void reset_i2c(void);
void start_i2c(const uint8_t *data, uint8_t length);
void request_i2c(const uint8_t *data, uint8_t length);
void repeat_i2c(void); /* what is asked for again and again, once a sampling period */

/* host.c */
void hear(uint8_t byte);
void say_version(void);
void say_firmware(void);

/* main.c: ms since the start, around after a minute */
uint16_t now_ms(void);

#endif
