/** Alert rules on the whole road: simulated instruments, gateways, cloud and Debian's influxd as processes, in real time. */
import { join } from "node:path";
import { type Instance, openRule } from "@weir/grafana/alerting/evaluate.ts";
import { alertRules } from "@weir/grafana/alerting/files.ts";
import { fileRule } from "@weir/grafana/alerting/rule.ts";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { askInflux } from "./ask-influx.ts";
import { layOutCity } from "./city-under-test.ts";
import { startInfluxd } from "./peers.ts";

async function startCity(buses: readonly string[]) {
  const city = await layOutCity({ buses, every: "500ms", healthEvery: "5s", speed: 1, store: "influx" });
  onTestFinished(city.end);
  onTestFailed(() => console.error(city.tell()));
  const influxd = await startInfluxd(city.influxPort, join(city.folder, "influx"));
  onTestFinished(async () => void (await influxd.end("SIGKILL")));
  const url = `http://127.0.0.1:${city.influxPort}`;
  await fetch(`${url}/query`, { method: "POST", body: new URLSearchParams({ q: "CREATE DATABASE weir" }) });
  for (const name of city.names) city.start(name);
  await city.running(...city.names);

  const fault = async (body: object) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${city.control}/faults`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status, await answer.text()).toBeLessThan(300);
  };
  const rule = (uid: string) => {
    const held = openRule(fileRule(alertRules.find((each) => each.uid === uid)!), (query) => askInflux({ url }, query));
    const of = (device: string) => (instances: readonly Instance[]) =>
      instances.find(({ labels }) => labels.device === device)?.state;
    return async (device: string) => of(device)(await held.evaluate(Date.now()));
  };
  return { city, fault, rule };
}

test("a gas head that jumps to 60 %LEL alarms within seconds, its neighbour does not, and it ends when the gas is gone", async () => {
  const { city, fault, rule } = await startCity(["gas-station"]);
  const [pump, fence] = [rule("weir-gas-combustible_lel-second-pump"), rule("weir-gas-combustible_lel-second-fence")];
  const heads = "gas-station-heads";
  await city.until("a reading is stored", async () => (await pump(heads)) === "Normal");
  await fault({ target: heads, fault: "spike", metric: "combustible_lel/pump", by: 60, probability: 1 });
  await city.until("the pump's head alarms", async () => (await pump(heads)) === "Alerting");
  expect(await fence(heads)).toBe("Normal");
  await fetch(`${city.control}/faults/${heads}`, { method: "DELETE" });
  await city.until("the alarm ends", async () => (await pump(heads)) === "Normal");
});
