import type { NodeKeys } from "@weir/wire/firmware/node-keys.ts";
import { flatten } from "../hex.ts";
import type { Target } from "../target.ts";
import { flashOnLine } from "./flash.ts";
import { identifyOnLine, verifyOnLine } from "./look.ts";
import type { LineWork } from "./work.ts";

/** A node on a line, which has boot485. `keys`: those of nodes; asked for when something is to be written. */
export function lineTarget(work: LineWork, keys: () => NodeKeys): Target {
  return {
    identify: async () => void (await identifyOnLine(work)),
    flash: async (image, { dryRun, allowOlder }) => {
      await flashOnLine(work, flatten(image), { keys: dryRun ? new Map() : keys(), dryRun, allowOlder });
      return dryRun ? "nothing was written" : "the new image runs, and has said that it works";
    },
    verify: async (image) => {
      await verifyOnLine(work, flatten(image));
      return "the node runs this image";
    },
  };
}
