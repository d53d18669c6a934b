/*
 * The journal: a ring of cells in EEPROM, each with its sequence number and a CRC-16; the newest whole one counts. A cell is written while the
 * one before stays, so whatever byte a power cut tears, one of the two is whole, and every change of state is one change. The ring spreads
 * the wear: each swapped page costs three cells.
 *
 * The image on trial gets here through `confirm`: nothing may be kept in a variable.
 */
#include "boot485.h"

#define CELLS 16

_Static_assert(JOURNAL + CELLS * sizeof(struct state) <= KEYS, "the journal reaches into the keys");
_Static_assert((CELLS & (CELLS - 1)) == 0, "the place of a cell is its sequence modulo their number");

/* The newest whole cell; where there is none, one before the first, with nothing under way. */
void read_state(struct state *newest) {
  uint16_t at = JOURNAL;
  bool found = false;
  *newest = (struct state){.sequence = 0xFF};
  for (uint8_t n = CELLS; n; n--, at += sizeof(struct state)) {
    struct state cell;
    if (!load(&cell, at, sizeof cell) || (found && (int8_t)(cell.sequence - newest->sequence) <= 0)) continue;
    found = true;
    *newest = cell;
  }
}

void write_state(struct state *state) {
  state->sequence++;
  store(JOURNAL + (state->sequence & (CELLS - 1)) * sizeof *state, state, sizeof *state);
}
