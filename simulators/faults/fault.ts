import { z } from "zod";

const timing = {
  for: z.number().positive().optional().describe("Seconds after which it ends by itself; without it, until cleared."),
  probability: z.number().gt(0).max(1).default(1).describe("Share of the replies that it hits."),
};
const metric = z.string().min(1).describe("Metric of the instrument: ph, voltage/l1.");
const ms = (most: number, usual: number) => z.number().int().min(1).max(most).default(usual);

const statuses = [
  "BadSensorFailure",
  "BadNoCommunication",
  "BadDeviceFailure",
  "BadOutOfService",
  "BadNotConnected",
  "BadWaitingForInitialData",
  "UncertainLastUsableValue",
  "UncertainSensorNotAccurate",
  "UncertainEngineeringUnitsExceeded",
  "UncertainSubNormal",
] as const;
const whileOn = { for: timing.for };

const exceptions = [1, 2, 3, 4, 5, 6, 8, 10, 11] as const;

const kinds = {
  silence: z.strictObject({ fault: z.literal("silence"), ...timing }).describe("No reply at all."),
  slow: z
    .strictObject({
      fault: z.literal("slow"),
      ms: ms(60_000, 800).describe("Extra ms of thinking; the line waits."),
      ...timing,
    })
    .describe("Replies late, and the bus is busy meanwhile."),
  late: z
    .strictObject({ fault: z.literal("late"), ms: ms(60_000, 3000).describe("ms after which it arrives."), ...timing })
    .describe("The reply arrives when nobody waits for it, among the replies to later requests."),
  exception: z
    .strictObject({
      fault: z.literal("exception"),
      code: z.literal(exceptions).default(2),
      registers: z
        .string()
        .regex(/^\d+(-\d+)?$/, "write registers as sent on the wire, from 0: 40 or 40-43")
        .optional()
        .describe("Only requests that touch these: 40 or 40-43."),
      ...timing,
    })
    .describe("Answers with a Modbus exception (code 2 unless given)."),
  crc: z
    .strictObject({ fault: z.literal("crc"), ...timing })
    .describe("Garbage on the line: the CRC or the checksum of the reply is wrong."),
  echo: z
    .strictObject({ fault: z.literal("echo"), ...timing })
    .describe("The adapter sends back what was sent to it, before the reply."),
  trickle: z
    .strictObject({ fault: z.literal("trickle"), ms: ms(1000, 20).describe("ms between two bytes."), ...timing })
    .describe("The bytes of the reply come one by one."),
  truncate: z
    .strictObject({
      fault: z.literal("truncate"),
      bytes: z.number().int().min(1).max(250).optional().describe("Bytes that are cut off; half of them unless given."),
      ...timing,
    })
    .describe("The end of the reply is missing."),
  garbage: z
    .strictObject({
      fault: z.literal("garbage"),
      bytes: z.number().int().min(1).max(250).default(8).describe("How many; 8 unless given."),
      ...timing,
    })
    .describe("Bytes that mean nothing come before the reply."),
  reset: z
    .strictObject({ fault: z.literal("reset"), ...timing })
    .describe("The connection is reset instead of a reply."),
  restart: z
    .strictObject({ fault: z.literal("restart"), ...timing })
    .describe(
      "A board restarts once: a Firmata board's pins lose their modes, outputs go low; a node counts its uptime anew.",
    ),
  "chip-gone": z
    .strictObject({ fault: z.literal("chip-gone"), ...timing })
    .describe("A chip on a Firmata board's I2C bus does not answer; the board then sends what it read last."),
  sketch: z
    .strictObject({
      fault: z.literal("sketch"),
      name: z.string().min(1).max(60).default("Blink").describe("Its name; Blink unless given."),
      ...timing,
    })
    .describe("A Firmata board says that another sketch runs on it."),
  stuck: z
    .strictObject({ fault: z.literal("stuck"), metric: metric.optional(), ...timing })
    .describe("Values stand still: one metric, or all."),
  drift: z
    .strictObject({
      fault: z.literal("drift"),
      metric,
      per_hour: z.number().describe("Change per hour of the world, in the metric's unit."),
      ...timing,
    })
    .describe("A value creeps away from the truth."),
  spike: z
    .strictObject({
      fault: z.literal("spike"),
      metric,
      by: z.number().describe("Height, in the metric's unit."),
      ...timing,
      probability: timing.probability.default(0.1),
    })
    .describe("A value jumps now and then (one reading in ten unless probability says otherwise)."),
  status: z
    .strictObject({
      fault: z.literal("status"),
      metric: metric.optional(),
      status: z.enum(statuses).default("BadSensorFailure").describe("Name of the status code."),
      ...timing,
    })
    .describe(
      "OPC UA: values come with a status that is not good: one metric, or all (BadSensorFailure unless given).",
    ),
  "frozen-time": z
    .strictObject({ fault: z.literal("frozen-time"), ...timing })
    .describe("OPC UA: source timestamps stand still while values go on."),
  "silent-subscription": z
    .strictObject({ fault: z.literal("silent-subscription"), ...whileOn })
    .describe(
      "OPC UA: no publish response leaves any more, keep-alives neither; the session stays, and reads are answered.",
    ),
  "server-restart": z
    .strictObject({
      fault: z.literal("server-restart"),
      for: z.number().positive().default(2).describe("Seconds it is down."),
    })
    .describe("OPC UA: the server goes down at once, and comes up anew when this ends (2 s unless given)."),
  "expired-certificate": z
    .strictObject({ fault: z.literal("expired-certificate"), ...whileOn })
    .describe("OPC UA: the server starts anew with a certificate whose time is over."),
  reindex: z
    .strictObject({ fault: z.literal("reindex"), ...whileOn })
    .describe("OPC UA: the server starts anew with one namespace more before its own, so that their indexes change."),
};

