/* The serial port: interrupts on both sides, so that no byte is lost while a conversion or an I2C chip takes its time. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>
#include "board.h"

#define BAUD 57600UL

static uint8_t in[256], out[128];
static volatile uint8_t in_first, in_next, out_first, out_next;

void start_serial(void) {
  UCSR0A = _BV(U2X0);
  UBRR0 = (F_CPU / 8 + BAUD / 2) / BAUD - 1;
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

/* What does not fit is lost: a host that does not wait for answers finds its place again with the next command. */
ISR(USART_RX_vect) {
  bool fault = UCSR0A & _BV(FE0);
  uint8_t byte = UDR0;
  uint8_t next = in_next + 1;
  if (fault || next == in_first) return;
  in[in_next] = byte;
  in_next = next;
}

ISR(USART_UDRE_vect) {
  UDR0 = out[out_first];
  out_first = (out_first + 1) % sizeof out;
  if (out_first == out_next) UCSR0B &= ~_BV(UDRIE0);
}

bool serial_has(void) { return in_first != in_next; }

uint8_t serial_take(void) {
  uint8_t byte = in[in_first];
  in_first++;
  return byte;
}

void put(uint8_t byte) {
  uint8_t next = (out_next + 1) % sizeof out;
  while (next == out_first) wdt_reset();
  out[out_next] = byte;
  out_next = next;
  UCSR0B |= _BV(UDRIE0);
}

void put_pair(uint16_t value) {
  put(value & 0x7F);
  put(value >> 7 & 0x7F);
}

void put_text(const char *text) {
  put(START_SYSEX);
  put(TEXT);
  for (uint8_t letter; (letter = pgm_read_byte(text)); text++) put_pair(letter);
  put(END_SYSEX);
}
