import { describe, expect, test } from "vitest";
import { ownGateway, sample, t0, testbed } from "./testbed.ts";

const heardBy = (heard: readonly { topic: string; name: string; value: unknown }[], gateway: string) =>
  heard.filter(({ topic }) => topic.endsWith(`/NCMD/${gateway}`)).map(({ name, value }) => [name, value]);

describe("a device belongs to one gateway at a time", () => {
  async function twoGateways() {
    const bed = await testbed();
    const owner = ownGateway("east", "gw-1", 7);
    const other = ownGateway("east", "gw-2", 8);
    bed.say(...owner.birth());
    bed.say(...owner.deviceBirth("sonde", "water-quality"));
    bed.say(...owner.record(1, "sonde", [sample("ph", 7)]));
    bed.say(...other.birth());
    await bed.clock.advance(50);
    return { ...bed, owner, other };
  }

  test("while its gateway is online, another's readings of it are rejected with the reason and change nothing", async () => {
    const { say, clock, store, latest, directory, heard, ledger, other } = await twoGateways();
    say(...other.deviceBirth("sonde", "forged"));
    say(...other.record(1, "sonde", [sample("ph", -77, t0 + 1)]));
    await clock.advance(50);
    expect(store.points().map(({ value }) => value)).toEqual([7]);
    expect(latest.ofDevice("east", "sonde").map(({ value }) => value)).toEqual([7]);
    expect(directory.devices().filter(({ device }) => device === "sonde")).toMatchObject([
      { gateway: "gw-1", kind: "water-quality" },
    ]);
    expect(heardBy(heard, "gw-2")).toContainEqual([
      "Store Forward/Rejected",
      expect.stringMatching(/^8 1 sonde belongs to gw-1, which is online; /),
    ]);
    expect(ledger.gateways()[1]).toMatchObject({ gateway: "gw-2", rejected: 1, missing: 0 });
  });

  test("when its gateway is offline it moves to the one that sends it, and the former one's backlog is still stored", async () => {
    const { say, clock, store, directory, owner, other } = await twoGateways();
    say(...owner.death());
    say(...other.deviceBirth("sonde", "water-quality"));
    say(...other.record(1, "sonde", [sample("ph", 7.1, t0 + 1)]));
    say(...owner.birth(1));
    say(...owner.record(2, "sonde", [sample("ph", 6.9, t0 - 1)], { historical: true }));
    say(...owner.record(3, "sonde", [sample("ph", 5, t0 + 2)]));
    await clock.advance(50);
    expect(
      store
        .points()
        .map(({ value }) => value)
        .sort(),
    ).toEqual([6.9, 7, 7.1]);
    expect(
      directory
        .devices()
        .filter(({ device }) => device === "sonde")
        .map(({ gateway }) => gateway),
    ).toEqual(["gw-2"]);
  });

  test("a gateway's own name stays its own, even while it is offline", async () => {
    const { say, clock, store, owner, other } = await twoGateways();
    say(...owner.death());
    say(...other.record(1, "gw-1", [sample("uptime", 1)]));
    await clock.advance(50);
    expect(store.points().filter(({ device }) => device === "gw-1")).toEqual([]);
  });

  test("who owned what survives a restart of the cloud", async () => {
    const { say, clock, folder, end, owner, other } = await twoGateways();
    say(...owner.death());
    say(...other.record(1, "sonde", [sample("ph", 7.1, t0 + 1)]));
    await clock.advance(50);
    await end();
    const { directory } = await testbed({ folder });
    expect(
      directory
        .devices()
        .filter(({ device }) => device === "sonde")
        .map(({ gateway }) => gateway),
    ).toEqual(["gw-2"]);
  });
});
