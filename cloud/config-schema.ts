import { address, duration, name, size } from "@weir/config/fields.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { z } from "zod";

const tls = z.strictObject({
  cert_file: z.string().describe("PEM: the broker's certificate and its chain."),
  key_file: z.string().describe("PEM: the private key of cert_file."),
  ca_file: z.string().optional().describe("The authority that signed the gateways' certificates."),
  client_certificates: z
    .enum(["off", "required"])
    .default("off")
    .describe("required: a gateway must show a certificate, and its common name is its client id."),
});

const ownBroker = z.strictObject({
  listen: address.prefault("127.0.0.1:1883").describe("Beyond loopback only with `tls`."),
  credentials: z.string().default("credentials").describe("Who may connect; written by `weir-cloud credential`."),
  tls: tls.optional().describe("Encrypted connections; needed beyond loopback."),
  packet_limit: size.prefault("1MiB").describe("A larger MQTT packet ends its connection."),
  subscriptions_limit: z.int().min(1).default(32).describe("For each client."),
  connections_per_second: z.int().min(1).default(50).describe("For each address; more are refused."),
});

const externalBroker = z.strictObject({
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/[^\s/]+/, "expected mqtt://host:1883 or, with TLS, mqtts://host:8883")
    .describe("The broker."),
  username: z.string().optional().describe("Of an account that may do what a Sparkplug host does."),
  password_file: z.string().optional().describe("A file that holds the password and nothing else."),
  ca_file: z
    .string()
    .optional()
    .describe("The authority that signed the broker's certificate, if it is not a public one."),
  sites: z.array(name).min(1).optional().describe("Take only these sites, where several clouds share a broker."),
});

const keepTiers = {
  keep_5m: duration.optional().describe("The same for the roll-up of 5 minutes."),
  keep_1h: duration.optional().describe("The same for the roll-up of an hour."),
};

const sqliteStore = z.strictObject({
  path: z.string().default("readings.db").describe("Below `data`."),
  keep: duration.optional().describe("How long readings are kept; for ever when left out."),
  ...keepTiers,
});

const influxStore = z.strictObject({
  url: z.url().describe("http://influxdb:8086"),
  version: z.enum(["2", "1"]).default("2").describe("2: InfluxDB 2.x and services with its API. 1: InfluxDB 1.x."),
  org: z.string().default("weir").describe("Version 2."),
  bucket: z
    .string()
    .regex(/^[^/\s]+$/, "expected a name without blanks and `/`")
    .default("weir")
    .describe("Version 2: bucket, with `<bucket>/5m` and `<bucket>/1h` beside it. Version 1: database."),
  keep: duration
    .optional()
    .describe("How long readings are kept: what `store retention` sets; for ever when left out."),
  ...keepTiers,
  token_file: z
    .string()
    .optional()
    .describe("Version 2: a token that may write the buckets, and read them where no read_token_file is given."),
  read_token_file: z.string().optional().describe("Version 2: a token that may read the buckets."),
  username: z.string().optional().describe("Version 1."),
  password_file: z.string().optional().describe("Version 1."),
  timeout: duration.prefault("10s").describe("Longest wait for an answer of the server."),
});

const meter = z
  .string()
  .regex(/^[^/:\s]+\/[^/:\s]+(:\S+)?$/, "expected site/device, or site/device:metric")
  .refine((text) => unitOfMeter(text) === "m3/h" || unitOfMeter(text) === "m3", {
    error: ({ input }) => `${input}: expected a metric in m³/h, such as pipe_flow, or in m³, such as flow_total`,
  });

const unitOfMeter = (text: string) => infoOf(text.split(":")[1] ?? "pipe_flow")?.unit;

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** cloud.yaml: everything weir-cloud is told. */
export const cloudConfig = z.strictObject({
  host: name.default("weir-cloud").describe("Sparkplug host id, in spBv1.0/STATE/<host>."),
  data: z
    .string()
    .default(".")
    .describe("A folder for what the cloud keeps: ledger, commands and, with sqlite, readings."),
  time_zone: z
    .string()
    .refine(isZone, "is no time zone; right: a name of the IANA list, Asia/Shanghai")
    .default("Asia/Shanghai")
    .describe("Whose midnight a day begins at, in the delivery ledger and in daily rates."),
  profiles: z
    .string()
    .optional()
    .describe("A folder with profiles of your own, as gateways have: pages take names, periods and states from them."),
  broker: z
    .union([ownBroker, externalBroker])
    .prefault({})
    .describe("`listen`: a broker of our own in this process. `url`: an MQTT broker that exists already."),
  store: z
    .strictObject({
      sqlite: sqliteStore.optional().describe("Embedded, the default: one file, nothing to install."),
      influx: influxStore.optional().describe("InfluxDB, for production."),
    })
    .prefault({})
    .refine((store) => !(store.sqlite && store.influx), "expected one store, sqlite or influx")
    .describe("Where readings are kept."),
  api: z
    .strictObject({
      listen: address.prefault("127.0.0.1:8080").describe("API and console. Beyond loopback only with `tokens`."),
      tokens: z
        .string()
        .optional()
        .describe("A file with the tokens people log in with; written by `weir-cloud token`."),
    })
    .prefault({})
    .describe("For people and programs that read."),
  alarms: z
    .strictObject({
      webhook_secret_file: z
        .string()
        .optional()
        .describe(
          "A file with the secret that Grafana's webhook signs with (hmacConfig.secret), 16 characters or more. Without it notifications are taken only while the API has no tokens.",
        ),
    })
    .prefault({})
    .describe("Alerts of Grafana, which become the list of alarms and the store's measurement `event`."),
  stations: z
    .array(
      z.strictObject({
        site: name.describe("Where it stands: the site of its instruments."),
        name: name.describe("The device that its judgements are kept under, unlike any instrument of the site."),
        devices: z
          .array(name)
          .min(1)
          .describe("Its instruments. Of two that measure the same the first that has readings counts."),
      }),
    )
    .default([])
    .describe(
      "Instruments at one place of a river or lake, or of one street's air, that are judged together each hour: class of the water, AQI. Which water it is in its first instrument says.",
    ),
  balances: z
    .array(
      z.strictObject({
        site: name.describe("Where the balance is kept: a site, usually that of its meters."),
        name: name.describe("The device that it is kept under, unlike any instrument of the site."),
        in: z.array(meter).min(1).describe("Meters of what flows into the zone."),
        out: z.array(meter).min(1).describe("Meters of what flows out of it, or is used in it."),
      }),
    )
    .default([])
    .describe(
      "Zones of a network whose flow is balanced each hour: inflow, metered outflow, and what they do not account for. A meter is `site/device`, whose pipe_flow is taken, or `site/device:metric` with a flow in m³/h or a total in m³.",
    ),
  log: z
    .enum(["debug", "info", "warn", "error"])
    .default("info")
    .describe("Least level that is logged, as JSON lines."),
});

export type CloudConfigFile = z.output<typeof cloudConfig>;
