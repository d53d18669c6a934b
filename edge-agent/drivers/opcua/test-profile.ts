import { type OpcuaProfile, profile as schema } from "@weir/device-profiles/schema.ts";
import type { OpcuaServer } from "./server.ts";

export type Points = readonly Readonly<Record<string, unknown>>[];

/** For tests: an instrument with these points, its own namespace with the prefix `own`. */
export function opcuaProfile(points: Points, rest: object = {}): OpcuaProfile {
  const parsed = schema.parse({
    model: "P-1",
    vendor: "Test",
    names: { en: "test pump", zh: "测试泵" },
    domain: "pipe",
    kind: "pump",
    source: "made up for tests",
    protocol: "opcua",
    namespaces: { own: "urn:test:plant" },
    points,
    examples: [{ note: "none", values: "", samples: {} }],
    ...rest,
  });
  if (parsed.protocol !== "opcua") throw new Error("expected an OPC UA profile");
  return { ...parsed, id: "pipe/test" };
}

/** For tests: a server without security, as nobody else should have it. */
export const openServer: OpcuaServer = {
  url: "opc.tcp://test:4840",
  policy: "None",
  mode: "None",
  accept: [],
  identity: { kind: "anonymous" },
  pki: "/nowhere",
  reading: "subscribe",
  publishMs: 1000,
};
