/*
 * boot485: a bootloader for nodes that share an RS-485 line. README.md says what it promises, wire/firmware/ what is said to it.
 *
 * Flash, in pages of 128 bytes: slot A (what runs), slot B (what is staged, or the image before), scratch pages, boot485 itself.
 * EEPROM: the settings of nodes/settings.h at 0, the journal and the key from JOURNAL on.
 *
 * No interrupts, no C runtime: everything waits in one loop, and what is not assigned at the start of main is not there.
 */
#ifndef BOOT485_H
#define BOOT485_H

#include <stdbool.h>
#include <stdint.h>
#include "../nodes/settings.h"

#define PROTOCOL 1
#define PAGE 128
#define SLOT_PAGES 110
#define SLOT_A 0
#define SLOT_B SLOT_PAGES
#define SCRATCH (2 * SLOT_PAGES)
#define SCRATCH_PAGES 4 /* used in turn, so that none wears out before the slots do */
_Static_assert((SCRATCH + SCRATCH_PAGES) * PAGE == 0x7000, "slots and scratch pages end where boot485 begins");

#define JOURNAL 0x300
#define KEYS 0x3C0

/* records.c: records in EEPROM that end with their CRC-16 */
bool load(void *record, uint16_t at, uint8_t size);
void store(uint16_t at, void *record, uint8_t size); /* sets the CRC */

/* state.c */
enum { IDLE, SWAPPING_IN, TRIAL, SWAPPING_BACK };
enum { NOTHING, CONFIRMED, ROLLED_BACK, REVERTED, NOT_AUTHENTIC /* is not kept: nothing has happened */ };
struct state {
  uint8_t sequence;
  union {
    struct {
      uint16_t counter; /* of activations and keys: no message authenticates a second one */
      uint8_t result;   /* what became of the last update */
      uint8_t phase;
    };
    uint32_t report; /* these three, as others see them */
  };
  uint8_t crashes; /* of the image on trial */
  uint8_t page;    /* page and step of the swap that is next, or under way */
  uint8_t step;
  uint16_t crc;
};
void read_state(struct state *state);
void write_state(struct state *state);

/* slots.c */
struct image {
  uint16_t at;             /* of its identity */
  uint16_t length;         /* with its CRC-32 at the end; 0: there is none, or it is not whole */
  uint16_t hardware_class;
};
void start_crc(void);
void find_image(uint8_t slot, struct image *image);
uint32_t crc_of_page(uint8_t page);
void write_page(uint8_t page, const uint8_t *bytes);
void swap(struct state *state);

/* mac.c: Chaskey-12 (ISO/IEC 29192-6) under the node's key */
#define KEY_BYTES 16
#define TAG_BYTES 16
bool has_key(void);
void write_key(const uint8_t *key);
void begin_mac(uint8_t purpose); /* over purpose, serial number, counter, and what is added */
void add(uint8_t byte);
const uint8_t *end_mac(void); /* TAG_BYTES, until the next begin_mac */

/* line.c */
#define LONGEST (4 + PAGE + 2)
extern uint8_t frame[LONGEST];
extern uint16_t ticks; /* of 16 ms, since anything was asked of us */
void start_line(void);
uint8_t listen(void); /* gives the length of a whole frame without its CRC, or 0 after a tick */
void send(uint8_t length);

/* serve.c */
enum order { NO_ORDER, ACTIVATE, RUN, REVERT };
extern struct state state;
extern struct settings settings;
extern struct image running, staged; /* `staged` as of the activation that is asked for */
/* Answers a frame that is for us, and gives what to do then. */
enum order serve(uint8_t length);
bool is_authentic(void);

#endif
