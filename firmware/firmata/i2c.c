/*
 * I2C at 100 kHz. A bus that hangs costs 25 ms and a message, not the board. A chip that does not answer is told in the words that hosts
 * know of StandardFirmata, and its reply has the bytes that came and no others.
 */
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/wdt.h>
#include <string.h>
#include <util/delay.h>
#include <util/twi.h>
#include "board.h"

enum { LONGEST = 32, QUERIES = 8, NO_REGISTER = 0xFF };
enum { WRITE = 0, READ = 1, READ_AGAIN = 2, STOP = 3 };

struct query {
  uint8_t address, count;
  uint16_t at; /* register, or NO_AT */
  bool restart;
};
#define NO_AT 0xFFFF

static struct query queries[QUERIES];
static uint8_t query_count;
static uint16_t settle_us;
static bool running;

static const char TOO_FEW[] PROGMEM = "I2C: Too few bytes received";
static const char STUCK[] PROGMEM = "I2C: The bus does not move; look at SDA, SCL and the pull-ups";
static const char TEN_BITS[] PROGMEM = "I2C: 10-bit addressing is not supported";
static const char TOO_MANY[] PROGMEM = "I2C: Too many bytes, or too many queries";
static const char NOT_ON[] PROGMEM = "I2C: Not enabled";

/* Starts a step, and gives the bus's status after it; 0 when it does not come. */
static uint8_t step(uint8_t control) {
  TWCR = control | _BV(TWINT) | _BV(TWEN);
  for (uint16_t n = 0; n < 2500; n++) { /* 25 ms: a chip may stretch the clock */
    if (TWCR & _BV(TWINT)) return TW_STATUS;
    _delay_us(10);
  }
  wdt_reset();
  TWCR = 0;
  put_text(STUCK);
  return 0;
}

static void stop(void) {
  TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
  for (uint8_t n = 0; n < 250; n++) {
    if (!(TWCR & _BV(TWSTO))) return;
    _delay_us(10);
  }
  TWCR = 0;
}

static bool address_chip(uint8_t address, uint8_t direction) {
  uint8_t status = step(_BV(TWSTA));
  if (status != TW_START && status != TW_REP_START) return false;
  TWDR = address << 1 | direction;
  status = step(0);
  return status == TW_MT_SLA_ACK || status == TW_MR_SLA_ACK;
}

static bool send(uint8_t byte) {
  TWDR = byte;
  return step(0) == TW_MT_DATA_ACK;
}

static void write_chip(uint8_t address, const uint8_t *bytes, uint8_t count) {
  bool ok = address_chip(address, TW_WRITE);
  for (uint8_t n = 0; ok && n < count; n++) ok = send(bytes[n]);
  stop();
}

static void read_chip(const struct query *query) {
  uint8_t bytes[LONGEST], got = 0;
  bool ok = true;
  if (query->at != NO_AT) {
    ok = address_chip(query->address, TW_WRITE) && send(query->at);
    if (!ok || !query->restart) stop();
    for (uint16_t n = 0; n < settle_us; n += 10) _delay_us(10);
  }
  if (ok && address_chip(query->address, TW_READ))
    while (got < query->count) {
      uint8_t status = step(got + 1 < query->count ? _BV(TWEA) : 0);
      if (status != TW_MR_DATA_ACK && status != TW_MR_DATA_NACK) break;
      bytes[got++] = TWDR;
    }
  if (ok) stop();
  if (got < query->count) put_text(TOO_FEW);
  put(START_SYSEX);
  put(I2C_REPLY);
  put_pair(query->address);
  put_pair(query->at == NO_AT ? 0 : query->at);
  for (uint8_t n = 0; n < got; n++) put_pair(bytes[n]);
  put(END_SYSEX);
}

void start_i2c(const uint8_t *data, uint8_t length) {
  if (length >= 2) settle_us = data[0] | (uint16_t)data[1] << 7;
  set_mode(SDA, I2C);
  set_mode(SCL, I2C);
  PORTC |= _BV(PC4) | _BV(PC5); /* weak pull-ups; a long bus has its own */
  TWSR = 0;
  TWBR = (F_CPU / 100000UL - 16) / 2;
  TWCR = _BV(TWEN);
  running = true;
}

static uint16_t pair_at(const uint8_t *data) { return data[0] | (uint16_t)data[1] << 7; }

static void forget(uint8_t address) {
  uint8_t kept = 0;
  for (uint8_t n = 0; n < query_count; n++)
    if (queries[n].address != address) queries[kept++] = queries[n];
  query_count = kept;
}

/* data: address, how, then pairs: bytes to write, or [register] and count. */
void request_i2c(const uint8_t *data, uint8_t length) {
  if (length < 2) return;
  if (!running) return put_text(NOT_ON);
  uint8_t address = data[0], how = data[1] >> 3 & 3, pairs = (length - 2) / 2;
  const uint8_t *pair = data + 2;
  if (data[1] & 0x20) return put_text(TEN_BITS);
  if (how == STOP) return forget(address);
  if (how == WRITE) {
    uint8_t bytes[LONGEST];
    if (pairs > LONGEST) return put_text(TOO_MANY);
    for (uint8_t n = 0; n < pairs; n++) bytes[n] = pair_at(pair + 2 * n);
    return write_chip(address, bytes, pairs);
  }
  if (pairs < 1) return;
  struct query query = {
      .address = address,
      .at = pairs > 1 ? pair_at(pair) : NO_AT,
      .count = pair_at(pair + (pairs > 1 ? 2 : 0)) > LONGEST ? LONGEST + 1 : pair_at(pair + (pairs > 1 ? 2 : 0)),
      .restart = data[1] & 0x40,
  };
  if (query.count > LONGEST || (how == READ_AGAIN && query_count == QUERIES)) return put_text(TOO_MANY);
  if (how == READ_AGAIN) queries[query_count++] = query;
  else read_chip(&query);
}

void repeat_i2c(void) {
  for (uint8_t n = 0; n < query_count; n++) read_chip(&queries[n]);
}

void reset_i2c(void) {
  TWCR = 0;
  running = false;
  query_count = 0;
  settle_us = 0;
}
