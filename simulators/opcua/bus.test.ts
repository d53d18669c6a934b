import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpcuaProfile } from "@weir/device-profiles/schema.ts";
import { profile as schema } from "@weir/device-profiles/schema.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { AttributeIds, type ClientSession, DataType, OPCUAClient, StatusCodes } from "node-opcua-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import type { ActiveFault } from "../faults/board.ts";
import { type Fault, parseFault } from "../faults/fault.ts";
import { serveOpcua } from "./bus.ts";
import { createOpcuaInstrument } from "./instrument.ts";

const profile = {
  ...schema.parse(
    parse(`
model: Test
vendor: Test
names: { en: Test, zh: 测试 }
domain: pipe
kind: test
source: test
protocol: opcua
points:
  - { quantity: pipe_flow, at: { node: Flow, type: Float } }
  - { quantity: pump_speed, at: { node: Speed }, write: { min: 0, max: 100 } }
examples: [{ note: none, values: "Flow = Float 1 | Speed = Double 1", samples: { pipe_flow: 1, pump_speed: 1 } }]
`),
  ),
  id: "pipe/test",
} as OpcuaProfile;
const own = "urn:test:own";
const folder = mkdtempSync(join(tmpdir(), "weir-sim-opcua-bus-"));
const stop = new AbortController();
const patience = 60_000;
let faults: readonly ActiveFault[] = [];
let heard: { readonly msg: string }[] = [];
let port: number;

const pump = createOpcuaInstrument({
  id: "pump",
  profile,
  address: "Pump",
  own,
  tell: (metric, _, settings) => (metric === "pipe_flow" ? 12.5 : (settings.get("pump_speed") ?? 40)),
  worldNow: () => 0,
  now: () => systemClock.now(),
});

beforeAll(async () => {
  const options = {
    name: "test",
    host: "127.0.0.1",
    pki: join(folder, "pki"),
    instruments: [pump],
    clock: systemClock,
  };
  const log = (_: string, msg: string) => void heard.push({ msg });
  port = await serveOpcua({ ...options, port: 0, faults: () => faults, log }, stop.signal);
  await upAgain();
}, patience);
afterAll(() => {
  stop.abort();
  rmSync(folder, { recursive: true, force: true });
});

function on(...wanted: readonly object[]): void {
  heard = [];
  faults = wanted.map((each, id) => {
    const { fault } = parseFault(each) as { readonly fault: Fault };
    return { id, target: "test", fault, since: 5000, until: undefined, worldSince: 0 };
  });
}

async function says(msg: string): Promise<void> {
  while (!heard.some((line) => line.msg === msg)) await systemClock.sleep(20, stop.signal);
}
const upAgain = () => says("opc ua server is up");

async function withSession<T>(use: (session: ClientSession, own: number) => Promise<T>): Promise<T> {
  const client = OPCUAClient.create({ connectionStrategy: { maxRetry: 0 }, endpointMustExist: false });
  return client.withSessionAsync(`opc.tcp://127.0.0.1:${port}`, async (session) =>
    use(session as ClientSession, (await session.readNamespaceArray()).indexOf(own)),
  );
}

const read = (name: string) =>
  withSession((session, index) =>
    session.read({ nodeId: `ns=${index};s=Pump.${name}`, attributeId: AttributeIds.Value }, 0),
  );

/** Reads until it is so: a beat passes before a fault is told to the thread. */
async function reads(name: string, so: (value: Awaited<ReturnType<typeof read>>) => boolean): Promise<void> {
  while (!so(await read(name))) await systemClock.sleep(50, stop.signal);
}

test(
  "shows what the instrument tells, and what was written to it goes to the instrument",
  async () => {
    expect((await read("Flow")).value.value).toBe(12.5);
    const write = (value: number) =>
      withSession((session, index) =>
        session.write({
          nodeId: `ns=${index};s=Pump.Speed`,
          attributeId: AttributeIds.Value,
          value: { value: { dataType: DataType.Double, value } },
        }),
      );
    expect(await write(70)).toEqual(StatusCodes.Good);
    expect((await read("Speed")).value.value).toBe(70);
    expect(await write(170)).toEqual(StatusCodes.BadOutOfRange);
    expect((await read("Speed")).value.value).toBe(70);
  },
  patience,
);

test(
  "shows a status that is not good, and source timestamps that stand still",
  async () => {
    on({ fault: "status", metric: "pipe_flow", status: "UncertainSensorNotAccurate" }, { fault: "frozen-time" });
    await reads("Flow", ({ statusCode }) => statusCode.name === "UncertainSensorNotAccurate");
    expect((await read("Flow")).sourceTimestamp?.getTime()).toBe(5000);
    expect((await read("Speed")).statusCode).toEqual(StatusCodes.Good);
    on();
    await reads("Flow", ({ statusCode }) => statusCode.name === "Good");
  },
  patience,
);

test(
  "nobody listens while it restarts, and afterwards it knows of no session",
  async () => {
    on({ fault: "server-restart" });
    await says("opc ua server stopped");
    await expect(read("Flow")).rejects.toThrow();
    on();
    await upAgain();
    expect((await read("Flow")).value.value).toBe(12.5);
  },
  patience,
);

test(
  "shows a certificate whose time is over and other indexes of namespaces, each after a start of its own",
  async () => {
    const certificate = async () => {
      const client = OPCUAClient.create({ connectionStrategy: { maxRetry: 0 }, endpointMustExist: false });
      await client.connect(`opc.tcp://127.0.0.1:${port}`);
      const [endpoint] = await client.getEndpoints();
      await client.disconnect();
      return new X509Certificate(endpoint!.serverCertificate);
    };
    const before = await withSession(async (_, index) => index);
    expect(Date.parse((await certificate()).validTo)).toBeGreaterThan(Date.now());
    on({ fault: "expired-certificate" }, { fault: "reindex" });
    await upAgain();
    expect(Date.parse((await certificate()).validTo)).toBeLessThan(Date.now());
    expect(await withSession(async (_, index) => index)).toBe(before + 1);
    expect((await read("Flow")).value.value).toBe(12.5);
    on();
  },
  patience,
);

test("a port that is taken is said before anything starts", async () => {
  const taken = createServer();
  const occupied = await new Promise<number>((resolve) =>
    taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port)),
  );
  const options = {
    name: "other",
    host: "127.0.0.1",
    pki: folder,
    instruments: [],
    faults: () => [],
    clock: systemClock,
  };
  await expect(serveOpcua({ ...options, port: occupied, log: () => {} }, stop.signal)).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  taken.close();
});
