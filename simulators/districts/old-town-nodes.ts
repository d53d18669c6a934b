import type { Bus } from "../plan.ts";
import { air } from "../shows/air.ts";
import { cabinet, lamp } from "../shows/light.ts";
import { manhole } from "../shows/water.ts";

/** Firmata boards, one a bus. */
export const nodeBuses: readonly Bus[] = [
  {
    name: "alley-node",
    kind: "firmata",
    offset: 22,
    place: { en: "Well Alley, lamp node", zh: "井巷单灯节点" },
    instruments: [
      {
        id: "alley-lamp",
        profile: "light/allegro-acs712",
        place: { en: "Well Alley, lamp 1", zh: "井巷 1 号灯" },
        shows: lamp("Well Alley lamp 1", 280),
      },
      {
        id: "alley-air",
        profile: "air/bosch-bme280",
        place: { en: "Well Alley, air", zh: "井巷空气温湿度" },
        shows: air("Well Alley", 0.4),
      },
      {
        id: "alley-roof",
        profile: "air/microchip-mcp9808",
        place: { en: "Well Alley, roof", zh: "井巷屋顶温度" },
        shows: air("Well Alley roof", 0.3),
      },
    ],
  },
  {
    name: "alley-cabinet",
    kind: "firmata",
    offset: 24,
    place: { en: "Well Alley, lamp cabinet", zh: "井巷路灯箱" },
    instruments: [
      {
        id: "alley-cabinet-node",
        profile: "light/weir-firmata",
        place: { en: "Well Alley, lamp cabinet: door, water, temperature", zh: "井巷路灯箱门、水浸与温度" },
        shows: cabinet("Well Alley"),
      },
    ],
  },
  {
    name: "market-manhole",
    kind: "firmata",
    offset: 21,
    place: { en: "Market Street, manhole", zh: "集市街检查井" },
    instruments: [
      {
        id: "market-manhole-node",
        profile: "pipe/generic-firmata-manhole",
        place: { en: "Market Street, manhole: level and cover", zh: "集市街检查井液位与井盖" },
        shows: manhole("Market Street", 0.7),
      },
    ],
  },
];
