import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import type { NodeLine } from "@weir/wire/firmware/reach.ts";
import { updateNode } from "@weir/wire/firmware/update.ts";
import type { Progress } from "@weir/wire/firmware/update-state.ts";
import { describe, expect, test } from "vitest";
import { ProgrammingError } from "../tool/stk500.ts";
import { bytesOf, fresh, keyOf, planFor, startBus, type TestBus, update } from "./test-bus.ts";

const level = await bytesOf("level");
const next = await bytesOf("level-flawed");
const plan = await planFor("level-flawed");
const hangPin = 19;

/** Nodes whose staging slot holds the next image already, but for what a test takes away: transfer is what takes time. */
async function startStaged(images = ["level"]): Promise<TestBus> {
  const bus = await startBus(images);
  for (const board of bus.boards) board.program(next, slotBytes);
  return bus;
}

test("an update ends when the new image has said that it works, and its neighbours have answered all along", async () => {
  const bus = await startBus(["level", "air"]);
  const begun = bus.now();
  const line = bus.line(1);
  let asked = 0;
  let answered = 0;
  const polled: NodeLine = {
    ...line,
    ask: async (request) => {
      asked++;
      if (Array.isArray(await bus.line(2).read(4, 3))) answered++;
      return line.ask(request);
    },
  };
  await bus.line(2).wait(11_000);
  const { states, end } = await update({ line: () => polled }, 1, plan);
  expect(states).toEqual(["staged", "activated", "trial", "confirmed"]);
  expect(end).toMatchObject({ state: "confirmed", fault: "none" });
  expect(answered).toBe(asked);
  expect(asked).toBeGreaterThan(next.length / 128);
  expect(bus.now() - begun).toBeLessThan(30_000);
  const [board] = bus.boards;
  expect(board!.flash.slice(0, next.length)).toEqual(next);
  expect(board!.flash.slice(slotBytes, slotBytes + level.length)).toEqual(level);
  expect(bus.boards.flatMap(({ faults }) => faults)).toEqual([]);
});

test("an image that hangs with its watchdog switched off is taken back without anybody's help", async () => {
  const bus = await startStaged();
  bus.boards[0]!.digital(hangPin, true);
  const { states, end } = await update(bus, 1, plan);
  expect(states).toEqual(["staged", "activated", "rolled-back"]);
  expect(end.fault).toBe("crashed");
  expect(bus.boards[0]!.flash.slice(0, level.length)).toEqual(level);
  bus.timeline.run(2000);
  expect(await bus.line(1).read(0x103, 1)).toEqual([0x0101]);
});

test("blackouts during a trial take nothing back, however many", async () => {
  const bus = await startStaged();
  const [board] = bus.boards;
  const line = bus.line(1);
  let cuts = 0;
  const dark: NodeLine = {
    ...line,
    read: async (...place) => {
      if (board!.flash[next.length - 1] !== next.at(-1) || cuts >= 6 || board!.programCounter > slotBytes)
        return line.read(...place);
      cuts++;
      board!.cutPower(() => 0.3);
      bus.timeline.run(20);
      board!.powerOn();
      return undefined;
    },
  };
  const { end } = await update({ line: () => dark }, 1, plan);
  expect(cuts).toBe(6);
  expect(end.state).toBe("confirmed");
});

test("with the cable pulled at page 20 and put back, only what is missing is sent", async () => {
  let pulled = false;
  const bus = await startBus(["level"], { pulled: () => pulled });
  let written = 0;
  let missing = 0;
  const onPage = (done: number, all: number) => {
    [written, missing] = [done, all];
    if (done === 20 && all > 30) pulled = true;
  };
  const line = bus.line(1);
  const options = { plan, from: fresh, onProgress: async () => {}, onPage };
  await expect(updateNode(line, options)).rejects.toThrow(ProgrammingError);
  pulled = false;
  bus.timeline.run(15_000); // the node has gone on with what it ran
  expect(await line.read(0x103, 1)).toEqual([0x0101]);
  const all = Math.ceil(next.length / 128);
  const end = await updateNode(line, options);
  expect(end.state).toBe("confirmed");
  expect([written, missing]).toEqual([all - 20, all - 20]);
});

test.each(["staged", "activated", "trial"])("a gateway that dies at %s goes on where it was", async (state) => {
  const bus = await startStaged();
  let kept: Progress = fresh;
  const dying = updateNode(bus.line(1), {
    plan,
    from: fresh,
    onProgress: async (progress) => {
      kept = progress;
      if (progress.state === state) throw new Error("power failed");
    },
    onPage: () => {},
  });
  await expect(dying).rejects.toThrow("power failed");
  bus.timeline.run(30_000);
  const { states, end } = await update(bus, 1, plan, JSON.parse(JSON.stringify(kept)) as Progress);
  expect(end.state).toBe("confirmed");
  if (state === "trial") expect(states).toEqual(["confirmed"]);
});

