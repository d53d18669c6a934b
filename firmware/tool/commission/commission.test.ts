import { describe, expect, test } from "vitest";
import { type NewLine, settings, startLine } from "../../nodes/test-commission.ts";
import { createAdapter } from "../../sim/adapter.ts";
import { cyclesPerMs } from "../../sim/timeline.ts";
import { Failure, type Happening } from "../events.ts";
import { createPortBus } from "./bus.ts";
import { parseOrders } from "./command.ts";
import { type CommissionOptions, commission } from "./commission.ts";

async function run({ port }: NewLine, options: Partial<CommissionOptions>) {
  const bus = createPortBus({ port, settings, waitMs: 50, signal: new AbortController().signal });
  const events: Happening[] = [];
  const outcome = await commission(bus, { assignments: [], ...options }, (event) => void events.push(event)).catch(
    (error: unknown) => error,
  );
  if (outcome instanceof Error && !(outcome instanceof Failure)) throw outcome;
  const failure = outcome instanceof Failure ? outcome : undefined;
  const said = (name: Happening["event"]) => events.filter(({ event }) => event === name);
  return { failure, said, events };
}

const at = (serial: number, address: number) => ({ serial, address });

describe("commissioning", () => {
  test("tells who is on the line, and changes nothing", async () => {
    const line = await startLine(["level", "gas"], (n) => 50 + n);
    const { failure, events } = await run(line, {});
    expect(failure).toBeUndefined();
    expect(events).toEqual(
      expect.arrayContaining([
        { event: "node", serial: 50, address: 247, model: "WEIR-LEVEL" },
        { event: "node", serial: 51, address: 247, model: "WEIR-GAS" },
      ]),
    );
    expect(events).toHaveLength(2);
  });

  test("gives addresses, and says so once the node was read back at its new one", async () => {
    const line = await startLine(["level", "gas", "air"], (n) => 50 + n);
    const { failure, said } = await run(line, { assignments: [at(50, 5), at(52, 7)] });
    expect(failure).toBeUndefined();
    expect(said("assigned")).toEqual([
      {
        event: "assigned",
        serial: 50,
        address: 5,
        was: 247,
        node: expect.stringMatching(/^WEIR-LEVEL/),
        profile: "pipe/weir-level",
      },
      {
        event: "assigned",
        serial: 52,
        address: 7,
        was: 247,
        node: expect.stringMatching(/^WEIR-AIR/),
        profile: "air/weir-air",
      },
    ]);
    expect((await line.find()).nodes.map(({ address }) => address).sort()).toEqual([247, 5, 7]);
  });

  test("an order that is said again is done again: the node is where it should be", async () => {
    const line = await startLine(["level"], () => 50);
    for (let n = 0; n < 2; n++)
      expect((await run(line, { assignments: [at(50, 5)] })).said("assigned")).toMatchObject([
        { serial: 50, address: 5 },
      ]);
  });

  test("two nodes may change places", async () => {
    const line = await startLine(
      ["level", "gas"],
      (n) => 50 + n,
      (n) => 1 + n,
    );
    expect((await run(line, { assignments: [at(50, 2), at(51, 1)] })).failure).toBeUndefined();
    expect((await line.find()).nodes.map(({ serial, address }) => [serial, address]).sort()).toEqual([
      [50, 2],
      [51, 1],
    ]);
  });

  test("free addresses are found, past those of other nodes and of other instruments", async () => {
    const line = await startLine(
      ["level", "gas", "air", "light"],
      (n) => 50 + n,
      (n) => (n === 1 ? 11 : 247),
    );
    const bus = createPortBus({ port: line.port, settings, waitMs: 50, signal: new AbortController().signal });
    const shared = { ...bus, isTaken: async (unit: number) => unit === 13 || bus.isTaken(unit) };
    const done = await commission(shared, { assignments: [], from: 10 }, () => {});
    expect(done.map(({ serial, address }) => [serial, address])).toEqual([
      [50, 10],
      [52, 12],
      [53, 14],
    ]);
  });

  test("every fault of the orders is told at once, and then nothing is given", async () => {
    const line = await startLine(
      ["level", "gas", "air", "air"],
      (n) => [50, 51, 52, 52][n],
      (n) => (n === 1 ? 9 : 247),
    );
    const { failure } = await run(line, { assignments: [at(50, 9), at(77, 3), at(52, 4), at(51, 9), at(1, 9)] });
    expect(failure?.message.split("\n")).toEqual([
      "77: no node of this line has this serial number; there are 50, 51",
      "52: several nodes have this serial number, and all would move",
      "51: address 9 is for 50 already",
      "1: no node of this line has this serial number; there are 50, 51",
      "1: address 9 is for 51 already",
    ]);
    const { nodes, twins } = await line.find();
    expect(twins).toEqual([52]); // one of them may be among the nodes
    const others = nodes.filter(({ serial }) => serial !== 52);
    expect(others.map(({ address }) => address).sort()).toEqual([247, 9]);
  });

  test("an address at which another instrument answers is not given", async () => {
    const line = await startLine(["level", "gas"], (n) => (n === 0 ? 50 : undefined));
    line.boards[1]!.eeprom.set(
      (
        await startLine(
          ["gas"],
          () => 3,
          () => 30,
        )
      ).boards[0]!.eeprom,
    );
    line.boards[1]!.eeprom.fill(0xff, 4, 9);
    const other = await startLine(
      ["gas"],
      () => 3,
      () => 30,
    );
    const bus = createPortBus({ port: line.port, settings, waitMs: 50, signal: new AbortController().signal });
    const foreign = { ...bus, isTaken: async (unit: number) => unit === 30 };
    const refused = await commission(foreign, { assignments: [at(50, 30)] }, () => {}).catch(
      (error: Error) => error.message,
    );
    expect(refused).toBe("50: another instrument answers at address 30");
    expect(await bus.isTaken(247)).toBe(true);
    expect(await bus.isTaken(12)).toBe(false);
    expect(other.boards).toHaveLength(1);
  });

  test("a node whose new address turns out to be another's is sent back, and the failure says where everybody is", async () => {
    const line = await startLine(["level", "gas"], (n) => 50 + n);
    const bus = createPortBus({ port: line.port, settings, waitMs: 50, signal: new AbortController().signal });
    const crowded = { ...bus, readIdentity: async (unit: number) => (unit === 8 ? undefined : bus.readIdentity(unit)) };
    const failure = await commission(crowded, { assignments: [at(50, 7), at(51, 8)] }, () => {}).catch(
      (error: Failure) => error,
    );
    expect(failure).toMatchObject({
      message: "51 took address 8, and what answers there is no whole answer",
      board: "50 is at 7; 51 was sent back to address 247",
    });
    expect((await line.find()).nodes.map(({ address }) => address).sort()).toEqual([247, 7]);
  });

  test("one node without a serial number is given one, and an address with it; of two neither is touched", async () => {
    const line = await startLine(["level", "gas"], (n) => (n === 0 ? 50 : undefined));
    const { failure, said } = await run(line, { serial: 60, assignments: [at(60, 6)] });
    expect(failure).toBeUndefined();
    expect(said("serial-given")).toEqual([{ event: "serial-given", serial: 60 }]);
    expect(said("assigned")).toMatchObject([{ serial: 60, address: 6 }]);
    expect((await run(line, { serial: 61 })).failure?.message).toMatch(/every node of this line has a serial number/);

    const two = await startLine(["level", "gas"], () => undefined);
    const refused = await run(two, { serial: 60 });
    expect(refused.failure?.message).toBe("several nodes have no serial number");
    expect(refused.said("twins")).toEqual([{ event: "twins", serial: null }]);
  });

  test("two nodes at one address, and two with one serial number, are a fault even when nothing is to be given", async () => {
    const line = await startLine(
      ["level", "gas", "air", "air"],
      (n) => [50, 51, 52, 52][n],
      (n) => (n < 2 ? 9 : 247),
    );
    const { failure, said } = await run(line, {});
    expect(failure?.message).toMatch(/cannot be told apart/);
    expect(said("shared")).toEqual([{ event: "shared", address: 9, serials: expect.arrayContaining([50, 51]) }]);
    expect(said("twins")).toEqual([{ event: "twins", serial: 52 }]);
  });

  test("nodes take the speed and parity of their line, and are read back at those", async () => {
    const line = await startLine(["level", "gas"], (n) => 50 + n);
    const { failure, said } = await run(line, { from: 1, settings: { baud: 9600, parity: "none" } });
    expect(failure).toBeUndefined();
    expect(said("line-set")).toEqual(
      [50, 51].map((serial) => ({ event: "line-set", serial, baud: 9600, parity: "none" })),
    );
    expect(line.boards.map((board) => board.uartFormat().parity)).toEqual(["none", "none"]);
  });

  test("something on the line that answers to everything is told as such, and nothing is given", async () => {
    const line = await startLine(["level"], () => 50);
    const other = createAdapter(line.timeline, { rx: line.wire, tx: line.wire }, settings);
    let speaks = false;
    other.onByte = () => {
      if (speaks) return;
      speaks = true;
      line.timeline.at(line.timeline.now() + 20 * cyclesPerMs, () => {
        other.send(Uint8Array.of(3, 0x80, 1));
        speaks = false;
      });
    };
    const { failure } = await run(line, { assignments: [at(50, 5)] });
    expect(failure?.message).toMatch(/^the line is not clear/);
  });
});

test("every wrong order of a command line is named", () => {
  expect(() => parseOrders(["5", "0=3", "7=248", "9=1", "9=2"])).toThrow(
    /5: an order is[\s\S]*0=3: a serial number[\s\S]*7=248: an address[\s\S]*9=2: 9 is given two addresses/,
  );
  expect(parseOrders(["100231=5/WELL-017"])).toEqual([{ serial: 100_231, address: 5, point: "WELL-017" }]);
});
