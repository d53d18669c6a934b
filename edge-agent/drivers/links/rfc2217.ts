import { type Sentence, say } from "@weir/wire/sentences.ts";
import { type LineSettings, type Link, LinkError, type Transport } from "../driver.ts";
import {
  commands,
  comPortOption,
  decodeAnswer,
  describeSetting,
  encodeCommand,
  encodeSetting,
  type SettingName,
  values,
} from "./com-port.ts";
import { createInbox } from "./inbox.ts";
import { type OpenOptions, openSocket, type Socket } from "./tcp.ts";
import { createTelnetParser, encodeOption, escapeTelnet, verbs } from "./telnet.ts";

const texts = {
  turnedAwaySaying: {
    en: '{why} before the line was set: another client may have this port, or the server cannot open it; it said "{text}"',
    zh: "{why}，此时线路尚未设置：串口可能被其他客户端占用，或服务器无法打开它；服务器说明：“{text}”",
  },
  turnedAway: {
    en: "{why} before the line was set: another client may have this port, or the server cannot open it",
    zh: "{why}，此时线路尚未设置：串口可能被其他客户端占用，或服务器无法打开它",
  },
  notSet: {
    en: "{place} {faults}: check what the port of the serial server is set to and lets be set",
    zh: "{place} {faults}：请检查串口服务器该端口的设置及其允许的设置",
  },
  staysAt: { en: "stays at {given} where {wanted} is asked for", zh: "保持 {given}，而要求的是 {wanted}" },
  noAnswer: { en: "does not answer when {wanted} is asked for", zh: "对设置 {wanted} 的要求无应答" },
  otherLanguage: {
    en: "{place} takes the connection and does not speak RFC 2217 within {timeoutMs} ms: if this is its raw port, use raw_tcp; otherwise switch its RFC 2217 mode on (ser2net: telnet(rfc2217))",
    zh: "{place} 接受了连接，但 {timeoutMs} 毫秒内未使用 RFC 2217：若为透传端口，请用 raw_tcp；否则请开启其 RFC 2217 模式（ser2net：telnet(rfc2217)）",
  },
  noSettings: {
    en: "{place} speaks Telnet and takes no line settings: switch its RFC 2217 mode on (ser2net: telnet(rfc2217)), or use raw_tcp and set the line at the server",
    zh: "{place} 使用 Telnet 但不接受线路设置：请开启其 RFC 2217 模式（ser2net：telnet(rfc2217)），或用 raw_tcp 并在服务器上设置线路",
  },
  notTransparent: {
    en: "{place} speaks Telnet and does not pass eight bits as they are: switch its RFC 2217 mode on (ser2net: telnet(rfc2217)), or use raw_tcp and set the line at the server",
    zh: "{place} 使用 Telnet 但不能原样传送八位数据：请开启其 RFC 2217 模式（ser2net：telnet(rfc2217)），或用 raw_tcp 并在服务器上设置线路",
  },
  stopped: { en: "opening {place} was stopped", zh: "打开 {place} 已被停止" },
} as const satisfies Record<string, Sentence>;
export const sentences: readonly Sentence[] = Object.values(texts);

type Rfc2217Transport = Extract<Transport, { kind: "rfc2217" }>;

/** Telnet options (RFC 856, RFC 858): eight bits as they are, and no line turnaround. */
const binary = 0;
const suppressGoAhead = 3;
const settingNames = ["baud", "dataBits", "parity", "stopBits"] as const;
const longestSaying = 80;

/**
 * Opens the line of a serial server whose settings we set (RFC 2217). Each setting counts only once the server has confirmed it.
 * After an exchange that failed, what the server has received meanwhile is thrown away at its end too, where it can.
 * Rejects with a LinkError that says what to check, and then has opened nothing.
 */
