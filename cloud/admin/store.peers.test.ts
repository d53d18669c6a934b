/** `weir-cloud store` and a running cloud's words, against influxd 1.6.7 and a bridge before it that speaks 2.x. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { pointAt } from "../store/contract.ts";
import { openInfluxStore } from "../store/influx.ts";
import { StoreUnavailable } from "../store/store.ts";
import { bridgeV2, startInfluxd } from "../store/test-influxd.ts";
import { runCommand } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-store-"));
let influxd: Awaited<ReturnType<typeof startInfluxd>>;
beforeAll(async () => {
  influxd = await startInfluxd();
});
afterAll(async () => {
  await influxd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const run = async (...args: string[]) => {
  const [lines, faults]: [string[], string[]] = [[], []];
  const code = await runCommand(args, { out: (text) => lines.push(text), err: (text) => faults.push(text) });
  return { code, out: lines.join("\n"), err: faults.join("\n") };
};

describe("InfluxDB 2.x", () => {
  let runs = 0;
  /** A bridge, and a configuration for it. */
  async function city(setUp?: { org: string; token: string }, keep = "keep: 90d, keep_5m: 730d") {
    const bridge = await bridgeV2(influxd.url, setUp);
    onTestFinished(() => bridge.stop());
    const n = runs++;
    const tokens = { write: join(folder, `write-${n}`), read: join(folder, `read-${n}`) };
    const influx = `url: '${bridge.url}', org: city, bucket: city${n}, ${keep}, token_file: ${tokens.write}, read_token_file: ${tokens.read}`;
    return { bridge, tokens, bucket: `city${n}`, yaml: file(`cloud-${n}.yaml`, `store: { influx: { ${influx} } }\n`) };
  }
  const admin = ["--admin-token-file", file("admin", "operator\n")];

  test("a fresh server is set up: buckets with retention, tokens that only write and only read, in files of their owner", async () => {
    const { bridge, tokens, bucket, yaml } = await city();
    const done = await run("store", "init", yaml, ...admin);
    expect(done).toMatchObject({ code: 0, err: "" });
    expect(done.out.split("\n").map((line) => line.split("  ")[0]!.trim())).toEqual([
      "created", // the organisation, and its first bucket with it
      "as it was",
      ...Array(4).fill("created"),
    ]);
    expect(bridge.buckets.map(({ name, retentionRules }) => [name, retentionRules[0]?.everySeconds])).toEqual([
      [bucket, 90 * 86_400],
      [`${bucket}/5m`, 730 * 86_400],
      [`${bucket}/1h`, undefined],
    ]);
    for (const path of Object.values(tokens)) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await run("store", "check", yaml)).toMatchObject({ code: 0, err: "" });
  });

  test("a cloud with one token may write and read with it, and Grafana's is beside it", async () => {
    const { tokens, yaml } = await city({ org: "city", token: "operator" });
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace(/, read_token_file: \S+/, ""));
    expect((await run("store", "init", yaml, ...admin)).out).toContain(
      `token that may only write and read, in ${tokens.write}`,
    );
    expect(statSync(join(folder, "read-token")).mode & 0o777).toBe(0o600);
    expect((await run("store", "check", yaml)).code).toBe(0);
  });

  test("a second time nothing changes, and tokens that the server no longer knows are made anew", async () => {
    const { bridge, tokens, yaml } = await city({ org: "city", token: "operator" });
    await run("store", "init", yaml, ...admin);
    const before = Object.values(tokens).map((path) => readFileSync(path, "utf8"));
    const again = await run("store", "init", yaml, ...admin, "--json");
    expect(new Set(JSON.parse(again.out).steps.map(({ did }: { did: string }) => did))).toEqual(new Set(["as it was"]));
    expect(Object.values(tokens).map((path) => readFileSync(path, "utf8"))).toEqual(before);
    bridge.revoke(before[0]!.trim());
    const third = await run("store", "init", yaml, ...admin);
    expect(third.out).toContain(`changed    token that may only write, in ${tokens.write}`);
    expect(readFileSync(tokens.read, "utf8")).toBe(before[1]);
    expect((await run("store", "check", yaml)).code).toBe(0);
  });

  test("retention follows the configuration, and is all that changes", async () => {
    const { bridge, bucket, yaml } = await city({ org: "city", token: "operator" });
    expect(await run("store", "retention", yaml, ...admin)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`bucket ${bucket} is missing; weir-cloud store init creates it`),
    });
    await run("store", "init", yaml, ...admin);
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace("keep: 90d, keep_5m: 730d", "keep: 12h, keep_1h: 3650d"));
    const done = await run("store", "retention", yaml, ...admin);
    expect(done.out.split("\n")).toHaveLength(3);
    // A group of shards longer than the retention is refused, and a short one for long retention makes thousands of files.
    expect(bridge.buckets.map(({ retentionRules }) => retentionRules[0])).toMatchObject([
      { everySeconds: 12 * 3600, shardGroupDurationSeconds: 3600 },
      { everySeconds: 0, shardGroupDurationSeconds: 7 * 86_400 },
      { everySeconds: 3650 * 86_400, shardGroupDurationSeconds: 7 * 86_400 },
    ]);
  });

  test("what is wrong is said, all of it at once, with what to do", async () => {
    const { bridge, tokens, yaml } = await city({ org: "city", token: "operator" });
    expect(await run("store", "init", yaml)).toMatchObject({
      code: 2,
      err: expect.stringContaining("--admin-token-file"),
    });
    const wrong = await run("store", "init", yaml, "--admin-token-file", file("wrong", "guess"));
    expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/answers 401.*check the admin token/) });
    expect(existsSync(tokens.write)).toBe(false);

    writeFileSync(tokens.write, "operator");
    writeFileSync(tokens.read, "stranger");
    const missing = await run("store", "check", yaml);
    expect(missing.code).toBe(1);
    expect(
      missing.err.match(/writing to bucket \S+ of organisation city: .*404.*weir-cloud store init creates it/g),
    ).toHaveLength(3);
    expect(missing.err.match(/reading from .*401.*check the token and its rights/g)).toHaveLength(3);

    await run("store", "init", yaml, ...admin);
    bridge.trouble.write = [500, "write /var/lib/influxdb2/engine/wal: no space left on device"];
    const full = await run("store", "check", yaml);
    expect(full.err.match(/the database's disk is full: free space there/g)).toHaveLength(3);
    expect(full.out.match(/good {3}reading/g)).toHaveLength(3);
  });

  test("a server of another version is told before anything else is tried", async () => {
    const yaml = file(
      "old.yaml",
      `store: { influx: { url: '${influxd.url}', token_file: ${join(folder, "admin")} } }\n`,
    );
    expect(await run("store", "check", yaml)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/it is InfluxDB 1\.6\.\S+; write version: "1" in store.influx/),
    });
    const nobody = file("nobody.yaml", `store: { influx: { url: 'http://127.0.0.1:1', version: "1" } }\n`);
    expect((await run("store", "check", nobody)).err).toMatch(/does not answer .*check the url/);
  });

  test("a cloud whose token may only write says so when it reads, and one whose database is full keeps its points", async () => {
    const { bridge, tokens, bucket, yaml } = await city({ org: "city", token: "operator" });
    await run("store", "init", yaml, ...admin);
    const token = readFileSync(tokens.write, "utf8").trim();
    const store = openInfluxStore({ url: bridge.url, api: { version: 2, org: "city", bucket, token } });
    await store.write([pointAt(1_790_000_000_000, 7)], new AbortController().signal);
    await expect(store.latest(new AbortController().signal)).rejects.toThrow("check the token and its rights");
    bridge.trouble.write = [500, "no space left on device"];
    const full = store.write([pointAt(1_790_000_000_000, 8)], new AbortController().signal);
    await expect(full).rejects.toThrow(StoreUnavailable);
    await expect(full).rejects.toThrow("disk is full");
  });
});

