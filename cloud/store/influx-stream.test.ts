import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Series } from "./influx-read.ts";
import { windowLines } from "./influx-rollup.ts";
import { serverOf } from "./influx-server.ts";
import { askInPieces } from "./influx-stream.ts";
import { StoreUnavailable } from "./store.ts";

const never = new AbortController().signal;

/** A server that answers a query as `answer` does. */
async function serve(answer: (response: ServerResponse) => void, timeoutMs = 10_000) {
  const server = createServer((_, response) => answer(response)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return serverOf({ url, api: { version: 1, database: "weir" }, timeoutMs });
}

async function all(pieces: AsyncIterable<Series>): Promise<readonly Series[]> {
  const found: Series[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

const series = (device: string, ...values: number[][]): Series => ({
  name: "water",
  tags: { device },
  columns: ["time", "ph"],
  values,
});
const lineOf = (...some: readonly Series[]) => `${JSON.stringify({ results: [{ statement_id: 0, series: some }] })}\n`;

describe("an answer in pieces", () => {
  test("is the same wherever the network cuts it, between bytes of a letter too", async () => {
    const pieces = [series("泵一", [0, 7]), series("泵一", [1, 8]), series("sonde", [0, 1])];
    const bytes = Buffer.from(lineOf(pieces[0]!) + lineOf(pieces[1]!, pieces[2]!));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const server = await serve((response) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
          for (const [n, edge] of edges.slice(1).entries()) response.write(bytes.subarray(edges[n], edge));
          response.end();
        });
        expect(await all(askInPieces(server, ["SELECT"], never))).toEqual(pieces);
      }),
      { numRuns: 20 },
    );
  });

  test("that fails after some pieces is no whole answer", async () => {
    const server = await serve((response) =>
      response.end(`${lineOf(series("a", [0, 1]))}{"results":[{"error":"timeout"}]}\n`),
    );
    await expect(all(askInPieces(server, ["SELECT"], never))).rejects.toThrow(StoreUnavailable);
  });

  test("whose connection breaks, or that falls silent in the middle, is no whole answer", async () => {
    const broken = await serve((response) => {
      response.write(lineOf(series("a", [0, 1])), () => response.destroy());
    });
    await expect(all(askInPieces(broken, ["SELECT"], never))).rejects.toThrow(StoreUnavailable);
    const silent = await serve((response) => void response.write(lineOf(series("a", [0, 1]))), 30);
    await expect(all(askInPieces(silent, ["SELECT"], never))).rejects.toThrow(StoreUnavailable);
  });
});

test("windows of a series are the same in whatever pieces its rows come, strings and other columns left aside", () => {
  const columns = ["time", "note", "ph", "ph_q"];
  const row = fc.tuple(fc.nat(5000), fc.constantFrom("x", null), fc.option(fc.integer()), fc.constantFrom(null, 0, 64));
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ([at]) => at, maxLength: 40 }), fc.nat(40), (rows, cut) => {
      const sorted = rows.sort((a, b) => a[0] - b[0]);
      const whole = windowLines({ name: "water", columns }, 1000);
      const pieces = windowLines({ name: "water", columns }, 1000);
      const wanted = [...whole.add(sorted), ...whole.end()];
      expect([...pieces.add(sorted.slice(0, cut)), ...pieces.add(sorted.slice(cut)), ...pieces.end()]).toEqual(wanted);
      expect(wanted.join()).not.toMatch(/note|NaN|Infinity/);
    }),
  );
});
