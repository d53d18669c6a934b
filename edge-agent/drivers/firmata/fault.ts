import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { FirmataBoard } from "./board.ts";

/** The code of a LinkError; anything else is thrown on. */
export function codeOf(error: unknown): LinkErrorCode {
  if (error instanceof LinkError) return error.code;
  throw error;
}

type Wanted = { readonly names: readonly string[]; readonly version: string };

/** A LinkError when another sketch runs on the board than the profile is made for. */
export function firmwareFault({ place, firmware }: FirmataBoard, { names, version }: Wanted): LinkError | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = firmware.major < major || (firmware.major === major && firmware.minor < minor);
  if (!names.includes(firmware.name) || isOld)
    return new LinkError(
      "refused",
      say(texts.otherSketch, { place, found: sketchOf(firmware), names: names.join(" or "), version }),
    );
  return undefined;
}

/** A LinkError when the board measures in other steps than the profile is scaled for. */
export function resolutionFault({ place }: FirmataBoard, found: number, wanted: number): LinkError | undefined {
  if (found === wanted) return undefined;
  const factor = 2 ** Math.abs(found - wanted);
  return new LinkError("refused", `${place}: ${say(texts.otherResolution, { found, wanted, factor })}`);
}

export const silent = (board: FirmataBoard) => new LinkError("timeout", `${board.place}: ${texts.silent.en}`);

/** Name and version of what runs on a board. */
export function sketchOf({ name, major, minor }: FirmataBoard["firmware"]): string {
  return `${name || "a sketch without a name"} ${major}.${minor}`;
}

export const hex = (byte: number) => `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`;

