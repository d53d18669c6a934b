/*
 * A serial bootloader for an empty board and for the tests: STK500v1 at 115200 bit/s in the top 1 KiB, as far as an AVR programmer needs it
 * (Atmel AVR061). After a reset by pin or power it waits a second for a host; then, or after any other reset, the application runs.
 */
#include <avr/boot.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>

enum { OK = 0x10, FAILED = 0x11, INSYNC = 0x14, END = 0x20 };
#define BAUD 115200
#define LIMIT 0x7C00 /* where the loader itself begins */

static void put(uint8_t byte) {
  while (!(UCSR0A & _BV(UDRE0)))
    ;
  UDR0 = byte;
}

/* Without a byte in time the watchdog resets, and then the application is started. */
static uint8_t get(void) {
  while (!(UCSR0A & _BV(RXC0)))
    ;
  if (!(UCSR0A & _BV(FE0))) wdt_reset();
  return UDR0;
}

static void watch(uint8_t how) {
  WDTCSR = _BV(WDCE) | _BV(WDE);
  WDTCSR = how;
}

/* What does not end a command right is no host but the traffic of a line: the application is started, or a busy line would keep us here. */
static void in_sync(void) {
  if (get() != END) {
    watch(_BV(WDE)); /* 16 ms */
    for (;;)
      ;
  }
  put(INSYNC);
}

static void skip(uint8_t count) {
  while (count--) get();
}

static void write_page(uint16_t page, const uint8_t *bytes) {
  boot_page_erase(page);
  boot_spm_busy_wait();
  for (uint8_t n = 0; n < SPM_PAGESIZE; n += 2) boot_page_fill(page + n, bytes[n] | (uint16_t)bytes[n + 1] << 8);
  boot_page_write(page);
  boot_spm_busy_wait();
  boot_rww_enable();
}

static void serve(void) {
  uint16_t at = 0;
  static uint8_t page[SPM_PAGESIZE];
  for (;;) {
    uint8_t command = get();
    if (command == 0x41) { /* get parameter: 0x81 and 0x82 are the version */
      uint8_t which = get();
      in_sync();
      put(which == 0x81 ? 'W' : which == 0x82 ? 1 : 0);
    } else if (command == 0x42 || command == 0x45) { /* set device (extended): nothing to set */
      skip(command == 0x42 ? 20 : 5);
      in_sync();
    } else if (command == 0x55) { /* load address, in words */
      at = get();
      at = (at | (uint16_t)get() << 8) << 1;
      in_sync();
    } else if (command == 0x56) { /* universal: not a word of it */
      skip(4);
      in_sync();
      put(0);
    } else if (command == 0x64) { /* program page */
      uint16_t length = (uint16_t)get() << 8;
      length |= get();
      uint8_t memory = get();
      for (uint16_t n = 0; n < length; n++) {
        uint8_t byte = get();
        if (n < sizeof page) page[n] = byte;
      }
      for (uint16_t n = length; n < sizeof page; n++) page[n] = 0xFF;
      in_sync();
      if (memory != 'F' || length > sizeof page || at >= LIMIT) {
        put(FAILED);
        continue;
      }
      write_page(at & ~(SPM_PAGESIZE - 1), page);
    } else if (command == 0x74) { /* read page */
      uint16_t length = (uint16_t)get() << 8;
      length |= get();
      uint8_t memory = get();
      in_sync();
      if (memory != 'F') { /* no EEPROM here: better nothing than the flash in its name */
        put(FAILED);
        continue;
      }
      while (length--) put(pgm_read_byte(at++));
    } else if (command == 0x75) { /* signature */
      in_sync();
      put(SIGNATURE_0);
      put(SIGNATURE_1);
      put(SIGNATURE_2);
    } else if (command == 0x51) { /* leave: the watchdog starts the application at once */
      in_sync();
      watch(_BV(WDE));
    } else
      in_sync();
    put(OK);
  }
}

/* There is no C runtime here; after a reset the registers hold what they held. */
void clear_zero_register(void) __attribute__((naked, used, section(".init0")));
void clear_zero_register(void) { __asm__ volatile("clr __zero_reg__"); }

int main(void) __attribute__((OS_main, section(".init9")));
int main(void) {
  uint8_t cause = MCUSR;
  MCUSR = 0;
  if (!(cause & (_BV(PORF) | _BV(EXTRF))) || cause & _BV(WDRF)) {
    watch(0);
    ((void (*)(void))0)();
  }
  watch(_BV(WDE) | _BV(WDP2) | _BV(WDP1)); /* 1 s */
  UCSR0A = _BV(U2X0);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UBRR0 = (F_CPU / 4 / BAUD - 1) / 2;
  serve();
}
