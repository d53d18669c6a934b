import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { plainly } from "../faults/reply.ts";
import { serveBus } from "./bus.ts";
import { transcriptUnits } from "./memory-unit.ts";

const client = join(import.meta.dirname, "testdata/pymodbus-client.py");

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

/** What is in the units that the transcripts in testdata/ talk to, before and after they are written to. */
const expected = `coils 1 0 1 1 0 0 0 0 1 1 0 0 0 0 0 0
discrete 0 1 0 0 1 1 1 1 0 0 0 0 0 0 0 0
input 2257 108 0 244 0 38 0 500 100 0
holding 189 2 1782
write coil done
write coils done
coils 1 1 0 1 0 0 0 0 1 1 0 0 0 0 0 0
write register done
write registers done
holding 3 4
written 42
other unit 3
no such register exception 2
`;

describe("pymodbus as the master", () => {
  test.each(["tcp", "raw-tcp"] as const)("understands every function of our servers over %s", async (kind) => {
    const port = await serveBus(
      {
        name: "test",
        kind,
        host: "127.0.0.1",
        port: 0,
        units: transcriptUnits(),
        deliver: (_, frame) => plainly(frame),
        clock: systemClock,
      },
      stop.signal,
    );
    const { stdout } = await promisify(execFile)("/usr/bin/python3", [client, kind, String(port)]);
    expect(stdout).toBe(expected);
  });
});
