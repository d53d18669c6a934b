import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findUsbPorts } from "./usb.ts";

test("ports on USB are found in sysfs, an Arduino's own and those of adapters; others are not", async () => {
  const root = await mkdtemp(join(tmpdir(), "sysfs-"));
  const tty = join(root, "class/tty");
  const device = async (name: string, usb: string, below: string, files: Readonly<Record<string, string>>) => {
    const folder = join(root, "devices", usb);
    await mkdir(join(folder, below), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), `${text}\n`);
    await mkdir(join(tty, name), { recursive: true });
    await symlink(join(folder, below), join(tty, name, "device"));
  };
  await device("ttyACM0", "usb1/1-1", "1-1:1.0", { idVendor: "2341", idProduct: "0043", serial: "85736" });
  await device("ttyUSB0", "usb1/1-2", "1-2:1.0/ttyUSB0", { idVendor: "1A86", idProduct: "7523" });
  await device("ttyS0", "pnp0/00:05", "tty", {});
  await mkdir(join(tty, "tty1"), { recursive: true });
  expect(await findUsbPorts(tty)).toEqual([
    { path: "/dev/ttyACM0", id: "2341:0043", serialNumber: "85736" },
    { path: "/dev/ttyUSB0", id: "1a86:7523", serialNumber: undefined },
  ]);
  expect(await findUsbPorts(join(root, "nowhere"))).toEqual([]);
  await rm(root, { recursive: true });
});