export type FaultKind = keyof typeof kinds;
export const faultKinds = Object.keys(kinds) as readonly FaultKind[];

/** A fault as it is asked for, from the command line or over HTTP. */
export const fault = z.discriminatedUnion("fault", [
  kinds.silence,
  kinds.slow,
  kinds.late,
  kinds.exception,
  kinds.crc,
  kinds.echo,
  kinds.trickle,
  kinds.truncate,
  kinds.garbage,
  kinds.reset,
  kinds.restart,
  kinds["chip-gone"],
  kinds.sketch,
  kinds.stuck,
  kinds.drift,
  kinds.spike,
  kinds.status,
  kinds["frozen-time"],
  kinds["silent-subscription"],
  kinds["server-restart"],
  kinds["expired-certificate"],
  kinds.reindex,
]);
export type Fault = z.output<typeof fault>;

/** One line a fault: its name, its options and what it does. For --help and GET /faults/kinds. */
export function describeFaults(): readonly {
  readonly fault: FaultKind;
  readonly options: readonly string[];
  readonly what: string;
}[] {
  return faultKinds.map((name) => ({
    fault: name,
    options: Object.keys(kinds[name].shape).filter((option) => option !== "fault"),
    what: kinds[name].description ?? "",
  }));
}

/** A request for a fault → the fault, or everything that is wrong with it, `path: what is wrong, what would be right`. */
export function parseFault(input: unknown): { readonly fault: Fault } | { readonly errors: readonly string[] } {
  const parsed = fault.safeParse(input);
  if (parsed.success) return { fault: parsed.data };
  return { errors: parsed.error.issues.map((issue) => explain(issue, input)) };
}

function explain(issue: z.core.$ZodIssue, input: unknown): string {
  const path = issue.path.join(".");
  const found = (input as Readonly<Record<string, unknown>>)[path];
  if (issue.code === "invalid_union" && path === "fault")
    return `fault: there is no such fault; choose ${faultKinds.join(", ")}`;
  if (issue.code === "unrecognized_keys")
    return `${issue.keys.join(", ")}: no option of this fault; ${optionsOf(input)}`;
  if (found === undefined) return `${path}: is missing; ${optionsOf(input)}`;
  if (issue.code === "too_small")
    return `${path}: ${found} is too small; use ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
  if (issue.code === "too_big") return `${path}: ${found} is too big; use at most ${issue.maximum}`;
  if (issue.code === "invalid_type") return `${path}: ${JSON.stringify(found)} is no ${issue.expected}`;
  if (issue.code === "invalid_value")
    return `${path}: ${JSON.stringify(found)} is not known; use one of ${issue.values.join(", ")}`;
  return `${path}: ${JSON.stringify(found)}: ${issue.message}`;
}

function optionsOf(input: unknown): string {
  const name = (input as { readonly fault?: FaultKind }).fault;
  return name && name in kinds
    ? `it takes ${Object.keys(kinds[name].shape)
        .filter((key) => key !== "fault")
        .join(", ")}`
    : "";
}
