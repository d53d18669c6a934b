import { describe, expect, test } from "vitest";
import { createWirePort } from "../sim/port.ts";
import { createRandom } from "../sim/test-random.ts";
import { createAskAll } from "../tool/commission/line.ts";
import { search } from "../tool/commission/search.ts";
import { readInput } from "../tool/modbus.ts";
import { settings, startLine } from "./test-commission.ts";

describe("nodes on a line, all at address 247", () => {
  test("are found by the search, whatever their number, without a collision being taken for a node", async () => {
    const { find, boards } = await startLine(["level", "gas", "air", "light", "pressure", "level"], (n) => 100_231 + n);
    const { nodes, twins, unclear } = await find();
    expect(nodes.toSorted((a, b) => a.serial - b.serial)).toEqual(
      [1, 5, 2, 4, 3, 1].map((hardwareClass, n) => ({ serial: 100_231 + n, address: 247, hardwareClass })),
    );
    expect({ twins, unclear }).toEqual({ twins: [], unclear: false });
    expect(boards.flatMap(({ faults }) => faults)).toEqual([]);
    expect(boards.map(({ resets }) => resets.watchdog)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("a claim moves the one whose serial number it names, and it keeps its address through a power cut", async () => {
    const { ask, find, boards, timeline } = await startLine(["level", "gas", "air"], (n) => 7000 + n);
    expect(await ask({ what: "claim", serial: 7001, address: 12 })).toMatchObject({ serial: 7001, address: 12 });
    boards[1]!.cutPower(createRandom(6));
    boards[1]!.powerOn();
    timeline.run(50);
    const { nodes } = await find();
    expect(nodes.map(({ serial, address }) => [serial, address]).sort()).toEqual([
      [7000, 247],
      [7001, 12],
      [7002, 247],
    ]);
  });

  test("a claim with an address that is none, or of a node without a serial number, changes nothing", async () => {
    const { ask, find } = await startLine(["level", "gas"], (n) => (n === 0 ? 5 : undefined));
    for (const address of [0, 248]) expect(await ask({ what: "claim", serial: 5, address })).toBe("silence");
    expect(await ask({ what: "claim", serial: 0xffffffff, address: 3 })).toBe("silence");
    expect((await find()).nodes.map(({ address }) => address)).toEqual([247, 247]);
  });

  test("two with one serial number answer together, and are known for what they are", async () => {
    const { find } = await startLine(["level", "level", "air"], (n) => [42, 42, 43][n]);
    expect(await find()).toMatchObject({ twins: [42], nodes: [{ serial: 43 }], unclear: false });
  });

  test("keep silent once muted, until they are unmuted or reset", async () => {
    const { ask, boards, timeline } = await startLine(["level"], () => 9);
    const everybody = { what: "find", mask: 0, value: 0 } as const;
    const muted = async () => {
      await ask({ what: "mute", serial: 9 });
      return ask(everybody);
    };
    expect(await muted()).toBe("silence");
    await ask({ what: "unmute" });
    expect(await ask(everybody)).toMatchObject({ serial: 9 });
    expect(await muted()).toBe("silence");
    boards[0]!.reset("pin");
    timeline.run(20);
    expect(await ask(everybody)).toMatchObject({ serial: 9 });
  });

  test("are found on a noisy line", async () => {
    const { find, wire } = await startLine(["level", "gas", "air"], (n) => 880 + n);
    const random = createRandom(11);
    wire.spoil = (character) =>
      random() < 0.004 ? { ...character, levels: character.levels ^ (1 << Math.floor(random() * 11)) } : character;
    const { nodes, twins } = await find();
    expect(nodes.map(({ serial }) => serial).sort()).toEqual([880, 881, 882]);
    expect(twins).toEqual([]);
  });
});

test("a Modbus master that shares the line is answered between two questions of a search", async () => {
  const { timeline, wire, ask, boards } = await startLine(["level", "gas"], (n) => 1 + n);
  await ask({ what: "claim", serial: 1, address: 20 });
  const port = createWirePort("master", timeline, { rx: wire, tx: wire, reset: () => {} });
  await port.set(settings);
  const signal = new AbortController().signal;
  const answers: unknown[] = [];
  await search(
    async (request) => {
      answers.push(await readInput(port, 20, 0x100, 1, signal));
      return createAskAll({ port, baud: 19200, waitMs: 50, signal })(request);
    },
    () => {},
  );
  expect(answers.length).toBeGreaterThan(8);
  expect(new Set(answers.map((words) => JSON.stringify(words)))).toEqual(new Set(["[22341]"]));
  expect(boards.flatMap(({ faults }) => faults)).toEqual([]);
});
