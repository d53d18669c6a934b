/* A Weir node on an ATmega328P at 16 MHz: an instrument on a Modbus line. See firmware/README.md. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>
#include "loader.h"
#include "node.h"

const struct identity identity PROGMEM = {
    {'W', 'E', 'I', 'R', 'N', 'O', 'D', 'E'}, HARDWARE_CLASS, 1, VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH, MODEL, 0};

static volatile uint32_t seconds;
static volatile uint16_t rounds;

ISR(TIMER1_OVF_vect) {
  static uint32_t us;
  rounds++;
  us += 262144;
  if (us >= 1000000) {
    us -= 1000000;
    seconds++;
  }
}

uint32_t uptime(void) {
  uint32_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) now = seconds;
  return now;
}

uint32_t ticks(void) {
  uint32_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    uint16_t count = TCNT1;
    uint16_t round = rounds + (TIFR1 & _BV(TOV1) && count < 0x8000);
    now = (uint32_t)round << 16 | count;
  }
  return now;
}

/* Before anything else: after a watchdog reset it still runs, at 16 ms. boot485 clears MCUSR and gives what was in it in r2. */
uint8_t reset_flags __attribute__((section(".noinit"))), loader_flags __attribute__((section(".noinit")));
void set_watchdog(void) __attribute__((naked, used, section(".init3")));
void set_watchdog(void) {
  __asm__ volatile("sts loader_flags, r2");
  reset_flags = MCUSR;
  MCUSR = 0;
  wdt_enable(WDTO_1S);
}

static void restart(void) {
  if (restarting == ENTER_LOADER) loader_enter();
  wdt_enable(WDTO_15MS);
  for (;;)
    ;
}

/* An image on trial has shown that it works once it has measured all its channels and its answer has gone out. */
static void confirm(void) {
  static bool confirmed;
  if (confirmed || !answers || !supply || !line_is_listening()) return;
  confirmed = true;
  if (loader_version()) loader_confirm();
}

int main(void) {
  reset_cause = reset_flags || !loader_version() ? reset_flags : loader_flags;
  status = load_settings();
#ifdef LAMP
  DDRD |= _BV(PD7);
  if (settings.relay_at_start) PORTD |= _BV(PD7);
#endif
  TCCR1B = _BV(CS11) | _BV(CS10);
  TIMSK1 = _BV(TOIE1);
#ifdef FLAW
  FLAW
#endif
  start_line();
  start_measuring();
  set_sleep_mode(SLEEP_MODE_IDLE);
  sei();
  for (;;) {
    wdt_reset();
    serve_line();
    measure();
    confirm();
    if (restarting && line_is_listening()) restart();
    cli();
    if (!line_has_heard() && !measured()) {
      sleep_enable();
      sei();
      sleep_cpu();
      sleep_disable();
    }
    sei();
  }
}
