import { registersOf } from "@weir/device-profiles/decode.ts";
import type { ModbusAddress, ModbusTable } from "@weir/device-profiles/schema.ts";
import type { Line, LinkErrorCode } from "../driver.ts";
import { codeOf, createAsker } from "./ask.ts";
import { isRefusal, isSilence } from "./fault.ts";
import { isBitTable } from "./pdu.ts";
import { type PlannedRead, type PlannedValue, planReads, readOf } from "./plan.ts";

/** What an unknown device holds, as far as it was asked. */
export type Survey = {
  /** Reads what is not known yet of these places, each in one request with its whole size. Rejects only when the link is gone. */
  learn(places: readonly Place[]): Promise<void>;
  /** Reads so many registers as one, such as a text. */
  learnBlock(block: {
    readonly table: "input" | "holding";
    readonly register: number;
    readonly count: number;
  }): Promise<void>;
  /** Per table, register → word; coils and discrete inputs hold 0 or 1. */
  readonly registers: Readonly<Record<ModbusTable, ReadonlyMap<number, number>>>;
  /** undefined while it was not asked, or nothing came. */
  has(place: Place): boolean | undefined;
};
/** The order of bytes plays no part. */
export type Place = Pick<ModbusAddress, "table" | "register" | "type">;

/** Devices that keep silent to what they do not have are asked no more after so many. */
const mostSilences = 8;
const budgetMs = 250;
const gapMs = 20;
/** Small devices take no more. */
const registersPerRead = 40;

/** Reads registers of a device that nothing is known of, without holes; a refused read is asked again in halves. */
export function createSurvey(
  { unit, timeoutMs }: { readonly unit: number; readonly timeoutMs: number },
  line: Line,
  signal: AbortSignal,
): Survey {
  const asker = createAsker({ unit, timeoutMs, gapMs }, line);
  const turn = { urgent: false, deadline: 0, signal };
  const registers = { coil: new Map(), discrete: new Map(), input: new Map(), holding: new Map() } satisfies Record<
    ModbusTable,
    Map<number, number>
  >;
  const known = new Map<string, boolean>();
  let silences = 0;

  async function learn(places: readonly Place[]): Promise<void> {
    const asked = new Map(places.filter((place) => !known.has(keyOf(place))).map((place) => [keyOf(place), place]));
    const addresses = [...asked.values()].map((place): ModbusAddress => ({ ...place, order: "ABCD" }));
    const reads = planReads(addresses, {
      registersPerRead,
      holes: false,
      budgetMs,
      timing: asker.timing(),
      startsAnew: () => false,
      unsupported: [],
    });
    for (const read of reads) await take(read);
  }

  async function take(read: PlannedRead): Promise<void> {
    if (silences >= mostSilences) return;
    const code = await attempt(read);
    if (code === undefined) return;
    if (isSilence(code)) silences++;
    const [first, ...rest] = read.values;
    if (rest.length > 0) for (const half of halvesOf(read.values)) await take(readOf(half));
    else if (isRefusal(code) || isSilence(code)) known.set(keyOf(first!.address), false);
  }

  async function attempt({ request, values }: PlannedRead): Promise<LinkErrorCode | undefined> {
    try {
      const data = await asker.ask(request, turn);
      for (let i = 0; i < request.count; i++)
        registers[request.table].set(
          request.start + i,
          isBitTable(request.table) ? (data[i >> 3]! >> (i & 7)) & 1 : (data[2 * i]! << 8) | data[2 * i + 1]!,
        );
      for (const { address } of values) known.set(keyOf(address), true);
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || code === "closed" || code === "refused") throw error;
      return code;
    }
  }

  async function learnBlock({ table, register: start, count }: Parameters<Survey["learnBlock"]>[0]): Promise<void> {
    const key = `${table} ${start} +${count}`;
    if (known.has(key) || silences >= mostSilences) return;
    const code = await attempt({ request: { kind: "read", table, start, count }, values: [] });
    known.set(key, code === undefined);
    if (code !== undefined && isSilence(code)) silences++;
  }

  return { learn, learnBlock, registers, has: (place) => known.get(keyOf(place)) };
}

/** A register that values of several sizes begin at is asked for each of them. */
function halvesOf(values: readonly PlannedValue[]): readonly (readonly PlannedValue[])[] {
  const middle = Math.ceil(values.length / 2);
  return [values.slice(0, middle), values.slice(middle)];
}

function keyOf({ table, register, type }: Place): string {
  return `${table} ${register} ${registersOf(type)}`;
}
