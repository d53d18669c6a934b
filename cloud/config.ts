import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { HostPort } from "@weir/config/fields.ts";
import { readSecret } from "@weir/config/secret.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { assertBindable, type Token } from "./api/access.ts";
import { parseTokens } from "./api/tokens.ts";
import type { BrokerOptions } from "./broker/aedes.ts";
import { type Credentials, parseCredentials } from "./broker/credentials.ts";
import type { ExternalBrokerOptions } from "./broker/mqtt.ts";
import { type CloudConfigFile, cloudConfig } from "./config-schema.ts";
import type { Balance, Meter } from "./derived/balance.ts";
import type { Station } from "./derived/station.ts";
import type { Retention, StoreOptions } from "./store/open.ts";

/** What a cloud is told, complete: paths absolute, durations in ms, secrets read. */
export type CloudConfig = {
  readonly hostId: string;
  /** Ledger, directory and commands. */
  readonly cloudFile: string;
  readonly timeZone: string;
  readonly broker:
    | ({ readonly kind: "own"; readonly credentialsFile: string } & Pick<
        BrokerOptions,
        "host" | "port" | "credentials" | "tls" | "limits"
      >)
    | ({ readonly kind: "external" } & Pick<ExternalBrokerOptions, "url" | "username" | "password" | "ca" | "sites">);
  readonly store: StoreOptions;
  readonly api: {
    readonly listen: HostPort;
    readonly tokens: readonly Token[];
    readonly tokensFile?: string;
    readonly webhookSecret?: string;
  };
  /** The shipped profiles and the city's own, by id. */
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly stations: readonly Station[];
  readonly balances: readonly Balance[];
  readonly log: CloudConfigFile["log"];
};

/** Reads cloud.yaml and the files it names. Throws one Error that lists the faults; nothing has been opened then. */
export function readConfig(file: string): CloudConfig {
  const value = readYaml(file, cloudConfig);
  const at = (path: string) => resolve(dirname(resolve(file)), path);
  const data = at(value.data);
  const faults: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push((error as Error).message);
      return undefined;
    }
  };
  const broker = attempt(() => brokerOf(value.broker, at));
  const store = attempt(() => storeOf(value.store, data, at));
  const { listen } = value.api;
  const tokensFile = value.api.tokens;
  const tokens = attempt(() => (tokensFile === undefined ? [] : readTokens(at(tokensFile)))) ?? [];
  const secretFile = value.alarms.webhook_secret_file;
  const webhookSecret = secretFile === undefined ? undefined : attempt(() => webhookSecretOf(at(secretFile)));
  const own = value.profiles;
  const profiles = attempt(() => new Map([...loadProfiles(), ...(own === undefined ? [] : loadProfiles(at(own)))]));
  const stations = attempt(() => stationsOf(value.stations)) ?? [];
  const balances = attempt(() => balancesOf(value.balances)) ?? [];
  if (faults.length === 0) attempt(() => assertBindable(listen, tokens));
  if (faults.length > 0 || !broker || !store || !profiles) throw new Error(faults.join("\n"));
  return {
    hostId: value.host,
    cloudFile: resolve(data, "cloud.db"),
    timeZone: value.time_zone,
    broker,
    store,
    profiles,
    stations,
    balances,
    api: {
      listen,
      tokens,
      ...(tokensFile !== undefined && { tokensFile: at(tokensFile) }),
      ...(webhookSecret !== undefined && { webhookSecret }),
    },
    log: value.log,
  };
}

/** Who may log in at the embedded broker; nobody while there is no such file. */
export function readCredentials(file: string): Credentials {
  return existsSync(file) ? parseCredentials(readText(file), file) : new Map();
}

/** Who may use the API; nobody while there is no such file. */
function readTokens(file: string): readonly Token[] {
  return existsSync(file) ? parseTokens(readText(file), file) : [];
}

