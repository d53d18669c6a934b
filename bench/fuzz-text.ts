/**
 * Random and mutated lines against NMEA 0183, Vaisala's ASCII and patterns of line profiles: nothing may be thrown but an
 * instrument's own refusal, nothing may hang, and no value may come out that no sound line among the bytes holds. What is sound
 * is judged here, apart from the codecs. A failure prints its bytes and seed, and ends the run with 1.
 * usage: node bench/fuzz-text.ts [--seconds 15] [--frames 10000000] [--seed n]     seconds and frames are for each codec
 */
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { TextAddress, TextProfile } from "@weir/device-profiles/schema.ts";
import type { Message } from "@weir/device-profiles/text/dialect.ts";
import { dialectOf, endsOf, isText, parseTextLines } from "@weir/device-profiles/text/text-lines.ts";
import { lineReader } from "@weir/edge-agent/drivers/text-lines.ts";
import { readBudget } from "./fuzz-budget.ts";
import { type Codec, fuzzAll } from "./fuzz-codec.ts";
import { sdi12Check } from "./sdi12-check.ts";

const profiles = loadProfiles();
const latin1 = (line: string) => Uint8Array.from(Buffer.from(line, "latin1"));
const xor = (text: string) => [...text].reduce((sum, char) => sum ^ char.charCodeAt(0), 0);
const pair = (value: number) => (value & 255).toString(16).padStart(2, "0").toUpperCase();

type Judge = {
  readonly id: string;
  readonly address?: string;
  readonly point: number;
  readonly sent: string;
  readonly seeds: readonly string[];
  /** What one line, without its end, says; undefined where it says nothing. NaN: that there is no value. */
  readonly said: (line: string) => number | undefined;
  readonly reseal?: (text: string) => string;
  readonly flood: string;
};

function codecOf({ id, address, point, sent, seeds, said, reseal, flood }: Judge): Codec {
  const profile = profiles.get(id)!;
  if (!isText(profile)) throw new Error(`${id} speaks no text`);
  const ends = endsOf(profile);
  const at: TextAddress = (profile as TextProfile).points[point]!.at;
  const reader = lineReader(
    { dialect: dialectOf(profile, address), ends, name: id, request: () => sent },
    at,
    latin1(sent),
  );
  return {
    name: id,
    reader,
    seeds: seeds.map((line) => latin1(line + (ends ?? "\r\n"))),
    telling: [...latin1(`${seeds.join("")}\r\n\r\n,,**$$=##`)],
    refusals: /^exception-1$/,
    flood: [...latin1(flood)],
    asExample: (bytes) => void parseTextLines(Buffer.from(bytes).toString("latin1"), profile),
    holds: (bytes, found) => {
      const lines = Buffer.from(bytes)
        .toString("latin1")
        .split(ends ?? /[\r\n]/);
      const value = (found as Message<TextAddress>).rawAt(at);
      const expected = said(lines.at(-2)!);
      return value === undefined
        ? expected === undefined
        : Math.abs(value - (expected ?? 1e99)) < 1e-5 || Object.is(value, expected);
    },
    ...(reseal && {
      reseal: (bytes: number[]) => {
        bytes.splice(0, bytes.length, ...latin1(reseal(Buffer.from(bytes).toString("latin1"))));
      },
    }),
  };
}

const digits = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const numberOf = (text: string) => (digits.test(text.trim()) ? Number(text) : Number.NaN);
const perMetre: Readonly<Record<string, number>> = { M: 1, N: 1852 / 3600, K: 1 / 3.6, S: 0.44704 };

/** MWV R: speed in field 3, its letter in 4, status in 5. */
function windSpeed(line: string): number | undefined {
  const sentence = line.slice(Math.max(line.lastIndexOf("$"), line.lastIndexOf("!")) + 1).trimEnd();
  const [body = "", check] = [sentence.split("*")[0], sentence.slice(sentence.indexOf("*") + 1)];
  if (!sentence.includes("*") || Number.parseInt(check!, 16) !== xor(body) || check!.length !== 2) return undefined;
  const [head = "", , reference, speed, letter = "", status] = body.split(",");
  if (!/^[A-OQ-Z0-9].MWV$/.test(head) || reference !== "R") return undefined;
  if (speed === undefined) return undefined;
  return status === "A" ? numberOf(speed) * (perMetre[letter] ?? Number.NaN) : Number.NaN;
}

