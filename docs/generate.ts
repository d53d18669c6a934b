import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as cloud from "@weir/cloud/generate.ts";
import * as profiles from "@weir/device-profiles/generate.ts";
import * as edge from "@weir/edge-agent/generate.ts";
import * as grafana from "@weir/grafana/generate.ts";
import * as wire from "@weir/wire/generate.ts";

const folder = join(import.meta.dirname, "generated");

/** Every file of docs/generated, by path. `npm run docs` writes them, and what grafana/ is provisioned with; generate.test.ts fails when one is older than its source. */
export const generated: Readonly<Record<string, string>> = Object.fromEntries(
  [wire, profiles, edge, cloud].flatMap((part) =>
    Object.entries(part.generated()).map(([name, text]) => [join(folder, name), text]),
  ),
);

if (import.meta.main) {
  for (const [file, text] of Object.entries(generated)) writeFileSync(file, text);
  grafana.write();
}
