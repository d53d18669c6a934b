import { describeNode, type NodeIdentity } from "@weir/wire/firmware/identity.ts";
import { type Emit, Failure } from "./events.ts";
import { askSketch, firmataSettings } from "./firmata.ts";
import { askNode, type NodeAnswer } from "./modbus.ts";
import type { Port } from "./port.ts";

export type ConfirmOptions = { readonly unit: number; readonly baud: number; readonly parity: "none" | "even" | "odd" };

/** What a node ships with. */
export const factory: ConfirmOptions = { unit: 247, baud: 19200, parity: "even" };

const tries = 3;

/** Who a board's node says that it is, once its bootloader has let it start; undefined when nobody answers there. */
export async function meetNode(
  port: Port,
  { unit, baud, parity }: ConfirmOptions,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<NodeAnswer | undefined> {
  await port.set({ baud, parity });
  for (let question = 0; question < tries; question++) {
    const node = await askNode(port, unit, signal);
    if (node) {
      emit({ event: "answers", node: describeNode(node), unit, serial: node.serial ?? null });
      return node;
    }
  }
  emit({ event: "answers", node: null, unit, serial: null });
  return undefined;
}

/**
 * Waits until the new image answers Firmata and names itself. Rejects with a Failure after three questions, each some seconds apart
 * at most: a bootloader listens first.
 */
export async function confirmSketch(
  port: Port,
  image: NodeIdentity,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<void> {
  await port.set(firmataSettings);
  let said = "nothing";
  for (let question = 0; question < tries; question++) {
    const sketch = await askSketch(port, signal);
    if (sketch && `${sketch.major}.${sketch.minor}` === image.version.replace(/\.\d+$/, "")) {
      emit({ event: "confirmed", node: `${describeNode(image)}, as ${sketch.name}`, unit: null, serial: null });
      return;
    }
    if (sketch) said = `${sketch.name} ${sketch.major}.${sketch.minor}`;
    await port.wait(500, signal);
  }
  throw new Failure(`written and verified, but at ${firmataSettings.baud} bit/s ${said} answers`, {
    causes: [
      "its bootloader still waits: it starts the node a second or two after a reset",
      "something drives the board's RX pin (D0)",
    ],
    next: "press the reset button, and look at it with weir-edge scan firmata <port>",
    board: "the new image is in its flash, byte for byte",
  });
}

/**
 * Waits until the new image answers over Modbus and says that it is what was written; gives its answer. Flashed, verified and silent is not done: rejects
 * with a Failure after three questions.
 */
export async function confirm(
  port: Port,
  image: NodeIdentity,
  { unit, baud, parity }: ConfirmOptions,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<NodeAnswer> {
  await port.set({ baud, parity });
  let said = "nothing";
  for (let question = 0; question < tries; question++) {
    const node = await askNode(port, unit, signal);
    if (node) {
      const { model, version, hardwareClass, serial } = node;
      if (version === image.version && hardwareClass === image.hardwareClass) {
        emit({ event: "confirmed", node: describeNode(image), unit, serial: serial ?? null });
        return node;
      }
      said = `${model} ${version}`;
    }
    await port.wait(50, signal);
  }
  throw new Failure(`written and verified, but at address ${unit}, ${baud} bit/s, parity ${parity}, ${said} answers`, {
    causes: [
      "the node's address or line settings are no longer the factory's: its EEPROM outlives a new image",
      "its bootloader still waits: it starts the node a second or two after a reset",
      "a transceiver holds the board's RX pin (D0)",
    ],
    next: "name what it is set to with --unit, --line-speed and --parity, or look at it with weir-firmware monitor",
    board: "the new image is in its flash, byte for byte",
  });
}
