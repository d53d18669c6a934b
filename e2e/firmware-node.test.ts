import { loadProfiles } from "@weir/device-profiles/load.ts";
import { readOnce } from "@weir/edge-agent/poll/read-once.ts";
import { createAdapter } from "@weir/firmware/sim/adapter.ts";
import { commission, createNode } from "@weir/firmware/sim/nodes.ts";
import { pace } from "@weir/firmware/sim/pace.ts";
import { serve } from "@weir/firmware/sim/serve.ts";
import { createTimeline } from "@weir/firmware/sim/timeline.ts";
import { createWire } from "@weir/firmware/sim/wire.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";

test("three nodes that run their images on one line are read by the agent's own driver through their profiles", async () => {
  const timeline = createTimeline();
  const line = createWire();
  const nodes = [
    { image: "level", profile: "pipe/weir-level", volts: [2.64] },
    { image: "air", profile: "air/weir-air", volts: [0.685, 2.598, 4.0835] },
    { image: "light", profile: "light/weir-light", volts: [2.5] },
  ];
  for (const [n, { image, volts }] of nodes.entries()) {
    const board = await createNode(image, line);
    board.eeprom.set(await commission(image, 4711 + n, n + 1));
    board.reset("power");
    volts.forEach((value, channel) => void board.analog(channel, value));
    timeline.add(board);
  }
  timeline.run(1500);
  const server = await serve(createAdapter(timeline, { rx: line, tx: line }, { baud: 19200, parity: "even" }), {
    line: timeline,
  });
  const pacing = pace(timeline);
  try {
    const profiles = loadProfiles();
    const found: Record<string, Record<string, number | null>> = {};
    await readOnce(
      {
        buses: [
          {
            name: "line",
            transport: { kind: "raw-tcp", host: server.host, port: server.port },
            connectTimeoutMs: 2000,
          },
        ],
        devices: nodes.map(({ image, profile }, n) => ({
          id: image,
          bus: "line",
          unit: n + 1,
          profile: profiles.get(profile)!,
        })),
        clock: systemClock,
        random: () => 0,
        signal: new AbortController().signal,
      },
      ({ device, readings, why }) => {
        expect(why).toBeUndefined();
        found[device] = Object.fromEntries(readings.map(({ metric, value }) => [metric, value ?? null]));
      },
    );
    expect(found.level).toMatchObject({ sewer_level: 2.495, status_code: 0, supply_voltage: 5.006 });
    expect(found.air).toMatchObject({ air_temperature: 18.4, status_code: 0 });
    expect(found.light).toMatchObject({ current: 0, relay_state: 0, lamp_fault: 0 });
  } finally {
    pacing.stop();
    await server.close();
  }
});
