import type { Series } from "./influx-read.ts";
import { type InfluxServer, placeOfQuery, whyRefused } from "./influx-server.ts";
import { StoreUnavailable } from "./store.ts";

/** Rows in a piece: some 10 ms of work, so that nothing else waits for an answer of millions. */
const pieceRows = 5000;

/**
 * Series that statements answer, in their order, a piece at a time as the server sends them: one that is longer comes in several, one after the
 * other. Memory stays that of a piece, and the server waits while one is worked on. Rejects with a StoreUnavailable, also after some pieces.
 */
export async function* askInPieces(
  server: InfluxServer,
  statements: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Series> {
  const chunked = { chunked: "true", chunk_size: String(pieceRows) };
  const form = new URLSearchParams({ ...placeOfQuery(server.api), ...chunked, epoch: "ms", q: statements.join(";") });
  const quiet = new AbortController();
  /** Gives up after so much silence, however long the whole takes. */
  const patiently = async <T>(work: Promise<T>): Promise<T> => {
    const timeout = AbortSignal.timeout(server.timeoutMs);
    const giveUp = () => quiet.abort(timeout.reason);
    timeout.addEventListener("abort", giveUp);
    try {
      return await work;
    } finally {
      timeout.removeEventListener("abort", giveUp);
    }
  };
  try {
    const response = await patiently(
      fetch(new URL("/query", server.url), {
        method: "POST",
        headers: { ...server.headers.read, "content-type": "application/x-www-form-urlencoded" },
        body: form.toString(),
        signal: AbortSignal.any([signal, quiet.signal]),
      }),
    );
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    try {
      let rest = "";
      for (;;) {
        const { value = "", done } = await patiently(reader.read());
        const lines = (rest + value).split("\n");
        rest = done ? "" : lines.pop()!;
        for (const line of lines) if (line.trim() !== "") yield* seriesOf(line, response);
        if (done) return;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    throw new StoreUnavailable(`InfluxDB at ${server.url}: ${whyRefused(server, error)}`, { cause: error });
  }
}

type Answer = {
  readonly error?: string;
  readonly message?: string;
  readonly results?: readonly { readonly series?: readonly Series[]; readonly error?: string }[];
};

function seriesOf(line: string, { ok, status }: Response): readonly Series[] {
  const answer = JSON.parse(line) as Answer;
  const error = answer.error ?? answer.message ?? answer.results?.find((result) => result.error)?.error;
  if (!ok || error !== undefined)
    throw Object.assign(new Error(error ?? "no reason given"), ok ? {} : { statusCode: status });
  return (answer.results ?? []).flatMap(({ series = [] }) => series);
}
