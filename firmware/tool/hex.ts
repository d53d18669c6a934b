/** Bytes that stand together, from a byte address on. */
export type Segment = { readonly start: number; readonly bytes: Uint8Array };

/** An image as a HEX file has it: segments in rising order that neither touch nor overlap. */
export type Image = { readonly segments: readonly Segment[] };

export type HexResult = { readonly image: Image } | { readonly faults: readonly string[] };

/** Where an image may lie: from `start` up to, not including, `end`. */
export type Section = { readonly name: string; readonly start: number; readonly end: number };

/**
 * Intel HEX (Intel, Hexadecimal Object File Format Specification, 1988) → image; all that is wrong with it at once, by line. With a
 * section, bytes outside it are a fault too. Bytes that no record names are not part of the image.
 */
export function parseHex(text: string, section?: Section): HexResult {
  const faults: string[] = [];
  const cells = new Map<number, { readonly byte: number; readonly line: number }>();
  const overlaps = new Map<number, number>();
  let outside: { readonly line: number; readonly address: number; count: number } | undefined;
  let base = 0;
  let ended: number | undefined;

  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.trim() === "") continue;
    if (ended !== undefined) {
      faults.push(`line ${line}: a record behind the end-of-file record of line ${ended}`);
      continue;
    }
    const record = parseRecord(raw.trim());
    if (typeof record === "string") {
      faults.push(`line ${line}: ${record}`);
      continue;
    }
    const { type, address, data } = record;
    if (type === 1) ended = line;
    else if (type === 2 || type === 4) {
      if (data.length === 2) base = ((data[0]! << 8) | data[1]!) * (type === 2 ? 0x10 : 0x10000);
      else faults.push(`line ${line}: an address record has 2 bytes, not ${data.length}`);
    } else if (type === 0)
      for (const [offset, byte] of data.entries()) {
        const at = base + address + offset;
        const earlier = cells.get(at);
        if (earlier && earlier.line !== line && !overlaps.has(line)) {
          overlaps.set(line, earlier.line);
          faults.push(`line ${line}: overlaps line ${earlier.line} at ${hex(at)}`);
        }
        if (section && (at < section.start || at >= section.end)) {
          if (outside) outside.count++;
          else outside = { line, address: at, count: 1 };
        }
        cells.set(at, { byte, line });
      }
    else if (type !== 3 && type !== 5) faults.push(`line ${line}: no record has type ${type}; 0 to 5 are defined`);
  }

  if (ended === undefined) faults.push("the end-of-file record (:00000001FF) is missing: the file may be cut off");
  if (cells.size === 0 && faults.length === 0) faults.push("it holds no bytes");
  if (outside && section)
    faults.push(
      `line ${outside.line}: ${outside.count} bytes from ${hex(outside.address)} on are outside ${section.name} (${hex(section.start)} to ${hex(section.end - 1)})`,
    );
  return faults.length > 0 ? { faults } : { image: { segments: segmentsOf(cells) } };
}

type Parsed = { readonly type: number; readonly address: number; readonly data: Uint8Array };

function parseRecord(line: string): Parsed | string {
  if (!line.startsWith(":")) return "a record begins with a colon";
  if (!/^:(?:[0-9A-Fa-f]{2})*$/.test(line)) return "a record is a colon and pairs of hexadecimal digits";
  const bytes = Uint8Array.from(Buffer.from(line.slice(1), "hex"));
  if (bytes.length < 5) return `a record has at least 5 bytes, not ${bytes.length}`;
  if (bytes.length !== bytes[0]! + 5)
    return `it says that it holds ${bytes[0]} data bytes and holds ${bytes.length - 5}`;
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  if (sum !== 0) {
    const right = (bytes.at(-1)! - sum) & 0xff;
    return `its checksum is ${hex(bytes.at(-1)!)}, ${hex(right)} would be right`;
  }
  return { type: bytes[3]!, address: (bytes[1]! << 8) | bytes[2]!, data: bytes.subarray(4, -1) };
}

function segmentsOf(cells: ReadonlyMap<number, { readonly byte: number }>): Segment[] {
  const segments: { start: number; bytes: number[] }[] = [];
  for (const [at, { byte }] of [...cells].sort(([a], [b]) => a - b)) {
    const last = segments.at(-1);
    if (last && at === last.start + last.bytes.length) last.bytes.push(byte);
    else segments.push({ start: at, bytes: [byte] });
  }
  return segments.map(({ start, bytes }) => ({ start, bytes: Uint8Array.from(bytes) }));
}

/** Image → HEX, 16 bytes a record, lines ended by \n. Addresses below 64 KiB only. */
export function formatHex({ segments }: Image): string {
  const record = (address: number, type: number, data: Uint8Array) => {
    const bytes = [data.length, address >> 8, address & 0xff, type, ...data];
    const sum = -bytes.reduce((total, byte) => total + byte, 0) & 0xff;
    return `:${Buffer.from([...bytes, sum])
      .toString("hex")
      .toUpperCase()}\n`;
  };
  const lines = segments.flatMap(({ start, bytes }) =>
    Array.from({ length: Math.ceil(bytes.length / 16) }, (_, n) =>
      record(start + n * 16, 0, bytes.subarray(n * 16, n * 16 + 16)),
    ),
  );
  return [...lines, record(0, 1, new Uint8Array())].join("");
}

/** The image's bytes from `start` on, holes as 0xFF: what a programmer writes. */
export function flatten({ segments }: Image, start = 0): Uint8Array {
  const end = Math.max(start, ...segments.map((segment) => segment.start + segment.bytes.length));
  const bytes = new Uint8Array(end - start).fill(0xff);
  for (const segment of segments) if (segment.start >= start) bytes.set(segment.bytes, segment.start - start);
  return bytes;
}

/** Holes between the segments. */
export function gaps({ segments }: Image): { readonly start: number; readonly end: number }[] {
  return segments.slice(1).map(({ start }, n) => {
    const before = segments[n]!;
    return { start: before.start + before.bytes.length, end: start };
  });
}

export const hex = (number: number): string =>
  `0x${number
    .toString(16)
    .toUpperCase()
    .padStart(number > 0xff ? 4 : 2, "0")}`;
