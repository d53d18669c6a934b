import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTopic } from "../topics.ts";
import { decodePayload } from "./decode.ts";
import { encodePayload } from "./encode.ts";
import { type HostEvent, hostSession, rebirthCommand } from "./host-session.ts";
import { DataType, type Metric, type Payload } from "./payload.ts";

const options = { reorderMs: 1000, rebirthEveryMs: 10_000 };

/** Feeds messages by topic and tells the events as one line each. */
function host() {
  const session = hostSession(options);
  return {
    ...session,
    feed: (topic: string, payload: Payload, now = 0) =>
      lines(session.received(parseTopic(`spBv1.0/${topic}`)!, payload, now)),
    tick: (now: number) => lines(session.expire(now)),
  };
}

function lines(events: readonly HostEvent[]): string[] {
  return events.map((event) => {
    const place = [event.node, "device" in event ? event.device : undefined].filter(Boolean).join("/");
    switch (event.type) {
      case "birth":
      case "data": {
        const values = event.payload.metrics
          .filter(({ name }) => name !== "bdSeq")
          .map(({ name, value }) => `${name}=${value}`);
        const marks = [event.unresolved > 0 && `unresolved ${event.unresolved}`, event.late && "late"].filter(Boolean);
        return [event.type, place, ...values, ...marks].join(" ");
      }
      case "gap":
        return `gap ${place}: ${event.missed}`;
      default:
        return `${event.type} ${place}: ${event.reason}`;
    }
  });
}

const bdSeq = (value: number): Metric => ({ name: "bdSeq", datatype: DataType.Int64, value: BigInt(value) });
const full = (value: number, more: Partial<Metric> = {}): Metric => ({
  name: "ph",
  datatype: DataType.Double,
  value,
  ...more,
});
const birth = (seq: number, session = 1, ...metrics: Metric[]): Payload => ({
  seq,
  metrics: [bdSeq(session), ...metrics],
});
const data = (seq: number, ...metrics: Metric[]): Payload => ({ seq, metrics });
const death = (session = 1): Payload => ({ metrics: [bdSeq(session)] });
const aliased = (alias: number, value: unknown, field: Metric["field"] = "double"): Metric => ({
  alias: BigInt(alias),
  value,
  field: field!,
});

function born() {
  const h = host();
  h.feed("city/NBIRTH/gw", birth(0, 1, { name: "cpu_load", alias: 1n, datatype: DataType.Double, value: 5 }));
  h.feed(
    "city/DBIRTH/gw/probe",
    data(
      1,
      { name: "ph", alias: 2n, datatype: DataType.Double, value: 7 },
      { name: "count", alias: 3n, datatype: DataType.Int32, value: 0 },
    ),
  );
  return h;
}

describe("births explain data", () => {
  test("aliases get their name and type, typeless values are read by the type of the birth", () => {
    const h = born();
    expect(h.feed("city/DDATA/gw/probe", data(2, aliased(2, 7.5), aliased(3, 4294967295, "int")))).toEqual([
      "data gw/probe ph=7.5 count=-1",
    ]);
    expect(h.feed("city/NDATA/gw", data(3, aliased(1, 6)))).toEqual(["data gw cpu_load=6"]);
    expect(h.feed("city/DDATA/gw/probe", data(4, { name: "count", value: 4294967294, field: "int" }))).toEqual([
      "data gw/probe count=-2",
    ]);
  });

  test("a metric that no birth explains is counted, its neighbours are delivered, and the birth is asked for again", () => {
    expect(born().feed("city/DDATA/gw/probe", data(2, aliased(99, 1), full(7)))).toEqual([
      "data gw/probe ph=7 unresolved 1",
      "rebirth gw: metrics that no birth explains",
    ]);
  });

  test("what a frame on the wire left typeless is resolved after decoding", () => {
    const payload = decodePayload(encodePayload(data(2, aliased(3, 4294967295, "int"))));
    if ("error" in payload) throw new Error(payload.error);
    const [event] = born().received({ verb: "DDATA", group: "city", node: "gw", device: "probe" }, payload, 0);
    expect(event).toMatchObject({ payload: { metrics: [{ name: "count", datatype: DataType.Int32, value: -1 }] } });
    expect(event).not.toHaveProperty("payload.metrics.0.field");
  });

  test("two nodes keep their aliases apart", () => {
    const h = born();
    h.feed("city/NBIRTH/gw2", birth(0, 1, { name: "disk_used", alias: 1n, datatype: DataType.Double, value: 5 }));
    expect(h.feed("city/NDATA/gw2", data(1, aliased(1, 6)))).toEqual(["data gw2 disk_used=6"]);
    expect(h.feed("city/NDATA/gw", data(2, aliased(1, 6)))).toEqual(["data gw cpu_load=6"]);
  });
});

