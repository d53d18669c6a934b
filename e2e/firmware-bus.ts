import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { EdgeConfig } from "@weir/edge-agent/config.ts";
import { LinkError } from "@weir/edge-agent/drivers/driver.ts";
import { createTestLink, type TestLink } from "@weir/edge-agent/drivers/test-link.ts";
import { type FirmwareDesk, openFirmware } from "@weir/edge-agent/firmware/open.ts";
import { type Polling, startPolling } from "@weir/edge-agent/poll/poll.ts";
import { createAdapter } from "@weir/firmware/sim/adapter.ts";
import type { Board } from "@weir/firmware/sim/board.ts";
import { commission, createNode } from "@weir/firmware/sim/nodes.ts";
import { createWirePort } from "@weir/firmware/sim/port.ts";
import { createTimeline } from "@weir/firmware/sim/timeline.ts";
import { createWire } from "@weir/firmware/sim/wire.ts";
import { createNodeLine } from "@weir/firmware/tool/node-line.ts";
import { type VirtualClock, virtualClock } from "@weir/wire/clock.ts";
import { loaderRequests } from "@weir/wire/firmware/boot485.ts";
import { formatTrustedKey } from "@weir/wire/firmware/keys.ts";
import { formatNodeKey } from "@weir/wire/firmware/node-keys.ts";
import { newSigner } from "@weir/wire/firmware/test-bundle.ts";
import type { Sample } from "@weir/wire/sample.ts";

export const signers = { release: newSigner(), fleet: newSigner() };

export type Emitted = Sample & { readonly device: string };

/** The agent's polling and updating over three level nodes with boot485 on one line, all of it in one virtual time. */
export type FirmwareBus = {
  readonly clock: VirtualClock;
  readonly boards: readonly Board[];
  readonly polling: Polling;
  desk(): FirmwareDesk;
  readonly emitted: readonly Emitted[];
  /** When which unit was last heard to answer, and the longest it was not, ms, since `watch`. */
  readonly gaps: ReadonlyMap<number, number>;
  /** Lets time pass for nodes, line and agent alike. */
  run(ms: number): Promise<void>;
  /** Runs until it is so. Rejects after atMostMs. */
  until(what: () => boolean, atMostMs: number): Promise<void>;
  /** As if the gateway lost its power: what is on disk stays. */
  restartDesk(): Promise<void>;
  /** Pulls the adapter out, or puts it in again. */
  plug(isIn: boolean): void;
  close(): Promise<void>;
};

const everyMs = 1000;
const serialOf = (unit: number) => 1000 + unit;
const keyOf = (unit: number) => Uint8Array.from({ length: 16 }, (_, n) => unit * 16 + n);

