import { systemClock } from "@weir/wire/clock.ts";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { latestOf } from "./ask.ts";
import { type CityUnderTest, layOutCity } from "./city-under-test.ts";

const timeout = 180_000;
const behind = ["pumping-station-plc", "pumping-station-well", "pumping-station-gas", "pumping-station-pump-1"];
const beside = ["railway-underpass", "lamp-east-gate-1"];

/** Old Town's gateway with its OPC UA server, a Modbus TCP bus and a serial line, all of them read. */
async function startCity(): Promise<CityUnderTest> {
  const city = await layOutCity({
    buses: ["pumping-station", "drainage", "street-lights"],
    every: "500ms",
    healthEvery: "1h",
    speed: 600,
  });
  onTestFinished(city.end);
  onTestFailed(() => console.error(city.tell()));
  for (const name of city.names) city.start(name);
  await city.running(...city.names);
  await city.until("the server is up", () =>
    city.linesOf("simulator").some((line) => line.includes("ua server is up")),
  );
  await readAfter(city, [...behind, ...beside], systemClock.now());
  return city;
}

/** Resolves once each of these devices has a good reading that was taken after an instant. */
async function readAfter(city: CityUnderTest, devices: readonly string[], instant: number): Promise<void> {
  for (const device of devices)
    await city.until(
      `${device} is read again`,
      async () =>
        [...(await latestOf(city, device)).values()].some((each) => each.quality === "good" && each.at > instant),
      60_000,
    );
}

async function fault(city: CityUnderTest, body: object): Promise<void> {
  const answer = await fetch(`${city.control}/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ target: "pumping-station", ...body }),
  });
  expect(answer.status).toBe(201);
}

const clear = (city: CityUnderTest) => fetch(`${city.control}/faults/pumping-station`, { method: "DELETE" });

/** What the gateway has said of links and devices that went down. */
const fallen = (city: CityUnderTest, from: number): readonly { readonly bus?: string; readonly device?: string }[] =>
  city
    .linesOf("gw-old-town")
    .slice(from)
    .filter((line) => /"msg":"(link|device)-down"/.test(line))
    .map((line) => JSON.parse(line));

test("behind a server whose subscriptions go silent everything is read on, and the other buses of the gateway never know", {
  timeout,
}, async () => {
  const city = await startCity();
  const said = city.linesOf("gw-old-town").length;
  const before = systemClock.now();
  await fault(city, { fault: "silent-subscription" });
  for (const passed of [3000, 6000]) await readAfter(city, [...behind, ...beside], before + passed);
  await clear(city);
  const cleared = systemClock.now();
  await readAfter(city, behind, cleared + 1000);
  await readAfter(city, beside, cleared);
  expect(
    fallen(city, said).filter(({ bus, device }) => bus !== "pumping-station" && !behind.includes(device ?? "")),
  ).toEqual([]);
});

test("a server that restarts with other namespace indexes is read again by itself, and the other buses never know", {
  timeout,
}, async () => {
  const city = await startCity();
  const said = city.linesOf("gw-old-town").length;
  await fault(city, { fault: "reindex" });
  const isDown = () => fallen(city, said).some(({ bus }) => bus === "pumping-station");
  await city.until("the gateway notices", isDown, 30_000);
  await readAfter(city, beside, systemClock.now());
  const up = () => city.linesOf("simulator").filter((line) => line.includes("ua server is up")).length === 2;
  await city.until("the server is up again", up, 60_000);
  await readAfter(city, behind, systemClock.now());
  expect(
    fallen(city, said).filter(({ bus, device }) => bus !== "pumping-station" && !behind.includes(device ?? "")),
  ).toEqual([]);
});
