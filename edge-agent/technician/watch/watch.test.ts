import { width } from "@weir/config/table.ts";
import { describe, expect, test } from "vitest";
import type { EdgeConfig } from "../../config.ts";
import type { AgentStatus } from "../../health/status.ts";
import { isRunning, watchAgent } from "./from-agent.ts";
import { jsonSummary, jsonView, plainView, summary } from "./lines.ts";
import { readWatchOptions } from "./options.ts";
import { runWatch } from "./run.ts";
import { openScreen } from "./screen.ts";
import { fakeWindow, watchLamp } from "./test-watch.ts";
import type { View } from "./view.ts";
import { agentTroubles } from "./words.ts";

const nothing: View = { tell: () => {}, draw: () => {}, close: () => {} };

/** The lamp on a screen of this size, in this language; or, where there is a refusal, a line that cannot be opened. */
function onScreen(columns: number, rows: number, language: "en" | "zh" = "en", refusal?: string) {
  const watched = watchLamp(2000);
  watched.refusal = refusal;
  const { clock, board, stop, source } = watched;
  const screen = fakeWindow(columns, rows);
  const view = openScreen({
    ...{ window: screen.window, board, clock, language, source: "instruments", colour: false },
    onQuit: () => stop.abort(),
  });
  const finished = runWatch({ view, source, clock, forMs: undefined }, stop.signal);
  return { ...watched, ...screen, finished };
}

describe("a watch of instruments", () => {
  test("tells every reading, those within a deadband too, and what was least and most of it", async () => {
    const { clock, slave, board, stop, source } = watchLamp(2000);
    const finished = runWatch({ view: nothing, source, clock, forMs: undefined }, stop.signal);
    for (const volts of [2302, 2298, 2305, 2305]) {
      slave.holding.set(0, volts);
      await clock.advance(2000);
    }
    const [voltage] = board.devices[0]!.points;
    expect(voltage).toMatchObject({ readings: 4, good: 4, least: 229.8, most: 230.5, newest: { value: 230.5 } });
    expect(board.isGood()).toBe(true);
    stop.abort();
    await clock.advance(0);
    expect(await finished).toBe(8000);
  });

  test("asks at the configured period unless told otherwise", async () => {
    const configured = watchLamp();
    const faster = watchLamp(500);
    for (const { clock, source, stop } of [configured, faster]) {
      void source(stop.signal);
      await clock.advance(9900);
      stop.abort();
    }
    expect(configured.slave.asked).toHaveLength(2);
    expect(faster.slave.asked).toHaveLength(20);
  });

  test("ends by itself after its time, and leaves nothing open", async () => {
    const { clock, slave, source, stop } = watchLamp(1000);
    const finished = runWatch({ view: nothing, source, clock, forMs: 3500 }, stop.signal);
    await clock.advance(3500);
    expect(await finished).toBe(3500);
    const asked = slave.asked.length;
    await clock.advance(10_000);
    expect(slave.asked).toHaveLength(asked);
  });

  test("whose port somebody has says who", async () => {
    const watched = watchLamp(1000);
    const { clock, board, source, stop } = watched;
    watched.refusal = "/dev/ttyUSB0: held by mbpoll, pid 12; stop it, or give one of the two another port";
    void source(stop.signal);
    await clock.advance(5000);
    expect(board.devices[0]!.now.why).toMatch(/held by mbpoll, pid 12; stop it/);
    expect(board.isGood()).toBe(false);
    stop.abort();
    await clock.advance(0);
  });
});

