import type { Language } from "../language.ts";

/** What `weir-edge scan` says to a person; for programs it is English throughout. */
export const words = {
  en: {
    comma: ", ",
    colon: ": ",
    scanning: (where: string, time: string) =>
      `Scanning ${where}: questions take at most ${time}, and each instrument found a few seconds to name. Ctrl-C shows what was found so far.`,
    seconds: (count: number) => `${count} s`,
    minutes: (count: number) => `${count} min`,
    hours: (count: string) => `${count} h`,
    foundSoFar: (count: number) => `${count} found`,
    left: (time: string) => `about ${time} left`,
    looking: (who: string) => `${who} found, looking what it is`,
    unit: (unit: number) => `unit ${unit}`,
    anyUnit: (who: string) => `${who} (answers to every unit number)`,
    says: (texts: readonly (readonly [string, string])[]) =>
      `says ${texts.map(([name, text]) => `${name} "${text}"`).join(", ")}`,
    noProfile: (who: string) => `${who}: no profile fits what it answers`,
    perhaps: "perhaps ",
    unsure: "; too little to be sure, look at the instrument",
    oneOf: (who: string, count: number) => `${who}: one of ${count} that cannot be told apart by what it answers`,
    andMore: (count: number) => `and ${count} more: --json lists them`,
    summary: (found: number, where: string, asked: number, time: string) =>
      `${found} instrument${found === 1 ? "" : "s"} on ${where}, ${asked} questions in ${time}`,
    endedEarly: (why: string) => `ended early: ${why}; what was found so far stands above`,
    factory: (unit: number) =>
      `Weir's nodes leave the factory at unit ${unit}, and several that answer there together look like something else. This tells them apart by their serial numbers and gives each an address:`,
    silentHost:
      "The host takes connections and no unit answered. Check that it speaks Modbus TCP on this port, and a gateway's own settings for its line; then ask longer: --timeout 3s",
    silentLine: [
      "Nobody answered. Check in this order:",
      "- power of the instruments, and that this is the port they hang on",
      "- A and B: swap them, nothing breaks; makers do not agree on which is which",
      "- ground between the cabinets, 120 Ω at both ends of a long line and nowhere else",
    ],
    silentServer:
      "- the serial server's own baud rate and parity: they are set on its page, this command cannot change them",
    askLonger:
      "- slow instruments, other units or settings: --timeout 500ms --all (takes longer; the estimate comes first)",
    several: (where: string, who: string) =>
      `${where}, ${who}: more answer together than could be told apart; disconnect some and scan again`,
    talks: (where: string) =>
      `${where}: something sends without being asked; an instrument that reports by itself, a second master, or noise`,
    unset: (where: string, who: string) => `${where}: these settings cannot be set here and were left out (${who})`,
    broken: (where: string, who: string) =>
      `${where}, ${who}: an answer that makes no whole frame; two with the same number, other settings, or a bad line (A/B, termination)`,
    noPort:
      "No serial port on this machine. Plug the adapter in and look again; in a container, hand the device in (--device /dev/ttyUSB0).\nA line behind a serial server: weir-edge scan raw-tcp <host:port>. Modbus TCP: weir-edge scan tcp <host>",
    portHeadings: ["port", "now", "USB", "is", "maker"],
    adapterOrBoard: (name: string) => `${name} (adapter or board)`,
    next: (command: string) => `Next: ${command}`,
    opening: (place: string) =>
      `Opening ${place}; most boards restart when their port is opened, which takes some seconds.`,
    board: (place: string, firmware: string, pins: number, inputs: number) =>
      `${place}: ${firmware}, ${pins} pins, ${inputs} analog inputs`,
    noBoardProfile: "no profile fits this board:",
    allKnown: (file: string) => `${file} has all of them already; it stays as it is.`,
    mayAdd: (count: number, bus: string, file: string) => `Add ${count} devices on bus ${bus} to ${file}? [y/N] `,
    unchanged: (file: string) => `${file} stays as it is.`,
    added: (file: string, bus: string, devices: readonly string[]) =>
      `${file}: bus ${bus}, ${devices.length} device${devices.length === 1 ? "" : "s"} added${devices.length > 0 ? `: ${devices.join(", ")}` : ""}`,
    readAlready: (devices: string) => `  read already: ${devices}`,
    onlyComments: (count: number) => `  ${count} only as comments: choose their profiles there`,
    notGood: (fault: string) => `Not yet good:\n${fault}`,
    good: (command: string) => `It is good. Next: ${command}`,
  },
  zh: {
    comma: "，",
    colon: "：",
    scanning: (where: string, time: string) =>
      `正在扫描 ${where}：提问最多需 ${time}，每发现一台仪表再用几秒辨认。按 Ctrl-C 显示已有结果。`,
    seconds: (count: number) => `${count} 秒`,
    minutes: (count: number) => `${count} 分钟`,
    hours: (count: string) => `${count} 小时`,
    foundSoFar: (count: number) => `已发现 ${count} 台`,
    left: (time: string) => `约剩 ${time}`,
    looking: (who: string) => `发现 ${who}，正在辨认`,
    unit: (unit: number) => `站号 ${unit}`,
    anyUnit: (who: string) => `${who}（对任何站号都应答）`,
    says: (texts: readonly (readonly [string, string])[]) =>
      `自报 ${texts.map(([name, text]) => `${name} "${text}"`).join("，")}`,
    noProfile: (who: string) => `${who}：没有与其应答相符的设备模板`,
    perhaps: "可能是 ",
    unsure: "；依据不足，请核对仪表铭牌",
    oneOf: (who: string, count: number) => `${who}：${count} 种型号之一，仅凭应答无法区分`,
    andMore: (count: number) => `另有 ${count} 种：用 --json 列出`,
    summary: (found: number, where: string, asked: number, time: string) =>
      `${where} 上发现 ${found} 台仪表，提问 ${asked} 次，用时 ${time}`,
    endedEarly: (why: string) => `提前结束：${why}；以上为已发现的结果`,
    factory: (unit: number) =>
      `Weir 节点出厂站号为 ${unit}，多台同时应答时看起来像别的仪表。以下命令按序列号区分它们并逐一分配地址：`,
    silentHost:
      "主机接受连接，但没有站号应答。请检查该端口是否为 Modbus TCP，以及网关自身的串口设置；然后延长等待：--timeout 3s",
    silentLine: [
      "没有仪表应答。请依次检查：",
      "- 仪表供电，以及所扫描的正是它们所接的端口",
      "- A、B 两线：可以对调，不会损坏；各厂家标法不一",
      "- 机柜间的接地；长线两端各接 120 Ω，其他位置不接",
    ],
    silentServer: "- 串口服务器自身的波特率与校验：在其网页上设置，本命令无法更改",
    askLonger: "- 应答慢的仪表、其他站号或其他设置：--timeout 500ms --all（耗时更长，会先给出估计）",
    several: (where: string, who: string) => `${where}，${who}：同时应答的太多，无法区分；请断开一部分后重新扫描`,
    talks: (where: string) => `${where}：有设备未经询问即发送；可能是主动上报的仪表、另一台主站或干扰`,
    unset: (where: string, who: string) => `${where}：此处无法采用这些设置，已跳过（${who}）`,
    broken: (where: string, who: string) =>
      `${where}，${who}：应答不成完整帧；可能两台站号相同、设置不符或线路不良（A/B 接反、终端电阻）`,
    noPort:
      "本机没有串口。请插上转换器后再试；在容器中请把设备映射进来（--device /dev/ttyUSB0）。\n串口服务器后的线路：weir-edge scan raw-tcp <主机:端口>。Modbus TCP：weir-edge scan tcp <主机>",
    portHeadings: ["端口", "当前名称", "USB", "类型", "厂家"],
    adapterOrBoard: (name: string) => `${name}（转换器或开发板）`,
    next: (command: string) => `下一步：${command}`,
    opening: (place: string) => `正在打开 ${place}；多数开发板在端口打开时会重启，需要几秒钟。`,
    board: (place: string, firmware: string, pins: number, inputs: number) =>
      `${place}：${firmware}，${pins} 个引脚，${inputs} 路模拟输入`,
    noBoardProfile: "没有适合该开发板的设备模板：",
    allKnown: (file: string) => `${file} 中已有全部仪表，未作改动。`,
    mayAdd: (count: number, bus: string, file: string) => `将总线 ${bus} 上的 ${count} 台设备加入 ${file}？[y/N] `,
    unchanged: (file: string) => `${file} 未作改动。`,
    added: (file: string, bus: string, devices: readonly string[]) =>
      `${file}：总线 ${bus}，已加入 ${devices.length} 台设备${devices.length > 0 ? `：${devices.join("，")}` : ""}`,
    readAlready: (devices: string) => `  已在读取：${devices}`,
    onlyComments: (count: number) => `  ${count} 台仅写成注释：请在其中选定设备模板`,
    notGood: (fault: string) => `尚不可用：\n${fault}`,
    good: (command: string) => `配置无误。下一步：${command}`,
  },
} as const satisfies Record<Language, object>;