/** A station is a device of its own, and an instrument stands in one of them. */
function stationsOf(found: CloudConfigFile["stations"]): readonly Station[] {
  const keys = found.map(({ site, name }) => `${site}/${name}`);
  const all = found.flatMap(({ site, devices }, n) => devices.map((device) => ({ n, key: `${site}/${device}` })));
  const faults = [
    ...keys.flatMap((key, n) =>
      keys.indexOf(key) < n ? [`stations.${n}: ${key} stands here twice; give one another name`] : [],
    ),
    ...all.flatMap(({ n, key }, m) => [
      ...(keys.includes(key) ? [`stations.${n}: ${key} is a station itself; name its instruments`] : []),
      ...(all.findIndex((each) => each.key === key) < m ? [`stations.${n}: ${key} stands in a station already`] : []),
    ]),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return found;
}

/** A balance is a device of its own: two of one name would be one, and none can be a meter of another. */
function balancesOf(found: CloudConfigFile["balances"]): readonly Balance[] {
  const keys = found.map(({ site, name }) => `${site}/${name}`);
  const meterOf = (text: string): Meter => {
    const [place, metric = "pipe_flow"] = text.split(":") as [string, string?];
    const [site, device] = place.split("/") as [string, string];
    return { site, device, metric };
  };
  const faults = found.flatMap((each, n) => [
    ...(keys.indexOf(keys[n]!) < n ? [`balances.${n}: ${keys[n]} stands here twice; give one another name`] : []),
    ...[...each.in, ...each.out]
      .map((text) => text.split(":")[0]!)
      .flatMap((meter, m, all) => [
        ...(keys.includes(meter) ? [`balances.${n}: ${meter} is a balance itself; name the meters`] : []),
        ...(all.indexOf(meter) < m ? [`balances.${n}: ${meter} stands here twice`] : []),
      ]),
  ]);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return found.map((each) => ({ ...each, in: each.in.map(meterOf), out: each.out.map(meterOf) }));
}

function webhookSecretOf(file: string): string {
  const secret = readSecret(file);
  if (secret.length < 16)
    throw new Error(`${file}: a secret of ${secret.length} characters can be guessed; write at least 16 random ones`);
  return secret;
}

function brokerOf(broker: CloudConfigFile["broker"], at: (path: string) => string): CloudConfig["broker"] {
  if ("url" in broker) {
    const { url, username, password_file, ca_file, sites } = broker;
    return {
      kind: "external",
      url,
      ...(username !== undefined && { username }),
      ...(password_file !== undefined && { password: readSecret(at(password_file)) }),
      ...(ca_file !== undefined && { ca: readText(at(ca_file)) }),
      ...(sites !== undefined && { sites }),
    };
  }
  const { listen, tls } = broker;
  const credentialsFile = at(broker.credentials);
  if (!tls && !/^(127\.[\d.]+|::1|localhost)$/.test(listen.host))
    throw new Error(
      `broker.listen: ${listen.host} can be reached by others and passwords would travel in the clear; give tls, or listen on 127.0.0.1`,
    );
  return {
    kind: "own",
    ...listen,
    credentialsFile,
    credentials: readCredentials(credentialsFile),
    ...(tls && {
      tls: {
        cert: readText(at(tls.cert_file)),
        key: readText(at(tls.key_file)),
        ...(tls.ca_file !== undefined && { ca: readText(at(tls.ca_file)) }),
        requireClientCertificate: tls.client_certificates === "required",
      },
    }),
    limits: {
      packetBytes: broker.packet_limit,
      subscriptions: broker.subscriptions_limit,
      connections: { perSecond: broker.connections_per_second, burst: 10 * broker.connections_per_second },
    },
  };
}

function storeOf(
  { sqlite, influx }: CloudConfigFile["store"],
  data: string,
  at: (path: string) => string,
): StoreOptions {
  if (!influx) {
    const { path = "readings.db", ...keep } = sqlite ?? {};
    return { kind: "sqlite", file: resolve(data, path), ...retentionOf(keep) };
  }
  const { url, version, org, bucket, token_file, read_token_file, username, password_file, timeout } = influx;
  const api =
    version === "2"
      ? {
          version: 2 as const,
          org,
          bucket,
          token: readSecret(at(token_file ?? "token")),
          ...(read_token_file !== undefined && { readToken: readSecret(at(read_token_file)) }),
        }
      : {
          version: 1 as const,
          database: bucket,
          ...(username !== undefined && { user: username }),
          ...(password_file !== undefined && { password: readSecret(at(password_file)) }),
        };
  return { kind: "influx", url: url.replace(/\/$/, ""), api, timeoutMs: timeout, ...retentionOf(influx) };
}

type Keep = { readonly [key in "keep" | "keep_5m" | "keep_1h"]?: number | undefined };

/** How long a store keeps what. */
export function retentionOf({ keep, keep_5m, keep_1h }: Keep): Retention {
  return {
    ...(keep !== undefined && { keepMs: keep }),
    keepTiersMs: { ...(keep_5m !== undefined && { "5m": keep_5m }), ...(keep_1h !== undefined && { "1h": keep_1h }) },
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}); check the path`, { cause });
  }
}
