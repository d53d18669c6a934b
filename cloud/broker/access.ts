import { parseTopic } from "@weir/wire/topics.ts";

/** Who a connection speaks for. A gateway is exactly one edge node of one site; a reader may hear everything and say nothing. */
export type Identity =
  | { readonly role: "gateway"; readonly name: string; readonly site: string; readonly gateway: string }
  | { readonly role: "reader"; readonly name: string }
  /** Another Sparkplug host application: hears everything, sends commands, shows its own STATE. */
  | { readonly role: "host"; readonly name: string };

type Publish = { readonly topic: string; readonly qos: number; readonly retain: boolean };

const fromGateways: ReadonlySet<string> = new Set(["NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"]);

/** Why this identity may not publish this; undefined when it may. Sparkplug 3.0 chapter 7 and the QoS and retain rules of chapter 6. Pure. */
export function refusePublish(identity: Identity, { topic, qos, retain }: Publish): string | undefined {
  const parsed = parseTopic(topic);
  if (!parsed) return "not a Sparkplug B topic";
  if (identity.role === "reader") return "a reader publishes nothing";
  if (parsed.verb === "STATE") {
    if (identity.role !== "host" || parsed.host !== identity.name)
      return "only a host publishes STATE, and only its own";
    return undefined;
  }
  if (retain) return `${parsed.verb} must not be retained`;
  if (identity.role === "host")
    return parsed.verb === "NCMD" || parsed.verb === "DCMD" ? undefined : `a host does not publish ${parsed.verb}`;
  if (parsed.group !== identity.site || parsed.node !== identity.gateway) return "not its own name";
  if (!fromGateways.has(parsed.verb)) return "commands come only from a host";
  return qos > 1 ? "QoS 2 is not used here" : undefined;
}

/** Why this identity may not have this will; undefined when it may. Asked at CONNECT, not only when it fires. Pure. */
export function refuseWill(identity: Identity, will: Publish): string | undefined {
  const refused = refusePublish(identity, will);
  if (refused !== undefined) return refused;
  const verb = parseTopic(will.topic)?.verb;
  return verb === "NDEATH" || verb === "STATE" ? undefined : `${verb} is not a will`;
}

/** Why this identity may not subscribe to this filter; undefined when it may. Pure. */
export function refuseSubscribe(identity: Identity, filter: string): string | undefined {
  if (filter.startsWith("$")) return "$ topics and shared subscriptions are not served";
  if (/^spBv1\.0\/STATE\/[^/#]+$/.test(filter)) return undefined;
  if (identity.role !== "gateway")
    return filter.startsWith("spBv1.0/") ? undefined : "only topics below spBv1.0/ can be read";
  const [namespace, site, verb, gateway, device, ...more] = filter.split("/");
  if (namespace !== "spBv1.0" || site !== identity.site || gateway !== identity.gateway || more.length > 0)
    return "not its own name";
  if (verb === "NCMD") return device === undefined || device === "#" ? undefined : "NCMD has no device";
  if (verb === "DCMD") return device === undefined ? "DCMD needs a device" : undefined;
  return "a gateway reads only NCMD, DCMD and STATE";
}