describe("the table", () => {
  test("shows name, value with unit or meaning, quality in words and a mark, age, min and max, cycle and reply", async () => {
    const { clock, slave, lines } = onScreen(100, 20);
    await clock.advance(2500);
    slave.holding.set(0, 2290);
    await clock.advance(2500);
    const [top, heading, , device, voltage, lamp] = lines();
    expect(top).toMatch(/^weir-edge watch \| asking the instruments \| 12:00:05 UTC \| for 5.0 s \| q ends$/);
    expect(heading).toMatch(/quality +point +value +age +min +max/);
    expect(device).toBe("lamp-1 Harbour road 1 | ✓ answers | last reply 1.0 s ago | cycle 40 ms | line-1");
    expect(voltage).toMatch(/✓ good +Voltage +229 V +1.0 s +229 +230.2/);
    expect(lamp).toMatch(/✓ good +Lamp on +1 on +1.0 s/);
  });

  test("tells a silent instrument with what to check, and never its last value as if it were new", async () => {
    const { clock, slave, lines } = onScreen(100, 20);
    await clock.advance(2500);
    slave.silent = true;
    await clock.advance(20_000);
    const text = lines().join("\n");
    expect(text).toMatch(/✗ does not answer/);
    expect(text).toMatch(/no answer.*check/s);
    expect(text).toMatch(/✗ bad \(timeout\) +Voltage +- /);
  });

  test.each([
    [100, "en"],
    [60, "en"],
    [40, "en"],
    [80, "zh"],
    [44, "zh"],
    [20, "zh"],
    [9, "zh"],
  ] as const)(
    "of %i columns in %s: no line is longer than the terminal, and the value stays",
    async (columns, language) => {
      const { clock, slave, lines, stop, finished } = onScreen(columns, 30, language);
      await clock.advance(2500);
      slave.silent = true;
      await clock.advance(20_000);
      for (const line of lines()) expect(width(line), line).toBeLessThan(columns);
      slave.silent = false;
      await clock.advance(40_000);
      if (columns >= 40) expect(lines().join("\n")).toMatch(/230\.2 V/);
      stop.abort();
      await clock.advance(0);
      await finished;
    },
  );

  test("higher than the terminal scrolls, and says how much is not shown", async () => {
    const { clock, lines, press, resize } = onScreen(80, 5);
    await clock.advance(2500);
    expect(lines()).toHaveLength(5);
    expect(lines().at(-1)).toMatch(/^2 more lines: arrow keys, a larger window, or name the devices/);
    press("\x1b[B");
    press("\x1b[B");
    press("\x1b[B");
    expect(lines().slice(2, 4).join("\n")).toMatch(/Voltage.*\n.*Lamp on/);
    press("\x1b[A");
    expect(lines().slice(2, 4).join("\n")).toMatch(/lamp-1.*\n.*Voltage/);
    resize({ columns: 80, rows: 12 });
    expect(lines().join("\n")).toMatch(/lamp-1[\s\S]*Voltage[\s\S]*Lamp on/);
  });

  test("gives the terminal back when q is pressed", async () => {
    const { clock, press, written, finished } = onScreen(80, 20);
    await clock.advance(1000);
    expect(written().startsWith("\x1b[?1049h")).toBe(true);
    press("q");
    await clock.advance(0);
    await finished;
    expect(written().endsWith("\x1b[?1049l")).toBe(true);
  });

  test("has no colour unless wanted, and then the words are the same", async () => {
    const plain = onScreen(80, 20);
    await plain.clock.advance(2500);
    expect(plain.written()).not.toContain("\x1b[32m");
    expect(plain.written()).not.toContain("\x1b[0m");
    const watched = watchLamp(2000);
    const screen = fakeWindow(80, 20);
    const { clock, board, stop, source } = watched;
    const options = { window: screen.window, board, clock, language: "en", source: "instruments" } as const;
    const view = openScreen({ ...options, colour: true, onQuit: () => {} });
    void runWatch({ view, source, clock, forMs: undefined }, stop.signal);
    await clock.advance(2500);
    expect(screen.written()).toContain("\x1b[32m✓ good");
    expect(screen.lines()).toEqual(plain.lines());
  });

  test("says in the reader's language what is wrong, and what to check next", async () => {
    const { clock, board, slave, lines } = onScreen(100, 20, "zh");
    slave.silent = true;
    await clock.advance(20_000);
    board.setTrouble(agentTroubles.silent.en);
    await clock.advance(1000);
    const text = lines().join("\n");
    expect(text).toMatch(/^✗ 代理不再应答；请查看它是否在运行：systemctl status weir-edge$/m);
    expect(text).toMatch(/站号 1，读 holding 0：无应答；请检查电源和站号/);
    expect(text).toMatch(/✗ 无效 \(超时\)/);
  });

  test("is not steered by what an instrument or a system says", async () => {
    const { clock, lines } = onScreen(80, 20, "en", "says \x1b[2J\x07ha");
    await clock.advance(5000);
    expect(lines().join("\n")).toContain("says  [2J ha");
    expect(lines().join("")).not.toMatch(/\p{Cc}/u);
  });
});

