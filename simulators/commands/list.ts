import { cityPlan } from "../city.ts";
import type { DistrictPlan } from "../plan.ts";
import { askControl } from "./ask-control.ts";
import { anyPort, type Given, readOptions, type Surroundings, usualControlPort, usualPortBase } from "./options.ts";

/** `weir-sim list`: what the city has and where it will answer; or, with --control-port, what a city that runs has. */
export async function listCity(
  given: Given,
  positionals: readonly string[],
  { out, signal }: Surroundings,
): Promise<void> {
  const options = readOptions(given);
  const portBase = options.number("port-base", usualPortBase, anyPort);
  const controlPort = options.number("control-port", usualControlPort, { ...anyPort, min: 1 });
  for (const extra of positionals) options.fault(`${extra}: list takes options only`);
  options.done();
  const plan =
    given["control-port"] === undefined
      ? cityPlan({ host: "127.0.0.1", portBase })
      : (
          (await askControl({ port: controlPort, method: "GET", path: "/city" }, signal)) as {
            readonly districts: readonly DistrictPlan[];
          }
        ).districts;
  out(given.json ? JSON.stringify(plan, null, 2) : table(plan));
}

function table(plan: readonly DistrictPlan[]): string {
  const lines = plan.flatMap(({ site, gateway, place, buses, devices }) => [
    `${site} / ${gateway}  ${place.en} ${place.zh}`,
    ...buses.flatMap(({ name, kind, host, port, place }) => [
      `  ${name}  ${kind}  ${host}:${port}  ${place.en} ${place.zh}`,
      ...devices
        .filter(({ bus }) => bus === name)
        .map(
          ({ id, profile, unit, address, place }) =>
            `    ${String(address ?? unit ?? "").padStart(20)}  ${id.padEnd(26)} ${profile.padEnd(38)} ${place.en} ${place.zh}`,
        ),
    ]),
  ]);
  const instruments = plan.reduce((sum, { devices }) => sum + devices.length, 0);
  const buses = plan.reduce((sum, each) => sum + each.buses.length, 0);
  return [...lines, `${instruments} instruments on ${buses} buses`].join("\n");
}
