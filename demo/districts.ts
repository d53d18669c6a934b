import { city } from "@weir/simulators/city.ts";
import type { District, Shows } from "@weir/simulators/plan.ts";
import { air } from "@weir/simulators/shows/air.ts";
import { pipe } from "@weir/simulators/shows/pipe.ts";
import { createDrain } from "@weir/simulators/world/drainage.ts";
import { createTank } from "@weir/simulators/world/tank.ts";
import type { World } from "@weir/simulators/world/world.ts";
import { nodesOn } from "./nodes.ts";

/** Two 60 W lamps of a road tunnel, which burn day and night, A. */
const tunnelLampA = 0.545;
const place = "railway underpass";

const sump = ({ seed, rain, weather }: World): Shows => ({
  sewer_level: (at) => 0.6 + createDrain(seed, rain, place, 0.8).level(at),
  toxic_gas_ppm: (at) => createTank(seed, weather, place).trace(at, "h2s", 0.8),
});

/** The railway underpass: where nothing measured, nodes do. */
const underpass = nodesOn({
  name: "underpass-nodes",
  offset: 23,
  baud: 19_200,
  place: { en: "Railway underpass, nodes", zh: "铁路下穿通道节点" },
  instruments: [
    {
      id: "underpass-sump",
      profile: "pipe/weir-level",
      unit: 1,
      place: { en: "Railway underpass, level in the sump", zh: "铁路下穿通道集水井液位" },
      shows: sump,
    },
    {
      id: "underpass-gas",
      profile: "hazmat/weir-gas",
      unit: 2,
      place: { en: "Railway underpass, gas in the sump", zh: "铁路下穿通道集水井有毒气体" },
      shows: sump,
    },
    {
      id: "underpass-air",
      profile: "air/weir-air",
      unit: 3,
      place: { en: "Railway underpass, air", zh: "铁路下穿通道空气" },
      shows: air(place, 1),
    },
    {
      id: "underpass-lamp",
      profile: "light/weir-light",
      unit: 4,
      place: { en: "Railway underpass, lamps", zh: "铁路下穿通道照明" },
      shows: () => ({ current: () => tunnelLampA }),
    },
    {
      id: "underpass-main",
      profile: "pipe/weir-pressure",
      unit: 5,
      place: { en: "Railway underpass, water main", zh: "铁路下穿通道给水管" },
      shows: pipe({ name: place, meanFlow: 40, leakShare: 0.1, pressure: 0.35 }),
    },
  ],
});

/** The city of `npm start`: the simulated one, and nodes that run their own images beside it. */
export const districts: readonly District[] = city.map((district) =>
  district.site === "old-town" ? { ...district, buses: [...district.buses, underpass] } : district,
);
