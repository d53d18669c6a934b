// biome-ignore-all format: a table, one quantity a line
import type { Entry } from "../quantities.ts";

/** Gas detectors, tanks and stores of hazardous material. */
export const hazmat = {
  // gases, volume fraction
  co_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 10000], en: "Carbon monoxide in air", zh: "一氧化碳浓度" },
  h2s_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 10000], en: "Hydrogen sulfide in air", zh: "硫化氢浓度" },
  nh3_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 50000], en: "Ammonia in air", zh: "氨气浓度" },
  cl2_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Chlorine in air", zh: "氯气浓度", hj212: "a21022" },
  so2_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 10000], en: "Sulfur dioxide in air", zh: "二氧化硫浓度" },
  no_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 10000], en: "Nitric oxide in air", zh: "一氧化氮浓度" },
  no2_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 10000], en: "Nitrogen dioxide in air", zh: "二氧化氮浓度" },
  o3_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Ozone in air", zh: "臭氧浓度" },
  hcl_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Hydrogen chloride in air", zh: "氯化氢浓度", hj212: "a21024" },
  hf_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Hydrogen fluoride in air", zh: "氟化氢浓度" },
  hcn_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Hydrogen cyanide in air", zh: "氰化氢浓度" },
  ph3_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Phosphine in air", zh: "磷化氢浓度" },
  h2_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 50000], en: "Hydrogen in air", zh: "氢气浓度" },
  formaldehyde_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 1000], en: "Formaldehyde in air", zh: "甲醛浓度" },
  benzene_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 10000], en: "Benzene in air", zh: "苯浓度", hj212: "a25002" },
  voc_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 50000], en: "Volatile organic compounds in air", zh: "挥发性有机物浓度" },
  toxic_gas_ppm: { kind: "gauge", unit: "[ppm]", display: "ppm", plausible: [0, 100000], en: "Toxic gas, as the detector is set", zh: "有毒气体浓度" },
  ch4_lel: { kind: "gauge", unit: "%{LEL}", display: "%LEL", plausible: [0, 100], en: "Methane, share of the explosive limit", zh: "甲烷爆炸下限百分比" },
  combustible_lel: { kind: "gauge", unit: "%{LEL}", display: "%LEL", plausible: [0, 100], en: "Combustible gas, share of the explosive limit", zh: "可燃气体爆炸下限百分比" },
  ch4_volume: { kind: "gauge", unit: "%{vol}", display: "%vol", plausible: [0, 100], en: "Methane", zh: "甲烷体积分数", hj212: "a05002" },
  oxygen_volume: { kind: "gauge", unit: "%{vol}", display: "%vol", plausible: [0, 100], en: "Oxygen", zh: "氧气体积分数" },
  // detectors
  detector_state: { kind: "state", unit: "1", display: "", plausible: [0, 65535], en: "Detector state", zh: "探测器状态" },
  detector_fault: { kind: "state", unit: "1", display: "", plausible: [0, 65535], en: "Detector fault code", zh: "探测器故障代码" },
  gas_alarm_low: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Gas alarm, first level", zh: "气体一级报警" },
  gas_alarm_high: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Gas alarm, second level", zh: "气体二级报警" },
  sensor_life: { kind: "gauge", unit: "h", display: "h", plausible: [0, 200000], en: "Sensor life left", zh: "传感器剩余寿命" },
  sample_flow: { kind: "gauge", unit: "cm3/min", display: "cm³/min", plausible: [0, 10000], en: "Sample gas flow", zh: "采样流量" },
  flame_state: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Flame seen", zh: "火焰报警" },
  smoke_state: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Smoke found", zh: "烟雾报警" },
  liquid_leak_state: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Liquid leak found", zh: "液体泄漏报警" },
  radiation_dose_rate: { kind: "gauge", unit: "uSv/h", display: "µSv/h", plausible: [0, 10000000], en: "Radiation dose rate", zh: "辐射剂量率" },
  // tanks
  tank_level: { kind: "gauge", unit: "m", display: "m", plausible: [0, 100], en: "Tank level", zh: "储罐液位" },
  tank_fill: { kind: "gauge", unit: "%", display: "%", plausible: [0, 110], en: "Tank fill", zh: "储罐充装率" },
  tank_volume: { kind: "gauge", unit: "m3", display: "m³", plausible: [0, 1000000], en: "Tank volume", zh: "储罐容积" },
  tank_pressure: { kind: "gauge", unit: "kPa", display: "kPa", plausible: [-100, 50000], en: "Tank pressure", zh: "储罐压力" },
  tank_temperature: { kind: "gauge", unit: "Cel", display: "°C", plausible: [-200, 500], en: "Tank temperature", zh: "储罐温度" },
  tank_level_switch: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Tank level switch", zh: "储罐液位开关" },
  shut_off_valve_state: { kind: "state", unit: "1", display: "", plausible: [0, 15], en: "Shut-off valve open", zh: "紧急切断阀状态" },
  grounding_state: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Earthing sound", zh: "静电接地状态" },
} as const satisfies Record<string, Entry>;
