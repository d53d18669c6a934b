import { flatten } from "@weir/firmware/tool/hex.ts";
import { readImage } from "@weir/firmware/tool/images.ts";
import { slotBytes } from "@weir/wire/firmware/boot485.ts";
import { formatBundle } from "@weir/wire/firmware/bundle.ts";
import { bundleOf } from "@weir/wire/firmware/test-bundle.ts";
import { usualDeadlines } from "@weir/wire/firmware/update.ts";
import { faultCode, stateCode } from "@weir/wire/firmware/update-state.ts";
import { afterEach, describe, expect, test } from "vitest";
import { type FirmwareBus, signers, startFirmwareBus } from "./firmware-bus.ts";

const level = flatten(await readImage("level"));
const next = flatten(await readImage("level-flawed"));
const approval = { expires: "2027-01-31T00:00:00.000Z", older: false };
const bundle = formatBundle(bundleOf(next, signers, approval));

const open: FirmwareBus[] = [];
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});
async function start(): Promise<FirmwareBus> {
  const bus = await startFirmwareBus(115_200);
  open.push(bus);
  await bus.run(3000);
  return bus;
}

const statesOf = ({ emitted }: FirmwareBus, device: string) => {
  const codes = emitted.filter((each) => each.device === device && each.metric === "firmware_state");
  return codes.map(({ value }) => value);
};
const codes = (...states: Parameters<typeof stateCode>[0][]) => states.map(stateCode);
const stateOf = (bus: FirmwareBus, device: string) =>
  bus
    .desk()
    .status()
    .find((each) => each.device === device)?.state;
const holds = (bus: FirmwareBus, n: number, image: Uint8Array) =>
  image.every((byte, at) => bus.boards[n]!.flash[at] === byte);

describe("an update through a gateway", { timeout: 60_000 }, () => {
  test("brings a node to new firmware while its neighbours are polled in each of their cycles, and its own gap is told as such", async () => {
    const bus = await start();
    const begun = bus.clock.now();
    const { skippedCycles } = bus.polling.status().devices[0]!;
    expect(await bus.desk().install("well-2", { id: "c", bundle })).toEqual({ id: "c", status: "done", readBack: 1 });
    await bus.until(() => stateOf(bus, "well-2") === "confirmed", 60_000);
    await bus.run(2000);
    expect(statesOf(bus, "well-2")).toEqual(codes("accepted", "staged", "activated", "trial", "confirmed"));
    expect(holds(bus, 1, next)).toBe(true);
    const levels = (device: string) =>
      bus.emitted.filter((each) => each.device === device && each.metric === "sewer_level" && each.at >= begun);
    expect(levels("well-2").map(({ quality }) => quality)).toEqual(["bad", "good"]);
    for (const neighbour of ["well-1", "well-3"]) expect(levels(neighbour)).toEqual([]); // the level stands: nothing turned bad
    const [first, , third] = bus.polling.status().devices;
    expect([first!.skippedCycles, third!.skippedCycles]).toEqual([skippedCycles, skippedCycles]);
    for (const unit of [1, 3]) expect(bus.gaps.get(unit)).toBeLessThan(1200);
  });

  test("of two nodes on one bus goes one after the other", async () => {
    const bus = await start();
    await bus.desk().install("well-1", { id: "a", bundle });
    await bus.desk().install("well-3", { id: "b", bundle });
    await bus.until(() => stateOf(bus, "well-1") === "confirmed", 60_000);
    expect(stateOf(bus, "well-3")).toBe("accepted");
    await bus.run(500);
    const { acceptedAt, deadlineAt } = bus
      .desk()
      .status()
      .find(({ device }) => device === "well-3")!;
    expect(deadlineAt! - acceptedAt).toBeGreaterThan(usualDeadlines.stageMs + 3000); // since its turn came
    await bus.until(() => stateOf(bus, "well-3") === "confirmed", 60_000);
  });

  test("goes on where it was when the gateway loses its power in the transfer, and when it is on trial", async () => {
    const bus = await start();
    await bus.desk().install("well-2", { id: "c", bundle });
    const staged = () => bus.boards[1]!.flash.subarray(slotBytes, slotBytes + next.length);
    await bus.until(() => staged()[2500] === next[2500], 30_000);
    await bus.restartDesk();
    expect(stateOf(bus, "well-2")).toBe("accepted");
    await bus.until(() => stateOf(bus, "well-2") === "trial" || stateOf(bus, "well-2") === "activated", 60_000);
    await bus.restartDesk();
    await bus.until(() => stateOf(bus, "well-2") === "confirmed", 60_000);
    await bus.restartDesk();
    expect(stateOf(bus, "well-2")).toBe("confirmed");
    const older = formatBundle(bundleOf(level, signers, approval));
    const refused = await bus.desk().install("well-1", { id: "d", bundle: older });
    expect(refused).toMatchObject({
      status: "refused",
      why: expect.stringMatching(/older than 1\.2\.0, which has been confirmed here/),
    });
  });

  test("is parked while the adapter is pulled out, and goes on once it is back", async () => {
    const bus = await start();
    await bus.desk().install("well-2", { id: "c", bundle });
    await bus.until(() => bus.boards[1]!.flash[slotBytes + 2500] === next[2500], 30_000);
    bus.plug(false);
    await bus.until(() => stateOf(bus, "well-2") === "parked", 60_000);
    bus.plug(true);
    await bus.until(() => stateOf(bus, "well-2") === "confirmed", 90_000);
    expect(holds(bus, 1, next)).toBe(true);
    const parked = codes("accepted", "parked", "accepted", "staged", "activated", "trial", "confirmed");
    expect(statesOf(bus, "well-2")).toEqual(parked);
  });

  test("to an image that hangs ends rolled back, with the reason, and readings of the old one", async () => {
    const bus = await start();
    bus.boards[1]!.analog(5, 5);
    await bus.desk().install("well-2", { id: "c", bundle });
    await bus.until(() => stateOf(bus, "well-2") === "rolled-back", 60_000);
    await bus.run(2000);
    expect(holds(bus, 1, level)).toBe(true);
    const last = (metric: string) => bus.emitted.findLast((each) => each.device === "well-2" && each.metric === metric);
    expect(last("firmware_fault")!.value).toBe(faultCode("crashed"));
    expect(last("sewer_level")).toMatchObject({ value: 2.495, quality: "good" });
    expect(bus.boards.flatMap(({ faults }) => faults)).toEqual([]);
  });
});
