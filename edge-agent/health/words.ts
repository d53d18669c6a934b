import { infoOf } from "@weir/wire/quantities.ts";

/** The health page's words. */
export const words = {
  en: {
    title: "Gateway health",
    other: "中文",
    now: "Now",
    running: "running for",
    clock: "System clock",
    synchronised: "synchronised",
    doubtful: "not known to be synchronised: readings are marked uncertain",
    delivery: "Delivery",
    uplink: "Uplink",
    online: "online",
    waiting: "connected, waiting for the primary host",
    offline: "offline",
    since: "for",
    waitingRecords: "Waiting for a receipt",
    records: "records",
    oldest: "oldest",
    onDisk: "on disk",
    of: "of",
    inMemory: "in memory only, the disk takes nothing",
    dropped: "Given up (outbox full)",
    samples: "samples",
    quarantine: "In quarantine",
    damaged: "Disk damaged",
    carried: "records carried over",
    unreadable: "not readable",
    receipt: "Receipt after",
    buses: "Buses",
    busy: "busy",
    requests: "requests",
    errors: "errors",
    proxy: "Modbus proxy",
    clients: "clients",
    refused: "refused",
    putOff: "put off, the agent needed the line",
    unanswered: "unanswered",
    notListening: "does not listen",
    devices: "Devices",
    up: "answers",
    down: "does not answer",
    starting: "starting",
    connecting: "connecting",
    lastReply: "last reply",
    never: "never",
    ago: "ago",
    noValue: "no value",
    uncertain: "uncertain",
    firmware: "Firmware of nodes",
    machine: "Machine",
    load: "CPU load",
    memory: "Memory used",
    process: "Agent",
    free: "Disk free",
  },
  zh: {
    title: "网关健康",
    other: "English",
    now: "当前时间",
    running: "已运行",
    clock: "系统时钟",
    synchronised: "已同步",
    doubtful: "尚未确认同步：读数标记为存疑",
    delivery: "数据上送",
    uplink: "上行链路",
    online: "在线",
    waiting: "已连接，等待主站上线",
    offline: "离线",
    since: "持续",
    waitingRecords: "待回执",
    records: "条记录",
    oldest: "最早",
    onDisk: "磁盘占用",
    of: "上限",
    inMemory: "仅在内存中，磁盘无法写入",
    dropped: "已放弃（发件箱已满）",
    samples: "个样本",
    quarantine: "隔离区",
    damaged: "磁盘损坏",
    carried: "条记录已抢救",
    unreadable: "条无法读取",
    receipt: "回执时延",
    buses: "总线",
    busy: "占用",
    requests: "次请求",
    errors: "次错误",
    proxy: "Modbus 代理",
    clients: "个客户端",
    refused: "次拒绝",
    putOff: "次让位于本机轮询",
    unanswered: "次无应答",
    notListening: "未能监听",
    devices: "设备",
    up: "应答正常",
    down: "无应答",
    starting: "启动中",
    connecting: "连接中",
    lastReply: "最近应答",
    never: "从未",
    ago: "前",
    noValue: "无值",
    uncertain: "存疑",
    firmware: "节点固件",
    machine: "主机",
    load: "CPU 使用率",
    memory: "内存使用率",
    process: "代理进程",
    free: "磁盘可用",
  },
} as const;

export type Words = Readonly<Record<keyof (typeof words)["en"], string>>;

const ageUnits = {
  en: { s: "s", min: "min", h: "h", d: "d" },
  zh: { s: "秒", min: "分", h: "小时", d: "天" },
} as const;

/** A duration as people say it, in the largest unit that gives at least two of it: 95 s, 3 min, 30 h, 4 d. */
export function formatAge(ms: number, language: "en" | "zh"): string {
  const seconds = Math.max(0, ms) / 1000;
  const unit = ageUnits[language];
  if (seconds < 10) return `${seconds.toFixed(1)} ${unit.s}`;
  if (seconds < 120) return `${Math.round(seconds)} ${unit.s}`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} ${unit.min}`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} ${unit.h}`;
  return `${Math.round(seconds / 86_400)} ${unit.d}`;
}

/** Bytes with a binary prefix, three digits. */
export function formatBytes(bytes: number): string {
  const prefixes = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = Math.max(0, Math.min(prefixes.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 2 ** (10 * step)).toPrecision(3))} ${prefixes[step]}`;
}

/** What people call a metric: its quantity's name, and the channel: `Voltage l1`. */
export function metricName(metric: string, language: "en" | "zh"): string {
  const channel = metric.includes("/") ? ` ${metric.slice(metric.indexOf("/") + 1)}` : "";
  return (infoOf(metric)?.[language] ?? metric) + channel;
}

/** At most six digits, without the zeros that say nothing. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}
