import { parseNodeText } from "@weir/device-profiles/opcua.ts";
import { severityOf } from "@weir/device-profiles/opcua-values.ts";
import type { OpcuaAddress, OpcuaProfile } from "@weir/device-profiles/schema.ts";
import {
  type Connection,
  type Driver,
  type Instrument,
  isSaidNo,
  type Line,
  LinkError,
  type LinkErrorCode,
  type Result,
  type Turn,
  type Wait,
} from "../driver.ts";
import { createAudit } from "./audit.ts";
import { asType } from "./convert.ts";
import { isAway, isMissing, statusText } from "./fault.ts";
import { type Located, locate } from "./locate.ts";
import { createPlaces, type Place } from "./places.ts";
import { type NodeRef, objectsFolder, type ServerValue, type Session } from "./session.ts";

/** What a server does not have is looked for again after so long, and in each new session. */
const retryMissingMs = 600_000;
const delayWeight = 0.2;
const firstDelayMs = 100;
/** So many values between two messages fit at least. */
const leastQueue = 2;
const mostQueue = 1000;

/** What is known in one session. */
type Current = {
  readonly session: Session;
  /** The instrument's own node, once it has been looked for. */
  start: Located | undefined;
  readonly stops: (() => void)[];
};

/** Instruments behind an OPC UA server: the server tells what changes, or is asked. */
export const opcua: Driver<OpcuaProfile, Session> = { open: connect };

