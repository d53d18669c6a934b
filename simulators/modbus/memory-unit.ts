import type { Table, Unit } from "./pdu.ts";

/** A unit with fixed contents, as the transcripts describe it. */
function memory(contents: Partial<Record<Table, Record<number, number>>>): Unit {
  const tables = { coil: {}, discrete: {}, input: {}, holding: {}, ...contents } as Record<
    Table,
    Record<number, number>
  >;
  const has = (table: Table, start: number, count: number) =>
    Array.from({ length: count }, (_, i) => start + i).every((address) => address in tables[table]);
  return {
    read(table, start, count) {
      if (count === 0) return { exception: 3 };
      if (!has(table, start, count)) return { exception: 2 };
      return Array.from({ length: count }, (_, i) => tables[table][start + i]!);
    },
    write(table, start, values) {
      if (!has(table, start, values.length)) return { exception: 2 };
      for (const [i, value] of values.entries()) tables[table][start + i] = value;
      return undefined;
    },
  };
}

/** The units that the transcripts in testdata/ talk to. */
export function transcriptUnits(): ReadonlyMap<number, Unit> {
  const pzem = [0x08d1, 0x006c, 0, 0x00f4, 0, 0x0026, 0, 0x01f4, 0x0064, 0];
  const bits = [1, 0, 1, 1, 0, 0, 0, 0, 1, 1];
  return new Map([
    [
      1,
      memory({
        input: { ...pzem },
        holding: { 0: 0x0292, 1: 0xff9b, 6: 0x00bd, 7: 0x0002, 8: 0x06f6, 22: 0x0047 },
        coil: { ...bits },
        discrete: { ...bits.map((bit) => 1 - bit) },
      }),
    ],
    [2, memory({ holding: { 0: 2 } })],
    [3, memory({ holding: { 0: 3 } })],
  ]);
}
