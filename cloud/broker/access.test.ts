import { describe, expect, test } from "vitest";
import { type Identity, refusePublish, refuseSubscribe, refuseWill } from "./access.ts";
import { refuseConnect } from "./admission.ts";

const gateway: Identity = { role: "gateway", name: "east/gw-1", site: "east", gateway: "gw-1" };
const reader: Identity = { role: "reader", name: "wall" };
const host: Identity = { role: "host", name: "scada" };

const data = { qos: 0, retain: false };

describe("publish", () => {
  test.each([
    [gateway, "spBv1.0/east/NBIRTH/gw-1"],
    [gateway, "spBv1.0/east/NDATA/gw-1"],
    [gateway, "spBv1.0/east/NDEATH/gw-1"],
    [gateway, "spBv1.0/east/DBIRTH/gw-1/pump"],
    [gateway, "spBv1.0/east/DDATA/gw-1/pump"],
    [gateway, "spBv1.0/east/DDEATH/gw-1/pump"],
    [host, "spBv1.0/east/NCMD/gw-1"],
    [host, "spBv1.0/east/DCMD/gw-1/pump"],
    [host, "spBv1.0/STATE/scada"],
  ])("%o may publish %s", (identity, topic) => {
    expect(refusePublish(identity, { topic, ...data })).toBeUndefined();
  });

  test.each([
    [gateway, "spBv1.0/east/NDATA/gw-2", "not its own name"],
    [gateway, "spBv1.0/west/NDATA/gw-1", "not its own name"],
    [gateway, "spBv1.0/east/DDATA/gw-2/pump", "not its own name"],
    [gateway, "spBv1.0/east/NCMD/gw-1", "commands come only from a host"],
    [gateway, "spBv1.0/east/DCMD/gw-1/pump", "commands come only from a host"],
    [gateway, "spBv1.0/STATE/weir", "only a host publishes STATE"],
    [gateway, "spBv1.0/east/NDATA/gw-1/pump", "not a Sparkplug B topic"],
    [gateway, "spBv1.0/east/DDATA/gw-1", "not a Sparkplug B topic"],
    [gateway, "spAv1.0/east/NDATA/gw-1", "not a Sparkplug B topic"],
    [gateway, "$SYS/x", "not a Sparkplug B topic"],
    [gateway, "", "not a Sparkplug B topic"],
    [reader, "spBv1.0/east/NDATA/gw-1", "publishes nothing"],
    [reader, "spBv1.0/east/NCMD/gw-1", "publishes nothing"],
    [host, "spBv1.0/east/NDATA/gw-1", "does not publish NDATA"],
    [host, "spBv1.0/STATE/weir", "only its own"],
  ])("%o may not publish %s: %s", (identity, topic, reason) => {
    expect(refusePublish(identity, { topic, ...data })).toContain(reason);
  });

  test("data is neither retained nor QoS 2", () => {
    const topic = "spBv1.0/east/NDATA/gw-1";
    expect(refusePublish(gateway, { topic, qos: 0, retain: true })).toContain("retained");
    expect(refusePublish(gateway, { topic, qos: 2, retain: false })).toContain("QoS 2");
    expect(refusePublish(gateway, { topic, qos: 1, retain: false })).toBeUndefined();
  });
});

describe("subscribe", () => {
  test.each([
    [gateway, "spBv1.0/east/NCMD/gw-1"],
    [gateway, "spBv1.0/east/NCMD/gw-1/#"],
    [gateway, "spBv1.0/east/DCMD/gw-1/#"],
    [gateway, "spBv1.0/east/DCMD/gw-1/+"],
    [gateway, "spBv1.0/east/DCMD/gw-1/pump"],
    [gateway, "spBv1.0/STATE/weir"],
    [gateway, "spBv1.0/STATE/+"],
    [reader, "spBv1.0/#"],
    [reader, "spBv1.0/east/DDATA/#"],
    [host, "spBv1.0/#"],
  ])("%o may subscribe to %s", (identity, filter) => {
    expect(refuseSubscribe(identity, filter)).toBeUndefined();
  });

  test.each([
    [gateway, "#"],
    [gateway, "+/#"],
    [gateway, "spBv1.0/#"],
    [gateway, "spBv1.0/east/#"],
    [gateway, "spBv1.0/+/NCMD/gw-1"],
    [gateway, "spBv1.0/east/+/gw-1"],
    [gateway, "spBv1.0/east/NCMD/+"],
    [gateway, "spBv1.0/east/NCMD/gw-2"],
    [gateway, "spBv1.0/east/DCMD/gw-2/pump"],
    [gateway, "spBv1.0/east/DDATA/gw-1/pump"],
    [gateway, "spBv1.0/STATE/#"],
    [gateway, "$share/g/spBv1.0/east/NCMD/gw-1"],
    [gateway, "$SYS/#"],
    [reader, "#"],
    [reader, "$SYS/#"],
    [reader, "$share/g/spBv1.0/#"],
    [host, "#"],
  ])("%o may not subscribe to %s", (identity, filter) => {
    expect(refuseSubscribe(identity, filter)).toBeTypeOf("string");
  });
});

describe("connect", () => {
  const will = { topic: "spBv1.0/east/NDEATH/gw-1", qos: 1, retain: false };
  const connect = { clientId: "gw-1", username: "east/gw-1", clean: true, keepalive: 30, will };

  test("a gateway may connect under its own name with its own death as will", () => {
    expect(refuseConnect(gateway, connect, undefined)).toBeUndefined();
    expect(refuseConnect(gateway, connect, "gw-1")).toBeUndefined();
  });

  test.each([
    ["another client id", { clientId: "gw-2" }, undefined, "must be gw-1"],
    ["a kept session", { clean: false }, undefined, "clean session"],
    ["no keep-alive", { keepalive: 0 }, undefined, "keep-alive"],
    ["another's death", { will: { ...will, topic: "spBv1.0/east/NDEATH/gw-2" } }, undefined, "not its own name"],
    ["data as will", { will: { ...will, topic: "spBv1.0/east/NDATA/gw-1" } }, undefined, "is not a will"],
    ["a retained will", { will: { ...will, retain: true } }, undefined, "retained"],
    ["another's certificate", {}, "gw-2", "gw-2"],
    ["a certificate without a name", {}, "", "not for gw-1"],
  ])("%s is refused", (_, change, commonName, reason) => {
    expect(refuseConnect(gateway, { ...connect, ...change }, commonName)).toContain(reason);
  });

  test("a reader has no will", () => {
    expect(refuseConnect(reader, { ...connect, clientId: "any" }, undefined)).toContain("publishes nothing");
    expect(refuseWill(host, { topic: "spBv1.0/STATE/scada", qos: 1, retain: true })).toBeUndefined();
  });
});
