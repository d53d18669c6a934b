import { firmataProfile } from "@weir/device-profiles/schema/firmata.ts";
import type { FirmataAddress, FirmataProfile } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import type { Connection, Result, Turn } from "../driver.ts";
import { createTestLine, createTestLink } from "../test-link.ts";
import { type FirmataBoard, openBoard } from "./board.ts";
import { firmata } from "./firmata.ts";
import { createTestBoard, type TestBoard } from "./test-board.ts";

type Input = Readonly<Record<string, unknown>>;

/** For tests: a profile with these points; what is left out is what the schema says. */
export function nodeProfile(points: readonly Input[], rest: Input = {}): FirmataProfile {
  const parsed = firmataProfile.parse({
    model: "T-1",
    vendor: "Test",
    names: { en: "test node", zh: "测试节点" },
    domain: "pipe",
    kind: "node",
    source: "made up for tests",
    protocol: "firmata",
    points,
    examples: [{ note: "none", messages: "E0 00 04", samples: {} }],
    ...rest,
  });
  return { ...parsed, id: "pipe/test" };
}

export const place = { kind: "firmata", board: { host: "test", port: 3030 } } as const;

/** For tests: a driver on a board in memory, on a clock that the test turns. */
export async function setUpNode(
  points: readonly Input[],
  rest: Input = {},
  prepare: (board: TestBoard) => void = () => {},
) {
  const clock = virtualClock(1_000_000);
  const board = createTestBoard();
  prepare(board);
  const state = { silent: false, delayOf: (_: Uint8Array): number => 5 };
  const sent: Uint8Array[] = [];
  const link = createTestLink(clock, (bytes) => {
    sent.push(bytes);
    const reply = state.silent ? undefined : board.answer(bytes);
    if (reply) void clock.sleep(state.delayOf(bytes), new AbortController().signal).then(() => link.push(reply));
  });
  const finish = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    for (let i = 0; i < 5000 && !done; i++) await clock.advance(5);
    return promise;
  };
  const profile = nodeProfile(points, rest);
  const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
  const medium: FirmataBoard = await finish(openBoard(link, "test:3030", clock, turn.signal));
  const line = createTestLine(medium, place, clock);
  const open = (given = profile) => firmata.open({ profile: given, timeoutMs: 500 }, line);
  const connection: Connection<FirmataAddress> = open();
  const addresses = profile.points.map(({ at }) => at);
  const read = async (from = connection): Promise<readonly Result[]> => finish(from.read(addresses, turn));
  const raws = async (from = connection) =>
    (await read(from)).map((result) => ("raw" in result ? result.raw : result.error));
  return { clock, board, state, link, sent, medium, line, open, connection, addresses, turn, finish, read, raws };
}
