import type { OpcuaAddress } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Result, Transport, Turn } from "../driver.ts";
import { createTestLine, createTestLink } from "../test-link.ts";
import { opcua } from "./opcua.ts";
import type { ServerValue, Session } from "./session.ts";
import { opcuaProfile, openServer, type Points } from "./test-profile.ts";
import { createTestServer, createTestSession } from "./test-session.ts";

const transportOf = (reading: "poll" | "subscribe"): Transport => ({ kind: "opcua", ...openServer, reading });
const double = (value: unknown, rest: Partial<ServerValue> = {}): Partial<ServerValue> => ({
  type: "Double",
  value,
  ...rest,
});
const plant = () =>
  createTestServer({
    "Plant/Pump_1/Flow": double(10),
    "Plant/Pump_1/Level": double([1.5, 2.5]),
    "Plant/Pump_1/State": { type: "Int32", value: 3 },
    "Plant/Pump_1/Setpoint": { type: "UInt16", value: 5 },
    "Plant/Pump_2/Flow": double(20),
  });
const at = (node: string, element?: number): OpcuaAddress => ({
  node,
  type: "Double",
  ...(element !== undefined && { element }),
});
const own = (name: string) => at(`nsu=urn:test:plant;s=Plant/Pump_1/${name}`);

for (const reading of ["poll", "subscribe"] as const)
  driverContract<Session>(`OPC UA ${reading}`, () => {
    const server = plant();
    return {
      transport: transportOf(reading),
      medium: async (link, clock) => createTestSession(link, clock, server),
      open: (line) =>
        opcua.open({ profile: opcuaProfile([{ quantity: "pipe_flow", at: { node: "Flow" } }]), timeoutMs: 1000 }, line),
      answer: server.answer,
      stepsLater: reading === "subscribe" ? 0 : 1,
      good: [
        { address: own("Flow"), raw: 10 },
        { address: own("State"), raw: 3 },
        { address: own("Setpoint"), raw: 5 },
      ],
      missing: own("Nothing"),
      writable: { there: own("Setpoint"), missing: own("Nothing") },
    };
  });

/** Two points of a pump, watched; every request takes 20 ms. */
async function setUp(
  points: Points = [{ quantity: "pipe_flow", at: { node: "Flow" } }],
  { reading = "subscribe" as "poll" | "subscribe", address = "Plant/Pump_1", rest = {}, server = plant() } = {},
) {
  const clock = virtualClock(1_700_000_000_000);
  const connect = () => {
    const link = createTestLink(clock, (bytes) => {
      const reply = server.answer(bytes);
      void clock.sleep(20, new AbortController().signal).then(() => link.push(reply));
    });
    return { link, session: createTestSession(link, clock, server) };
  };
  let current = connect();
  const profile = opcuaProfile(points, rest);
  const transport = transportOf(reading);
  const line = { ...createTestLine(current.session, transport, clock) };
  line.exchange = (_turn, job) => job(current.session);
  const connection = opcua.open({ profile, address, timeoutMs: 1000, everyMs: 5000 }, line);
  const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
  const addresses = profile.points.map((point) => point.at);
  async function finish<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    promise.then(
      () => (done = true),
      () => (done = true),
    );
    for (let i = 0; i < 500 && !done; i++) await clock.advance(10);
    return promise;
  }
  return {
    ...{ clock, server, connection, addresses, turn, finish },
    read: (asked: readonly OpcuaAddress[] = addresses, urgent = false): Promise<readonly Result[]> =>
      finish(connection.read(asked, { ...turn, urgent })),
    restart: () => {
      current.link.fail();
      current = connect();
    },
    closed: () => current.link.closed,
  };
}

