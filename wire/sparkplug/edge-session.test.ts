import { describe, expect, test } from "vitest";
import { parseTopic } from "../topics.ts";
import { decodePayload } from "./decode.ts";
import { type EdgeAction, edgeSession, nextBdSeq } from "./edge-session.ts";
import { encodePayload } from "./encode.ts";
import { DataType, type Metric, type Payload } from "./payload.ts";
import { encodeState } from "./state.ts";

const at = 1_790_000_000_000;
const about = { group: "city", node: "gw" };
const ph: Metric = { name: "ph", datatype: DataType.Double, value: 7 };
const births = () => ({
  node: [{ name: "cpu_load", datatype: DataType.Double, value: 5 }],
  devices: [{ device: "probe", metrics: [ph], alive: true }],
});
const stateTopic = { verb: "STATE", host: "weir" } as const;
const state = (online: boolean, timestamp: number) => encodeState({ online, timestamp });
const ncmd = (...metrics: Metric[]) => encodePayload({ timestamp: at, metrics });
const rebirth = { name: "Node Control/Rebirth", datatype: DataType.Boolean, value: true };

function decoded(bytes: Uint8Array): Payload {
  const payload = decodePayload(bytes);
  if ("error" in payload) throw new Error(payload.error);
  return payload;
}

/** Actions as one line each: what is published where with which seq, or what else is to do. */
function lines(actions: readonly EdgeAction[]): string[] {
  return actions.map((action) => {
    if (action.type === "publish") {
      const { seq, metrics } = decoded(action.payload);
      return `${action.topic} qos ${action.qos} seq ${seq} ${metrics.map(({ name, value }) => `${name}=${value}`).join(" ")}`.trim();
    }
    if (action.type === "command")
      return `command ${action.device ?? "node"} ${action.payload.metrics.map(({ name }) => name)}`;
    if (action.type === "rebirth") return "rebirth";
    return action.type === "fault" ? `fault ${action.error}` : `disconnect ${action.reason}`;
  });
}

function live(options: { primaryHost?: string } = {}) {
  const session = edgeSession({ ...about, births, ...options });
  session.open(17, at);
  session.subscribed(at);
  return session;
}

const nbirth = "spBv1.0/city/NBIRTH/gw qos 0 seq 0 bdSeq=17 Node Control/Rebirth=false cpu_load=5";
const dbirth = "spBv1.0/city/DBIRTH/gw/probe qos 0 seq 1 ph=7";
const ndeath = "spBv1.0/city/NDEATH/gw qos 1 seq undefined bdSeq=17";

test("the will is an NDEATH with the bdSeq of this connect, at QoS 1 and not retained", () => {
  const will = edgeSession({ ...about, births }).open(17, at);
  expect(will).toMatchObject({ topic: "spBv1.0/city/NDEATH/gw", qos: 1, retain: false });
  expect(decoded(will.payload)).toEqual({
    timestamp: at,
    metrics: [{ name: "bdSeq", datatype: DataType.Int64, value: 17n }],
  });
});

test("bdSeq begins at 0 and goes from 255 to 0", () => {
  expect([nextBdSeq(undefined), nextBdSeq(0), nextBdSeq(255)]).toEqual([0, 1, 0]);
});

test("commands, and the primary host's state if there is one, are subscribed to", () => {
  const own = ["spBv1.0/city/NCMD/gw", "spBv1.0/city/DCMD/gw/+"];
  expect(edgeSession({ ...about, births }).subscriptions()).toEqual(own);
  expect(edgeSession({ ...about, births, primaryHost: "weir" }).subscriptions()).toEqual([
    ...own,
    "spBv1.0/STATE/weir",
  ]);
});

test("NBIRTH comes first with seq 0 and the will's bdSeq, then every DBIRTH, then data; seq runs over all of them", () => {
  const session = edgeSession({ ...about, births });
  expect(session.dataSeq(null)).toBeUndefined();
  session.open(17, at);
  expect(session.dataSeq(null)).toBeUndefined();
  expect(lines(session.subscribed(at))).toEqual([nbirth, dbirth]);
  expect([session.dataSeq("probe"), session.dataSeq(null)]).toEqual([2, 3]);
  expect(session.dataSeq("unborn")).toBeUndefined();
  expect(session.dataSeq(null)).toBe(4);
});

