import type { Clock } from "@weir/wire/clock.ts";
import { type Link, LinkError, type Reader, type Wait } from "../driver.ts";
import type { Child, NodeRef, ServerValue, Session, Wanted } from "./session.ts";

/** For tests: an OPC UA server in memory. Requests and replies go over a test link as lines of JSON. */
export type TestServer = {
  /** Path from the Objects folder → what it holds. */
  readonly values: Map<string, ServerValue>;
  readonly answer: (bytes: Uint8Array) => Uint8Array;
  /** What was asked, in order: read, browse, write, monitor. */
  readonly asked: string[];
  /** Changes a value and tells those that watch it. */
  change(path: string, value: Partial<ServerValue>): void;
  /** Tells everybody that nothing has changed. */
  keepAlive(): void;
  /** Changes a value, and the subscription does not notice. */
  changeUnseen(path: string, value: Partial<ServerValue>): void;
  /** A message got lost. */
  lose(): void;
  /** Nodes that it does not want to watch. */
  readonly unwatchable: Set<string>;
};

type Ear = {
  readonly tell: (path: string, value: ServerValue) => void;
  readonly live: () => void;
  readonly lose: () => void;
};
type Question = { readonly op: string; readonly nodes: readonly NodeRef[]; readonly value?: unknown };
const ears = new WeakMap<TestServer, Set<Ear>>();
const namespaces = ["http://opcfoundation.org/UA/", "urn:test:server", "urn:test:plant"];
const prefix = "ns=2;s=";
const pathOf = (node: NodeRef) => (node === "ns=0;i=85" ? "" : node.slice(prefix.length));

export function createTestServer(values: Readonly<Record<string, Partial<ServerValue>>>): TestServer {
  const map = new Map(Object.entries(values).map(([path, value]) => [path, { status: "Good", ...value }]));
  const set = (path: string, value: Partial<ServerValue>) => map.set(path, { ...map.get(path)!, ...value });
  const each = (hear: (ear: Ear) => void) => {
    for (const ear of ears.get(server) ?? []) hear(ear);
  };
  const server: TestServer = {
    values: map,
    asked: [],
    unwatchable: new Set(),
    answer: (bytes) => {
      const question: Question = JSON.parse(Buffer.from(bytes).toString());
      server.asked.push(question.op);
      return Buffer.from(`${JSON.stringify(answerTo(question))}\n`);
    },
    change: (path, value) => {
      set(path, value);
      each((ear) => ear.tell(path, map.get(path)!));
      server.keepAlive();
    },
    changeUnseen: set,
    keepAlive: () => each((ear) => ear.live()),
    lose: () => each((ear) => ear.lose()),
  };
  ears.set(server, new Set());

  function answerTo({ op, nodes, value }: Question): unknown {
    if (op === "read") return nodes.map((node) => map.get(pathOf(node)) ?? { status: "BadNodeIdUnknown" });
    if (op === "browse") return nodes.map(childrenOf);
    if (op === "monitor")
      return nodes.map((node) => (server.unwatchable.has(pathOf(node)) ? "BadTooManyMonitoredItems" : "Good"));
    const [path] = nodes.map(pathOf);
    if (!map.has(path!)) return "BadNodeIdUnknown";
    set(path!, value as Partial<ServerValue>);
    return "Good";
  }

  function childrenOf(node: NodeRef): readonly Child[] {
    const start = pathOf(node) === "" ? "" : `${pathOf(node)}/`;
    const names = [...map.keys()]
      .filter((path) => path.startsWith(start))
      .map((path) => path.slice(start.length).split("/")[0]!);
    return [...new Set(names)].map((name) => ({
      node: `${prefix}${start}${name}`,
      namespace: namespaces[2]!,
      name,
      kind: map.has(`${start}${name}`) ? "variable" : "object",
    }));
  }

  return server;
}

/** For tests: a session over a link with such a server. */
export function createTestSession(link: Link, clock: Clock, server: TestServer): Session {
  const watching = new Map<NodeRef, Wanted[]>();
  let provenAt: number | undefined;
  const line: Reader<unknown> = {
    find: (bytes) => {
      const end = bytes.indexOf(10) + 1;
      return end === 0 ? undefined : { value: JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()), end };
    },
    fault: () => new LinkError("timeout", "the test server did not answer"),
  };
  ears.get(server)!.add({
    tell: (path, value) => {
      for (const { tell } of watching.get(`${prefix}${path}`) ?? []) tell(value);
    },
    live: () => {
      if (watching.size > 0) provenAt = clock.now();
    },
    lose: () => {
      for (const wanted of watching.values()) for (const { lose } of wanted) lose();
    },
  });

  async function ask<T>(question: Question, wait: Wait): Promise<T> {
    link.discard();
    link.send(Buffer.from(JSON.stringify(question)));
    return (await link.receive(line, wait)) as T;
  }

  return {
    lastHeardAt: link.lastHeardAt,
    closed: link.closed,
    close: link.close,
    fail: (why) => (link as unknown as { fail(why: LinkError): void }).fail(new LinkError("closed", why)),
    namespaces: () => namespaces,
    refOf: ({ namespace = namespaces[0]!, id }) => {
      const index = namespaces.indexOf(namespace);
      return index < 0 ? undefined : `ns=${index};${id}`;
    },
    textOf: (node) => node,
    provenAt: () => provenAt,
    read: (nodes, wait) => ask({ op: "read", nodes }, wait),
    browse: (nodes, wait) => ask({ op: "browse", nodes }, wait),
    write: (node, value, wait) => ask({ op: "write", nodes: [node], value }, wait),
    monitor: async (wanted, wait) => {
      const statuses = await ask<readonly string[]>({ op: "monitor", nodes: wanted.map(({ node }) => node) }, wait);
      wanted.forEach((one, i) => {
        if (statuses[i] === "Good") watching.set(one.node, [...(watching.get(one.node) ?? []), one]);
      });
      return {
        items: wanted.map(({ samplingMs }, i) => ({ status: statuses[i]!, samplingMs })),
        stop: () => {
          for (const one of wanted)
            watching.set(
              one.node,
              (watching.get(one.node) ?? []).filter((other) => other !== one),
            );
        },
      };
    },
  };
}