/** Sm of R1; a line with anything out of form says nothing. */
function vaisalaSpeed(checked: boolean) {
  return (line: string): number | undefined => {
    const kind = checked ? "r1" : "R1";
    const from = line.search(/[0-9A-Za-z]([Rr][0-5]|[Tt]X),/);
    if (from < 0 || line.slice(from, from + 4) !== `0${kind},`) return undefined;
    const text = line.slice(from);
    const body = checked ? text.slice(0, -3) : text;
    if (checked && sdi12Check(body) !== text.slice(-3)) return undefined;
    const parts = body
      .slice(4)
      .split(",")
      .map((part) => part.trimEnd());
    const sound = parts.every(
      (part) =>
        /^[A-Z][a-z]=/.test(part) && (part.startsWith("Id=") || digits.test(part.slice(3).replace(/[#A-Za-z]$/, ""))),
    );
    if (!sound) return undefined;
    const told = parts.find((part) => part.startsWith("Sm="));
    if (told === undefined) return undefined;
    const letter = told.at(-1)!;
    return letter === "#"
      ? Number.NaN
      : numberOf(told.slice(3).replace(/[#A-Za-z]$/, "")) * (perMetre[letter] ?? Number.NaN);
  };
}

const wind = "0r1,Dn=236D,Dm=283D,Dx=031D,Sn=0.0M,Sm=1.0M,Sx=2.2M";
const sonic = (body: string) => `\x02${body}\x03${pair(xor(body))}`;

/** Start and end of text as brackets; brackets of the line itself are none. */
const visible = (line: string) =>
  line.replaceAll("<", " ").replaceAll(">", " ").replaceAll("\x02", "<").replaceAll("\x03", ">");

const judges: readonly Judge[] = [
  {
    id: "air/gill-windsonic-nmea",
    point: 1,
    sent: "",
    seeds: [
      "$WIMWV,257,R,5.8,N,A*30",
      "$WIMWV,350.0,T,16.8,N,A*1C",
      "$WIMWV,214.8,R,0.1,K,A*28",
      "$WIMDA,3.02,I,1.01,B*00",
      "$PGRME,1*2A",
    ],
    said: windSpeed,
    reseal: (text) => {
      const body = text.replace(/^.*\$|[*\r\n].*$/gs, "");
      return `$${body}*${pair(xor(body))}\r\n`;
    },
    flood: "$WIMWV,\n",
  },
  {
    id: "air/vaisala-wxt520",
    address: "0",
    point: 1,
    sent: "0R1\r\n",
    seeds: [
      wind.replace("r1", "R1"),
      "0R1,Dm=106#,Sm=1.1#",
      "0TX,Unable to measure error",
      "0R2,Ta=23.6C",
      "1R1,Sm=2.0M",
      "0R1",
    ],
    said: vaisalaSpeed(false),
    flood: "0R1,\n",
  },
  {
    id: "air/vaisala-wxt536",
    address: "0",
    point: 1,
    sent: "0r1Goe\r\n",
    seeds: [`${wind}${sdi12Check(wind)}`, "0tX,Use chksum GoeIU~", "0r1,Sm=1.0MAAA"],
    said: vaisalaSpeed(true),
    reseal: (text) => {
      const body = text.replace(/[\r\n]/g, "").slice(0, -3);
      return `${body}${sdi12Check(body)}\r\n`;
    },
    flood: "0r1,\n",
  },
  {
    id: "air/gill-windsonic",
    address: "Q",
    point: 1,
    sent: "Q",
    seeds: [sonic("Q,229,002.74,M,00,"), sonic("Q,,000.04,M,00,"), sonic("Q,229,002.74,N,00,"), sonic("A,1,1.0,M,00,")],
    said: (line) => {
      const found = /<(Q,\d*,(\d+\.\d+),M,00,)>([0-9A-F]{2})/.exec(visible(line));
      return found && Number.parseInt(found[3]!, 16) === xor(found[1]!) ? Number(found[2]) : undefined;
    },
    reseal: (text) => {
      const body = visible(text).replace(/^[^<]*<?|>[\s\S]*$/g, "");
      return `${sonic(body)}\r\n`;
    },
    flood: "\x02Q,\n",
  },
  {
    id: "air/hydreon-rg-15",
    point: 0,
    sent: "R\n",
    seeds: ["Acc  0.01 mm, EventAcc  0.01 mm, TotalAcc  5.72 mm, RInt  0.10 mmph", "R", "EventAcc 1.0 mm, TotalAcc"],
    said: (line) => {
      const found = /EventAcc +\d+\.\d+ mm, +TotalAcc +(\d+\.\d+) mm, +RInt +\d+\.\d+ mmph/.exec(line);
      return found ? Number(found[1]) : undefined;
    },
    flood: "EventAcc 1\n",
  },
  {
    id: "air/svantek-sv-973",
    point: 0,
    sent: "#2,1;",
    seeds: ["#2,1,v0,V0,T10,P79.97,M52.92,N38.50,S46.35,R43.91,U53.91", "#2,?", "#2,1,M?,N?,S?,R?,"],
    said: (line) => {
      const found = /^\s*#2,1,[^\r\n]*,M([\d.]+|\?),N([\d.]+|\?),S([\d.]+|\?),R([\d.]+|\?),/.exec(line);
      return found ? numberOf(found[3]!) : undefined;
    },
    flood: "#2,1,,M1,N1,S1,",
  },
];

fuzzAll(judges.map(codecOf), readBudget());
