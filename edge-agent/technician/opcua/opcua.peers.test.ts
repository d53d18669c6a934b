import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Asyncua, freePort, startAsyncua } from "../../drivers/opcua/test-asyncua.ts";
import { runCommand } from "../command.ts";

let folder: string;
let server: Asyncua;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-opcua-"));
  const port = await freePort();
  url = `opc.tcp://127.0.0.1:${port}/weir/`;
  server = await startAsyncua({ port, folder, secure: true, many: 1500 });
}, 60_000);
afterAll(async () => {
  await server?.kill();
  rmSync(folder, { recursive: true });
});

async function opcua(...words: readonly string[]) {
  const lines: string[] = [];
  const terminal = { out: (text: string) => lines.push(text), err: (text: string) => lines.push(`! ${text}`) };
  const code = await runCommand(["opcua", ...words, "--pki", join(folder, "pki")], terminal);
  return { code, said: lines.join("\n") };
}

describe("weir-edge opcua, before any configuration exists", () => {
  test("shows a server's ways in, then trusts it as the error says, and shows what it has", async () => {
    expect((await opcua("offers", url)).said).toMatch(
      /Aes256_Sha256_RsaPss SignAndEncrypt +.*UserName[\s\S]*SHA-256: [0-9a-f]{64}/,
    );
    const refused = await opcua("browse", url);
    expect(refused.code).toBe(1);
    const command = /then: weir-edge opcua (trust .*)$/.exec(refused.said)![1]!.split(" ");
    expect((await opcua(...command)).code).toBe(0);
    const tree = await opcua("browse", url, "Plant", "--depth", "2", "--limit", "1200");
    expect(tree.said).toMatch(
      /^Pump_1 +object +nsu=urn:weir:test;s=Pump_1\n {2}Flow +Double +10 +nsu=urn:weir:test;s=Pump_1\.Flow$/m,
    );
    expect(tree.said).toMatch(/more than 1200 nodes; give a node to begin at, or a higher --limit/);
  }, 60_000);

  test("reads values with type, status and times, and says what there is where a name leads nowhere", async () => {
    const { code, said } = await opcua("read", url, "Plant/Pump_1/Flow", "Plant/Pump_2/Le*");
    expect(code).toBe(0);
    expect(said).toMatch(/Plant\/Pump_1\/Flow +10 +Double +Good +20..-..-..T.*Z/);
    expect(said).toMatch(/Plant\/Pump_2\/Le\* +\[1\.5, 2\.5, 3\.5\] +Double +Good/);
    expect((await opcua("read", url, "Plant/Pump_7")).said).toMatch(/below Plant there is Pump_1, Pump_2, Many/);
  }, 60_000);

  test("prints one JSON object a node for programs", async () => {
    const { said } = await opcua("browse", url, "Plant/Pump_1", "--json");
    expect(said.split("\n").map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        path: "Plant/Pump_1/Running",
        kind: "variable",
        type: "Boolean",
        value: true,
        status: "Good",
      }),
    );
  }, 60_000);
});
