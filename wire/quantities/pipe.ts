// biome-ignore-all format: a table, one quantity a line
import type { Entry } from "../quantities.ts";

/** Water, sewer, heat and gas networks: pressure, flow, meters, valves, pumps, manholes. */
export const pipe = {
  // pressure and flow
  pipe_pressure: { kind: "gauge", unit: "kPa", display: "kPa", plausible: [-100, 10000], en: "Pipe pressure", zh: "管网压力", sl651: "58" },
  pipe_flow: { kind: "gauge", unit: "m3/h", display: "m³/h", plausible: [-100000, 100000], en: "Pipe flow", zh: "管道流量", sl651: "68" },
  zone_inflow: { kind: "gauge", unit: "m3/h", display: "m³/h", plausible: [-100000, 100000], en: "Inflow of a zone", zh: "分区进水量" },
  zone_outflow: { kind: "gauge", unit: "m3/h", display: "m³/h", plausible: [-100000, 100000], en: "Metered outflow of a zone", zh: "分区计量出水量" },
  zone_unaccounted_flow: { kind: "gauge", unit: "m3/h", display: "m³/h", plausible: [-100000, 100000], en: "Inflow of a zone not accounted for", zh: "分区未计水量" },
  pipe_velocity: { kind: "gauge", unit: "m/s", display: "m/s", plausible: [-20, 20], en: "Velocity in the pipe", zh: "管道流速" },
  pipe_temperature: { kind: "gauge", unit: "Cel", display: "°C", plausible: [-40, 200], en: "Temperature in the pipe", zh: "管道介质温度" },
  flow_total: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Total volume", zh: "累计流量" },
  flow_total_forward: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Total volume, forward", zh: "正向累计流量" },
  flow_total_reverse: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Total volume, reverse", zh: "反向累计流量" },
  flow_total_day: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Volume of the day", zh: "日累计流量" },
  flow_total_month: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Volume of the month", zh: "月累计流量" },
  flow_total_year: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Volume of the year", zh: "年累计流量" },
  meter_status: { kind: "state", unit: "1", display: "", plausible: [0, 4294967295], en: "Meter status code", zh: "表具状态代码" },
  empty_pipe: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Empty pipe", zh: "空管状态" },
  ultrasonic_signal_quality: { kind: "gauge", unit: "1", display: "", plausible: [0, 100], en: "Ultrasonic signal quality", zh: "超声信号质量" },
  ultrasonic_signal_up: { kind: "gauge", unit: "1", display: "", plausible: [0, 4096], en: "Ultrasonic signal strength, upstream", zh: "上游超声信号强度" },
  ultrasonic_signal_down: { kind: "gauge", unit: "1", display: "", plausible: [0, 4096], en: "Ultrasonic signal strength, downstream", zh: "下游超声信号强度" },
  // valves, pumps, leaks
  valve_opening: { kind: "gauge", unit: "%", display: "%", plausible: [0, 100], en: "Valve opening", zh: "阀门开度" },
  valve_state: { kind: "state", unit: "1", display: "", plausible: [0, 15], en: "Valve open", zh: "阀门状态" },
  pump_state: { kind: "state", unit: "1", display: "", plausible: [0, 15], en: "Pump running", zh: "水泵状态" },
  pump_enable: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Pump allowed to run", zh: "水泵允许运行" },
  pump_fault: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Pump fault", zh: "水泵故障" },
  pump_starts: { kind: "counter", unit: "1", display: "", plausible: [0, 4294967295], en: "Pump starts", zh: "水泵启动次数" },
  pump_speed: { kind: "gauge", unit: "{rev}/min", display: "r/min", plausible: [0, 20000], en: "Pump speed", zh: "水泵转速" },
  vibration_velocity: { kind: "gauge", unit: "mm/s", display: "mm/s", plausible: [0, 500], en: "Vibration velocity", zh: "振动速度" },
  leak_noise: { kind: "gauge", unit: "dB[SPL]", display: "dB", plausible: [0, 150], en: "Leak noise", zh: "漏水噪声" },
  leak_state: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Leak found", zh: "漏损状态" },
  pipe_to_soil_potential: { kind: "gauge", unit: "V", display: "V", plausible: [-10, 10], en: "Pipe-to-soil potential", zh: "管地电位" },
  // sewers and manholes
  sewer_level: { kind: "gauge", unit: "m", display: "m", plausible: [0, 50], en: "Sewer level", zh: "管道液位" },
  sewer_fill: { kind: "gauge", unit: "%", display: "%", plausible: [0, 200], en: "Sewer fill", zh: "管道充满度" },
  sewer_headroom: { kind: "gauge", unit: "m", display: "m", plausible: [0, 50], en: "Height left above the sewage", zh: "液面空高" },
  sewer_flow: { kind: "gauge", unit: "m3/h", display: "m³/h", plausible: [-100000, 100000], en: "Sewer flow", zh: "排水流量" },
  sewer_high_water: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Sewer above its high mark", zh: "排水高水位" },
  manhole_cover_state: { kind: "state", unit: "1", display: "", plausible: [0, 1], en: "Manhole cover open", zh: "井盖状态" },
  manhole_tilt: { kind: "gauge", unit: "deg", display: "°", plausible: [-180, 180], en: "Manhole cover tilt", zh: "井盖倾角" },
  // heat and gas
  supply_water_temperature: { kind: "gauge", unit: "Cel", display: "°C", plausible: [-20, 200], en: "Supply water temperature", zh: "供水温度" },
  return_water_temperature: { kind: "gauge", unit: "Cel", display: "°C", plausible: [-20, 200], en: "Return water temperature", zh: "回水温度" },
  heat_power: { kind: "gauge", unit: "kW", display: "kW", plausible: [-1000000, 1000000], en: "Heat power", zh: "热功率" },
  heat_energy: { kind: "counter", unit: "kW.h", display: "kWh", plausible: [0, 1e12], en: "Heat energy", zh: "累计热量" },
  gas_pressure: { kind: "gauge", unit: "kPa", display: "kPa", plausible: [-100, 20000], en: "Gas pressure", zh: "燃气压力" },
  gas_flow: { kind: "gauge", unit: "m3/h", display: "m³/h", plausible: [0, 1000000], en: "Gas flow", zh: "燃气流量" },
  gas_volume: { kind: "counter", unit: "m3", display: "m³", plausible: [-1e12, 1e12], en: "Gas volume", zh: "燃气累计量" },
} as const satisfies Record<string, Entry>;
