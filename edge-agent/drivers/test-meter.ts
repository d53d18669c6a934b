import type { Cjt188Profile, Dlt645Profile } from "@weir/device-profiles/schema.ts";
import { profile as schema } from "@weir/device-profiles/schema.ts";

/**
 * For tests: meters written apart from the drivers (frames built and taken apart on hex text), so that a shared mistake cannot
 * hide. Identifiers that are not in `data` do not exist.
 */
export type TestMeter = {
  readonly address: string;
  /** Identifier → the bytes behind it, hex. */
  readonly data: Map<string, string>;
  /** Identifiers asked, in order. */
  readonly asked: string[];
  /** Identifiers that it does not answer at all. */
  readonly silentAbout: Set<string>;
};

export function createTestMeter(address: string, data: Readonly<Record<string, string>>): TestMeter {
  return { address, data: new Map(Object.entries(data)), asked: [], silentAbout: new Set() };
}

/** The answer of a DL/T 645 meter to bytes on its line, if they are a request for it. */
export function answerDlt645(meter: TestMeter, bytes: Uint8Array): Buffer | undefined {
  const frame = soundFrame(bytes);
  if (frame?.slice(14, 16) !== "68" || !isFor(meter, turned(frame.slice(2, 14)))) return undefined;
  const [control, length] = [frame.slice(16, 18), Number.parseInt(frame.slice(18, 20), 16)];
  const data = shifted(frame.slice(20, 20 + 2 * length), -0x33);
  if (control === "13") return wrapped(meter, 0x93, turned(meter.address));
  if (control !== "11" && control !== "01") return undefined;
  const di = turned(data);
  meter.asked.push(di);
  if (meter.silentAbout.has(di)) return undefined;
  const value = meter.data.get(di);
  const code = Number.parseInt(control, 16);
  return value === undefined ? wrapped(meter, code | 0xc0, "02") : wrapped(meter, code | 0x80, data + value);
}

function wrapped(meter: TestMeter, code: number, content: string): Buffer {
  const body = shifted(content, 0x33);
  return sealed(`68${turned(meter.address)}68${byte(code)}${byte(body.length / 2)}${body}`);
}

/** AA stands for any two digits. */
function isFor({ address }: TestMeter, asked: string): boolean {
  return new RegExp(`^${asked.replaceAll("AA", "..")}$`).test(address);
}

/** The answer of a CJ/T 188 meter to bytes on its line, if they are a request for it. */
export function answerCjt188(meter: TestMeter, bytes: Uint8Array, type = "10"): Buffer | undefined {
  const frame = soundFrame(bytes);
  if (frame === undefined || ![type, "AA"].includes(frame.slice(2, 4))) return undefined;
  if (!isFor(meter, turned(frame.slice(4, 18)))) return undefined;
  if (frame.slice(18, 20) === "03") return sealed(`68${type}${turned(meter.address)}8303810A${frame.slice(26, 28)}`);
  if (frame.slice(18, 20) !== "01") return undefined;
  const di = turned(frame.slice(22, 26));
  const serial = frame.slice(26, 28);
  meter.asked.push(di);
  if (meter.silentAbout.has(di)) return undefined;
  const value = meter.data.get(di);
  const content = value === undefined ? `${serial}0000` : di + serial + value;
  return sealed(
    `68${type}${turned(meter.address)}${value === undefined ? "C1" : "81"}${byte(content.length / 2)}${content}`,
  );
}

function soundFrame(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes)
    .toString("hex")
    .toUpperCase()
    .replace(/^(FE)+/, "");
  return sealed(text.slice(0, -4)).toString("hex").toUpperCase() === text ? text : undefined;
}

function sealed(text: string): Buffer {
  const body = Buffer.from(text, "hex");
  return Buffer.concat([body, Buffer.from([body.reduce((sum, each) => sum + each, 0) % 256, 0x16])]);
}

function turned(text: string): string {
  return (text.match(/../g) ?? []).reverse().join("");
}

function shifted(text: string, by: number): string {
  return (text.match(/../g) ?? []).map((pair) => byte((Number.parseInt(pair, 16) + by + 256) % 256)).join("");
}

function byte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0");
}

type Input = Readonly<Record<string, unknown>>;

/** For tests: a meter's profile with these points. */
export function meterProfile(protocol: "dlt645", points: readonly Input[], rest?: Input): Dlt645Profile;
export function meterProfile(protocol: "cjt188", points: readonly Input[], rest?: Input): Cjt188Profile;
export function meterProfile(
  protocol: "dlt645" | "cjt188",
  points: readonly Input[],
  rest: Input = {},
): Dlt645Profile | Cjt188Profile {
  const parsed = schema.parse({
    model: "M-1",
    vendor: "Test",
    names: { en: "test meter", zh: "测试表" },
    domain: "light",
    kind: "meter",
    source: "made up for tests",
    protocol,
    ...(protocol === "cjt188" && { meter_type: "10" }),
    points,
    examples: [{ note: "none", frames: "", samples: {} }],
    ...rest,
  });
  if (parsed.protocol !== "dlt645" && parsed.protocol !== "cjt188") throw new Error("expected a meter");
  return { ...parsed, id: "light/meter" };
}
