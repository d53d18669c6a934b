import type { Sentence } from "@weir/wire/sentences.ts";

/** What is said of any YAML file that does not fit its schema. */
export const texts = {
  notRead: { en: "cannot be read ({code}); check the path", zh: "无法读取（{code}）；请检查路径" },
  duplicate: { en: "remove one of the two", zh: "请删去其中之一" },
  tab: { en: "indent with spaces", zh: "请用空格缩进" },
  indent: { en: "align it with its neighbours", zh: "请与相邻行对齐" },
  syntax: {
    en: "check the indentation, colons, quotes and brackets around here",
    zh: "请检查此处附近的缩进、冒号、引号和括号",
  },
  unknownKey: { en: "unknown key; {hint}", zh: "未知的键；{hint}" },
  notKnown: { en: "{found} is not known; {hint}", zh: "{found} 未知；{hint}" },
  near: { en: 'did you mean "{name}"?', zh: "是否指“{name}”？" },
  all: { en: "use {names}", zh: "可用的有 {names}" },
  missing: { en: "is missing; add it.", zh: "缺失；请添加。" },
  missingKind: { en: "is missing ({kind}); add it.", zh: "缺失（{kind}）；请添加。" },
  missingMore: { en: "is missing; add it. {more}", zh: "缺失；请添加。{more}" },
  missingKindMore: { en: "is missing ({kind}); add it. {more}", zh: "缺失（{kind}）；请添加。{more}" },
  use: { en: "Use {names}.", zh: "可用的有 {names}。" },
  useMore: { en: "Use {names}. {more}", zh: "可用的有 {names}。{more}" },
  wrongKind: { en: "{found} is not {kind}", zh: "{found} 不是{kind}" },
  empty: { en: "is empty; give at least {least}", zh: "为空；至少给出 {least} 项" },
  tooSmall: { en: "{found} is too small; use at least {least}", zh: "{found} 过小；至少为 {least}" },
  tooSmallYet: { en: "{found} is too small; use more than {least}", zh: "{found} 过小；应大于 {least}" },
  tooMany: { en: "has too many entries; give at most {most}", zh: "项数过多；最多 {most} 项" },
  tooBig: { en: "{found} is too big; use at most {most}", zh: "{found} 过大；最多为 {most}" },
  noForm: {
    en: "{found} is none of the allowed forms; give exactly one of {forms}",
    zh: "{found} 不是允许的形式；请只写其中一种：{forms}",
  },
  integer: { en: "a whole number", zh: "整数" },
  map: { en: "a map of keys", zh: "键值表" },
  list: { en: "a list", zh: "列表" },
  string: { en: "a string", zh: "字符串" },
  number: { en: "a number", zh: "数值" },
  boolean: { en: "a boolean", zh: "true 或 false" },
  nothing: { en: "nothing", zh: "空值" },
  this: { en: "this", zh: "此处内容" },
  durationUnit: {
    en: "write a duration with its unit, such as 500ms, 5s, 2m or 1h",
    zh: "请写带单位的时长，如 500ms、5s、2m 或 1h",
  },
  duration: {
    en: "expected a duration such as 500ms, 5s, 2m, 1h or 30d",
    zh: "应为时长，如 500ms、5s、2m、1h 或 30d",
  },
  sizeUnit: {
    en: "write a size with its unit, such as 256KiB, 500MiB or 2GiB",
    zh: "请写带单位的大小，如 256KiB、500MiB 或 2GiB",
  },
  size: { en: "expected a size such as 256KiB, 500MiB or 2GiB", zh: "应为大小，如 256KiB、500MiB 或 2GiB" },
  name: {
    en: "expected up to 64 characters without blanks, `+`, `#` and `/`: it becomes a level of an MQTT topic",
    zh: "应为不超过 64 个字符，不含空格、`+`、`#` 和 `/`：它将成为 MQTT 主题的一级",
  },
  hostPort: {
    en: "expected host:port, such as 192.168.1.20:502 or [::1]:502",
    zh: "应为 host:port，如 192.168.1.20:502 或 [::1]:502",
  },
  noSecret: {
    en: "the secret cannot be read ({code}); create it, readable by this program only",
    zh: "密钥文件无法读取（{code}）；请创建它，仅本程序可读",
  },
  emptySecret: {
    en: "the secret is empty; write it into the file, nothing else",
    zh: "密钥文件为空；请将密钥写入文件，不含其他内容",
  },
  port: { en: "expected a port up to 65535", zh: "端口最大为 65535" },
} as const satisfies Record<string, Sentence>;
