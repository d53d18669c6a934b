import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  AttributeIds,
  type ClientSession,
  DataType,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  StatusCodes,
  TimestampsToReturn,
  UserTokenType,
} from "node-opcua-client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { claimPort } from "./claim-port.ts";
import { type OpcuaServer, openServer } from "./server.ts";
import { goodConduct, type ServerPlan, simulatorUser } from "./server-plan.ts";

const own = "urn:test:own";
const folder = mkdtempSync(join(tmpdir(), "weir-sim-opcua-"));
const plan = (port: number): ServerPlan => ({
  name: "test",
  host: "127.0.0.1",
  port,
  pki: join(folder, "server"),
  expired: false,
  strangers: ["urn:test:stranger"],
  variables: [
    { path: names("Pump", "Flow"), type: "Float" },
    { path: names("Pump", "Speed"), type: "Double", writable: true },
    { path: names("Pump", "Hours"), type: "UInt64", length: 2 },
    { path: names("Pump", "Running"), type: "Boolean", id: { namespace: "urn:test:ids", id: "i=7" } },
  ],
});
const pump = `${own};s=Pump`;
const written: number[] = [];
let port: number;
let server: OpcuaServer;
let manager: OPCUACertificateManager;

function names(...path: readonly string[]) {
  return path.map((name) => ({ namespace: own, name }));
}

beforeAll(async () => {
  manager = new OPCUACertificateManager({
    rootFolder: join(folder, "client"),
    automaticallyAcceptUnknownCertificate: true,
  });
  await manager.initialize();
  port = await claimPort("127.0.0.1", 0);
  server = await openServer(plan(port), Date.now, async (index, value) => {
    if (value > 50) return "BadOutOfRange";
    written.push(value);
    const shown = [undefined, undefined, undefined];
    server.show(shown.with(index, { value, status: "Good", at: 3000 } as never));
    return "Good";
  });
  server.show([
    { value: 1.5, status: "Good", at: 1000 },
    { value: 2, status: "UncertainLastUsableValue", at: 2000 },
    { value: [1, 2 ** 33 + 5], status: "Good", at: 1000 },
    { value: 1, status: "BadSensorFailure", at: 1000 },
  ]);
}, 60_000);
afterEach(() => server.behave(goodConduct));
afterAll(async () => {
  await server.close();
  await manager.dispose();
  rmSync(folder, { recursive: true, force: true });
});

type Secure = { readonly policy?: SecurityPolicy; readonly mode?: MessageSecurityMode; readonly password?: string };

async function withSession<T>(use: (session: ClientSession) => Promise<T>, secure: Secure = {}): Promise<T> {
  const client = OPCUAClient.create({
    clientCertificateManager: manager,
    connectionStrategy: { maxRetry: 0 },
    endpointMustExist: false,
    securityPolicy: secure.policy ?? SecurityPolicy.None,
    securityMode: secure.mode ?? MessageSecurityMode.None,
  });
  await client.connect(`opc.tcp://127.0.0.1:${port}`);
  try {
    const session = await client.createSession(
      secure.password === undefined
        ? undefined
        : { type: UserTokenType.UserName, userName: simulatorUser.name, password: secure.password },
    );
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  } finally {
    await client.disconnect();
  }
}

/** A node id with the namespace's number of now. */
async function at(session: ClientSession, text: string): Promise<string> {
  const [uri = "", id] = text.split(";");
  return `ns=${(await session.readNamespaceArray()).indexOf(uri)};${id}`;
}

const read = async (session: ClientSession, text: string) =>
  session.read({ nodeId: await at(session, text), attributeId: AttributeIds.Value }, 0);

/** Epoch ms by the server's own clock: Server_ServerStatus_CurrentTime (OPC 10000-6). */
const serverTime = async (session: ClientSession): Promise<number> =>
  (await session.read({ nodeId: "ns=0;i=2258", attributeId: AttributeIds.Value }, 0)).value.value.getTime();

