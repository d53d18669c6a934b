import type { Port } from "./port.ts";

/** What a Firmata board says of its sketch. */
export type Sketch = { readonly name: string; readonly major: number; readonly minor: number };

/** 8N1, as every Firmata sketch has it. */
export const firmataSettings = { baud: 57_600, parity: "none" } as const;

const askFirmware = Uint8Array.of(0xf0, 0x79, 0xf7);
const answerMs = 300;

/** Asks a board which sketch it runs (github.com/firmata/protocol, query firmware name and version); undefined when none answers. */
export async function askSketch(port: Port, signal: AbortSignal): Promise<Sketch | undefined> {
  await port.discard();
  await port.write(askFirmware);
  let came: number[] = [];
  for (;;) {
    const byte = (await port.read(1, answerMs, signal))[0];
    if (byte === undefined) return undefined;
    came = [...came, byte].slice(-300);
    const sketch = byte === 0xf7 ? sketchIn(came) : undefined;
    if (sketch) return sketch;
  }
}

/** The last message in these bytes, if it is a sketch's name. */
function sketchIn(bytes: readonly number[]): Sketch | undefined {
  const [about, major, minor, ...letters] = bytes.slice(bytes.lastIndexOf(0xf0) + 1, -1);
  if (about !== 0x79 || major === undefined || minor === undefined) return undefined;
  const name = Array.from({ length: letters.length >> 1 }, (_, n) =>
    String.fromCharCode(letters[2 * n]! | (letters[2 * n + 1]! << 7)),
  ).join("");
  return { name, major, minor };
}
