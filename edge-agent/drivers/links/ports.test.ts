import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listPorts } from "./ports.ts";

/** A machine with a USB adapter, a port on the board, and the three that the 8250 driver only pretends. */
function machine(): string {
  const root = mkdtempSync(join(tmpdir(), "weir-ports-"));
  const file = (path: string, text: string) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const link = (path: string, target: string) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    symlinkSync(join(root, target), join(root, path));
  };
  const usb = "sys/devices/usb1/1-2";
  file(`${usb}/idVendor`, "0403\n");
  file(`${usb}/idProduct`, "6001\n");
  file(`${usb}/manufacturer`, "FTDI\n");
  file(`${usb}/product`, "FT232R USB UART\n");
  file(`${usb}/serial`, "A50285BI\n");
  mkdirSync(join(root, usb, "1-2:1.0/ttyUSB0"), { recursive: true });
  link("sys/class/tty/ttyUSB0/device", `${usb}/1-2:1.0/ttyUSB0`);
  file("dev/ttyUSB0", "");
  link("dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", "dev/ttyUSB0");
  mkdirSync(join(root, "sys/bus/platform/drivers/serial8250"), { recursive: true });
  for (const [name, type] of [
    ["ttyS0", "4"],
    ["ttyS1", "0"],
    ["ttyS2", "0"],
  ] as const) {
    mkdirSync(join(root, `sys/devices/platform/${name}`), { recursive: true });
    link(`sys/devices/platform/${name}/driver`, "sys/bus/platform/drivers/serial8250");
    link(`sys/class/tty/${name}/device`, `sys/devices/platform/${name}`);
    file(`sys/class/tty/${name}/type`, `${type}\n`);
  }
  mkdirSync(join(root, "sys/class/tty/tty0"), { recursive: true });
  return root;
}

test("the ports of a machine are those with hardware, adapters first, by the names that last", () => {
  expect(listPorts(machine())).toEqual([
    {
      path: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0",
      device: "/dev/ttyUSB0",
      maker: "FTDI",
      product: "FT232R USB UART",
      serialNumber: "A50285BI",
      usb: "0403:6001",
    },
    {
      path: "/dev/ttyS0",
      device: "/dev/ttyS0",
      maker: undefined,
      product: undefined,
      serialNumber: undefined,
      usb: undefined,
    },
  ]);
});

test("a machine without sysfs has none, and that is no fault", () => {
  expect(listPorts("/nowhere")).toEqual([]);
});
