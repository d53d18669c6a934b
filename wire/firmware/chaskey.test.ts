import { expect, test } from "vitest";
import { chaskey12 } from "./chaskey.ts";

const bytesOf = (words: readonly number[]) => {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, n) => void view.setUint32(4 * n, word, true));
  return new Uint8Array(view.buffer);
};

/** Of the authors' reference implementation: the message is 0, 1, 2 … */
test.each([
  [0, [0x43cb1f41, 0x51eba0c2, 0xff0a8ac3, 0x7ee3f642]],
  [1, [0xf9ac2067, 0x9c35a846, 0x441aad3d, 0x777b7330]],
  [15, [0x03cfb44b, 0x283c8163, 0xfca71448, 0xc40a0aea]],
  [16, [0x5dd0e2a9, 0xfb5eac8c, 0x633a392e, 0x500c36f3]],
  [17, [0x8b5f6d5a, 0x202314f6, 0x22092368, 0x9639e606]],
  [32, [0x77962784, 0x07c647fa, 0xdd752c0f, 0xd2f5a799]],
  [63, [0x2dd072e1, 0x42b89efe, 0xfb26b615, 0x049aa451]],
])("the tag of %i bytes is the published one", (length, words) => {
  const key = bytesOf([0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39]);
  expect(
    chaskey12(
      key,
      Uint8Array.from({ length }, (_, n) => n),
    ),
  ).toEqual(bytesOf(words));
});

test("a key of another length is refused", () => {
  expect(() => chaskey12(new Uint8Array(15), new Uint8Array())).toThrow("16 bytes, not 15");
});
