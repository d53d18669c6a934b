import { virtualClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { type LineSettings, type Link, LinkError, type Reader } from "../driver.ts";
import { openRfc2217 } from "./rfc2217.ts";
import { type Behaviour, type SerialServer, startSerialServer } from "./test-serial-server.ts";

const modbus: LineSettings = { baud: 9600, dataBits: 8, parity: "none", stopBits: 1 };
const meter: LineSettings = { baud: 2400, dataBits: 8, parity: "even", stopBits: 1 };
const [wont, dont, iac] = [252, 254, 255];
const forever = new AbortController().signal;
const clock = virtualClock();
let server: SerialServer;
let link: Link | undefined;

afterEach(async () => {
  await link?.close();
  link = undefined;
  await server.close();
});

async function open(behaviour?: Behaviour): Promise<Link> {
  server = await startSerialServer(behaviour);
  link = await openRfc2217(
    { kind: "rfc2217", host: "127.0.0.1", port: server.port, ...modbus },
    { timeoutMs: 1000, clock },
    forever,
  );
  return link;
}

const wholeOf = (count: number): Reader<readonly number[]> => ({
  find: (bytes) => (bytes.length >= count ? { value: [...bytes], end: bytes.length } : undefined),
  fault: (bytes) => new LinkError("timeout", `only ${bytes.length} bytes`),
});
const wait = { timeoutMs: 1000, signal: forever };

describe("the line of a serial server", () => {
  test("is set when it is opened, without flow control and news of modem lines, and switched by what differs", async () => {
    const link = await open();
    expect(server.heard).toEqual(["05 01", "0a 00", "0b 00", "01 00002580", "02 08", "03 01", "04 01", "0c 01"]);
    server.heard.length = 0;
    await link.set!(modbus);
    await link.set!(meter);
    await link.set!(meter);
    await link.set!({ ...meter, dataBits: 7, stopBits: 2, parity: "odd" });
    expect(server.heard).toEqual(["01 00000960", "03 03", "02 07", "03 02", "04 02"]);
  });

  test("passes every byte as it is, both ways", async () => {
    const link = await open();
    const all = Array.from({ length: 256 }, (_, byte) => byte);
    link.discard();
    link.send(Uint8Array.from(all));
    await server.untilData(256);
    expect(server.line).toEqual(all);
    const heard = link.receive(wholeOf(256), wait);
    server.say(all.flatMap((byte) => (byte === iac ? [iac, iac] : [byte])));
    expect(await heard).toEqual(all);
  });

  test("whose server keeps one setting says which, and goes on with those it had", async () => {
    const link = await open({ command: (command, content) => (command === 3 ? [1] : content) });
    await expect(link.set!(meter)).rejects.toMatchObject({
      code: "refused",
      message: expect.stringMatching(/stays at none parity where even parity is asked for: check/),
    });
    await link.set!(modbus);
    const heard = link.receive(wholeOf(1), wait);
    server.say([7]);
    expect(await heard).toEqual([7]);
  });

  test("whose server stops answering is closed", async () => {
    let answers = true;
    const link = await open({ command: (_, content) => (answers ? content : undefined) });
    answers = false;
    const setting = link.set!(meter);
    const refused = expect(setting).rejects.toMatchObject({ code: "timeout" });
    await clock.advance(1000);
    await refused;
    expect(await link.closed).toMatchObject({ message: expect.stringContaining("does not answer when 2400 baud") });
  });

  test("throws away at the server too what came after a request that went unanswered, and only then", async () => {
    const link = await open();
    server.heard.length = 0;
    link.discard();
    link.send(Uint8Array.of(1));
    const first = link.receive(wholeOf(2), wait);
    await server.untilData(1);
    server.say([8]);
    const refused = expect(first).rejects.toMatchObject({ code: "timeout" });
    await clock.advance(1000);
    await refused;
    expect(server.heard).toEqual([]);
    link.discard();
    link.send(Uint8Array.of(2));
    const second = link.receive(wholeOf(1), wait);
    await server.untilData(2);
    server.say([9]);
    expect(await second).toEqual([9]);
    expect(server.heard).toEqual(["0c 01"]);
  });

  test("is not given a late answer that is under way when the next request goes out", async () => {
    let late: (() => void) | undefined;
    const link = await open({
      command: (command, content) => {
        if (command === 12) late?.();
        return content;
      },
    });
    late = () => server.say([0xbad % 256]);
    const first = link.receive(wholeOf(1), wait);
    const refused = expect(first).rejects.toMatchObject({ code: "timeout" });
    await clock.advance(1000);
    await refused;
    link.discard();
    link.send(Uint8Array.of(2));
    const second = link.receive(wholeOf(1), wait);
    await server.untilData(1);
    server.say([9]);
    expect(await second).toEqual([9]);
  });
});

describe("a serial server that", () => {
  const declines = (which: number, verb: number) => (asked: number, option: number) =>
    option === which ? [iac, verb, option] : [iac, asked === 251 ? 253 : 251, option];

  test.each<[string, Behaviour, RegExp]>([
    ["takes no settings", { option: declines(44, dont) }, /takes no line settings: switch its RFC 2217 mode on/],
    ["does not pass eight bits", { option: declines(0, wont) }, /does not pass eight bits as they are/],
    ["has another client", { greeting: "Port already in use\r\n", hangsUp: true }, /another client may have this port/],
    [
      "keeps its own rate",
      { command: (command, content) => (command === 1 ? [0, 0, 0x4b, 0] : content) },
      /stays at 19200 baud where 9600 baud is asked for/,
    ],
  ])("%s is refused, and says what to check", async (_, behaviour, said) => {
    await expect(open(behaviour)).rejects.toMatchObject({ code: "refused", message: expect.stringMatching(said) });
  });

  test("does not speak Telnet at all is told from one that does", async () => {
    server = await startSerialServer({ option: () => [] });
    const opening = openRfc2217(
      { kind: "rfc2217", host: "127.0.0.1", port: server.port, ...modbus },
      { timeoutMs: 1000, clock },
      forever,
    );
    const refused = expect(opening).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/does not speak RFC 2217 within 1000 ms: if this is its raw port, use raw_tcp/),
    });
    await server.firstBytes;
    await clock.advance(1000);
    await refused;
  });

  test("cannot throw anything away, or answers out of order, loses no answer for more than one exchange", async () => {
    let purges = 0;
    const link = await open({ command: (command, content) => (command === 12 && purges++ > 0 ? undefined : content) });
    for (const [byte, outcome] of [
      [1, "timeout"],
      [2, "timeout"],
      [3, "answered"],
      [4, "answered"],
    ] as const) {
      link.discard();
      link.send(Uint8Array.of(byte));
      const hearing = link.receive(wholeOf(1), wait).then(
        () => "answered",
        () => "timeout",
      );
      await server.untilData(byte);
      if (byte > 1) server.say([byte]);
      if (outcome === "timeout") await clock.advance(1000);
      expect(await hearing, String(byte)).toBe(outcome);
    }
  });

  test("asks for options of its own is declined once each, so that no two ends quarrel for ever", async () => {
    const said: string[] = [];
    const link = await open({
      option: (verb, option) => {
        said.push(`${verb} ${option}`);
        return verb === 251 ? [iac, 253, option, iac, 251, 1] : verb === 253 ? [iac, 251, option] : [iac, 251, 1];
      },
    });
    link.send(Uint8Array.of(1));
    await server.untilData(1);
    expect(said.filter((each) => each === "254 1")).toHaveLength(1);
  });
});
