import type { Address } from "@weir/device-profiles/schema.ts";
import { type Clock, virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import type { Connection, Line, Link, Medium, Transport, Turn } from "./driver.ts";
import { createTestLine, createTestLink } from "./test-link.ts";

/** One instrument that the contract can talk to, in the driver's protocol. */
export type ContractSubject<M extends Medium = Link> = {
  readonly transport: Transport;
  readonly open: (line: Line<M>) => Connection;
  /** What is kept open over the link, where that is more than the link itself. */
  readonly medium?: (link: Link, clock: Clock) => Promise<M>;
  /** The instrument's answer to bytes on the line; undefined for silence. */
  readonly answer: (bytes: Uint8Array) => Uint8Array | undefined;
  /** Requests that one address takes; 1 when left out. */
  readonly steps?: number;
  /** Requests that one address takes once it has been read; as many as `steps` when left out, none where changes are told. */
  readonly stepsLater?: number;
  /** It speaks by itself, so often: nothing is ever sent to it, and a question is a wait. */
  readonly speaks?: { readonly everyMs: number; say(): Uint8Array };
  /** At least three addresses that answer, with their raw numbers. */
  readonly good: readonly { readonly address: Address; readonly raw: number }[];
  /** One between them that the instrument does not have. */
  readonly missing: Address;
  /** One that may be written, and one that looks so and is not there; not for a protocol that is only read. */
  readonly writable?: { readonly there: Address; readonly missing: Address };
};

/** What the poller relies on, whatever the protocol. Each test gets an instrument of its own. */
export function driverContract<M extends Medium = Link>(name: string, createSubject: () => ContractSubject<M>): void {
  async function setUp() {
    const subject = createSubject();
    const clock = virtualClock(1_000_000);
    let answering = true;
    let sends = 0;
    const link = createTestLink(clock, (bytes) => {
      sends++;
      const reply = answering ? subject.answer(bytes) : undefined;
      if (reply) void clock.sleep(20, new AbortController().signal).then(() => link.push(reply));
    });
    const { speaks } = subject;
    const speakOn = async () => {
      for (;;) {
        await clock.sleep(speaks!.everyMs, new AbortController().signal);
        if (answering) link.push(speaks!.say());
      }
    };
    if (speaks) void speakOn();
    const finish = async <T>(promise: Promise<T>): Promise<T> => {
      let done = false;
      const mark = () => {
        done = true;
      };
      promise.then(mark, mark);
      for (let i = 0; i < 2000 && !done; i++) await clock.advance(10);
      return promise;
    };
    const medium = subject.medium ? await finish(subject.medium(link, clock)) : (link as Medium as M);
    sends = 0;
    const line = createTestLine(medium, subject.transport, clock);
    const connection = subject.open(line);
    const abort = new AbortController();
    const turn: Turn = { urgent: false, deadline: 0, signal: abort.signal };
    return {
      ...{ subject, clock, link, line, connection, abort, turn, finish },
      addresses: subject.good.map(({ address }) => address),
      raws: subject.good.map(({ raw }) => raw),
      keepSilent: () => {
        answering = false;
      },
      speak: () => {
        answering = true;
      },
      sends: () => sends,
      questions: () => (speaks ? connection.stats().requests : sends),
      replyMs: speaks?.everyMs ?? 20 * (subject.steps ?? 1),
    };
  }

  describe(`the ${name} driver`, () => {
    test("gives one result per address, in the order asked", async () => {
      const { connection, addresses, raws, turn, finish } = await setUp();
      const backwards = [...addresses].reverse();
      const results = await finish(connection.read(backwards, turn));
      expect(results.map((result) => "raw" in result && result.raw)).toEqual([...raws].reverse());
    });

    test("stamps a result when its reply arrived", async () => {
      const { connection, subject, addresses, turn, clock, finish, replyMs } = await setUp();
      const before = clock.now();
      const [result] = await finish(connection.read([addresses[0]!], turn));
      await clock.advance(1000);
      const at = result && "at" in result ? result.at : Number.NaN;
      expect(at).toBeGreaterThanOrEqual(before + replyMs);
      expect(at).toBeLessThan(before + replyMs + 10 * (subject.steps ?? 1));
    });

    test("a point that fails does not fail its neighbours, nor does it ever later", async () => {
      const { connection, subject, addresses, raws, turn, finish } = await setUp();
      const asked = [addresses[0]!, subject.missing, ...addresses.slice(1)];
      for (let i = 0; i < 3; i++) {
        const results = await finish(connection.read(asked, turn));
        expect(results[1]).toHaveProperty("error");
        expect(results.filter((_, i) => i !== 1).map((result) => "raw" in result && result.raw)).toEqual(raws);
      }
    });

    test("what the instrument does not have is asked for a while no more, and named", async () => {
      const { connection, subject, addresses, turn, finish, questions } = await setUp();
      const asked = [addresses[0]!, subject.missing];
      await finish(connection.read(asked, turn));
      const before = questions();
      const results = await finish(connection.read(asked, turn));
      expect(results[1]).toEqual({ error: "unsupported" });
      expect(questions() - before).toBe(subject.stepsLater ?? subject.steps ?? 1);
      expect(connection.stats().unsupported).toHaveLength(1);
    });

    test("a silent instrument costs one time-out a read, and every point says so", async () => {
      const { connection, addresses, turn, finish, keepSilent, questions } = await setUp();
      keepSilent();
      const results = await finish(connection.read(addresses, turn));
      expect(results).toEqual(addresses.map(() => ({ error: "timeout" })));
      expect(questions()).toBe(1);
    });

    test("an instrument that speaks again is read again", async () => {
      const { connection, addresses, raws, turn, finish, keepSilent, speak } = await setUp();
      keepSilent();
      await finish(connection.read(addresses, turn));
      speak();
      const results = await finish(connection.read(addresses, turn));
      expect(results.map((result) => "raw" in result && result.raw)).toEqual(raws);
    });

    test("a probe resolves for an instrument that is there and rejects for a silent one", async () => {
      const { connection, addresses, turn, finish, keepSilent } = await setUp();
      await expect(finish(connection.probe(addresses, turn))).resolves.toBeUndefined();
      keepSilent();
      await expect(finish(connection.probe(addresses, turn))).rejects.toMatchObject({ code: "timeout" });
    });

    const { writable } = createSubject();
    if (writable) {
      test("what was written is read back", async () => {
        const { connection, turn, finish } = await setUp();
        await finish(connection.write({ address: writable.there, raw: 1, multiple: false }, turn));
        const results = await finish(connection.read([writable.there], turn));
        expect(results).toMatchObject([{ raw: 1 }]);
      });

      test("a write to what the instrument does not have is refused by it", async () => {
        const { connection, turn, finish } = await setUp();
        const order = { address: writable.missing, raw: 1, multiple: false };
        await expect(finish(connection.write(order, turn))).rejects.toMatchObject({ name: "Error" });
      });
    } else
      test("a write is refused before a byte is sent", async () => {
        const { connection, addresses, turn, finish, sends } = await setUp();
        const order = { address: addresses[0]!, raw: 1, multiple: false };
        await expect(finish(connection.write(order, turn))).rejects.toMatchObject({ code: "refused" });
        expect(sends()).toBe(0);
      });

    test("an aborted read ends at once with a result per address", async () => {
      const { connection, addresses, turn, abort, clock, keepSilent } = await setUp();
      keepSilent();
      const reading = connection.read(addresses, turn);
      await clock.advance(5);
      abort.abort();
      expect(await reading).toEqual(addresses.map(() => ({ error: "closed" })));
    });

    test("a link that goes away fails the points, not the reader", async () => {
      const { connection, addresses, turn, link, clock, finish, keepSilent } = await setUp();
      keepSilent();
      const reading = connection.read(addresses, turn);
      await clock.advance(5);
      link.fail();
      expect(await finish(reading)).toEqual(addresses.map(() => ({ error: "closed" })));
    });

    test("close is idempotent, later reads say closed, and another connection opens on the same line", async () => {
      const { connection, subject, addresses, raws, turn, finish, line } = await setUp();
      connection.close();
      connection.close();
      expect(await finish(connection.read(addresses, turn))).toEqual(addresses.map(() => ({ error: "closed" })));
      const results = await finish(subject.open(line).read(addresses, turn));
      expect(results.map((result) => "raw" in result && result.raw)).toEqual(raws);
    });
  });
}
