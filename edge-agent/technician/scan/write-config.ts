import { Document, isMap, isSeq, parseDocument, YAMLSeq } from "yaml";
import { protocolName } from "../../config-places.ts";
import { lineText } from "../../drivers/discover.ts";
import { type FirmataPlace, type LineSettings, lineSettings } from "../../drivers/driver.ts";
import type { Found } from "./found.ts";
import { placeText } from "./found-text.ts";
import type { BusTransport } from "./plan.ts";

export type Written = {
  readonly text: string;
  readonly bus: string;
  /** Ids of the devices that were added. */
  readonly added: readonly string[];
  /** Instruments that the file reads already. */
  readonly known: readonly string[];
  /** Instruments that are in the file as comments only: no profile, or several that cannot be told apart. */
  readonly open: number;
};

/** Of Firmata sketches; left out where it is so. */
const usualSpeed = 57_600;

type Loose = Readonly<Record<string, unknown>>;

/**
 * A configuration with what a scan has found: a new one, or the given text with bus and devices added; nothing that stands in it
 * is changed, comments neither. Instruments whose profile is not certain become comments. Throws an Error when the given text is
 * no configuration. Pure.
 */
export function writeFound(
  before: string | undefined,
  found: readonly Found[],
  {
    transport,
    gateway,
    day,
    profiles,
  }: {
    readonly transport: BusTransport;
    readonly gateway: string;
    readonly day: string;
    /** Folder of profiles beside the shipped ones. */
    readonly profiles?: string | undefined;
  },
): Written {
  const document = before === undefined ? newDocument(gateway, day) : parseDocument(before);
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new Error(
      `is no configuration (${document.errors[0]?.message ?? "not a map of keys"}); repair it or name another file`,
    );
  if (profiles !== undefined && !document.has("profiles")) document.set("profiles", profiles);
  const buses = listIn(document, "buses");
  const devices = listIn(document, "devices");
  const plain = document.toJS() as { readonly buses: readonly Loose[]; readonly devices: readonly Loose[] };
  const usual = commonSettings(found) ?? lineSettings(transport);
  const same = plain.buses.find((bus) => isSameBus(bus, transport));
  const bus = String(
    same?.name ??
      freeName(
        transport.kind === "firmata" ? "node" : "line",
        plain.buses.map(({ name }) => String(name)),
        "-1",
      ),
  );
  const own = same ? settingsOf(same) : usual;
  if (!same) buses.add(flowNode(document, { name: bus, ...busOf(transport, usual) }));

  const ids = plain.devices.map(({ id }) => String(id));
  const added: string[] = [];
  const known: string[] = [];
  const comments: string[] = [];
  let open = 0;
  for (const one of found) {
    const twin = plain.devices.find((device) => device.bus === bus && isSamePlace(device, one));
    if (twin) {
      known.push(String(twin.id));
      continue;
    }
    const [best, ...others] = one.named?.verdict.ties ?? [];
    const entry = (profile: string, kind: string) => {
      const id = freeName([kind, (one.address ?? String(one.unit ?? "")).slice(-4)].filter(Boolean).join("-"), ids);
      return { id, bus, ...placeOf(one), ...differing(one.settings, own), profile };
    };
    if (best && one.named?.verdict.certain) {
      const device = entry(best.profile.id, best.profile.kind);
      const node = flowNode(document, device);
      if (comments.length > 0) node.commentBefore = comments.splice(0).join("\n");
      devices.add(node);
      ids.push(device.id);
      added.push(device.id);
    } else {
      open++;
      const where = `${protocolName(one.protocol)} ${placeText(one, "en")}${one.settings ? ` at ${lineText(one.settings)}` : ""}`;
      if (!best) comments.push(` ${where} answers; no profile fits${saidText(one)}`);
      else {
        const why =
          others.length === 0
            ? "perhaps this one; look at the instrument, then take the line"
            : "take the line that is right, these cannot be told apart by what it answers";
        comments.push(` ${where}: ${why}`);
        for (const { profile } of [best, ...others])
          comments.push(
            `   - ${flowText(entry(profile.id, profile.kind))} # ${profile.names.en} · ${profile.names.zh}`,
          );
      }
    }
  }
  if (comments.length > 0) devices.comment = [devices.comment, ...comments].filter(Boolean).join("\n");
  // An empty list is printed as [], behind which no line can be taken out of its comment.
  const text = document
    .toString({ lineWidth: 0, flowCollectionPadding: true })
    .replace(/^devices:\n {2}\[\]\n/m, "devices:\n");
  return { text, bus, added, known, open };
}

function newDocument(gateway: string, day: string): Document {
  const document = new Document({
    site: "site-1",
    gateway,
    buses: [],
    devices: [],
    uplink: { url: "mqtt://127.0.0.1:1883" },
  });
  document.commentBefore = ` Written by weir-edge scan on ${day}. Put in your own: site, ids of devices (their names for good), uplink.
 Every field: docs/generated/edge.md. Check it: weir-edge check; see live values: weir-edge read`;
  return document;
}