/** In CI there is no 2.x: see "Another InfluxDB" in docs/store.md. */
describe.runIf(process.env.INFLUX_TOKEN !== undefined)("the 2.x at INFLUX_URL", () => {
  const { INFLUX_URL, INFLUX_TOKEN = "", INFLUX_ORG = "weir" } = process.env;
  const bucket = `weir-test-${randomBytes(4).toString("hex")}`;
  const headers = { authorization: `Token ${INFLUX_TOKEN}` };
  const bucketsLike = async (name: string) => {
    const answer = await fetch(`${INFLUX_URL}/api/v2/buckets?limit=100`, { headers });
    const { buckets } = (await answer.json()) as { buckets: { id: string; name: string; retentionRules: object[] }[] };
    return buckets.filter((each) => each.name.startsWith(name)).sort((a, b) => a.name.length - b.name.length);
  };
  afterAll(async () => {
    for (const { id } of await bucketsLike(bucket))
      await fetch(`${INFLUX_URL}/api/v2/buckets/${id}`, { method: "DELETE", headers });
  });

  test("init, check and retention do what they say, twice, and a stranger's token is named as such", async () => {
    const tokens = { write: join(folder, "real-write"), read: join(folder, "real-read") };
    const influx = `url: '${INFLUX_URL}', org: ${INFLUX_ORG}, bucket: ${bucket}, keep: 90d, token_file: ${tokens.write}, read_token_file: ${tokens.read}`;
    const yaml = file("real.yaml", `store: { influx: { ${influx} } }\n`);
    const admin = ["--admin-token-file", file("real-admin", INFLUX_TOKEN)];
    expect((await run("store", "init", yaml, ...admin)).out.match(/^created/gm)).toHaveLength(5);
    expect((await run("store", "init", yaml, ...admin)).out.match(/^as it was/gm)).toHaveLength(5);
    expect(await run("store", "check", yaml)).toMatchObject({ code: 0, err: "" });
    for (const [keep, rule] of [
      ["2h", { everySeconds: 7200, shardGroupDurationSeconds: 3600 }],
      ["400d", { everySeconds: 400 * 86_400, shardGroupDurationSeconds: 7 * 86_400 }],
    ] as const) {
      writeFileSync(yaml, readFileSync(yaml, "utf8").replace(/keep: \w+/, `keep: ${keep}`));
      expect(await run("store", "retention", yaml, ...admin)).toMatchObject({ code: 0, err: "" });
      expect((await bucketsLike(bucket))[0]!.retentionRules).toEqual([{ type: "expire", ...rule }]);
    }
    writeFileSync(tokens.write, "stranger");
    const stranger = await run("store", "check", yaml);
    expect(stranger.err.match(/writing to .*401.*check the token and its rights/g)).toHaveLength(3);
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace(bucket, `${bucket}-gone`));
    writeFileSync(tokens.write, INFLUX_TOKEN);
    writeFileSync(tokens.read, INFLUX_TOKEN);
    const gone = await run("store", "check", yaml);
    expect(gone.err.match(/(writing to|reading from) .*weir-cloud store init creates it/g)).toHaveLength(6);
  });
});

