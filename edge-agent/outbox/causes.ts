import { type Sentence, tellerOf } from "@weir/wire/sentences.ts";

/** What is found wrong with the outbox itself, as it stands in its file and goes to the ledger. */
export const causes = {
  spoilt: { en: "records are not as they were written", zh: "部分记录与写入时不符" },
  newestGone: { en: "the newest commits are gone from the outbox file", zh: "发件箱文件缺失最新的提交" },
  replaced: {
    en: "the outbox file is not the one of before: it was deleted or replaced",
    zh: "发件箱文件不是原来的那个：它被删除或替换了",
  },
  head: { en: "the file does not begin as an outbox does", zh: "文件开头不是发件箱的格式" },
  form: {
    en: "the outbox file has the form {found}, expected {version}",
    zh: "发件箱文件的格式为 {found}，应为 {version}",
  },
  noState: { en: "the outbox file has lost its state row", zh: "发件箱文件缺失状态行" },
  state: { en: "the outbox file's state row is not as it was written", zh: "发件箱文件的状态行与写入时不符" },
  block: {
    en: "what is known of the block at offset {first} is not as it was written",
    zh: "编号 {first} 起的数据块的说明与写入时不符",
  },
  vanished: { en: "offset {offset} was read and cannot be found", zh: "编号 {offset} 读到过，现在找不到" },
  parked: {
    en: "{counted} records are counted in quarantine and {found} are found whole",
    zh: "隔离区计有 {counted} 条记录，完好的有 {found} 条",
  },
  none: { en: "{counted} records are counted and none is found", zh: "计有 {counted} 条记录，一条也找不到" },
} as const satisfies Record<string, Sentence>;

/** What SQLite says of a file or a disk (sqlite3_errstr). */
const results: readonly Sentence[] = [
  { en: "database disk image is malformed", zh: "数据库文件已损坏" },
  { en: "file is not a database", zh: "文件不是数据库" },
  { en: "database or disk is full", zh: "磁盘已满" },
  { en: "disk I/O error", zh: "磁盘读写错误" },
  { en: "attempt to write a readonly database", zh: "磁盘只读，无法写入" },
  { en: "unable to open database file", zh: "无法打开数据库文件" },
  { en: "database is locked", zh: "数据库被其他程序锁定" },
];

/** Why a disk takes no records, or what is wrong with an outbox, in the reader's language. */
export const sayCause = tellerOf([...Object.values(causes), ...results]);
