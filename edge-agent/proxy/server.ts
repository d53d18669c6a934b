import { BlockList, createServer, isIPv6, type Server, type Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import { frameTcp } from "../drivers/modbus/mbap.ts";
import type { Log } from "../outbox/outbox.ts";
import { backoffMs } from "../poll/backoff.ts";
import { isBySerial, isClaim } from "./by-serial.ts";
import type { ForwardCounts, Forwarder } from "./forward.ts";
import { type ClientFrame, takeFrames } from "./frames.ts";
import { exceptionTo, isWrite } from "./request.ts";

export type ProxyConfig = {
  /** Name of the bus that is shared. */
  readonly bus: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly write: boolean;
  /** Addresses and networks (`192.168.1.0/24`) whose clients are served; undefined for every one that gets here. */
  readonly allow?: readonly string[];
  /** Connections at a time. */
  readonly clients: number;
  readonly waitMs: number;
};

export type ProxyStatus = ForwardCounts & {
  /** host:port as it really is; undefined while nothing listens. */
  readonly listening: string | undefined;
  /** Why nothing listens. */
  readonly why: string | undefined;
  readonly clients: number;
  /** Connections that were not taken: not in `allow`, or one too many. */
  readonly turnedAway: number;
  /** Connections that were closed because what came was no Modbus TCP, or replies were not fetched. */
  readonly expelled: number;
};

export type ProxyServer = {
  status(): ProxyStatus;
  /** Resolves when nothing listens and no client is connected. Idempotent. */
  close(): Promise<void>;
};

export type ProxyOptions = {
  readonly config: ProxyConfig;
  readonly forwarder: Forwarder;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
};

type Client = { readonly socket: Socket; readonly from: string; lastAt: number };

/** Requests of one client that wait at a time; more are answered `busy` at once. */
const longestQueue = 8;
/** A client that does not fetch its replies is let go. */
const unfetchedBytes = 16_384;
/** A client silent for so long gives way to a new one when there is room for no more. */
const idleMs = 30_000;
const busy = 6;

/**
 * Listens until closed and answers each client's requests one after the other, through the forwarder. What cannot be listened on is tried again,
 * so that an address which comes up late is found. Never rejects.
 */
export function startProxyServer({ config, forwarder, clock, random, log }: ProxyOptions): ProxyServer {
  const { bus, listen, clients: most, write } = config;
  const isAllowed = allowList(config.allow);
  const stopping = new AbortController();
  const clients = new Set<Client>();
  const counts = { turnedAway: 0, expelled: 0 };
  let listening: string | undefined;
  let why: string | undefined;
  let server: Server | undefined;

  async function keepListening(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const fault = await tryListening();
      if (fault === undefined) return;
      if (why !== fault) log.warn({ bus, why: fault }, "proxy-down");
      why = fault;
      await clock.sleep(backoffMs(failures, random), stopping.signal);
    }
  }

  function tryListening(): Promise<string | undefined> {
    const tried = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 }, welcome);
    server = tried;
    return new Promise((resolve) => {
      tried.once("error", (error: NodeJS.ErrnoException) => resolve(explain(error, hostPort(listen))));
      tried.listen(listen.port, listen.host, () => {
        tried.on("error", () => {}); // one that cannot be accepted (no descriptors) is lost alone
        listening = hostPort({ host: listen.host, port: (tried.address() as { port: number }).port });
        why = undefined;
        log.info({ bus, listen: listening, write }, "proxy-up");
        resolve(undefined);
      });
    });
  }

  function welcome(socket: Socket): void {
    const from = socket.remoteAddress ?? "";
    socket.on("error", () => {}); // it is followed by close
    const refusal = !isAllowed(from) ? "its address is not in allow" : makeRoom() ? undefined : `${most} are connected`;
    if (refusal !== undefined || stopping.signal.aborted) {
      counts.turnedAway++;
      log.warn({ bus, client: from, why: refusal }, "proxy: a client was turned away");
      socket.destroy();
      return;
    }
    const client: Client = { socket, from, lastAt: clock.monotonic() };
    clients.add(client);
    log.info({ bus, client: from }, "proxy: a client has connected");
    serve(client);
    socket.on("close", () => {
      clients.delete(client);
      log.info({ bus, client: from }, "proxy: a client has gone");
    });
  }

  /** True when there is room for one more, if need be that of the client which has been silent the longest. */
  function makeRoom(): boolean {
    if (clients.size < most) return true;
    const idlest = [...clients].reduce((a, b) => (a.lastAt <= b.lastAt ? a : b));
    if (clock.monotonic() - idlest.lastAt < idleMs) return false;
    clients.delete(idlest);
    idlest.socket.destroy();
    return true;
  }

  function serve(client: Client): void {
    const { socket } = client;
    const queue: (ClientFrame & { readonly at: number })[] = [];
    let pending: Uint8Array = new Uint8Array();
    let working = false;

    socket.on("data", (chunk) => {
      client.lastAt = clock.monotonic();
      const { frames, rest, garbage } = takeFrames(pending.length === 0 ? chunk : Buffer.concat([pending, chunk]));
      pending = rest.slice();
      for (const frame of frames) {
        if (queue.length < longestQueue) queue.push({ ...frame, at: client.lastAt });
        else send(client, frame, exceptionTo(frame.pdu, busy));
      }
      if (garbage) expel(client, "what it sent is no Modbus TCP");
      else void work();
    });

    async function work(): Promise<void> {
      if (working) return;
      working = true;
      for (let frame = queue.shift(); frame && !socket.destroyed; frame = queue.shift()) {
        const reply = await forwarder.answer(frame.unit, frame.pdu, frame.at);
        const isQuestion = isBySerial(frame.unit, frame.pdu) && !isClaim(frame.pdu);
        if (isWrite(frame.pdu) && !isQuestion) noteWrite(client, frame, reply);
        send(client, frame, reply);
      }
      working = false;
    }
  }

  function send(client: Client, { transaction, unit }: ClientFrame, reply: Uint8Array): void {
    if (client.socket.destroyed) return;
    client.socket.write(frameTcp(transaction, unit, reply));
    if (client.socket.writableLength > unfetchedBytes) expel(client, "it does not fetch its replies");
  }

  function expel({ socket, from }: Client, because: string): void {
    counts.expelled++;
    log.warn({ bus, client: from, why: because }, "proxy: a client was let go");
    socket.destroy();
  }

  /** Who changed what in an instrument must be found afterwards. */
  function noteWrite({ from }: Client, { unit, pdu }: ClientFrame, reply: Uint8Array): void {
    const about = { bus, client: from, unit, request: hex(pdu), reply: hex(reply) };
    if (write) log.info(about, "proxy: a write");
    else log.warn(about, "proxy: a write was refused, the proxy is read-only");
  }

  const started = keepListening();

  return {
    status: () => ({ ...forwarder.counts(), ...counts, listening, why, clients: clients.size }),
    close: async () => {
      stopping.abort();
      await started;
      const closed = new Promise<void>((resolve) => {
        if (server?.listening) server.close(() => resolve());
        else resolve();
      });
      for (const { socket } of clients) socket.destroy();
      await closed;
      listening = undefined;
    },
  };
}

function allowList(allow: readonly string[] | undefined): (from: string) => boolean {
  if (!allow) return () => true;
  const list = new BlockList();
  for (const entry of allow) {
    const [address = "", prefix] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (from) => list.check(from, isIPv6(from) ? "ipv6" : "ipv4");
}

function explain({ code, message }: NodeJS.ErrnoException, place: string): string {
  const advice = {
    EADDRINUSE: "another program listens there; choose another port",
    EADDRNOTAVAIL: "this machine does not have that address now; check the interface",
    EACCES: "ports below 1024 are the system's; choose one above, such as 1502",
  }[code ?? ""];
  return `proxy ${place}: ${advice ?? message}`;
}

const hostPort = ({ host, port }: { readonly host: string; readonly port: number }) =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
