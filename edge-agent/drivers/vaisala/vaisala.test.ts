import { crcCharacters, vaisalaQuery } from "@weir/device-profiles/text/vaisala.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { latin1, textOf, textProfile, textTranscripts } from "../test-text.ts";
import { vaisala } from "./vaisala.ts";

textTranscripts(import.meta.dirname, vaisala);

const rawTcp = { kind: "raw-tcp", host: "test", port: 4001 } as const;
const wind = { message: "R1", key: "Sm", as: "m/s" } as const;
const points = [{ quantity: "wind_speed", at: wind }];
const good = [
  { address: { message: "R1", key: "Dm", as: "deg" }, raw: 10 },
  { address: wind, raw: 11 },
  { address: { message: "R2", key: "Ta", as: "Cel" }, raw: 12 },
] as const;
const messages: Readonly<Record<string, string>> = { R1: "Dm=010D,Sm=11.0M", R2: "Ta=12.0C,Ua=40.1P" };

/** What a transmitter with address A says to a query, with check characters where it was asked with them. */
function answer(bytes: Uint8Array): Uint8Array | undefined {
  const [, kind = "", crc = ""] = /^A([Rr]\d)(.{3})?\r\n$/.exec(textOf(bytes)) ?? [];
  const message = messages[kind.toUpperCase()];
  if (kind === "") return undefined;
  if (kind.startsWith("R")) return latin1(`A${message ? `${kind},${message}` : "TX,Unable to measure error"}\r\n`);
  const asked = crcCharacters(`A${kind}`);
  const text =
    crc !== asked ? `AtX,Use chksum ${asked}` : message ? `A${kind},${message}` : "AtX,Unable to measure error";
  return latin1(`${text}${crcCharacters(text)}\r\n`);
}

for (const transport of [serial9600, rawTcp])
  for (const checksum of ["none", "crc"])
    driverContract(`Vaisala ${transport.kind}, checksum ${checksum}`, () => ({
      transport,
      open: (line) =>
        vaisala.open({ address: "A", timeoutMs: 1000, profile: textProfile("vaisala", points, { checksum }) }, line),
      answer,
      good,
      missing: { message: "R3", key: "Rc", as: "mm" },
    }));

driverContract("Vaisala, automatic mode", () => ({
  transport: serial9600,
  open: (line) =>
    vaisala.open(
      { address: "A", timeoutMs: 1000, profile: textProfile("vaisala", points, { mode: "automatic" }) },
      line,
    ),
  answer: () => undefined,
  speaks: { everyMs: 100, say: () => latin1(`AR1,${messages.R1}\r\nAR2,${messages.R2}\r\n`) },
  good,
  missing: { message: "R3", key: "Rc", as: "mm" },
}));

describe("queries", () => {
  // WXT530 user guide, Polling with CRC.
  test.each([
    ["R1", "0r1Goe\r\n"],
    ["R2", "0r2Gje\r\n"],
    ["R3", "0r3Kid\r\n"],
    ["R5", "0r5Kcd\r\n"],
    ["R0", "0r0Kld\r\n"],
  ])("for %s carry the check characters that the user guide prints", (message, query) => {
    expect(vaisalaQuery("0", message, "crc")).toBe(query);
    expect(vaisalaQuery("0", message, "none")).toBe(`0${message}\r\n`);
  });
});

test("a value that the transmitter is not set to send is bad alone, and the error says so", async () => {
  const clock = virtualClock();
  const link = createTestLink(clock, (bytes) => link.push(answer(bytes)!));
  const profile = textProfile("vaisala", points);
  const connection = vaisala.open({ address: "A", timeoutMs: 1000, profile }, createTestLine(link, serial9600, clock));
  const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
  const reading = connection.read([wind, { message: "R1", key: "Sx", as: "m/s" }], turn);
  await clock.advance(100);
  expect(await reading).toMatchObject([{ raw: 11 }, { error: "mismatch" }]);
  expect(connection.stats().lastError).toMatch(
    /^Test T-1 A: R1 came without a value .* the instrument's own settings$/,
  );
});
