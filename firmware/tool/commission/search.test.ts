import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../sim/test-random.ts";
import { type Answer, type BySerial, decodeBySerial, encodeBySerial, type Heard, noSerial } from "./by-serial.ts";
import { search } from "./search.ts";

const node = (serial: number, address = 247): Answer => ({ serial, address, hardwareClass: 1 });
const series = (from: number, count: number) => Array.from({ length: count }, (_, n) => node(from + n));

type Line = { readonly noise?: () => boolean; readonly captured?: () => boolean; readonly chatter?: () => boolean };

/** What commission.c does, of any number of nodes. captured: of several answers one is understood. chatter: somebody else talks. */
function createNodes(nodes: readonly Answer[], { noise, captured, chatter }: Line = {}) {
  const muted = new Set<Answer>();
  return async (request: BySerial): Promise<Heard> => {
    const speak = nodes.filter((each) => {
      if (request.what === "nobody") return false;
      if (request.what === "unmute") muted.delete(each);
      if (request.what === "unmute" || (request.what === "find" && muted.has(each))) return false;
      if (request.what === "find") return ((each.serial ^ request.value) & request.mask) === 0;
      if (each.serial !== request.serial) return false;
      if (request.what === "mute") muted.add(each);
      return true;
    });
    if (chatter?.()) return "garbled";
    if (speak.length === 0) return noise?.() ? "garbled" : "silence";
    if (noise?.()) return "garbled";
    return speak.length === 1 || captured?.() ? speak[0]! : "garbled";
  };
}

const census = async (ask: (request: BySerial) => Promise<Heard>) => {
  const { nodes, ...rest } = await search(ask, () => {});
  return { ...rest, serials: nodes.map(({ serial }) => serial).sort((a, b) => a - b) };
};
const serials = (nodes: readonly Answer[]) => nodes.map(({ serial }) => serial).sort((a, b) => a - b);

const bound = (n: number) => (n === 0 ? 4 : Math.ceil(n * (35 - Math.log2(n)) + 4));
const anySerials = fc.uniqueArray(fc.integer({ min: 0, max: 0xfffffffe }), { maxLength: 40 });

describe("the search by serial number", () => {
  test("finds every node of any line, once, within its bound", async () => {
    await fc.assert(
      fc.asyncProperty(anySerials, async (numbers) => {
        const nodes = numbers.map((serial) => node(serial));
        const { serials: found, twins, unclear, questions } = await census(createNodes(nodes));
        expect({ found, twins, unclear }).toEqual({ found: serials(nodes), twins: [], unclear: false });
        expect(questions).toBeLessThanOrEqual(bound(nodes.length));
      }),
    );
  });

  test("keeps to its bound where it is worst: pairs that differ in their first bit alone", async () => {
    for (const pairs of [1, 4, 15, 32]) {
      const nodes = Array.from({ length: pairs }, (_, n) => [node(n), node((n | 0x80000000) >>> 0)]).flat();
      const { serials: found, questions } = await census(createNodes(nodes));
      expect(found).toEqual(serials(nodes));
      expect(questions).toBeLessThanOrEqual(bound(nodes.length));
      expect(questions).toBeGreaterThan(bound(nodes.length) - 4);
    }
  });

  test("takes four questions a node for a series", async () => {
    const { questions } = await census(createNodes(series(100_231, 30)));
    expect(questions).toBeLessThanOrEqual(4 * 30 + 4);
  });

  test("an empty line takes four questions", async () => {
    expect(await census(createNodes([]))).toEqual({ serials: [], twins: [], unclear: false, questions: 4 });
  });

  test("two nodes with one serial number are twins, and hide nobody", async () => {
    const nodes = [node(7, 1), ...series(5, 8), node(noSerial), node(noSerial)];
    const { serials: found, twins } = await census(createNodes(nodes));
    expect(twins.toSorted()).toEqual([7, noSerial].sort());
    expect(found).toEqual([5, 6, 8, 9, 10, 11, 12]);
  });

  test("one node without a serial number is found as such", async () => {
    expect(await census(createNodes([node(noSerial), node(4)]))).toMatchObject({ serials: [4, noSerial], twins: [] });
  });

  test("a strong node that drowns weaker ones hides none of them, and twins neither", async () => {
    const random = createRandom(6);
    const nodes = [...series(1000, 12), node(1003)];
    const { serials: found, twins, unclear } = await census(createNodes(nodes, { captured: () => random() < 0.6 }));
    expect([...new Set([...found, ...twins])].sort()).toEqual(serials(series(1000, 12)));
    expect(unclear).toBe(false);
  });

  test("noise costs questions, hides no node and makes no twins", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = createRandom(seed);
      const nodes = series(seed * 977, 10);
      const found = await census(createNodes(nodes, { noise: () => random() < 0.08 }));
      expect(found).toMatchObject({ serials: serials(nodes), twins: [] });
    }
  });

  test("something that answers to everything ends it soon, as a line that is not clear", async () => {
    const { unclear, twins, questions } = await census(createNodes(series(1, 5), { chatter: () => true }));
    expect({ unclear, twins }).toEqual({ unclear: true, twins: [] });
    expect(questions).toBeLessThan(260);
  });

  test("another master's polling on the line does not make it go on for ever", async () => {
    const random = createRandom(3);
    const { questions, unclear } = await census(createNodes(series(1, 30), { chatter: () => random() < 0.7 }));
    expect(questions).toBeLessThan(10_000);
    expect(unclear).toBe(true);
  });
});

describe("an answer by serial number", () => {
  const request: BySerial = { what: "find", mask: 0, value: 0 };

  test("is nothing but the one whole answer to its question: no other bytes are one, and none make it throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBySerial(bytes, request)).toBe(bytes.length === 0 ? "silence" : "garbled");
      }),
    );
  });

  test("a request is passed over by other instruments: to nobody's address, with a private function and our letters", () => {
    const hex = (request: BySerial) => Buffer.from(encodeBySerial(request)).toString("hex");
    expect(hex(request)).toBe("00415745010000000000000000fb36");
    expect(hex({ what: "claim", serial: 100_231, address: 5 })).toMatch(/^00415745040001878705....$/);
  });
});