export const texts = {
  ofSerialNumber: { en: "{usb} with serial number {serialNumber}", zh: "{usb}、序列号 {serialNumber}" },
  severalBoards: {
    en: "{count} boards have the USB id {usb} ({boards}); tell them apart by serial_number, or give a path of /dev/serial/by-path",
    zh: "有 {count} 块开发板的 USB 标识为 {usb}（{boards}）；请用 serial_number 区分，或给出 /dev/serial/by-path 下的路径",
  },
  noBoard: {
    en: "no board with the USB id {usb} is plugged in; no USB serial port is; check its cable (some carry power only)",
    zh: "没有插入 USB 标识为 {usb} 的开发板；也没有任何 USB 串口；请检查其线缆（有的只能供电）",
  },
  otherBoards: {
    en: "no board with the USB id {usb} is plugged in; there are {boards}; check its cable (some carry power only)",
    zh: "没有插入 USB 标识为 {usb} 的开发板；已有 {boards}；请检查其线缆（有的只能供电）",
  },
  otherSketch: {
    en: "{place} runs {found}; this profile needs {names} {version} or later: flash that sketch",
    zh: "{place} 运行的是 {found}；此配置档需要 {names} {version} 或更新版本：请刷写该程序",
  },
  otherResolution: {
    en: "its analog inputs have {found} bits, the profile is made for {wanted}; its scale would be wrong by {factor}: take a profile for this board",
    zh: "其模拟输入为 {found} 位，配置档按 {wanted} 位制作，换算会差 {factor} 倍：请选用此板的配置档",
  },
  silent: {
    en: "the board does not answer; check its power and plug, or press its reset button",
    zh: "开发板无应答；请检查供电和插头，或按其复位键",
  },
  silentFor: {
    en: "the board has been silent for {seconds} s; check its power and plug, or press its reset button",
    zh: "开发板已 {seconds} 秒无应答；请检查供电和插头，或按其复位键",
  },
  tellsNoPins: {
    en: "{sketch} does not tell what its pins can do; flash StandardFirmata 2.4 or later",
    zh: "{sketch} 不说明其引脚的功能；请刷写 StandardFirmata 2.4 或更新版本",
  },
  nothingCame: {
    en: "nothing came within {seconds} s; flash StandardFirmata (Arduino IDE: File > Examples > Firmata), and check that its Firmata.begin has the baud rate of the configuration (57600)",
    zh: "{seconds} 秒内没有收到任何数据；请刷写 StandardFirmata（Arduino IDE：文件 > 示例 > Firmata），并检查其 Firmata.begin 的波特率与配置一致（57600）",
  },
  noFirmata: {
    en: "{bytes} bytes came, but no Firmata within {seconds} s; flash StandardFirmata (Arduino IDE: File > Examples > Firmata), and check that its Firmata.begin has the baud rate of the configuration (57600)",
    zh: "{seconds} 秒内收到 {bytes} 个字节，但不是 Firmata；请刷写 StandardFirmata（Arduino IDE：文件 > 示例 > Firmata），并检查其 Firmata.begin 的波特率与配置一致（57600）",
  },
  noPlace: {
    en: "{sketch} has no {place}; check the profile against the board",
    zh: "{sketch} 没有 {place}；请对照开发板检查配置档",
  },
  noChipSaying: {
    en: 'no chip answers at I2C {address} ("{complaint}"); check its wires, its power and its address',
    zh: "I2C {address} 处没有芯片应答（“{complaint}”）；请检查接线、供电和地址",
  },
  noChip: {
    en: "no chip answers at I2C {address}; check its wires, its power and its address",
    zh: "I2C {address} 处没有芯片应答；请检查接线、供电和地址",
  },
  hangingI2c: {
    en: "the board does not answer to a read of I2C {address}; an I2C bus that hangs stops the whole board: check SDA, SCL and the pull-ups, then press reset",
    zh: "开发板对 I2C {address} 的读取无应答；I2C 总线卡死会使整板停止：请检查 SDA、SCL 和上拉电阻，然后按复位键",
  },
  noSearch: { en: "no answer to a search of OneWire pin {pin}", zh: "对 OneWire 引脚 {pin} 的搜索无应答" },
  noThermometer: {
    en: "no DS18B20 on OneWire pin {pin}; check its wires and the 4.7 kΩ pull-up",
    zh: "OneWire 引脚 {pin} 上没有 DS18B20；请检查接线和 4.7 kΩ 上拉电阻",
  },
  whichThermometer: {
    en: "OneWire pin {pin} has {roms}; give the profile's point one of them as rom",
    zh: "OneWire 引脚 {pin} 上有 {roms}；请将其中之一写入配置档测点的 rom",
  },
  silentThermometer: {
    en: "no answer from the thermometer on OneWire pin {pin}",
    zh: "OneWire 引脚 {pin} 上的温度计无应答",
  },
  spoiltThermometer: {
    en: "the thermometer on OneWire pin {pin} fails its checksum; check wires and pull-up",
    zh: "OneWire 引脚 {pin} 上的温度计校验和错误；请检查接线和上拉电阻",
  },
  idleThermometer: {
    en: "the thermometer on OneWire pin {pin} shows 85 °C, as after power-up: it has not measured; check its supply",
    zh: "OneWire 引脚 {pin} 上的温度计显示 85 °C，即上电初值：它没有测量；请检查其供电",
  },
  fewReports: {
    en: "A{analog} was reported {count} times within {over} ms, fewer than the {enough} that its {take} takes; check `sampling`",
    zh: "A{analog} 在 {over} 毫秒内上报 {count} 次，少于计算 {take} 所需的 {enough} 次；请检查 `sampling`",
  },
  otherChip: {
    en: "the chip at I2C {address} says that it is {found}, a {name} would say {wanted}; modules are often sold under another chip's name: take the profile of the chip that is there",
    zh: "I2C {address} 处的芯片自称 {found}，而 {name} 应为 {wanted}；模块常以其他芯片的名称出售：请选用实际芯片的配置档",
  },
  noMeasurement: {
    en: "{name} at I2C {address} gives no measurement within {patienceMs} ms",
    zh: "I2C {address} 处的 {name} 在 {patienceMs} 毫秒内没有给出测量值",
  },
  otherMode: {
    en: "pin {pin} does not become {mode}; check that the sketch allows it",
    zh: "引脚 {pin} 不能设为 {mode}；请检查程序是否允许",
  },
  sharedPin: {
    en: "pin {pin} is {theirs} for another instrument of this board, and {mode} for {profile}; give them pins of their own",
    zh: "引脚 {pin} 对此板的另一仪表为 {theirs}，对 {profile} 为 {mode}；请为它们分配各自的引脚",
  },
  notConfirmed: {
    en: "{place} was written and the board does not confirm it; read it back",
    zh: "已写入 {place}，但开发板未确认；请回读",
  },
  otherState: {
    en: "{place} was set to {raw}, and the board says {state}; check the sketch",
    zh: "{place} 设为 {raw}，而开发板报告 {state}；请检查程序",
  },
} as const satisfies Record<string, Sentence>;
export const sentences: readonly Sentence[] = Object.values(texts);
