import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import type { Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { AlarmBook } from "../alarms/book.ts";
import type { Commands } from "../commands/commands.ts";
import type { Directory } from "../ingest/directory.ts";
import type { Latest } from "../ingest/latest.ts";
import type { Days } from "../ledger/days.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SeriesReader } from "../rollup/read.ts";
import { type Store, StoreUnavailable } from "../store/store.ts";
import { type Access, buildDoor, type Token } from "./access.ts";
import { viewCity, watchChanges } from "./changes.ts";
import type { Metric } from "./exposition.ts";
import { ApiError, type Code, statusOf } from "./fault.ts";
import { securityHeaders } from "./headers.ts";
import { openLive } from "./live.ts";
import { addAlarms } from "./routes/alarms.ts";
import { addCommands } from "./routes/commands.ts";
import { addDelivery } from "./routes/delivery.ts";
import { addFirmware } from "./routes/firmware.ts";
import { addInventory } from "./routes/inventory.ts";
import { addLive } from "./routes/live.ts";
import { addNotifications } from "./routes/notifications.ts";
import { addOperations } from "./routes/operations.ts";
import { addReadings } from "./routes/readings.ts";
import { addSession } from "./routes/session.ts";
import { indexProfile } from "./view.ts";

export type ApiDeps = {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly latest: Latest;
  readonly ledger: Ledger;
  readonly days: Days;
  /** Forgets a device, or a gateway with its devices; how many it forgot. Nothing that is online. */
  readonly forget: (site: string, name: string) => number;
  readonly commands: Commands;
  readonly alarms: Pick<AlarmBook, "open" | "history" | "acknowledge" | "note">;
  /** What Grafana's webhook signs with. None: notifications are taken only while there are no tokens, so from this machine alone. */
  readonly webhookSecret?: string;
  readonly store: Pick<Store, "raw"> & {
    readonly series: SeriesReader;
    /** The shortest window, ms, that is kept of what happened then; 0 while the readings are. */
    readonly shortestWindow: (at: number) => number;
  };
  /** By id, as devices name them at birth: domain, names, periods, writable points and state names come from here. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** None: everybody on this machine may do everything; see assertBindable. */
  readonly tokens: readonly Token[];
  /** What the other parts of the cloud count, for /metrics. */
  readonly metrics?: () => readonly Metric[];
  /** What is wrong now, for people; empty when all is well. /api/v1/health answers 503 otherwise. */
  readonly troubles?: () => readonly string[];
  /** Folder of the built console; served when it exists. */
  readonly consoleFolder?: string;
  readonly log?: FastifyBaseLogger;
};

/** What every group of routes stands on. */
export type Ground = ReturnType<typeof layGround>;

/** The read API, the live stream, commands, /metrics and the console. Listens nowhere: the caller does, after assertBindable. */
export async function buildApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    ...(deps.log ? { loggerInstance: deps.log } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 65_536,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
  });
  // Requests are checked by the routes' own zod schemas (route.ts), which say every fault at once.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.decorateRequest("caller", undefined);

  const stop = new AbortController();
  app.addHook("preClose", async () => stop.abort());
  const ground = layGround(deps, stop.signal);

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
    const { access } = request.routeOptions.config;
    const { authorization, cookie, host, origin } = request.headers;
    try {
      request.caller = ground.door.identify({ authorization, cookie, host, origin });
    } catch (error) {
      // A cookie that is no longer valid must not lock its owner out of the page where a new one is asked for.
      if (access !== undefined || !(error instanceof ApiError) || error.code !== "not_signed_in") throw error;
    }
    if (access !== undefined) allow(request.caller?.access, access);
  });
  answerErrors(app);

  await app.register(fastifySwagger, { openapi: openapi(deps.tokens.length > 0) });
  await app.register(async (scope) => {
    for (const add of [addInventory, addDelivery, addReadings, addLive]) add(scope, ground);
    for (const add of [addCommands, addFirmware, addAlarms, addSession, addOperations]) add(scope, ground);
    await addNotifications(scope, ground);
  });
  app.get("/api/openapi.json", { schema: { hide: true } }, async () => app.swagger());

  const folder = deps.consoleFolder ?? join(import.meta.dirname, "..", "console", "dist");
  if (existsSync(join(folder, "index.html")))
    await app.register(fastifyStatic, {
      root: folder,
      setHeaders: (response, path) => {
        const named = path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
        response.header("cache-control", named);
      },
    });
  return app;
}

function layGround(deps: ApiDeps, signal: AbortSignal) {
  const profiles = new Map([...deps.profiles].map(([id, profile]) => [id, indexProfile(profile)]));
  const sources = { directory: deps.directory, latest: deps.latest, ledger: deps.ledger, profiles };
  const city = viewCity(sources, signal);
  const live = openLive({ clock: deps.clock, changes: watchChanges(city, sources, deps.clock, signal) }, signal);
  return { deps, city, live, door: buildDoor(deps.tokens), startedAt: deps.clock.now(), signal };
}

function allow(has: Access | undefined, needs: Access): void {
  if (has === undefined)
    throw new ApiError(
      "not_signed_in",
      "sign in first: send `Authorization: Bearer <token>`, or use the console's form",
    );
  if (needs === "operate" && has !== "operate")
    throw new ApiError("not_allowed", "this token may read only; writing needs a token with access `operate`");
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const told = tellError(error);
    if (told.code === "internal") request.log.error({ err: error, url: request.url }, "request failed");
    if (told.code === "not_signed_in") reply.header("www-authenticate", 'Bearer realm="weir"');
    return reply
      .code(statusOf[told.code])
      .send({ error: { code: told.code, message: told.message }, faults: told.faults });
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `${request.method} ${request.url.split("?")[0]} is not here; /api/openapi.json lists what is`;
    return reply.code(404).send({ error: { code: "not_found", message }, faults: [] });
  });
}

function tellError(
  error: Error & { statusCode?: number },
): Pick<ApiError, "message" | "faults"> & { readonly code: Code } {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreUnavailable)
    return {
      code: "store_unavailable",
      message: `the store cannot be reached: ${error.message}; nothing is lost, ask again later`,
      faults: [],
    };
  if (error.statusCode === 413) return { code: "too_large", message: "the body is larger than 64 KiB", faults: [] };
  if (error.statusCode === 415)
    return { code: "not_json", message: "send the body as `Content-Type: application/json`", faults: [] };
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { code: "bad_request", message: error.message, faults: [] };
  return { code: "internal", message: "the server failed at this request; its log says why", faults: [] };
}

function openapi(withTokens: boolean) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Weir",
      version: "1",
      description:
        "Readings of a city's instruments, with their age and quality, and what became of every record on its way.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    ...(withTokens
      ? {
          components: { securitySchemes: { token: { type: "http" as const, scheme: "bearer" } } },
          security: [{ token: [] }],
        }
      : {}),
  };
}