export async function openRfc2217(
  transport: Rfc2217Transport,
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Link> {
  const { clock, timeoutMs } = options;
  const place = `${transport.host}:${transport.port}`;
  const inbox = createInbox(clock);
  const answers = new Map<number, (content: Uint8Array) => void>();
  const negotiation = createNegotiation((bytes) => socket.write(bytes));
  let lastByteAt = clock.monotonic();
  let lastHeardAt = lastByteAt;
  let current: Partial<LineSettings> = {};
  let canPurge = false;
  let failed = false;
  let purgeDue = false;
  let purgesOwed = 0;
  let said = "";

  const parse = createTelnetParser({
    data: (bytes) => {
      lastByteAt = clock.monotonic();
      if (!negotiation.isSettled()) said = (said + Buffer.from(bytes).toString("latin1")).slice(0, longestSaying);
      else if (purgesOwed === 0) inbox.push(bytes);
    },
    option: negotiation.heard,
    subnegotiation: (option, content) => {
      const answer = option === comPortOption ? decodeAnswer(content) : undefined;
      if (!answer) return;
      if (answer.command === commands.purge && purgesOwed > 0) purgesOwed--;
      answers.get(answer.command)?.(answer.content);
    },
  });

  const socket: Socket = await openSocket(
    transport,
    options,
    (chunk) => {
      lastHeardAt = clock.monotonic();
      parse(chunk);
    },
    signal,
  );
  const stop = () => void socket.close(new LinkError("closed", say(texts.stopped, { place })));
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const gone = socket.closed.then((why) => {
    inbox.end(why);
    throw why;
  });
  gone.catch(() => {});

  /** The server's answer to a command; undefined when none comes in time. Rejects when the connection ends. */
  function ask(command: number, content: Uint8Array): Promise<Uint8Array | undefined> {
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    answers.set(command, resolve);
    socket.write(encodeCommand(command, content));
    return withinTime(promise, timeoutMs).finally(() => answers.delete(command));
  }

  async function withinTime<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
    const over = new AbortController();
    try {
      return await Promise.race([promise, gone, clock.sleep(ms, over.signal).then(() => undefined)]);
    } finally {
      over.abort();
    }
  }

  async function set(wanted: LineSettings): Promise<void> {
    const changes = settingNames.filter((name) => wanted[name] !== current[name]);
    if (changes.length === 0) return;
    const contents = await Promise.all(changes.map((name) => ask(commands[name], encodeSetting(name, wanted))));
    const faults: string[] = [];
    let silent = false;
    for (const [i, name] of changes.entries()) {
      const [asked, given] = [encodeSetting(name, wanted), contents[i]];
      const taken = given !== undefined && Buffer.compare(asked, given) === 0;
      current = { ...current, [name]: taken ? wanted[name] : undefined };
      silent ||= given === undefined;
      if (!taken) faults.push(faultOf(name, asked, given));
    }
    inbox.discard();
    if (faults.length === 0) return;
    const why = new LinkError(
      silent ? "timeout" : "refused",
      say(texts.notSet, { place, faults: faults.join(" and ") }),
    );
    if (silent) await socket.close(why);
    throw why;
  }

  async function agree(): Promise<void> {
    negotiation.begin();
    const agreed = await withinTime(negotiation.outcome, timeoutMs);
    if (agreed === "agreed") return;
    if (agreed === undefined) throw new LinkError("timeout", say(texts.otherLanguage, { place, timeoutMs }));
    throw new LinkError("refused", say(texts[agreed], { place }));
  }

  try {
    await agree();
    socket.write(encodeCommand(commands.control, Uint8Array.of(values.noFlowControl)));
    for (const mask of [commands.lineStateMask, commands.modemStateMask])
      socket.write(encodeCommand(mask, Uint8Array.of(values.nothing)));
    await set(transport);
    canPurge = (await ask(commands.purge, Uint8Array.of(values.purgeReceived))) !== undefined;
    said = "";
    inbox.discard();
  } catch (error) {
    const why = error as LinkError;
    await socket.close(why);
    throw why.code === "closed" && !signal.aborted ? turnedAway(why, said) : why;
  } finally {
    signal.removeEventListener("abort", stop);
  }

  return {
    send: (bytes) => {
      lastByteAt = clock.monotonic();
      if (purgesOwed > 0) canPurge = false; // unanswered for a whole exchange: this server answers out of order, or not at all
      purgesOwed = 0;
      const purge = canPurge && purgeDue ? encodeCommand(commands.purge, Uint8Array.of(values.purgeReceived)) : [];
      if (purge.length > 0) purgesOwed = 1;
      purgeDue = false;
      socket.write(Uint8Array.from([...purge, ...escapeTelnet(bytes)]));
    },
    set,
    discard: () => {
      purgeDue = failed;
      failed = false;
      inbox.discard();
    },
    overhear: inbox.overhear,
    receive: (reader, wait) =>
      inbox.receive(reader, wait).catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    lastByteAt: () => lastByteAt,
    lastHeardAt: () => lastHeardAt,
    closed: socket.closed,
    close: () => socket.close(),
  };
}

function faultOf(name: SettingName, asked: Uint8Array, given: Uint8Array | undefined): string {
  const wanted = describeSetting(name, asked);
  return given ? say(texts.staysAt, { given: describeSetting(name, given), wanted }) : say(texts.noAnswer, { wanted });
}

/** The server hung up before anything was agreed. Many say why, in plain text. */
function turnedAway(why: LinkError, said: string): LinkError {
  const text = said.replace(/[^\x20-\x7e]+/g, " ").trim();
  return new LinkError(
    "refused",
    text === "" ? say(texts.turnedAway, { why: why.message }) : say(texts.turnedAwaySaying, { why: why.message, text }),
    { cause: why },
  );
}

type Outcome = "agreed" | "noSettings" | "notTransparent";

/** Both sides' Telnet options: ours are offered once and everything else is declined once, so that no two ends ever quarrel for ever. */
function createNegotiation(write: (bytes: Uint8Array) => void) {
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  const open = new Set([`${verbs.do} ${comPortOption}`, `${verbs.do} ${binary}`, `${verbs.will} ${binary}`]);
  const answered = new Set<string>();
  const ours: readonly number[] = [comPortOption, binary, suppressGoAhead];
  const theirs: readonly number[] = [binary, suppressGoAhead];
  let settled = false;

  function answer(verb: number, option: number): void {
    const isComPort = option === comPortOption; // some servers offer it as their own as well
    const answer = verb === verbs.do ? verbs.wont : isComPort ? verbs.do : verbs.dont;
    if (answered.has(`${answer} ${option}`)) return;
    answered.add(`${answer} ${option}`);
    write(encodeOption(answer, option));
  }

  function settle(as: Outcome): void {
    settled ||= as === "agreed";
    resolve(as);
  }

  return {
    outcome,
    isSettled: () => settled,
    begin: () => {
      for (const option of ours) write(encodeOption(verbs.will, option));
      for (const option of theirs) write(encodeOption(verbs.do, option));
    },
    heard: (verb: number, option: number) => {
      const wanted = verb === verbs.do ? ours : verb === verbs.will ? theirs : undefined;
      if (wanted === undefined) {
        if (option === comPortOption && verb === verbs.dont) settle("noSettings");
        else if (option === binary) settle("notTransparent");
      } else if (wanted.includes(option)) {
        open.delete(`${verb} ${option}`);
        if (open.size === 0) settle("agreed");
      } else answer(verb, option);
    },
  };
}
