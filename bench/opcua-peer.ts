import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { openServer } from "@weir/simulators/opcua/server.ts";

/**
 * An OPC UA server for benchmarks: devices × points, all of them new every second. Run as a process of its own, so that its cost
 * is not ours.
 * use: node bench/opcua-peer.ts <port> <devices> <points>    prints "up" once it answers
 */
const [port = 0, devices = 0, points = 0] = process.argv.slice(2).map(Number);
const own = "urn:weir:bench";
const namesOf = (...names: readonly string[]) => names.map((name) => ({ namespace: own, name }));

const server = await openServer(
  {
    ...{ name: "bench", host: "127.0.0.1", port, pki: join(tmpdir(), `weir-sim-${userInfo().uid}`, "bench") },
    ...{ expired: false, strangers: [] },
    variables: Array.from({ length: devices * points }, (_, i) => ({
      path: namesOf(`D${Math.floor(i / points)}`, `P${i % points}`),
      type: "Double",
    })),
  },
  Date.now,
  async () => "BadNotWritable",
);
let turn = 0;
const show = () => {
  turn++;
  const at = Date.now();
  server.show(Array.from({ length: devices * points }, (_, i) => ({ value: turn + i, status: "Good", at })));
};
show();
setInterval(show, 1000);
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
console.log("up");
