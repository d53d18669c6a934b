import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** `npm test` runs every *.test.ts; `npm run test:peers` runs *.peers.test.ts against programs that we did not write. */
const peers = process.env.WEIR_PEERS === "1";

/** Whole-path tests take longest, however short their files: they begin first, so that none is still under way when all else is done. */
class WholePathsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWholePath = ({ moduleId }: TestSpecification) => moduleId.includes("/e2e/");
    return [...sorted.filter(isWholePath), ...sorted.filter((file) => !isWholePath(file))];
  }
}

export default defineConfig({
  test: {
    include: [peers ? "**/*.peers.test.ts" : "**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", ...(peers ? [] : ["**/*.peers.test.ts"])],
    // The simulated boards run twice as fast without what a test runner adds to every call across files.
    server: { deps: { external: [/\/firmware\/(boot485|nodes|sim|tool)\/(?!.*\.test\.ts$)/] } },
    env: { LC_ALL: "C.UTF-8" }, // claims are about English texts, wherever the tests run
    sequence: { sequencer: WholePathsFirst },
    maxWorkers: 2, // whole-path tests mostly wait: two at a time, on two cores as well
    testTimeout: peers ? 60_000 : 20_000,
    hookTimeout: 60_000,
  },
});