describe("data without a birth", () => {
  test("is delivered when it explains itself, and a rebirth is asked for, but not again and again", () => {
    const h = host();
    expect(h.feed("city/DDATA/gw/probe", data(9, full(7)))).toEqual([
      "data gw/probe ph=7",
      "rebirth gw: data before birth",
    ]);
    expect(h.feed("city/DDATA/gw/probe", data(10, full(8)), 9_999)).toEqual(["data gw/probe ph=8"]);
    expect(h.feed("city/DDATA/gw/probe", data(11, full(9)), 10_000)).toEqual([
      "data gw/probe ph=9",
      "rebirth gw: data before birth",
    ]);
  });

  test("one node's requests do not use up another's", () => {
    const h = host();
    h.feed("city/NDATA/gw", data(9, full(7)));
    expect(h.feed("city/NDATA/gw2", data(9, full(7)))).toContain("rebirth gw2: data before birth");
  });

  test("of a device not born in a live session is delivered too", () => {
    expect(born().feed("city/DDATA/gw/new", data(2, full(7)))).toEqual([
      "data gw/new ph=7",
      "rebirth gw: data of new before its birth",
    ]);
  });

  test("asks for nothing when it is the backlog of a device that is dead", () => {
    const h = born();
    h.feed("city/DDEATH/gw/probe", data(2));
    const place: Metric = { name: "Store Forward/Offset", datatype: DataType.UInt64, value: 5n, isTransient: true };
    expect(h.feed("city/DDATA/gw/probe", data(3, full(7, { isHistorical: true }), place))).toEqual([
      "data gw/probe ph=7 Store Forward/Offset=5",
    ]);
  });

  test("without a seq is delivered when it explains itself, otherwise ignored with the reason", () => {
    expect(born().feed("city/DDATA/gw/probe", { metrics: [full(7)] })).toEqual(["data gw/probe ph=7 late"]);
    expect(born().feed("city/DDATA/gw/probe", { metrics: [aliased(2, 7)] })).toEqual([
      "ignored gw: seq undefined is not a number from 0 to 255",
    ]);
    expect(born().feed("city/DDATA/gw/probe", { seq: 256, metrics: [full(7)] })).toEqual(["data gw/probe ph=7 late"]);
  });
});

