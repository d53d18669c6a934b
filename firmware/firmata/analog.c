/* Analog inputs, 10 bits against AVCC. Of two conversions the first is thrown away: the multiplexer has just been switched. */
#include <avr/io.h>
#include "board.h"

enum { USUAL_MS = 19, SHORTEST_MS = 10 };

static uint8_t wanted; /* channels that are reported, a bit each */
static uint16_t every, last;

static uint16_t convert(uint8_t channel) {
  ADMUX = _BV(REFS0) | channel;
  ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0); /* 125 kHz */
  for (uint8_t n = 0; n < 2; n++) {
    ADCSRA |= _BV(ADSC);
    while (ADCSRA & _BV(ADSC))
      ;
  }
  return ADC;
}

static void tell(uint8_t channel) {
  uint16_t value = convert(channel);
  put(ANALOG | channel);
  put_pair(value);
}

void report_channel(uint8_t channel, bool on) {
  if (channel >= CHANNELS) return;
  wanted = on ? wanted | 1 << channel : wanted & ~(1 << channel);
  if (on) tell(channel);
}

void set_sampling(uint16_t ms) { every = ms < SHORTEST_MS ? SHORTEST_MS : ms; }

bool sample(uint16_t now) {
  if ((uint16_t)(now - last) < every) return false;
  last += every;
  if ((uint16_t)(now - last) >= every) last = now; /* what was missed is not made up for */
  for (uint8_t channel = 0; channel < CHANNELS; channel++)
    if (wanted >> channel & 1 && mode_of(FIRST_ANALOG + channel) == ANALOG_INPUT) tell(channel);
  return true;
}

void reset_analog(void) {
  wanted = 0;
  every = USUAL_MS;
}
