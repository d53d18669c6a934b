import type { LineSettings, Transport } from "./driver.ts";

/** Who answered: a unit or an address as the configuration names it, and what it said of itself while it was at it. */
export type Sighting = {
  readonly unit?: number;
  readonly address?: string;
  readonly said?: string;
  /** Ids of the profiles in whose own way it was asked; no others come into question. */
  readonly among?: readonly string[];
};

/** What a question brought. `broken`: bytes came that are no whole answer: two spoke at once, or the settings are others. */
export type Hearing = { readonly seen: readonly Sighting[]; readonly broken: boolean };

/** One harmless question: it changes nothing in any instrument. */
export type Question = {
  /** For the progress line: `unit 7`, `any meter`. */
  readonly who: string;
  /** Bytes to send, wake-up bytes among them; none: only listen. */
  readonly frame: Uint8Array;
  /** Everybody who is to be heard in what came since it was sent. Pure; never throws. */
  hear(bytes: Uint8Array): Hearing;
  /** Bytes: on a serial line their own time is waited for. */
  readonly longestAnswer: number;
  /** The only settings at which it is asked; a line that sets them itself is asked anyway. */
  readonly at?: LineSettings;
  /** Where the usual time-out is too short, ms. */
  readonly timeoutMs?: number;
  /** The one who is asked, where it is one; undefined when anybody may answer, and then the whole time-out is listened. */
  readonly target?: Sighting;
  /** Questions that tell apart those who answered this one together. */
  narrow?(): readonly Question[];
};

/** How a protocol's instruments are found. */
export type Discovery = {
  readonly over: readonly Transport["kind"][];
  /** What makers ship with, likeliest first. */
  readonly settings: readonly LineSettings[];
  /** Questions that anybody answers; asked at every likely setting. */
  readonly anybody: readonly Question[];
  /** Seldom shares a line with others: asked only while nothing has been found. */
  readonly alone?: true;
  /** Question to one of the units of a line; undefined where a protocol has none. */
  unit?(unit: number, how: UnitQuestion): Question;
  /** What an instrument that was found is asked about itself. */
  introductions?(who: Sighting, how: Framing): readonly Introduction[];
};

export type Framing = { readonly kind: Transport["kind"] };
/** second: asked in another way, for instruments that keep silent to the first. */
export type UnitQuestion = Framing & { readonly way: "first" | "second" };

/** A question about maker and model, and how to know its answer: name → text, empty when it says nothing. */
export type Introduction = {
  readonly frame: Uint8Array;
  readonly longestAnswer: number;
  /** undefined while no whole answer is there. */
  read(bytes: Uint8Array): Readonly<Record<string, string>> | undefined;
};

/** How a profile's instrument is asked, where each has a way of its own: its request, its settings, and whether bytes hold its answer. */
export type OwnWay = {
  readonly id: string;
  readonly model: string;
  readonly address?: string;
  readonly request: Uint8Array;
  readonly settings: LineSettings;
  readonly timeoutMs: number;
  readonly longestAnswer: number;
  isAnswer(bytes: Uint8Array): boolean;
};

/** Longest that one of many profiles is waited for, ms. */
const patienceMs = 600;

/** Finds instruments by asking each in its profile's way; those that are asked alike at the same settings are asked once. */
export function discoveryOf(ways: readonly OwnWay[]): Discovery {
  const groups = Map.groupBy(ways, ({ request, settings }) => `${lineText(settings)} ${request.join()}`);
  const anybody = [...groups.values()].map((alike): Question => {
    const { request, settings, address, timeoutMs, longestAnswer } = alike[0]!;
    const hear = (bytes: Uint8Array): Hearing => {
      const among = alike.filter((way) => way.isAnswer(bytes)).map(({ id }) => id);
      const seen = among.length === 0 ? [] : [{ ...(address !== undefined && { address }), among }];
      return { seen, broken: false };
    };
    const who = alike.map(({ model }) => model).join(" or ");
    return { who, frame: request, hear, longestAnswer, at: settings, timeoutMs: Math.min(timeoutMs, patienceMs) };
  });
  const settings = new Map(ways.map((way) => [lineText(way.settings), way.settings]));
  return { over: ["serial", "raw-tcp", "rfc2217"], settings: [...settings.values()], anybody, alone: true };
}

/** The serial settings of a profile. */
export function settingsOfLink(link: {
  readonly baud: number;
  readonly parity: LineSettings["parity"];
  readonly stop_bits: 1 | 2;
  readonly data_bits?: 7 | 8;
}): LineSettings {
  return { baud: link.baud, parity: link.parity, stopBits: link.stop_bits, dataBits: link.data_bits ?? 8 };
}

/** 8N1 and so on, as it is written. */
export function lineOf(text: string): LineSettings {
  const [baud, form = "8N1"] = text.split(" ");
  const parity = ({ N: "none", E: "even", O: "odd" } as const)[form[1] as "N"] ?? "none";
  return {
    baud: Number(baud),
    dataBits: form[0] === "7" ? 7 : 8,
    parity,
    stopBits: form[2] === "2" ? 2 : 1,
  };
}

/** `9600 8N1`. */
export function lineText({ baud, dataBits, parity, stopBits }: LineSettings): string {
  return `${baud} ${dataBits}${parity[0]!.toUpperCase()}${stopBits}`;
}
