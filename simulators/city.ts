import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { type Bus, type District, type DistrictPlan, planOf } from "./plan.ts";
import { air } from "./shows/air.ts";
import { tank } from "./shows/hazmat.ts";
import { lamp, lampMeter, pumpMeter } from "./shows/light.ts";
import { pipe } from "./shows/pipe.ts";
import { manhole, river, underpass } from "./shows/water.ts";

/** Profiles of this city's own installations, beside the shipped ones: what edge.yaml's `profiles` has to name. */
export const profilesOfCity = join(import.meta.dirname, "profiles");

/** Every profile that the city's instruments are made from, by id. */
export function loadCityProfiles(): ReadonlyMap<string, Profile> {
  return new Map([...loadProfiles(), ...loadProfiles(profilesOfCity)]);
}

/** The city as data, when its buses listen on portBase plus their offsets. */
export function cityPlan({
  host,
  portBase,
}: {
  readonly host: string;
  readonly portBase: number;
}): readonly DistrictPlan[] {
  return city.map((district) => planOf(district, host, ({ offset }: Bus) => portBase + offset));
}

const zhoushan = river({ name: "Zhoushan River", level: 2.05, flow: 36, lagHours: 6, risePer10mm: 0.2, burden: 0.55 });
const yinjiang = river({
  name: "Yinjiang River",
  level: 1.82,
  flow: 240,
  lagHours: 10,
  risePer10mm: 0.09,
  burden: 0.2,
});
const waterworks = pipe({ name: "waterworks", meanFlow: 640, leakShare: 0.1, pressure: 0.46 });
const drumTower = pipe({ name: "Drum Tower", meanFlow: 92, leakShare: 0.14, pressure: 0.36 });
const eastGate = pipe({ name: "East Gate", meanFlow: 61, leakShare: 0.09, pressure: 0.35 });
const park = air("Zhoushan River park", 0.1);
const street = air("East Gate Street", 1);
const station = tank("Drum Tower Road gas station");