describe("order", () => {
  test("messages that overtook others are delivered in their turn", () => {
    const h = born();
    expect(h.feed("city/DDATA/gw/probe", data(4, full(4)))).toEqual([]);
    expect(h.feed("city/DDATA/gw/probe", data(3, full(3)))).toEqual([]);
    expect(h.due()).toBe(1000);
    expect(h.feed("city/DDATA/gw/probe", data(2, full(2)))).toEqual([
      "data gw/probe ph=2",
      "data gw/probe ph=3",
      "data gw/probe ph=4",
    ]);
    expect(h.due()).toBeUndefined();
  });

  test("a gap is given up after the time-out: all that waited is delivered in order, then a rebirth is asked for", () => {
    const h = born();
    h.feed("city/DDATA/gw/probe", data(5, full(5)), 100);
    h.feed("city/DDATA/gw/probe", data(3, full(3)), 500);
    expect(h.tick(1099)).toEqual([]);
    expect(h.tick(1100)).toEqual([
      "gap gw: 2",
      "data gw/probe ph=3",
      "data gw/probe ph=5",
      "rebirth gw: seq 2 did not come",
    ]);
    expect(h.due()).toBeUndefined();
    expect(h.feed("city/DDATA/gw/probe", data(6, full(6)), 1200)).toEqual(["data gw/probe ph=6"]);
  });

  test("the time-out begins anew with each gap", () => {
    const h = born();
    h.feed("city/DDATA/gw/probe", data(3, full(3)), 0);
    h.feed("city/DDATA/gw/probe", data(5, full(5)), 400);
    expect(h.feed("city/DDATA/gw/probe", data(2, full(2)), 900)).toEqual(["data gw/probe ph=2", "data gw/probe ph=3"]);
    expect(h.due()).toBe(1900);
  });

  test("a message after its turn was given up, or a second time, is delivered and marked late", () => {
    const h = born();
    expect(h.feed("city/DDATA/gw/probe", data(1, full(1)))).toEqual([
      "data gw/probe ph=1 late",
      "rebirth gw: seq 1 came late or twice",
    ]);
  });

  test("up to 127 messages ahead is a gap, more is a message from behind", () => {
    expect(born().feed("city/DDATA/gw/probe", data(2 + 127, full(1)))).toEqual([]);
    expect(born().feed("city/DDATA/gw/probe", data(2 + 128, full(1)))).toHaveLength(2);
    expect(born().feed("city/DDATA/gw/probe", data(200, full(1)))).toHaveLength(2);
  });

  test("order holds over 255", () => {
    const h = host();
    h.feed("city/NBIRTH/gw", birth(254));
    expect(h.feed("city/NDATA/gw", data(0, full(2)))).toEqual([]);
    expect(h.feed("city/NDATA/gw", data(255, full(1)))).toEqual(["data gw ph=1", "data gw ph=2"]);
  });

  test("a node with many messages waiting is not kept waiting for one that is lost", () => {
    const h = born();
    const events = Array.from({ length: 65 }, (_, i) => h.feed("city/DDATA/gw/probe", data(3 + i, full(i)))).flat();
    expect(events).toHaveLength(67);
    expect(events[0]).toBe("gap gw: 1");
    expect(events.at(-1)).toBe("rebirth gw: seq 2 did not come");
    expect(h.feed("city/DDATA/gw/probe", data(68, full(9)))).toEqual(["data gw/probe ph=9"]);
  });

  test("a new birth delivers what waited under the old one first", () => {
    const h = born();
    h.feed("city/DDATA/gw/probe", data(4, aliased(2, 4)));
    expect(h.feed("city/NBIRTH/gw", birth(0))).toEqual(["gap gw: 2", "data gw/probe ph=4", "birth gw"]);
  });

  test("whatever the order, the losses and the pauses, every message that came is delivered exactly once", () => {
    const arrival = fc.record({
      seq: fc.nat(255),
      pauseMs: fc.constantFrom(0, 10, 600, 1500),
      kind: fc.constantFrom("DDATA", "DDATA", "DDATA", "NBIRTH", "NDEATH", "DBIRTH", "DDEATH"),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 300 }), (arrivals) => {
        const h = hostSession(options);
        const events: HostEvent[] = [];
        let now = 0;
        let sent = 0;
        for (const { seq, pauseMs, kind } of arrivals) {
          now += pauseMs;
          if ((h.due() ?? Number.POSITIVE_INFINITY) <= now) events.push(...h.expire(now));
          const topic = kind.startsWith("N") ? `spBv1.0/city/${kind}/gw` : `spBv1.0/city/${kind}/gw/probe`;
          const payload =
            kind === "DDATA"
              ? data(seq, full(sent++))
              : kind === "NBIRTH"
                ? birth(seq)
                : kind === "NDEATH"
                  ? death()
                  : data(seq);
          events.push(...h.received(parseTopic(topic)!, payload, now));
        }
        events.push(...h.expire(now + options.reorderMs * 2));
        const values = events.flatMap((event) =>
          event.type === "data" ? event.payload.metrics.map(({ value }) => value as number) : [],
        );
        expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, i) => i));
        expect(h.due()).toBeUndefined();
      }),
    );
  });
});

