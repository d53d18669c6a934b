import { expect } from "vitest";
import { ledgerOf, statusOf } from "./ask.ts";
import type { CityUnderTest } from "./city-under-test.ts";

/**
 * Stops the gateways (oracle-gateway.ts) and lets them deliver what they hold, taking nothing new. Resolves once their outboxes are
 * empty and the ledger has each of their records, with how many there were and how many arrivals were repetitions.
 */
export async function drain(city: CityUnderTest): Promise<{ readonly stored: number; readonly sentTwice: number }> {
  const { gateways } = city;
  await city.running(...gateways.map(({ gateway }) => gateway));
  for (const { gateway } of gateways) {
    expect(await city.stop(gateway)).toBe(0);
    city.start(gateway, "drain");
  }
  let [stored, sentTwice] = [0, 0];
  for (const gateway of gateways) {
    const outbox = await city.until(
      `the outbox of ${gateway.gateway} is empty`,
      async () => {
        const { outbox } = await statusOf(gateway);
        return outbox.records === 0 && outbox;
      },
      90_000,
    );
    expect(outbox).toMatchObject({ confirmed: outbox.appended, dropped: 0, quarantined: 0, unsaved: 0 });
    const epochs = await ledgerOf(city, gateway);
    expect(epochs).toMatchObject([{ epoch: outbox.epoch, stored: outbox.appended, rejected: 0, missing: 0 }]);
    stored += outbox.appended;
    sentTwice += epochs[0]!.duplicates;
  }
  return { stored, sentTwice };
}
