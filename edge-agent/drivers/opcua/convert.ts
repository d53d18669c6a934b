/** Least and greatest whole number of a built-in type (OPC 10000-6, 5.1.2). */
const wholes: Readonly<Record<string, readonly [low: number, high: number]>> = {
  SByte: [-0x80, 0x7f],
  Byte: [0, 0xff],
  Int16: [-0x8000, 0x7fff],
  UInt16: [0, 0xffff],
  Int32: [-0x80000000, 0x7fffffff],
  UInt32: [0, 0xffffffff],
  Int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UInt64: [0, Number.MAX_SAFE_INTEGER],
};

/** A raw number as a value of the node's type. Throws RangeError for one that the type cannot carry, and for types that are no number. */
export function asType(raw: number, type: string): number | boolean {
  if (type === "Boolean") {
    if (raw === 0 || raw === 1) return raw === 1;
    throw new RangeError(`the node is a Boolean and takes 0 or 1, not ${raw}`);
  }
  if (!Number.isFinite(raw)) throw new RangeError(`${raw} is no number`);
  if (type === "Double") return raw;
  if (type === "Float") {
    if (Number.isFinite(Math.fround(raw))) return raw;
    throw new RangeError(`the node is a Float, which does not carry ${raw}`);
  }
  const limits = wholes[type];
  if (!limits) throw new RangeError(`the node is a ${type}, which is no number; leave \`write\` out of the profile`);
  if (!Number.isInteger(raw)) throw new RangeError(`the node is a ${type} and takes whole numbers, not ${raw}`);
  if (raw < limits[0] || raw > limits[1])
    throw new RangeError(`the node is a ${type} and takes ${limits[0]} to ${limits[1]}, not ${raw}`);
  return raw;
}
