import { toRaw } from "@weir/device-profiles/interpret.ts";
import { placeOf } from "@weir/device-profiles/place.ts";
import type { FirmataAddress, FirmataProfile } from "@weir/device-profiles/schema.ts";
import { say } from "@weir/wire/sentences.ts";
import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { AskWait, FirmataBoard } from "./board.ts";
import {
  askPin,
  join,
  modeNames,
  modes,
  reportAnalog,
  reportDigital,
  setMode,
  setPwm,
  startOneWire,
} from "./encode.ts";
import { texts } from "./fault.ts";
import { setLevels } from "./levels.ts";

/** A pin in a mode: what an address needs of its board. */
export type Need = { readonly pin: number; readonly mode: number };
export type Heard = { readonly raw: number; readonly at: number };

/** So many questions fit into what a board's serial port buffers, with their answers. */
const pinsAtOnce = 10;

/** What an address needs; undefined when the board has no such pin, or cannot do that with it. */
export function needOf(board: FirmataBoard, at: FirmataAddress): Need | undefined {
  const need = wanted(board, at);
  return need && board.pins[need.pin]?.has(need.mode) ? need : undefined;
}

function wanted(board: FirmataBoard, at: FirmataAddress): Need | undefined {
  if ("digital" in at) return { pin: at.digital, mode: at.pull_up ? modes.pullUp : modes.input };
  if ("output" in at) return { pin: at.output, mode: modes.output };
  if ("pwm" in at) return { pin: at.pwm, mode: modes.pwm };
  if ("one_wire" in at) return { pin: at.one_wire, mode: modes.oneWire };
  const pin = "analog" in at ? board.channels.get(at.analog) : board.pins.findIndex((pin) => pin.has(modes.i2c));
  return pin === undefined ? undefined : { pin, mode: "analog" in at ? modes.analog : modes.i2c };
}

export type PinSettings = {
  readonly profile: FirmataProfile;
  /** What to do when the I2C bus is not on. */
  readonly startI2c: (board: FirmataBoard) => void;
  /** The reading of this pin failed alone. */
  readonly fail: (code: LinkErrorCode, why: string) => void;
};

/** The pins of one instrument, verified before each reading: a board that restarted has lost their modes. */
export type Pins = {
  /**
   * What inputs and outputs give now. An address that is not in the map gave nothing. undefined: the board does not answer.
   * Pins that are not in their mode are set to it first, whoever or whatever changed them.
   */
  read(
    board: FirmataBoard,
    addresses: readonly FirmataAddress[],
    wait: AskWait,
  ): Promise<ReadonlyMap<FirmataAddress, Heard> | undefined>;
  /** Gives the pins free for other instruments of the board. */
  release(): void;
};

export function createPins({ profile, startI2c, fail }: PinSettings): Pins {
  const owner = {};
  let verified: { readonly board: FirmataBoard; readonly boots: number } | undefined;

  async function read(
    board: FirmataBoard,
    addresses: readonly FirmataAddress[],
    wait: AskWait,
  ): Promise<ReadonlyMap<FirmataAddress, Heard> | undefined> {
    const all = new Map<FirmataAddress, Heard>();
    const own = addresses.filter((at) => claim(board, at));
    const parts =
      own.length === 0
        ? []
        : Array.from({ length: Math.ceil(own.length / pinsAtOnce) }, (_, i) =>
            own.slice(i * pinsAtOnce, (i + 1) * pinsAtOnce),
          );
    const fresh = verified?.board !== board;
    let restarted = !fresh && verified!.boots !== board.boots();
    for (const part of parts) {
      let found = await round(board, part, wait);
      if (found.modes.size === 0) return all.size === 0 ? undefined : all;
      const wrong = needs(board, part).filter(({ pin, mode }) => found.modes.has(pin) && found.modes.get(pin) !== mode);
      if (wrong.length > 0 && !fresh && !restarted) board.restarted();
      restarted ||= wrong.length > 0;
      if (wrong.length > 0 || restarted) {
        await mend(board, part, wrong, restarted, wait);
        found = await round(board, part, wait);
      }
      for (const [at, heard] of found.heard) {
        const { pin, mode } = needOf(board, at)!;
        if (found.modes.get(pin) === mode) all.set(at, heard);
        else fail("mismatch", `${board.place}: ${say(texts.otherMode, { pin, mode: modeNames[mode]! })}`);
      }
    }
    verified = { board, boots: board.boots() };
    return all;
  }

  /** False for what another instrument of this board uses otherwise. */
  function claim(board: FirmataBoard, at: FirmataAddress): boolean {
    const { pin, mode } = needOf(board, at)!;
    const other = board.claims.get(pin);
    if (other && other.owner !== owner && other.mode !== mode) {
      fail(
        "refused",
        `${board.place}: ${say(texts.sharedPin, { pin, theirs: modeNames[other.mode]!, mode: modeNames[mode]!, profile: profile.id })}`,
      );
      return false;
    }
    if (!other) board.claims.set(pin, { mode, owner });
    return true;
  }

  /** Puts pins into their modes, and after a restart outputs to rest. An output that is in its mode is left alone otherwise. */
  async function mend(
    board: FirmataBoard,
    part: readonly FirmataAddress[],
    wrong: readonly Need[],
    restarted: boolean,
    wait: AskWait,
  ): Promise<void> {
    for (const { pin, mode } of wrong) {
      if (mode === modes.i2c) startI2c(board);
      else board.send(mode === modes.oneWire ? startOneWire(pin) : setMode(pin, mode));
    }
    if (!restarted) return;
    for (const at of part) {
      const rest = restOf(profile, at);
      if (rest === undefined) continue;
      if ("pwm" in at) board.send(setPwm(at.pwm, rest));
      else if ("output" in at) await setLevels(board, new Map([[at.output, rest]]), wait);
    }
  }

  return {
    read,
    release: () => {
      for (const [pin, claim] of verified?.board.claims ?? [])
        if (claim.owner === owner) verified?.board.claims.delete(pin);
    },
  };
}

