import { loadProfiles } from "@weir/device-profiles/load.ts";
import { describe, expect, test } from "vitest";
import { lineOf, lineText } from "../../drivers/discover.ts";
import { discoverers } from "../../drivers/discoverers.ts";
import { answerCjt188, answerDlt645, createTestMeter } from "../../drivers/test-meter.ts";
import { answerRtu, createSlave } from "../../drivers/test-slave.ts";
import type { ScanResult } from "./found.ts";
import { foundLines, plainOf } from "./found-text.ts";
import { range } from "./plan.ts";
import { plainScreen } from "./progress.ts";
import { conclusion, tellPerson } from "./report.ts";
import { type Hanging, scanTestLine } from "./test-line.ts";

const slave = (unit: number, settings: string, delayMs = 30): Hanging => {
  const device = createSlave(unit, { 0: 7 });
  return { settings: lineOf(settings), delayMs, answer: (bytes) => answerRtu(device, bytes) };
};
const meter = (address: string, settings: string, delayMs = 30): Hanging => {
  const device = createTestMeter(address, { "00010000": "56341200" });
  return { settings: lineOf(settings), delayMs, answer: (bytes) => answerDlt645(device, bytes) };
};
const waterMeter = (address: string, settings: string, type: string): Hanging => {
  const device = createTestMeter(address, {});
  return { settings: lineOf(settings), answer: (bytes) => answerCjt188(device, bytes, type) };
};
const places = (found: Awaited<ReturnType<typeof scanTestLine>>["result"]["found"]) =>
  found.map(({ protocol, settings, unit, address }) => `${lineText(settings!)} ${protocol} ${unit ?? address}`).sort();

describe("a scan", () => {
  test("finds instruments of three protocols at three settings on one line", async () => {
    const { result } = await scanTestLine([
      slave(1, "9600 8N1"),
      slave(200, "9600 8N1"),
      meter("321200045810", "2400 8E1"),
      waterMeter("78330020260417", "9600 8E1", "10"),
    ]);
    expect(places(result.found)).toEqual([
      "2400 8E1 dlt645 321200045810",
      "9600 8E1 cjt188 78330020260417",
      "9600 8N1 modbus 1",
      "9600 8N1 modbus 200",
    ]);
    expect(result.odd).toEqual([]);
  });

  test("counts a refusal as a find, and a gateway's word that nobody is there as none", async () => {
    const exception = (unit: number, code: number): Hanging => ({
      settings: lineOf("9600 8N1"),
      answer: (bytes) => (bytes[0] === unit ? rtuException(unit, bytes[1]!, code) : undefined),
    });
    const { result } = await scanTestLine([exception(3, 2), exception(4, 11)]);
    expect(places(result.found)).toEqual(["9600 8N1 modbus 3"]);
  });

  test("finds an instrument that answers after its time-out, by the unit that its answer names", async () => {
    const { result } = await scanTestLine([slave(5, "9600 8N1", 330)]);
    expect(places(result.found)).toEqual(["9600 8N1 modbus 5"]);
  });

  test("sends nothing that writes: Modbus 3, 17 and 43, meters 01, 03 and 13", async () => {
    const { modbus, dlt645, cjt188 } = discoverers;
    const { sent } = await scanTestLine([slave(1, "9600 8N1"), meter("321200045810", "2400 8E1")], {
      protocols: { modbus, dlt645, cjt188 },
    });
    const codes = sent.map((bytes) => (bytes[0] === 0xfe ? `meter ${controlOf(bytes)}` : `modbus ${bytes[1]}`));
    expect([...new Set(codes)].sort()).toEqual([
      "meter 1",
      "meter 19",
      "meter 3",
      "modbus 17",
      "modbus 3",
      "modbus 43",
    ]);
  });

  test("that is stopped tells what it had found", async () => {
    const { result } = await scanTestLine([slave(1, "9600 8N1"), slave(247, "9600 8N1")], {}, { stopAfterMs: 15_000 });
    expect(places(result.found)).toEqual(["9600 8N1 modbus 1"]);
    expect(result.ended?.message).toBe("stopped");
  });

  test.each<[string, Partial<ScanResult>]>([
    ["one answers", { found: [{ protocol: "modbus", unit: 247, settings: undefined }] }],
    [
      "something does that is no whole frame",
      { odd: [{ protocol: "modbus", settings: undefined, who: "unit 247", what: "broken" }] },
    ],
  ])("where %s at the address that Weir's nodes ship with, it says what tells them apart", (_, some) => {
    const result = { found: [], odd: [], asked: 9, elapsedMs: 1000, ...some };
    const line = { kind: "raw-tcp", host: "10.20.1.7", port: 4001 } as const;
    expect(conclusion(result, line, "en").at(-1)).toBe("  weir-firmware commission --port 10.20.1.7:4001");
    const others = { ...result, odd: [], found: [{ protocol: "modbus", unit: 5, settings: undefined } as const] };
    expect(conclusion(others, line, "en")).toHaveLength(1);
  });

  test("that finds nobody says in the technician's language what to check, in this order", () => {
    const result = { found: [], odd: [], asked: 40, elapsedMs: 125_000 };
    const line = { kind: "raw-tcp", host: "10.20.1.7", port: 4001 } as const;
    const said = conclusion(result, line, "zh");
    expect(said[0]).toBe("10.20.1.7:4001 上发现 0 台仪表，提问 40 次，用时 2 分钟");
    expect(said).toHaveLength(conclusion(result, line, "en").length);
    expect(said[5]).toMatch(/串口服务器自身的波特率/);
  });

  test("what goes on is told in the technician's language", () => {
    const lines: string[] = [];
    const out = (text: string) => void lines.push(text);
    const tell = tellPerson(plainScreen(out), { out, err: out }, false, "zh");
    tell({ event: "pass", protocol: "modbus", settings: undefined, what: "units 1 to 32" });
    tell({ event: "odd", protocol: "modbus", settings: undefined, who: "unit 7", what: "broken" });
    expect(lines).toEqual([
      "Modbus 站号 1–32",
      "Modbus，站号 7：应答不成完整帧；可能两台站号相同、设置不符或线路不良（A/B 接反、终端电阻）",
    ]);
  });

  test("what was found is told in the technician's language, with why", () => {
    const [profile] = loadProfiles().values();
    const reasons = [{ en: "3 of 3 points answer", zh: "3 个测点中 3 个应答" }];
    const best = { profile: profile!, score: 9, named: false, reasons };
    const named = { texts: { vendor: "ACME" }, verdict: { candidates: [best], ties: [best], certain: false } };
    const found = { protocol: "modbus", unit: 7, settings: undefined, named } as const;
    expect(foundLines(found, "zh")).toEqual([
      `Modbus 站号 7：可能是 ${profile!.id}，${profile!.names.zh}`,
      "      3 个测点中 3 个应答；依据不足，请核对仪表铭牌",
      '      自报 vendor "ACME"',
    ]);
    expect(plainOf(found)).toMatchObject({ candidates: [{ reasons: ["3 of 3 points answer"] }] });
  });

  test("foretells its own time to a thirtieth when nobody answers", async () => {
    const { result, events } = await scanTestLine([], { bauds: [9600], parities: ["none"], units: range(1, 60) });
    const first = events.find((event) => event.event === "progress");
    const foretold = first?.event === "progress" ? first.elapsedMs + first.remainingMs : 0;
    expect(Math.abs(foretold - result.elapsedMs) / result.elapsedMs).toBeLessThan(1 / 30);
  });
});

