import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** `npm test` runs every *.test.ts; `npm run test:peers` runs *.peers.test.ts against programs that we did not write. */
const peers = process.env.WEIR_PEERS === "1";

/** What takes long, however short its file, begins first, so that it is not still under way when all else is done: whole paths, and a server in Python. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const takesLong = ({ moduleId }: TestSpecification) => /\/e2e\/|\/asyncua\.peers\./.test(moduleId);
    return [...sorted.filter(takesLong), ...sorted.filter((file) => !takesLong(file))];
  }
}

export default defineConfig({
  test: {
    include: [peers ? "**/*.peers.test.ts" : "**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", ...(peers ? [] : ["**/*.peers.test.ts"])],
    // The simulated boards run twice as fast without what a test runner adds to every call across files.
    server: { deps: { external: [/\/firmware\/(boot485|nodes|sim|tool)\/(?!.*\.test\.ts$)/] } },
    env: { LC_ALL: "C.UTF-8" }, // claims are about English texts, wherever the tests run
    sequence: { sequencer: LongestFirst },
    isolate: peers, // a process and its modules for each of hundreds of small files would cost a quarter of the processor's time
    setupFiles: "vitest.setup.ts",
    maxWorkers: 2, // whole-path tests mostly wait: two at a time, on two cores as well
    maxConcurrency: 12, // tests of one file that say they may run side by side: they scan lines, which is waiting
    testTimeout: peers ? 60_000 : 20_000,
    hookTimeout: 60_000,
  },
});
