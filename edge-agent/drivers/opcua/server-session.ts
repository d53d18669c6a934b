import type { Clock } from "@weir/wire/clock.ts";
import {
  AttributeIds,
  BrowseDirection,
  BrowseNextRequest,
  type BrowseNextResponse,
  BrowseRequest,
  type BrowseResponse,
  type BrowseResult,
  NodeClass,
  ReadRequest,
  type ReadResponse,
  TimestampsToReturn,
  WriteRequest,
  type WriteResponse,
} from "node-opcua-client";
import { LinkError, type LinkErrorCode, type Wait } from "../driver.ts";
import { createBatch, inBatches } from "./batch.ts";
import type { Channel, Response } from "./channel.ts";
import { createNodes, nodeIdOf } from "./nodes.ts";
import type { OpcuaServer } from "./server.ts";
import type { Child, NodeRef, Session } from "./session.ts";
import { shareBrowse } from "./share-browse.ts";
import { type Call, openSubscription, type Subscription } from "./subscription.ts";
import { serverValueOf, statusNameOf, variantOf } from "./values.ts";
import { startWatchdog } from "./watchdog.ts";

export type SessionOptions = { readonly server: OpcuaServer; readonly clock: Clock; readonly timeoutMs: number };

/** Nodes of the standard (OPC 10000-6, annex A): what the server has and how much of it at once. */
const about = {
  namespaces: "ns=0;i=2255",
  state: "ns=0;i=2259",
  perRead: "ns=0;i=11705",
  perWrite: "ns=0;i=11707",
  perBrowse: "ns=0;i=11710",
  itemsPerCall: "ns=0;i=11714",
} as const;
/** HierarchicalReferences, with what is derived from it. */
const hierarchical = "ns=0;i=33";
const wantedClasses = NodeClass.Object | NodeClass.Variable | NodeClass.Method;
/** Results that end the session: it is gone, or what it runs on. */
const ending =
  /^Bad(Session(IdInvalid|Closed|NotActivated)|SecureChannel\w+|ConnectionClosed|ServerHalted|Shutdown|NoSubscription|SubscriptionIdInvalid|TcpSecureChannelUnknown|SecurityChecksFailed)$/;
/** Without a subscription somebody has to ask now and then, or the server ends the session. */
const longestKeepAliveMs = 10_000;

