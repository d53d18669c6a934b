/*
 * Weather in a cabinet or on a pole, three analog sensors at 5 V. Columns as in level.h.
 * A0: TMP36, 0.5 V at 0 degrees and 10 mV a degree. A1: HIH-4030, V = 5 V x (0.0062 x %RH + 0.16).
 * A2: MPX4115A, V = 5 V x (0.009 x kPa - 0.095), 15 to 115 kPa.
 */
#define HARDWARE_CLASS 2
#define MODEL "WEIR-AIR"
#define CHANNELS(X)                                                       \
  X(air_temperature, 0.1, 0, 1638, 0, 4915, 1000, 328, 5734)              \
  X(relative_humidity, 0.1, 1, 2621, 0, 12780, 1000, 2300, 13400)         \
  X(air_pressure, 0.01, 2, 655, 1500, 15401, 11500, 400, 15900)
