import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-firmware-"));
afterAll(() => rmSync(folder, { recursive: true }));
const port = `sim:${join(folder, "uno")}`;

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("weir-firmware on a simulated board", () => {
  test("flashes a node, hears it answer, and shows what it measures", async () => {
    const flashed = await run("flash", "level", "--port", port);
    expect(flashed).toMatchObject({ code: 0, err: "" });
    expect(flashed.out).toMatch(/confirmed WEIR-LEVEL \d+\.\d+\.\d+.* answers at address 247/);
    const shown = await run("monitor", "--port", port, "--count", "2", "--json");
    const readings = shown.out.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(readings.at(-1)).toMatchObject({ sewer_level: null, supply_voltage: 5.006 });
    expect(readings).toHaveLength(2);
  });

  test("gives the board its serial number, once, and the node keeps it through a new image", async () => {
    const flashed = await run("flash", "level", "--port", port, "--serial", "100231");
    expect(flashed.out).toMatch(/serial number 100231 now, for good/);
    expect((await run("flash", "level", "--port", port, "--serial", "100231")).code).toBe(0);
    const other = await run("flash", "level", "--port", port, "--serial", "7");
    expect(other).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has serial number 100231, and not 7[\s\S]*nothing was written/),
    });
    expect(other.out).not.toMatch(/writing/);
    expect((await run("identify", "--port", port)).out).toMatch(/answers +at address 247, serial number 100231/);
    expect((await run("identify", "--port", port, "--unit", "9")).out).toMatch(/answers +nobody at address 9/);
  });

  test("gives it an address by its serial number, with a label, and it is there afterwards", async () => {
    const labels = join(folder, "label.pdf");
    const given = await run("commission", "100231=5/WELL-017", "--port", port, "--labels", labels);
    expect(given).toMatchObject({ code: 0, err: "" });
    expect(given.out).toMatch(/assigned {2}serial number 100231 is at address 5, read back: WEIR-LEVEL/);
    expect(readFileSync(labels, "latin1")).toMatch(/\(WELL-017\) Tj/);
    const shown = await run("monitor", "--port", port, "--unit", "5", "--count", "1");
    expect(shown.out).toMatch(/at address 5, serial number 100231/);
    expect((await run("commission", "100231=247", "--port", port)).code).toBe(0);
    const nobody = await run("commission", "--port", port, "--line-speed", "9600");
    expect(nobody).toMatchObject({ code: 1, err: expect.stringMatching(/no node answers[\s\S]*--line-speed/) });
  });

  test("reads the board into a file that verifies against the board", async () => {
    const file = join(folder, "back.hex");
    expect((await run("read", file, "--port", port)).code).toBe(0);
    expect((await run("verify", file, "--port", port)).code).toBe(0);
    const other = await run("verify", "air", "--port", port);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/bytes differ, the first at/);
  });

  test("refuses another kind of node, with causes and what to do next, and in JSON as the event that ends the stream", async () => {
    const { code, err } = await run("flash", "gas", "--port", port);
    expect(code).toBe(1);
    expect(err).toMatch(/likely .*\nor .*\nnext .*--replace\nboard .*nothing was written/);
    const json = await run("flash", "gas", "--port", port, "--json");
    const events = json.out.split("\n").map((line) => JSON.parse(line) as { event: string; causes?: unknown[] });
    expect(events.map(({ event }) => event)).toEqual(["opened", "identified", "found", "failed"]);
    expect(events.at(-1)!.causes).toHaveLength(2);
  });

  test("written and verified but silent is not done", async () => {
    const { code, err } = await run("flash", "level", "--port", port, "--unit", "9");
    expect(code).toBe(1);
    expect(err).toMatch(/written and verified, but at address 9, 19200 bit\/s, parity even, nothing answers/);
  });

  test("flashes the Firmata node, which answers as the sketch that it is", async () => {
    const uno = `sim:${join(folder, "firmata")}`;
    const flashed = await run("flash", "firmata", "--port", uno);
    expect(flashed).toMatchObject({ code: 0, err: "" });
    expect(flashed.out).toMatch(/confirmed WEIR-FIRMATA 2\.5\.0, hardware revision 1, as WeirFirmata answers/);
    expect((await run("flash", "firmata", "--port", uno, "--serial", "7")).err).toMatch(/keeps no serial number/);
  });

  test("a dry run writes nothing", async () => {
    expect((await run("flash", "gas", "--port", port, "--dry-run", "--replace")).out).toMatch(/nothing was written/);
    expect((await run("identify", "--port", port)).out).toMatch(/runs {6}WEIR-LEVEL/);
  });
});

