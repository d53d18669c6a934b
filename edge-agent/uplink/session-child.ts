import { systemClock } from "@weir/wire/clock.ts";
import { memoryOutbox } from "../outbox/memory.ts";
import { createDeviceBook } from "./devices.ts";
import { runUplink } from "./uplink.ts";

/** For mosquitto.peers.test.ts: a gateway that is born and then waits to be killed. */
const [port, site] = process.argv.slice(2) as [string, string];
runUplink(
  {
    site,
    gateway: "gw-1",
    host: "weir",
    connection: { url: `mqtt://127.0.0.1:${port}`, clientId: "doomed", keepAliveMs: 5000, connectTimeoutMs: 5000 },
    outbox: memoryOutbox({ clock: systemClock }),
    devices: createDeviceBook({ device: "gw-1", kind: "gateway", metrics: [] }, []),
    nextBdSeq: () => 7,
    onCommand: () => {},
    clock: systemClock,
    random: Math.random,
  },
  new AbortController().signal,
);
