import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type PollEvent, type Polling, startPolling } from "../../poll/poll.ts";
import { LinkError } from "../driver.ts";
import { openSession } from "./open-session.ts";
import { ownCertificate } from "./own-certificate.ts";
import type { OpcuaServer } from "./server.ts";
import type { Session } from "./session.ts";
import { type Asyncua, type AsyncuaOptions, freePort, startAsyncua } from "./test-asyncua.ts";
import { opcuaProfile, openServer } from "./test-profile.ts";
import { openTrustList } from "./trust-list.ts";

const publishMs = 500;
const password = "river-under-ice";
const profile = opcuaProfile(
  [
    { quantity: "pipe_flow", at: { node: "own:Flow" } },
    { quantity: "pipe_pressure", at: { node: "Press*", type: "Float" } },
    { quantity: "flow_total", at: { node: "nsu=urn:weir:test;s=Pump_1.Counter", type: "Int64" } },
    { quantity: "valve_opening", at: { node: "Levels", element: 2 } },
    { quantity: "pump_speed", at: { node: "Setpoint", type: "UInt16" }, write: { min: 0, max: 3000 } },
  ],
  { namespaces: { own: "urn:weir:test" }, sampling: "100ms" },
);

let folder: string;
let port: number;
let server: Asyncua | undefined;
let polling: Polling | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-opcua-"));
  port = await freePort();
});
afterEach(async () => {
  await polling?.stop();
  server?.signal("SIGCONT");
  await server?.kill();
  polling = server = undefined;
  rmSync(folder, { recursive: true });
});

const start = async (options: Partial<AsyncuaOptions> = {}) => {
  server = await startAsyncua({ port, folder, ...options });
  return server;
};
const at = (rest: Partial<OpcuaServer> = {}): OpcuaServer => {
  return { ...openServer, url: `opc.tcp://127.0.0.1:${port}/weir/`, pki: join(folder, "pki"), publishMs, ...rest };
};
const { policy: _policy, mode: _mode, ...bestOffered } = openServer;
const secured = (rest: Partial<OpcuaServer> = {}): OpcuaServer => {
  const { url, pki } = at();
  return { ...bestOffered, url, pki, publishMs, ...rest };
};
const open = (transport: OpcuaServer): Promise<Session> =>
  openSession(transport, { timeoutMs: 5000, clock: systemClock }, new AbortController().signal);
const refusal = async (transport: OpcuaServer): Promise<LinkError> => {
  const refused = await open(transport).then(
    () => undefined,
    (error) => error,
  );
  expect(refused).toBeInstanceOf(LinkError);
  return refused;
};
const trustAll = () => {
  const trust = openTrustList(join(folder, "pki"));
  for (const { shelf, certificate } of trust.list()) if (shelf === "rejected") trust.put(certificate, "trusted");
};

function poll(transport: OpcuaServer) {
  const samples: (Sample & { readonly seenAt: number })[] = [];
  const events: PollEvent[] = [];
  polling = startPolling({
    buses: [{ name: "plc", transport: { kind: "opcua", ...transport }, connectTimeoutMs: 3000 }],
    devices: [{ id: "pump-1", bus: "plc", address: "Plant/Pump_1", profile, everyMs: publishMs }],
    clock: systemClock,
    random: () => 0.5,
    signal: new AbortController().signal,
    emit: async (_device, _kind, found) =>
      void samples.push(...found.map((sample) => ({ ...sample, seenAt: Date.now() }))),
    report: (event) => events.push(event),
  });
  const latest = (metric: string) => samples.findLast((sample) => sample.metric === metric);
  const good = (since = 0) => samples.filter(({ seenAt, quality }) => seenAt > since && quality === "good");
  const until = (check: () => void, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 20 });
  return { samples, events, latest, good, until };
}

