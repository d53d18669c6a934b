/*
 * For tests and the demonstration: the level node's next version, which hangs where A5 is high: a flaw that shows on one board of many. It
 * switches the watchdog off first, as bad firmware does.
 */
#include <avr/wdt.h>
#include "level.h"
#define VERSION_MINOR 2
#define FLAW                 \
  if (PINC & _BV(PC5)) {     \
    wdt_disable();           \
    for (;;)                 \
      ;                      \
  }
