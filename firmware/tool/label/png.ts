import { crc32, deflateSync } from "node:zlib";
import { dotOf, glyphSize } from "./glyphs.ts";
import { type Label, labelSize, quietModules } from "./label.ts";

/** Dots a millimetre: close to the 300 dpi of label printers. */
const dotsPerMm = 12;
const cell = glyphSize.width + 1;
const lineGap = 2 * dotsPerMm;

/** A picture of the label, black on white (PNG, ISO/IEC 15948), that knows how large it is. */
export function writePng({ squares, lines }: Label): Uint8Array {
  const [width, height, margin] = [labelSize.width, labelSize.height, labelSize.margin].map((mm) => mm * dotsPerMm) as [
    number,
    number,
    number,
  ];
  const rowBytes = Math.ceil(width / 8);
  const rows = Buffer.alloc(height * (rowBytes + 1), 0xff);
  for (let y = 0; y < height; y++) rows[y * (rowBytes + 1)] = 0; // no filter

  function blacken(left: number, top: number, size: number): void {
    for (let y = top; y < top + size; y++)
      for (let x = left; x < left + size; x++) {
        const at = y * (rowBytes + 1) + 1 + (x >> 3);
        rows[at] = rows[at]! & ~(0x80 >> (x & 7));
      }
  }

  const module = Math.floor((height - 2 * margin) / squares.length);
  squares.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) blacken(margin + x * module, margin + y * module, module);
    });
  });
  const left = margin + module * (squares.length + quietModules);
  let top = margin;
  lines.forEach((line, n) => {
    const dot = Math.max(1, Math.min(n === 0 ? 6 : 4, Math.floor((width - margin - left) / (cell * line.length))));
    [...line].forEach((character, at) => {
      for (let y = 0; y < glyphSize.height; y++)
        for (let x = 0; x < glyphSize.width; x++)
          if (dotOf(character, x, y)) blacken(left + (at * cell + x) * dot, top + y * dot, dot);
    });
    top += glyphSize.height * dot + lineGap;
  });

  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([1, 0, 0, 0, 0], 8); // a bit a dot, grey
  const scale = Buffer.alloc(9);
  scale.writeUInt32BE(dotsPerMm * 1000, 0);
  scale.writeUInt32BE(dotsPerMm * 1000, 4);
  scale[8] = 1; // dots a metre
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("pHYs", scale),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const around = Buffer.alloc(4);
  around.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([around, body, check]);
}