test("every metric of a birth has a timestamp, and keeps its own if it has one", () => {
  const session = edgeSession({ ...about, births: () => ({ node: [{ ...ph, timestamp: 5 }], devices: [] }) });
  session.open(17, at);
  const [birth] = session.subscribed(at);
  if (birth?.type !== "publish") throw new Error("no NBIRTH");
  expect(decoded(birth.payload).metrics.map(({ timestamp }) => timestamp)).toEqual([at, at, 5]);
});

test("seq goes from 255 to 0", () => {
  const session = live();
  const seqs = Array.from({ length: 256 }, () => session.dataSeq(null));
  expect(seqs.slice(252)).toEqual([254, 255, 0, 1]);
});

describe("devices", () => {
  test("a device born later takes the next seq and may then send", () => {
    const session = live();
    expect(lines(session.deviceBorn("meter", [ph], at))).toEqual(["spBv1.0/city/DBIRTH/gw/meter qos 0 seq 2 ph=7"]);
    expect(session.dataSeq("meter")).toBe(3);
  });

  test("a device that is down when the node is born is born and declared dead, so that its backlog may go out", () => {
    const session = edgeSession({
      ...about,
      births: () => ({ node: [], devices: [{ device: "probe", metrics: [ph], alive: false }] }),
    });
    session.open(17, at);
    expect(lines(session.subscribed(at)).slice(1)).toEqual([dbirth, "spBv1.0/city/DDEATH/gw/probe qos 0 seq 2"]);
    expect(session.dataSeq("probe")).toBe(3);
  });

  test("a device dies once, and what it measured before may still be sent", () => {
    const session = live();
    expect(lines(session.deviceDied("probe", at))).toEqual(["spBv1.0/city/DDEATH/gw/probe qos 0 seq 2"]);
    expect(session.deviceDied("probe", at)).toEqual([]);
    expect(session.dataSeq("probe")).toBe(3);
  });

  test("the backlog of a device that is gone goes out as history; fresh data of it does not", () => {
    const session = live();
    expect([session.isBorn("gone"), session.isBorn("probe"), session.isBorn(null)]).toEqual([false, true, true]);
    expect([session.dataSeq("gone"), session.dataSeq("gone", true)]).toEqual([undefined, 2]);
  });

  test("before the session is live nothing is said of devices: the births to come will say it", () => {
    const session = edgeSession({ ...about, births, primaryHost: "weir" });
    session.open(17, at);
    session.subscribed(at);
    expect([...session.deviceBorn("meter", [ph], at), ...session.deviceDied("probe", at)]).toEqual([]);
  });
});

describe("commands", () => {
  test("a rebirth sends all births again with the same bdSeq, from seq 0", () => {
    const session = live();
    session.dataSeq(null);
    const actions = session.received({ verb: "NCMD", ...about }, ncmd(rebirth), at);
    expect(lines(actions)).toEqual(["command node Node Control/Rebirth", "rebirth"]);
    expect(lines(session.rebirth(at))).toEqual([nbirth, dbirth]);
    expect(session.dataSeq(null)).toBe(2);
  });

  test("other commands are handed on, for the node or a device of it", () => {
    const session = live();
    const receipt = ncmd({ name: "Store Forward/Receipt", datatype: DataType.String, value: "1 2" });
    expect(lines(session.received({ verb: "NCMD", ...about }, receipt, at))).toEqual([
      "command node Store Forward/Receipt",
    ]);
    expect(lines(session.received({ verb: "DCMD", ...about, device: "probe" }, ncmd(ph), at))).toEqual([
      "command probe ph",
    ]);
  });

  test.each(["spBv1.0/city/NCMD/other", "spBv1.0/town/NCMD/gw", "spBv1.0/city/NDATA/gw", "spBv1.0/STATE/weir"])(
    "%s is not for this node",
    (topic) => {
      expect(live().received(parseTopic(topic)!, ncmd(rebirth), at)).toEqual([]);
    },
  );

  test("a rebirth that is false, or for a device, is none", () => {
    const session = live();
    expect(session.received({ verb: "NCMD", ...about }, ncmd({ ...rebirth, value: false }), at)).toHaveLength(1);
    expect(session.received({ verb: "DCMD", ...about, device: "probe" }, ncmd(rebirth), at)).toHaveLength(1);
  });

  test("bytes that are no payload are a fault, not a crash", () => {
    expect(lines(live().received({ verb: "NCMD", ...about }, Uint8Array.of(0), at))).toEqual([
      "fault command: byte 0: 0 is not a field tag",
    ]);
  });
});

