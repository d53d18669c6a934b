import { type RequestOptions, request } from "node:http";
import { virtualClock } from "@weir/wire/clock.ts";
import { quantityOf } from "@weir/wire/quantities.ts";
import { openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { afterEach, describe, expect, test } from "vitest";
import { memoryOutbox } from "../outbox/memory.ts";
import { formatExposition } from "./exposition.ts";
import { createMachineWatch, loadBetween } from "./machine.ts";
import { formatPage } from "./page.ts";
import { gatewayMetrics, gatewaySamples, reportHealth } from "./samples.ts";
import { parseListen, startHealth } from "./server.ts";
import type { AgentStatus } from "./status.ts";
import { watchTime } from "./time.ts";
import { formatAge, formatBytes, words } from "./words.ts";

const now = 1_700_000_100_000;
const outboxCounts = {
  records: 12,
  samples: 36,
  bytes: 4096,
  appended: 100,
  confirmed: 80,
  dropped: 2,
  droppedSamples: 7,
  refused: 1,
  refusedSamples: 4,
};
const busCounts = { requests: 50, timeouts: 1, crcErrors: 2, frameErrors: 0, mismatches: 0, exceptions: 3 };
const proxy = {
  ...{ listening: "127.0.0.1:1502", why: undefined, clients: 2, turnedAway: 1, expelled: 0 },
  ...{ requests: 40, answered: 30, refused: 4, busy: 3, silent: 2, cut: 1 },
};
const status: AgentStatus = {
  site: "east",
  gateway: "gw-1",
  version: "0.1.0",
  now,
  startedAt: now - 90_000,
  clockSynchronised: true,
  machine: { cpuLoad: 12.5, memoryUsed: 40, processMemory: 80_000_000, processCpu: 3.5, diskUsed: 50, diskFree: 5e9 },
  outbox: {
    ...outboxCounts,
    epoch: 5,
    limitBytes: 8192,
    oldest: { offset: 81, appendedAt: now - 30_000 },
    quarantined: 1,
    unsaved: 0,
    fault: undefined,
    damage: [],
  },
  uplink: {
    ...{
      state: "online",
      since: now - 60_000,
      why: undefined,
      connects: 3,
      births: 4,
      sent: 90,
      receipts: 80,
      rejections: 1,
    },
    ...{ ignored: 2, inFlight: 12, inFlightBytes: 1000, windowBytes: 262_144, timeoutMs: 2000, receiptMs: 120 },
  },
  commands: { done: 5, refused: 1, failed: 0, expired: 2, repeated: 0 },
  buses: [{ ...busCounts, name: "RS485 A", link: "up", why: undefined, utilisation: 0.42, proxy }],
  firmware: [],
  devices: [
    {
      device: "tank",
      bus: "RS485 A",
      state: "up",
      lastReplyAt: now - 1500,
      lastError: undefined,
      cycles: 10,
      cycleMs: 40,
      skippedCycles: 1,
      samples: 30,
      last: [
        { metric: "ph", at: now - 1500, value: 7.25, quality: "good" },
        { metric: "voltage/l1", at: now - 700_000, value: null, quality: "bad" },
      ],
    },
    {
      device: "<lamp>",
      bus: "RS485 A",
      state: "down",
      lastReplyAt: undefined,
      lastError: "no reply from unit 7 within 500 ms",
      cycles: 3,
      cycleMs: 1000,
      skippedCycles: 0,
      samples: 0,
      last: [],
    },
  ],
};

describe("health samples", () => {
  test("every one is a quantity of the gateway domain, at the status's time", () => {
    const samples = gatewaySamples(status);
    for (const { metric, at } of samples) {
      expect(quantityOf(metric), metric).toBeDefined();
      expect(at).toBe(now);
    }
    const values = Object.fromEntries(samples.map(({ metric, value }) => [metric, value]));
    expect(values).toMatchObject({
      uptime: 90,
      outbox_records: 12,
      outbox_fill: 50,
      outbox_oldest_age: 30,
      samples_dropped: 11,
      uplink_state: 2,
      uplink_reconnects: 2,
      receipt_delay: 120,
      requests_failed: 6,
      devices_total: 2,
      devices_down: 1,
      commands_done: 5,
      commands_refused: 3,
      "bus_utilisation/rs485-a": 42,
    });
  });

  test("what is not known now is left out, never made up; a doubtful clock makes them uncertain", () => {
    const machine = { ...status.machine, cpuLoad: null, diskFree: null };
    const samples = gatewaySamples({ ...status, machine, clockSynchronised: false });
    expect(samples.map(({ metric }) => metric)).not.toContain("cpu_load");
    expect(samples.map(({ metric }) => metric)).not.toContain("disk_free");
    expect(new Set(samples.map(({ quality }) => quality))).toEqual(new Set(["uncertain"]));
  });

  test("the birth names every metric that a status can give", () => {
    expect(gatewayMetrics(["RS485 A"])).toEqual(gatewaySamples(status).map(({ metric }) => metric));
  });

  test("they go out as one NDATA record at the start and every 30 s", async () => {
    const clock = virtualClock(now);
    const outbox = memoryOutbox({ clock });
    const noted: number[] = [];
    const stop = new AbortController();
    const reporting = reportHealth(
      {
        everyMs: 30_000,
        status: () => status,
        append: outbox.append,
        note: (samples) => void noted.push(samples.length),
        clock,
      },
      stop.signal,
    );
    await clock.advance(60_000);
    stop.abort();
    await reporting;
    const entries = outbox.read({ from: 0, before: 100 }, 1e6);
    expect(entries.map(({ device }) => device)).toEqual([null, null, null]);
    expect(noted).toHaveLength(3);
    const payload = decodePayload(entries[0]!.body);
    if ("error" in payload) throw new Error(payload.error);
    expect(openRecord(payload)).toMatchObject({ kind: "gateway", samples: gatewaySamples(status) });
  });
});

describe("the machine", () => {
  test("CPU load is the busy share between two looks", () => {
    const core = (busy: number, idle: number) => ({
      model: "",
      speed: 0,
      times: { user: busy, nice: 0, sys: 0, irq: 0, idle },
    });
    expect(loadBetween([core(10, 10), core(0, 20)], [core(40, 20), core(0, 80)])).toBeCloseTo(30);
    expect(loadBetween([core(1, 1)], [core(1, 1)])).toBeNull();
  });

  test("tells memory and disk as they are here, and no load at the first look", () => {
    const look = createMachineWatch(import.meta.dirname);
    const first = look();
    expect(first.cpuLoad).toBeNull();
    expect(first.processMemory).toBeGreaterThan(1e6);
    expect(first.diskFree).toBeGreaterThan(0);
    expect(createMachineWatch("/no/such/folder")()).toMatchObject({ diskFree: null, diskUsed: null });
  });
});

describe("Prometheus exposition", () => {
  test("every line is a comment or a sample, each family once, labels escaped", () => {
    const text = formatExposition({ ...status, devices: [{ ...status.devices[0]!, device: 'a"b\\c\nd' }] });
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(
        /^(# (HELP|TYPE) weir_[a-z_]+ .+|weir_[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?[\d.e+-]+)$/,
      );
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
    expect(text).toContain('weir_device_up{device="a\\"b\\\\c\\nd",bus="RS485 A"} 1\n');
    expect(text).toContain('weir_bus_errors_total{bus="RS485 A",kind="crcErrors"} 2\n');
    expect(text).toContain("weir_outbox_dropped_samples_total 7\n");
    expect(text).toContain("weir_outbox_refused_samples_total 4\n");
  });

  test("a device that never replied has no age, rather than a false one", () => {
    expect(formatExposition(status).match(/^weir_device_last_reply_age_seconds\{.*$/gm)).toEqual([
      'weir_device_last_reply_age_seconds{device="tank",bus="RS485 A"} 1.5',
    ]);
  });
});

describe("the page", () => {
  test("says what is wrong with a bus and a device in its reader's language", () => {
    const [bus] = status.buses;
    const [device] = status.devices;
    const lastError =
      "unit 3, read of input 0-1: no answer; check power and unit number, then wiring (A/B), baud rate and parity, or the gateway in between";
    const why = "10.0.0.9:502: no route to the host; check its power, cable and address";
    const troubled = {
      ...status,
      buses: [{ ...bus!, why }],
      devices: [{ ...device!, state: "down" as const, lastError }],
    };
    expect(formatPage(troubled, "zh")).toMatch(
      /10\.0\.0\.9:502：没有到该主机的路由；[\s\S]*站号 3，读 input 0-1：无应答；请检查电源和站号/,
    );
    expect(formatPage(troubled, "en")).toContain("no answer; check power and unit number");
  });

  test("tells what updates of nodes have come to, and why one does not go on, and nothing where there are none", () => {
    const update = {
      device: "well-1",
      what: "WEIR-LEVEL 1.2.0",
      by: "cloud",
      acceptedAt: 0,
      since: status.now - 5000,
    } as const;
    const firmware = [
      { ...update, state: "accepted", fault: "none", deadlineAt: 1, percent: 41.7 },
      { ...update, device: "well-2", state: "rolled-back", fault: "crashed", deadlineAt: undefined, percent: 100 },
    ] as const;
    const page = formatPage({ ...status, firmware }, "en");
    expect(page).toContain(
      'well-1</span> <b class="good">accepted 42 %</b></h3>\n<p>WEIR-LEVEL 1.2.0 · for 5.0 s</p></article>',
    );
    expect(page).toMatch(/well-2<.*class="bad">rolled back<[\s\S]*<p class="bad">the new image crashed three times/);
    expect(formatPage({ ...status, firmware }, "zh")).toContain("节点固件");
    expect(formatPage(status, "en")).not.toContain("Firmware of nodes");
  });

  test.each(["en", "zh"] as const)(
    "in %s shows each device with its state, and each value with its age",
    (language) => {
      const page = formatPage(status, language);
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toContain(words[language].down);
      expect(page).toContain(language === "en" ? "7.25 pH · 1.5 s ago" : "7.25 pH · 1.5 秒前");
      expect(page).toContain(language === "en" ? "no value · 12 min ago" : "无值 · 12 分前");
      expect(page).toContain("no reply from unit 7 within 500 ms");
    },
  );

  test("shows who shares a bus, and what became of their requests", () => {
    const row =
      "127.0.0.1:1502 · 2 clients · 40 requests · 4 refused · 3 put off, the agent needed the line · 3 unanswered";
    expect(formatPage(status, "en")).toContain(row);
    const [bus] = status.buses;
    const why = "proxy 0.0.0.0:502: ports below 1024 are the system's";
    const deaf = { ...status, buses: [{ ...bus!, proxy: { ...proxy, listening: undefined, why } }] };
    expect(formatPage(deaf, "en")).toMatch(/class="bad">does not listen · proxy 0\.0\.0\.0:502/);
    expect(formatExposition(deaf)).toContain('weir_proxy_up{bus="RS485 A"} 0');
    expect(formatExposition(status)).toContain('weir_proxy_requests_total{bus="RS485 A",outcome="refused"} 4');
  });

  test("escapes every name that came from outside", () => {
    expect(formatPage(status, "en")).not.toContain("<lamp>");
    expect(formatPage({ ...status, gateway: "<script>alert(1)</script>" }, "en")).not.toContain("<script>");
  });

  test("a full disk, dropped readings and an offline uplink stand out", () => {
    const outbox = { ...status.outbox, fault: "database or disk is full", unsaved: 9 };
    const page = formatPage(
      { ...status, outbox, uplink: { ...status.uplink, state: "offline", why: "connect ECONNREFUSED" } },
      "en",
    );
    expect(page).toMatch(/class="bad">9 records · database or disk is full/);
    expect(page).toMatch(/class="bad">11 samples/);
    expect(page).toMatch(/class="bad">offline · for 60 s · connect ECONNREFUSED/);
  });

  test("ages and sizes are said in units that people use", () => {
    expect([0, 1500, 95_000, 150_000, 3 * 3600_000, 4 * 86_400_000].map((ms) => formatAge(ms, "en"))).toEqual([
      "0.0 s",
      "1.5 s",
      "95 s",
      "3 min",
      "3 h",
      "4 d",
    ]);
    expect([0, 1023, 1024, 1.5 * 2 ** 20, 2 ** 31].map(formatBytes)).toEqual([
      "0 B",
      "1020 B",
      "1 KiB",
      "1.5 MiB",
      "2 GiB",
    ]);
  });
});

describe("the health server", () => {
  const stops: AbortController[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop.abort();
  });

  async function open(listen = "127.0.0.1:0") {
    const stop = new AbortController();
    stops.push(stop);
    return startHealth({ listen, status: () => status }, stop.signal);
  }

  test("serves the page, the status as JSON, the metrics, and a sign of life", async () => {
    const { url } = await open();
    const page = await fetch(url, { headers: { "accept-language": "zh-CN,zh;q=0.9" } });
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toContain('<html lang="zh">');
    expect(await (await fetch(`${url}/?lang=en`)).text()).toContain('<html lang="en">');
    expect(await (await fetch(`${url}/status`)).json()).toMatchObject({
      gateway: "gw-1",
      outbox: { epoch: 5, records: 12 },
    });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("weir_outbox_records 12\n");
    expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok\n");
  });

  test("answers what it does not serve with what it does", async () => {
    const { url } = await open();
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
    const head = await fetch(url, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  function codeOf(url: string, options: RequestOptions): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const sent = request(url, options, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject);
      sent.end();
    });
  }

  test("does not answer under a foreign name", async () => {
    const { url } = await open();
    expect(await codeOf(url, { headers: { host: "evil.example" } })).toBe(421);
  });

  test("a request line that is no URL is not found, and the agent lives on", async () => {
    const { url } = await open();
    for (const path of ["//", "//[", "http://[::", "*"]) expect(await codeOf(url, { path }), path).toBe(404);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test("refuses to listen beyond loopback, and says what to write", () => {
    for (const listen of [
      "0.0.0.0:9464",
      "192.168.1.5:9464",
      "[::]:9464",
      "gateway.local:9464",
      "128.0.0.1:1",
      "127.example.com:80",
    ])
      expect(() => parseListen(listen), listen).toThrow(/no login; write 127\.0\.0\.1:/);
    for (const listen of ["9464", "127.0.0.1", "127.0.0.1:99999", ""])
      expect(() => parseListen(listen), listen).toThrow(/is not host:port/);
    for (const listen of ["127.0.0.1:0", "127.9.9.9:80", "localhost:9464", "[::1]:9464"])
      expect(() => parseListen(listen)).not.toThrow();
  });

  test("a port in use is told as such", async () => {
    const { url } = await open();
    await expect(open(url.slice("http://".length))).rejects.toThrow(/in use by another program; choose another port/);
  });

  test("stops listening when the signal aborts", async () => {
    const { url, close } = await open();
    for (const stop of stops.splice(0)) stop.abort();
    await close();
    await expect(fetch(url)).rejects.toThrow();
  });
});

describe("the time watch", () => {
  test("doubts the clock until the system says it is synchronised, then no more", async () => {
    const clock = virtualClock();
    const answers = [false, false, true, false];
    const told: string[] = [];
    const stop = new AbortController();
    const synchronised = watchTime(
      { mode: "check", clock, ask: async () => answers.shift() ?? false, onSynchronised: () => void told.push("yes") },
      stop.signal,
    );
    expect(synchronised()).toBe(false);
    await clock.advance(10_000);
    expect(synchronised()).toBe(false);
    await clock.advance(10_000);
    expect(synchronised()).toBe(true);
    await clock.advance(60_000);
    expect([synchronised(), told, answers.length]).toEqual([true, ["yes"], 1]);
    stop.abort();
  });

  test("mode trust never asks", async () => {
    const clock = virtualClock();
    const ask = () => Promise.reject(new Error("asked"));
    expect(watchTime({ mode: "trust", clock, ask }, new AbortController().signal)()).toBe(true);
  });
});
