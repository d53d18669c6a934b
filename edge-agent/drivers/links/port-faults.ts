import { type Sentence, say } from "@weir/wire/sentences.ts";
import { LinkError } from "../driver.ts";
import type { Holders } from "./port-holders.ts";
import { lastingNames } from "./port-names.ts";

/** This process has the port already, by the other path or the same. */
export function claimedAlready(path: string, other: string): LinkError {
  return new LinkError("refused", `${path}: ${path === other ? openAlready.en : say(onePort, { other })}`);
}

/** No such port; says which there are. */
export async function absent(path: string): Promise<LinkError> {
  const there = await lastingNames();
  const text = there.length > 0 ? say(noSuchPort, { there: there.join(", ") }) : noPort.en;
  return new LinkError("refused", `${path}: ${text}`);
}

/** Says who has the port and what to do about the ones that every technician meets; or, when nobody shows, where to look. */
export function heldBy(path: string, { found, unseen }: Holders, options?: ErrorOptions): LinkError {
  if (found.length === 0) {
    const text = unseen > 0 ? say(unseenHolder, { unseen, path }) : say(hiddenHolder, { path });
    return new LinkError("refused", `${path}: ${text}`, options);
  }
  const names = found.map(
    ({ pid, program, by }) => `${program}, pid ${pid}${by === "lock file" ? " by its lock file" : ""}`,
  );
  const advice = found.map(({ program }) => hints.find(([pattern]) => pattern.test(program))?.[1]).find(Boolean);
  const text = say(held, { holders: names.join(" and "), advice: (advice ?? anyOther).en });
  return new LinkError("refused", `${path}: ${text}`, options);
}

const openAlready = {
  en: "this program has it open already; put all the instruments of a line on one bus",
  zh: "本程序已打开此串口；请将一条线路上的所有仪表放在同一条总线下",
} as const;
const onePort = {
  en: "this and {other} are one port, which this program has open already; put all the instruments of a line on one bus",
  zh: "此串口与 {other} 是同一个，本程序已打开；请将一条线路上的所有仪表放在同一条总线下",
} as const;
const noPort = {
  en: "there is no such port; check the adapter's plug; no USB adapter is plugged in",
  zh: "没有此串口；请检查适配器的插头；没有插入 USB 适配器",
} as const;
const noSuchPort = {
  en: "there is no such port; check the adapter's plug; plugged in are {there}",
  zh: "没有此串口；请检查适配器的插头；已插入的有 {there}",
} as const;
const hiddenHolder = {
  en: "another program holds the port and does not show: ask `sudo fuser -v {path}`; ModemManager and a login console (serial-getty) are the usual ones",
  zh: "串口被一个看不到的程序占用：请运行 `sudo fuser -v {path}` 查询；常见的是 ModemManager 和登录控制台（serial-getty）",
} as const;
const unseenHolder = {
  en: "another program holds the port and does not show: of {unseen} programs this user may not see the files; ask `sudo fuser -v {path}`; ModemManager and a login console (serial-getty) are the usual ones",
  zh: "串口被一个看不到的程序占用：有 {unseen} 个程序的文件本用户无权查看；请运行 `sudo fuser -v {path}` 查询；常见的是 ModemManager 和登录控制台（serial-getty）",
} as const;
const held = { en: "held by {holders}; {advice}", zh: "被 {holders} 占用；{advice}" } as const;
const anyOther = { en: "stop it, or give one of the two another port", zh: "请停止它，或让其中一方使用另一串口" };
const hints: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^ModemManager/,
    {
      en: 'it takes new ports for modems: a udev rule with ENV{ID_MM_DEVICE_IGNORE}="1" keeps it away, or disable its service',
      zh: '它会把新串口当作调制解调器：用含 ENV{ID_MM_DEVICE_IGNORE}="1" 的 udev 规则避开它，或停用其服务',
    },
  ],
  [
    /^(a?getty|login)\b/,
    {
      en: "it is a login console: disable its serial-getty service and take the port off the kernel command line",
      zh: "它是登录控制台：请停用其 serial-getty 服务，并从内核命令行中去掉该串口",
    },
  ],
  [
    /weir-edge/,
    {
      en: "it is another agent: one agent reads all the instruments of a line",
      zh: "它是另一个代理：一条线路上的所有仪表由一个代理读取",
    },
  ],
];

export const sentences: readonly Sentence[] = [
  ...[openAlready, onePort, noPort, noSuchPort, hiddenHolder, unseenHolder, held, anyOther],
  ...hints.map(([, hint]) => hint),
];