/** A session over an open channel. Reads its namespaces first; rejects with a LinkError when that fails. */
export async function createServerSession(
  channel: Channel,
  { server, clock, timeoutMs }: SessionOptions,
  signal: AbortSignal,
): Promise<Session> {
  const { url, publishMs } = server;
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<LinkError>();
  const ended = new AbortController();
  let lastHeardAt = clock.monotonic();
  let subscription: Promise<Subscription> | undefined;
  let subscribed: Subscription | undefined;

  function end(why: LinkError): void {
    if (ended.signal.aborted) return;
    ended.abort();
    tellClosed(why);
    void channel.close();
  }

  const call: Call = async <R extends Response>(request: Parameters<Call>[0], wait: Wait): Promise<R> => {
    const response = await channel.request<R>(request, wait);
    lastHeardAt = clock.monotonic();
    const status = statusNameOf(response.responseHeader.serviceResult);
    if (!status.startsWith("Bad")) return response;
    const error = new LinkError(status as LinkErrorCode, `${url}: ${status}`);
    if (ending.test(status)) end(new LinkError("closed", `${url}: the server has ended the session (${status})`));
    throw error;
  };

  void channel.lost.then(end);

  async function readValues(nodes: readonly NodeRef[], wait: Wait) {
    const request = new ReadRequest({
      maxAge: 0,
      timestampsToReturn: TimestampsToReturn.Both,
      nodesToRead: nodes.map((node) => ({ nodeId: nodeIdOf(node), attributeId: AttributeIds.Value })),
    });
    return ((await call<ReadResponse>(request, wait)).results ?? []).map(serverValueOf);
  }

  const wait = { timeoutMs, signal };
  const known = await readValues(Object.values(about), wait);
  const [namespaceArray, , ...limits] = known.map(({ value }) => value);
  const nodes = createNodes(Array.isArray(namespaceArray) ? namespaceArray.map(String) : []);
  const [perRead, perWrite, perBrowse, perCall] = limits.map(createBatch);

  async function browse(wanted: readonly NodeRef[], wait: Wait): Promise<readonly (readonly Child[] | string)[]> {
    const results = await inBatches(wanted, perBrowse!, async (part) => {
      const request = new BrowseRequest({
        requestedMaxReferencesPerNode: 0,
        nodesToBrowse: part.map((node) => ({
          nodeId: nodeIdOf(node),
          browseDirection: BrowseDirection.Forward,
          referenceTypeId: nodeIdOf(hierarchical),
          includeSubtypes: true,
          nodeClassMask: wantedClasses,
          resultMask: 0x3f,
        })),
      });
      return (await call<BrowseResponse>(request, wait)).results ?? [];
    });
    const children: (readonly Child[] | string)[] = [];
    for (const result of results) children.push(await wholeResult(result, wait));
    return children;
  }

  async function wholeResult(first: BrowseResult, wait: Wait): Promise<readonly Child[] | string> {
    const children = new Map<NodeRef, Child>();
    for (let result = first; ; ) {
      const status = statusNameOf(result.statusCode);
      if (status.startsWith("Bad")) return children.size > 0 ? [...children.values()] : status;
      for (const { nodeId, browseName, nodeClass } of result.references ?? []) {
        const node = nodes.refFrom(nodeId);
        if (node === undefined) continue;
        const kind = kinds[nodeClass] ?? "other";
        children.set(node, {
          node,
          namespace: nodes.uriOf(browseName.namespaceIndex),
          name: browseName.name ?? "",
          kind,
        });
      }
      if (!result.continuationPoint?.length) return [...children.values()];
      const request = new BrowseNextRequest({
        releaseContinuationPoints: false,
        continuationPoints: [result.continuationPoint],
      });
      const next = (await call<BrowseNextResponse>(request, wait)).results?.[0];
      if (!next) return [...children.values()];
      result = next;
    }
  }

  function fail(why: string): void {
    end(new LinkError("closed", `${url}: ${why}`));
  }

  function subscribe(wait: Wait): Promise<Subscription> {
    const watchdogOf = (intervalMs: number) => startWatchdog({ clock, intervalMs, signal: ended.signal }, fail);
    const options = { call, clock, publishMs, batch: perCall!, end, ended: ended.signal, watchdogOf, url };
    subscription ??= openSubscription(options, wait).then(
      (opened) => {
        subscribed = opened;
        return opened;
      },
      (error) => {
        subscription = undefined;
        throw error;
      },
    );
    return subscription;
  }

  /** Until a subscription does it: asks for the server's state, so that neither side takes the other for dead. */
  async function keepAlive(): Promise<void> {
    const everyMs = Math.min(longestKeepAliveMs, channel.sessionTimeoutMs / 3);
    for (let failures = 0; !ended.signal.aborted; ) {
      await clock.sleep(everyMs, ended.signal);
      shared.tidy();
      if (ended.signal.aborted || subscribed || clock.monotonic() - lastHeardAt < everyMs / 2) continue;
      const isThere = await readValues([about.state], { timeoutMs, signal: ended.signal }).then(
        () => true,
        () => false,
      );
      failures = isThere ? 0 : failures + 1;
      if (failures === 2) fail("the server does not answer any more; check server and network");
    }
  }
  void keepAlive();
  const shared = shareBrowse(browse, clock);

  return {
    lastHeardAt: () => lastHeardAt,
    closed,
    fail,
    refOf: nodes.refOf,
    textOf: nodes.textOf,
    namespaces: nodes.namespaces,
    provenAt: () => subscribed?.provenAt(),
    read: (wanted, wait) => inBatches(wanted, perRead!, (part) => readValues(part, wait)),
    browse: shared.browse,
    write: async (node, value, wait) => {
      const nodesToWrite = [
        { nodeId: nodeIdOf(node), attributeId: AttributeIds.Value, value: { value: variantOf(value) } },
      ];
      const [status] = await inBatches(nodesToWrite, perWrite!, async (part) => {
        return (await call<WriteResponse>(new WriteRequest({ nodesToWrite: [...part] }), wait)).results ?? [];
      });
      return statusNameOf(status!);
    },
    monitor: async (wanted, wait) => {
      try {
        return await (await subscribe(wait)).monitor(wanted, wait);
      } catch (error) {
        if (!(error instanceof LinkError) || !unwatchable.includes(error.code)) throw error;
        return { items: wanted.map(({ samplingMs }) => ({ status: error.code, samplingMs })), stop: () => {} };
      }
    },
    close: async () => {
      if (!ended.signal.aborted) {
        ended.abort();
        await channel.close();
        tellClosed(new LinkError("closed", `${url}: the session was closed`));
      }
      await closed;
    },
  };
}

const kinds: Readonly<Partial<Record<NodeClass, Child["kind"]>>> = {
  [NodeClass.Object]: "object",
  [NodeClass.Variable]: "variable",
  [NodeClass.Method]: "method",
};

/** The server answers and does not do subscriptions, or no more of them: values are asked for. */
const unwatchable = [
  "BadServiceUnsupported",
  "BadTooManySubscriptions",
  "BadTooManyMonitoredItems",
  "BadUserAccessDenied",
];