describe.each(["poll", "subscribe"] as const)("asyncua, values by %s", (reading) => {
  test("an instrument is read by path, pattern and node id, whatever number its namespace has", async () => {
    await start({ others: 0 });
    const { latest, until } = poll(at({ reading }));
    await until(() => expect(latest("valve_opening")?.value).toBe(3.5));
    expect(latest("pipe_flow")?.value).toBe(10);
    expect(latest("pipe_pressure")?.value).toBe(2.5);
    expect(latest("flow_total")?.value).toBe(5_000_000_000);
    await server!.kill();
    await start({ others: 3 });
    await server!.set("Flow", 77);
    await until(() => expect(latest("pipe_flow")?.value).toBe(77));
  });

  test("a command is written in the node's type and read back; what the server says of a value becomes its quality", async () => {
    await start();
    const { latest, until } = poll(at({ reading }));
    await until(() => expect(latest("pump_speed")?.value).toBe(5));
    const command = { id: "1", metric: "pump_speed", value: 1450 };
    expect(await polling!.write("pump-1", command)).toEqual({ id: "1", status: "done", readBack: 1450 });
    await server!.set("Flow", 11, "UncertainLastUsableValue");
    await until(() => expect(latest("pipe_flow")).toMatchObject({ value: 11, quality: "uncertain" }));
    await server!.set("Flow", 11, "BadSensorFailure");
    await until(() => expect(latest("pipe_flow")).toMatchObject({ value: null, quality: "bad" }));
    expect(polling!.status().devices[0]).toMatchObject({ state: "up", lastError: /Flow: BadSensorFailure/ });
  });

  test("a server that is killed and comes back gives data again within three publishing intervals", async () => {
    await start();
    const { good, until } = poll(at({ reading, publishMs: 1000 }));
    await until(() => expect(good().length).toBeGreaterThan(0));
    await server!.kill();
    await until(() => expect(polling!.status().buses[0]!.link).not.toBe("up"));
    await start();
    const backAt = Date.now();
    await until(() => expect(good(backAt).length).toBeGreaterThan(0));
    expect(Date.now() - backAt).toBeLessThan(3000);
  }, 40_000);
});

describe("asyncua, a subscription", () => {
  test("tells every change between two reads, each at its own time", async () => {
    await start();
    const { samples, latest, until } = poll(at());
    await until(() => expect(latest("pipe_flow")?.value).toBe(10));
    for (const value of [21, 22, 23, 24]) await server!.set("Flow", value);
    await until(() => expect(latest("pipe_flow")?.value).toBe(24));
    const told = samples.filter(({ metric, value }) => metric === "pipe_flow" && value !== null && value > 20);
    expect([...new Set(told.map(({ value }) => value))]).toEqual([21, 22, 23, 24]);
    for (let i = 1; i < told.length; i++) expect(told[i]!.at).toBeGreaterThan(told[i - 1]!.at);
  }, 30_000);

  test("that falls silent is noticed within three publishing intervals, and tells again as soon as its server does", async () => {
    await start();
    const { good, until, events } = poll(at({ publishMs: 1000 }));
    await until(() => expect(good().length).toBeGreaterThan(10));
    const session = polling!.status().buses[0]!.connects;
    server!.signal("SIGSTOP");
    const stoppedAt = Date.now();
    await until(() => expect(polling!.status().buses[0]!.link).not.toBe("up"));
    expect(Date.now() - stoppedAt).toBeLessThan(4500);
    await until(() => expect(events.some(({ event }) => event === "link-down")).toBe(true));
    server!.signal("SIGCONT");
    const goesOnAt = Date.now();
    await until(() => expect(good(goesOnAt).length).toBeGreaterThan(0));
    expect(Date.now() - goesOnAt).toBeLessThan(3000);
    expect(polling!.status().buses[0]!.connects).toBeGreaterThan(session);
  }, 40_000);
});

