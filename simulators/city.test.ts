import { parseBinaryFrame } from "@weir/device-profiles/binary-frame.ts";
import { registersOf } from "@weir/device-profiles/decode.ts";
import { type Content, evaluate } from "@weir/device-profiles/evaluate.ts";
import { parseFrames } from "@weir/device-profiles/frames.ts";
import { metricOf } from "@weir/device-profiles/metric.ts";
import type {
  Dlt645Point,
  ModbusAddress,
  ModbusPoint,
  ModbusProfile,
  Profile,
  TextProfile,
} from "@weir/device-profiles/schema.ts";
import { parseDialogue } from "@weir/device-profiles/sdi12.ts";
import { unescapeText } from "@weir/device-profiles/text/line.ts";
import { isText, parseTextLines } from "@weir/device-profiles/text/text-lines.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { quantities } from "@weir/wire/quantities.ts";
import { validName } from "@weir/wire/topics.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { city, cityPlan, loadCityProfiles } from "./city.ts";
import type { Speaker } from "./lines/line-bus.ts";
import { createSpeaker } from "./lines/speakers.ts";
import { lowFirst } from "./meters/frame.ts";
import { createMeter } from "./meters/meter.ts";
import { createInstrument } from "./modbus/instrument.ts";
import { answer, type Table, type Unit } from "./modbus/pdu.ts";
import { openSocket } from "./modbus/raw-socket.ts";
import { runCity } from "./run.ts";
import { day, fitted } from "./world/calendar.ts";
import { createWorld } from "./world/world.ts";

const profiles = loadCityProfiles();
const buses = city.flatMap((district) => district.buses);
const instruments = buses.flatMap((bus) => bus.instruments);
const world = createWorld(1);

const readCodes: Record<Table, number> = { coil: 1, discrete: 2, holding: 3, input: 4 };

/** Reads a place of a unit as any master would and puts what it says into the image. */
function readInto(image: Record<Table, Map<number, number>>, unit: Unit, at: ModbusAddress): void {
  const count = registersOf(at.type);
  const request = Uint8Array.of(readCodes[at.table], at.register >> 8, at.register & 0xff, 0, count);
  const reply = answer(request, unit);
  expect(reply[0], `${at.table} ${at.register}`).toBe(readCodes[at.table]);
  const view = new DataView(reply.buffer);
  for (let i = 0; i < count; i++)
    image[at.table].set(at.register + i, at.type === "bit" ? reply[2]! & 1 : view.getUint16(2 + 2 * i));
}

/** A unit of the city at one instant of the world, measuring where it has to be told to. */
function unitAt(instrument: (typeof instruments)[number], profile: ModbusProfile, at: number): Unit {
  let own = 0;
  const shows = instrument.shows(world);
  const unit = createInstrument({
    profile,
    tell: (metric, when, settings) => shows[metric]!(when, settings),
    worldNow: () => at,
    monotonic: () => own,
  });
  own += profile.measure?.warm_up ?? 0;
  for (const step of profile.measure?.start ?? []) {
    if ("wait" in step) own += step.wait;
    else if ("read" in step) unit.read(step.read.table, step.read.register, step.read.count);
    else unit.write(step.write.table, step.write.register, step.write.values);
  }
  return unit;
}

/** How far a value may be from the truth: half a step of the register, or what a float cannot hold. */
function resolution(point: ModbusPoint, value: number, decimals: number): number {
  if (point.states) return 0;
  if (point.at.type === "f32") return Math.abs(value) * 1e-6 + 1e-9;
  return point.at.type === "f64" ? Math.abs(value) * 1e-12 : (Math.abs(point.scale) / 10 ** decimals / 2) * 1.000001;
}

