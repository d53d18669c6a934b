import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatFault } from "@weir/config/fault.ts";
import { expect, test } from "vitest";
import { runCommand } from "./command.ts";
import { parseProfile } from "./load.ts";

const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
const block = (kind: string, containing: string) =>
  [...readme.matchAll(new RegExp(`^( *)\`\`\`${kind}\\n([\\s\\S]*?)^ *\`\`\``, "gm"))]
    .map(([, indent, body]) => body!.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .find((body) => body.includes(containing))!;
const example = block("yaml", "Acme");

test("the profile that the README shows is right", () => {
  expect(parseProfile(example, "water/acme-ph1.yaml")).toMatchObject({ value: { id: "water/acme-ph1" } });
});

test("the faults that the README shows are what a slip in that profile gives", () => {
  const slipped = example
    .replace("quantity: ph", "quantity: pH")
    .replace("quantity: water_temperature", "quantity: temperature");
  const read = parseProfile(slipped, "water/acme-ph1.yaml");
  const faults = "faults" in read ? read.faults.map(formatFault) : [];
  for (const line of block("text", "acme-ph1.yaml:").trim().split("\n")) expect(faults).toContain(line);
});

test("the commands that the README shows work as they stand", async () => {
  const commands = block("text", "try pzem").trim().split("\n");
  expect(commands).toHaveLength(3);
  for (const line of commands) {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!).slice(2);
    expect(await runCommand(args, { out: () => {}, err: () => {} }), line).toBe(0);
  }
});