describe("asyncua, security", () => {
  const user = () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, password);
    return { kind: "user" as const, name: "weir", passwordFile, plain: false };
  };

  test("a server without security is read only when that is configured", async () => {
    await start();
    expect((await refusal(secured())).message).toMatch(
      /no secure way in, but None; .*policy: None leaves everything readable/,
    );
  });

  test("a certificate that nobody has trusted is put aside, and the error is the command that trusts it", async () => {
    await start({ secure: true });
    const { message } = await refusal(secured());
    const [, path, fingerprint] = /then: weir-edge opcua trust (\S+) add ([0-9a-f]{16})$/.exec(message)!;
    const trust = openTrustList(path!);
    const [aside] = trust.list();
    expect(aside).toMatchObject({ shelf: "rejected" });
    trust.put(aside!.certificate, "trusted");
    expect(fingerprint).toBe(aside!.certificate.fingerprint256.replaceAll(":", "").toLowerCase().slice(0, 16));
    const session = await open(secured());
    expect(session.namespaces()).toContain("urn:weir:test");
    await session.close();
  }, 30_000);

  test("Basic256Sha256, signed and encrypted, with a user name: read, subscribed and written", async () => {
    await start({ secure: true, user: "weir", password });
    const transport = secured({ policy: "Basic256Sha256", mode: "SignAndEncrypt", identity: user() });
    await refusal(transport);
    trustAll();
    const { latest, until } = poll(transport);
    await until(() => expect(latest("pipe_flow")?.value).toBe(10));
    await server!.set("Flow", 12.5);
    await until(() => expect(latest("pipe_flow")?.value).toBe(12.5));
    const command = { id: "1", metric: "pump_speed", value: 900 };
    expect(await polling!.write("pump-1", command)).toMatchObject({ status: "done", readBack: 900 });
  }, 30_000);

  test.each([
    ["Basic256Sha256", "Sign"],
    ["Aes128_Sha256_RsaOaep", "SignAndEncrypt"],
    ["Aes256_Sha256_RsaPss", "SignAndEncrypt"],
    [undefined, undefined],
  ] as const)(
    "%s %s opens a session",
    async (policy, mode) => {
      await start({ secure: true });
      const transport = secured({ ...(policy && { policy }), ...(mode && { mode }) });
      await refusal(transport);
      trustAll();
      const session = await open(transport);
      const [value] = await session.read([session.refOf({ namespace: "urn:weir:test", id: "s=Pump_1.Flow" })!], {
        timeoutMs: 5000,
        signal: new AbortController().signal,
      });
      expect(value).toMatchObject({ status: "Good", value: 10 });
      await session.close();
    },
    30_000,
  );

  test.each([
    ["Basic128Rsa15", "SignAndEncrypt"],
    ["Basic256", "SignAndEncrypt"],
  ] as const)(
    "%s %s, broken and deprecated, opens a session where somebody says why",
    async (policy, mode) => {
      await start({ secure: true, policy: `${policy}_${mode}` });
      expect((await refusal(secured())).message).toMatch(/deprecated/);
      const transport = secured({ policy, mode, deprecatedBecause: "the server of the old pumps has nothing else" });
      await refusal(transport);
      trustAll();
      const session = await open(transport);
      const wait = { timeoutMs: 5000, signal: new AbortController().signal };
      const [value] = await session.read([session.refOf({ namespace: "urn:weir:test", id: "s=Pump_1.Flow" })!], wait);
      expect(value).toMatchObject({ status: "Good", value: 10 });
      await session.close();
    },
    30_000,
  );

  test("a user's certificate lets in whom it belongs to, and nobody else", async () => {
    const identityOf = async (name: string) => {
      const { file } = await ownCertificate(join(folder, name), Date.now());
      const keyFile = join(folder, name, "own/private/weir-edge.pem");
      return { kind: "certificate" as const, certFile: file, keyFile };
    };
    const [known, stranger] = [await identityOf("known"), await identityOf("stranger")];
    await start({ secure: true, userCertificate: known.certFile });
    await refusal(secured({ identity: known }));
    trustAll();
    const { latest, until } = poll(secured({ identity: known }));
    await until(() => expect(latest("pipe_flow")?.value).toBe(10));
    expect((await refusal(secured({ identity: stranger }))).message).toMatch(/does not let this user in/);
    expect((await refusal(secured())).message).toMatch(/lets nobody in without a name; it takes cert_file/);
  }, 40_000);

  test("a wrong password is told as such, and is in no message", async () => {
    await start({ secure: true, user: "weir", password: "another" });
    await refusal(secured({ identity: user() }));
    trustAll();
    const error = await refusal(secured({ identity: user() }));
    expect(error.message).toMatch(/does not let this user in; check username and password_file/);
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain(password);
  }, 30_000);

  test("a certificate for another host is refused, and taken when that is configured", async () => {
    await start({ secure: true, host: "10.9.8.7" });
    await refusal(secured());
    trustAll();
    expect((await refusal(secured())).message).toMatch(/was made for 10\.9\.8\.7.*, not for 127\.0\.0\.1/);
    await (await open(secured({ accept: ["host-name"] }))).close();
  }, 30_000);

  test("a server that does not offer what is configured is told with what it offers", async () => {
    await start({ secure: true });
    const { message } = await refusal(secured({ policy: "Basic256", deprecatedBecause: "test" }));
    expect(message).toMatch(/no way in with Basic256, but .*Basic256Sha256 SignAndEncrypt/);
  });

  test("a password that nothing would encrypt is not sent", async () => {
    await start({ user: "weir", password });
    expect((await refusal(at({ identity: user() }))).message).toMatch(/readable for all; use mode SignAndEncrypt/);
  });
});
