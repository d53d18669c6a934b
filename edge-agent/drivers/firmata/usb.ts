import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A serial port on USB. id: vendor and product in hex, `2341:0043`. */
export type UsbPort = { readonly path: string; readonly id: string; readonly serialNumber: string | undefined };

/** From a port's device up to the USB device it belongs to: its interface, or that and the port of the adapter. */
const mostSteps = 4;

/** The serial ports on USB, as the kernel lists them; needs no udev. None where there is no sysfs. */
export async function findUsbPorts(sysfs = "/sys/class/tty"): Promise<readonly UsbPort[]> {
  const names = await readdir(sysfs).catch(() => []);
  const ports = await Promise.all(names.toSorted().map((name) => usbPort(sysfs, name)));
  return ports.filter((port) => port !== undefined);
}

async function usbPort(sysfs: string, name: string): Promise<UsbPort | undefined> {
  let folder = await realpath(join(sysfs, name, "device")).catch(() => undefined);
  for (let step = 0; folder !== undefined && step < mostSteps; step++, folder = dirname(folder)) {
    const [vendor, product, serialNumber] = await Promise.all(
      ["idVendor", "idProduct", "serial"].map((file) => readText(join(folder!, file))),
    );
    if (vendor && product) return { path: `/dev/${name}`, id: `${vendor}:${product}`.toLowerCase(), serialNumber };
  }
  return undefined;
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}
