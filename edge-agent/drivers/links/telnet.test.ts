import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTelnetParser, encodeOption, encodeSubnegotiation, escapeTelnet, verbs } from "./telnet.ts";

type Part =
  | { readonly data: readonly number[] }
  | { readonly option: readonly number[] }
  | { readonly sub: readonly number[] };

/** The parts of a stream that comes in these pieces; data that follows data is one. */
function partsOf(chunks: readonly Uint8Array[]): readonly Part[] {
  const parts: Part[] = [];
  const parse = createTelnetParser({
    data: (bytes) => {
      const last = parts.at(-1);
      if (last && "data" in last) parts[parts.length - 1] = { data: [...last.data, ...bytes] };
      else parts.push({ data: [...bytes] });
    },
    option: (verb, option) => parts.push({ option: [verb, option] }),
    subnegotiation: (option, content) => parts.push({ sub: [option, ...content] }),
  });
  for (const chunk of chunks) parse(chunk);
  return parts;
}

const byte = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(255, 250, 240, 251, 254, 44, 0) }, fc.nat(255));
const bytes = fc
  .uint8Array({ maxLength: 40 })
  .chain((some) => fc.array(byte, { maxLength: 20 }).map((more) => [...some, ...more]));

describe("a Telnet stream", () => {
  test("gives back any data, options and subnegotiations that went in, in order and in whatever pieces they come", () => {
    const part = fc.oneof(
      bytes.filter((each) => each.length > 0).map((data): Part => ({ data })),
      fc.tuple(fc.constantFrom(...Object.values(verbs)), fc.nat(255)).map((option): Part => ({ option })),
      fc.tuple(fc.nat(254), bytes).map(([option, content]): Part => ({ sub: [option, ...content] })),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 10 }), (parts, cuts) => {
        const stream = parts.flatMap((each) =>
          "data" in each
            ? [...escapeTelnet(Uint8Array.from(each.data))]
            : "option" in each
              ? [...encodeOption(each.option[0]!, each.option[1]!)]
              : [...encodeSubnegotiation(each.sub[0]!, Uint8Array.from(each.sub.slice(1)))],
        );
        const merged = parts.reduce<Part[]>((all, each) => {
          const last = all.at(-1);
          if ("data" in each && last && "data" in last) all[all.length - 1] = { data: [...last.data, ...each.data] };
          else all.push(each);
          return all;
        }, []);
        expect(partsOf(cut(stream, cuts))).toEqual(merged);
      }),
    );
  });

  test("of any bytes at all makes nothing throw, and says the same however it is cut", () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(60), { maxLength: 10 }), (stream, cuts) => {
        expect(partsOf(cut(stream, cuts))).toEqual(partsOf([Uint8Array.from(stream)]));
      }),
    );
  });

  test("whose subnegotiation never ends is read on at the next command, and holds no more than its limit", () => {
    const endless = [255, 250, 44, ...Array.from({ length: 5000 }, () => 7)];
    expect(partsOf([Uint8Array.from([...endless, 255, 240, 1, 2])])).toEqual([{ data: [1, 2] }]);
    expect(partsOf([Uint8Array.from([255, 250, 44, 1, 255, 251, 0, 9])])).toEqual([
      { option: [251, 0] },
      { data: [9] },
    ]);
  });
});

function cut(stream: readonly number[], at: readonly number[]): readonly Uint8Array[] {
  const places = [...new Set(at)].filter((place) => place < stream.length).sort((a, b) => a - b);
  return [0, ...places].map((from, i) => Uint8Array.from(stream.slice(from, places[i] ?? stream.length)));
}
