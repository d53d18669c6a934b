import type { Clock } from "@weir/wire/clock.ts";
import {
  AttributeIds,
  CreateMonitoredItemsRequest,
  type CreateMonitoredItemsResponse,
  CreateSubscriptionRequest,
  type CreateSubscriptionResponse,
  DataChangeFilter,
  DataChangeNotification,
  DataChangeTrigger,
  DeadbandType,
  DeleteMonitoredItemsRequest,
  MonitoringMode,
  PublishRequest,
  type PublishResponse,
  StatusChangeNotification,
  TimestampsToReturn,
} from "node-opcua-client";
import { LinkError, type Wait } from "../driver.ts";
import { type Batch, inBatches } from "./batch.ts";
import type { Request, Response } from "./channel.ts";
import { nodeIdOf } from "./nodes.ts";
import type { Wanted, Watching } from "./session.ts";
import { serverValueOf, statusNameOf } from "./values.ts";
import type { Watchdog } from "./watchdog.ts";

/** A service call; rejects with a LinkError whose code is the service's result unless that is good. */
export type Call = <R extends Response>(request: Request, wait: Wait) => Promise<R>;

export type Subscription = {
  monitor(wanted: readonly Wanted[], wait: Wait): Promise<Watching>;
  provenAt(): number | undefined;
};

export type SubscriptionOptions = {
  readonly call: Call;
  readonly clock: Clock;
  readonly publishMs: number;
  readonly batch: Batch;
  /** Ends the session; what was told until then is told. */
  readonly end: (why: LinkError) => void;
  readonly ended: AbortSignal;
  readonly watchdogOf: (intervalMs: number) => Watchdog;
  readonly url: string;
};

/** So many questions for news wait at the server, so that it always has one to answer. */
const questionsOut = 3;
const leastLifetimeMs = 60_000;
/** ServerStatus.CurrentTime: changes all the time, so that one sees that changes are told. */
const currentTime = "ns=0;i=2258";
const clockHandle = 0;

type Item = { readonly wanted: Wanted; id: number };

