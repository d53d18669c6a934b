import { type Parts, type Sentence, say, tellerOf } from "./sentences.ts";

/**
 * Why a record is not in the store and never will be, as it stands in `Store Forward/Rejected`, in a ledger and in a quarantine. Each is
 * a sentence of sentences.ts.
 */
const refusals = {
  time: {
    en: "{metric}: its time {at} is not a millisecond between 1970 and 2200",
    zh: "{metric}：时间 {at} 不是 1970 至 2200 年之间的毫秒数",
  },
  old: {
    en: "{metric}: {at} is older than the {days} days the store keeps",
    zh: "{metric}：{at} 早于存储库保留的 {days} 天",
  },
  quality: {
    en: "{metric}: value {value} with quality {quality}; exactly a bad reading has no value",
    zh: "{metric}：值为 {value} 而质量为 {quality}；有且仅有无效（bad）读数没有值",
  },
  number: { en: "{metric}: {value} is not a number", zh: "{metric}：{value} 不是数值" },
  state: {
    en: "{metric}: {value} is not a state; a state is a whole number",
    zh: "{metric}：{value} 不是状态值；状态值必须是整数",
  },
  nameLength: {
    en: "a name of {length} characters; 1 to 200 can be stored",
    zh: "名称有 {length} 个字符；可存储的名称为 1 至 200 个字符",
  },
  nameControl: { en: "{name}: a name must not hold control characters", zh: "{name}：名称不得含有控制字符" },
  nameEnd: { en: "{name}: a name must not end in a backslash", zh: "{name}：名称不得以反斜杠结尾" },
  owner: {
    en: "{device} belongs to {owner}, which is online; give it another id, or take it out of {owner}'s edge.yaml",
    zh: "{device} 属于在线网关 {owner}；请为其另取标识，或将其从 {owner} 的 edge.yaml 中移除",
  },
  influx: { en: "InfluxDB: {words}", zh: "InfluxDB 拒绝：{words}" },
  spoilt: { en: "damaged on disk: its checksum does not hold", zh: "磁盘上的数据已损坏：校验和不符" },
} as const satisfies Record<string, Sentence>;

export type RefusalKind = keyof typeof refusals;

const more = { en: "{reason} (and {count} more)", zh: "{reason}（另有 {count} 条）" } as const;

/** The sentence for the wire. */
export function refusal<K extends RefusalKind>(kind: K, parts: Parts<(typeof refusals)[K]>): string {
  return say(refusals[kind], parts);
}

/** One sentence for a record whose samples are refused for several reasons: the first of them, and how many more. Needs at least one. */
export function joinRefusals(reasons: readonly string[]): string {
  const others = reasons.length - 1;
  return others > 0 ? say(more, { reason: reasons[0]!, count: others }) : reasons[0]!;
}

/** The sentence in the reader's language; as it is where it is none of ours. */
export const sayRefusal = tellerOf([more, ...Object.values(refusals)]);