/** To the image before the one that runs. */
async function olderPlan() {
  const plan = await planFor("level", { allowOlder: false });
  return { ...plan, identity: { ...plan.identity, version: "1.0.9" } };
}

describe("it is refused, and the node runs on what it ran,", () => {
  const runsOn = async (bus: TestBus) => {
    bus.timeline.run(3000);
    expect(await bus.line(1).read(0x103, 1)).toEqual([0x0101]);
    expect(bus.boards[0]!.flash.slice(0, level.length)).toEqual(level);
  };

  test.each([
    ["the bundle is for another class", { plan: planFor("air"), fault: "wrong-class" }],
    ["another node is at the address", { plan: planFor("level-flawed", { serial: 1 }), fault: "wrong-node" }],
    [
      "the gateway has another key",
      { plan: planFor("level-flawed", { keysOf: () => [keyOf(1), keyOf(2)] }), fault: "wrong-key" },
    ],
    ["it is older, and that is not allowed", { plan: olderPlan(), fault: "older" }],
    ["the gateway has no key", { plan: planFor("level-flawed", { keysOf: () => [] }), fault: "no-key" }],
  ])("where %s", async (_, { plan, fault }) => {
    const bus = await startStaged();
    bus.timeline.run(12_000);
    const { end } = await update(bus, 1, await plan);
    expect(end).toMatchObject({ state: "refused", fault });
    await runsOn(bus);
  });

  test("where the node has no key", async () => {
    const bus = await startBus(["level"], { keyless: true });
    expect((await update(bus, 1, plan)).end).toMatchObject({ state: "refused", fault: "no-key" });
    await runsOn(bus);
  });
});

test("a node that runs the version already is confirmed without a page", async () => {
  const bus = await startStaged();
  bus.timeline.run(12_000);
  const { end, pages } = await update(bus, 1, await planFor("level"));
  expect([end.state, pages]).toEqual(["confirmed", 0]);
});

test("nobody there is parked, and found once it is", async () => {
  const bus = await startStaged();
  bus.boards[0]!.cutPower(() => 0.5);
  const { end } = await update(bus, 1, plan);
  expect(end).toMatchObject({ state: "parked", fault: "no-answer" });
  bus.boards[0]!.powerOn();
  expect((await update(bus, 1, plan, end)).end.state).toBe("confirmed");
});

test("a transfer that does not end in time is parked as too slow, and sends only the rest when it is tried again", async () => {
  const bus = await startBus(["level"]);
  let first = 0;
  const end = await updateNode(bus.line(1), {
    ...{ plan, from: fresh, onProgress: async () => {}, deadlines: { stageMs: 2000 } },
    onPage: (written) => {
      first = written;
    },
  });
  expect(end).toMatchObject({ state: "parked", fault: "too-slow" });
  const all = Math.ceil(next.length / 128);
  expect(first).toBeGreaterThan(5);
  expect(first).toBeLessThan(all);
  const again = await update(bus, 1, plan, end);
  expect(again.end.state).toBe("confirmed");
  expect(first + again.pages - 1).toBe(all); // one report is only how many are missing
});

test("flash that does not hold what is written to it is given up after three times, and the node runs on", async () => {
  const bus = await startBus(["level"]);
  const line = bus.line(1);
  let writes = 0;
  const worn: NodeLine = {
    ...line,
    ask: async (request) => {
      const reply = await line.ask(request);
      if (request.operation !== "write" || !reply || "refused" in reply) return reply;
      writes++;
      return { payload: reply.payload.map((byte) => byte ^ 1) };
    },
  };
  const end = await updateNode(worn, { plan, from: fresh, onProgress: async () => {}, onPage: () => {} });
  expect([end.state, end.fault, writes]).toEqual(["refused", "not-written", 3]);
  bus.timeline.run(3000);
  expect(await line.read(0x103, 1)).toEqual([0x0101]);
});

test("an image that runs and never answers is taken back when time is up and the node is switched off and on", async () => {
  const bus = await startStaged();
  const [board] = bus.boards;
  const line = bus.line(1);
  const isNew = () => board!.flash[next.length - 1] === next.at(-1) && board!.programCounter < slotBytes;
  const deaf: NodeLine = {
    ...line,
    read: async (...place) => (isNew() ? undefined : line.read(...place)),
    ask: async (request) => (isNew() ? undefined : line.ask(request)),
  };
  const options = { plan, onProgress: async () => {}, onPage: () => {}, deadlines: { trialMs: 15_000 } };
  const first = await updateNode(deaf, { ...options, from: fresh });
  expect(first).toMatchObject({ state: "parked", fault: "no-answer" });
  board!.reset("power");
  bus.timeline.run(100);
  const second = await updateNode(deaf, { ...options, from: first, deadlines: { trialMs: 0 } });
  expect(second).toMatchObject({ state: "rolled-back", fault: "not-confirmed" });
  expect(board!.flash.slice(0, level.length)).toEqual(level);
});
