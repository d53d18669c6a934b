import type { Quality } from "@weir/wire/sample.ts";
import { type Sentence, tellerOf } from "@weir/wire/sentences.ts";
import { faultSentences } from "../../drivers/say-fault.ts";

/** What `weir-edge watch` says. */
export const words = {
  en: {
    title: "weir-edge watch",
    agent: "values of the running agent",
    instruments: "asking the instruments",
    keys: "q ends",
    quality: "quality",
    point: "point",
    value: "value",
    age: "age",
    least: "min",
    most: "max",
    readings: "readings",
    goodOnes: "good",
    up: "answers",
    down: "does not answer",
    starting: "no answer yet",
    reply: "last reply",
    ago: "ago",
    cycle: "cycle",
    running: "for",
    more: "more lines: arrow keys, a larger window, or name the devices to watch",
    never: "not read",
    watched: "watched for",
    device: "device",
  },
  zh: {
    title: "weir-edge watch",
    agent: "取自运行中的代理",
    instruments: "直接读取仪表",
    keys: "按 q 结束",
    quality: "质量",
    point: "测点",
    value: "数值",
    age: "距今",
    least: "最小",
    most: "最大",
    readings: "读数次数",
    goodOnes: "有效次数",
    up: "应答正常",
    down: "无应答",
    starting: "尚未应答",
    reply: "最近应答",
    ago: "前",
    cycle: "周期耗时",
    running: "已持续",
    more: "行未显示：用方向键滚动、放大窗口，或指定要看的设备",
    never: "未读到",
    watched: "监看时长",
    device: "设备",
  },
} as const;

export type Words = Readonly<Record<keyof (typeof words)["en"], string>>;

export const qualityWords: Readonly<Record<"en" | "zh", Readonly<Record<Quality, string>>>> = {
  en: { good: "good", uncertain: "uncertain", bad: "bad" },
  zh: { good: "有效", uncertain: "存疑", bad: "无效" },
};

/** What is wrong with the running agent itself. */
export const agentTroubles = {
  silent: {
    en: "the agent does not answer any more; look whether it runs: systemctl status weir-edge",
    zh: "代理不再应答；请查看它是否在运行：systemctl status weir-edge",
  },
  unknown: {
    en: "the running agent does not know this device; it was configured after it started: send it SIGHUP, or restart it",
    zh: "运行中的代理不认识此设备；它是在代理启动后配置的：请向其发送 SIGHUP，或重新启动",
  },
} as const satisfies Record<string, Sentence>;

/** Why something is not as it should be, in the reader's language. */
export const sayWhy = tellerOf([...faultSentences, ...Object.values(agentTroubles)]);

/** Told apart without colour; all of one column in a Chinese terminal too. */
export const marks = { good: "✓", uncertain: "?", bad: "✗", none: "-" } as const;
export type Mark = keyof typeof marks;
