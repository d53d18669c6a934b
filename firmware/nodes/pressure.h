/* Pressure in a pipe: a 4-20 mA transmitter, 0 to 1600 kPa, over 220 ohm at A0. NAMUR NE 43 as in level.h, and so the columns. */
#define HARDWARE_CLASS 3
#define MODEL "WEIR-PRESSURE"
#define CHANNELS(X) X(pipe_pressure, 0.1, 0, 2884, 0, 14418, 16000, 2595, 15139)
