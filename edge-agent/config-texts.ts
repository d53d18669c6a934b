import { texts as fileTexts } from "@weir/config/texts.ts";
import { type Sentence, tellerOf } from "@weir/wire/sentences.ts";

/** What is said of an edge.yaml whose parts do not fit each other. */
export const texts = {
  busTwice: {
    en: "bus {name} stands here twice; give one of them another name",
    zh: "总线 {name} 出现了两次；请为其中之一另取名称",
  },
  portTwice: {
    en: "{port} is bus {bus} already; put all the instruments of a line on one bus, and where one of them has other settings give them in its own serial",
    zh: "{port} 已是总线 {bus}；请将一条线路上的所有仪表放在同一总线下，设置不同的仪表在其自身的 serial 中给出",
  },
  noBus: { en: 'no bus is called "{name}"; {hint}', zh: "没有名为“{name}”的总线；{hint}" },
  noProfile: { en: 'no profile is called "{name}"; {hint}', zh: "没有名为“{name}”的配置档；{hint}" },
  listProfiles: { en: "`weir-profile list` names all", zh: "`weir-profile list` 可列出全部" },
  idTwice: {
    en: "{id} is already devices.{index}; ids are unique in a site",
    zh: "{id} 已是 devices.{index}；同一站点内标识不可重复",
  },
  unit: { en: "unit {unit}", zh: "站号 {unit}" },
  address: { en: "address {address}", zh: "地址 {address}" },
  placeTwice: {
    en: "{place} on {bus} is read already, by devices.{index}; every instrument of a bus has its own address",
    zh: "{bus} 上的{place}已由 devices.{index} 读取；同一总线上每台仪表有各自的地址",
  },
  notInWater: {
    en: "{profile} is an instrument of the domain {domain}; only those of the domain water are in one: leave it out",
    zh: "{profile} 属于 {domain} 领域；只有 water 领域的仪表处于水体中：请去掉",
  },
  noAddress: { en: '"{address}" is none', zh: "“{address}”不是地址" },
  meterDigits: {
    en: "the {digits} digits printed on it, in quotes, two of them AA where any will do",
    zh: "即表上印的 {digits} 位数字，加引号，任意的两位写作 AA",
  },
  oneCharacter: {
    en: 'one character in quotes, 0 to 9, a to z or A to Z; it ships as "0"',
    zh: "即加引号的一个字符，0 至 9、a 至 z 或 A 至 Z；出厂为“0”",
  },
  talker: {
    en: "the two letters of its talker, such as WI, where several talkers share the line; otherwise none",
    zh: "即其 talker 的两个字母，如 WI，仅在线路上有多个 talker 时；否则不写",
  },
  inMessages: { en: "in quotes, as it is set in the instrument", zh: "加引号，与仪表中的设置一致" },
  ownNode: {
    en: "browse names from the Objects folder down, such as Pumps/Pump_3, or a node id",
    zh: "即自 Objects 文件夹起的浏览名，如 Pumps/Pump_3，或节点标识",
  },
  speaks: { en: "{profile} speaks {protocol}", zh: "{profile} 使用 {protocol}" },
  giveUnit: {
    en: "{speaks}; give its unit, 1 to 247, instead of an address",
    zh: "{speaks}；请写 unit（1 至 247）而非 address",
  },
  speaksAlone: {
    en: "{profile} speaks by itself, so no other instrument can be read on {bus}; give it a bus of its own",
    zh: "{profile} 自动发送，因此 {bus} 上不能再读其他仪表；请为其单设总线",
  },
  otherBus: {
    en: "{speaks}, and {bus} is {kind}; it takes a bus with {kinds}",
    zh: "{speaks}，而 {bus} 是 {kind}；需要的总线为 {kinds}",
  },
  proxyBus: {
    en: "a proxy speaks Modbus, and {bus} is {kind}; it takes a bus with {kinds}",
    zh: "代理使用 Modbus，而 {bus} 是 {kind}；需要的总线为 {kinds}",
  },
  proxyTwice: {
    en: "buses.{index} listens on {listen} already; every proxy has a port of its own",
    zh: "buses.{index} 已在 {listen} 监听；每个代理有各自的端口",
  },
  giveAddress: { en: "give its address, {form}", zh: "请写 address，{form}" },
  onlyOne: { en: "it is the only instrument of its bus", zh: "它是其总线上唯一的仪表" },
  noUnit: { en: "{speaks} and has no unit; {wanted}", zh: "{speaks}，没有 unit；{wanted}" },
  addressMissing: { en: "is missing; {speaks}: {wanted}", zh: "缺失；{speaks}：{wanted}" },
  hasNoAddress: { en: "{speaks} and has no address; {wanted}", zh: "{speaks}，没有 address；{wanted}" },
  wrongAddress: { en: "{fault}; {speaks}: {wanted}", zh: "{fault}；{speaks}：{wanted}" },
  opcuaUrl: {
    en: "expected opc.tcp://host:4840, with the server's path if it has one",
    zh: "应为 opc.tcp://host:4840，服务器有路径时加上路径",
  },
  atLeast: { en: "expected at least {least}", zh: "至少为 {least}" },
  bothNone: { en: "policy and mode are both None or neither is", zh: "policy 和 mode 应同为 None 或都不是" },
  brokenPolicy: {
    en: "{policy} is broken; take a newer one, or say in deprecated_because why it has to be",
    zh: "{policy} 已被攻破；请选用更新的，或在 deprecated_because 中说明必须使用的原因",
  },
  together: { en: "{one} and {other} go together", zh: "{one} 和 {other} 须一并给出" },
  oneIdentity: {
    en: "there is one identity: username with password_file, or cert_file with key_file",
    zh: "只能有一种身份：username 和 password_file，或 cert_file 和 key_file",
  },
  usbId: {
    en: 'write vendor and product in quotes, as lsusb shows them: "2341:0043"',
    zh: "请写加引号的厂商和产品号，如 lsusb 所示：“2341:0043”",
  },
  exactlyOne: { en: "expected exactly one of {names}", zh: "应只写其中一个：{names}" },
  twoNumbers: { en: "give two numbers, one for each point", zh: "请给出两个数，每点一个" },
  rawsDiffer: { en: "the two raw numbers must differ", zh: "两个原始值不能相同" },
  valuesDiffer: { en: "the two values must differ", zh: "两个数值不能相同" },
  noNumber: { en: "{profile} has no number called {metric}; {hint}", zh: "{profile} 没有名为 {metric} 的数值；{hint}" },
  host: { en: "expected a name or an IP address", zh: "应为主机名或 IP 地址" },
  network: {
    en: "expected an address such as 192.168.1.50, or a network such as 192.168.1.0/24",
    zh: "应为地址，如 192.168.1.50，或网段，如 192.168.1.0/24",
  },
  everybody: {
    en: "that is everybody; name the clients, or the network they are in",
    zh: "这是所有人；请写明客户端，或其所在网段",
  },
  allowMissing: {
    en: "is missing; listen can be reached from other machines and Modbus knows no login: name the clients' addresses, such as [192.168.1.50], or listen on 127.0.0.1",
    zh: "缺失；listen 可被其他机器访问，而 Modbus 没有登录：请写明客户端地址，如 [192.168.1.50]，或在 127.0.0.1 监听",
  },
  brokerUrl: {
    en: "expected mqtt://host:1883 or, with TLS, mqtts://host:8883",
    zh: "应为 mqtt://host:1883，使用 TLS 时为 mqtts://host:8883",
  },
  notState: {
    en: "expected another name: STATE is what Sparkplug hosts use",
    zh: "请另取名称：STATE 由 Sparkplug 主站使用",
  },
} as const satisfies Record<string, Sentence>;

/** All that is said of a configuration; what a schema or a profile describes stays English. */
export const configSentences: readonly Sentence[] = [...Object.values(fileTexts), ...Object.values(texts)];

/** What is wrong with a configuration, in the reader's language. */
export const sayConfigFault = tellerOf(configSentences);
