/** Sparkplug B 3.0 topics, chapter 4: `spBv1.0/<group>/<verb>/<edge node>[/<device>]`, `spBv1.0/STATE/<host>`. */
export type Verb = NodeVerb | DeviceVerb;
export type NodeVerb = "NBIRTH" | "NDATA" | "NDEATH" | "NCMD";
export type DeviceVerb = "DBIRTH" | "DDATA" | "DDEATH" | "DCMD";
export type Topic =
  | { readonly verb: Verb; readonly group: string; readonly node: string; readonly device?: string }
  | { readonly verb: "STATE"; readonly host: string };

export const namespace = "spBv1.0";
export const nodeVerbs = ["NBIRTH", "NDATA", "NDEATH", "NCMD"] as const satisfies readonly NodeVerb[];
export const deviceVerbs = ["DBIRTH", "DDATA", "DDEATH", "DCMD"] as const satisfies readonly DeviceVerb[];

const needsDevice: Readonly<Record<string, boolean | undefined>> = Object.freeze({
  __proto__: null,
  ...Object.fromEntries([...nodeVerbs.map((verb) => [verb, false]), ...deviceVerbs.map((verb) => [verb, true])]),
});

/** A group, edge node, device or host id: not empty, none of `+ / #`, no control characters. Sparkplug 3.0 §4.1, MQTT 3.1.1 §1.5.3. */
export function validName(text: string): boolean {
  return /^[^+/#\p{Cc}\p{Cs}]+$/u.test(text);
}

/** Throws RangeError when a name is not valid or a device is missing or too much: a wrong topic must not leave the program. */
export function formatTopic(topic: Topic): string {
  if (topic.verb === "STATE") return [namespace, "STATE", checked("host", topic.host)].join("/");
  const { verb, group, node, device } = topic;
  if (group === "STATE") throw new RangeError("group: `STATE` is the topic of host states, choose another name");
  const parts = [namespace, checked("group", group), verb, checked("edge node", node)];
  if (needsDevice[verb] !== (device !== undefined))
    throw new RangeError(`${verb}: ${needsDevice[verb] ? "needs a device" : "is about the edge node, not a device"}`);
  if (device !== undefined) parts.push(checked("device", device));
  return parts.join("/");
}

/** undefined for whatever is not a topic that formatTopic could have made. */
export function parseTopic(text: string): Topic | undefined {
  const parts = text.split("/");
  if (parts[0] !== namespace || !parts.every(validName)) return undefined;
  const [, group, verb, node, device] = parts;
  if (group === "STATE") return parts.length === 3 ? { verb: "STATE", host: verb! } : undefined;
  const expectsDevice = needsDevice[verb ?? ""];
  if (expectsDevice === undefined || parts.length !== (expectsDevice ? 5 : 4)) return undefined;
  const about = { verb: verb as Verb, group: group!, node: node! };
  return device === undefined ? about : { ...about, device };
}

function checked(what: string, name: string): string {
  if (!validName(name)) throw new RangeError(`${what}: ${JSON.stringify(name)} must not be empty or contain + / #`);
  return name;
}
