/**
 * How long the search for nodes by serial number takes at 19200 bit/s: questions, and the time of the line, over nodes that run their
 * images. The wait for an answer is the tool's own, 100 ms; an adapter that hands bytes over late adds its lateness.
 *
 * usage: npm run bench -- commission
 */
import { startLine } from "@weir/firmware/nodes/test-commission.ts";
import { createAskAll } from "@weir/firmware/tool/commission/line.ts";
import { search } from "@weir/firmware/tool/commission/search.ts";
import { createRandom } from "./random.ts";

const draw = createRandom(6);
const numbers: Readonly<Record<string, (n: number) => number>> = {
  "a series": (n) => 100_231 + n,
  "random numbers": () => 1 + Math.floor(draw() * 0xfffffffd),
  "pairs that differ in their first bit (worst)": (n) => ((n >> 1) | (n % 2 === 0 ? 0 : 0x80000000)) >>> 0,
};

for (const count of [1, 3, 30])
  for (const [name, serialOf] of Object.entries(numbers)) {
    const { timeline, port } = await startLine(
      Array.from({ length: count }, () => "level"),
      (n) => serialOf(n + 1),
    );
    const ask = createAskAll({ port, baud: 19_200, waitMs: 100, signal: new AbortController().signal });
    const since = timeline.now();
    const began = performance.now();
    const { nodes, questions } = await search(ask, () => {});
    const seconds = (timeline.now() - since) / 16e6;
    const bound = Math.ceil(count * (35 - Math.log2(count)) + 4);
    console.log(
      `${String(count).padStart(2)} nodes, ${name}: ${nodes.length} found with ${questions} questions (at most ${bound}), ${seconds.toFixed(1)} s of the line, ${((performance.now() - began) / 1000).toFixed(1)} s simulated`,
    );
  }
