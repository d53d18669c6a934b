import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-signing-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const cwd = process.cwd();
  process.chdir(folder);
  const code = await runCommand(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  process.chdir(cwd);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

await run("key", "new", "release", "makers");
await run("key", "new", "fleet", "works");
writeFileSync(at("trusted"), readFileSync(at("makers.pub"), "utf8") + readFileSync(at("works.pub"), "utf8"));

describe("firmware that gateways trust", () => {
  test("is bundled by one key, approved by another, and then taken", async () => {
    expect((await run("bundle", "level", "--key", "makers.key", "--to", "level.bundle")).out).toMatch(
      /not approved yet/,
    );
    expect((await run("inspect", "level.bundle", "--trust", "trusted")).code).toBe(1);
    expect((await run("sign", "level.bundle", "--key", "works.key", "--expires", "30d")).code).toBe(0);
    const { code, out } = await run("inspect", "level.bundle", "--trust", "trusted");
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/WEIR-LEVEL[\s\S]*avr-gcc[\s\S]*takes it/) });
  });

  test("a key may be made in a folder of its own, and is called by its name alone", async () => {
    mkdirSync(at("safe"));
    expect((await run("key", "new", "fleet", "safe/district-2")).out).toMatch(/^safe\/district-2\.key signs/);
    expect(readFileSync(at("safe/district-2.pub"), "utf8")).toMatch(/^fleet \S+ district-2\n$/);
    expect((await run("key", "new", "fleet", "safe/a b")).err).toMatch(/letters, digits, and \. _ - only; a folder/);
  });

  test("a new key takes the place of an old one through a bundle", async () => {
    await run("key", "rotate", "works.key", "works-2");
    await run("bundle", "gas", "--key", "makers.key", "--to", "gas.bundle");
    await run("sign", "gas.bundle", "--key", "works-2.key");
    expect((await run("inspect", "gas.bundle", "--trust", "trusted")).err).toMatch(
      /fleet: key \w+ is not trusted here/,
    );
    await run("sign", "gas.bundle", "--key", "works-2.key", "--rotation", "works-2.rotation");
    const { code, out } = await run("inspect", "gas.bundle", "--trust", "trusted");
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/rotation {2}fleet: works-2/) });
  });

  test("a private key is readable by its owner alone and never overwritten, and none is told", async () => {
    expect(statSync(at("makers.key")).mode & 0o777).toBe(0o600);
    const before = readFileSync(at("makers.key"), "utf8");
    const { code, err } = await run("key", "new", "fleet", "makers");
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/makers\.key is there already/) });
    expect(readFileSync(at("makers.key"), "utf8")).toBe(before);
    const wrong = await run("sign", "level.bundle", "--key", "trusted");
    expect(wrong.err).toMatch(/trusted: this is no private key/);
    expect(wrong.err).not.toContain(readFileSync(at("makers.pub"), "utf8").split(" ")[1]!);
  });

  test("a bundle that is not there is told as such", async () => {
    expect((await run("sign", "none.bundle", "--key", "works.key")).err).toBe(
      "none.bundle: there is no such file; weir-firmware bundle makes one",
    );
  });

  test("keys of the wrong role, bundles that are cut off and orders that are none are told as such", async () => {
    expect((await run("bundle", "level", "--key", "works.key", "--to", "x.bundle")).err).toMatch(
      /this is a fleet key, and here signs a release key/,
    );
    writeFileSync(at("cut.bundle"), readFileSync(at("level.bundle"), "utf8").slice(0, 4000));
    expect((await run("sign", "cut.bundle", "--key", "works.key")).err).toMatch(/no bundle: not JSON, or cut off/);
    expect((await run("bundle", "boot485", "--key", "makers.key", "--to", "x.bundle")).err).toMatch(/no node image/);
    expect((await run("key", "new", "owner", "x")).code).toBe(2);
    expect((await run("sign", "level.bundle", "--key", "works.key", "--expires", "soon")).err).toMatch(
      /number of days/,
    );
    expect((await run("bundle", "level", "--to", "x.bundle")).code).toBe(2);
  });
});
