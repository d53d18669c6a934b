/* What happens after a reset, and what an image may ask for. See README.md. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>
#include "../nodes/registers.h"
#include "boot485.h"

#define CRASHES_ALLOWED 3
/* In ticks of 16 ms: how long somebody may speak up after a reset, and how long after the last request the image runs again. */
#define WINDOW 61
#define PATIENCE 610

/* Left by an image for after the reset that it asks for; a power cut leaves anything here, so it counts after a watchdog reset alone. */
#define WANTED 0x4C44
static volatile uint16_t wanted __attribute__((section(".noinit")));

/* The watchdog stays on, at two seconds: an image that hangs before it sets its own is reset. What the chip was reset by goes along in r2. */
static void run(uint8_t cause) __attribute__((noreturn));
static void run(uint8_t cause) {
  UCSR0B = UCSR0A = TCCR0B = TCCR1B = DDRD = PORTD = 0;
  TIFR1 = TIFR0 = 0xFF;
  wdt_reset();
  __asm__ volatile("mov r2, %0 \n\t ijmp" ::"r"(cause), "z"(0) : "r2");
  __builtin_unreachable();
}

/* Ends a swap that is under way. */
static void settle(void) {
  if (state.phase != SWAPPING_IN && state.phase != SWAPPING_BACK) return;
  swap(&state);
  state.phase = state.phase == SWAPPING_IN ? TRIAL : IDLE;
  write_state(&state);
}

static void begin_swap(uint8_t phase, uint8_t result) {
  state.phase = phase;
  state.result = result;
  state.crashes = state.page = state.step = 0;
  write_state(&state);
  settle();
  find_image(SLOT_A, &running);
}

static void activate(void) {
  if (!is_authentic()) {
    state.result = NOT_AUTHENTIC;
    return;
  }
  state.counter++;
  begin_swap(SWAPPING_IN, NOTHING);
}

/* The beginning of what a node ships with: nodes/settings.c. */
static const struct {
  uint8_t address, parity;
  uint16_t speed;
  uint32_t serial_number;
} factory PROGMEM = {FACTORY_ADDRESS, 2, 192, NO_SERIAL};

/* The newest whole copy, or the factory's. */
static void read_settings(void) {
  struct copy copy;
  uint8_t sequence = 0, found = 0;
  memcpy_P(&settings, &factory, sizeof factory);
  for (uint8_t n = 0; n < 2; n++) {
    if (!load(&copy, (uint16_t)COPY(n), sizeof copy)) continue;
    if (found && (int8_t)(copy.sequence - sequence) <= 0) continue;
    found = 1;
    sequence = copy.sequence;
    settings = copy.settings;
  }
}

int main(void) __attribute__((OS_main, section(".init9")));
int main(void) {
  uint8_t cause = MCUSR;
  MCUSR = 0;
  wdt_enable(WDTO_2S);
  /* Of a watchdog reset it is known that the image was running; of any other it is not: a blackout is no crash. */
  bool by_watchdog = cause == _BV(WDRF), asked = by_watchdog && wanted == WANTED;
  if (asked) cause = 0;
  wanted = 0;
  start_crc();
  read_settings();
  read_state(&state);
  settle();
  if (state.phase == TRIAL && by_watchdog && !asked) {
    state.crashes++;
    write_state(&state);
  }
  find_image(SLOT_A, &running);
  if (state.phase == TRIAL && (!running.length || state.crashes >= CRASHES_ALLOWED)) begin_swap(SWAPPING_BACK, ROLLED_BACK);
  start_line();
  uint16_t patience = asked ? PATIENCE : WINDOW;
  for (;;) {
    uint8_t length = listen();
    if (length) {
      enum order order = serve(length);
      if (!ticks) patience = PATIENCE;
      if (order == ACTIVATE) activate();
      if (order == REVERT) begin_swap(SWAPPING_BACK, REVERTED);
      if (order == RUN || (order == ACTIVATE && state.phase == TRIAL)) run(cause);
    }
    if (running.length && ticks >= patience) run(cause);
  }
}

/* For images, at fixed addresses: vectors.S. Nothing is kept in a variable, whose place is the image's own. */

/* The image has shown that it works: it stays. */
void confirm(void) __attribute__((used));
void confirm(void) {
  struct state now;
  read_state(&now);
  if (now.phase != TRIAL) return;
  now.phase = IDLE;
  now.result = CONFIRMED;
  write_state(&now);
}

/* Resets into boot485, which stays until it is told to go on, or nobody asks anything. */
void enter(void) __attribute__((used));
void enter(void) {
  cli();
  wanted = WANTED;
  wdt_enable(WDTO_15MS);
  for (;;)
    ;
}

/* phase << 24 | result << 16 | counter */
uint32_t report(void) __attribute__((used));
uint32_t report(void) {
  struct state now;
  read_state(&now);
  return now.report;
}
