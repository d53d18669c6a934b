/* A Weir node that speaks Firmata: it starts with every pin an input, says who it is, and does what a host says. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>
#include "board.h"

const struct identity identity PROGMEM = {
    {'W', 'E', 'I', 'R', 'N', 'O', 'D', 'E'}, HARDWARE_CLASS, HARDWARE_REVISION, FIRMATA_MAJOR, FIRMATA_MINOR, PATCH, MODEL};

static volatile uint16_t ms;

/* Timer 0 overflows every 1.024 ms, and makes the PWM of pins 5 and 6 beside. */
ISR(TIMER0_OVF_vect) {
  static uint8_t rest;
  rest += 3; /* 24/1000 in 125ths */
  ms += rest >= 125 ? 2 : 1;
  if (rest >= 125) rest -= 125;
}

uint16_t now_ms(void) {
  uint16_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) now = ms;
  return now;
}

/* Before anything else: after a watchdog reset it still runs, at 16 ms. */
uint8_t reset_flags __attribute__((section(".noinit")));
void stop_watchdog(void) __attribute__((naked, used, section(".init3")));
void stop_watchdog(void) {
  reset_flags = MCUSR;
  MCUSR = 0;
  wdt_disable();
}

static const char BITTEN[] PROGMEM = "Restarted by the watchdog";

int main(void) {
  TCCR0A = _BV(WGM01) | _BV(WGM00);
  TCCR0B = _BV(CS01) | _BV(CS00);
  TIMSK0 = _BV(TOIE0);
  reset_pins();
  reset_analog();
  reset_i2c();
  start_serial();
  wdt_enable(WDTO_1S);
  set_sleep_mode(SLEEP_MODE_IDLE);
  sei();
  say_version();
  say_firmware();
  if (reset_flags & _BV(WDRF)) put_text(BITTEN);
  for (;;) {
    wdt_reset();
    while (serial_has()) hear(serial_take());
    report_changes();
    if (sample(now_ms())) repeat_i2c();
    cli();
    if (!serial_has()) {
      sleep_enable();
      sei();
      sleep_cpu();
      sleep_disable();
    }
    sei();
  }
}
