import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import { encodeRecord } from "@weir/wire/record.ts";
import { refusal } from "@weir/wire/refusal.ts";
import { afterAll, describe, expect, test } from "vitest";
import { openOutbox } from "../../outbox/open.ts";
import { runCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-outbox-command-"));
afterAll(() => rmSync(folder, { recursive: true }));
let gateways = 0;

/** A gateway that is stopped: three records wait, offsets 1, 3 and 4; one, offset 2, is in quarantine. */
async function setUp(reason = 'field type conflict: "float", not integer') {
  const name = `gw-${gateways++}`;
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `
site: test
gateway: ${name}
buses: [{ name: line, serial: { path: /dev/ttyUSB0 } }]
devices: [{ id: meter, bus: line, profile: light/eastron-sdm120 }]
outbox: { path: ${name}.db }
uplink: { url: "mqtt://127.0.0.1:1" }
`,
  );
  const clock = virtualClock(1_700_000_000_000);
  const outbox = await openOutbox({ file: join(folder, `${name}.db`), clock, random: Math.random });
  const append = (value: number | null) => {
    const quality = value === null ? ("bad" as const) : ("good" as const);
    const body = encodeRecord([{ metric: "voltage", at: clock.now(), value, quality }], { kind: "power-meter" });
    return outbox.append({ device: "meter", body, samples: 1 });
  };
  for (const value of [230.1, 230.2, null, 230.4]) {
    void append(value);
    await clock.advance(1000);
  }
  void outbox.quarantine(2, reason);
  await clock.advance(1000);
  await outbox.close();

  return async (...words: readonly string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCommand(["outbox", file, ...words], terminal);
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
}

describe("weir-edge outbox", () => {
  test("status tells what waits, since when and at what pace it fills; a person should look into a quarantine", async () => {
    const outbox = await setUp();
    const { code, out } = await outbox("status");
    expect(code).toBe(1);
    expect(out).toMatch(/waiting +3 records with 3 samples, 0\.00 MiB of 2\.0 GiB/);
    expect(out).toMatch(/oldest +\d+ d.* ago, 2023-11-14T22:13:20Z, offset 1/);
    expect(out).toMatch(/quarantine +1 record:/);
    expect(JSON.parse((await outbox("status", "--json")).out)).toMatchObject({ records: 3, quarantined: 1 });
  });

  test("status tells what a damaged disk has cost, and what to check", async () => {
    const outbox = await setUp();
    const [path] = /\/\S+\.db/.exec((await outbox("status")).out)!;
    const bytes = readFileSync(path);
    const at = bytes.indexOf("meter", 4096);
    bytes.set(Buffer.from("mETer"), at);
    writeFileSync(path, bytes);
    const again = await openOutbox({ file: path, clock: virtualClock(1_700_000_600_000), random: Math.random });
    again.read({ from: 0, before: 10 }, 1e6);
    await again.close();
    bytes.fill(0xee, 0, 100);
    writeFileSync(path, bytes);
    await (await openOutbox({ file: path, clock: virtualClock(1_700_001_000_000), random: Math.random })).close();
    const { code, out } = await outbox("status");
    expect(code).toBe(1);
    expect(out).toMatch(
      /damage +2023-11-14T22:30:00Z: the file does not begin as an outbox does; 3 records carried over; not readable: offsets \d of epoch \d+; the old file is .*damaged-1; .* Check the disk/,
    );
    expect((await outbox("status", "--lang", "zh")).out).toMatch(/2023-11-14T22:30:00Z：文件开头不是发件箱的格式；/);
    expect(JSON.parse((await outbox("status", "--json")).out).damage).toMatchObject([{ records: 0 }, { records: 3 }]);
  });

  test("peek shows the oldest records and what they hold", async () => {
    const { out } = await (await setUp())("peek", "--limit", "2");
    expect(out.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^1 +meter +2023-11-14T22:13:20.000Z +voltage=230.1$/),
      expect.stringMatching(/^3 +meter +.* +voltage=bad$/),
    ]);
  });

  test("export gives a row a sample, as CSV and as JSON lines, and says how many", async () => {
    const outbox = await setUp();
    const csv = await outbox("export");
    expect(csv.out.split("\n")).toEqual([
      "offset,device,metric,time,value,quality,reason",
      "1,meter,voltage,2023-11-14T22:13:20.000Z,230.1,good,",
      "3,meter,voltage,2023-11-14T22:13:22.000Z,,bad,",
      "4,meter,voltage,2023-11-14T22:13:23.000Z,230.4,good,",
    ]);
    expect(csv.err).toBe("3 samples of 3 records");
    const [first] = (await outbox("export", "--format", "json")).out.split("\n");
    expect(JSON.parse(first!)).toMatchObject({ offset: 1, metric: "voltage", value: 230.1 });
  });

  test("export writes a new file, and never over one that is there", async () => {
    const outbox = await setUp();
    const to = join(folder, "export.csv");
    expect(await outbox("export", "--to", to)).toMatchObject({
      code: 0,
      out: "",
      err: `3 samples of 3 records in ${to}`,
    });
    const written = readFileSync(to, "utf8");
    expect(written.trimEnd().split("\n")).toHaveLength(4);
    expect(await outbox("export", "--to", to)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is there already/),
    });
    expect(readFileSync(to, "utf8")).toBe(written);
  });

  test("quarantine shows the reason, and its export quotes it", async () => {
    const outbox = await setUp();
    expect((await outbox("quarantine")).out).toMatch(/2 +meter .*voltage=230.2 +field type conflict/);
    expect((await outbox("quarantine", "export")).out).toMatch(/,good,"field type conflict: ""float"", not integer"$/);
  });

  test("with --lang zh a technician reads what waits, what was refused and why in Chinese", async () => {
    const outbox = await setUp(refusal("old", { metric: "voltage", at: "2023-11-14T22:13:21.000Z", days: 90 }));
    const { out } = await outbox("status", "--lang", "zh");
    expect(out).toMatch(/待回执 +3 条记录，3 个样本，0\.00 MiB，上限 2\.0 GiB/);
    expect(out).toMatch(/最早 +\d+ 天.*前，2023-11-14T22:13:20Z，编号 1/);
    expect((await outbox("quarantine", "--lang", "zh")).out).toMatch(/2 +meter .*早于存储库保留的 90 天$/);
    expect((await outbox("quarantine", "retry", "2", "--lang", "zh")).out).toBe("将重新发送：1 条记录");
    expect(await outbox("status", "--lang", "de")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/expected en or zh/),
    });
  });

  test("quarantine retry puts the named record back into the queue", async () => {
    const outbox = await setUp();
    expect(await outbox("quarantine", "retry", "2", "77")).toMatchObject({
      code: 1,
      out: "to be sent again: 1 record",
      err: expect.stringMatching(/^1 of the 2 that were named are not in quarantine/),
    });
    expect(JSON.parse((await outbox("status", "--json")).out)).toMatchObject({ records: 4, quarantined: 0 });
  });

  test("quarantine delete asks for offsets or --all, and then deletes", async () => {
    const outbox = await setUp();
    expect(await outbox("quarantine", "delete")).toMatchObject({ code: 2 });
    expect(await outbox("quarantine", "delete", "two")).toMatchObject({ code: 2 });
    expect(await outbox("quarantine", "delete", "--all")).toMatchObject({ code: 0, out: "deleted: 1 record" });
    expect(await outbox("status")).toMatchObject({ code: 0 });
  });

  test.each([
    [["stats"], /outbox takes status, peek, export or quarantine, not "stats"/],
    [["peek", "--limit", "0"], /--limit 0: expected/],
    [["export", "--format", "xml"], /--format xml: expected csv or json/],
    [["quarantine", "burn"], /takes list, export, retry or delete, not "burn"/],
  ])("refuses %j with what would be right", async (words, expected) => {
    expect(await (await setUp())(...words)).toMatchObject({ code: 2, err: expect.stringMatching(expected) });
  });
});
