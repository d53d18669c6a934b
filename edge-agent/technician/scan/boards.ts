/** What hides behind a USB id: a board by itself, or a bridge that boards and RS-485 adapters alike have. */
export type UsbName = { readonly name: string; readonly is: "board" | "bridge" };

/**
 * What people call the hardware with this USB id; undefined for others. Sources: boards.txt of the Arduino cores (AVR, SAMD, Renesas,
 * Mbed), usb.ids of the Linux USB project.
 */
export function usbNameOf(id: string | undefined): UsbName | undefined {
  if (id === undefined) return undefined;
  const board = boards[id];
  if (board !== undefined) return { name: board, is: "board" };
  const bridge = bridges[id];
  return bridge === undefined ? undefined : { name: bridge, is: "bridge" };
}

const boards: Readonly<Record<string, string>> = {
  "2341:0001": "Arduino Uno",
  "2341:0043": "Arduino Uno",
  "2a03:0043": "Arduino Uno",
  "2341:0010": "Arduino Mega 2560",
  "2341:0042": "Arduino Mega 2560",
  "2a03:0042": "Arduino Mega 2560",
  "2341:8036": "Arduino Leonardo",
  "2341:8037": "Arduino Micro",
  "2341:8054": "Arduino MKR1000",
  "2341:8057": "Arduino Nano 33 IoT",
  "2341:805a": "Arduino Nano 33 BLE",
  "2341:0069": "Arduino Uno R4 Minima",
  "2341:1002": "Arduino Uno R4 WiFi",
  "16c0:0483": "Teensy",
  "303a:1001": "ESP32 with USB of its own",
  "2e8a:000a": "Raspberry Pi Pico",
};

const bridges: Readonly<Record<string, string>> = {
  "1a86:7523": "CH340",
  "1a86:5523": "CH341",
  "1a86:55d4": "CH9102",
  "0403:6001": "FT232R",
  "0403:6015": "FT-X",
  "10c4:ea60": "CP210x",
  "067b:2303": "PL2303",
};
