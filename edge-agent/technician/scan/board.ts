import { interpret } from "@weir/device-profiles/interpret.ts";
import type { FirmataAddress, FirmataProfile, Profile } from "@weir/device-profiles/schema.ts";
import type { Line } from "../../drivers/driver.ts";
import type { FirmataBoard } from "../../drivers/firmata/board.ts";
import { modes } from "../../drivers/firmata/encode.ts";
import { firmwareFault } from "../../drivers/firmata/fault.ts";
import { firmata } from "../../drivers/firmata/firmata.ts";
import { needOf } from "../../drivers/firmata/pins.ts";
import type { Found } from "./found.ts";
import { type Candidate, rank } from "./match.ts";

/** What a board that runs Firmata says of itself, and what may hang on it. */
export type BoardFound = {
  readonly firmware: string;
  readonly pins: number;
  readonly analogInputs: number;
  /** One for each chip that answered, and one for all the profiles whose pins the board has: nobody can tell what is wired to a pin. */
  readonly found: readonly Found[];
  /** Profiles that this board cannot be read with, and why. */
  readonly unfit: readonly { readonly profile: string; readonly why: string }[];
};

const isChip = (at: FirmataAddress) => "i2c" in at || "one_wire" in at;
const timeoutMs = 3000;
const sure = 10;

/** Looks at a board. It asks for chips on I2C and OneWire and sets no other pin: an output stays what it is. Never rejects for what chips do. */
export async function lookAtBoard(
  board: FirmataBoard,
  line: Line<FirmataBoard>,
  { profiles, signal }: { readonly profiles: readonly Profile[]; readonly signal: AbortSignal },
): Promise<BoardFound> {
  const { name, major, minor } = board.firmware;
  const unfit: { profile: string; why: string }[] = [];
  const chips: Found[] = [];
  const wired: Candidate[] = [];
  for (const profile of profiles) {
    if (profile.protocol !== "firmata") continue;
    const why = whyUnfit(board, profile);
    if (why !== undefined) unfit.push({ profile: profile.id, why });
    else if (profile.points.every(({ at }) => isChip(at))) {
      const candidate = await askChip(profile, line, signal);
      if (candidate) chips.push(foundAs(rank([candidate])));
    } else
      wired.push(
        candidateOf(profile, 1, [
          { en: `the board has its pins: ${pinsOf(profile)}`, zh: `开发板具备其引脚：${pinsOf(profile)}` },
        ]),
      );
  }
  const possible = { candidates: wired, ties: wired, certain: false };
  return {
    firmware: `${name || "a sketch without a name"} ${major}.${minor}`,
    pins: board.pins.length,
    analogInputs: board.channels.size,
    found: [...chips, ...(wired.length > 0 ? [foundAs(possible)] : [])],
    unfit,
  };
}

function foundAs(verdict: NonNullable<Found["named"]>["verdict"]): Found {
  return { protocol: "firmata", settings: undefined, named: { texts: {}, verdict } };
}

function whyUnfit(board: FirmataBoard, profile: FirmataProfile): string | undefined {
  const fault = firmwareFault(board, profile.firmware);
  if (fault) return fault.message;
  const lacking = profile.points.find(({ at }) => needOf(board, at) === undefined);
  if (lacking) return `the board has no ${pinOf(lacking.at)}`;
  const bits = Math.max(...board.pins.map((pin) => pin.get(modes.analog) ?? 0));
  return profile.points.some(({ at }) => "analog" in at) && bits !== profile.adc_bits
    ? `its analog inputs have ${bits} bits, the profile is made for ${profile.adc_bits}`
    : undefined;
}

/** undefined where the chip does not answer, or another one is there. */
async function askChip(
  profile: FirmataProfile,
  line: Line<FirmataBoard>,
  signal: AbortSignal,
): Promise<Candidate | undefined> {
  const connection = firmata.open({ profile, timeoutMs }, line);
  const addresses = profile.points.map(({ at }) => at);
  const results = await connection.read(addresses, { urgent: false, deadline: 0, signal });
  connection.close();
  const values = results.map((result, i) =>
    "error" in result ? undefined : interpret(profile.points[i]!, result.raw).quality,
  );
  if (values.every((quality) => quality === undefined)) return undefined;
  const good = values.filter((quality) => quality === "good").length;
  const reasons = [
    { en: `${pinsOf(profile)} answers`, zh: `${pinsOf(profile)} 应答` },
    { en: `${good} of ${values.length} values plausible`, zh: `${values.length} 个数值中 ${good} 个合理` },
  ];
  return candidateOf(profile, good === values.length ? sure : 1, reasons);
}

function candidateOf(profile: FirmataProfile, score: number, reasons: Candidate["reasons"]): Candidate {
  return { profile, score, reasons, named: false };
}

function pinsOf({ points }: FirmataProfile): string {
  return [...new Set(points.map(({ at }) => pinOf(at)))].join(", ");
}

function pinOf(at: FirmataAddress): string {
  if ("i2c" in at) return `I2C 0x${at.i2c.toString(16).padStart(2, "0")}`;
  if ("one_wire" in at) return `OneWire on pin ${at.one_wire}`;
  if ("analog" in at) return `A${at.analog}`;
  if ("digital" in at) return `pin ${at.digital}`;
  return "output" in at ? `output ${at.output}` : `PWM ${at.pwm}`;
}
