import type { Fault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { type Quantity, type QuantityInfo, quantities } from "@weir/wire/quantities.ts";
import { lineProfile } from "./schema/line.ts";
import type { LinePoint, NmeaPoint, VaisalaPoint } from "./schema.ts";
import { patternOf, unescapeText } from "./text/line.ts";
import { unitFieldOf } from "./text/nmea.ts";
import { compilePattern } from "./text/pattern.ts";

type Fail = (path: Fault["path"], message: string) => void;
type Groups = ReadonlyMap<string, readonly string[]>;

/** What a point of NMEA or Vaisala's ASCII says of units. `fail` counts its paths from the point. */
export function checkUnits(point: NmeaPoint | VaisalaPoint, fail: Fail): void {
  const { at, scale, offset } = point;
  if ("sentence" in at && at.field !== undefined) {
    const unit = unitFieldOf(at);
    if (unit !== undefined && at.as === undefined)
      fail(["at"], `field ${unit} of ${at.sentence} holds the unit letter; say with \`as\` which unit you want`);
    if (unit === undefined && at.as !== undefined)
      fail(["at", "as"], `which field holds the unit letter? give it as \`unit\`, or leave \`as\` out`);
  }
  const info: QuantityInfo | undefined = quantities[point.quantity as Quantity];
  if (info && at.as !== undefined && scale === 1 && offset === 0 && info.unit !== at.as)
    fail(["at", "as"], `${point.quantity} is in ${info.unit}; take that, or add the scale that leads there`);
}

/** What stands in the messages of a line profile, as far as it goes; a pattern that is none is a fault. */
export function checkMessages(fields: Readonly<Record<string, unknown>>, fail: Fail): Groups {
  const groups = new Map<string, readonly string[]>();
  const attempt = (path: Fault["path"], work: () => void) => {
    try {
      work();
    } catch (error) {
      fail(path, (error as RangeError).message);
    }
  };
  const { ends } = fields;
  if (typeof ends === "string") attempt(["ends"], () => void unescapeText(ends));
  const parsed = lineProfile.shape.messages.safeParse(fields.messages);
  for (const [name, { send, pattern, refused, checksum }] of Object.entries(parsed.data ?? {})) {
    if (send !== undefined) attempt(["messages", name, "send"], () => void unescapeText(send));
    if (refused !== undefined) attempt(["messages", name, "refused"], () => void compilePattern(refused));
    attempt(["messages", name, "pattern"], () => groups.set(name, patternOf({ pattern }).names));
    const known = groups.get(name);
    for (const key of ["over", "given"] as const)
      if (checksum && known && !known.includes(checksum[key]))
        fail(
          ["messages", name, "checksum", key],
          `the pattern has no group of this name; ${suggest(checksum[key], known)}`,
        );
  }
  return groups;
}

/** Message and group of a point must be there. */
export function checkGroup({ at }: LinePoint, groups: Groups, fail: Fail): void {
  const known = groups.get(at.message);
  if (!known) {
    if (groups.size > 0)
      fail(["at", "message"], `no message has this name; ${suggest(at.message, [...groups.keys()])}`);
  } else if (!known.includes(at.group))
    fail(["at", "group"], `the pattern of ${at.message} has no group of this name; ${suggest(at.group, known)}`);
}