describe("death", () => {
  test("of a node makes it and all its devices stale", () => {
    const h = born();
    expect(h.feed("city/NDEATH/gw", death())).toEqual(["stale gw: NDEATH", "stale gw/probe: NDEATH"]);
    expect(h.isAlive("city", "gw")).toBe(false);
  });

  test("with another bdSeq is the will of an older session, and is ignored", () => {
    const h = born();
    expect(h.feed("city/NDEATH/gw", death(0))).toEqual(["ignored gw: bdSeq 0 is not that of the live session, 1"]);
    expect(h.isAlive("city", "gw")).toBe(true);
  });

  test("of a node that is not alive is ignored", () => {
    const h = born();
    h.feed("city/NDEATH/gw", death());
    expect(h.feed("city/NDEATH/gw", death())).toEqual(["ignored gw: the node is not alive"]);
  });

  test("delivers first what was waiting", () => {
    const h = born();
    h.feed("city/DDATA/gw/probe", data(4, full(4)));
    expect(h.feed("city/NDEATH/gw", death())).toEqual([
      "gap gw: 2",
      "data gw/probe ph=4",
      "stale gw: NDEATH",
      "stale gw/probe: NDEATH",
    ]);
    expect(h.due()).toBeUndefined();
  });

  test("of a device makes it alone stale, in its turn", () => {
    const h = born();
    expect(h.feed("city/DDEATH/gw/probe", data(3))).toEqual([]);
    expect(h.feed("city/DDATA/gw/probe", data(2, full(2)))).toEqual(["data gw/probe ph=2", "stale gw/probe: DDEATH"]);
    expect(h.isAlive("city", "gw")).toBe(true);
  });

  test("of the host's own connection makes everything stale, and births must come again", () => {
    const h = born();
    h.feed("city/DDATA/gw/probe", data(4, full(4)));
    expect(lines(h.lost(0))).toEqual([
      "gap gw: 2",
      "data gw/probe ph=4",
      "stale gw: the host lost its connection",
      "stale gw/probe: the host lost its connection",
    ]);
    expect(h.feed("city/NDATA/gw", data(5, full(5)))).toEqual(["data gw ph=5", "rebirth gw: data before birth"]);
  });
});

describe("birth", () => {
  test("again with the same bdSeq is a rebirth: nothing goes stale, old aliases are forgotten", () => {
    const h = born();
    expect(h.feed("city/NBIRTH/gw", birth(0, 1))).toEqual(["birth gw"]);
    expect(h.feed("city/NDATA/gw", data(1, aliased(1, 6)))).toEqual([
      "data gw unresolved 1",
      "rebirth gw: metrics that no birth explains",
    ]);
  });

  test("with another bdSeq is a new session, whose predecessor's devices are stale until born again", () => {
    const h = born();
    expect(h.feed("city/NBIRTH/gw", birth(0, 2))).toEqual([
      "stale gw: a new session began",
      "stale gw/probe: a new session began",
      "birth gw",
    ]);
    expect(h.feed("city/NDEATH/gw", death(1))).toHaveLength(1);
    expect(h.isAlive("city", "gw")).toBe(true);
  });

  test("of a device waits for its turn like data", () => {
    const h = host();
    h.feed("city/NBIRTH/gw", birth(0));
    expect(h.feed("city/DDATA/gw/probe", data(2, aliased(2, 8)))).toEqual([]);
    expect(h.feed("city/DBIRTH/gw/probe", data(1, full(7, { alias: 2n })))).toEqual([
      "birth gw/probe ph=7",
      "data gw/probe ph=8",
    ]);
  });
});

test("commands and host states are not for a host", () => {
  const h = host();
  expect(h.feed("city/NCMD/gw", data(0))).toEqual([]);
  expect(h.feed("city/DCMD/gw/probe", data(0))).toEqual([]);
  expect(h.feed("STATE/weir", data(0))).toEqual([]);
});

test("the rebirth command has a timestamp and no seq", () => {
  const { topic, payload } = rebirthCommand("city", "gw", 5);
  expect(topic).toBe("spBv1.0/city/NCMD/gw");
  expect(decodePayload(payload)).toEqual({
    timestamp: 5,
    metrics: [{ name: "Node Control/Rebirth", timestamp: 5, datatype: DataType.Boolean, value: true }],
  });
});