/** One subscription of a session. Tells changes, and keeps the watchdog informed of every word from the server. */
export async function openSubscription(options: SubscriptionOptions, wait: Wait): Promise<Subscription> {
  const { call, clock, publishMs, batch, end, ended, url } = options;
  const items = new Map<number, Item>();
  let nextHandle = clockHandle + 1;
  let provenAt: number | undefined;
  let expected: number | undefined;
  let out = 0;
  let mostOut = questionsOut;
  const done: { subscriptionId: number; sequenceNumber: number }[] = [];

  const created = await call<CreateSubscriptionResponse>(
    new CreateSubscriptionRequest({
      requestedPublishingInterval: publishMs,
      requestedMaxKeepAliveCount: 1,
      requestedLifetimeCount: Math.max(30, Math.ceil(leastLifetimeMs / publishMs)),
      // As many as there are: servers send what is over only at the next interval.
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 0,
    }),
    wait,
  );
  const { subscriptionId, revisedPublishingInterval, revisedMaxKeepAliveCount } = created;
  const intervalMs = Math.max(publishMs, revisedPublishingInterval * Math.max(1, revisedMaxKeepAliveCount));
  const lifetimeMs = created.revisedLifetimeCount * revisedPublishingInterval;
  const watchdog = options.watchdogOf(intervalMs);
  ask();
  await watchClock();

  /** Keeps as many questions out as the server bears. */
  function ask(): void {
    while (out < mostOut && !ended.aborted) {
      out++;
      const request = new PublishRequest({ subscriptionAcknowledgements: done.splice(0) });
      call<PublishResponse>(request, { timeoutMs: Math.max(leastLifetimeMs, lifetimeMs), signal: ended }).then(
        (response) => {
          out--;
          hear(response);
          ask();
        },
        (error: LinkError) => {
          out--;
          if (ended.aborted) return;
          if (error.code === "BadTooManyPublishRequests" && out > 0) mostOut = out;
          else if (error.code !== "timeout") end(error);
          ask();
        },
      );
    }
  }

  function hear({ subscriptionId: id, notificationMessage: message, moreNotifications }: PublishResponse): void {
    if (id !== subscriptionId) return;
    provenAt = clock.now();
    watchdog.heard();
    const notifications = message.notificationData ?? [];
    if (notifications.length > 0) {
      if (expected !== undefined && message.sequenceNumber !== expected) loseAll();
      expected = message.sequenceNumber === 0xffffffff ? 1 : message.sequenceNumber + 1;
      done.push({ subscriptionId, sequenceNumber: message.sequenceNumber });
    }
    for (const notification of notifications) {
      if (notification instanceof DataChangeNotification) tell(notification);
      else if (notification instanceof StatusChangeNotification)
        end(
          new LinkError("closed", `${url}: the server ended the subscription (${statusNameOf(notification.status)})`),
        );
    }
    if (moreNotifications) provenAt = undefined;
  }

  function tell({ monitoredItems }: DataChangeNotification): void {
    watchdog.told();
    for (const { clientHandle, value } of monitoredItems ?? []) {
      if (clientHandle === clockHandle) watchdog.ticked();
      else items.get(clientHandle)?.wanted.tell(serverValueOf(value));
    }
  }

  /** A message of the server is missing: nobody knows what was in it. */
  function loseAll(): void {
    for (const { wanted } of items.values()) wanted.lose();
  }

  async function watchClock(): Promise<void> {
    const watching: Wanted = { node: currentTime, samplingMs: publishMs, queueSize: 1, tell: () => {}, lose: () => {} };
    const [result] = await create([[clockHandle, { wanted: watching, id: 0 }]], wait).catch(() => []);
    if (result?.status === "Good") watchdog.expectTicks(Math.max(publishMs, result.samplingMs));
  }

  async function create(made: readonly (readonly [number, Item])[], wait: Wait) {
    const results = await inBatches(made, batch, async (part) => {
      const request = new CreateMonitoredItemsRequest({
        subscriptionId,
        timestampsToReturn: TimestampsToReturn.Both,
        itemsToCreate: part.map(([clientHandle, { wanted }]) => ({
          itemToMonitor: { nodeId: nodeIdOf(wanted.node), attributeId: AttributeIds.Value },
          monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            clientHandle,
            samplingInterval: wanted.samplingMs,
            queueSize: wanted.queueSize,
            discardOldest: true,
            filter: wanted.deadband === undefined ? null : deadbandFilter(wanted.deadband),
          },
        })),
      });
      return (await call<CreateMonitoredItemsResponse>(request, wait)).results ?? [];
    });
    return results.map((result, i) => {
      made[i]![1].id = result.monitoredItemId;
      return {
        status: statusNameOf(result.statusCode),
        samplingMs: Math.max(result.revisedSamplingInterval, made[i]![1].wanted.samplingMs),
      };
    });
  }

  async function monitor(wanted: readonly Wanted[], wait: Wait): Promise<Watching> {
    const made = wanted.map((one) => [nextHandle++, { wanted: one, id: 0 }] as [number, Item]);
    for (const [handle, item] of made) items.set(handle, item);
    const drop = (which: readonly [number, Item][]) => {
      for (const [handle] of which) items.delete(handle);
    };
    try {
      const results = await create(made, wait);
      const unfiltered = made.filter(
        (_, i) => results[i]!.status in noFilter && made[i]![1].wanted.deadband !== undefined,
      );
      if (unfiltered.length > 0) {
        const plain = unfiltered.map(
          ([
            handle,
            {
              wanted: { deadband: _, ...rest },
            },
          ]) => [handle, { wanted: rest, id: 0 }] as [number, Item],
        );
        const again = await create(plain, wait);
        plain.forEach(([handle, item], i) => {
          items.set(handle, item);
          const at = made.findIndex(([known]) => known === handle);
          made[at] = [handle, item];
          results[at] = again[i]!;
        });
      }
      drop(made.filter((_, i) => results[i]!.status.startsWith("Bad")));
      return { items: results, stop: () => stop(made) };
    } catch (error) {
      drop(made);
      throw error;
    }

    function stop(which: readonly [number, Item][]): void {
      const monitoredItemIds = which.flatMap(([handle, { id }]) => (items.has(handle) ? [id] : []));
      drop(which);
      if (ended.aborted || monitoredItemIds.length === 0) return;
      const forget = (ids: readonly number[]) =>
        call<Response & { results: unknown[] }>(
          new DeleteMonitoredItemsRequest({ subscriptionId, monitoredItemIds: [...ids] }),
          { timeoutMs: wait.timeoutMs, signal: ended },
        ).then(({ results }) => results ?? []);
      inBatches(monitoredItemIds, batch, forget).catch(() => {});
    }
  }

  return { monitor, provenAt: () => provenAt };
}

/** Statuses of an item that the server would watch without a deadband. */
const noFilter: Readonly<Record<string, true>> = {
  BadFilterNotAllowed: true,
  BadMonitoredItemFilterUnsupported: true,
  BadMonitoredItemFilterInvalid: true,
  BadDeadbandFilterInvalid: true,
};

function deadbandFilter(deadbandValue: number): DataChangeFilter {
  return new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValue,
    deadbandType: DeadbandType.Absolute,
    deadbandValue,
  });
}
