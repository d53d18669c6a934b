/* What the parts of a node know of each other. One variant is compiled in: level.h, air.h, pressure.h, light.h or gas.h. */
#ifndef NODE_H
#define NODE_H

#include <stdbool.h>
#include <stdint.h>
#include VARIANT
#include "identity.h"
#include "registers.h"
#include "settings.h"
#include "version.h"

#define COUNT_CHANNEL(...) +1
enum { CHANNEL_COUNT = 0 CHANNELS(COUNT_CHANNEL) };

/* Timer 1 counts 4 us, freely; it serves the line (compare A), the converter (compare B) and the uptime (overflow). */
#define TICKS_PER_MS 250

extern const struct identity identity;

/* settings.c */
uint8_t load_settings(void); /* gives STATUS_ bits */
bool save_settings(const struct settings *wanted);

/* measure.c; all of it is the last whole round's */
void start_measuring(void);
bool measured(void);
void measure(void);
extern uint16_t supply, codes[CHANNEL_COUNT];
extern int16_t values[CHANNEL_COUNT];

/* map.c: 0, or the exception to answer with */
uint8_t read_input(uint16_t at, uint16_t *word);
uint8_t read_holding(uint16_t at, uint16_t *word);
uint8_t write_holding(uint16_t at, uint8_t count, const uint8_t *words, bool broadcast);
bool is_address(uint16_t word);
uint32_t number_at(const uint8_t *words);
extern uint8_t status, reset_cause;
extern uint16_t restarting; /* RESTART or ENTER_LOADER, once the answer has gone out */
uint32_t uptime(void);
uint32_t ticks(void); /* TICKS_PER_MS in a millisecond; around after nearly five hours */

/* line.c */
void start_line(void);
void serve_line(void);
bool line_has_heard(void);
bool line_is_listening(void);
uint16_t damaged(void); /* what was heard and is no frame */
extern uint16_t frames, answers;

/* What came, without its CRC, and its answer, in place; gives the answer's length, 0 for none. */
uint8_t answer(uint8_t *frame, uint8_t length);          /* answer.c: to a request of Modbus */
uint8_t answer_by_serial(uint8_t *frame, uint8_t length); /* commission.c: to one that looks for serial numbers */

#endif
