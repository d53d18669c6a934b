import { forHowLong, type Place, type Step, secondsOf } from "./influx-prepare.ts";
import { ask, name, text } from "./influx-read.ts";
import type { InfluxServer } from "./influx-server.ts";

/**
 * Database, retention policies and, where `user` is given, that user with all rights on the database. `only` retention: nothing is created.
 * Doing it again changes nothing. Rejects with a StoreUnavailable that says what the server refused.
 */
export async function prepareV1(
  server: InfluxServer,
  wants: {
    readonly database: string;
    readonly places: readonly Place[];
    readonly user?: { readonly name: string; readonly password: string };
    readonly only?: "retention";
  },
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const { database, places, user, only } = wants;
  const seconds = new Map(places.map((place) => [place, secondsOf(place)]));
  const steps: Step[] = [];
  const rows = async (statement: string) => (await ask(server, [statement], signal))[0]?.[0]?.values ?? [];
  if (only === undefined) {
    const known = (await rows("SHOW DATABASES")).some(([found]) => found === database);
    if (!known) await rows(`CREATE DATABASE ${name(database)}`);
    steps.push({ what: `database ${database}`, did: known ? "as it was" : "created" });
  }
  // name, duration, shardGroupDuration, replicaN, default
  const policies = await rows(`SHOW RETENTION POLICIES ON ${name(database)}`);
  for (const place of places) {
    const { tier, keepMs } = place;
    const found = policies.find(([policy, , , , isDefault]) => (tier === undefined ? isDefault : policy === tier));
    const policy = String(found?.[0] ?? tier ?? "autogen");
    const what = `retention policy ${policy}, kept ${forHowLong(keepMs)}`;
    const wanted = seconds.get(place)!;
    const duration = wanted === 0 ? "INF" : `${wanted}s`;
    if (found && secondsIn(String(found[1])) === wanted) steps.push({ what, did: "as it was" });
    else if (found) {
      await rows(`ALTER RETENTION POLICY ${name(policy)} ON ${name(database)} DURATION ${duration} SHARD DURATION 0s`);
      steps.push({ what, did: "changed" });
    } else {
      const first = tier === undefined ? " DEFAULT" : "";
      await rows(
        `CREATE RETENTION POLICY ${name(policy)} ON ${name(database)} DURATION ${duration} REPLICATION 1${first}`,
      );
      steps.push({ what, did: "created" });
    }
  }
  if (user && only === undefined) {
    const known = (await rows("SHOW USERS")).some(([found]) => found === user.name);
    if (!known) await rows(`CREATE USER ${name(user.name)} WITH PASSWORD ${text(user.password)}`);
    await rows(`GRANT ALL ON ${name(database)} TO ${name(user.name)}`);
    steps.push({ what: `user ${user.name}`, did: known ? "as it was" : "created" });
  }
  return steps;
}

/** `2160h0m0s`; `0s` is for ever. */
function secondsIn(duration: string): number {
  const [, h = "0", m = "0", s = "0"] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(h) * 3600 + Number(m) * 60 + Number(s);
}
