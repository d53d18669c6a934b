/* Flash: whole images, and the swap of the two slots. */
#include <avr/boot.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>
#include <stddef.h>
#include "../nodes/identity.h"
#include "boot485.h"

#define address_of(page) ((uint16_t)(page) * PAGE)

/* Of each byte, computed at the start: there is room enough in memory, and an image is read at four times the speed. */
static uint32_t table[256];

void start_crc(void) {
  uint8_t n = 0;
  do {
    uint32_t crc = n;
    for (uint8_t bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    table[n] = crc;
  } while (++n);
}

static uint32_t crc_over(uint16_t at, uint16_t length) {
  uint32_t crc = 0xFFFFFFFF;
  for (; length; length--) crc = table[(uint8_t)crc ^ pgm_read_byte(at++)] ^ crc >> 8;
  wdt_reset();
  return crc;
}

uint32_t crc_of_page(uint8_t page) { return ~crc_over(address_of(page), PAGE); }

void find_image(uint8_t slot, struct image *image) {
  static const char mark[] PROGMEM = "WEIRNODE";
  uint16_t start = address_of(slot);
  image->length = 0;
  for (uint16_t at = start; at != start + IDENTITY_WITHIN; at += 2) {
    uint8_t n = 0;
    while (n < 8 && pgm_read_byte(at + n) == pgm_read_byte(mark + n)) n++;
    if (n < 8) continue;
    uint16_t length = pgm_read_word(at + offsetof(struct identity, length));
    image->at = at;
    image->hardware_class = pgm_read_word(at + offsetof(struct identity, hardware_class));
    if (length <= SLOT_PAGES * PAGE && crc_over(start, length) == CRC_RESIDUE) image->length = length;
    return;
  }
}

static void fill(uint8_t offset, uint16_t word) { boot_page_fill(offset, word); }

static void commit(uint8_t page) {
  uint16_t at = address_of(page);
  boot_page_erase(at);
  boot_spm_busy_wait();
  boot_page_write(at);
  boot_spm_busy_wait();
  boot_rww_enable();
}

void write_page(uint8_t page, const uint8_t *bytes) {
  for (uint8_t n = 0; n < PAGE; n += 2) fill(n, bytes[n] | (uint16_t)bytes[n + 1] << 8);
  commit(page);
}

static void copy_page(uint8_t to, uint8_t from) {
  for (uint8_t n = 0; n < PAGE; n += 2) fill(n, pgm_read_word(address_of(from) + n));
  commit(to);
}

static bool are_alike(uint8_t one, uint8_t other) {
  for (uint8_t n = 0; n < PAGE; n++)
    if (pgm_read_byte(address_of(one) + n) != pgm_read_byte(address_of(other) + n)) return false;
  return true;
}

/*
 * Goes on where the journal says: page by page, A to scratch, B to A, scratch to B; pages that are alike stay. A step is journalled before it begins, and what it reads
 * is not touched until the next one is: begun again, it does the same.
 */
void swap(struct state *state) {
  for (; state->page < SLOT_PAGES; state->page++, state->step = 0) {
    uint8_t a = SLOT_A + state->page, b = SLOT_B + state->page, scratch = SCRATCH + state->page % SCRATCH_PAGES;
    if (state->step == 0 && are_alike(a, b)) continue;
    for (; state->step < 3; state->step++) {
      write_state(state);
      if (state->step == 0)
        copy_page(scratch, a);
      else if (state->step == 1)
        copy_page(a, b);
      else
        copy_page(b, scratch);
    }
  }
}
