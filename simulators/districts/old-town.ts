import type { District } from "../plan.ts";
import { air } from "../shows/air.ts";
import { tank } from "../shows/hazmat.ts";
import { heating } from "../shows/heat.ts";
import { lamp, lampMeter } from "../shows/light.ts";
import { pipe } from "../shows/pipe.ts";
import { type Station, stationController, stationPump } from "../shows/pumping.ts";
import { manhole, underpass } from "../shows/water.ts";
import { nodeBuses } from "./old-town-nodes.ts";

const drumTower = pipe({ name: "Drum Tower", meanFlow: 92, leakShare: 0.14, pressure: 0.36 });
const eastGate = pipe({ name: "East Gate", meanFlow: 61, leakShare: 0.09, pressure: 0.35 });
const block = pipe({ name: "Drum Tower block 4", meanFlow: 1.9, leakShare: 0.04, pressure: 0.31 });
const eastGateSewage: Station = { name: "East Gate pumping station", sewerM: 1.2, pumpFlow: 160 };
const street = air("East Gate Street", 1);
const station = tank("Drum Tower Road gas station");

/** Streets with their pipes above and below ground, and a gas station. */
export const oldTown: District = {
  site: "old-town",
  gateway: "gw-old-town",
  place: { en: "Old Town", zh: "老城片区" },
  buses: [
    {
      name: "water-districts",
      kind: "raw-tcp",
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
        {
          id: "drum-tower-block-water",
          profile: "pipe/generic-cjt188-water",
          address: "78330020260417",
          place: { en: "Drum Tower block 4, water meter", zh: "鼓楼 4 号楼水表" },
          shows: block,
        },
        {
          id: "drum-tower-block-heat",
          profile: "pipe/generic-cjt188-heat",
          address: "11220020260433",
          place: { en: "Drum Tower block 4, heat meter", zh: "鼓楼 4 号楼热量表" },
          shows: heating("Drum Tower block 4", 9),
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
          profile: "water/taizhou-underpass-gauge",
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
      name: "pumping-station",
      kind: "opcua",
      offset: 20,
      place: { en: "East Gate, pumping station", zh: "东门污水泵站" },
      instruments: [
        {
          id: "pumping-station-plc",
          profile: "pipe/siemens-s7-1500-pumping-station",
          place: { en: "Pumping station, controller", zh: "泵站控制器" },
          shows: stationController(eastGateSewage),
        },
        {
          id: "pumping-station-pump-1",
          profile: "pipe/generic-opc40223-pump",
          address: "di:DeviceSet/Pump 1",
          place: { en: "Pumping station, pump 1", zh: "泵站 1 号泵" },
          shows: stationPump(eastGateSewage, 0),
        },
        {
          id: "pumping-station-well",
          profile: "water/generic-padim-level",
          address: "DeviceSet/LT 101",
          place: { en: "Pumping station, wet well", zh: "泵站集水井液位" },
          shows: stationPump(eastGateSewage, 0),
        },
        {
          id: "pumping-station-gas",
          profile: "hazmat/generic-padim-gas-detector",
          address: "DeviceSet/QT 102",
          place: { en: "Pumping station, hydrogen sulphide", zh: "泵站硫化氢" },
          shows: stationPump(eastGateSewage, 0),
        },
      ],
    },
    {
      name: "street-lights",
      kind: "raw-tcp",
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
          id: "cabinet-east-gate-billing",
          profile: "light/generic-dlt645-2007-three-phase",
          address: "321200045810",
          place: { en: "East Gate Street, billing meter", zh: "东门街路灯计费电表" },
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
      kind: "raw-tcp",
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
      name: "east-gate-noise",
      kind: "raw-tcp",
      offset: 19,
      baud: 115_200,
      place: { en: "East Gate school, noise", zh: "东门学校噪声" },
      instruments: [
        {
          id: "east-gate-sound",
          profile: "air/svantek-sv-973",
          place: { en: "East Gate school, sound level", zh: "东门学校声级" },
          shows: air("East Gate school", 0.1),
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
    {
      name: "north-street-manhole",
      kind: "raw-tcp",
      offset: 11,
      baud: 9600,
      place: { en: "North Street, manhole", zh: "北门街检查井" },
      instruments: [
        {
          id: "north-street-headroom",
          profile: "pipe/dfrobot-a01nyub",
          place: { en: "North Street, height left above the sewage", zh: "北门街检查井液面空高" },
          shows: manhole("North Street", 0.6),
        },
      ],
    },
    {
      name: "gas-station-pit",
      kind: "raw-tcp",
      offset: 12,
      baud: 9600,
      place: { en: "Drum Tower Road gas station, valve pit", zh: "鼓楼路液化气站阀井" },
      instruments: [
        {
          id: "gas-station-pit-h2s",
          profile: "hazmat/dfrobot-sen0467",
          place: { en: "Valve pit, hydrogen sulfide", zh: "阀井硫化氢" },
          shows: station,
        },
      ],
    },
    {
      name: "drum-tower-roof",
      kind: "raw-tcp",
      offset: 15,
      baud: 9600,
      place: { en: "Drum Tower, roof and chamber", zh: "鼓楼屋顶与阀门井" },
      instruments: [
        {
          id: "drum-tower-wind",
          profile: "air/gill-windsonic",
          address: "Z",
          place: { en: "Drum Tower, wind", zh: "鼓楼风速风向" },
          shows: street,
        },
        {
          id: "drum-tower-humidity",
          profile: "air/vaisala-hmp230",
          address: "7",
          place: { en: "Drum Tower, temperature and humidity", zh: "鼓楼温湿度" },
          shows: street,
        },
        {
          id: "drum-tower-chamber",
          profile: "pipe/generic-tuf-2000-ascii",
          address: "12",
          place: { en: "Drum Tower, clamp-on meter in the chamber", zh: "鼓楼阀门井外夹流量计" },
          shows: drumTower,
        },
      ],
    },
    ...nodeBuses,
  ],
};
