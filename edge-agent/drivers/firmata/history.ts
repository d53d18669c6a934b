import type { FirmataMessage } from "@weir/device-profiles/firmata.ts";
import type { Told } from "../driver.ts";

/** What a board has reported by itself of late; everything is forgotten when the board restarts. */
export type History = {
  note(message: FirmataMessage, at: number, monotonic: number): void;
  /** Values of an analog channel since a monotonic instant, oldest first. */
  analogSince(channel: number, monotonic: number): readonly number[];
  /** Changes of a pin after that number, oldest first; each has a number, ever higher. */
  changesOf(pin: number, after: number): readonly Change[];
  clear(): void;
};

export type Change = Told & { readonly number: number; readonly monotonic: number };

const mostReports = 512;
const mostChanges = 64;

export function createHistory(): History {
  const analog = new Map<number, { readonly value: number; readonly monotonic: number }[]>();
  const changes = new Map<number, Change[]>();
  let number = 0;

  function noteLevels(port: number, levels: number, at: number, monotonic: number): void {
    for (let bit = 0; bit < 8; bit++) {
      const pin = 8 * port + bit;
      const raw = (levels >> bit) & 1;
      const known = changes.get(pin) ?? [];
      if (known.at(-1)?.raw === raw) continue;
      known.push({ raw, at, monotonic, number: ++number });
      if (known.length > mostChanges) known.shift();
      changes.set(pin, known);
    }
  }

  return {
    note: (message, at, monotonic) => {
      if (message.kind === "digital") noteLevels(message.port, message.levels, at, monotonic);
      if (message.kind !== "analog") return;
      const reports = analog.get(message.channel) ?? [];
      reports.push({ value: message.value, monotonic });
      if (reports.length > mostReports) reports.shift();
      analog.set(message.channel, reports);
    },
    analogSince: (channel, from) =>
      (analog.get(channel) ?? []).filter(({ monotonic }) => monotonic >= from).map(({ value }) => value),
    changesOf: (pin, after) => (changes.get(pin) ?? []).filter((change) => change.number > after),
    clear: () => {
      analog.clear();
      changes.clear();
    },
  };
}
