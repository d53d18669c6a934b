import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import { formatNodeKey } from "@weir/wire/firmware/node-keys.ts";
import { afterAll, expect, test } from "vitest";
import { bytesOf, keyOf, serialOf, startBus } from "../../boot485/test-bus.ts";
import { createAdapter } from "../../sim/adapter.ts";
import { rush } from "../../sim/rush.ts";
import { serve } from "../../sim/serve.ts";
import { runCommand } from "../command.ts";
import type { Event } from "../events.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-on-line-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("with the cable pulled in the middle weir-firmware says what the node is left with, and told the same again sends only the rest", async () => {
  const bus = await startBus(["level"]);
  const [board] = bus.boards;
  const [runs, next] = [await bytesOf("level"), await bytesOf("level-flawed")];
  const keys = join(folder, "nodes.keys");
  writeFileSync(keys, formatNodeKey(serialOf(1), keyOf(serialOf(1))));
  const adapter = createAdapter(bus.timeline, { rx: bus.wire, tx: bus.wire }, { baud: 19_200, parity: "even" });
  const time = rush(bus.timeline);

  /** Types the command; the cable is pulled once so many pages have been written. */
  async function flash(pullAt: number) {
    const server = await serve(adapter, { line: bus.timeline });
    const port = `127.0.0.1:${server.port}`;
    const events: Event[] = [];
    const out = (line: string) => {
      const event = JSON.parse(line) as Event;
      events.push(event);
      if (event.event === "writing" && event.page === pullAt) void server.close();
    };
    const words = ["flash", "level-flawed", "--bus", "--unit", "1", "--node-keys", keys, "--port", port, "--json"];
    const code = await runCommand(words, { out, err: out });
    await server.close();
    return { code, events, written: events.filter(({ event }) => event === "writing").length };
  }

  const first = await flash(20);
  expect(first.code).toBe(1);
  expect(first.events.at(-1)).toMatchObject({
    event: "failed",
    what: expect.stringMatching(/the connection was closed$/),
    causes: [expect.stringMatching(/cable/), expect.anything()],
    next: expect.stringMatching(/only the rest is sent/),
    board: expect.stringMatching(/^the node runs what it ran/),
  });
  expect(board!.flash.subarray(0, runs.length)).toEqual(runs);
  expect(board!.flash[slotBytes + 20 * 128 - 1]).toBe(next[20 * 128 - 1]);

  const again = await flash(Number.NaN);
  time.stop();
  expect([again.code, again.events.at(-1)]).toEqual([0, expect.objectContaining({ event: "done" })]);
  const pages = Math.ceil(next.length / 128);
  expect(first.written + again.written).toBeLessThanOrEqual(pages + 1); // the one whose confirmation was lost
  expect(board!.flash.subarray(0, next.length)).toEqual(next);
});