describe("the city", () => {
  test("has at least 36 instruments on at least eight buses, two gateways and all five domains", () => {
    expect(instruments.length).toBeGreaterThanOrEqual(36);
    expect(buses.length).toBeGreaterThanOrEqual(8);
    expect(city.length).toBe(2);
    const metrics = instruments.flatMap(({ profile }) => profiles.get(profile)!.points.map(({ quantity }) => quantity));
    const domains = new Set(metrics.map((metric) => quantities[metric as keyof typeof quantities].domain));
    expect([...domains]).toEqual(expect.arrayContaining(["water", "air", "pipe", "light", "hazmat"]));
  });

  test("gives every bus, port and instrument a name and number of its own, fit for the wire", () => {
    const names = [...buses.map(({ name }) => name), ...instruments.map(({ id }) => id)];
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !validName(name))).toEqual([]);
    expect(new Set(buses.map(({ offset }) => offset)).size).toBe(buses.length);
    for (const { name, instruments } of buses)
      expect(new Set(instruments.map(({ unit, address, profile }) => unit ?? address ?? profile)).size, name).toBe(
        instruments.length,
      );
  });

  test.each(
    instruments.filter(({ unit }) => unit !== undefined).map((instrument) => [instrument.id, instrument] as const),
  )("%s says in its registers what is true, to its resolution, at any time", (_, instrument) => {
    const profile = profiles.get(instrument.profile) as ModbusProfile;
    const shows = instrument.shows(world);
    const instant = fc.integer({ min: fitted + day, max: fitted + 2 * 365 * day });
    fc.assert(
      fc.property(instant, (at) => {
        const unit = unitAt(instrument, profile, at);
        const image = { coil: new Map(), discrete: new Map(), input: new Map(), holding: new Map() };
        for (const point of profile.points)
          for (const place of point.decimals ? [point.at, point.decimals] : [point.at]) readInto(image, unit, place);
        for (const reading of evaluate(profile, image)) {
          const truth = shows[metricOf(reading.point)]!(at, new Map());
          const decimals = reading.point.decimals ? image.holding.get(reading.point.decimals.register) & 0xff : 0;
          expect(reading.quality, `${reading.metric} ${reading.value}`).toBe("good");
          expect(Math.abs(reading.value! - truth), reading.metric).toBeLessThanOrEqual(
            resolution(reading.point as ModbusPoint, truth, decimals),
          );
        }
      }),
      { numRuns: 12 },
    );
  });

  test.each(
    instruments
      .filter(({ profile }) => /^(dlt645|cjt188)$/.test(profiles.get(profile)!.protocol))
      .map((instrument) => [instrument.id, instrument] as const),
  )(
    "%s says in its frames what is true, to its resolution, at any time",
    (_, { profile: id, address = "", shows: of }) => {
      const profile = profiles.get(id)!;
      if (profile.protocol !== "dlt645" && profile.protocol !== "cjt188") throw new Error("expected a meter");
      const shows = of(world);
      const instant = fc.integer({ min: fitted + day, max: fitted + 2 * 365 * day });
      fc.assert(
        fc.property(instant, (at) => {
          const meter = createMeter({ profile, address, show: (metric) => shows[metric]!(at, new Map()) });
          const { protocol } = profile;
          const type = protocol === "cjt188" ? Number.parseInt(profile.meter_type, 16) : 0;
          const control = protocol === "cjt188" ? 0x01 : 0x11;
          const frames = [...new Set(profile.points.map(({ at }) => at.di))].map((di) => {
            const data = Uint8Array.of(...lowFirst(di), ...(protocol === "cjt188" ? [7] : []));
            return Buffer.from(meter.answer({ protocol, address, type, control, data })!).toString("hex");
          });
          for (const reading of evaluate(profile, parseFrames(frames.join(" "), protocol))) {
            const { at: place, scale } = reading.point as Dlt645Point;
            const truth = shows[reading.metric]!(at, new Map());
            const step = Math.abs(scale) / 10 ** (place.format?.split(".")[1]?.length ?? 0);
            expect(reading.quality, `${reading.metric} ${reading.value}`).toBe("good");
            expect(Math.abs(reading.value! - truth), reading.metric).toBeLessThanOrEqual((step / 2) * 1.000001);
          }
        }),
        { numRuns: 12 },
      );
    },
  );

  test.each(
    instruments
      .filter(({ profile }) => ["sdi12", "frame", "nmea", "vaisala", "line"].includes(profiles.get(profile)!.protocol))
      .map((instrument) => [instrument.id, instrument] as const),
  )("%s says on its line what is true, to its resolution, at any time", (_, { profile: id, address, shows: of }) => {
    const profile = profiles.get(id)!;
    const shows = of(world);
    fc.assert(
      fc.property(fc.integer({ min: fitted + day, max: fitted + 2 * 365 * day }), (at) => {
        let now = 0;
        const show = (metric: string) => shows[metric]!(at, new Map());
        const speaker = createSpeaker({ name: id, profile, address, show, monotonic: () => now })!;
        const ask = (text: string) => {
          const hearing = speaker.hear!(Buffer.from(text, "latin1"));
          now += 5000;
          return hearing === "more" || !hearing.reply ? "" : `${text} ${Buffer.from(hearing.reply).toString("latin1")}`;
        };
        const { step, content } = heardFrom(profile, address, speaker, ask);
        for (const reading of evaluate(profile, content)) {
          const truth = show(reading.metric);
          expect(reading.quality, `${reading.metric} ${reading.value}`).toBe("good");
          const most = step * Math.abs(reading.point.scale) * 1.000001 + Math.abs(truth) * 1e-9;
          expect(Math.abs(reading.value! - truth), reading.metric).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 12 },
    );
  });

  test("answers on every bus, and says on which ports", async () => {
    const stop = new AbortController();
    const options = {
      seed: 1,
      time: { speed: 1, since: 0, from: 0 },
      host: "127.0.0.1",
      portBase: 0,
      controlPort: 0,
      timing: "none",
    } as const;
    const clock = virtualClock(fitted + 300 * day);
    const running = await runCity({ ...options, districts: city, profiles, clock, log: () => {} }, stop.signal);
    const plans = running.districts;
    expect(plans.map(({ buses }) => buses.map(({ name }) => name))).toEqual(
      cityPlan({ host: "127.0.0.1", portBase: 0 }).map(({ buses }) => buses.map(({ name }) => name)),
    );
    const station = plans[0]!.buses.find(({ name }) => name === "yinjiang-station")!;
    const socket = await openSocket(station.port);
    socket.send("00 01 00 00 00 06 01 03 10 84 00 01");
    expect(await socket.receive(11)).toBe("00 01 00 00 00 05 01 03 02 00 02");
    stop.abort();
    expect(await socket.ended).toMatch(/end|ECONNRESET/);
  });
});