describe("InfluxDB 1.x", () => {
  test("database and retention policies are created once, and follow the configuration", async () => {
    const yaml = file("v1.yaml", `store: { influx: { url: '${influxd.url}', version: "1", bucket: v1, keep: 90d } }\n`);
    expect((await run("store", "check", yaml)).err).toMatch(/database v1.*weir-cloud store init creates it/);
    expect((await run("store", "init", yaml)).out.split("\n")).toEqual([
      "created    database v1",
      "changed    retention policy autogen, kept 90 d",
      "created    retention policy 5m, kept for ever",
      "created    retention policy 1h, kept for ever",
    ]);
    expect((await run("store", "init", yaml)).out).not.toMatch(/created|changed/);
    expect(await run("store", "check", yaml)).toMatchObject({ code: 0, err: "" });
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace("keep: 90d", "keep_5m: 1d"));
    expect((await run("store", "retention", yaml)).out.split("\n")).toEqual([
      "changed    retention policy autogen, kept for ever",
      "changed    retention policy 5m, kept 1 d",
      "as it was  retention policy 1h, kept for ever",
    ]);
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace("keep_5m: 1d", "keep: 10m"));
    expect((await run("store", "retention", yaml)).err).toContain("InfluxDB keeps data for at least 1h");
  });

  test("an administrator creates the user of the configuration", async () => {
    file("password", "secret");
    const influx = `url: '${influxd.url}', version: "1", bucket: users, username: weir, password_file: ${join(folder, "password")}`;
    const yaml = file("users.yaml", `store: { influx: { ${influx} } }\n`);
    const admin = ["--admin-user", "root", "--admin-password-file", file("root", "root")];
    expect((await run("store", "init", yaml, ...admin)).out).toContain("created    user weir");
    expect((await run("store", "init", yaml, ...admin)).out).toContain("as it was  user weir");
    expect((await run("store", "init", yaml, "--admin-user", "root")).code).toBe(2);
  });
});

test("with sqlite there is nothing to prepare, and check opens the file", async () => {
  const yaml = file("sqlite.yaml", "data: .\n");
  expect(await run("store", "init", yaml)).toMatchObject({
    code: 0,
    out: expect.stringContaining("nothing to prepare"),
  });
  expect((await run("store", "check", yaml)).out).toBe(`good   sqlite ${join(folder, "readings.db")}`);
  writeFileSync(join(folder, "readings.db"), "a shopping list that is long enough to be noticed as no database at all");
  expect((await run("store", "check", yaml)).err).toContain("cannot be used as a store");
});
