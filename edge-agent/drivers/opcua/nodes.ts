import type { NodeIdText } from "@weir/device-profiles/opcua.ts";
import { NodeId } from "node-opcua-client";
import type { NodeRef } from "./session.ts";

const { NodeIdType } = NodeId;
const standardUri = "http://opcfoundation.org/UA/";

/** Node ids in the numbers of one session's namespaces. */
export function createNodes(namespaces: readonly string[]) {
  function indexOf(uri: string | undefined): number | undefined {
    if (uri === undefined || uri === standardUri) return 0;
    const index = namespaces.indexOf(uri);
    return index < 0 ? undefined : index;
  }

  return {
    namespaces: () => namespaces,
    uriOf: (index: number): string => namespaces[index] ?? `${index}`,
    refOf: ({ namespace, id }: NodeIdText): NodeRef | undefined => {
      const index = indexOf(namespace);
      return index === undefined ? undefined : `ns=${index};${id}`;
    },
    textOf: (ref: NodeRef): string => {
      const [, index = "0", id = ""] = /^ns=(\d+);(.*)$/su.exec(ref) ?? [];
      return index === "0" ? id : `nsu=${namespaces[Number(index)]};${id}`;
    },
    /** A node of the server's own answer; undefined when it lies in another server. */
    refFrom: (
      node: NodeId & { readonly namespaceUri?: string | null; readonly serverIndex?: number },
    ): NodeRef | undefined => {
      if (node.serverIndex) return undefined;
      const index = node.namespaceUri ? indexOf(node.namespaceUri) : node.namespace;
      return index === undefined ? undefined : `ns=${index};${identifierOf(node)}`;
    },
  };
}

function identifierOf({ identifierType, value }: NodeId): string {
  switch (identifierType) {
    case NodeIdType.NUMERIC:
      return `i=${value}`;
    case NodeIdType.GUID:
      return `g=${value}`;
    case NodeIdType.BYTESTRING:
      return `b=${(value as Buffer).toString("base64")}`;
    default:
      return `s=${value}`;
  }
}

/** `ns=4;s=Pump1.Flow` → the library's own. */
export function nodeIdOf(ref: NodeRef): NodeId {
  const [, index = "0", kind = "i", value = "0"] = /^ns=(\d+);([isgb])=(.*)$/su.exec(ref) ?? [];
  const namespace = Number(index);
  if (kind === "i") return new NodeId(NodeIdType.NUMERIC, Number(value), namespace);
  if (kind === "s") return new NodeId(NodeIdType.STRING, value, namespace);
  if (kind === "g") return new NodeId(NodeIdType.GUID, value.toUpperCase(), namespace);
  return new NodeId(NodeIdType.BYTESTRING, Buffer.from(value, "base64"), namespace);
}