function needs(board: FirmataBoard, addresses: readonly FirmataAddress[]): readonly Need[] {
  return [...new Map(addresses.map((at) => needOf(board, at)!).map((need) => [need.pin, need])).values()];
}

/** One question about each pin, and its report where it is an input. Ends early when all is heard. */
async function round(board: FirmataBoard, addresses: readonly FirmataAddress[], wait: AskWait) {
  const pins = needs(board, addresses).map(({ pin }) => pin);
  const inputs = addresses.filter((at) => "analog" in at || "digital" in at);
  const questions = new Map<string, Uint8Array>();
  for (const at of inputs)
    if ("analog" in at) questions.set(`a${at.analog}`, reportAnalog(at.analog));
    else if ("digital" in at) questions.set(`d${at.digital >> 3}`, reportDigital(at.digital >> 3));
  const found = new Map<number, number>();
  const heard = new Map<FirmataAddress, Heard>();
  await board.ask(
    join([...pins.map(askPin), ...questions.values()]),
    (message, at) => {
      for (const address of addresses) {
        const raw = rawIn(message, address);
        if (raw !== undefined) heard.set(address, { raw, at });
      }
      if (message.kind === "pin") found.set(message.pin, message.mode);
      return pins.every((pin) => found.has(pin)) && inputs.every((at) => heard.has(at)) ? true : undefined;
    },
    wait,
  );
  return { modes: found, heard };
}

function rawIn(message: Parameters<Parameters<FirmataBoard["ask"]>[1]>[0], at: FirmataAddress): number | undefined {
  if ("analog" in at) return message.kind === "analog" && message.channel === at.analog ? message.value : undefined;
  if ("digital" in at)
    return message.kind === "digital" && message.port === at.digital >> 3
      ? (message.levels >> (at.digital & 7)) & 1
      : undefined;
  if (message.kind !== "pin") return undefined;
  const pin = "output" in at ? at.output : "pwm" in at ? at.pwm : undefined;
  return message.pin === pin ? message.state : undefined;
}

/** The raw number that an output takes after a restart. */
function restOf({ points }: FirmataProfile, at: FirmataAddress): number | undefined {
  const point = points.find((point) => point.write?.rest !== undefined && placeOf(point.at) === placeOf(at));
  return point?.write?.rest === undefined ? undefined : toRaw(point, point.write.rest);
}

/** Sets one output and asks the board what it made of it. Rejects with a LinkError. */
export async function writePin(board: FirmataBoard, at: FirmataAddress, raw: number, wait: AskWait): Promise<void> {
  const pin = "output" in at ? at.output : "pwm" in at ? at.pwm : undefined;
  if (pin === undefined) throw new LinkError("refused", `${placeOf(at)} is an input; nothing was sent`);
  if ("pwm" in at) board.send(setPwm(pin, raw));
  else await setLevels(board, new Map([[pin, raw]]), wait);
  const state = await board.ask(
    askPin(pin),
    (message) => (message.kind === "pin" && message.pin === pin ? message.state : undefined),
    wait,
  );
  if (state === undefined)
    throw new LinkError("timeout", `${board.place}: ${say(texts.notConfirmed, { place: placeOf(at) })}`);
  if (state !== raw)
    throw new LinkError("mismatch", `${board.place}: ${say(texts.otherState, { place: placeOf(at), raw, state })}`);
}
