import { placeOf } from "@weir/device-profiles/place.ts";
import type { TextAddress } from "@weir/device-profiles/schema.ts";
import type { Dialect, Message } from "@weir/device-profiles/text/dialect.ts";
import { wholeLines } from "@weir/device-profiles/text/lines.ts";
import { type Sentence, say } from "@weir/wire/sentences.ts";
import { createAsker } from "./asker.ts";
import { connectByIdentifier } from "./data-identifier.ts";
import { type Connection, type Line, LinkError, type LinkErrorCode, type Reader } from "./driver.ts";
import { connectByListening } from "./listening.ts";

/** An instrument that speaks in lines of text, as its protocol has made it out. */
export type TextInstrument<At extends TextAddress> = {
  readonly dialect: Dialect<At>;
  /** What asks for the message that a place stands in; undefined: the instrument speaks by itself. */
  readonly request: ((at: At) => string) | undefined;
  /** The characters that end a line; undefined for the usual ones. */
  readonly ends: string | undefined;
  readonly timeoutMs: number;
  readonly gapMs: number;
  /** For words: `Gill WindSonic`, with its address where it has one. */
  readonly name: string;
};

/** A usual line; of longer ones the time-out covers the rest. */
const longestAnswer = 120;

/** Asked message by message, or listened to, as the instrument has it. It is only read. */
export function connectByLines<At extends TextAddress>(text: TextInstrument<At>, line: Line): Connection<At> {
  const { name, timeoutMs } = text;
  const misfit = (_: Message<At>, at: At) => say(withoutValue, { name, place: placeOf(at) });
  const noWriting = say(onlyRead, { name });
  if (text.request === undefined)
    return connectByListening({
      ...{ ...text, line, misfit, noWriting },
      absent: (place) => say(notHeard, { name, place, timeoutMs }),
      fault: (code) => faultOf(code, text),
    });
  const asker = createAsker({ timeoutMs, gapMs: text.gapMs, longestAnswer }, line);
  const places = new Map<string, At>();
  return connectByIdentifier<At, Message<At>>({
    asker: {
      ask: (identifier, turn) => {
        const at = places.get(identifier)!;
        const request = Buffer.from(text.request!(at), "latin1");
        return asker.ask({ frame: request, reader: lineReader(text, at, request) }, turn);
      },
      stats: asker.stats,
    },
    layout: {
      identifierOf: (at) => {
        const place = placeOf(at);
        places.set(place, at);
        return place;
      },
      decode: (message, at) => message.rawAt(at),
      misfit,
    },
    line,
    isRefusal: (code) => code.startsWith("exception-"),
    noWriting,
  });
}

/** Finds the line that answers; others, echoes and garbage are passed over. find throws `exception-1` when the instrument said no. */
export function lineReader<At extends TextAddress>(
  text: Pick<TextInstrument<At>, "dialect" | "ends" | "name" | "request">,
  at: At,
  sent: Uint8Array,
): Reader<Message<At>> {
  const { dialect, ends } = text;

  function diagnose(bytes: Uint8Array): LinkErrorCode {
    const heard = withoutEcho(bytes, sent);
    if (heard.length === 0) return "timeout";
    let lines = 0;
    for (const { text } of wholeLines(heard, ends)) {
      if (dialect.take(text, at) === "damaged") return "crc";
      lines++;
    }
    return lines > 0 ? "mismatch" : "frame";
  }

  return {
    find: (bytes) => {
      for (const { text: line, end } of wholeLines(bytes, ends)) {
        const taken = dialect.take(line, at);
        if (taken === "refused") throw faultOf("exception-1", text);
        if (typeof taken === "object") return { value: taken, end };
      }
      return undefined;
    },
    fault: (bytes) => faultOf(diagnose(bytes), text),
    spoilt: (bytes) => diagnose(bytes) === "crc",
  };
}

function withoutEcho(bytes: Uint8Array, sent: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(sent);
  if (at < 0 || sent.length === 0) return bytes;
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + sent.length)]);
}

/** A LinkError that names the instrument and what to check next. */
function faultOf<At extends TextAddress>(
  code: LinkErrorCode,
  { name, request }: Pick<TextInstrument<At>, "name" | "request">,
): LinkError {
  const advice = request ? advices[code] : (listening[code] ?? advices[code]);
  return new LinkError(code, `${name}: ${(advice ?? seeManual).en}`);
}

const seeManual = { en: "see the instrument's manual", zh: "请查阅仪表说明书" };
const withoutValue = {
  en: "{name}: {place} came without a value that the point asks for; check its place in the profile, and the instrument's own settings",
  zh: "{name}：收到 {place}，但没有测点所需的数值；请检查其在配置档中的位置，以及仪表自身的设置",
} as const;
const onlyRead = { en: "{name} is only read; nothing was sent", zh: "{name} 只读；未发送任何内容" } as const;
const notHeard = {
  en: "{name}: {place} did not come within {timeoutMs} ms; check what it is set to send, and how often",
  zh: "{name}：{timeoutMs} 毫秒内没有收到 {place}；请检查其设置的发送内容和周期",
} as const;
const advices: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "no answer; check power, address and mode (polled), then wiring (TX, RX or A/B), baud rate, parity and data bits, or the serial server in between",
    zh: "无应答；请检查电源、地址和工作方式（polled），再检查接线（TX、RX 或 A/B）、波特率、校验位和数据位，或中间的串口服务器",
  },
  crc: {
    en: "the answer fails its checksum or its form; check screen, termination and earth, and whether the instrument sends a checksum at all",
    zh: "应答的校验和或格式错误；请检查屏蔽层、终端电阻和接地，以及仪表是否发送校验和",
  },
  frame: {
    en: "what came is no whole line; check baud rate, parity and data bits, the end of its lines, or raise the timeout",
    zh: "收到的不是完整的一行；请检查波特率、校验位、数据位和行结束符，或加大 timeout",
  },
  mismatch: {
    en: "lines came and none is the one that was asked for; compare one with the profile: units, order of the values, what the instrument is set to send",
    zh: "收到若干行，但都不是所请求的；请与配置档对照：单位、数值顺序、仪表设置的发送内容",
  },
  "exception-1": {
    en: "the instrument says that it does not have this or does not know the request; see its settings and its manual",
    zh: "仪表表示没有此项或不认识该请求；请查看其设置和说明书",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;
const listening: Readonly<Record<string, Sentence>> = {
  timeout: {
    en: "nothing was heard; check power, that it is set to send by itself, wiring (its TX to our RX), baud rate and data bits; timeout must be longer than its period",
    zh: "没有收到任何数据；请检查电源、是否设为自动发送、接线（其 TX 对本机 RX）、波特率和数据位；timeout 必须长于其周期",
  },
} satisfies Partial<Record<LinkErrorCode, Sentence>>;

export const sentences: readonly Sentence[] = [
  ...[withoutValue, onlyRead, notHeard, seeManual],
  ...[advices, listening].flatMap((texts) => Object.values(texts)),
];
