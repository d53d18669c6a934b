/*
 * Every register of a Weir node, once. The device profiles (device-profiles/<domain>/weir-*.yaml) are compared with this file by
 * firmware/nodes/registers.test.ts.
 *
 * Input registers (function 4), X(register, name, words). What a channel of this variant measures begins at VALUES, one register each.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#define INPUT_REGISTERS(X)                                                                                   \
  X(0x0000, status, 1)          /* bits, see STATUS_ below */                                                \
  X(0x0001, supply, 1)          /* mV at AVCC, against the chip's 1.1 V reference */                         \
  X(0x0002, uptime, 2)          /* s since the last reset */                                                 \
  X(0x0004, values, 4)          /* what the channels measure, signed; NO_VALUE: out of the sensor's range */ \
  X(0x0008, lamp_fault, 1)      /* light: 0 none, 1 closed and no current, 2 open and current */             \
  X(0x0020, frames, 1)          /* whole frames heard, to whomever */                                        \
  X(0x0021, damaged, 1)         /* what was heard and is no frame */                                         \
  X(0x0022, answers, 1)         /* answers given */                                                          \
  X(0x0023, reset_cause, 1)     /* MCUSR: 1 power-on, 2 pin, 4 brown-out, 8 watchdog; 0: started by a loader */              \
  X(0x0028, codes, 4)           /* what the converter gave per channel: 16 x its mean, for calibration */    \
  X(0x0100, mark, 1)            /* MARK */                                                                   \
  X(0x0101, hardware_class, 1)                                                                               \
  X(0x0102, hardware_revision, 1)                                                                            \
  X(0x0103, version, 2)         /* major << 8 | minor, patch */                                              \
  X(0x0105, serial_number, 2)   /* NO_SERIAL: none yet */                                                    \
  X(0x0107, map_version, 1)                                                                                  \
  X(0x0108, model, 8)           /* 16 characters, the rest 0 */                                              \
  X(0x0110, loader, 1)          /* boot485's protocol; 0: another loader, or none */                         \
  X(0x0111, update, 2)          /* of boot485: phase << 8 | result (boot485/boot485.h), activations so far */

/* Holding registers (functions 3, 6 and 16). A request that may not be is refused whole. Settings are in EEPROM once it is answered. */
#define HOLDING_REGISTERS(X)                                                                             \
  X(0x0000, address, 1)         /* 1 to 247; from the next request on */                                 \
  X(0x0001, speed, 1)           /* bits per second / 100: 24, 48, 96, 192, 384, 576, 1152; from restart */ \
  X(0x0002, parity, 1)          /* 0 none (two stop bits), 1 odd, 2 even; from restart */                 \
  X(0x0003, command, 1)         /* RESTART or ENTER_LOADER, once it has answered; reads 0 */             \
  X(0x0010, calibration, 16)    /* per channel: code, value, code, value of two points */                \
  X(0x0020, relay, 1)           /* light: 0 open, 1 closed */                                            \
  X(0x0021, relay_at_start, 1)  /* light */                                                              \
  X(0x0022, lamp_current, 1)    /* light: mA above which the lamp burns */                               \
  X(0x0030, serial_number, 2)   /* may be written once */

#define MARK 0x5745 /* WE */
#define MAP_VERSION 1
#define RESTART 0x5252
#define ENTER_LOADER 0x4C44 /* where there is boot485 */
#define NO_VALUE ((int16_t)0x8000)
#define NO_SERIAL 0xFFFFFFFFUL
#define FACTORY_ADDRESS 247

#define STATUS_SETTINGS_LOST 0x0001 /* neither copy in EEPROM is whole: factory settings are used */
#define STATUS_COPY_LOST 0x0002     /* one copy was damaged and has been passed over */
#define STATUS_NO_SERIAL 0x0004
#define STATUS_SENSOR 0x0010 /* << channel: the sensor is out of its range */

#define DEFINE_INPUT(register, name, words) IN_##name = register, IN_##name##_words = words,
#define DEFINE_HOLDING(register, name, words) HOLD_##name = register, HOLD_##name##_words = words,
enum { INPUT_REGISTERS(DEFINE_INPUT) HOLDING_REGISTERS(DEFINE_HOLDING) };

#endif
