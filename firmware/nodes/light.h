/*
 * A street lamp: an ACS712-05B (185 mV/A about 2.5 V) at A0, and the lamp's relay at D7. The current is effective, over 200 ms: ten
 * periods of 50 Hz, twelve of 60 Hz. Columns as in level.h; the code of an effective value is 16384 x V / 5 V as well.
 */
#define HARDWARE_CLASS 4
#define MODEL "WEIR-LIGHT"
#define LAMP
#define CHANNELS(X) X(current, 0.001, 0, 0, 0, 3031, 5000, 0, 16383)