export async function startFirmwareBus(baud: 19_200 | 115_200 = 19_200): Promise<FirmwareBus> {
  const folder = mkdtempSync(join(tmpdir(), "weir-firmware-bus-"));
  const timeline = createTimeline();
  const wire = createWire();
  const boards: Board[] = [];
  const settings = { baud, parity: "even" } as const;
  for (const unit of [1, 2, 3]) {
    const board = await createNode("level", wire, { loader: "boot485" });
    const eeprom = await commission("level", serialOf(unit), unit, settings);
    board.eeprom.set(eeprom);
    timeline.add(board);
    timeline.run(1.3);
    board.reset("power");
    board.analog(0, 2.64);
    boards.push(board);
  }
  await giveKeys();

  async function giveKeys() {
    timeline.run(200);
    const port = createWirePort("line", timeline, { rx: wire, tx: wire, reset: () => {} });
    await port.set(settings);
    const { signal } = new AbortController();
    for (const unit of [1, 2, 3]) {
      const line = createNodeLine(port, { unit, baud, now: () => 0, signal });
      await line.ask(loaderRequests.giveKey(keyOf(unit), new Uint8Array(16)));
      await line.ask(loaderRequests.run());
    }
    timeline.run(1500);
  }

  writeFileSync(
    join(folder, "trusted"),
    `${formatTrustedKey("release", signers.release.publicKey, "makers")}\n${formatTrustedKey("fleet", signers.fleet.publicKey, "works")}\n`,
  );
  writeFileSync(join(folder, "nodes"), [1, 2, 3].map((unit) => formatNodeKey(serialOf(unit), keyOf(unit))).join("\n"));

  const clock = virtualClock(Date.parse("2026-11-27T12:00:00Z"));
  const adapter = createAdapter(timeline, { rx: wire, tx: wire }, settings);
  let link: TestLink | undefined;
  let plugged = true;
  const heard = new Map<number, number>();
  const gaps = new Map<number, number>();
  adapter.onByte = (byte) => link?.push(Uint8Array.of(byte));

  const profile = loadProfiles().get("pipe/weir-level")!;
  const config: Pick<EdgeConfig, "devices" | "buses" | "firmware"> = {
    buses: [
      {
        name: "line",
        transport: { kind: "serial", path: "line", dataBits: 8, stopBits: 1, ...settings },
        connectTimeoutMs: 1000,
      },
    ],
    devices: [1, 2, 3].map((unit) => ({ id: `well-${unit}`, bus: "line", unit, profile, everyMs, timeoutMs: 500 })),
    firmware: { keys: join(folder, "trusted"), nodeKeys: join(folder, "nodes"), path: join(folder, "firmware") },
  };
  const emitted: Emitted[] = [];
  const emit = async (device: string, _kind: string, samples: readonly Sample[]) =>
    void emitted.push(...samples.map((sample) => ({ device, ...sample })));
  const forever = new AbortController().signal;
  let desk: FirmwareDesk | undefined;
  const polling = startPolling({
    ...config,
    clock,
    random: () => 0,
    signal: forever,
    emit,
    observe: (device, readings) => {
      if (readings.every(({ raw }) => raw === undefined)) return;
      const unit = Number(device.slice(-1));
      const now = clock.monotonic();
      gaps.set(unit, Math.max(gaps.get(unit) ?? 0, now - (heard.get(unit) ?? now)));
      heard.set(unit, now);
    },
    report: (event) => {
      if (event.event === "device-up") desk?.noticed(event.device);
    },
    openLink: async () => {
      if (!plugged) throw new LinkError("refused", "the adapter is not there");
      link = createTestLink(clock, (bytes) => adapter.send(bytes));
      return link;
    },
  });
  const openDesk = () =>
    openFirmware(
      {
        config: () => config as EdgeConfig,
        ...{ polling, emit, timeQuality: () => "good", timeSynchronised: () => true, clock, random: () => 0 },
        log: { info: () => {}, warn: () => {} },
      },
      forever,
    )!;
  desk = openDesk();

  async function run(ms: number): Promise<void> {
    for (let done = 0; done < ms; done++) {
      timeline.run(1);
      await clock.advance(1);
    }
  }
  /** What closes by itself only while time passes. */
  async function closing(work: Promise<void>): Promise<void> {
    let closed = false;
    void work.then(() => {
      closed = true;
    });
    while (!closed) await run(1);
  }
  return {
    clock,
    boards,
    polling,
    emitted,
    gaps,
    desk: () => desk!,
    run,
    until: async (what, atMostMs) => {
      for (let ms = 0; !what(); ms += 10) {
        if (ms > atMostMs) throw new Error(`not within ${atMostMs} ms: ${what}`);
        await run(10);
      }
    },
    restartDesk: async () => {
      await closing(desk!.close());
      desk = openDesk();
    },
    plug: (isIn) => {
      plugged = isIn;
      if (!isIn) link?.fail(new LinkError("closed", "the adapter was pulled out"));
    },
    close: async () => {
      await closing(desk!.close());
      await closing(polling.stop());
      rmSync(folder, { recursive: true });
    },
  };
}
