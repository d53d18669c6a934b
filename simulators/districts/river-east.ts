import type { District } from "../plan.ts";
import { air } from "../shows/air.ts";
import { pumpMeter } from "../shows/light.ts";
import { pipe } from "../shows/pipe.ts";
import { lake, river, sewageWorks } from "../shows/water.ts";

const zhoushan = river({ name: "Zhoushan River", level: 2.05, flow: 36, lagHours: 6, risePer10mm: 0.2, burden: 0.55 });
const yinjiang = river({
  name: "Yinjiang River",
  level: 1.82,
  flow: 240,
  lagHours: 10,
  risePer10mm: 0.09,
  burden: 0.2,
});
const phoenixLake = lake({ name: "Phoenix", level: 3.4, flow: 2, lagHours: 14, risePer10mm: 0.03, burden: 0.05 });
const works = sewageWorks("East sewage works", 460);
const waterworks = pipe({ name: "waterworks", meanFlow: 640, leakShare: 0.1, pressure: 0.46 });
const park = air("Zhoushan River park", 0.1);

/** Two rivers, a lake, the waterworks that drinks from one of them, the sewage works, and a park. */
export const riverEast: District = {
  site: "river-east",
  gateway: "gw-river-east",
  place: { en: "River East", zh: "河东片区" },
  buses: [
    {
      name: "east-sluice",
      kind: "raw-tcp",
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
      ],
    },
    {
      name: "park-mast",
      kind: "raw-tcp",
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
    {
      name: "lake-station",
      kind: "tcp",
      offset: 16,
      place: { en: "Phoenix Lake, automatic station", zh: "凤凰湖水质自动站" },
      instruments: [
        {
          id: "lake-phosphorus",
          profile: "water/cnemc-tp",
          unit: 1,
          water: "lake",
          place: { en: "Phoenix Lake, total phosphorus", zh: "凤凰湖总磷" },
          shows: phoenixLake,
        },
        {
          id: "lake-nitrogen",
          profile: "water/cnemc-tn",
          unit: 2,
          water: "lake",
          place: { en: "Phoenix Lake, total nitrogen", zh: "凤凰湖总氮" },
          shows: phoenixLake,
        },
        {
          id: "lake-sonde",
          profile: "water/yosemitech-y4000",
          unit: 3,
          water: "lake",
          place: { en: "Phoenix Lake, sonde", zh: "凤凰湖多参数水质" },
          shows: phoenixLake,
        },
      ],
    },
    {
      name: "sewage-works",
      kind: "tcp",
      offset: 17,
      place: { en: "East sewage works, outlet", zh: "城东污水处理厂总排口" },
      instruments: [
        {
          id: "sewage-works-loops",
          profile: "water/taizhou-sewage-works-loops",
          unit: 1,
          water: "outlet",
          place: { en: "Outlet, COD, solids, pH and flow", zh: "总排口 COD、悬浮物、pH 与流量" },
          shows: works,
        },
        {
          id: "sewage-works-ammonia",
          profile: "water/cnemc-nh3n",
          unit: 2,
          water: "outlet",
          place: { en: "Outlet, ammonia nitrogen", zh: "总排口氨氮" },
          shows: works,
        },
        {
          id: "sewage-works-phosphorus",
          profile: "water/cnemc-tp",
          unit: 3,
          water: "outlet",
          place: { en: "Outlet, total phosphorus", zh: "总排口总磷" },
          shows: works,
        },
        {
          id: "sewage-works-nitrogen",
          profile: "water/cnemc-tn",
          unit: 4,
          water: "outlet",
          place: { en: "Outlet, total nitrogen", zh: "总排口总氮" },
          shows: works,
        },
      ],
    },
    {
      name: "ferry-landing",
      kind: "raw-tcp",
      offset: 10,
      baud: 1200,
      place: { en: "Yinjiang River, ferry landing", zh: "引江河渡口" },
      instruments: [
        {
          id: "ferry-level",
          profile: "water/meter-hydros-21",
          address: "1",
          place: { en: "Ferry landing, depth", zh: "渡口水深" },
          shows: yinjiang,
        },
        {
          id: "ferry-oxygen",
          profile: "water/insitu-rdo-pro-x",
          address: "2",
          place: { en: "Ferry landing, oxygen", zh: "渡口溶解氧" },
          shows: yinjiang,
        },
        {
          id: "ferry-turbidity",
          profile: "water/campbell-clarivue-10",
          address: "a",
          place: { en: "Ferry landing, turbidity", zh: "渡口浊度" },
          shows: yinjiang,
        },
        {
          id: "ferry-air",
          profile: "air/campbell-hygrovue-5",
          address: "A",
          place: { en: "Ferry landing, air", zh: "渡口温湿度" },
          shows: park,
        },
      ],
    },
    {
      name: "quay-mast",
      kind: "raw-tcp",
      offset: 13,
      baud: 4800,
      place: { en: "Zhoushan River quay, mast", zh: "周山河码头气象杆" },
      instruments: [
        {
          id: "quay-weather",
          profile: "air/airmar-150wx",
          address: "WI",
          place: { en: "Quay, weather", zh: "码头气象" },
          shows: park,
        },
        {
          id: "quay-wind",
          profile: "air/gill-windsonic-nmea",
          address: "II",
          place: { en: "Quay, wind", zh: "码头风速风向" },
          shows: park,
        },
        {
          id: "quay-depth",
          profile: "water/generic-nmea-echo-sounder",
          place: { en: "Quay, water depth", zh: "码头水深" },
          shows: zhoushan,
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
  ],
};
