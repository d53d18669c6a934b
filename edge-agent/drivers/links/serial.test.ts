import { virtualClock } from "@weir/wire/clock.ts";
import { SerialPortMock } from "serialport";
import { afterEach, describe, expect, test } from "vitest";
import type { LineSettings } from "../driver.ts";
import { openSerial, type SerialSystem } from "./serial.ts";

const path = "/dev/test";
const modbus: LineSettings = { baud: 9600, dataBits: 8, parity: "none", stopBits: 1 };
const meter: LineSettings = { baud: 2400, dataBits: 8, parity: "even", stopBits: 1 };

/** A serial port in memory that notes how it was opened and switched. */
async function setUp() {
  SerialPortMock.binding.createPort(path, { echo: true, record: true });
  const history: string[] = [];
  class Port extends SerialPortMock {
    constructor(...args: ConstructorParameters<typeof SerialPortMock>) {
      super(...args);
      this.on("open", () => history.push(`opened ${this.baudRate} ${args[0].parity}`));
      this.on("close", () => history.push("closed"));
    }
    override update(options: { baudRate: number }, done?: (error: Error | null) => void): void {
      history.push(`rate ${options.baudRate}`);
      super.update(options, done);
    }
  }
  const clock = virtualClock();
  const system: SerialSystem = {
    loadPort: async () => Port as unknown as Awaited<ReturnType<SerialSystem["loadPort"]>>,
    claimPort: async () => ({
      shut: async () => true,
      unshut: async () => {},
      release: async () => void history.push("released"),
    }),
  };
  const link = await openSerial({ kind: "serial", path, ...modbus }, { timeoutMs: 1000, clock }, system);
  return { link, history, clock };
}

afterEach(() => SerialPortMock.binding.reset());

describe("a serial line whose instruments differ in their settings", () => {
  test("is opened anew for another parity, switched for another rate, and left alone when nothing differs", async () => {
    const { link, history } = await setUp();
    await link.set!(modbus);
    await link.set!(meter);
    await link.set!(meter);
    await link.set!({ ...meter, baud: 1200 });
    await link.set!(modbus);
    expect(history).toEqual([
      "opened 9600 none",
      "closed",
      "opened 2400 even",
      "rate 1200",
      "closed",
      "opened 9600 none",
    ]);
    await link.close();
  });

  test("is one link all the while: bytes go both ways after a switch, and it closes once", async () => {
    const { link } = await setUp();
    await link.set!(meter);
    const heard = link.receive(
      {
        find: (bytes) => (bytes.length >= 3 ? { value: [...bytes], end: 3 } : undefined),
        fault: () => new Error() as never,
      },
      { timeoutMs: 1000, signal: new AbortController().signal },
    );
    link.send(Uint8Array.of(1, 2, 3));
    expect(await heard).toEqual([1, 2, 3]);
    await link.close();
    expect(await link.closed).toMatchObject({ code: "closed", message: "/dev/test was closed" });
  });

  test("whose port cannot be opened anew ends, and says what to check", async () => {
    const { link } = await setUp();
    SerialPortMock.binding.reset();
    await expect(link.set!(meter)).rejects.toMatchObject({ code: "refused", message: expect.stringContaining(path) });
    expect(await link.closed).toMatchObject({ code: "refused" });
  });
});
