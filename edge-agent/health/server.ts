import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopback } from "../hosts.ts";
import { formatExposition } from "./exposition.ts";
import { formatPage } from "./page.ts";
import type { AgentStatus } from "./status.ts";

// An import of node:http evaluates all that it exports, a WebSocket client of 8 MB too.
const { createServer } = process.getBuiltinModule("node:http");

export type HealthOptions = {
  /** host:port, loopback only; port 0 takes a free one. */
  readonly listen: string;
  readonly status: () => AgentStatus;
};

export type HealthServer = {
  /** http://host:port as it really is. */
  readonly url: string;
  /** Resolves when nothing listens any more. Idempotent. */
  close(): Promise<void>;
};

/**
 * Serves /, /status (JSON), /metrics (Prometheus) and /healthz on a loopback address, until closed or the signal aborts. Rejects
 * with what to change when the address is not loopback or is taken: the page knows no users, so it must not be reachable from
 * outside; put a reverse proxy with a login before it.
 */
export async function startHealth({ listen, status }: HealthOptions, signal: AbortSignal): Promise<HealthServer> {
  const { host, port } = parseListen(listen);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) =>
    answer(request, response, status),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          error.code === "EADDRINUSE"
            ? `health.listen: ${listen} is in use by another program; choose another port`
            : `health.listen: ${listen}: ${error.message}`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as { port: number };
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  signal.addEventListener("abort", () => void close(), { once: true });
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`, close };
}

/** Throws an Error for whatever is not a loopback address with a port. */
export function parseListen(listen: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(listen) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (digits === undefined || port > 65535)
    throw new Error(`health.listen: ${listen} is not host:port; write 127.0.0.1:9464`);
  if (!isLoopback(host))
    throw new Error(
      `health.listen: ${host} is reachable from outside, and this page has no login; write 127.0.0.1:${port}`,
    );
  return { host: host === "localhost" ? "127.0.0.1" : host, port };
}

type Answer = { readonly code: number; readonly type: string; readonly body: string };

function answer(request: IncomingMessage, response: ServerResponse, status: () => AgentStatus): void {
  const { code, type, body } = answerTo(request, status);
  response.writeHead(code, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function answerTo({ method, url, headers }: IncomingMessage, status: () => AgentStatus): Answer {
  const text = (code: number, body: string): Answer => ({ code, type: "text/plain", body });
  if (!isLocalName(headers.host)) return text(421, "This page answers on this machine's own names only.\n");
  if (method !== "GET" && method !== "HEAD") return text(405, "Only GET and HEAD.\n");
  const parsed = URL.parse(url ?? "/", "http://localhost");
  switch (parsed?.pathname) {
    case "/": {
      const language = languageOf(parsed.searchParams.get("lang"), headers["accept-language"]);
      return { code: 200, type: "text/html", body: formatPage(status(), language) };
    }
    case "/status":
      return { code: 200, type: "application/json", body: `${JSON.stringify(status(), null, 2)}\n` };
    case "/metrics":
      return { code: 200, type: "text/plain; version=0.0.4", body: formatExposition(status()) };
    case "/healthz":
      return text(200, "ok\n");
    default:
      return text(404, "There are /, /status, /metrics and /healthz here.\n");
  }
}

/** A page elsewhere must not reach this one through a name that it has pointed at 127.0.0.1 (DNS rebinding). */
function isLocalName(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host ?? "");
}

function languageOf(asked: string | null, accepted: string | undefined): "en" | "zh" {
  if (asked === "zh" || asked === "en") return asked;
  return /^\s*zh/i.test(accepted ?? "") ? "zh" : "en";
}