test("an unrelated namespace stands before those of the instruments", async () => {
  const namespaces = await withSession((session) => session.readNamespaceArray());
  expect(namespaces.indexOf("urn:test:stranger")).toBe(2);
  expect(namespaces.indexOf(own)).toBeGreaterThan(2);
});

test("values come in their own types, with the status and the source's time", async () => {
  await withSession(async (session) => {
    const flow = await read(session, `${pump}.Flow`);
    expect(flow.value).toMatchObject({ dataType: DataType.Float, value: 1.5 });
    expect(flow.sourceTimestamp?.getTime()).toBe(1000);
    expect((await read(session, `${pump}.Speed`)).statusCode).toEqual(StatusCodes.UncertainLastUsableValue);
    expect([...(await read(session, `${pump}.Hours`)).value.value].flat()).toEqual([0, 1, 2, 5]);
    expect((await read(session, "urn:test:ids;i=7")).statusCode).toEqual(StatusCodes.BadSensorFailure);
  });
});

test("a write is what the variable shows then; one that is refused changes nothing; the rest cannot be written", async () => {
  await withSession(async (session) => {
    const write = async (name: string, dataType: DataType, value: unknown) =>
      session.write({
        nodeId: await at(session, `${pump}.${name}`),
        attributeId: AttributeIds.Value,
        value: { value: { dataType, value } },
      });
    expect(await write("Speed", DataType.Double, 42)).toEqual(StatusCodes.Good);
    expect((await read(session, `${pump}.Speed`)).value.value).toBe(42);
    expect(await write("Speed", DataType.Double, 60)).toEqual(StatusCodes.BadOutOfRange);
    expect(await write("Speed", DataType.String, "fast")).toEqual(StatusCodes.BadTypeMismatch);
    expect((await write("Flow", DataType.Float, 1)).name).toMatch(/^Bad(NotWritable|UserAccessDenied)$/);
    expect(written).toEqual([42]);
    expect((await read(session, `${pump}.Speed`)).value.value).toBe(42);
  });
});

test.each([
  [SecurityPolicy.Basic256Sha256, MessageSecurityMode.Sign],
  [SecurityPolicy.Basic256Sha256, MessageSecurityMode.SignAndEncrypt],
  [SecurityPolicy.Aes256_Sha256_RsaPss, MessageSecurityMode.SignAndEncrypt],
])("its user signs in over %s, mode %i, and nobody does with another password", async (policy, mode) => {
  const { password } = simulatorUser;
  const flow = await withSession((session) => read(session, `${pump}.Flow`), { policy, mode, password });
  expect(flow.statusCode).toEqual(StatusCodes.Good);
  await expect(withSession(async () => {}, { policy, mode, password: "guess" })).rejects.toThrow(
    /BadUserAccessDenied|BadIdentityTokenRejected/,
  );
});

test("a subscription without publishes hears nothing at all, not even keep-alives, while reads are answered", async () => {
  await withSession(async (session) => {
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: 50,
      requestedMaxKeepAliveCount: 2,
      requestedLifetimeCount: 1000,
      publishingEnabled: true,
    });
    const heard: string[] = [];
    subscription.on("keepalive", () => heard.push("keep-alive"));
    const nodeId = await at(session, `${pump}.Flow`);
    const item = await subscription.monitor(
      { nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 5 },
      TimestampsToReturn.Both,
    );
    const first = new Promise((resolve) => item.once("changed", resolve));
    await first;
    await new Promise((resolve) => subscription.once("keepalive", resolve));
    server.behave({ ...goodConduct, noPublishes: true });
    heard.length = 0;
    item.on("changed", () => heard.push("value"));
    server.show([{ value: 9.5, status: "Good", at: 5000 }]);
    const publishes = 8;
    const until = (await serverTime(session)) + publishes * 50;
    while ((await serverTime(session)) < until) await read(session, `${pump}.Flow`);
    expect((await read(session, `${pump}.Flow`)).value.value).toBe(9.5);
    expect(heard).toEqual([]);
    await subscription.terminate();
  });
});
