import type { Fault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { z } from "zod";
import { type Content, evaluate, whyText } from "./evaluate.ts";
import { type BytesProtocol, contentOf, type Speech } from "./example.ts";
import { metricOf } from "./metric.ts";
import { firmataExample } from "./schema/firmata.ts";
import { frameProfile } from "./schema/frame.ts";
import { meterExample } from "./schema/meter.ts";
import { modbusExample } from "./schema/modbus.ts";
import { opcuaExample } from "./schema/opcua.ts";
import { sdi12Example } from "./schema/sdi12.ts";
import { textExample } from "./schema/text.ts";
import { type ProfileExample, profile as profileSchema } from "./schema.ts";
import { isTextProtocol } from "./text/text-lines.ts";
import { zeroBased } from "./zero-based.ts";

const exampleSchema = z.union([modbusExample, meterExample, sdi12Example, textExample, firmataExample, opcuaExample]);

type Fail = (path: Fault["path"], message: string) => void;

/** Runs every example of a profile that the schema accepts; of one that it refuses, checks the names and the bytes' text. */
export function checkExamples(input: object, fail: Fail): void {
  const fields = input as { protocol?: unknown; answer?: unknown; points?: unknown; examples?: unknown };
  const metrics = metricsOf(fields.points);
  const parsed = profileSchema.safeParse(input);
  const speech = parsed.success ? { ...parsed.data, id: "" } : speechOf(fields);
  const covered = new Set<string>();
  (Array.isArray(fields.examples) ? fields.examples : []).forEach((given: unknown, i) => {
    const result = exampleSchema.safeParse(given);
    if (!result.success) return;
    const here: Fail = (path, message) => fail(["examples", i, ...path], message);
    for (const [metric, value] of Object.entries(result.data.samples)) {
      if (!metrics.includes(metric)) here(["samples", metric], `no point has this metric; ${suggest(metric, metrics)}`);
      if (value !== null) covered.add(metric);
    }
    if ("uncertain" in result.data)
      for (const metric of result.data.uncertain ?? [])
        if (!(metric in result.data.samples))
          here(["uncertain"], `${metric} is not among the samples; add its value there`);
    const content = speech && readContent(result.data, speech, here);
    if (content && parsed.success) {
      const readings = evaluate(zeroBased({ ...parsed.data, id: "" }), content);
      for (const [metric, expected] of Object.entries(result.data.samples)) {
        const reading = readings.find((candidate) => candidate.metric === metric);
        if (reading && !same(reading.value, expected))
          here(
            ["samples", metric],
            `${expected} is expected, the ${bytesOf(result.data)} give ${told(reading)}; mend the bytes or the point`,
          );
        if (reading && "values" in result.data) {
          const said = (result.data.uncertain ?? []).includes(metric);
          if (said !== (reading.quality === "uncertain"))
            here(
              ["samples", metric],
              `its value is ${reading.quality}; ${said ? "take it out of" : "name it in"} uncertain`,
            );
        }
        if (reading?.missing && expected === null)
          here(["samples", metric], `the example gives no ${reading.missing}; add its bytes`);
      }
    }
  });
  metrics.forEach((metric, i) => {
    if (!covered.has(metric))
      fail(["points", i], `no example shows a value of ${metric}; add it to the samples of one`);
  });
}

/** undefined while it is not known what frames or lines look like. */
function speechOf({ protocol, answer }: { protocol?: unknown; answer?: unknown }): Speech | undefined {
  if (isTextProtocol(protocol)) return undefined;
  if (protocol !== "frame") return { protocol: protocol as BytesProtocol };
  const parsed = frameProfile.shape.answer.safeParse(answer);
  return parsed.success ? { protocol, answer: parsed.data } : undefined;
}

function readContent(example: ProfileExample, speech: Speech, fail: Fail): Content | undefined {
  try {
    return contentOf(speech, example);
  } catch (error) {
    fail([bytesOf(example)], (error as RangeError).message);
    return undefined;
  }
}

function bytesOf(example: ProfileExample): "registers" | "dialogue" | "frames" | "lines" | "messages" | "values" {
  if ("registers" in example) return "registers";
  if ("messages" in example) return "messages";
  if ("lines" in example) return "lines";
  if ("values" in example) return "values";
  return "dialogue" in example ? "dialogue" : "frames";
}

function metricsOf(points: unknown): string[] {
  if (!Array.isArray(points)) return [];
  return points.map((point: { quantity?: unknown; channel?: unknown } | null) =>
    metricOf({
      quantity: String(point?.quantity),
      ...(typeof point?.channel === "string" ? { channel: point.channel } : {}),
    }),
  );
}

function same(found: number | null, expected: number | null): boolean {
  if (found === null || expected === null) return found === expected;
  return Math.abs(found - expected) <= Math.abs(expected) * 1e-9;
}

function told(reading: ReturnType<typeof evaluate>[number]): string {
  if (reading.missing) return `nothing (no ${reading.missing})`;
  return reading.value === null ? `nothing (${reading.why ? whyText[reading.why] : ""})` : String(reading.value);
}
