/*
 * Digital pins and PWM. All are inputs after a start, so that no relay closes by itself; a host says what is to be an output, or writes a
 * pin high that it never gave a mode (hosts that know StandardFirmata's start take that for granted). PWM runs at 977 Hz: timers 0 (pins
 * 5, 6), 1 (9, 10) and 2 (3, 11), eight bits each.
 */
#include <avr/io.h>
#include <avr/pgmspace.h>
#include "board.h"

static uint8_t modes[PINS], values[PINS];
static uint32_t given; /* pins that a host has given a mode, a bit each */
static uint8_t reported[PORTS], told[PORTS]; /* by port of Firmata: eight pins each */

static volatile uint8_t *const ports[] = {&PORTD, &PORTB, &PORTC};
static uint8_t chip_port(uint8_t pin) { return pin < 8 ? 0 : pin < FIRST_ANALOG ? 1 : 2; }
static uint8_t bit_of(uint8_t pin) { return 1 << (pin < 8 ? pin : pin < FIRST_ANALOG ? pin - 8 : pin - FIRST_ANALOG); }

static void write_bit(volatile uint8_t *port, uint8_t bit, bool high) { *port = high ? *port | bit : *port & ~bit; }
static void drive(uint8_t pin, bool high) { write_bit(ports[chip_port(pin)], bit_of(pin), high); }
/* PORTx is followed by nothing, DDRx stands before it, PINx before that. */
static void set_direction(uint8_t pin, bool out) { write_bit(ports[chip_port(pin)] - 1, bit_of(pin), out); }
static bool level(uint8_t pin) { return *(ports[chip_port(pin)] - 2) & bit_of(pin); }

static bool has_pwm(uint8_t pin) { return pin == 3 || pin == 5 || pin == 6 || (pin >= 9 && pin <= 11); }

bool can(uint8_t pin, uint8_t mode) {
  if (pin < FIRST_PIN || pin >= PINS) return false;
  switch (mode) {
    case INPUT:
    case OUTPUT:
    case PULL_UP: return true;
    case ANALOG_INPUT: return pin >= FIRST_ANALOG;
    case PWM: return has_pwm(pin);
    case I2C: return pin == SDA || pin == SCL;
    default: return false;
  }
}

/* Connects the pin to its timer, or takes it off. */
static void connect(uint8_t pin, bool on, uint8_t duty) {
  switch (pin) {
    case 5:
      OCR0B = duty;
      write_bit(&TCCR0A, _BV(COM0B1), on);
      break;
    case 6:
      OCR0A = duty;
      write_bit(&TCCR0A, _BV(COM0A1), on);
      break;
    case 9:
    case 10:
      TCCR1B = _BV(WGM12) | _BV(CS11) | _BV(CS10);
      if (pin == 9) OCR1A = duty;
      else OCR1B = duty;
      TCCR1A = (on ? TCCR1A | (pin == 9 ? _BV(COM1A1) : _BV(COM1B1)) : TCCR1A & ~(pin == 9 ? _BV(COM1A1) : _BV(COM1B1))) | _BV(WGM10);
      if (!(TCCR1A & (_BV(COM1A1) | _BV(COM1B1)))) TCCR1B = 0;
      break;
    default:
      TCCR2B = _BV(CS22);
      if (pin == 11) OCR2A = duty;
      else OCR2B = duty;
      TCCR2A = (on ? TCCR2A | (pin == 11 ? _BV(COM2A1) : _BV(COM2B1)) : TCCR2A & ~(pin == 11 ? _BV(COM2A1) : _BV(COM2B1))) | _BV(WGM21) | _BV(WGM20);
      if (!(TCCR2A & (_BV(COM2A1) | _BV(COM2B1)))) TCCR2B = 0;
  }
}

/* An output begins low, PWM at 0. */
bool set_mode(uint8_t pin, uint8_t mode) {
  if (!can(pin, mode)) return false;
  given |= 1UL << pin;
  if (modes[pin] == PWM) connect(pin, false, 0);
  modes[pin] = mode;
  values[pin] = mode == PULL_UP;
  if (mode == I2C) return true; /* the pins are the TWI's */
  drive(pin, mode == PULL_UP);
  set_direction(pin, mode == OUTPUT || mode == PWM);
  return true;
}

void set_pin(uint8_t pin, bool high) {
  if (pin >= PINS) return;
  if (high && !(given >> pin & 1) && modes[pin] == INPUT) set_mode(pin, OUTPUT);
  if (modes[pin] != OUTPUT && modes[pin] != INPUT) return;
  values[pin] = high;
  drive(pin, high); /* of an input: its pull-up, as hosts before Firmata 2.5 ask for it */
}

void set_port(uint8_t port, uint8_t levels) {
  for (uint8_t n = 0; n < 8; n++) set_pin(8 * port + n, levels >> n & 1);
}

void set_pwm(uint8_t pin, uint16_t value) {
  if (pin >= PINS || modes[pin] != PWM) return;
  uint8_t duty = value > 255 ? 255 : value;
  values[pin] = duty;
  bool steady = duty == 0 || duty == 255; /* a timer would leave a spike */
  connect(pin, !steady, duty);
  drive(pin, duty == 255);
}

uint8_t mode_of(uint8_t pin) { return pin < FIRST_PIN || pin >= PINS ? NO_MODE : modes[pin]; }
uint16_t state_of(uint8_t pin) { return values[pin]; }

/* Levels of the inputs among eight pins; 0 for all others. */
static uint8_t read_port(uint8_t port) {
  uint8_t levels = 0;
  for (uint8_t n = 0; n < 8; n++) {
    uint8_t pin = 8 * port + n;
    if (pin >= FIRST_PIN && pin < PINS && (modes[pin] == INPUT || modes[pin] == PULL_UP) && level(pin)) levels |= 1 << n;
  }
  return levels;
}

static void tell(uint8_t port, uint8_t levels) {
  told[port] = levels;
  put(DIGITAL | port);
  put_pair(levels);
}

void report_port(uint8_t port, bool on) {
  if (port >= PORTS) return;
  reported[port] = on;
  if (on) tell(port, read_port(port));
}

void report_changes(void) {
  for (uint8_t port = 0; port < PORTS; port++) {
    if (!reported[port]) continue;
    uint8_t levels = read_port(port);
    if (levels != told[port]) tell(port, levels);
  }
}

void reset_pins(void) {
  for (uint8_t pin = FIRST_PIN; pin < PINS; pin++) set_mode(pin, pin < FIRST_ANALOG ? INPUT : ANALOG_INPUT);
  for (uint8_t port = 0; port < PORTS; port++) reported[port] = false;
  given = 0;
}
