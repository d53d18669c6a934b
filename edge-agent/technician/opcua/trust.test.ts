import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../command.ts";

const certificates = join(import.meta.dirname, "../../drivers/opcua/testdata/certificates");
const file = join(certificates, "plc-signed.pem");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-trust-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function trust(where: string, ...words: readonly string[]) {
  const lines: string[] = [];
  const terminal = { out: (text: string) => lines.push(text), err: (text: string) => lines.push(`! ${text}`) };
  const code = await runCommand(["opcua", "trust", where, ...words], terminal);
  return { code, said: lines.join("\n") };
}

describe("weir-edge opcua trust", () => {
  test("trusts a certificate file, rejects it by its fingerprint, and forgets it", async () => {
    expect((await trust(folder)).said).toMatch(/holds no certificates yet/);
    const { said } = await trust(folder, "add", file);
    const fingerprint = /^trusted: plc-signed, ([0-9a-f]{16})$/.exec(said)![1]!;
    expect((await trust(folder)).said).toMatch(
      new RegExp(`trusted +${fingerprint} +plc-signed +2025-01-01 to 2035-01-01 +plc\\.example, 10\\.0\\.0\\.5`),
    );
    expect((await trust(folder, "reject", fingerprint.slice(0, 8))).said).toBe(`rejected: plc-signed, ${fingerprint}`);
    expect(JSON.parse((await trust(folder, "list", "--json")).said)).toMatchObject([
      { shelf: "rejected", name: "plc-signed", fingerprint: expect.stringMatching(`^${fingerprint}`) },
    ]);
    expect(await trust(folder, "remove", fingerprint)).toEqual({
      code: 0,
      said: `removed: plc-signed, ${fingerprint}`,
    });
    expect((await trust(folder)).said).toMatch(/holds no certificates yet/);
  });

  test.each([
    [["add"], /takes the beginning of a fingerprint, or a file/],
    [["add", "abc"], /too short; give at least 6 digits/],
    [["add", "abcdef12"], /no certificate begins with abcdef12/],
    [["add", "/etc/hostname"], /neither a fingerprint nor a certificate file/],
    [["believe"], /takes list, add, reject or remove, not "believe"/],
  ])("%j is refused, with what would be right", async (words, refusal) => {
    const { code, said } = await trust(folder, ...words);
    expect(code).toBe(2);
    expect(said).toMatch(refusal);
  });

  test("takes the folder from edge.yaml, which has to say which bus", async () => {
    const bus = (name: string) => `  - { name: ${name}, opcua: { url: "opc.tcp://${name}:4840", pki: ${name} } }`;
    const edge = join(folder, "edge.yaml");
    writeFileSync(
      edge,
      `site: s
gateway: g
buses:
${bus("one")}
${bus("two")}
  - { name: meter, tcp: "10.0.0.1:502" }
devices: [{ id: d, bus: meter, profile: light/eastron-sdm630 }]
uplink: { url: "mqtt://127.0.0.1" }
`,
    );
    expect((await trust(edge)).said).toMatch(/several OPC UA buses: --bus one or --bus two/);
    expect((await trust(edge, "--bus", "twp")).said).toMatch(/no OPC UA bus "twp".*did you mean "two"/);
    expect((await trust(edge, "add", file, "--bus", "two")).code).toBe(0);
    expect((await trust(join(folder, "two"))).said).toMatch(/trusted .*plc-signed/);
  });
});
