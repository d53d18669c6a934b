import { systemClock, virtualClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { parseFault } from "../faults/fault.ts";
import { plainly, spoilReply } from "../faults/reply.ts";
import { openSocket } from "../modbus/raw-socket.ts";
import { type LineBusOptions, type Speaker, serveLineBus } from "./line-bus.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const hex = (text: string) =>
  Buffer.from(text, "latin1")
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$& ");

/** Answers `<name>?` with `<name>=7.`; whatever else ends with a question mark is not for it. */
const asked = (name: string): Speaker => ({
  name,
  hear: (heard) => {
    const end = heard.indexOf(0x3f);
    if (end < 0) return "more";
    const question = Buffer.from(heard.subarray(0, end)).toString("latin1");
    return { consumed: end + 1, ...(question.endsWith(name) && { reply: bytes(`${name}=7.`) }) };
  },
});
const talker = (name: string, everyMs: number): Speaker => ({ name, speak: { everyMs, say: () => bytes(`${name}!`) } });

async function open(options: Partial<LineBusOptions> & { readonly fault?: object } = {}) {
  const parsed = options.fault && parseFault(options.fault);
  if (parsed && "errors" in parsed) throw new Error(parsed.errors.join());
  const port = await serveLineBus(
    {
      host: "127.0.0.1",
      port: 0,
      speakers: [asked("a"), asked("b")],
      deliver: (_, said) => (parsed ? spoilReply(plainly(said), parsed.fault, () => 0.5) : plainly(said)),
      clock: systemClock,
      ...options,
    },
    stop.signal,
  );
  return openSocket(port);
}

describe("a line of speakers", () => {
  test("lets each answer what is for it, whatever the others make of it", async () => {
    const socket = await open();
    socket.send(hex("b?a?b?"));
    expect(await socket.receive(12)).toBe(hex("b=7.a=7.b=7."));
  });

  test("keeps silent for one that is not there, and goes on", async () => {
    const socket = await open();
    socket.send(hex("c?"));
    socket.send(hex("b?"));
    expect(await socket.receive(4)).toBe(hex("b=7."));
  });

  test("takes a request that comes in pieces", async () => {
    const socket = await open();
    for (const piece of ["no", "ise", "a", "?"]) socket.send(hex(piece));
    expect(await socket.receive(4)).toBe(hex("a=7."));
  });

  test("lets out what an instrument says by itself, to every connection, in its period", async () => {
    const clock = virtualClock();
    const port = await serveLineBus(
      {
        host: "127.0.0.1",
        port: 0,
        speakers: [talker("n", 1000), talker("m", 500)],
        deliver: (_, said) => plainly(said),
        clock,
      },
      stop.signal,
    );
    const [one, other] = [await openSocket(port), await openSocket(port)];
    await clock.advance(999);
    expect(await one.receive(2)).toBe(hex("m!"));
    await clock.advance(1);
    expect(await other.receive(6)).toMatch(/^6D 21 (6E 21 6D 21|6D 21 6E 21)$/);
  });

  test("answers after the time that its characters take, and loses what collides", async () => {
    const clock = virtualClock();
    const slept: number[] = [];
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const sleep: typeof clock.sleep = (ms, signal) => {
      slept.push(ms);
      wake();
      return clock.sleep(ms, signal);
    };
    const socket = await open({ clock: { ...clock, sleep }, timing: { baud: 9600, turnaroundMs: 6 } });
    socket.send(hex("a?b?"));
    await asleep;
    expect(slept).toHaveLength(1);
    expect(slept[0]).toBeCloseTo((6 * 11_000) / 9600 + 6, 6);
    await clock.advance(20);
    expect(await socket.receive(4)).toBe(hex("a=7."));
  });
});

describe("what goes wrong on a line of speakers", () => {
  test.each([
    ["an echo comes first", { fault: "echo" }, "a?a=7."],
    ["half a line is missing", { fault: "truncate" }, "a="],
    ["the bytes come one by one", { fault: "trickle", ms: 1 }, "a=7."],
    ["garbage stands before the line", { fault: "garbage", bytes: 3 }, "\x80\x80\x80a=7."],
  ])("%s", async (_, fault, heard) => {
    const socket = await open({ fault });
    socket.send(hex("a?"));
    expect(await socket.receive(heard.length)).toBe(hex(heard));
  });

  test("a talker is silent, and the others are not", async () => {
    const clock = virtualClock();
    const port = await serveLineBus(
      {
        host: "127.0.0.1",
        port: 0,
        speakers: [talker("n", 100), talker("m", 250)],
        deliver: (name, said) => ({ ...plainly(said), bytes: name === "n" ? undefined : said }),
        clock,
      },
      stop.signal,
    );
    const socket = await openSocket(port);
    await clock.advance(500);
    expect(await socket.receive(4)).toBe(hex("m!m!"));
  });
});
