import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A serial port of this machine. */
export type Port = {
  /** The name to configure: by-id where there is one, because it survives replugging. */
  readonly path: string;
  readonly device: string;
  readonly maker: string | undefined;
  readonly product: string | undefined;
  readonly serialNumber: string | undefined;
  /** `0403:6001`; undefined for what is not on USB. */
  readonly usb: string | undefined;
};

/** Every serial port with hardware behind it, from sysfs, so that it is found without udev too. `root` is / but in tests. */
export function listPorts(root = "/"): readonly Port[] {
  const classFolder = join(root, "sys/class/tty");
  const names = byIdNames(root);
  return namesIn(classFolder)
    .filter((name) => hasHardware(join(classFolder, name)))
    .map((name) => describe(name, join(classFolder, name), names))
    .sort((a, b) => Number(b.usb !== undefined) - Number(a.usb !== undefined) || a.path.localeCompare(b.path));
}

function describe(name: string, folder: string, names: ReadonlyMap<string, string>): Port {
  const usb = usbFolder(folder);
  const read = (file: string) => (usb === undefined ? undefined : textOf(join(usb, file)));
  const vendor = read("idVendor");
  return {
    path: names.get(name) ?? `/dev/${name}`,
    device: `/dev/${name}`,
    maker: read("manufacturer"),
    product: read("product"),
    serialNumber: read("serial"),
    usb: vendor && `${vendor}:${read("idProduct") ?? "?"}`.toLowerCase(),
  };
}

/** The 8250 driver shows four ports whether they exist or not; those without have type 0. */
function hasHardware(folder: string): boolean {
  const device = realOf(join(folder, "device"));
  if (device === undefined) return false;
  const driver = basename(realOf(join(device, "driver")) ?? "");
  return driver !== "serial8250" || textOf(join(folder, "type")) !== "0";
}

/** The folder of the USB device that the port belongs to: the first one upwards that has a vendor. */
function usbFolder(folder: string): string | undefined {
  let at = realOf(join(folder, "device"));
  for (let up = 0; at !== undefined && up < 5; up++) {
    if (textOf(join(at, "idVendor")) !== undefined) return at;
    at = dirname(at);
  }
  return undefined;
}

/** ttyUSB0 → /dev/serial/by-id/… */
function byIdNames(root: string): ReadonlyMap<string, string> {
  const folder = join(root, "dev/serial/by-id");
  return new Map(
    namesIn(folder).flatMap((name) => {
      const target = realOf(join(folder, name));
      return target === undefined ? [] : [[basename(target), `/dev/serial/by-id/${name}`] as const];
    }),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
