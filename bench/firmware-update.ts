/**
 * One of three nodes of a line is brought to new firmware through the gateway, which reads each once a second: how long that takes, how long
 * the node is not read, and how long its neighbours are not. The agent's own polling and updating, nodes that run their images, all in virtual time.
 *
 * usage: npm run bench -- firmware-update
 */
import { signers, startFirmwareBus } from "@weir/e2e/firmware-bus.ts";
import { flatten } from "@weir/firmware/tool/hex.ts";
import { readImage } from "@weir/firmware/tool/images.ts";
import { formatBundle } from "@weir/wire/firmware/bundle.ts";
import { bundleOf } from "@weir/wire/firmware/test-bundle.ts";

const image = flatten(await readImage("level-flawed"));
const bundle = formatBundle(bundleOf(image, signers, { expires: "2027-01-31T00:00:00.000Z", older: false }));

for (const baud of [19_200, 115_200] as const) {
  const bus = await startFirmwareBus(baud);
  await bus.run(5000);
  const usual = Math.max(...bus.gaps.values());
  const begun = bus.clock.now();
  await bus.desk().install("well-2", { id: "bench", bundle });
  const state = () => bus.desk().status()[0]!.state;
  await bus.until(() => state() === "confirmed", 120_000);
  const seconds = (bus.clock.now() - begun) / 1000;
  await bus.run(3000);
  const [one, two, three] = [1, 2, 3].map((unit) => bus.gaps.get(unit)!);
  console.log(
    `${baud} bit/s, ${image.length} B: confirmed after ${seconds.toFixed(1)} s; not read for ${(two! / 1000).toFixed(1)} s; its neighbours for at most ${Math.max(one!, three!)} ms (${usual} ms without an update)`,
  );
  await bus.close();
}
