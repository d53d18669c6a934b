/** Units that a value may be wanted in: those of the vocabulary. */
export const letterUnits = ["m/s", "deg", "Cel", "kPa", "%", "mm", "mm/h", "m", "V", "s"] as const;
export type LetterUnit = (typeof letterUnits)[number];

const same = (value: number) => value;
const times = (factor: number) => (value: number) => value * factor;

/**
 * What a unit letter of NMEA 0183 or of Vaisala's ASCII makes of a number. The same letter means different things to different
 * values (M: metres a second, millimetres, magnetic), so the wanted unit comes first. A letter that is not here is of another kind.
 */
const letters: Readonly<Record<LetterUnit, Readonly<Record<string, (value: number) => number>>>> = {
  "m/s": { M: same, N: (knots) => (knots * 463) / 900, K: (kmh) => kmh / 3.6, S: times(0.44704) },
  // T true, M magnetic; R and L: right and left of the bow.
  deg: { D: same, T: same, M: same, R: same, L: (angle) => (360 - angle) % 360 },
  Cel: { C: same, F: (fahrenheit) => (fahrenheit - 32) / 1.8 },
  kPa: {
    B: times(100),
    H: (hectopascal) => hectopascal / 10,
    P: (pascal) => pascal / 1000,
    I: times(3.386389),
    M: times(0.1333224),
  },
  "%": { P: same },
  mm: { M: same, I: times(25.4) },
  "mm/h": { M: same, I: times(25.4) },
  m: { M: same, f: times(0.3048), F: times(1.8288) },
  V: { V: same },
  s: { s: same, S: same },
};

/** A number with its unit letter → the wanted unit, to a millionth. NaN for a letter of another kind. */
export function inUnit(value: number, letter: string, wanted: LetterUnit): number {
  const convert = Object.hasOwn(letters[wanted], letter) ? letters[wanted][letter] : undefined;
  return convert ? Math.round(convert(value) * 1e6) / 1e6 : Number.NaN;
}

/** Digits with a point, as instruments print them; NaN for anything else, an empty text too. */
export function plainNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
}
