/*
 * What boot485 offers to the image that it has started, at addresses that do not change (boot485/vectors.S). On a board with another
 * loader, or none, there is nothing to call: ask first.
 */
#ifndef LOADER_H
#define LOADER_H

#include <avr/pgmspace.h>
#include <stdint.h>

#define LOADER_MARK 0x35383442UL /* B485 */

/* Version of its protocol; 0: it is not there. */
static inline uint8_t loader_version(void) {
  return pgm_read_dword(0x700A) == LOADER_MARK ? pgm_read_byte(0x700E) : 0;
}

/* phase << 24 | result << 16 | counter of activations, as boot485.h has them */
static inline uint32_t loader_report(void) { return ((uint32_t(*)(void))(0x7008 / 2))(); }
/* This image works: it stays. Writes EEPROM, some 30 ms. */
static inline void loader_confirm(void) { ((void (*)(void))(0x7004 / 2))(); }
/* Resets into the loader. */
static inline void loader_enter(void) { ((void (*)(void))(0x7006 / 2))(); }

#endif