/** A small city at Taizhou, Jiangsu: two districts, each with a gateway, ten buses, five domains. */
export const city: readonly District[] = [
  {
    site: "river-east",
    gateway: "gw-river-east",
    place: { en: "River East", zh: "河东片区" },
    buses: [
      {
        name: "east-sluice",
        kind: "rtu-over-tcp",
        offset: 0,
        baud: 9600,
        place: { en: "Zhoushan River, east sluice", zh: "周山河东闸" },
        instruments: [
          {
            id: "east-sluice-level",
            profile: "water/generic-sl651-level-rain",
            unit: 1,
            place: { en: "East sluice, level and rain", zh: "东闸水位雨量" },
            shows: zhoushan,
          },
          {
            id: "east-sluice-sonde",
            profile: "water/yosemitech-y4000",
            unit: 2,
            place: { en: "East sluice, sonde", zh: "东闸多参数水质" },
            shows: zhoushan,
          },
          {
            id: "east-sluice-oxygen",
            profile: "water/yosemitech-y504",
            unit: 3,
            place: { en: "East sluice, oxygen", zh: "东闸溶解氧" },
            shows: zhoushan,
          },
          {
            id: "east-sluice-ph",
            profile: "water/jxct-jxbs-3001-ph",
            unit: 4,
            place: { en: "East sluice, pH", zh: "东闸 pH" },
            shows: zhoushan,
          },
        ],
      },
      {
        name: "yinjiang-station",
        kind: "tcp",
        offset: 1,
        place: { en: "Yinjiang River, automatic station", zh: "引江河水质自动站" },
        instruments: [
          {
            id: "yinjiang-codmn",
            profile: "water/cnemc-codmn",
            unit: 1,
            place: { en: "Permanganate index", zh: "高锰酸盐指数" },
            shows: yinjiang,
          },
          {
            id: "yinjiang-ammonia",
            profile: "water/cnemc-nh3n",
            unit: 2,
            place: { en: "Ammonia nitrogen", zh: "氨氮" },
            shows: yinjiang,
          },
          {
            id: "yinjiang-phosphorus",
            profile: "water/cnemc-tp",
            unit: 3,
            place: { en: "Total phosphorus", zh: "总磷" },
            shows: yinjiang,
          },
          {
            id: "yinjiang-nitrogen",
            profile: "water/cnemc-tn",
            unit: 4,
            place: { en: "Total nitrogen", zh: "总氮" },
            shows: yinjiang,
          },
          {
            id: "yinjiang-sonde",
            profile: "water/ysi-exo",
            unit: 5,
            place: { en: "Five parameters and level", zh: "五参数与水位" },
            shows: yinjiang,
          },
        ],
      },
      {
        name: "waterworks-intake",
        kind: "rtu-over-tcp",
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
        ],
      },
      {
        name: "park-mast",
        kind: "rtu-over-tcp",
        offset: 4,
        baud: 9600,
        place: { en: "Zhoushan River park, mast", zh: "周山河公园气象杆" },
        instruments: [
          {
            id: "park-weather",
            profile: "air/cwt-weather-station",
            unit: 1,
            place: { en: "Park, weather", zh: "公园气象站" },
            shows: park,
          },
          {
            id: "park-ozone",
            profile: "air/jxct-jxbs-3001-o3",
            unit: 2,
            place: { en: "Park, ozone", zh: "公园臭氧" },
            shows: park,
          },
          {
            id: "park-light",
            profile: "air/jxct-light",
            unit: 3,
            place: { en: "Park, daylight", zh: "公园光照" },
            shows: park,
          },
        ],
      },
    ],
  },
  {
    site: "old-town",
    gateway: "gw-old-town",
    place: { en: "Old Town", zh: "老城片区" },
    buses: [
      {
        name: "water-districts",
        kind: "rtu-over-tcp",
        offset: 5,
        baud: 9600,
        place: { en: "Old Town, water districts", zh: "老城供水分区" },
        instruments: [
          {
            id: "drum-tower-meter",
            profile: "pipe/xintai-water-meter",
            unit: 1,
            place: { en: "Drum Tower district, inlet meter", zh: "鼓楼分区总表" },
            shows: drumTower,
          },
          {
            id: "east-gate-meter",
            profile: "pipe/xintai-water-meter",
            unit: 2,
            place: { en: "East Gate district, inlet meter", zh: "东门分区总表" },
            shows: eastGate,
          },
          {
            id: "drum-tower-check",
            profile: "pipe/generic-tuf-2000m",
            unit: 3,
            place: { en: "Drum Tower district, clamp-on check", zh: "鼓楼分区外夹比对" },
            shows: drumTower,
          },
          {
            id: "drum-tower-quality",
            profile: "water/kuntze-neon",
            unit: 4,
            place: { en: "Drum Tower, tap water", zh: "鼓楼末梢水质" },
            shows: drumTower,
          },
        ],
      },
      {
        name: "drainage",
        kind: "tcp",
        offset: 6,
        place: { en: "Old Town, drainage", zh: "老城排水" },
        instruments: [
          {
            id: "railway-underpass",
            profile: "water/keller-xline",
            unit: 1,
            place: { en: "Railway underpass, road water", zh: "铁路下穿通道积水" },
            shows: underpass("railway underpass"),
          },
          {
            id: "east-gate-manhole",
            profile: "water/keller-xline",
            unit: 2,
            place: { en: "East Gate Street, sewer", zh: "东门街污水井" },
            shows: manhole("East Gate Street", 0.8),
          },
        ],
      },
      {
        name: "street-lights",
        kind: "rtu-over-tcp",
        offset: 7,
        baud: 9600,
        place: { en: "East Gate Street, lamps", zh: "东门街路灯" },
        instruments: [
          {
            id: "lamp-east-gate-1",
            profile: "light/generic-lamp-controller",
            unit: 1,
            place: { en: "East Gate Street, lamp 1", zh: "东门街 1 号灯" },
            shows: lamp("lamp 1", 120),
          },
          {
            id: "lamp-east-gate-2",
            profile: "light/generic-lamp-controller",
            unit: 2,
            place: { en: "East Gate Street, lamp 2", zh: "东门街 2 号灯" },
            shows: lamp("lamp 2", 118),
          },
          {
            id: "lamp-east-gate-3",
            profile: "light/generic-lamp-controller",
            unit: 3,
            place: { en: "East Gate Street, lamp 3", zh: "东门街 3 号灯" },
            shows: lamp("lamp 3", 121),
          },
          {
            id: "lamp-east-gate-4",
            profile: "light/generic-lamp-controller",
            unit: 4,
            place: { en: "East Gate Street, lamp 4", zh: "东门街 4 号灯" },
            shows: lamp("lamp 4", 119),
          },
          {
            id: "cabinet-east-gate",
            profile: "light/eastron-sdm630",
            unit: 5,
            place: { en: "East Gate Street, cabinet", zh: "东门街路灯箱变" },
            shows: lampMeter("East Gate cabinet", 9600),
          },
          {
            id: "cabinet-alley",
            profile: "light/peacefair-pzem-004t",
            unit: 6,
            place: { en: "Well Alley, lamps", zh: "井巷路灯回路" },
            shows: lampMeter("Well Alley", 860),
          },
        ],
      },
      {
        name: "kerb",
        kind: "rtu-over-tcp",
        offset: 8,
        baud: 9600,
        place: { en: "East Gate Street, kerb", zh: "东门街路侧" },
        instruments: [
          {
            id: "kerb-dust",
            profile: "air/jxct-jxbs-3001-pm",
            unit: 1,
            place: { en: "Kerb, fine dust", zh: "路侧颗粒物" },
            shows: street,
          },
          {
            id: "kerb-gases",
            profile: "air/taizhou-roadside-gases",
            unit: 2,
            place: { en: "Kerb, NO2, SO2, O3 and CO", zh: "路侧二氧化氮等气体" },
            shows: street,
          },
          {
            id: "kerb-noise",
            profile: "air/wirenboard-msw2",
            unit: 3,
            place: { en: "Kerb, noise", zh: "路侧噪声" },
            shows: street,
          },
          {
            id: "kerb-wind-speed",
            profile: "air/jxct-wind-speed",
            unit: 4,
            place: { en: "Kerb, wind speed", zh: "路侧风速" },
            shows: street,
          },
          {
            id: "kerb-wind-direction",
            profile: "air/jxct-wind-direction",
            unit: 5,
            place: { en: "Kerb, wind direction", zh: "路侧风向" },
            shows: street,
          },
          {
            id: "kerb-organics",
            profile: "air/jxct-tvoc",
            unit: 6,
            place: { en: "Kerb, volatile organics", zh: "路侧挥发性有机物" },
            shows: street,
          },
        ],
      },
      {
        name: "gas-station",
        kind: "tcp",
        offset: 9,
        place: { en: "Drum Tower Road, gas station", zh: "鼓楼路液化气站" },
        instruments: [
          {
            id: "gas-station-level",
            profile: "hazmat/generic-4-20ma-tank-level",
            unit: 1,
            place: { en: "Tank, level", zh: "储罐液位" },
            shows: station,
          },
          {
            id: "gas-station-heads",
            profile: "hazmat/taizhou-gas-station-loops",
            unit: 2,
            place: { en: "Gas heads and tank", zh: "可燃气体探头与储罐" },
            shows: station,
          },
          {
            id: "gas-station-sulphide",
            profile: "hazmat/honeywell-midas",
            unit: 3,
            place: { en: "Pump room, hydrogen sulphide", zh: "泵房硫化氢" },
            shows: station,
          },
          {
            id: "gas-station-co",
            profile: "hazmat/jxct-jxbs-3001-co",
            unit: 4,
            place: { en: "Pump room, carbon monoxide", zh: "泵房一氧化碳" },
            shows: station,
          },
          {
            id: "gas-station-ammonia",
            profile: "hazmat/jxct-jxbs-3001-nh3",
            unit: 5,
            place: { en: "Cold store, ammonia", zh: "冷库氨气" },
            shows: station,
          },
        ],
      },
    ],
  },
];
