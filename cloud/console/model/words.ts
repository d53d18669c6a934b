import type { Both, Language } from "./language.ts";

/** Everything the console says. `{name}` stands for what is filled in. */
export const words = {
  title: { en: "Weir", zh: "Weir 感知" },
  overview: { en: "Overview", zh: "总览" },
  gateways: { en: "Gateways", zh: "网关" },
  devices: { en: "Devices", zh: "设备" },
  site: { en: "Site", zh: "区域" },
  otherLanguage: { en: "中文", zh: "English" },
  signIn: { en: "Sign in", zh: "登录" },
  signOut: { en: "Sign out", zh: "退出" },
  token: { en: "Access token", zh: "访问令牌" },
  tokenWrong: {
    en: "this token is not known here; check for a missing character, or ask for a new one.",
    zh: "令牌不正确；请检查是否缺少字符，或申请新令牌。",
  },
  tokenHelp: {
    en: "Whoever runs this server hands out tokens. It stays in this browser for 30 days.",
    zh: "令牌由本服务器的管理员发放，在此浏览器中保存 30 天。",
  },

  domain_water: { en: "Water", zh: "水环境" },
  domain_air: { en: "Air", zh: "大气" },
  domain_pipe: { en: "Pipes", zh: "管网" },
  domain_light: { en: "Streetlights", zh: "路灯" },
  domain_hazmat: { en: "Hazardous materials", zh: "危化品" },
  domain_gateway: { en: "Gateways", zh: "网关" },
  domain_other: { en: "Other", zh: "其他" },

  live: { en: "live", zh: "正常" },
  uncertain: { en: "uncertain", zh: "存疑" },
  bad: { en: "bad", zh: "无效" },
  stale: { en: "stale", zh: "未更新" },
  staleFor: { en: "stale {age}", zh: "{age}未更新" },
  noValue: { en: "no value", zh: "无值" },
  ago: { en: "{age} ago", zh: "{age}前" },

  countDevices: { en: "{n} {n:device|devices}", zh: "{n} 台设备" },
  noDevices: { en: "no devices", zh: "无设备" },
  allSites: { en: "All sites", zh: "全部区域" },
  attention: { en: "Needs attention", zh: "需关注" },
  search: { en: "Find a device", zh: "查找设备" },
  more: { en: "{n} more", zh: "另有 {n} 项" },
  noReadings: { en: "no readings yet", zh: "尚无测值" },
  offlineFor: { en: "offline {age}", zh: "离线 {age}" },
  onlineFor: { en: "online {age}", zh: "在线 {age}" },
  lastHeard: { en: "last heard {age} ago", zh: "{age}前有消息" },

  emptyTitle: { en: "No device has reported yet", zh: "还没有设备上报" },
  emptyGateway: {
    en: "Is a gateway running? Start `weir-edge run`; its log names the broker that it tries.",
    zh: "网关是否在运行？启动 `weir-edge run`，其日志会写明所连接的消息代理。",
  },
  emptyBroker: {
    en: "May it connect? The cloud's log shows each refused connection with its reason.",
    zh: "能否接入？云端日志会逐条写明被拒绝的连接及原因。",
  },
  emptyDevices: {
    en: "Does it read something? `weir-edge check` lists its devices and every fault of its configuration.",
    zh: "是否读到数据？`weir-edge check` 会列出设备及配置中的全部错误。",
  },
  nothingMatches: { en: "No device matches these filters", zh: "没有符合筛选条件的设备" },
  clearFilters: { en: "Clear the filters", zh: "清除筛选" },
  allGood: { en: "Nothing needs attention: every reading is live and good.", zh: "一切正常：所有测值均为实时且有效。" },
  notFound: { en: "Not here", zh: "未找到" },
  notFoundHelp: {
    en: "{what} has not reported since this cloud keeps readings. Check the spelling, and whether its gateway is online.",
    zh: "{what} 从未向本云端上报。请核对名称，并确认其网关在线。",
  },
  loading: { en: "Loading…", zh: "加载中…" },
  lostTitle: { en: "Connection lost", zh: "连接已断开" },
  lostText: { en: "data as of {time} ({age} ago); reconnecting…", zh: "数据截至 {time}（{age}前），正在重连…" },
  neverConnected: { en: "this server does not answer: {why}; trying again…", zh: "服务器无应答：{why}；正在重试…" },
  connected: { en: "live", zh: "实时" },
  error: { en: "That did not work:", zh: "操作未成功：" },
  retry: { en: "Try again", zh: "重试" },

  values: { en: "Values", zh: "测值" },
  charts: { en: "Charts", zh: "曲线" },
  quantity: { en: "Quantity", zh: "参数" },
  value: { en: "Value", zh: "数值" },
  age: { en: "Age", zh: "时效" },
  quality: { en: "Quality", zh: "质量" },
  range15m: { en: "15 min", zh: "15 分钟" },
  range1h: { en: "1 h", zh: "1 小时" },
  range6h: { en: "6 h", zh: "6 小时" },
  range24h: { en: "24 h", zh: "24 小时" },
  range7d: { en: "7 d", zh: "7 天" },
  range30d: { en: "30 d", zh: "30 天" },
  chartEmpty: { en: "No reading in this range", zh: "该时段无测值" },
  chartWindow: { en: "each point: {every}", zh: "每点 {every}" },
  chartBad: { en: "{n} bad", zh: "{n} 个无效" },
  chartUncertain: { en: "{n} uncertain", zh: "{n} 个存疑" },
  legendMean: { en: "mean", zh: "均值" },
  legendBand: { en: "min–max", zh: "最小–最大" },
  legendGap: { en: "no data", zh: "无数据" },
  legendUncertain: { en: "uncertain", zh: "存疑" },
  legendBad: { en: "bad", zh: "无效" },
  via: { en: "via {gateway}", zh: "经 {gateway}" },

  control: { en: "Control", zh: "控制" },
  controlNow: { en: "now", zh: "当前" },
  write: { en: "Write", zh: "写入" },
  writeAsk: { en: "Write {value} to {device}?", zh: "确认向 {device} 写入 {value}？" },
  cancel: { en: "Cancel", zh: "取消" },
  limits: { en: "{min} to {max}", zh: "{min} 至 {max}" },
  writing: { en: "Waiting for the gateway…", zh: "等待网关应答…" },
  command_sent: { en: "on its way", zh: "已下发" },
  command_done: { en: "done, reads back {value}", zh: "已完成，回读 {value}" },
  command_refused: { en: "refused: {why}", zh: "被拒绝：{why}" },
  command_failed: { en: "failed, it may have happened: {why}", zh: "失败（可能已执行）：{why}" },
  command_expired: { en: "expired: {why}", zh: "已过期：{why}" },
  recentCommands: { en: "Recent commands", zh: "近期命令" },

  ledger: { en: "Delivery ledger", zh: "送达台账" },
  ledgerNone: {
    en: "This gateway sends no offsets, so nobody can say what is missing. It is a Sparkplug node of another make.",
    zh: "该网关不发送记录序号，无法判断是否有缺失（第三方 Sparkplug 节点）。",
  },
  ledgerLost: { en: "{gone} {gone:record was|records were} given up", zh: "{gone} 条记录已被放弃" },
  ledgerLostText: {
    en: "The gateway had to give them up before they were stored: its outbox was full or its disk damaged. They will not come. Raise outbox.limit or repair the uplink.",
    zh: "这些记录在入库前已被网关放弃（发件箱已满或磁盘损坏），无法补传。请增大 outbox.limit 或修复上行链路。",
  },
  ledgerAll: { en: "Nothing is missing", zh: "无缺失" },
  ledgerUntil: { en: "Complete until {age} ago", zh: "截至 {age}前数据完整" },
  ledgerAllText: {
    en: "Every record up to number {highest} has arrived and is in the database.",
    zh: "截至第 {highest} 号的所有记录均已入库。",
  },
  ledgerAllButRejected: {
    en: "Every record up to number {highest} has arrived; {rejected} were refused by the database and wait in the gateway's quarantine.",
    zh: "截至第 {highest} 号的记录均已送达；其中 {rejected} 条被数据库拒收，保留在网关隔离区。",
  },
  ledgerUnderway: { en: "{missing} {missing:record|records} on the way", zh: "{missing} 条记录补传中" },
  ledgerUnderwayText: {
    en: "They are on the gateway's disk and are sent again until they are stored. The oldest has been missing for {age}.",
    zh: "这些记录保存在网关磁盘上，将持续重发直至入库。最早一条已缺失 {age}。",
  },
  ledgerWaiting: { en: "{missing} {missing:record waits|records wait} on the gateway", zh: "{missing} 条记录滞留网关" },
  ledgerWaitingText: {
    en: "The gateway is offline. They are on its disk, with whatever it has read since, and will come when it is back. The oldest has been missing for {age}.",
    zh: "网关离线。这些记录及此后的新数据保存在网关磁盘上，恢复连接后自动补传。最早一条已缺失 {age}。",
  },
  ledgerOfflineText: {
    en: "The gateway is offline: what it has read since is on its disk and will come when it is back.",
    zh: "网关离线：此后的新数据保存在网关磁盘上，恢复连接后自动补传。",
  },
  seen: { en: "Seen", zh: "已知" },
  seenHelp: { en: "numbered from {lowest} to {highest}", zh: "编号 {lowest} 至 {highest}" },
  stored: { en: "Stored", zh: "已入库" },
  storedHelp: { en: "confirmed by the database", zh: "数据库已确认" },
  rejected: { en: "Rejected", zh: "被拒收" },
  rejectedHelp: { en: "in the gateway's quarantine", zh: "在网关隔离区" },
  duplicates: { en: "Duplicated", zh: "重复到达" },
  duplicatesHelp: { en: "arrived again, stored once", zh: "重复送达，仅存一份" },
  gone: { en: "Given up", zh: "已放弃" },
  goneHelp: { en: "lost before they were stored", zh: "入库前丢失" },
  missing: { en: "Missing", zh: "缺失" },
  missingHelp: { en: "oldest {age}", zh: "最早 {age}前" },
  missingHelpNone: { en: "none", zh: "无" },
  lastReceipt: { en: "last receipt {age} ago", zh: "{age}前最后一次回执" },
  noReceipt: { en: "no receipt yet", zh: "尚无回执" },
  mixed: { en: "partly stored", zh: "部分入库" },
  missingRanges: { en: "Missing record numbers", zh: "缺失的记录编号" },
  rejections: { en: "Rejected records", zh: "被拒收的记录" },
  earlierEpochs: { en: "Earlier outboxes of this gateway", zh: "该网关此前的发件箱" },
  epochText: {
    en: "since {time}: {stored} stored, {rejected} rejected, {missing} missing",
    zh: "自 {time}：入库 {stored}，拒收 {rejected}，缺失 {missing}",
  },
  health: { en: "Gateway health", zh: "网关健康" },
  healthNone: { en: "The gateway has not reported its own state yet.", zh: "网关尚未上报自身状态。" },
  faults: { en: "Messages that could not be used", zh: "无法使用的消息" },
  noGateways: { en: "No gateway has connected yet", zh: "还没有网关接入" },
  noGatewayDevices: { en: "No device behind this gateway has reported yet", zh: "该网关下尚无设备上报" },
} as const satisfies Record<string, Both>;

export type Word = keyof typeof words;
export type Say = (word: Word, fill?: Readonly<Record<string, string | number>>) => string;

/** Speaks one language. `{name:one|many}` says one or many by that number. A `{name}` that fill does not give stays as it is. */
export function speak(language: Language): Say {
  return (word, fill = {}) =>
    words[word][language]
      .replace(/\{(\w+):([^|}]*)\|([^}]*)\}/g, (_, name: string, one: string, many: string) =>
        String(fill[name]) === "1" ? one : many,
      )
      .replace(/\{(\w+)\}/g, (whole, name: string) => (name in fill ? String(fill[name]) : whole));
}