describe("what a server tells between two reads", () => {
  test("is handed on with the next, oldest first, each at its source's time", async () => {
    const { read, server, clock } = await setUp();
    await read();
    await clock.advance(1000);
    const first = clock.now() - 5;
    server.change("Plant/Pump_1/Flow", double(11, { sourceAt: first }));
    await clock.advance(1000);
    const second = clock.now() - 5;
    server.change("Plant/Pump_1/Flow", double(12, { sourceAt: second, status: "UncertainLastUsableValue" }));
    expect(await read()).toEqual([{ raw: 12, at: second, quality: "uncertain", earlier: [{ raw: 11, at: first }] }]);
  });

  test("costs no request; a steady value is stamped with the last proof that it still holds", async () => {
    const { read, server, clock } = await setUp();
    await read();
    await clock.advance(8000);
    server.keepAlive();
    const provenAt = clock.now();
    await clock.advance(700);
    const before = server.asked.length;
    expect(await read()).toEqual([{ raw: 10, at: provenAt }]);
    expect(server.asked.length).toBe(before);
  });

  test("is the same sample when nothing has been told since, until its next is due", async () => {
    const { read, server, clock } = await setUp();
    await read();
    await clock.advance(1000);
    server.change("Plant/Pump_1/Flow", double(11));
    const changedAt = clock.now();
    await read();
    await clock.advance(4000);
    server.keepAlive();
    expect(await read()).toEqual([{ raw: 11, at: changedAt }]);
  });

  test("is bounded: of a flood the newest thousand are kept, and the rest is counted", async () => {
    const { read, server, clock, connection } = await setUp();
    await read();
    for (let value = 0; value < 1500; value++) {
      await clock.advance(1);
      server.change("Plant/Pump_1/Flow", double(value));
    }
    const [result] = await read();
    expect(result).toMatchObject({ raw: 1499 });
    expect("earlier" in result! && result.earlier).toHaveLength(999);
    expect(connection.stats().lastError).toMatch(/500 values came faster than they were taken/);
  });

  test("outlives its session: it comes with the first read of the next", async () => {
    const { read, server, clock, restart } = await setUp();
    await read();
    await clock.advance(1000);
    server.change("Plant/Pump_1/Flow", double(11));
    const changedAt = clock.now();
    await clock.advance(1000);
    restart();
    expect(await read()).toMatchObject([{ raw: 11, earlier: [{ raw: 11, at: changedAt }] }]);
  });

  test("and got lost is asked for", async () => {
    const { read, server } = await setUp();
    await read();
    server.changeUnseen("Plant/Pump_1/Flow", double(99));
    expect(await read()).toMatchObject([{ raw: 10 }]);
    server.lose();
    expect(await read()).toMatchObject([{ raw: 99 }]);
  });
});

describe("the time of a value", () => {
  test.each([
    ["in the future", 60_000],
    ["before what it follows", -600_000],
  ])("is when it arrived where source and server are %s", async (_, by) => {
    const { read, server, clock } = await setUp();
    await read();
    await clock.advance(1000);
    const arrivedAt = clock.now();
    server.change("Plant/Pump_1/Flow", double(11, { sourceAt: arrivedAt + by, serverAt: arrivedAt + by }));
    await clock.advance(500);
    expect(await read()).toMatchObject([{ raw: 11, at: arrivedAt }]);
  });

  test("is the server's where only that is sane", async () => {
    const { read, server, clock } = await setUp();
    await read();
    await clock.advance(1000);
    const serverAt = clock.now() - 3;
    server.change("Plant/Pump_1/Flow", double(11, { sourceAt: 0, serverAt }));
    expect(await read()).toMatchObject([{ raw: 11, at: serverAt }]);
  });
});

describe("a value that is asked for", () => {
  test("is so when the answer arrived, though its source has not touched it for a year", async () => {
    const server = plant();
    server.values.set("Plant/Pump_1/Flow", { status: "Good", type: "Double", value: 10, sourceAt: 1_670_000_000_000 });
    const { read, clock } = await setUp(undefined, { reading: "poll", server });
    await read();
    for (let i = 0; i < 3; i++) {
      await clock.advance(5000);
      const before = clock.now();
      const [result] = await read();
      expect(result).toEqual({ raw: 10, at: expect.toSatisfy((at) => at > before) });
    }
  });
});

describe("a status that is not good", () => {
  test("fails its point alone, by its own name, and says what to check", async () => {
    const { read, server, connection } = await setUp([
      { quantity: "pipe_flow", at: { node: "Flow" } },
      { quantity: "pump_state", at: { node: "State", type: "Int32" } },
    ]);
    await read();
    server.change("Plant/Pump_1/Flow", { status: "BadSensorFailure", value: undefined });
    expect(await read()).toMatchObject([{ error: "BadSensorFailure" }, { raw: 3 }]);
    expect(connection.stats().lastError).toBe("Flow: BadSensorFailure; the sensor has failed; check sensor and cable");
    server.change("Plant/Pump_1/Flow", { status: "Good", value: 7 });
    expect(await read()).toMatchObject([{ raw: 7 }, { raw: 3 }]);
    expect(connection.stats().lastError).toBeUndefined();
  });

  test("which says that the server does not reach the instrument counts as its silence", async () => {
    const { read, server, connection, finish, addresses, turn } = await setUp();
    await read();
    const { replies } = connection.stats();
    server.change("Plant/Pump_1/Flow", { status: "BadNoCommunication", value: undefined });
    expect(await read()).toEqual([{ error: "BadNoCommunication" }]);
    expect(connection.stats().replies).toBe(replies);
    await expect(finish(connection.probe(addresses, turn))).rejects.toMatchObject({ code: "BadNoCommunication" });
  });
});

