/*
 * The converter: one sample a millisecond, paced by compare B of timer 1, channel after channel, the supply last. A round begins every
 * half second. Of each input the first SETTLE samples are thrown away: the multiplexer has just been switched.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <util/atomic.h>
#include "node.h"

#define SETTLE 4
#ifdef LAMP
#define SAMPLES 200
#else
#define SAMPLES 20 /* one period of 50 Hz */
#endif
#define ROUND_MS 500
#define REFERENCE 14 /* 1.1 V */

struct channel {
  uint8_t input;
  uint16_t low, high;
};
#define CHANNEL(quantity, unit, input, code1, value1, code2, value2, low, high) {input, low, high},
static const struct channel channels[] PROGMEM = {CHANNELS(CHANNEL)};

uint16_t supply, codes[CHANNEL_COUNT];
int16_t values[CHANNEL_COUNT];

static volatile uint32_t sum;
static volatile uint16_t taken, wait_ms;
static volatile bool full;
static uint8_t at; /* which channel is sampled; CHANNEL_COUNT: the supply */
#ifdef LAMP
static volatile uint32_t squares;
static volatile int16_t middle = 512;
#endif

ISR(TIMER1_COMPB_vect) {
  uint16_t ms = 1;
  if (wait_ms) {
    ms = wait_ms > 250 ? 250 : wait_ms;
    wait_ms -= ms;
  }
  OCR1B += ms * TICKS_PER_MS;
  if (!full && !wait_ms) ADCSRA |= _BV(ADSC);
}

ISR(ADC_vect) {
  uint16_t sample = ADC;
  if (taken++ < SETTLE) return;
  sum += sample;
#ifdef LAMP
  int16_t swing = sample - middle;
  squares += (int32_t)swing * swing;
#endif
  if (taken >= SETTLE + SAMPLES) full = true;
}

static void sample(uint8_t next) {
  at = next;
  ADMUX = _BV(REFS0) | (next < CHANNEL_COUNT ? pgm_read_byte(&channels[next].input) : REFERENCE);
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    sum = taken = 0;
#ifdef LAMP
    squares = 0;
#endif
    full = false;
  }
}

void start_measuring(void) {
  for (uint8_t n = 0; n < CHANNEL_COUNT; n++) values[n] = NO_VALUE;
  ADCSRA = _BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0); /* 125 kHz */
  sample(0);
  OCR1B = TCNT1 + TICKS_PER_MS;
  TIMSK1 |= _BV(OCIE1B);
}

#ifdef LAMP
static uint16_t square_root(uint32_t of) {
  uint32_t root = 0, bit = 1UL << 30;
  while (bit > of) bit >>= 2;
  for (; bit; bit >>= 2) {
    if (of >= root + bit) {
      of -= root + bit;
      root = (root >> 1) + bit;
    } else
      root >>= 1;
  }
  return root;
}
#endif

static uint16_t code_of_samples(void) {
#ifdef LAMP
  if (at < CHANNEL_COUNT) {
    int16_t mean = (sum + SAMPLES / 2) / SAMPLES;
    int32_t off = (int32_t)sum - (int32_t)middle * SAMPLES;
    uint32_t variance = (squares - (uint32_t)(off / SAMPLES * off)) * 64 / SAMPLES * 4; /* 256 x counts squared */
    middle = mean;
    return square_root(variance);
  }
#endif
  return sum * 16 / SAMPLES;
}

static int16_t value_of(uint8_t n, uint16_t code) {
  if (code < pgm_read_word(&channels[n].low) || code > pgm_read_word(&channels[n].high)) return NO_VALUE;
  const struct calibration *line = &settings.calibration[n];
  int32_t run = (int32_t)line->code2 - line->code1;
  int32_t rise = ((int32_t)line->value2 - line->value1) * ((int32_t)code - line->code1);
  int32_t value = line->value1 + (rise + ((rise < 0) != (run < 0) ? -run / 2 : run / 2)) / run;
  return value > INT16_MAX ? INT16_MAX : value <= INT16_MIN ? INT16_MIN + 1 : value;
}

bool measured(void) { return full; }

void measure(void) {
  if (!full) return;
  uint16_t code = code_of_samples();
  if (at < CHANNEL_COUNT) {
    codes[at] = code;
    values[at] = value_of(at, code);
    uint8_t bit = STATUS_SENSOR << at;
    status = values[at] == NO_VALUE ? status | bit : status & ~bit;
    sample(at + 1);
    return;
  }
  supply = code ? 1100UL * 16384 / code : 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) wait_ms = ROUND_MS - (CHANNEL_COUNT + 1) * (SETTLE + SAMPLES);
  sample(0);
}
