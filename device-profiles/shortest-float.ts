/** The shortest decimal number that is this 32-bit float: what the instrument shows. */
export function shortestFloat(float: number): number {
  if (Number.isInteger(float) || !Number.isFinite(float)) return float;
  // Below 8192 floats stand closer than 0.001, so at most one number of three decimals is this float.
  const thousandths = Math.round(float * 1000) / 1000;
  if (Math.abs(float) < 8192 && Math.fround(thousandths) === float) return thousandths;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}