describe("an instrument's own node", () => {
  test("is where the paths of its profile begin, so that one profile serves every pump", async () => {
    const { read } = await setUp(undefined, { address: "Plant/own:Pump_2" });
    expect(await read()).toMatchObject([{ raw: 20 }]);
  });

  test("that is not there fails every point, names what is, and is found as soon as it appears", async () => {
    const { read, server, connection } = await setUp(undefined, { address: "Plant/Pump_9" });
    expect(await read()).toEqual([{ error: "BadNoMatch" }]);
    expect(connection.stats()).toMatchObject({
      replies: 0,
      lastError: 'its own node: nothing is called "Plant/Pump_9"; below Plant there is Pump_1, Pump_2',
    });
    server.values.set("Plant/Pump_9/Flow", { status: "Good", type: "Double", value: 90 });
    expect(await read()).toMatchObject([{ raw: 90 }]);
  });
});

describe("a path with a pattern", () => {
  test("leads to the one node that fits it", async () => {
    const { read } = await setUp([{ quantity: "pipe_flow", at: { node: "F*w" } }]);
    expect(await read()).toMatchObject([{ raw: 10 }]);
  });

  test("that fits several is read from none, and says which; its neighbours are read", async () => {
    const points = [
      { quantity: "pump_state", at: { node: "S*", type: "Int32" } },
      { quantity: "pipe_flow", at: { node: "Flow" } },
    ];
    const { read, connection } = await setUp(points);
    expect(await read()).toMatchObject([{ error: "BadTooManyMatches" }, { raw: 10 }]);
    expect(connection.stats().lastError).toMatch(/"S\*" fits State, Setpoint; write it so that it fits one/);
    expect(await read()).toMatchObject([{ error: "unsupported" }, { raw: 10 }]);
  });

  test("is looked for anew in each session", async () => {
    const { read, server, restart } = await setUp([{ quantity: "pipe_flow", at: { node: "F*" } }]);
    await read();
    server.values.delete("Plant/Pump_1/Flow");
    server.values.set("Plant/Pump_1/Fluss", { status: "Good", type: "Double", value: 5 });
    restart();
    expect(await read()).toMatchObject([{ raw: 5 }]);
  });
});

describe("an array", () => {
  test("gives the element of the point; one that it does not have is bad", async () => {
    const level = (element: number) => ({
      quantity: "pipe_flow",
      channel: `l${element}`,
      at: { node: "Level", element },
    });
    const { read } = await setUp([level(1), level(2)]);
    expect(await read()).toMatchObject([{ raw: 2.5 }, { error: "mismatch" }]);
  });
});

describe("a write", () => {
  const setpoint = { quantity: "pump_speed", at: { node: "Setpoint", type: "UInt16" }, write: { min: 0, max: 70_000 } };

  test("is sent in the node's own type, and the next read asks the server", async () => {
    const { read, connection, finish, addresses, turn, server } = await setUp([setpoint]);
    await read();
    await finish(connection.write({ address: addresses[0]!, raw: 42, multiple: false }, turn));
    expect(server.values.get("Plant/Pump_1/Setpoint")).toMatchObject({ type: "UInt16", value: 42 });
    expect(await read()).toMatchObject([{ raw: 42 }]);
  });

  test.each([70_000, 1.5, -1])(
    "of %s, which the node's type does not carry, is refused and nothing is sent",
    async (raw) => {
      const { connection, finish, addresses, turn, server } = await setUp([setpoint]);
      const order = { address: addresses[0]!, raw, multiple: false };
      await expect(finish(connection.write(order, turn))).rejects.toThrow(/the node is a UInt16 and takes/);
      expect(server.asked).not.toContain("write");
    },
  );
});

describe("a subscription that no longer tells", () => {
  test("while the server lives is found by asking, and ends the session", async () => {
    const { read, server, clock, closed } = await setUp();
    await read();
    server.changeUnseen("Plant/Pump_1/Flow", double(99));
    let why: string | undefined;
    void closed().then((error) => (why = error.message));
    for (let i = 0; i < 20 && why === undefined; i++) {
      await clock.advance(5000);
      server.keepAlive();
      await read();
    }
    expect(why).toBe("Flow has changed and the server has not told");
  });

  test("a value that changes without a pause raises no such suspicion", async () => {
    const { read, server, clock, closed } = await setUp();
    let why: string | undefined;
    void closed().then((error) => (why = error.message));
    await read();
    for (let i = 0; i < 100; i++) {
      await clock.advance(5000);
      server.change("Plant/Pump_1/Flow", double(i));
      server.changeUnseen("Plant/Pump_1/Flow", double(i + 0.5));
      await read();
    }
    expect(why).toBeUndefined();
  });
});

describe("values that the server does not watch", () => {
  test("are asked for at each read; the others are told", async () => {
    const server = plant();
    server.unwatchable.add("Plant/Pump_1/Flow");
    const points = [
      { quantity: "pipe_flow", at: { node: "Flow" } },
      { quantity: "pump_state", at: { node: "State", type: "Int32" } },
    ];
    const { read } = await setUp(points, { server });
    await read();
    server.changeUnseen("Plant/Pump_1/Flow", double(11));
    server.asked.length = 0;
    expect(await read()).toMatchObject([{ raw: 11 }, { raw: 3 }]);
    expect(server.asked).toEqual(["read"]);
  });
});
