import { registersOf } from "@weir/device-profiles/decode.ts";
import { encodeRegisters } from "@weir/device-profiles/encode.ts";
import { placeOf } from "@weir/device-profiles/place.ts";
import type { ModbusAddress, ModbusProfile } from "@weir/device-profiles/schema.ts";
import { type Connection, type Driver, LinkError, type Result } from "../driver.ts";
import { codeOf, createAsker } from "./ask.ts";
import { isSilence } from "./fault.ts";
import { createKnowledge } from "./knowledge.ts";
import { createMeasurement } from "./measure.ts";
import { isBitTable, type Request } from "./pdu.ts";
import { createRangeReader } from "./read.ts";

/** Modbus application protocol V1.1b3 over TCP, RTU over TCP and serial lines. */
export const modbus: Driver<ModbusProfile> = {
  open: ({ unit = 1, timeoutMs, profile }, line) => {
    const asker = createAsker({ unit, timeoutMs, gapMs: profile.gap }, line);
    const knowledge = createKnowledge();
    const ranges = createRangeReader(asker, knowledge, {
      clock: line.clock,
      registersPerRead: profile.registers_per_read,
      holes: profile.holes,
    });
    const measurement = profile.measure && createMeasurement(profile.measure, asker, line.clock);
    let closed = false;

    const connection: Connection<ModbusAddress> = {
      read: async (addresses, turn) => {
        if (closed) return addresses.map(() => ({ error: "closed" }));
        const results: Result[] = new Array(addresses.length);
        try {
          await measurement?.start(turn);
          await ranges.read(addresses, results, turn);
        } catch (error) {
          const code = codeOf(error);
          if (!code) throw error;
          if (code === "timeout" || code === "closed") measurement?.lost();
          for (let i = 0; i < addresses.length; i++) results[i] ??= { error: code };
        } finally {
          await measurement?.stop(turn).catch(() => {});
        }
        return results;
      },
      write: async ({ address, raw, multiple }, turn) => {
        if (closed) throw new LinkError("closed", "this device is no longer configured");
        await asker.ask(writeRequest(address, raw, multiple), turn);
      },
      probe: async (addresses, turn) => {
        const address = ranges.known(addresses);
        const count = registersOf(address.type);
        const request: Request = { kind: "read", table: address.table, start: address.register, count };
        await asker.ask(request, turn).catch((error) => {
          const code = codeOf(error);
          if (!code?.startsWith("exception-") || isSilence(code)) throw error;
        });
      },
      stats: () => ({
        ...asker.stats(),
        unsupported: knowledge.unsupported().map(placeOf),
      }),
      close: () => {
        closed = true;
      },
    };
    return connection;
  },
};

/** Throws RangeError when the raw number does not fit the address's type. */
function writeRequest({ table, register: start, type, order }: ModbusAddress, raw: number, multiple: boolean): Request {
  if (table === "input" || table === "discrete") throw new RangeError(`${table} registers cannot be written`);
  const bytes = encodeRegisters(raw, { type, order });
  if (isBitTable(table)) {
    return multiple
      ? { kind: "write-many", table, start, values: [bytes[0]!] }
      : { kind: "write-one", table, start, value: bytes[0]! };
  }
  const values = Array.from({ length: bytes.length / 2 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  return values.length === 1 && !multiple
    ? { kind: "write-one", table, start, value: values[0]! }
    : { kind: "write-many", table, start, values };
}
