import encodeQR from "qr";

/** What a node's label says. */
export type LabelContent = {
  readonly serial: number;
  /** Id of its device profile: `pipe/weir-level`. */
  readonly profile: string;
  /** Code of its sensing point, where it is known. */
  readonly point?: string | undefined;
};

/** A label to be drawn: dark squares of its QR code, row by row, and lines of text from the top down, the first the largest. */
export type Label = {
  readonly squares: readonly (readonly boolean[])[];
  readonly lines: readonly string[];
};

/** mm; a common size of label printers. */
export const labelSize = { width: 62, height: 29, margin: 2 } as const;

const longestPoint = 24;

/** undefined: it can be printed. The label's fonts have ASCII alone, and a longer code would be too small to read. */
export function faultOfPoint(point: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(point))
    return `a point code on a label is letters, digits and signs of ASCII without spaces, not ${JSON.stringify(point)}`;
  if (point.length > longestPoint)
    return `a point code on a label has at most ${longestPoint} characters, ${point} has ${point.length}`;
  return undefined;
}

/** What a phone or a scanner reads: `weir:node/100231?profile=pipe/weir-level&point=WELL-017`. */
export function textOf({ serial, profile, point }: LabelContent): string {
  return `weir:node/${serial}?profile=${profile}${point === undefined ? "" : `&point=${encodeURIComponent(point)}`}`;
}

/** Throws RangeError for a point code that cannot be printed. */
export function createLabel(content: LabelContent): Label {
  const { serial, profile, point } = content;
  const fault = point === undefined ? undefined : faultOfPoint(point);
  if (fault) throw new RangeError(fault);
  return {
    squares: encodeQR(textOf(content), "raw", { ecc: "medium", border: 1 })
      .slice(1, -1)
      .map((row) => row.slice(1, -1)),
    lines: [...(point === undefined ? [] : [point]), `SN ${serial}`, profile],
  };
}

/** Modules of white that a reader needs around a code (ISO/IEC 18004, 6.3.8). */
export const quietModules = 4;