describe("meters that answer the wildcard together", () => {
  test("are told apart by the low digits of their addresses, in bounded time", async () => {
    const { result } = await scanTestLine(
      [meter("321200045810", "2400 8E1"), meter("321200045811", "2400 8E1"), meter("321200995810", "2400 8E1")],
      { protocols: { dlt645: (await import("../../drivers/dlt645/discover.ts")).dlt645Discovery } },
    );
    expect(places(result.found)).toEqual([
      "2400 8E1 dlt645 321200045810",
      "2400 8E1 dlt645 321200045811",
      "2400 8E1 dlt645 321200995810",
    ]);
    expect(result.asked).toBeLessThan(450);
    expect(result.odd).toEqual([]);
  });

  test("and do so one after the other are all found at once", async () => {
    const { result } = await scanTestLine([
      meter("000000000001", "2400 8E1", 40),
      meter("000000000002", "2400 8E1", 300),
    ]);
    expect(places(result.found)).toEqual(["2400 8E1 dlt645 000000000001", "2400 8E1 dlt645 000000000002"]);
  });

  test("are told apart by what they measure when they are of CJ/T 188", async () => {
    const { result } = await scanTestLine([
      waterMeter("78330020260417", "2400 8E1", "10"),
      waterMeter("11220020260433", "2400 8E1", "20"),
    ]);
    expect(places(result.found)).toEqual(["2400 8E1 cjt188 11220020260433", "2400 8E1 cjt188 78330020260417"]);
  });

  test("are told as several when nothing tells them apart", async () => {
    const { result } = await scanTestLine(
      [
        waterMeter("11220020260433", "2400 8E1", "20"),
        waterMeter("78330020260417", "2400 8E1", "10"),
        {
          settings: lineOf("2400 8E1"),
          answer: (bytes) => (bytes[0] === 0xfe ? Uint8Array.of(0x68, 1, 2, 3) : undefined),
        },
      ],
      {
        protocols: { cjt188: (await import("../../drivers/cjt188/discover.ts")).cjt188Discovery },
        bauds: [2400],
        parities: ["even"],
      },
    );
    expect(result.odd.map(({ what }) => what)).toContain("broken");
  });
});

describe("a line on which something talks by itself", () => {
  test("is said to be one, and is not searched for colliding meters", async () => {
    const { result } = await scanTestLine(
      [],
      { bauds: [2400], parities: ["even"] },
      { talk: Uint8Array.from(Buffer.from("ready 17;4\r\n")) },
    );
    expect(result.odd.map(({ what }) => what)).toContain("talks");
    expect(result.asked).toBeLessThan(600);
  });
});

function rtuException(unit: number, fn: number, code: number): Uint8Array {
  const bytes = [unit, fn | 0x80, code];
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

function controlOf(bytes: Uint8Array): number {
  const head = bytes.indexOf(0x68);
  return bytes[head + 7] === 0x68 && bytes[head + 9]! <= 12 ? bytes[head + 8]! : bytes[head + 9]!;
}
