/*
 * Level above the sewer's floor: a 4-20 mA probe, 0 to 5 m, over 220 ohm at A0 (0.88 to 4.4 V of 5 V). NAMUR NE 43: at 3.6 mA and
 * below, or 21 mA and above, the probe is broken.
 *
 * X(quantity, unit of the register, input, code 1, value 1, code 2, value 2, lowest code, highest code); a code is 16384 x V / 5 V
 */
#define HARDWARE_CLASS 1
#define MODEL "WEIR-LEVEL"
#define CHANNELS(X) X(sewer_level, 0.001, 0, 2884, 0, 14418, 5000, 2595, 15139)
