import { askControl } from "./ask-control.ts";
import { anyPort, type Given, readOptions, type Surroundings, usualControlPort } from "./options.ts";

const numeric = ["for", "probability", "ms", "code", "bytes", "per-hour", "by"] as const;
const textual = ["registers", "metric", "status"] as const;

/** `weir-sim fault`: switches a fault on, lists those that are on, or clears them, in a simulator that runs on this machine. */
export async function switchFaults(
  given: Given,
  positionals: readonly string[],
  { signal, out }: Surroundings,
): Promise<void> {
  const options = readOptions(given);
  const port = options.number("control-port", usualControlPort, anyPort);
  const [target, fault, ...extra] = positionals;
  const body: Record<string, unknown> = { target, fault };
  for (const name of numeric)
    if (given[name] !== undefined) body[name.replace("-", "_")] = options.number(name, 0, { min: -1e9, max: 1e9 });
  for (const name of textual) if (given[name] !== undefined) body[name] = given[name];
  const asksOnly = given.list === true || given.clear === true;
  if (given.list && given.clear) options.fault("--list and --clear: give one of them");
  if (!asksOnly && (target === undefined || fault === undefined))
    options.fault("name a bus or an instrument and a fault: weir-sim fault <target> <fault>");
  for (const word of asksOnly ? positionals.slice(given.list ? 0 : 1) : extra)
    options.fault(`${word}: one word too many`);
  options.done();

  const ask = (method: string, path: string, send?: unknown) => askControl({ port, method, path, send }, signal);
  const reply = given.list
    ? await ask("GET", "/faults")
    : given.clear
      ? await ask("DELETE", target === undefined ? "/faults" : `/faults/${encodeURIComponent(target)}`)
      : await ask("POST", "/faults", body);
  out(given.json ? JSON.stringify(reply, null, 2) : told(reply));
}

type ShownFault = {
  readonly id: number;
  readonly target: string;
  readonly fault: string;
  readonly until: string | null;
  readonly [option: string]: unknown;
};

function told(reply: unknown): string {
  if (Array.isArray(reply))
    return reply.length === 0 ? "no faults are on" : reply.map((each) => line(each as ShownFault)).join("\n");
  const cleared = (reply as { readonly cleared?: number }).cleared;
  return cleared === undefined ? line(reply as ShownFault) : `${cleared} cleared`;
}

function line({ id, target, fault, since: _, until, probability, for: __, ...rest }: ShownFault): string {
  const options = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  const share = probability === undefined || probability === 1 ? [] : [`${Number(probability) * 100} % of replies`];
  return [`${id}`, target, fault, ...options, ...share, until ? `until ${until}` : "until cleared"].join("  ");
}
