import type { Profile } from "@weir/device-profiles/schema.ts";
import { type Discovery, lineText, type Question } from "../../drivers/discover.ts";
import type { LineSettings, Transport } from "../../drivers/driver.ts";

/** Where this way of asking works: byte protocols on a line, or Modbus TCP. */
/** A line for bytes, or a board: what a scan can write as a bus. */
export type BusTransport = Extract<Transport, { readonly kind: "serial" | "raw-tcp" | "rfc2217" | "tcp" | "firmata" }>;
export type LineTransport = Extract<Transport, { readonly kind: "serial" | "raw-tcp" | "rfc2217" | "tcp" }>;

/**
 * always. if-nothing: while nothing has been found. unless-found: not when the protocol has been found at all. until-found: not when the protocol has been found at other settings of this line only. where-found: only at settings
 * where it has been found.
 */
export type When = "always" | "if-nothing" | "unless-found" | "until-found" | "where-found";

/** Questions of one protocol at one setting, asked one after the other. */
export type Pass = {
  readonly protocol: Protocol;
  /** undefined: the line sets them itself. */
  readonly settings: LineSettings | undefined;
  readonly questions: readonly Question[];
  readonly when: When;
  /** For people: `units 1 to 32`. */
  readonly what: string;
};

export type Protocol = Profile["protocol"];
export type Discoveries = Readonly<Partial<Record<Protocol, Discovery>>>;

/** What to look for. */
export type Space = {
  readonly kind: LineTransport["kind"];
  readonly protocols: Discoveries;
  /** undefined: what is likely. */
  readonly bauds?: readonly number[];
  readonly parities?: readonly LineSettings["parity"][];
  readonly units?: readonly number[];
  /** Every question at every setting, whatever was found before. */
  readonly all: boolean;
};

/** Most lines have fewer instruments than this, numbered from 1. */
const usualUnits = range(1, 32);
const everyUnit = range(1, 247);
/** Units that a Modbus TCP server itself may have. */
const serverUnits = [255, 0];
const everyBaud = [9600, 19_200, 4800, 2400, 115_200, 38_400, 57_600, 1200];
const everyParity = ["none", "even", "odd"] as const;

/**
 * The questions in the order of how likely they bring something: first what makers ship, anybody's questions and the usual units;
 * then the other units where units were found; then settings that nobody ships, and another way to ask, as long as nothing was
 * found. Pure.
 */
export function planScan(space: Space): readonly Pass[] {
  const { likely, rest } = settingsOf(space);
  const passes = [
    ...likely.flatMap((settings) => [
      ...anybody(space, settings, "shared"),
      ...units(space, settings, shipped("usual")),
    ]),
    ...likely.flatMap((settings) => units(space, settings, shipped("other"))),
    ...[...likely, ...rest].flatMap((settings) => anybody(space, settings, "alone")),
    ...rest.flatMap((settings) => anybody(space, settings, "shared")),
    ...[...likely, ...rest].flatMap((settings) => units(space, settings, unshipped("usual"))),
    ...[...likely, ...rest].flatMap((settings) => units(space, settings, unshipped("other"))),
    ...likely.flatMap((settings) => units(space, settings, { ...shipped("usual"), way: "second" })),
    ...(space.all ? likely.flatMap((settings) => units(space, settings, { ...shipped("other"), way: "second" })) : []),
  ].filter(({ questions }) => questions.length > 0);
  return space.all ? passes.map((pass) => ({ ...pass, when: "always" })) : passes;
}

type Which = "usual" | "other";
type UnitChoice = { readonly which: Which; readonly way: "first" | "second"; readonly atShipped: boolean };
const shipped = (which: Which): UnitChoice => ({ which, way: "first", atShipped: true });
const unshipped = (which: Which): UnitChoice => ({ which, way: "first", atShipped: false });

