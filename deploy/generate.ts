import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { edgeYaml } from "@weir/demo/layout.ts";
import { cityPlan } from "@weir/simulators/city.ts";
import { stringify } from "yaml";

/** The first bus of the city in docker-compose.yml. */
const portBase = 15_020;
/** They share an address, so each has a port. */
const healthPort = 9464;

/** The demo's gateways in docker-compose.yml, by path: they share the city's network, and reach the cloud over TLS. */
export const generated: Readonly<Record<string, string>> = Object.fromEntries(
  cityPlan({ host: "127.0.0.1", portBase }).map((district, index) => [
    join(import.meta.dirname, "compose", `${district.gateway}.yaml`),
    `# Written by \`npm run docs\`; do not edit.\n${stringify(
      edgeYaml(district, {
        profiles: "/etc/weir/profiles",
        outbox: "/var/lib/weir/outbox.db",
        uplink: {
          url: "mqtts://cloud:8883",
          password_file: `/run/secrets/demo-${district.gateway}`,
          ca_file: "/run/secrets/ca",
        },
        health: `127.0.0.1:${healthPort + index}`,
      }),
      { lineWidth: 140 },
    )}`,
  ]),
);

if (import.meta.main) for (const [file, text] of Object.entries(generated)) writeFileSync(file, text);
