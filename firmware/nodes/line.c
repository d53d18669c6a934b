/*
 * The line: Modbus RTU over RS-485, direction pin D2 (high: driving). A frame ends after 3.5 characters of silence, 1.75 ms above
 * 19200 bit/s (Modbus over serial line V1.02, 2.5.1.1). Silence inside a frame (T1.5) is not judged: adapters make it.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>
#include "node.h"

#define DRIVE PD2
#define LONGEST 256

static uint8_t buffer[LONGEST];
static volatile uint16_t length, sent;
static volatile enum { LISTENING, HEARD, SENDING } phase;
static volatile bool spoilt;
static uint16_t silence, crc; /* as it comes: after a long frame to somebody else the next one may follow at once */

uint16_t frames, answers;
static volatile uint16_t bad;

void start_line(void) {
  uint32_t rate = settings.speed * 100UL;
  /* Counted from one received character to the next, so one character more; it is 11 bits, without parity too: two stop bits. */
  uint16_t character = 11 * 250000UL / rate;
  /* 3 % less than the master has to keep: its clock and ours differ. */
  silence = character + (rate > 19200 ? 1700 / 4 : 17 * character / 5);
  UCSR0A = _BV(U2X0);
  UBRR0 = (F_CPU / 8 + rate / 2) / rate - 1;
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00) |
           (settings.parity == 0 ? _BV(USBS0) : settings.parity == 1 ? _BV(UPM01) | _BV(UPM00) : _BV(UPM01));
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0) | _BV(TXCIE0);
  DDRD |= _BV(DRIVE);
  PORTD |= _BV(PD0); /* the receiver of a transceiver that drives floats */
}

ISR(USART_RX_vect) {
  bool fault = UCSR0A & (_BV(FE0) | _BV(DOR0) | _BV(UPE0));
  uint8_t byte = UDR0;
  OCR1A = TCNT1 + silence;
  TIFR1 = _BV(OCF1A);
  TIMSK1 |= _BV(OCIE1A);
  if (phase != LISTENING) {
    spoilt = true; /* the next frame has begun before this one was served */
    return;
  }
  if (fault || length == LONGEST) {
    spoilt = true;
    return;
  }
  crc = length ? crc16(crc, byte) : crc16(0xFFFF, byte);
  buffer[length++] = byte;
}

ISR(TIMER1_COMPA_vect) {
  TIMSK1 &= ~_BV(OCIE1A);
  if (phase != LISTENING) {
    spoilt = false; /* what began too early has ended as well */
    return;
  }
  if (spoilt) {
    bad++;
    spoilt = false;
    length = 0;
  } else
    phase = HEARD;
}

ISR(USART_UDRE_vect) {
  UDR0 = buffer[sent++];
  if (sent == length) UCSR0B &= ~_BV(UDRIE0);
}

ISR(USART_TX_vect) {
  if (phase != SENDING || sent < length) return;
  PORTD &= ~_BV(DRIVE);
  length = 0;
  phase = LISTENING;
}

uint16_t damaged(void) {
  uint16_t now;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) now = bad;
  return now;
}

static void listen(bool whole) {
  cli();
  if (!whole) bad++;
  length = 0;
  phase = LISTENING;
  if (TIMSK1 & _BV(OCIE1A)) spoilt = true; /* something is coming whose beginning was missed */
  sei();
}

void serve_line(void) {
  if (phase != HEARD) return;
  if (length < 4 || crc) return listen(false);
  frames++;
  uint8_t size = answer(buffer, length - 2);
  if (!size) return listen(true);
  crc = 0xFFFF;
  for (uint8_t n = 0; n < size; n++) crc = crc16(crc, buffer[n]);
  buffer[size] = crc & 0xFF;
  buffer[size + 1] = crc >> 8;
  answers++;
  cli();
  length = size + 2;
  sent = 0;
  spoilt = false;
  phase = SENDING;
  PORTD |= _BV(DRIVE);
  UCSR0B |= _BV(UDRIE0);
  sei();
}

bool line_has_heard(void) { return phase == HEARD; }
bool line_is_listening(void) { return phase == LISTENING; }
