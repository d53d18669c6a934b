import { createServer, type IncomingMessage } from "node:http";
import type { Bus } from "../plan.ts";
import type { ActiveFault, FaultBoard } from "./board.ts";
import { describeFaults, type Fault, type FaultKind, parseFault } from "./fault.ts";

/** A bus or an instrument that a fault may be switched on for. */
export type Target = {
  readonly name: string;
  readonly kind: "bus" | "instrument";
  /** How its bus is spoken to. */
  readonly transport: Bus["kind"];
  /** The only faults that it knows, where somebody else simulates it. */
  readonly takes?: readonly FaultKind[] | undefined;
  readonly metrics: readonly string[];
};

export type ControlOptions = {
  readonly port: number;
  readonly board: FaultBoard;
  readonly targets: ReadonlyMap<string, Target>;
  /** What GET /city answers with. */
  readonly describe: () => unknown;
  readonly changed: (msg: string, about: Readonly<Record<string, unknown>>) => void;
};

type Answer = { readonly status: number; readonly body: unknown };

const ofServers: readonly string[] = ["silent-subscription", "server-restart", "expired-certificate", "reindex"];
const ofValues: readonly string[] = ["stuck", "drift", "spike", "status", "frozen-time"];
const bodyLimit = 16_384;
const loopback = "127.0.0.1";

/** The switchboard over HTTP, for programs of this machine only. Resolves with its port once it listens. */
export async function serveControl(options: ControlOptions, signal: AbortSignal): Promise<number> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    void answer(request, options).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      response.end(`${JSON.stringify(body, null, 2)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, loopback, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : options.port;
}

async function answer(request: IncomingMessage, options: ControlOptions): Promise<Answer> {
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? ""))
    return refuse(403, [`host: this address is for programs of this machine; ask http://${loopback}`]);
  const url = URL.parse(request.url ?? "/", `http://${loopback}`);
  if (url === null) return refuse(400, ["path: is no path of a URL"]);
  const [what = "", which] = url.pathname.split("/").filter((part) => part !== "");
  if (request.method === "GET") return get(what, options);
  if (what !== "faults") return notFound(request.method ?? "", url.pathname);
  if (request.method === "DELETE") return clear(which ?? url.searchParams.get("target") ?? undefined, options);
  if (request.method !== "POST" || which !== undefined) return notFound(request.method ?? "", url.pathname);
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
    return refuse(415, ["content-type: send application/json"]);
  const text = await readBody(request);
  if (text === undefined) return refuse(413, [`body: longer than ${bodyLimit} bytes`]);
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return refuse(400, ['body: is not JSON; send {"target": "…", "fault": "silence"}']);
  }
  return set(input, options);
}

function get(what: string, { board, describe }: ControlOptions): Answer {
  if (what === "city") return { status: 200, body: describe() };
  if (what === "faults") return { status: 200, body: board.list().map(shown) };
  if (what === "kinds") return { status: 200, body: describeFaults() };
  return notFound("GET", `/${what}`);
}

function set(input: unknown, { board, targets, changed }: ControlOptions): Answer {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return refuse(400, ['body: send an object: {"target": "…", "fault": "silence"}']);
  const { target: name, ...rest } = input as { readonly target?: unknown };
  const target = typeof name === "string" ? targets.get(name) : undefined;
  const parsed = parseFault(rest);
  const errors = [
    ...(target ? [] : [`target: ${whyNoTarget(name, targets)}`]),
    ...("errors" in parsed ? parsed.errors : target ? misfits(parsed.fault, target) : []),
  ];
  if (!target || "errors" in parsed || errors.length > 0) return refuse(400, errors);
  const entry = shown(board.set(target.name, parsed.fault));
  changed("fault on", entry);
  return { status: 201, body: entry };
}

function clear(which: string | undefined, { board, targets, changed }: ControlOptions): Answer {
  const id = Number(which);
  if (which !== undefined && !Number.isInteger(id) && !targets.has(which))
    return refuse(404, [`target: ${whyNoTarget(which, targets)}`]);
  const cleared = board.clear(which === undefined ? undefined : Number.isInteger(id) ? id : which);
  changed("faults cleared", { cleared, which: which ?? "all" });
  return { status: 200, body: { cleared } };
}

/** Why a fault makes no sense for this target. */
function misfits(fault: Fault, target: Target): readonly string[] {
  if (target.takes && !target.takes.includes(fault.fault))
    return [`fault: ${target.name} runs the image of a real board; it takes ${target.takes.join(", ")}`];
  const server = misfitOfServer(fault.fault, target);
  if (server !== undefined) return [`fault: ${server}`];
  if (fault.fault === "crc" && target.transport === "tcp")
    return [`fault: ${target.name} speaks Modbus TCP, whose frames have no CRC; use truncate or reset`];
  if (fault.fault === "echo" && target.transport === "tcp")
    return [`fault: ${target.name} speaks Modbus TCP; only adapters of serial lines echo`];
  const ofBoards = ["restart", "chip-gone", "sketch"].includes(fault.fault);
  if (ofBoards && target.transport !== "firmata" && !target.takes)
    return [`fault: ${target.name} is no Firmata board; use reset or silence`];
  const metric = "metric" in fault ? fault.metric : undefined;
  if (metric !== undefined && !target.metrics.includes(metric))
    return [`metric: ${target.name} has no ${metric}; it has ${target.metrics.join(", ")}`];
  return [];
}

/** Faults that only a server has, and those that an OPC UA server can have. */
function misfitOfServer(kind: FaultKind, { name, kind: what, transport }: Target): string | undefined {
  const ofServer = ofServers.includes(kind);
  if (transport !== "opcua") {
    if (!ofServer && !ofValues.includes(kind)) return undefined;
    return ofServer || kind === "status" || kind === "frozen-time"
      ? `${name} is no OPC UA server; ${kind} is for those`
      : undefined;
  }
  const fit = [...ofValues, ...(what === "bus" ? [...ofServers, "silence", "slow"] : [])];
  if (fit.includes(kind)) return undefined;
  if (what === "instrument" && [...ofServers, "silence", "slow"].includes(kind))
    return `${name} is behind a server, and ${kind} is for the whole of it; name its bus`;
  return `${name} speaks OPC UA; it takes ${fit.join(", ")}`;
}

function whyNoTarget(name: unknown, targets: ReadonlyMap<string, Target>): string {
  if (typeof name !== "string" || name === "") return "name a bus or an instrument";
  const near = [...targets.keys()].filter((known) => known.includes(name) || name.includes(known));
  const all = near.length > 0 ? near : [...targets.keys()];
  return `there is no ${name}; ${near.length > 0 ? "perhaps" : "there are"} ${all.join(", ")}`;
}

/** An active fault as JSON shows it. */
function shown({ id, target, fault, since, until }: ActiveFault): Readonly<Record<string, unknown>> {
  return {
    id,
    target,
    ...fault,
    since: new Date(since).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
  };
}

function notFound(method: string, path: string): Answer {
  return refuse(404, [
    `${method} ${path}: there is GET /city, GET /faults, GET /kinds, POST /faults, DELETE /faults[/<id or target>]`,
  ]);
}

function refuse(status: number, errors: readonly string[]): Answer {
  return { status, body: { errors } };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bodyLimit) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return "";
  }
  return Buffer.concat(chunks).toString("utf8");
}
