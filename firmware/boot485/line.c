/*
 * The line, without interrupts: Modbus RTU over RS-485, direction pin D2 (high: driving), as nodes/line.c has it. A frame ends after 3.5
 * characters of silence, 1.75 ms above 19200 bit/s (Modbus over serial line V1.02, 2.5.1.1).
 */
#include <avr/io.h>
#include <avr/wdt.h>
#include "boot485.h"

#define DRIVE PD2
#define SPOILT 0xFF

uint8_t frame[LONGEST];
uint16_t ticks;

void start_line(void) {
  uint16_t character = 27500 / settings.speed; /* 11 bits, in units of 4 us */
  OCR1A = character + (settings.speed > 192 ? 437 : 7 * character / 2);
  TCCR1B = _BV(CS11) | _BV(CS10);
  TCCR0B = _BV(CS02) | _BV(CS00); /* overflows every 16.4 ms */
  UCSR0A = _BV(U2X0);
  UBRR0 = (20000 + settings.speed / 2) / settings.speed - 1;
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00) |
           (settings.parity == 0 ? _BV(USBS0) : settings.parity == 1 ? _BV(UPM01) | _BV(UPM00) : _BV(UPM01));
  UCSR0B = _BV(RXEN0) | _BV(TXEN0);
  DDRD = _BV(DRIVE);
  PORTD = _BV(PD0); /* the receiver of a transceiver that drives floats */
  ticks = 0;
}

uint8_t listen(void) {
  uint8_t length = 0; /* SPOILT until the next silence */
  uint16_t crc = 0xFFFF;
  for (;;) {
    uint8_t flags = UCSR0A;
    if (flags & _BV(RXC0)) {
      uint8_t byte = UDR0;
      if (flags & (_BV(FE0) | _BV(DOR0) | _BV(UPE0)) || length == LONGEST) length = SPOILT;
      if (length != SPOILT) {
        frame[length++] = byte;
        crc = crc16(crc, byte);
      }
      TCNT1 = 0;
      TIFR1 = _BV(OCF1A);
    } else if (length && TIFR1 & _BV(OCF1A)) {
      if (length != SPOILT && length >= 4 && !crc) return length - 2;
      length = 0;
      crc = 0xFFFF;
    }
    if (TIFR0 & _BV(TOV0)) {
      TIFR0 = _BV(TOV0);
      ticks++;
      wdt_reset();
      if (!length || length == SPOILT) return 0;
    }
  }
}

void send(uint8_t length) {
  uint16_t crc = 0xFFFF;
  for (uint8_t n = 0; n < length; n++) crc = crc16(crc, frame[n]);
  frame[length++] = crc;
  frame[length++] = crc >> 8;
  PORTD |= _BV(DRIVE);
  for (uint8_t n = 0; n < length; n++) {
    while (!(UCSR0A & _BV(UDRE0)))
      ;
    UCSR0A = _BV(U2X0) | _BV(TXC0);
    UDR0 = frame[n];
  }
  while (!(UCSR0A & _BV(TXC0)))
    ;
  PORTD &= ~_BV(DRIVE);
}