/** What an instrument on a line says when it is asked for all that its profile knows, and half of its last digit. */
function heardFrom(
  profile: Profile,
  address: string | undefined,
  { hear, speak }: Speaker,
  ask: (text: string) => string,
): { readonly step: number; readonly content: Content } {
  if (profile.protocol === "sdi12") {
    const commands = Object.entries(profile.commands).map(
      ([name, { crc }]) => `${name[0]}${crc ? "C" : ""}${name.slice(1)}`,
    );
    const said = commands.flatMap((name) => [name, "D0", "D1"].map((body) => ask(`${address}${body}!`)));
    return { step: 0.0005, content: parseDialogue(said.join(" ")) };
  }
  if (isText(profile)) return textFrom(profile, address, speak, ask);
  if (profile.protocol !== "frame") throw new Error("expected a sensor or frames");
  const asked = profile.request && hear!(Buffer.from(profile.request.replaceAll(" ", ""), "hex"));
  const frame = speak ? speak.say() : asked && asked !== "more" ? asked.reply! : new Uint8Array();
  return { step: 0.5, content: parseBinaryFrame(Buffer.from(frame).toString("hex"), profile) };
}

/** Lines carry at least one decimal, air pressure in hPa; directions and totals of volume are whole. */
function textFrom(
  profile: TextProfile,
  address = "",
  speak: Speaker["speak"],
  ask: (text: string) => string,
): { readonly step: number; readonly content: Content } {
  const requests =
    profile.protocol === "line"
      ? Object.values(profile.messages).map(({ send = "" }) => unescapeText(send).replaceAll("{address}", address))
      : profile.protocol === "vaisala" && profile.checksum === "crc"
        ? ["0r1Goe\r\n", "0r2Gje\r\n", "0r3Kid\r\n", "0r5Kcd\r\n"] // as the user guide prints them
        : ["R1", "R2", "R3", "R5"].map((message) => `${address}${message}\r\n`);
  const said = speak
    ? Buffer.from(speak.say()).toString("latin1")
    : requests.map((each) => ask(each.trimStart() || each)).join("\n");
  return { step: 1, content: parseTextLines(said.replaceAll("\\", "\\\\"), profile) };
}

describe("a lamp that is told what to do", () => {
  test("burns by day when its relay is closed, and draws what its dim level asks for", () => {
    const noon = Date.parse("2026-06-21T12:00:00+08:00");
    const shows = instruments.find(({ id }) => id === "lamp-east-gate-1")!.shows(world);
    const power = (settings: Record<string, number>) => shows.active_power!(noon, new Map(Object.entries(settings)));
    expect(power({})).toBeLessThan(2);
    expect(power({ relay_state: 1, lamp_dim_level: 100 })).toBeGreaterThan(115);
    const [half, full] = [50, 100].map((dim) => power({ relay_state: 1, lamp_dim_level: dim }) - 1.2);
    expect(half! / full!).toBeCloseTo(0.5, 6);
  });
});
