import type { Cjt188Profile, Dlt645Profile } from "@weir/device-profiles/schema.ts";
import { contentOf, type MeterPoint } from "./content.ts";
import { hexHighFirst, lowFirst, type MeterRequest, wrapCjt188, wrapDlt645 } from "./frame.ts";

/** A meter on a line: what it answers to a request; undefined for one that is not for it. */
export type Meter = { readonly address: string; answer(request: MeterRequest): Uint8Array | undefined };

export type MeterOptions = {
  readonly profile: Dlt645Profile | Cjt188Profile;
  readonly address: string;
  /** The value of a metric now, in the quantity's unit. */
  readonly show: (metric: string) => number;
};

/** A meter that shows a place of the world behind the data identifiers of a device profile. */
export function createMeter({ profile, address, show }: MeterOptions): Meter {
  const points = Map.groupBy<string, MeterPoint>(profile.points, ({ at }) => at.di);
  const data = (di: string) => {
    const own = points.get(di);
    return own && contentOf(own, show);
  };
  const answer =
    profile.protocol === "dlt645"
      ? (request: MeterRequest) => answerDlt645(request, address, data)
      : (request: MeterRequest) => answerCjt188(request, address, Number.parseInt(profile.meter_type, 16), data);
  return {
    address,
    answer: (request) =>
      request.protocol === profile.protocol && isFor(request.address, address) ? answer(request) : undefined,
  };
}

type Data = (di: string) => readonly number[] | undefined;

/** DL/T 645-2007: 11 reads, 13 asks for the address; its 1997 edition reads with 01. Anything else is refused: error bit 1 or 0. */
function answerDlt645({ control, data: asked }: MeterRequest, address: string, data: Data): Uint8Array {
  if (control === 0x13) return wrapDlt645(address, 0x93, lowFirst(address));
  const size = control === 0x01 ? 2 : 4;
  if ((control !== 0x11 && control !== 0x01) || asked.length < size) return wrapDlt645(address, control | 0xc0, [0x01]);
  const identifier = asked.subarray(0, size);
  const content = data(hexHighFirst(identifier));
  return content
    ? wrapDlt645(address, control | 0x80, [...identifier, ...content])
    : wrapDlt645(address, control | 0xc0, [0x02]);
}

/** CJ/T 188: 01 reads, 03 asks for the address. Answers carry the identifier high byte first, as most meters in the field do. */
function answerCjt188(
  { control, type, data: asked }: MeterRequest,
  address: string,
  own: number,
  data: Data,
): Uint8Array | undefined {
  if ((type !== own && type !== 0xaa) || asked.length < 3) return undefined;
  const serial = asked[2]!;
  if (control === 0x03) return wrapCjt188(own, address, 0x83, [0x81, 0x0a, serial]);
  const identifiers = [hexHighFirst(asked.subarray(0, 2)), hexHighFirst(asked.subarray(0, 2).toReversed())];
  const di = identifiers.find((candidate) => data(candidate));
  if (control !== 0x01 || di === undefined) return wrapCjt188(own, address, control | 0xc0, [serial, 0, 0]);
  return wrapCjt188(own, address, 0x81, [...lowFirst(di).toReversed(), serial, ...data(di)!]);
}

function isFor(asked: string, own: string): boolean {
  const pairs = asked.match(/../g) ?? [];
  return asked.length === own.length && pairs.every((pair, i) => pair === "AA" || pair === own.slice(2 * i, 2 * i + 2));
}
