import { describe, expect, test } from "vitest";
import { runCommand } from "./command.ts";

async function weirProfile(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
const pzem = "01 04 14 08 D1 00 6C 00 00 00 F4 00 00 00 26 00 00 01 F4 00 64 00 00 51 34";

describe("weir-profile list", () => {
  test("shows every instrument in both languages, columns aligned", async () => {
    const { code, out } = await weirProfile("list", "--domain", "water");
    expect(code).toBe(0);
    expect(out).toMatch(/^id +kind +points +name +名称$/m);
    expect(out).toMatch(
      /^water\/yosemitech-y511 +turbidity-probe +2 +Turbidity probe with wiper Y511 +自清洁浊度传感器 Y511$/m,
    );
    expect(out).not.toContain("light/");
  });

  test("gives programs ids and metrics", async () => {
    const list = JSON.parse((await weirProfile("list", "--json")).out) as { id: string; metrics: string[] }[];
    expect(list.find(({ id }) => id === "light/eastron-sdm120")!.metrics).toContain("active_energy_import");
  });
});

describe("weir-profile show", () => {
  test("finds an instrument by a part of its id and tells registers, scale, states and the start–wait–read steps", async () => {
    expect((await weirProfile("show", "midas")).out).toMatch(
      /^gas_alarm_high +holding +0000 +u16 +ABCD +bit 7 +气体二级报警$/m,
    );
    expect((await weirProfile("show", "midas")).out).toContain("raw 0 is 0: warm-up · 预热");
    expect((await weirProfile("show", "y511")).out).toContain(
      "read 0 of holding 2500 as a command, wait 40 s, read the points, read 0 of holding 2E00 as a command",
    );
    expect(JSON.parse((await weirProfile("show", "y511", "--json")).out)).toMatchObject({
      id: "water/yosemitech-y511",
    });
  });
});

describe("weir-profile check", () => {
  test("finds every shipped profile right", async () => {
    const { code, out } = await weirProfile("check");
    expect(code).toBe(0);
    expect(out).toContain("sdm630.yaml: right; 26 points, 2 examples");
  });

  test("does not call a folder without profiles right", async () => {
    const { code, err } = await weirProfile("check", "--dir", "/nowhere");
    expect(code).toBe(1);
    expect(err).toContain("/nowhere: holds no profiles");
  });

  test("tells the faults of a file and exits with 1", async () => {
    expect(await weirProfile("check", "none.yaml")).toMatchObject({
      code: 1,
      out: "none.yaml: cannot be read (ENOENT); check the path",
    });
    expect(JSON.parse((await weirProfile("check", "--json", "none.yaml")).out)).toMatchObject([
      { faults: [{ file: "none.yaml" }] },
    ]);
  });
});

describe("weir-profile try", () => {
  test("reads a captured answer point by point", async () => {
    const { code, out } = await weirProfile("try", "pzem-004t", "--at", "0", pzem);
    expect(code).toBe(0);
    expect(out).toMatch(/^voltage +225.7 +V +good$/m);
    expect(out).toMatch(/^active_energy_import +0.038 +kWh +good$/m);
  });

  test("takes the first register from the request before the answer", async () => {
    const pair = "01 03 00 07 00 02 75 CA 01 03 04 00 02 06 F6 D8 15";
    expect((await weirProfile("try", "jxct-light", ...pair.split(" "))).out).toMatch(
      /^illuminance +132854 +lx +good$/m,
    );
  });

  test("says why a point is bad, and which are not in the bytes", async () => {
    const { code, out } = await weirProfile("try", "sdm630", "input 0006: 41 48 00 00 7F C0 00 00");
    expect(code).toBe(1);
    expect(out).toMatch(/^current\/l1 +12.5 +A +good$/m);
    expect(out).toMatch(/^current\/l2 +– +A +bad +the bytes are no number/m);
    expect(out).toMatch(/^current\/l3 +– +A +not given: input 000A$/m);
  });

  test("says so when the bytes hold no point at all", async () => {
    const { code, out } = await weirProfile("try", "sdm630", "holding 0000: 00 00");
    expect(code).toBe(1);
    expect(out).toContain("No point stands in these registers");
  });

  test("gives programs the same", async () => {
    const readings = JSON.parse((await weirProfile("try", "jxbs-3001-co", "--json", "holding 0006: FF FF")).out);
    expect(readings).toEqual([
      {
        metric: "co_ppm",
        raw: 65535,
        value: null,
        quality: "bad",
        unit: "[ppm]",
        why: expect.stringContaining("no value"),
      },
    ]);
  });

  test.each([
    [
      ["try", "jxbs-3001-co", "--at", "6", "01 03 02 00 BD 78 36"],
      1,
      "the CRC is 78 36, the bytes before it need 78 35",
    ],
    [["try", "jxbs-3001-co", "01 83 02 C0 F1"], 1, "exception 2: illegal data address"],
    [["try", "jxbs-3001-co", "01 03 02 00 BD 78 35"], 2, "add --at <first register>"],
    [["try", "jxbs-3001-co", "--at", "x", "01 03 02 00 BD 78 35"], 2, "--at x is no register"],
    [["try", "jxbs-3001-co", "hello"], 2, "hex is pairs of hex digits"],
    [["try", "jxbs-3001-co", "holding 0006: 0"], 1, "pairs of hex digits"],
    [["try", "jxbs-3001-co"], 2, "try takes a profile and hex"],
    [["show", "sdm"], 2, "fits light/eastron-sdm120, light/eastron-sdm630, light/eastron-sdm72; name one of them"],
    [["show", "smd630"], 2, "did you mean light/eastron-sdm630?"],
    [["show"], 2, "show takes one profile"],
    [["list", "--domain", "watr"], 2, 'did you mean "water"?'],
    [["list", "--domian", "water"], 2, 'no option --domian; did you mean "domain"?'],
    [["lst"], 2, 'no command "lst"'],
    [[], 2, "no command; use list, show, check or try"],
  ])("%j is refused with exit code %d: %s", async (args, code, message) => {
    const said = await weirProfile(...args);
    expect(said.code).toBe(code);
    expect(said.err).toContain(message);
    expect(said.out).toBe("");
  });
});

test("weir-profile --help shows examples that work as they stand", async () => {
  const { code, out } = await weirProfile("--help");
  expect(code).toBe(0);
  const examples = out
    .split("Examples\n")[1]!
    .split("\n\n")[0]!
    .split("\n")
    .map((line) => line.trim());
  const tried = examples.filter((line) => !line.includes("acme"));
  expect(tried.length).toBeGreaterThanOrEqual(4);
  for (const line of tried) {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!).slice(1);
    expect((await weirProfile(...args)).code, line).toBe(0);
  }
});
