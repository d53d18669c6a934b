/* A toxic gas: a 4-20 mA gas head, 0 to 100 ppm, over 220 ohm at A0. NAMUR NE 43 as in level.h, and so the columns. */
#define HARDWARE_CLASS 5
#define MODEL "WEIR-GAS"
#define CHANNELS(X) X(toxic_gas_ppm, 0.1, 0, 2884, 0, 14418, 1000, 2595, 15139)