describe("lines", () => {
  test("for a person: one for each change of a value, not for each reading", async () => {
    const watched = watchLamp(1000);
    const { clock, board, slave, source, stop } = watched;
    const lines: string[] = [];
    watched.listen(plainView((text) => lines.push(text), { board, clock, source: "instruments" }, "zh").tell);
    const finished = runWatch({ view: nothing, source, clock, forMs: 5500 }, stop.signal);
    await clock.advance(2500);
    slave.holding.set(1, 0);
    await clock.advance(3000);
    expect(lines).toEqual([
      "2026-07-01T12:00:00.040Z  lamp-1  电压  230.2 V  有效",
      "2026-07-01T12:00:00.040Z  lamp-1  灯具开关状态  1 开灯  有效",
      "2026-07-01T12:00:00.500Z  lamp-1  应答正常",
      "2026-07-01T12:00:03.040Z  lamp-1  灯具开关状态  0 关灯  有效",
    ]);
    expect(summary(board, await finished, "en")).toMatch(
      /^watched for 5.5 s[\s\S]*lamp-1 +Voltage +6 +6 +230.2 +230.2 +230.2 V +good[\s\S]*Lamp on +6 +6 +0 +1 +0 off +good$/,
    );
  });

  test("for a program: every reading, then what there was, one JSON object a line", async () => {
    const watched = watchLamp(1000);
    const { clock, board, slave, source, stop } = watched;
    const lines: string[] = [];
    watched.listen(jsonView((text) => lines.push(text), { board, clock, source: "instruments" }).tell);
    const finished = runWatch({ view: nothing, source, clock, forMs: 2500 }, stop.signal);
    await clock.advance(1500);
    slave.holding.delete(1);
    await clock.advance(1000);
    const events = [...lines, jsonSummary(board, await finished)].map((line) => JSON.parse(line));
    expect(events[0]).toEqual({ event: "start", source: "instruments", devices: ["lamp-1"] });
    const readings = events.filter(({ event }) => event === "reading");
    expect(readings).toHaveLength(6);
    const about = { event: "reading", device: "lamp-1", unit: "V", metric: "voltage" };
    expect(readings[0]).toEqual({ ...about, at: clock.now() - 2460, value: 230.2, raw: 2302, quality: "good" });
    expect(readings.at(-1)).toMatchObject({ metric: "lamp_state", value: null, quality: "bad", why: "exception-2" });
    expect(events.at(-1)).toMatchObject({ event: "summary", elapsedMs: 2500, points: [{ readings: 3 }, { good: 2 }] });
  });
});

describe("a watch while the agent runs", () => {
  const status = (at: number, rest: object = {}) =>
    ({
      buses: [{ name: "line-1", why: undefined }],
      devices: [
        {
          ...{ device: "lamp-1", bus: "line-1", state: "up", lastReplyAt: at, cycleMs: 40, lastError: undefined },
          last: [{ metric: "voltage", at, value: 230.2, quality: "good" }],
          ...rest,
        },
      ],
    }) as unknown as AgentStatus;

  test("takes the agent's values, each once, and says when the agent has gone", async () => {
    const { clock, board, changes, slave } = watchLamp();
    const stop = new AbortController();
    const start = clock.now();
    const answers = [status(start), status(start), status(start + 2000), undefined, status(start + 4000)];
    const ask = async () => {
      const answer = answers.shift();
      if (!answer) throw new Error("connect ECONNREFUSED");
      return answer;
    };
    void watchAgent({ ask, clock, everyMs: 1000 }, board, stop.signal);
    await clock.advance(2500);
    expect(board.devices[0]!.points[0]).toMatchObject({ readings: 2, newest: { value: 230.2 } });
    expect(board.trouble()).toBeUndefined();
    await clock.advance(1000);
    expect(board.trouble()).toMatch(/the agent does not answer any more; look whether it runs/);
    await clock.advance(1000);
    expect(board.trouble()).toBeUndefined();
    expect(changes.map(({ change }) => change)).toEqual(["reading", "state", "reading", "source", "source", "reading"]);
    expect(slave.asked).toEqual([]);
    stop.abort();
    await clock.advance(0);
  });

  test("says of a device that the agent does not know yet what to do", async () => {
    const { clock, board } = watchLamp();
    const stop = new AbortController();
    void watchAgent({ ask: async () => ({ ...status(0), devices: [] }), clock, everyMs: 1000 }, board, stop.signal);
    await clock.advance(100);
    expect(board.devices[0]!.now.why).toMatch(/configured after it started: send it SIGHUP/);
    stop.abort();
    await clock.advance(0);
  });

  test("is that of this gateway only: another program on its health port is none", async () => {
    const config = { site: "s", gateway: "g", health: { listen: { host: "127.0.0.1", port: 9464 } } } as EdgeConfig;
    const signal = new AbortController().signal;
    const own = async () => ({ ...status(0), site: "s", gateway: "g" });
    expect(await isRunning(config, own, signal)).toBe(true);
    expect(await isRunning(config, async () => ({ ...(await own()), gateway: "h" }), signal)).toBe(false);
    expect(await isRunning(config, () => Promise.reject(new Error("ECONNREFUSED")), signal)).toBe(false);
  });
});

test("all that is wrong with the options is said at once", () => {
  expect(() => readWatchOptions({ every: "2", for: "1ms1", lang: "fr" }, {})).toThrow(
    /--every 2: .*such as 2s\n--for 1ms1: .*\n--lang fr: expected en or zh/,
  );
  expect(readWatchOptions({ every: "2s", for: "5m" }, { LANG: "zh_CN.UTF-8" })).toEqual({
    ...{ everyMs: 2000, forMs: 300_000, language: "zh" },
  });
});