function listIn(document: Document, key: string): YAMLSeq {
  const found = document.get(key);
  if (isSeq(found)) {
    if (found.items.length === 0) found.flow = false;
    return found;
  }
  const list = new YAMLSeq();
  document.set(key, list);
  return list;
}

function flowNode(document: Document, value: object) {
  return document.createNode(value, { flow: true });
}

function flowText(value: object): string {
  const document = new Document(value);
  if (isMap(document.contents)) document.contents.flow = true;
  return document.toString({ lineWidth: 0 }).trim();
}

function busOf(transport: BusTransport, usual: LineSettings | undefined): object {
  const line = lineSettings(transport) && settingsIn(usual ?? lineSettings(transport)!);
  if (transport.kind === "serial") return { serial: { path: transport.path, ...line } };
  if (transport.kind === "rfc2217") return { rfc2217: { host: transport.host, port: transport.port, ...line } };
  if (transport.kind === "firmata") return { firmata: boardOf(transport.board) };
  const host = transport.host.includes(":") ? `[${transport.host}]` : transport.host;
  return { [transport.kind === "tcp" ? "tcp" : "raw_tcp"]: `${host}:${transport.port}` };
}

function settingsIn({ baud, parity, dataBits, stopBits }: LineSettings): object {
  return {
    baud,
    ...(parity !== "none" && { parity }),
    ...(dataBits !== 8 && { data_bits: dataBits }),
    ...(stopBits !== 1 && { stop_bits: stopBits }),
  };
}

function boardOf(board: FirmataPlace): Loose {
  if ("host" in board) return { tcp: `${board.host.includes(":") ? `[${board.host}]` : board.host}:${board.port}` };
  const where = "path" in board ? { path: board.path } : { usb: board.usb };
  return { ...where, ...(board.speed !== usualSpeed && { baud: board.speed }) };
}

function isSameBus(bus: Loose, transport: BusTransport): boolean {
  if (transport.kind === "firmata") {
    const { usb, path, tcp } = (bus.firmata ?? {}) as Loose;
    const own = boardOf(transport.board);
    return [usb, path, tcp].some((each, i) => each !== undefined && each === [own.usb, own.path, own.tcp][i]);
  }
  if (transport.kind === "serial") return (bus.serial as Loose | undefined)?.path === transport.path;
  if (transport.kind === "rfc2217") {
    const remote = bus.rfc2217 as Loose | undefined;
    return remote?.host === transport.host && remote.port === transport.port;
  }
  const text = bus[transport.kind === "tcp" ? "tcp" : "raw_tcp"];
  return typeof text === "string" && text.replace(/[[\]]/g, "") === `${transport.host}:${transport.port}`;
}

function settingsOf({ serial, rfc2217 }: Loose): LineSettings | undefined {
  const line = (serial ?? rfc2217) as Loose | undefined;
  if (line === undefined) return undefined;
  const { baud = 9600, parity = "none", data_bits = 8, stop_bits = 1 } = line;
  return { baud, parity, dataBits: data_bits, stopBits: stop_bits } as LineSettings;
}

/** What most of them have. */
function commonSettings(found: readonly Found[]): LineSettings | undefined {
  const groups = Map.groupBy(
    found.flatMap(({ settings }) => (settings ? [settings] : [])),
    lineText,
  );
  return [...groups.values()].sort((a, b) => b.length - a.length)[0]?.[0];
}

function differing(settings: LineSettings | undefined, own: LineSettings | undefined): object {
  if (!settings || !own || lineText(settings) === lineText(own)) return {};
  return {
    serial: {
      ...(settings.baud !== own.baud && { baud: settings.baud }),
      ...(settings.parity !== own.parity && { parity: settings.parity }),
      ...(settings.dataBits !== own.dataBits && { data_bits: settings.dataBits }),
      ...(settings.stopBits !== own.stopBits && { stop_bits: settings.stopBits }),
    },
  };
}

function placeOf({ unit, address }: Found): object {
  if (address !== undefined) return { address };
  return unit === undefined ? {} : { unit };
}

/** Instruments of one board are told apart by their profiles. */
function isSamePlace({ unit, address, profile }: Loose, one: Found): boolean {
  if (one.protocol === "firmata")
    return one.named?.verdict.ties.length === 1 && profile === one.named.verdict.ties[0]!.profile.id;
  if (one.address !== undefined) return address === one.address;
  return address === undefined && (one.unit === undefined || (unit ?? 1) === one.unit);
}

/** The name itself with the first number that makes it free. */
function freeName(name: string, taken: readonly string[], first = ""): string {
  if (!taken.includes(name + first)) return name + first;
  for (let number = 2; ; number++) if (!taken.includes(`${name}-${number}`)) return `${name}-${number}`;
}

function saidText({ named }: Found): string {
  const said = Object.entries(named?.texts ?? {}).map(([name, text]) => `${name} "${text}"`);
  return said.length > 0 ? `; it says ${said.join(", ")}` : "";
}