describe("weir-firmware", () => {
  test("guesses no port, and names every fault of a command line", async () => {
    expect(await run("flash", "level")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no port is ever guessed/),
    });
    expect((await run("sim", "lvel@1", "air@300", "gas@5", "air@5")).err).toMatch(
      /lvel[\s\S]*air@300[\s\S]*5 is taken/,
    );
    expect((await run("monitor", "--port", port, "--unit", "0")).err).toMatch(/--unit is a whole number from 1 to 247/);
    expect((await run("flsh")).code).toBe(2);
    expect((await run("sim", "level=0", "air=x")).err).toMatch(/level=0: a serial number[\s\S]*air=x: a serial number/);
    expect((await run("commission", "5=1", "--port", port, "--new-speed", "1200")).err).toMatch(
      /--new-speed is one of/,
    );
    expect((await run("commission", "5=1/a b", "--port", port)).err).toMatch(/a point code on a label/);
    expect((await run("label", "5=level", "--labels", "x.jpg")).err).toMatch(/a \.pdf or \.png file/);
    expect((await run("commission", "5=1/W-1", "--port", port)).err).toMatch(/add --labels/);
    expect((await run("commission", "--port", port, "--labels", "x.pdf", "--new-speed", "9600")).err).toMatch(
      /--labels: labels are for[\s\S]*--new-speed and --new-parity: for nodes that are given/,
    );
    expect((await run("sim", "level=9", "--line-speed", "7200")).err).toMatch(
      /--line-speed: nodes talk at 2400.* not 7200[\s\S]*level=9: as it comes out of its box it talks at 19200/,
    );
    expect((await run("sim", "level@1", "--input", "1:0=2..6/10s")).err).toMatch(
      /--input is .*up to 5 V, or 1:0=2\.\.3/,
    );
    expect((await run("sim", "level@1", "--no-reset")).err).toMatch(/--no-reset is for sim uno/);
    const busy = createServer().listen(0, "127.0.0.1");
    await once(busy, "listening");
    const taken = `127.0.0.1:${(busy.address() as AddressInfo).port}`;
    expect((await run("sim", "level@1", "--listen", taken)).err).toMatch(/is in use: does another simulation run/);
    busy.close();
    for (const verb of ["commission", "label"]) expect((await run(verb, "--help")).out).toMatch(/Examples/);
  });

  test("says what an image is and where it fits", async () => {
    expect((await run("inspect", "loader")).out).toMatch(/a bootloader[\s\S]*needs a hardware programmer/);
    expect(JSON.parse((await run("inspect", "light", "--json")).out)).toMatchObject({
      node: { model: "WEIR-LIGHT" },
      gaps: [],
    });
    const file = join(folder, "bad.hex");
    writeFileSync(file, ":02000000AABB99\n:02000000AABB9A\n");
    expect(await run("inspect", file)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/line 2: its checksum[\s\S]*end-of-file/),
    });
    const told = await run("flash", file, "--port", port, "--json");
    expect([told.code, told.err, JSON.parse(told.out)]).toEqual([
      ...[1, ""],
      expect.objectContaining({ event: "failed", what: expect.stringMatching(/line 2: its checksum/) }),
    ]);
  });
});
