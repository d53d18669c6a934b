import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import type { LatestPoint } from "../ingest/latest.ts";
import { viewCity, watchChanges } from "./changes.ts";
import { fakeDeps, latestPoint, startAt } from "./fakes.ts";
import { openLive, type StreamResponse } from "./live.ts";
import { viewReading } from "./view.ts";

/** An HTTP response whose reader may be slow. */
function fakeResponse() {
  const written: string[] = [];
  let close = () => {};
  const response = {
    written,
    destroyed: false,
    writableLength: 0,
    write: (text: string) => written.push(text) > 0,
    destroy: () => {
      response.destroyed = true;
      close();
    },
    once: (_event: "close", listener: () => void) => {
      close = listener;
    },
    leave: () => close(),
  };
  return response satisfies StreamResponse & { written: string[] };
}

const nothing = { readings: [], devices: [], gateways: [] };
const reading = viewReading(latestPoint, undefined);

function openFake(wants: Partial<Parameters<typeof openLive>[0]> = {}) {
  const clock = virtualClock(startAt);
  const stop = new AbortController();
  let next: ReturnType<Parameters<typeof openLive>[0]["changes"]> = nothing;
  let asked = 0;
  const changes = () => {
    asked += 1;
    const now = next;
    next = nothing;
    return now;
  };
  const live = openLive({ clock, changes, ...wants }, stop.signal);
  return { live, clock, stop, asked: () => asked, tell: (news: typeof nothing | typeof next) => (next = news) };
}

test("a stream begins with how long to wait before a reconnect and the server's time", () => {
  const { live, stop } = openFake();
  const response = fakeResponse();
  live.attach(response, {});
  expect(response.written).toEqual([`retry: 2000\nevent: clock\ndata: {"at":${startAt}}\n\n`]);
  stop.abort();
});

test("what changed goes out within half a second as one event with its data on one line", async () => {
  const { live, clock, tell, stop } = openFake();
  const response = fakeResponse();
  live.attach(response, {});
  tell({ ...nothing, readings: [reading] });
  await clock.advance(500);
  expect(response.written[1]).toBe(`event: readings\ndata: ${JSON.stringify([reading])}\n\n`);
  stop.abort();
});

test("a stream that asks for one site or device gets nothing of others", async () => {
  const { live, clock, tell, stop } = openFake();
  const [same, other, device] = [fakeResponse(), fakeResponse(), fakeResponse()];
  live.attach(same, { site: "north" });
  live.attach(other, { site: "south" });
  live.attach(device, { site: "north", device: "probe-2" });
  tell({ ...nothing, readings: [reading] });
  await clock.advance(500);
  expect([same, other, device].map(({ written }) => written.length)).toEqual([2, 1, 1]);
  stop.abort();
});

test("a silent stream still beats every 10 s, so that both ends notice a dead connection", async () => {
  const { live, clock, stop } = openFake();
  const response = fakeResponse();
  live.attach(response, {});
  await clock.advance(10_000);
  expect(response.written[1]).toBe(`: heartbeat\nevent: clock\ndata: {"at":${startAt + 10_000}}\n\n`);
  stop.abort();
});

test("a reader that is too slow is dropped and counted, its neighbour goes on", async () => {
  const { live, clock, tell, stop } = openFake({ mostWaitingBytes: 1000 });
  const [slow, quick] = [fakeResponse(), fakeResponse()];
  live.attach(slow, {});
  live.attach(quick, {});
  slow.writableLength = 1001;
  tell({ ...nothing, readings: [reading] });
  await clock.advance(500);
  expect([slow.destroyed, slow.written.length]).toEqual([true, 1]);
  expect([quick.destroyed, quick.written.length]).toEqual([false, 2]);
  expect([live.clients(), live.dropped()]).toEqual([1, 1]);
  stop.abort();
});

test("when the last reader has left nothing is collected any more, and the next one starts the stream again", async () => {
  const { live, clock, tell, asked, stop } = openFake();
  const first = fakeResponse();
  live.attach(first, {});
  first.leave();
  await clock.advance(500);
  const before = asked();
  await clock.advance(60_000);
  expect(asked()).toBe(before);
  const second = fakeResponse();
  live.attach(second, {});
  tell({ ...nothing, readings: [reading] });
  await clock.advance(500);
  expect(second.written).toHaveLength(2);
  stop.abort();
});

test("one more reader than allowed is refused", () => {
  const { live, stop } = openFake({ mostClients: 1 });
  live.attach(fakeResponse(), {});
  expect(() => live.assertRoom()).toThrow(/1 live streams are open/);
  stop.abort();
});

test("a stop ends every stream", async () => {
  const { live, clock, stop } = openFake();
  const response = fakeResponse();
  live.attach(response, {});
  stop.abort();
  await clock.advance(0);
  expect(response.destroyed).toBe(true);
});

function watchFake(base = fakeDeps()) {
  let tell: (points: readonly LatestPoint[]) => void = () => {};
  const latest = {
    ...base.latest,
    watch: (listener: typeof tell) => {
      tell = listener;
      return () => {};
    },
  };
  const sources = { directory: base.directory, latest, ledger: base.ledger, profiles: new Map() };
  const { signal } = new AbortController();
  const changes = watchChanges(viewCity(sources, signal), sources, base.clock, signal);
  return { changes, tell: (points: readonly LatestPoint[]) => tell(points) };
}

test("of a series that changed many times between two frames only the newest reading goes out", () => {
  const { changes, tell } = watchFake();
  for (const value of [7.1, 7.2, 7.3]) tell([{ ...latestPoint, value }]);
  const first = changes();
  expect(first.readings.map(({ value }) => value)).toEqual([7.3]);
  expect(first.gateways).toHaveLength(1);
  expect(changes()).toEqual(nothing);
});

test("a quantity that a device has for the first time, as a station its first judgement, goes out with its device", () => {
  const base = fakeDeps();
  const [known] = base.directory.devices();
  const devices = [{ ...known!, metrics: ["ph"] }];
  const { changes, tell } = watchFake({ ...base, directory: { ...base.directory, devices: () => devices } });
  tell([{ ...latestPoint, metric: "ph" }]);
  expect(changes().devices).toHaveLength(1);
  devices[0] = { ...devices[0]!, metrics: ["ph", "water_class"] };
  tell([{ ...latestPoint, metric: "water_class" }]);
  expect(changes().devices.map(({ metrics }) => metrics)).toEqual([["ph", "water_class"]]);
  tell([{ ...latestPoint, metric: "water_class", value: 3 }]);
  expect(changes().devices).toEqual([]);
});
