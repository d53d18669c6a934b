import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Access, Caller } from "./access.ts";
import { ApiError, checkRequest, failure } from "./fault.ts";

type Shape = z.ZodObject;
type Parsed<S extends Shape | undefined> = S extends Shape ? z.output<S> : Record<string, never>;

/** What a handler knows and sets besides its input. */
type Around = {
  readonly caller: Caller | undefined;
  /** Reached through TLS, as the proxy in front says. */
  readonly secure: boolean;
  /** Go out with the answer. */
  readonly headers: Headers;
  setStatus(status: number): void;
};

/** One operation of the API: what it takes, what it answers, who may ask. Requests with anything else are refused. */
export type Route<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends Shape | undefined,
  A extends z.ZodType,
> = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly summary: string;
  /** What the caller must be allowed to; absent: everybody. */
  readonly access?: Access;
  readonly path?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  handle(
    input: { readonly path: Parsed<P>; readonly query: Parsed<Q>; readonly body: Parsed<B> } & Around,
    /** Aborted when the asker is gone. */
    signal: AbortSignal,
  ): Promise<z.input<A>> | z.input<A>;
};

/** Adds a route to the application and to its OpenAPI description. */
export function addRoute<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(app: FastifyInstance, route: Route<P, Q, B, A>): void {
  const { method, url, summary, access, path, query, body } = route;
  app.route({
    method,
    url: url.replaceAll(/\{(\w+)\}/g, ":$1"),
    config: access === undefined ? {} : { access },
    schema: {
      summary,
      ...(path ? { params: jsonSchema(path) } : {}),
      ...(query ? { querystring: jsonSchema(query) } : {}),
      ...(body ? { body: jsonSchema(body) } : {}),
      response: { 200: jsonSchema(route.answer), default: jsonSchema(failure) },
    },
    handler: async (request, reply) => {
      const input = checkRequest([
        { name: "path", schema: path, input: request.params },
        { name: "query", schema: query, input: request.query },
        { name: "body", schema: body, input: request.body },
      ]) as Parameters<typeof route.handle>[0];
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const headers = new Headers();
      const around: Around = {
        caller: request.caller,
        secure: request.headers["x-forwarded-proto"] === "https",
        headers,
        setStatus: (status) => void reply.code(status),
      };
      const answer = await route.handle({ ...input, ...around }, gone.signal);
      reply.headers(Object.fromEntries(headers));
      return answer;
    },
  });
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return rest;
}

/** Runs work that waits for another machine, for at most ms. Rejects with ApiError `no_answer_in_time` then. */
export async function within<T>(
  { sleep }: { sleep(ms: number, signal: AbortSignal): Promise<void> },
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  const working = work(AbortSignal.any([signal, late.signal]));
  try {
    return await Promise.race([
      working,
      sleep(ms, AbortSignal.any([signal, done.signal])).then(() => {
        if (done.signal.aborted) return working;
        late.abort();
        working.catch(() => {});
        throw new ApiError(
          "no_answer_in_time",
          `the store did not answer within ${ms / 1000} s; ask for a shorter range, or later`,
        );
      }),
    ]);
  } finally {
    done.abort();
  }
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    access?: Access;
  }
}