function connect(
  { profile, address, timeoutMs, everyMs = profile.every }: Instrument<OpcuaProfile>,
  line: Line<Session>,
): Connection<OpcuaAddress> {
  const { clock, transport } = line;
  const [isSubscribing, publishMs] =
    transport.kind === "opcua" ? [transport.reading === "subscribe", transport.publishMs] : [false, 1000];
  let dropped = 0;
  const places = createPlaces(profile, everyMs, () => {
    dropped++;
  });
  const missing = new Set<Place>();
  const audit = createAudit({ clock, quietMs: 3 * publishMs });
  let closed = false;
  let current: Current | undefined;
  let requests = 0;
  let replies = 0;
  let lastReplyAt: number | undefined;
  let replyDelayMs = firstDelayMs;
  let failure: string | undefined;
  let wrong: readonly string[] = [];

  /** One turn on the line. A new session knows nothing of what was found in the last. */
  function exchange<T>(turn: Turn, job: (session: Session) => Promise<T>): Promise<T> {
    return line.exchange(turn, async (session) => {
      if (current?.session !== session) adopt(session);
      return job(session);
    });
  }

  function adopt(session: Session): void {
    current = { session, start: undefined, stops: [] };
    audit.reset();
    for (const place of places.all()) {
      place.node = place.missingUntil = place.type = undefined;
      missing.delete(place);
      place.watch = "not-yet";
      place.track.forget();
    }
  }

  async function ask<T>(request: () => Promise<T>): Promise<T> {
    requests++;
    const sentAt = clock.monotonic();
    try {
      const answer = await request();
      replyDelayMs += delayWeight * (clock.monotonic() - sentAt - replyDelayMs);
      return answer;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** Does one thing that has to be done before all of these are known: true when there is nothing left to do. */
  async function step(session: Session, asked: readonly Place[], anew: Set<Place>, turn: Turn): Promise<boolean> {
    const wait = { timeoutMs, signal: turn.signal };
    const browse = (nodes: readonly string[]) => ask(() => session.browse(nodes, wait));
    const own = current!;
    if (own.start === undefined) {
      const [start] =
        address === undefined ? [{ node: objectsFolder }] : await find([startText(address)], objectsFolder);
      own.start = start!;
      if ("why" in own.start) failure = `its own node: ${own.start.why}`;
      return false;
    }
    if (!("node" in own.start)) return true;
    const lost = asked.filter((place) => place.node === undefined && isDue(place));
    if (lost.length > 0) {
      const found = await find(lost, own.start.node);
      found.forEach((located, i) => {
        const place = lost[i]!;
        if ("node" in located) settle(place, located.node);
        else condemn(place, located.status, located.why);
      });
      return false;
    }
    const found = asked.filter((place) => place.node !== undefined);
    const unread = found.filter((place) => isAsked(place, anew) || place.track.status() === undefined);
    if (unread.length > 0) {
      await readNow(session, unread, wait);
      for (const place of unread) anew.delete(place);
      return false;
    }
    const unwatched = found.filter((place) => place.watch === "not-yet");
    if (isSubscribing && unwatched.length > 0) {
      await watch(session, unwatched, wait);
      return false;
    }
    const due = audit.due(found.filter((place) => place.watch === "watched"));
    if (due.length > 0) await check(session, due, wait);
    return true;

    function find(wanted: readonly Pick<Place, "text" | "parsed">[], start: string): Promise<readonly Located[]> {
      return locate(wanted, { start, refOf: session.refOf }, browse);
    }
  }

  function startText(text: string): Pick<Place, "text" | "parsed"> {
    return { text, parsed: parseNodeText(text, profile.namespaces) };
  }

  function isDue({ missingUntil }: Place): boolean {
    return missingUntil === undefined || missingUntil <= clock.monotonic();
  }

  function isAsked(place: Place, anew: ReadonlySet<Place>): boolean {
    return anew.has(place) && place.missingUntil === undefined;
  }

  function settle(place: Place, node: NodeRef): void {
    place.node = node;
    place.missingUntil = undefined;
    missing.delete(place);
    place.track.forget();
  }

  function condemn(place: Place, status: string, why: string): void {
    place.track.put({ status }, clock.now());
    place.watch = "not-yet";
    place.node = undefined;
    place.missingUntil = clock.monotonic() + retryMissingMs;
    missing.add(place);
    failure = why;
  }

  async function readNow(session: Session, wanted: readonly Place[], wait: Wait): Promise<void> {
    const values = await ask(() =>
      session.read(
        wanted.map(({ node }) => node!),
        wait,
      ),
    );
    const now = clock.now();
    wanted.forEach((place, i) => {
      const value = values[i]!;
      if (isMissing(value.status)) condemn(place, value.status, statusText(place.name, value.status));
      else {
        place.missingUntil = undefined;
        missing.delete(place);
        put(place, value, now);
        place.track.prove(now);
      }
    });
  }

  function put(place: Place, value: ServerValue, arrivedAt: number): void {
    place.track.put(value, arrivedAt);
    place.type = value.type ?? place.type;
  }

  async function watch(session: Session, wanted: readonly Place[], wait: Wait): Promise<void> {
    const own = current!;
    const orders = wanted.map((place) => ({
      node: place.node!,
      samplingMs: place.samplingMs,
      queueSize: Math.min(mostQueue, Math.max(leastQueue, Math.ceil(publishMs / place.samplingMs) + 1)),
      ...(place.deadband !== undefined && { deadband: place.deadband }),
      tell: (value: ServerValue) => {
        if (current !== own) return;
        place.toldAt = clock.monotonic();
        put(place, value, clock.now());
      },
      lose: () => place.track.forget(),
    }));
    const { items, stop } = await ask(() => session.monitor(orders, wait));
    own.stops.push(stop);
    wanted.forEach((place, i) => {
      const { status, samplingMs } = items[i]!;
      place.watch = severityOf(status) === "bad" ? "polled" : "watched";
      place.toldAt = clock.monotonic();
      if (place.watch === "polled") failure = statusText(place.name, status);
      else place.samplingMs = samplingMs;
    });
  }

  /** Asks for values that have not been told for long; a server that has others than it told is called anew. */
  async function check(session: Session, due: readonly Place[], wait: Wait): Promise<void> {
    const values = await ask(() =>
      session.read(
        due.map(({ node }) => node!),
        wait,
      ),
    );
    const silent = audit.judge(due, values);
    if (silent !== undefined) session.fail(`${silent.name} has changed and the server has not told`);
  }

  /** Finds, reads and watches what has to be, in turns. The last proof of what is watched. */
  async function prepare(asked: readonly Place[], turn: Turn, anew: Set<Place>): Promise<number | undefined> {
    wrong = [];
    failure = undefined;
    let provenAt: number | undefined;
    for (let isDone = false; !isDone; )
      isDone = await exchange(turn, async (session) => {
        const finished = await step(session, asked, anew, turn);
        provenAt = session.provenAt();
        return finished;
      });
    const start = current?.start;
    if (current === undefined || start === undefined || "node" in start) return provenAt;
    current.start = undefined;
    throw new LinkError(start.status as LinkErrorCode, failure ?? start.why);
  }

  async function readAll(asked: readonly Place[], turn: Turn, anew: Set<Place>): Promise<readonly Result[]> {
    const provenAt = await prepare(asked, turn, anew);
    const results = asked.map((place) => resultOf(place, provenAt));
    if (results.some(isFromInstrument)) {
      replies++;
      lastReplyAt = clock.now();
    }
    return results;
  }

  function resultOf(place: Place, provenAt: number | undefined): Result {
    const proof = provenAt !== undefined && place.watch === "watched";
    const steadyMs = place.everyMs + publishMs;
    const result = place.track.take(proof ? { at: provenAt, steadyMs } : undefined) ?? { error: "timeout" };
    if ("error" in result && wrong.length < 3) {
      const why = result.error === "mismatch" ? "the array ends before this element" : statusText("", result.error);
      wrong = [...wrong, `${place.name}: ${why.replace(/^: /, "")}`];
    }
    return result;
  }

  return {
    read: async (addresses, turn) => {
      const asked = places.of(addresses);
      if (closed) return asked.map(() => ({ error: "closed" }));
      const gone = new Set(asked.filter((place) => place.missingUntil !== undefined && !isDue(place)));
      const orPoll = (place: Place) => turn.urgent || !isSubscribing || place.watch === "polled";
      const results = await readAll(asked, turn, new Set(asked.filter(orPoll))).catch((error: unknown) => {
        if (!(error instanceof LinkError)) throw error;
        failure ??= error.message;
        return asked.map((): Result => ({ error: error.code }));
      });
      return results.map((result, i) => (gone.has(asked[i]!) && "error" in result ? { error: "unsupported" } : result));
    },
    write: async ({ address: at, raw }, turn) => {
      const place = places.of([at])[0]!;
      await prepare([place], turn, new Set([place]));
      const { node, type, name } = place;
      if (node === undefined || type === undefined) {
        const status = node === undefined ? "BadNodeIdUnknown" : "BadTypeMismatch";
        throw new LinkError(status, `${name}: nothing was written; ${failure ?? "the server does not say its type"}`);
      }
      const value = { type, value: asType(raw, type) };
      const wait = { timeoutMs, signal: turn.signal };
      const status = await exchange(turn, (session) => ask(() => session.write(node, value, wait)));
      place.track.forget();
      if (severityOf(status) !== "bad") return;
      failure = statusText(name, status);
      throw new LinkError(status as LinkErrorCode, failure);
    },
    probe: async (addresses, turn) => {
      const asked = places.of(addresses);
      const place = asked.find(({ node }) => node !== undefined) ?? asked[0]!;
      await prepare([place], turn, new Set([place]));
      const status = (place.track.status() ?? "Good") as LinkErrorCode;
      if (isAway(status)) throw new LinkError(status, statusText(place.name, status));
    },
    stats: () => {
      const lost = dropped === 0 ? [] : [`${dropped} values came faster than they were taken; raise sampling`];
      const said = failure === undefined ? wrong : [failure];
      return {
        ...{ requests, replies, lastReplyAt, replyDelayMs },
        unsupported: Array.from(missing, ({ name }) => name),
        lastError: [...said, ...lost].join("; ") || undefined,
      };
    },
    close: () => {
      closed = true;
      for (const stop of current?.stops ?? []) stop();
      current = undefined;
    },
  };
}

/** The instrument itself has said something, be it that it has no such value. */
function isFromInstrument(result: Result): boolean {
  return !("error" in result) || result.error === "mismatch" || (isSaidNo(result.error) && !isAway(result.error));
}
