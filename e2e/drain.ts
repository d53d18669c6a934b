import assert from "node:assert/strict";
import { ledgerOf, statusOf } from "./ask.ts";
import type { CityUnderTest } from "./city-under-test.ts";

/** What became of records. */
export type Drained = { readonly stored: number; readonly rejected: number; readonly sentTwice: number };

/** As `drain`, of gateways that go by pings: resolves once their outboxes are empty and the cloud has stored whatever has come. */
export async function drainPlain(city: CityUnderTest): Promise<Drained> {
  await drainStarted(city);
  const sum = { stored: 0, rejected: 0, sentTwice: 0 };
  for (const gateway of city.gateways) {
    await city.until(
      `the outbox of ${gateway.gateway} is empty`,
      async () => (await statusOf(gateway)).outbox.records === 0,
      180_000,
    );
    let last = "";
    const epochs = await city.until(`the ledger of ${gateway.gateway} stands still`, async () => {
      const epochs = await ledgerOf(city, gateway);
      const now = JSON.stringify(epochs.map(({ seen, stored, rejected }) => [seen, stored, rejected]));
      const isStill = now === last;
      last = now;
      return isStill && epochs;
    });
    for (const { stored, rejected, duplicates } of epochs) {
      sum.stored += stored;
      sum.rejected += rejected;
      sum.sentTwice += duplicates;
    }
  }
  return sum;
}

/** Stops the gateways and starts them so that they take nothing new. */
async function drainStarted(city: CityUnderTest): Promise<void> {
  await city.running(...city.gateways.map(({ gateway }) => gateway));
  for (const { gateway } of city.gateways) {
    assert.equal(await city.stop(gateway), 0, `exit code of ${gateway}`);
    city.start(gateway, "drain");
  }
}

/**
 * Stops the gateways (oracle-gateway.ts) and lets them deliver what they hold, taking nothing new. Resolves once their outboxes are
 * empty and the ledger has each of their records, stored or rejected, with how many there were and how many arrivals were repetitions.
 * `givenUpBy`: how many records an outbox has given up to its limit; default none.
 */
export async function drain(
  city: CityUnderTest,
  givenUpBy: (gateway: string, epoch: number) => number = () => 0,
): Promise<Drained> {
  const { gateways } = city;
  await drainStarted(city);
  let [stored, rejected, sentTwice] = [0, 0, 0];
  for (const gateway of gateways) {
    const outbox = await city.until(
      `the outbox of ${gateway.gateway} is empty`,
      async () => {
        const { outbox } = await statusOf(gateway);
        return outbox.records === 0 && outbox;
      },
      180_000,
    );
    const { appended, quarantined, dropped } = outbox;
    assert.partialDeepStrictEqual(outbox, { confirmed: appended - quarantined - dropped, unsaved: 0 });
    const formers = new Set(outbox.damage.map(({ former }) => former.epoch));
    // A file whose newest commits are gone counts as it did before them.
    if (!formers.has(outbox.epoch)) assert.equal(dropped, givenUpBy(gateway.gateway, outbox.epoch), "given up");
    // Gaps that a full outbox has left between records are told once those before them are stored.
    if (dropped > 0) {
      assert.equal(await city.stop(gateway.gateway), 0, `exit code of ${gateway.gateway}`);
      city.start(gateway.gateway, "drain");
    }
    // What is found spoilt while it is read is told in a birth of its own.
    let epochs: Awaited<ReturnType<typeof ledgerOf>> = [];
    await city
      .until(
        `the ledger of ${gateway.gateway} misses nothing`,
        async () => {
          epochs = await ledgerOf(city, gateway);
          return epochs.every(({ missing }) => missing === 0);
        },
        30_000,
      )
      .catch((cause: unknown) => {
        const known = JSON.stringify({ epochs: epochs.filter(({ missing }) => missing > 0), damage: outbox.damage });
        throw new Error(`${(cause as Error).message}\n${known}`, { cause });
      });
    if (formers.size === 0) assert.equal(epochs.length, 1, "epochs in the ledger");
    assert.equal(epochs[0]?.epoch, outbox.epoch, "the newest epoch in the ledger");
    if (!formers.has(outbox.epoch)) {
      const { gone, unbacked } = epochs[0]!;
      // Some were stored when they were given up, and their receipt was lost.
      assert.ok(gone <= dropped, `${gone} records are gone in the ledger, and ${dropped} were given up`);
      const stored = outbox.confirmed + dropped - gone - unbacked;
      assert.partialDeepStrictEqual(epochs[0], { stored, rejected: outbox.quarantined });
    }
    stored += outbox.confirmed;
    rejected += outbox.quarantined;
    sentTwice += epochs[0]!.duplicates;
  }
  return { stored, rejected, sentTwice };
}
