import { inflateSync } from "node:zlib";
import fc from "fast-check";
import decodeQR from "qr/decode.js";
import { describe, expect, test } from "vitest";
import { parseLabels } from "./command.ts";
import { dotOf, glyphSize } from "./glyphs.ts";
import { createLabel, labelSize, textOf } from "./label.ts";
import { writePdf } from "./pdf.ts";
import { writePng } from "./png.ts";

const content = { serial: 100_231, profile: "pipe/weir-level", point: "WELL-017" };
const point = fc.stringMatching(/^[\x21-\x7e]{1,24}$/);

/** Grey dots of one of our pictures. */
function dots(png: Uint8Array) {
  const view = Buffer.from(png);
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  const at = view.indexOf("IDAT");
  const rows = inflateSync(view.subarray(at + 4, at + 4 + view.readUInt32BE(at - 4)));
  const rowBytes = Math.ceil(width / 8);
  const light = (x: number, y: number) => (rows[y * (rowBytes + 1) + 1 + (x >> 3)]! >> (7 - (x & 7))) & 1;
  return { width, height, light };
}

describe("a label", () => {
  test("says serial number, profile and point, for people and as one text for a reader", () => {
    expect(createLabel(content).lines).toEqual(["WELL-017", "SN 100231", "pipe/weir-level"]);
    expect(createLabel({ ...content, point: undefined }).lines).toEqual(["SN 100231", "pipe/weir-level"]);
    expect(textOf(content)).toBe("weir:node/100231?profile=pipe/weir-level&point=WELL-017");
  });

  test("as a picture has its size in millimetres and a code that reads back, with any point code", () => {
    fc.assert(
      fc.property(point, fc.integer({ min: 1, max: 0xfffffffe }), (point, serial) => {
        const png = writePng(createLabel({ serial, profile: "pipe/weir-pressure", point }));
        const { width, height, light } = dots(png);
        expect([width / 12, height / 12]).toEqual([labelSize.width, labelSize.height]);
        const data = new Uint8ClampedArray(width * height * 4);
        for (let n = 0; n < width * height; n++)
          data.fill(light(n % width, Math.floor(n / width)) * 255, n * 4, n * 4 + 4);
        expect(decodeQR({ width, height, data })).toBe(textOf({ serial, profile: "pipe/weir-pressure", point }));
      }),
      { numRuns: 12, seed: 6 },
    );
  });

  test("as a page keeps its text within the page, whatever its length, and its signs do not end the text", () => {
    fc.assert(
      fc.property(point, (point) => {
        const pdf = Buffer.from(writePdf([createLabel({ ...content, point })])).toString("latin1");
        const texts = [...pdf.matchAll(/Tf? ?(?:\/F )?([\d.]+) Tf ([\d.]+) ([\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj/g)];
        expect(texts.map(([, , , , text]) => text!.replace(/\\(.)/g, "$1"))).toEqual([
          point,
          "SN 100231",
          "pipe/weir-level",
        ]);
        for (const [, size, left, y, text] of texts) {
          const end = Number(left) + Number(size) * 0.6 * text!.replace(/\\(.)/g, "$1").length;
          expect(end).toBeLessThan((labelSize.width / 25.4) * 72);
          expect(Number(y)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("every character that a point code may have has an image of its own", () => {
    const images = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).map((character) =>
      Array.from({ length: 35 }, (_, n) =>
        Number(dotOf(character, n % glyphSize.width, Math.floor(n / glyphSize.width))),
      ).join(""),
    );
    expect(new Set(images).size).toBe(94);
    expect(images.every((image) => image.includes("1"))).toBe(true);
  });
});

test("every label of a command line that cannot be printed is named with what would be right", () => {
  expect(() => parseLabels(["7=level/东门-12", "x=level", "8=lvel", `9=gas/${"W".repeat(25)}`])).toThrow(
    /7=level\/东门-12: a point code on a label is letters, digits[\s\S]*x=level: a label is[\s\S]*8=lvel: a label is[\s\S]*at most 24 characters/,
  );
});
