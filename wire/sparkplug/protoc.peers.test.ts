import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePayload } from "./decode.ts";
import { encodePayload } from "./encode.ts";
import * as arbitrary from "./payload.arbitrary.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const testdata = new URL("../testdata/", import.meta.url);

/** Debian's protobuf-compiler, with our .proto. Fails, never skips, where it is not installed. */
function protoc(direction: "encode" | "decode", input: Uint8Array): Uint8Array {
  const run = spawnSync("protoc", ["-I", here, `--${direction}=weir.sparkplug.Payload`, "sparkplug_b.proto"], {
    input,
    timeout: 20_000,
  });
  if (run.status !== 0) throw new Error(`protoc --${direction}: ${run.error?.message ?? run.stderr}`);
  return new Uint8Array(run.stdout);
}

const frames = readdirSync(testdata).filter((file) => file.endsWith(".txtpb"));

describe("golden frames", () => {
  test.each(frames)("%s encodes with protoc to the bytes that are checked in", (file) => {
    const hex = readFileSync(new URL(file.replace(".txtpb", ".hex"), testdata), "utf8").replaceAll(/\s/g, "");
    const bytes = protoc("encode", readFileSync(new URL(file, testdata)));
    expect(Buffer.from(bytes).toString("hex")).toBe(hex);
  });
});

test("any frame of ours is read by protoc, written by protoc byte for byte the same, and read back by us as it was", () => {
  fc.assert(
    fc.property(arbitrary.payload, (payload) => {
      const ours = encodePayload(payload);
      const theirs = protoc("encode", protoc("decode", ours));
      expect(Buffer.from(theirs).toString("hex")).toBe(Buffer.from(ours).toString("hex"));
      expect(decodePayload(theirs)).toEqual(payload);
    }),
    { numRuns: 150 },
  );
});

test("bytes that protoc refuses are refused by us, and what we read protoc reads", () => {
  const edit = fc.tuple(fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(arbitrary.payload, fc.array(edit, { minLength: 1, maxLength: 3 }), (payload, edits) => {
      const bytes = encodePayload(payload);
      for (const [position, byte] of edits) if (bytes.length > 0) bytes[position % bytes.length] = byte;
      const read = decodePayload(bytes);
      if (!("error" in read)) expect(() => protoc("decode", bytes)).not.toThrow();
    }),
    { numRuns: 150 },
  );
});
