import { address, duration, name, size } from "@weir/config/fields.ts";
import { waters } from "@weir/wire/kind.ts";
import { say } from "@weir/wire/sentences.ts";
import { z } from "zod";
import { calibration, firmataBus } from "./config-firmata.ts";
import { opcuaBus } from "./config-opcua.ts";
import { texts } from "./config-texts.ts";
import { isLoopback, isNetwork } from "./hosts.ts";

const parity = z.enum(["none", "even", "odd"]);
const stopBits = z.union([z.literal(1), z.literal(2)]);
const dataBits = z.union([z.literal(7), z.literal(8)]);
const baud = z.int().min(300).max(921_600);

const lineSettings = {
  baud: baud
    .default(9600)
    .describe("As set in the instruments of the line; one that differs says so in its own `serial`."),
  data_bits: dataBits.default(8).describe("As set in the instruments of the line; SDI-12 has 7."),
  parity: parity.default("none").describe("As set in the instruments of the line."),
  stop_bits: stopBits.default(1).describe("Modbus asks for 2 without parity; most instruments take 1."),
};

const serialLine = z.strictObject({
  path: z.string().describe("Prefer /dev/serial/by-id/…: it stays the same when the adapter is plugged in again."),
  ...lineSettings,
});

const remoteLine = z.strictObject({
  host: z.string().regex(/^\S+$/, texts.host.en).describe("The serial server: a name or an IP address."),
  port: z.int().min(1).max(65_535).describe("The TCP port of its line in RFC 2217 mode."),
  ...lineSettings,
});

const client = z
  .string()
  .refine(isNetwork, texts.network.en)
  .refine((text) => !text.endsWith("/0"), texts.everybody.en);

const proxy = z
  .strictObject({
    listen: address.describe("Where the clients connect, such as 127.0.0.1:1502. Beyond loopback only with `allow`."),
    allow: z
      .array(client)
      .min(1)
      .optional()
      .describe(
        "Addresses or networks of the clients. Modbus knows no login, so beyond loopback nobody else is served.",
      ),
    write: z.boolean().default(false).describe("Whether clients may write, too; each write is logged with its client."),
    clients: z.int().min(1).max(32).default(4).describe("Connections at a time."),
    wait: duration
      .prefault("2s")
      .describe(
        "Longest wait for the line, which the agent's own requests get first; then the client is told busy (exception 6).",
      ),
  })
  .refine(({ listen, allow }) => allow !== undefined || isLoopback(listen.host), {
    path: ["allow"],
    message: texts.allowMissing.en,
  });

const bus = z
  .strictObject({
    name: name.describe("Devices and pages refer to the bus by it."),
    tcp: address.optional().describe("A Modbus TCP server."),
    raw_tcp: address
      .optional()
      .describe(
        "The raw TCP port of a serial server: Modbus RTU, DL/T 645 and CJ/T 188 frames, mixed as the line has them; SDI-12; or an instrument that speaks alone.",
      ),
    serial: serialLine
      .optional()
      .describe(
        "A serial line of this gateway: Modbus RTU, DL/T 645 and CJ/T 188, mixed as the line has them; SDI-12; or an instrument that speaks alone.",
      ),
    rfc2217: remoteLine
      .optional()
      .describe(
        "A line of a serial server that speaks RFC 2217: the same protocols, and the agent sets the line as if it were its own.",
      ),
    firmata: firmataBus.optional().describe("A board that runs a Firmata sketch: an Arduino on USB or on the network."),
    opcua: opcuaBus.optional().describe("An OPC UA server."),
    connect_timeout: duration.prefault("3s").describe("Longest wait for a connection or for the port to open."),
    proxy: proxy
      .optional()
      .describe("Shares the bus with other masters, such as the plant's SCADA or a laptop, through Modbus TCP."),
  })
  .refine(
    (bus) => [bus.tcp, bus.raw_tcp, bus.serial, bus.rfc2217, bus.firmata, bus.opcua].filter(Boolean).length === 1,
    {
      message: say(texts.exactlyOne, { names: "tcp, raw_tcp, serial, rfc2217, firmata and opcua" }),
    },
  );

const period = duration.refine((ms) => ms >= 10, say(texts.atLeast, { least: "10ms" }));

const title = z.strictObject({ en: z.string().describe("In English."), zh: z.string().describe("In Chinese.") });