/** True where the scan sets the line's settings. */
const isSet = ({ kind }: Space) => kind === "serial" || kind === "rfc2217";

/** Settings in the order to try them; a line that sets them itself has one, unknown. */
function settingsOf(space: Space): {
  readonly likely: readonly (LineSettings | undefined)[];
  readonly rest: readonly LineSettings[];
} {
  if (!isSet(space)) return { likely: [undefined], rest: [] };
  const lists = Object.values(space.protocols).map(({ settings }) => settings);
  const known = unique(lists.flatMap((list) => list.map((settings, i) => ({ settings, i }))).sort((a, b) => a.i - b.i));
  const wanted = ({ baud, parity }: LineSettings) =>
    (space.bauds ?? [baud]).includes(baud) && (space.parities ?? [parity]).includes(parity);
  const product = (space.bauds ?? everyBaud).flatMap((baud) =>
    (space.parities ?? everyParity).map((parity) => ({ baud, parity, dataBits: 8, stopBits: 1 }) as const),
  );
  const likely = known.filter(wanted);
  const seen = new Set(likely.map(lineText));
  const rest = product.filter((settings) => !seen.has(lineText(settings)));
  // What was asked for by name is all of it likely.
  return space.bauds && space.parities ? { likely: [...likely, ...rest], rest: [] } : { likely, rest };
}

function unique(found: readonly { readonly settings: LineSettings }[]): readonly LineSettings[] {
  return [...new Map(found.map(({ settings }) => [lineText(settings), settings])).values()];
}

/** Questions that anybody answers, at settings that the protocol is shipped with or that were asked for by name. */
function anybody(space: Space, settings: LineSettings | undefined, kind: "shared" | "alone"): readonly Pass[] {
  return speaking(space)
    .filter(([, { alone = false }]) => alone === (kind === "alone"))
    .filter(([, discovery]) => space.all || space.bauds || space.parities || isShipped(discovery, settings))
    .map(([protocol, { anybody }]) => {
      const questions = anybody.filter(({ at }) => !at || !settings || lineText(at) === lineText(settings));
      return {
        protocol,
        settings,
        questions,
        when: kind === "alone" ? "if-nothing" : "always",
        what: questions[0]?.who ?? "",
      };
    });
}

function units(
  space: Space,
  settings: LineSettings | undefined,
  { which, way, atShipped }: UnitChoice,
): readonly Pass[] {
  const numbers = unitsOf(space, which);
  const isChosen = space.units !== undefined || !isSet(space);
  const when = way === "second" ? "unless-found" : which === "usual" || isChosen ? "until-found" : "where-found";
  return speaking(space)
    .filter(([, discovery]) => isShipped(discovery, settings) === atShipped)
    .map(([protocol, { unit }]) => {
      const questions = unit ? numbers.map((number) => unit(number, { kind: space.kind, way })) : [];
      return { protocol, settings, questions, when, what: rangeText(numbers) };
    });
}

function isShipped({ settings: list }: Discovery, settings: LineSettings | undefined): boolean {
  return settings === undefined || list.some((each) => lineText(each) === lineText(settings));
}

function unitsOf({ kind, units }: Space, which: "usual" | "other"): readonly number[] {
  const all = units ?? (kind === "tcp" ? [...serverUnits, ...everyUnit] : everyUnit);
  const usual = new Set([...usualUnits, ...(kind === "tcp" ? serverUnits : [])]);
  return all.filter((unit) => usual.has(unit) === (which === "usual") && (unit > 0 || kind === "tcp"));
}

function speaking({ protocols, kind }: Space): readonly (readonly [Protocol, Discovery])[] {
  return (Object.entries(protocols) as [Protocol, Discovery][]).filter(([, { over }]) => over.includes(kind));
}

function rangeText(units: readonly number[]): string {
  const sorted = [...units].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first === last ? `unit ${first}` : `units ${first} to ${last}`;
}

/** first to last, both included. */
export function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