describe("with a primary host", () => {
  const waiting = () => live({ primaryHost: "weir" });

  test("births wait until the host is online", () => {
    const session = waiting();
    expect([session.phase(), session.dataSeq(null)]).toEqual(["waiting", undefined]);
    expect(session.received(stateTopic, state(false, at - 5), at)).toEqual([]);
    expect(session.received({ ...stateTopic, host: "other" }, state(true, at), at)).toEqual([]);
    expect(lines(session.received(stateTopic, state(true, at), at))).toEqual([nbirth, dbirth]);
  });

  test("a host that was heard before the SUBACK came counts: births go out with it", () => {
    const session = edgeSession({ ...about, births, primaryHost: "weir" });
    session.open(17, at);
    expect(session.received(stateTopic, state(true, at), at)).toEqual([]);
    expect(lines(session.subscribed(at))).toEqual([nbirth, dbirth]);
  });

  test("online said twice is not a second birth", () => {
    const session = waiting();
    session.received(stateTopic, state(true, at), at);
    expect(session.received(stateTopic, state(true, at + 1), at)).toEqual([]);
  });

  test("an online older than an offline already seen is ignored", () => {
    const session = waiting();
    session.received(stateTopic, state(false, at), at);
    expect(session.received(stateTopic, state(true, at - 1), at)).toEqual([]);
    expect(session.phase()).toBe("waiting");
  });

  test("when the host goes offline the node says its death and leaves; data may not go out", () => {
    const session = waiting();
    session.received(stateTopic, state(true, at), at);
    expect(lines(session.received(stateTopic, state(false, at), at))).toEqual([
      ndeath,
      "disconnect primary host weir is offline",
    ]);
    expect([session.phase(), session.dataSeq(null)]).toEqual(["closed", undefined]);
  });

  test("an offline older than the online seen is a will that came late, and is ignored", () => {
    const session = waiting();
    session.received(stateTopic, state(true, at), at);
    expect(session.received(stateTopic, state(false, at - 1), at)).toEqual([]);
    expect(session.phase()).toBe("live");
  });

  test("a rebirth asked for while waiting does not bring the birth forward", () => {
    const session = waiting();
    expect(session.received({ verb: "NCMD", ...about }, ncmd(rebirth), at)).toHaveLength(1);
    expect(session.rebirth(at)).toEqual([]);
    expect(session.phase()).toBe("waiting");
  });

  test("another server's timestamps do not count on the next connection", () => {
    const session = waiting();
    session.received(stateTopic, state(false, at + 1000), at);
    session.disconnected();
    session.open(18, at);
    session.subscribed(at);
    expect(session.received(stateTopic, state(true, at), at)).toHaveLength(2);
  });

  test("a state that is none is a fault", () => {
    expect(lines(waiting().received(stateTopic, new TextEncoder().encode("OFFLINE"), at))).toEqual([
      'fault "OFFLINE" is not a host state: expected {"online":true,"timestamp":<epoch ms>}',
    ]);
  });
});

test("a planned stop says the death before it disconnects", () => {
  const session = live();
  expect(lines(session.stop(at))).toEqual([ndeath, "disconnect stopped"]);
  expect(session.stop(at)).toEqual([]);
});

test("a stop before the birth only disconnects", () => {
  expect(lines(live({ primaryHost: "weir" }).stop(at))).toEqual(["disconnect stopped"]);
});

test("after the connection is gone nothing goes out until the next session is born", () => {
  const session = live();
  session.disconnected();
  expect(session.dataSeq("probe")).toBeUndefined();
  expect(session.received({ verb: "NCMD", ...about }, ncmd(rebirth), at)).toEqual([]);
  session.open(18, at);
  expect(lines(session.subscribed(at))[0]).toContain("seq 0 bdSeq=18");
});