const device = z.strictObject({
  id: name.describe("Unique in the site. It is the device's name for good: in topics, in the store, on pages."),
  bus: z.string().describe("A name from `buses`."),
  unit: z.int().min(0).max(255).optional().describe("Modbus unit (slave) address; 1 when left out."),
  address: z
    .string('write the address in quotes, such as "123456789012"')
    .optional()
    .describe(
      "Instead of unit. For meters: the digits printed on them, 12 for DL/T 645, 14 with the maker's first for CJ/T 188. `AA` in place of two digits is any: AAAAAAAAAAAA for the only meter of a line. For SDI-12 and Vaisala its one character. For NMEA 0183 the talker, where several share a line. For lines of its own what takes the place of {address} in its messages. For OPC UA the instrument's own node, as browse names from the Objects folder down (`Pumps/Pump_3`) or as a node id with the URI of its namespace; the Objects folder itself when left out.",
    ),
  serial: z
    .strictObject({
      baud: baud.optional().describe("Bits per second."),
      data_bits: dataBits.optional().describe("Data bits."),
      parity: parity.optional().describe("Parity bit."),
      stop_bits: stopBits.optional().describe("Stop bits."),
    })
    .optional()
    .describe(
      "Where this instrument's settings differ from those of its serial line: the line is switched for each exchange. A raw_tcp serial server keeps to its own settings.",
    ),
  profile: z.string().describe("A profile id from `weir-profile list`, or one from your own `profiles` folder."),
  every: period.optional().describe("Poll period; the profile's when left out."),
  timeout: duration.optional().describe("Longest wait for a reply; the profile's when left out."),
  calibrate: calibration
    .optional()
    .describe(
      "Two points at which this very sensor was compared with a reference, by metric; instead of the profile's scale and offset.",
    ),
  water: z
    .enum(waters)
    .optional()
    .describe(
      "Which water the instrument is in, for those of the domain water; a river when left out. It decides the limits that readings are held against, and how water is classed: river, lake (lakes and reservoirs), drinking-water (network and tap), plant-outlet (leaving the waterworks), outlet (of a sewage works).",
    ),
  title: title.optional().describe("What people call this place; pages show it above the id."),
});

const uplink = z.strictObject({
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/[^\s/]+/, texts.brokerUrl.en)
    .describe("The broker."),
  username: z.string().optional().describe("`<site>/<gateway>` when left out, as weir-cloud expects."),
  password_file: z.string().optional().describe("A file that holds the password and nothing else."),
  ca_file: z
    .string()
    .optional()
    .describe("The authority that signed the broker's certificate, if it is not a public one."),
  cert_file: z.string().optional().describe("This gateway's certificate, with key_file."),
  key_file: z.string().optional().describe("The private key of cert_file."),
  host: z
    .enum(["weir", "plain"])
    .default("weir")
    .describe(
      "weir: only a receipt deletes a record. plain: a Sparkplug host without receipts, with the weaker promise of docs/data-flow.md.",
    ),
  primary: z.string().optional().describe("Sparkplug primary host id: nothing is sent before this host is online."),
  window: size
    .prefault("256KiB")
    .describe("Bytes of records without a receipt in flight, at first and whenever receipts are slow."),
  window_most: size
    .prefault("4MiB")
    .describe("The same while receipts come promptly: a long way, such as a satellite's, needs more in flight."),
  backlog_limit: size
    .optional()
    .describe(
      "Backlog sent, in bytes a second, such as 20KiB on a 4G plan; it goes out compressed then, where the host opens that. New and urgent readings are not held back.",
    ),
  keep_alive: duration
    .prefault("30s")
    .describe("Silence after which the connection is tried; after half as much again it is given up."),
});

/** edge.yaml: everything a gateway is told. */
export const edgeConfig = z.strictObject({
  site: name
    .refine((text) => text !== "STATE", texts.notState.en)
    .describe("Sparkplug group id: an area of one operator."),
  gateway: name.describe("Sparkplug edge node id, unique in the site; also the MQTT client id."),
  title: title.optional().describe("What people call the gateway, or where it stands."),
  profiles: z.string().optional().describe("A folder with profiles of your own, beside the shipped ones."),
  buses: z.array(bus).min(1).describe("Serial lines and hosts: whatever takes one request at a time."),
  devices: z.array(device).min(1).describe("One entry for each instrument at a sensing point."),
  outbox: z
    .strictObject({
      path: z.string().default("outbox.db").describe("Put it on the disk that survives a power cut best."),
      limit: size.prefault("2GiB").describe("Disk space for records that wait; then when_full decides."),
      when_full: z
        .enum(["drop-oldest", "thin", "refuse"])
        .default("drop-oldest")
        .describe("drop-oldest; thin: keep every second record of the oldest span; refuse: stop taking new readings."),
    })
    .prefault({})
    .describe("What has been read and not yet stored by the cloud, on disk."),
  uplink: uplink.describe("Where the readings go."),
  health: z
    .strictObject({
      listen: address.prefault("127.0.0.1:9464").describe("Health page, /status and /metrics. Loopback only."),
      every: duration.prefault("30s").describe("How often the gateway reports about itself."),
    })
    .prefault({})
    .describe("What the gateway says about itself."),
  firmware: z
    .strictObject({
      keys: z
        .string()
        .describe(
          "The keys that are trusted, a line each as weir-firmware key new writes it: those of release and of fleet.",
        ),
      node_keys: z
        .string()
        .describe("The keys of nodes, as weir-firmware key give writes them; readable by the agent only."),
      path: z.string().default("firmware").describe("A folder for updates that are under way."),
    })
    .optional()
    .describe(
      "Updates the firmware of small nodes over the lines that they share. Left out: no firmware is installed.",
    ),
  clock: z
    .enum(["check", "trust"])
    .default("check")
    .describe(
      "check: until the system clock is known to be synchronised, readings wait on disk for their right times (clock_wait), and are uncertain after that. trust: never doubt it.",
    ),
  clock_wait: duration
    .prefault("2m")
    .describe(
      "How long, once there is a connection, readings wait for the clock to be synchronised. After that they go out as uncertain. 0s: at once.",
    ),
  log: z
    .enum(["debug", "info", "warn", "error"])
    .default("info")
    .describe("Least level that is logged, as JSON lines."),
});

export type EdgeConfigFile = z.output<typeof edgeConfig>;
