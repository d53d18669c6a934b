import { loadProfiles } from "@weir/device-profiles/load.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { parseFault } from "../faults/fault.ts";
import { plainly, spoilReply } from "../faults/reply.ts";
import { type BusOptions, serveBus } from "../modbus/bus.ts";
import { openSocket } from "../modbus/raw-socket.ts";
import { takeRequest } from "./frame.ts";
import { createMeter } from "./meter.ts";

const profiles = loadProfiles();
const electricity = profiles.get("light/generic-dlt645-2007-single-phase");
const water = profiles.get("pipe/generic-cjt188-water");
if (electricity?.protocol !== "dlt645" || water?.protocol !== "cjt188") throw new Error("the profiles have changed");

const values: Readonly<Record<string, number>> = {
  voltage: 230.5,
  active_energy_import: 1234.56,
  reactive_power: -141.1,
};
const meters = [
  createMeter({ profile: electricity, address: "123456789012", show: (metric) => values[metric] ?? 0 }),
  createMeter({
    profile: water,
    address: "00000805000001",
    show: (metric) => ({ flow_total: 123, valve_state: 1 })[metric] ?? 0,
  }),
];
const word = {
  read: (_: unknown, start: number) => (start === 0 ? [7] : { exception: 2 as const }),
  write: () => ({ exception: 2 as const }),
};

const stop = { current: new AbortController() };
afterEach(() => stop.current.abort());

/** A line with a Modbus unit 1 and two meters. */
async function line(fault?: object) {
  stop.current = new AbortController();
  const parsed = fault && parseFault(fault);
  if (parsed && "errors" in parsed) throw new Error(parsed.errors.join());
  const deliver: BusOptions["deliver"] = (who, frame) =>
    parsed && who === "123456789012" ? spoilReply(plainly(frame), parsed.fault, () => 0.5) : plainly(frame);
  const units = new Map([[1, word]]);
  const options: BusOptions = {
    name: "line",
    kind: "raw-tcp",
    host: "127.0.0.1",
    port: 0,
    units,
    meters,
    deliver,
    clock: systemClock,
  };
  return openSocket(await serveBus(options, stop.current.signal));
}

const askEnergy = "FE FE FE FE 68 12 90 78 56 34 12 68 11 04 33 33 34 33 68 16";
const energy = "FE FE 68 12 90 78 56 34 12 68 91 08 33 33 34 33 89 67 45 33 54 16";
const askWord = "01 03 00 00 00 01 84 0A";
const wordIs7 = "01 03 02 00 07 F9 86";
const askWater = "68 10 01 00 00 05 08 00 00 01 03 1F 90 00 39 16";
const waterIs123 =
  "FE FE 68 10 01 00 00 05 08 00 00 81 16 90 1F 00 00 23 01 00 2C 00 00 00 00 2C 00 00 00 00 00 00 00 00 00 48 16";

describe("a line with meters among its Modbus instruments", () => {
  test("answers each in its own protocol, as captured frames have it", async () => {
    const socket = await line();
    for (const [ask, answer] of [
      [askEnergy, energy],
      [askWord, wordIs7],
      [askWater, waterIs123],
      [askEnergy, energy],
    ] as const) {
      socket.send(ask);
      expect(await socket.receive(answer.split(" ").length)).toBe(answer);
    }
  });

  test("keeps silent for a meter that is not there, and goes on", async () => {
    const socket = await line();
    socket.send("68 99 99 99 99 99 99 68 11 04 33 33 34 33 81 16");
    socket.send(askWord);
    expect(await socket.receive(7)).toBe(wordIs7);
  });

  test("tells its address to the wildcard, and refuses what it has not and to be written", async () => {
    const socket = await line();
    const exchanges = [
      ["68 AA AA AA AA AA AA 68 13 00 DF 16", "FE FE 68 12 90 78 56 34 12 68 93 06 45 C3 AB 89 67 45 07 16"],
      ["68 12 90 78 56 34 12 68 11 04 35 37 33 37 71 16", "FE FE 68 12 90 78 56 34 12 68 D1 01 35 8D 16"],
      ["68 12 90 78 56 34 12 68 14 04 35 37 33 37 74 16", "FE FE 68 12 90 78 56 34 12 68 D4 01 34 8F 16"],
    ] as const;
    for (const [ask, answer] of exchanges) {
      socket.send(ask);
      expect(await socket.receive(answer.split(" ").length)).toBe(answer);
    }
  });

  test("sign and scale are those of the profile", () => {
    const request = takeRequest(Uint8Array.from(Buffer.from("6812907856341268110433333735", "hex")));
    expect(request).toBe("more");
    const reply = meters[0]!.answer({
      protocol: "dlt645",
      address: "AAAAAAAAAAAA",
      type: 0,
      control: 0x11,
      data: Uint8Array.of(0, 0, 4, 2),
    });
    const value = [...reply!.slice(16, 19)].map((byte) => (byte + 0x100 - 0x33) & 0xff);
    expect(value).toEqual([0x11, 0x14, 0x80]);
  });
});

describe("what goes wrong with a meter", () => {
  test.each([
    ["an echo comes before its answer", { fault: "echo" }, `${askEnergy} ${energy}`],
    ["half of its answer is missing", { fault: "truncate" }, energy.split(" ").slice(0, 11).join(" ")],
    ["its bytes come one by one", { fault: "trickle", ms: 1 }, energy],
  ])("%s", async (_, fault, heard) => {
    const socket = await line(fault);
    socket.send(askEnergy);
    expect(await socket.receive(heard.split(" ").length)).toBe(heard);
    socket.send(askWord);
    expect(await socket.receive(7)).toBe(wordIs7);
  });

  test("its checksum is wrong", async () => {
    const socket = await line({ fault: "crc" });
    socket.send(askEnergy);
    const bytes = (await socket.receive(22)).split(" ").map((pair) => Number.parseInt(pair, 16));
    const sum = bytes.slice(2, -2).reduce((total, byte) => (total + byte) % 256, 0);
    expect(sum).not.toBe(bytes.at(-2));
  });

  test("it keeps silent, and its neighbours answer", async () => {
    const socket = await line({ fault: "silence" });
    socket.send(askEnergy);
    socket.send(askWater);
    expect(await socket.receive(37)).toBe(waterIs123);
  });
});
