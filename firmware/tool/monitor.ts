import type { Terminal } from "@weir/config/command-line.ts";
import { channelsOf } from "../nodes/channels.ts";
import { askNode, readInput } from "./modbus.ts";
import type { Port } from "./port.ts";

export type MonitorOptions = {
  readonly unit: number;
  readonly count: number;
  readonly json: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** Shows a node's values once a second, `count` times or until stopped. 1 when it does not answer. */
export async function monitor(port: Port, { unit, count, json, terminal, signal }: MonitorOptions): Promise<number> {
  // opening the port may have reset it: bootloaders wait up to two seconds
  let node: Awaited<ReturnType<typeof askNode>>;
  for (let question = 0; !node && question < 6; question++) node = await askNode(port, unit, signal);
  if (!node) {
    terminal.err(
      `no Weir node answers at address ${unit} of ${port.name}; check --unit, --line-speed and --parity, and A and B of the line`,
    );
    return 1;
  }
  const { model, version, serial } = node;
  if (!json)
    terminal.out(
      `${model} ${version} at address ${unit}, ${serial === undefined ? "no serial number yet" : `serial number ${serial}`}`,
    );
  const channels = channelsOf(model.replace("WEIR-", "").toLowerCase());
  for (let n = 0; n < count && !signal.aborted; n++) {
    if (n > 0) await port.wait(1000, signal);
    const words = await readInput(port, unit, 0, 4 + channels.length, signal);
    if (!words) {
      terminal.err(`address ${unit} did not answer`);
      continue;
    }
    const values = Object.fromEntries(
      channels.map(({ quantity, scale }, n) => {
        const raw = (words[4 + n]! << 16) >> 16;
        return [quantity, raw === -32768 ? null : Number((raw * scale).toFixed(3))];
      }),
    );
    const reading = {
      ...values,
      supply_voltage: words[1]! / 1000,
      uptime: words[2]! * 0x10000 + words[3]!,
      status: words[0]!,
    };
    terminal.out(
      json
        ? JSON.stringify(reading)
        : Object.entries(reading)
            .map(([name, value]) => `${name} ${value ?? "no value"}`)
            .join("   "),
    );
  }
  return 0;
}
