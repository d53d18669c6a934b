import { LinkError } from "../driver.ts";
import type { AskWait, FirmataBoard } from "./board.ts";
import { askPin, join, modes, setPort } from "./encode.ts";

/**
 * Sets outputs of one port of eight pins; its other outputs stay as they are. Versions before 2.5 know a write to a whole port
 * only, so the board is asked first how the neighbours stand. Rejects with a LinkError, and then has written nothing.
 */
export async function setLevels(
  board: FirmataBoard,
  wanted: ReadonlyMap<number, number>,
  wait: AskWait,
): Promise<void> {
  const port = [...wanted.keys()][0]! >> 3;
  const pins = Array.from({ length: 8 }, (_, i) => 8 * port + i).filter((pin) => board.pins[pin]?.has(modes.output));
  const states = new Map<number, { readonly mode: number; readonly state: number }>();
  const whole = await board.ask(
    join(pins.map(askPin)),
    (message) => {
      if (message.kind === "pin") states.set(message.pin, message);
      return pins.every((pin) => states.has(pin)) ? true : undefined;
    },
    wait,
  );
  if (!whole)
    throw new LinkError(
      "timeout",
      `${board.place}: the board does not say how the pins beside ${[...wanted.keys()]} stand; nothing was written`,
    );
  let levels = 0;
  for (const pin of pins) {
    const { mode, state } = states.get(pin)!;
    const keeps = mode === modes.output || mode === modes.input ? state : 0;
    if (wanted.get(pin) ?? keeps) levels |= 1 << (pin & 7);
  }
  board.send(setPort(port, levels));
}
