import { connect } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import { type Sentence, say } from "@weir/wire/sentences.ts";
import { type Link, LinkError, type LinkErrorCode } from "../driver.ts";
import { createInbox } from "./inbox.ts";
import { noWay } from "./no-way.ts";

const keepAliveMs = 10_000;

export type OpenOptions = { readonly timeoutMs: number; readonly clock: Clock };

/** A connection on which bytes come and go; what they mean is its user's. */
export type Socket = {
  write(bytes: Uint8Array): void;
  /** Resolves with the reason once it is closed by either side. */
  readonly closed: Promise<LinkError>;
  /** Idempotent. The reason is the one given, if it was open until now. */
  close(why?: LinkError): Promise<void>;
};

export type Address = { readonly host: string; readonly port: number };

/**
 * Connects to a host. No delay for small packets; TCP keep-alive after 10 s, so that a host which vanished is noticed.
 * Rejects with a LinkError that says what to check, and then has opened nothing.
 */
export async function openTcp(address: Address, options: OpenOptions, signal: AbortSignal): Promise<Link> {
  const { clock } = options;
  const inbox = createInbox(clock);
  let lastByteAt = clock.monotonic();
  let lastHeardAt = lastByteAt;
  const hear = (chunk: Uint8Array) => {
    lastByteAt = clock.monotonic();
    lastHeardAt = lastByteAt;
    inbox.push(chunk);
  };
  const socket = await openSocket(address, options, hear, signal);
  lastHeardAt = clock.monotonic();
  void socket.closed.then(inbox.end);
  return {
    send: (bytes) => {
      lastByteAt = clock.monotonic();
      socket.write(bytes);
    },
    discard: inbox.discard,
    overhear: inbox.overhear,
    receive: inbox.receive,
    lastByteAt: () => lastByteAt,
    lastHeardAt: () => lastHeardAt,
    closed: socket.closed,
    close: () => socket.close(),
  };
}

/** As openTcp, for those who make something else of the bytes than frames. */
export function openSocket(
  { host, port }: Address,
  { timeoutMs, clock }: OpenOptions,
  hear: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<Socket> {
  const place = `${host}:${port}`;
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<LinkError>();

  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
    let why: LinkError | undefined;
    const fail = (error: LinkError) => {
      why = error;
      socket.destroy();
      reject(error);
    };
    const stop = () => fail(new LinkError("closed", say(stopped, { place })));

    socket.on("connect", () => {
      settled.abort();
      signal.removeEventListener("abort", stop);
      resolve({
        write: (bytes) => void socket.write(bytes),
        closed,
        close: async (reason) => {
          why ??= reason;
          socket.destroy();
          await closed;
        },
      });
    });
    socket.on("data", hear);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      why = explain(error, place);
      reject(why);
    });
    socket.on("close", () => {
      settled.abort();
      signal.removeEventListener("abort", stop);
      tellClosed(why ?? new LinkError("closed", say(closedByHost, { place })));
    });

    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop);
    void clock.sleep(timeoutMs, settled.signal).then(() => {
      if (!settled.signal.aborted) fail(new LinkError("timeout", say(notTaken, { place, timeoutMs })));
    });
  });
}

function explain(error: NodeJS.ErrnoException, place: string): LinkError {
  const [code, reason] = reasons[error.code ?? ""] ?? (["closed", undefined] as const);
  return new LinkError(code, `${place}: ${reason?.en ?? say(failed, { message: error.message })}`, { cause: error });
}

const stopped = { en: "connecting to {place} was stopped", zh: "与 {place} 的连接已被停止" } as const;
const closedByHost = { en: "{place} closed the connection", zh: "{place} 关闭了连接" } as const;
const notTaken = {
  en: "{place} did not take the connection within {timeoutMs} ms: check the address, the cable and the gateway's route to it",
  zh: "{place} 在 {timeoutMs} 毫秒内未接受连接：请检查地址、网线和网关到它的路由",
} as const;
const failed = { en: "connection failed ({message})", zh: "连接失败（{message}）" } as const;
const reasons: Readonly<Record<string, readonly [LinkErrorCode, Sentence]>> = {
  ...noWay,
  ECONNREFUSED: [
    "refused",
    {
      en: "the host is there but nothing listens on this port; check the port and that the service is on",
      zh: "主机在线，但该端口无服务监听；请检查端口，并确认服务已开启",
    },
  ],
  ECONNRESET: [
    "closed",
    {
      en: "the host reset the connection; it may allow fewer connections than are open",
      zh: "主机重置了连接；其允许的连接数可能少于已打开的",
    },
  ],
  EPIPE: [
    "closed",
    { en: "the host closed the connection while something was sent to it", zh: "发送数据时主机关闭了连接" },
  ],
};

export const sentences: readonly Sentence[] = [
  ...[stopped, closedByHost, notTaken, failed],
  ...Object.values(reasons).map(([, reason]) => reason),
];
