import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { type Limit, type LimitObject, operatorDefault, type Severity } from "./limit.ts";

type Row = readonly [
  object: LimitObject,
  quantity: Quantity,
  grade: string,
  side: "max" | "min",
  value: number,
  unit: string,
  severity: Severity,
  en: string,
  zh: string,
];

const cities =
  "depths at which cities post signs and close roads (Shanghai 2015: closed from 25 cm; Shenyang 2015: closed at 25 cm)";
const hydraulics = "about 14 m of head at the main is the least service in Chinese practice, 28 m the usual design";
const tanks = "fill limits of a pressure vessel; the tank's own data sheet decides";
const lamps = "thresholds of the lamp fault rules (TALQ 2.7.1 names the faults, not the figures)";
const health = "room left for an outage, and clocks that standards on averaging periods can live with";

/** Figures that no standard gives. Each is where an operator starts; the place decides. */
// biome-ignore format: a table
const rows: Readonly<Record<string, readonly Row[]>> = {
  [cities]: [
    ["road", "road_water_depth", "light", "max", 3, "cm", "info", "Water on the road", "路面积水"],
    ["road", "road_water_depth", "medium", "max", 10, "cm", "warning", "Water on the road, drive slowly", "路面积水，减速慢行"],
    ["road", "road_water_depth", "heavy", "max", 25, "cm", "critical", "Water on the road, close it", "路面积水，封闭道路"],
  ],
  "a sewer that is full backs up into cellars; 80 % leaves time to send a pump": [
    ["sewer", "sewer_fill", "high", "max", 80, "%", "warning", "Sewer nearly full", "管道高充满度"],
    ["sewer", "sewer_fill", "full", "max", 100, "%", "critical", "Sewer full", "管道满管"],
    ["sewer", "sewer_headroom", "low", "min", 1, "m", "warning", "Little room under the cover", "检查井液面接近地面"],
    ["sewer", "sewer_headroom", "overflow", "min", 0.3, "m", "critical", "About to overflow", "检查井即将冒溢"],
    ["sewer", "sewer_level", "high", "max", 2.5, "m", "warning", "Wet well high", "集水井高液位"],
    ["sewer", "sewer_level", "overflow", "max", 3, "m", "critical", "Wet well about to overflow", "集水井即将溢流"],
    ["sewer", "manhole_cover_state", "open", "max", 0, "1", "critical", "Manhole open", "井盖开启"],
    ["sewer", "manhole_tilt", "tilted", "max", 15, "deg", "critical", "Manhole cover tilted", "井盖倾斜"],
  ],
  [hydraulics]: [
    ["water-main", "pipe_pressure", "low", "min", 140, "kPa", "warning", "Pressure below service", "管网压力低于服务压力"],
    ["water-main", "pipe_pressure", "none", "min", 50, "kPa", "critical", "Pressure lost: dirt may be sucked in", "管网失压，存在倒吸风险"],
    ["water-main", "leak_state", "found", "max", 0, "1", "warning", "Leak found", "发现漏损"],
    ["water-main", "pipe_pressure", "high", "max", 600, "kPa", "warning", "Pressure too high for the pipes", "管网压力过高"],
  ],
  [tanks]: [
    ["tank", "tank_fill", "LL", "min", 5, "%", "critical", "Tank, low-low level", "储罐低低液位"],
    ["tank", "tank_fill", "L", "min", 15, "%", "warning", "Tank, low level", "储罐低液位"],
    ["tank", "tank_fill", "H", "max", 85, "%", "warning", "Tank, high level", "储罐高液位"],
    ["tank", "tank_fill", "HH", "max", 90, "%", "critical", "Tank, high-high level", "储罐高高液位"],
    ["tank", "tank_level", "LL", "min", 0.2, "m", "critical", "Tank, low-low level", "储罐低低液位"],
    ["tank", "tank_level", "L", "min", 0.5, "m", "warning", "Tank, low level", "储罐低液位"],
    ["tank", "tank_level", "H", "max", 2.7, "m", "warning", "Tank, high level", "储罐高液位"],
    ["tank", "tank_level", "HH", "max", 2.9, "m", "critical", "Tank, high-high level", "储罐高高液位"],
    ["tank", "tank_pressure", "H", "max", 1500, "kPa", "warning", "Tank, high pressure", "储罐压力高"],
    ["tank", "tank_pressure", "HH", "max", 1600, "kPa", "critical", "Tank, high-high pressure", "储罐压力高高"],
    ["tank", "tank_temperature", "H", "max", 45, "Cel", "warning", "Tank, high temperature", "储罐温度高"],
    ["tank", "tank_temperature", "HH", "max", 50, "Cel", "critical", "Tank, high-high temperature", "储罐温度高高"],
  ],
  "a detector that is ill or put to sleep guards nothing": [
    ["workplace", "detector_fault", "fault", "max", 0, "1", "warning", "Detector fault", "探测器故障"],
    ["workplace", "detector_state", "inhibited", "max", 1, "1", "warning", "Detector not monitoring, or its alarms inhibited", "探测器未监测或报警被抑制"],
    ["workplace", "gas_alarm_low", "alarm", "max", 0, "1", "warning", "The detector itself alarms, first level", "探测器自身一级报警"],
    ["workplace", "gas_alarm_high", "alarm", "max", 0, "1", "critical", "The detector itself alarms, second level", "探测器自身二级报警"],
    ["workplace", "liquid_leak_state", "found", "max", 0, "1", "critical", "Liquid leak", "液体泄漏"],
    ["workplace", "flame_state", "seen", "max", 0, "1", "critical", "Flame", "火焰"],
    ["workplace", "smoke_state", "seen", "max", 0, "1", "critical", "Smoke", "烟雾"],
  ],
  "GB/T 12325-2008 allows 220 V +7 % to −10 % at a customer's terminals": [
    ["supply", "voltage", "band", "min", 198, "V", "warning", "Voltage low", "电压偏低"],
    ["supply", "voltage", "band", "max", 235.4, "V", "warning", "Voltage high", "电压偏高"],
  ],
  [lamps]: [
    ["lamp", "lamp_fault", "fault", "max", 0, "1", "info", "Lamp fault", "灯具故障"],
    ["lamp", "leakage_current", "warning", "max", 30, "mA", "warning", "Leakage current", "漏电流"],
    ["lamp", "leakage_current", "danger", "max", 100, "mA", "critical", "Leakage current, danger to life", "漏电流危及人身"],
    ["lamp", "pole_voltage", "danger", "max", 36, "V", "critical", "Voltage on the pole body", "灯杆带电"],
    ["lamp", "pole_tilt", "tilted", "max", 5, "deg", "warning", "Pole leans", "灯杆倾斜"],
    ["lamp", "active_power", "dark", "min", 10, "W", "info", "Lamp dark though it is on", "灯具应亮未亮"],
    ["lamp", "active_power", "burning", "max", 10, "W", "info", "Lamp burns though it is off", "灯具应灭未灭"],
    ["lamp", "power_factor", "low", "min", 0.85, "1", "info", "Power factor low, capacitor or driver ageing", "功率因数低，电容或驱动老化"],
    ["lamp", "door_state", "open", "max", 0, "1", "warning", "Cabinet door open", "箱门开启"],
    ["lamp", "immersion_state", "wet", "max", 0, "1", "critical", "Water in the cabinet", "箱体进水"],
    ["lamp", "cabinet_temperature", "high", "max", 60, "Cel", "warning", "Cabinet hot", "箱内高温"],
  ],
  [health]: [
    ["gateway", "data_age", "silent", "max", 3600, "s", "warning", "No valid reading for an hour", "一小时无有效数据"],
    ["gateway", "device_online", "away", "min", 1, "1", "warning", "Instrument does not answer", "设备离线"],
    ["gateway", "gateway_online", "away", "min", 1, "1", "critical", "Gateway away", "网关离线"],
    ["gateway", "records_missing", "some", "max", 0, "1", "info", "Records on their way for long", "记录缺失待补"],
    ["gateway", "oldest_missing_age", "old", "max", 3600, "s", "warning", "A record is missing for an hour", "记录缺失超过一小时"],
    ["gateway", "outbox_degraded", "degraded", "max", 0, "1", "critical", "Outbox in memory only", "发件箱降级为内存"],
    ["gateway", "store_available", "away", "min", 1, "1", "critical", "Store away", "数据库不可用"],
    ["gateway", "ingest_pending", "high", "max", 8_388_608, "By", "warning", "Bytes pile up before the store", "待入库数据堆积"],
    ["gateway", "outbox_fill", "high", "max", 50, "%", "warning", "Outbox half full", "发件箱过半"],
    ["gateway", "outbox_fill", "full", "max", 90, "%", "critical", "Outbox nearly full", "发件箱将满"],
    ["gateway", "outbox_oldest_age", "old", "max", 3600, "s", "warning", "Records wait for an hour", "记录滞留超过一小时"],
    ["gateway", "clock_offset", "off", "max", 60_000, "ms", "warning", "Clock fast", "时钟偏快"],
    ["gateway", "clock_offset", "off", "min", -60_000, "ms", "warning", "Clock slow", "时钟偏慢"],
    ["gateway", "disk_used", "high", "max", 90, "%", "warning", "Disk nearly full", "磁盘将满"],
    ["gateway", "battery_level", "low", "min", 20, "%", "warning", "Battery low", "电池电量低"],
  ],
  "what makes the figures of a day worth showing": [
    ["data", "completeness", "low", "min", 90, "%", "warning", "Readings missing in a day", "日数据传输率低"],
    ["data", "validity", "low", "min", 75, "%", "warning", "Readings without quality in a day", "日数据有效率低"],
  ],
  "class III is the usual target of river chiefs; the section's own target comes first": [
    ["river", "water_class", "target", "max", 3, "1", "warning", "River worse than its class", "河流断面未达目标类别"],
    ["lake", "water_class", "target", "max", 3, "1", "warning", "Lake worse than its class", "湖库未达目标类别"],
  ],
  "levels of HJ 633: above 100 sensitive people suffer, above 200 all": [
    ["ambient-air", "aqi", "polluted", "max", 100, "1", "warning", "Air polluted", "空气污染"],
    ["ambient-air", "aqi", "heavy", "max", 200, "1", "critical", "Air heavily polluted", "空气重度污染"],
  ],
};

export const operator: readonly Limit[] = Object.entries(rows).flatMap(([why, table]) =>
  table.map(([object, quantity, grade, side, value, unit, severity, en, zh]) => ({
    ...operatorDefault(why),
    id: `operator/${object}/${quantity}/${grade}${side === "min" && (quantity === "clock_offset" || quantity === "voltage") ? "-low" : ""}`,
    clause: quantities[quantity].en,
    object,
    grade,
    quantity,
    unit,
    side,
    value,
    period: "sample",
    severity,
    en,
    zh,
  })),
);
