import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Prints what a process has loaded once it could run the agent. */
const program = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  await import(${JSON.stringify(join(import.meta.dirname, "technician/run.ts"))});
  console.log(JSON.stringify([...loaded, ...process.moduleLoadList]));
`;

test("an agent that runs for years holds no parser, no schemas and no second HTTP client in memory", () => {
  const loaded: string[] = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }),
  );
  expect(loaded.some((module) => module.endsWith("/edge-agent/main.ts"))).toBe(true);
  expect(
    loaded.filter((module) =>
      /\/node_modules\/(zod|yaml|serialport|johnny-five|node-opcua[\w-]*)\/|deps\/undici\/undici$/.test(module),
    ),
  ).toEqual([]);
});
