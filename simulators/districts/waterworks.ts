import type { Bus } from "../plan.ts";
import { air } from "../shows/air.ts";
import { chlorineStore } from "../shows/hazmat.ts";
import { pumpMeter } from "../shows/light.ts";
import { pipe } from "../shows/pipe.ts";
import { yinjiang } from "./reaches.ts";

const waterworks = pipe({ name: "waterworks", meanFlow: 640, leakShare: 0.1, pressure: 0.46 });
const park = air("Zhoushan River park", 0.1);

/** It drinks from the Yinjiang. */
export const waterworksBuses: readonly Bus[] = [
  {
    name: "waterworks-intake",
    kind: "raw-tcp",
    offset: 2,
    baud: 9600,
    place: { en: "Waterworks, intake", zh: "水厂取水口" },
    instruments: [
      {
        id: "intake-level",
        profile: "water/keller-xline",
        unit: 1,
        place: { en: "Intake, wet well", zh: "取水井水位" },
        shows: yinjiang,
      },
      {
        id: "intake-oxygen",
        profile: "water/supmea-do7016",
        unit: 10,
        place: { en: "Intake, oxygen", zh: "取水口溶解氧" },
        shows: yinjiang,
      },
      {
        id: "intake-turbidity",
        profile: "water/yosemitech-y511",
        unit: 3,
        place: { en: "Intake, turbidity", zh: "取水口浊度" },
        shows: yinjiang,
      },
    ],
  },
  {
    name: "waterworks-pumps",
    kind: "tcp",
    offset: 3,
    place: { en: "Waterworks, pump hall", zh: "水厂送水泵房" },
    instruments: [
      {
        id: "waterworks-flow",
        profile: "pipe/siemens-mag6000",
        unit: 1,
        place: { en: "Outlet main, flow", zh: "出厂流量" },
        shows: waterworks,
      },
      {
        id: "waterworks-pressure",
        profile: "pipe/generic-4-20ma-pressure",
        unit: 2,
        place: { en: "Outlet main, pressure", zh: "出厂压力" },
        shows: waterworks,
      },
      {
        id: "waterworks-power",
        profile: "light/siemens-pac2200",
        unit: 3,
        place: { en: "Pumps, power", zh: "送水泵用电" },
        shows: pumpMeter("waterworks pumps", 132_000),
      },
      {
        id: "waterworks-quality",
        profile: "water/kuntze-neon",
        unit: 4,
        water: "plant-outlet",
        place: { en: "Outlet main, water quality", zh: "出厂水质" },
        shows: waterworks,
      },
    ],
  },
  {
    name: "waterworks-chlorine",
    kind: "raw-tcp",
    offset: 18,
    baud: 9600,
    place: { en: "Waterworks, chlorine store", zh: "水厂加氯间" },
    instruments: [
      {
        id: "waterworks-cl2",
        profile: "hazmat/dfrobot-sen0468",
        place: { en: "Chlorine store, chlorine in air", zh: "加氯间氯气" },
        shows: chlorineStore("waterworks chlorine store"),
      },
    ],
  },
  {
    name: "waterworks-roof",
    kind: "raw-tcp",
    offset: 14,
    baud: 19_200,
    place: { en: "Waterworks, roof", zh: "水厂屋顶" },
    instruments: [
      {
        id: "waterworks-weather",
        profile: "air/vaisala-wxt536",
        address: "0",
        place: { en: "Waterworks, weather", zh: "水厂气象" },
        shows: park,
      },
      {
        id: "waterworks-weather-check",
        profile: "air/vaisala-wxt520",
        address: "1",
        place: { en: "Waterworks, weather, second transmitter", zh: "水厂气象比对" },
        shows: park,
      },
    ],
  },
];
