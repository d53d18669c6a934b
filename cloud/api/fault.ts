import { z } from "zod";

/** One thing that is wrong with a request: where it stands (`query.from`), what is wrong and what would be right. */
export const fault = z.strictObject({ where: z.string(), message: z.string() });
export type Fault = z.infer<typeof fault>;

/** What every failed request answers. `faults` names each thing that is wrong, all at once. */
export const failure = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string() }),
  faults: z.array(fault),
});

/** Every error code of the API, with its HTTP status. */
export const statusOf = {
  bad_request: 400,
  not_signed_in: 401,
  bad_signature: 401,
  not_allowed: 403,
  wrong_host: 403,
  not_found: 404,
  still_online: 409,
  too_large: 413,
  not_json: 415,
  too_many_streams: 503,
  store_unavailable: 503,
  not_kept: 503,
  no_answer_in_time: 504,
  internal: 500,
} as const;
export type Code = keyof typeof statusOf;

/** A refusal that the caller can act on. */
export class ApiError extends Error {
  readonly code: Code;
  readonly faults: readonly Fault[];
  constructor(code: Code, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.code = code;
    this.faults = faults;
  }
}

type Part = {
  readonly name: "path" | "query" | "body";
  readonly schema: z.ZodObject | undefined;
  readonly input: unknown;
};

/** Checks all parts of a request together. Throws one ApiError `bad_request` that lists every fault of every part. */
export function checkRequest(parts: readonly Part[]): Record<Part["name"], unknown> {
  const faults: Fault[] = [];
  const checked: Record<Part["name"], unknown> = { path: {}, query: {}, body: {} };
  for (const { name, schema = z.strictObject({}), input } of parts) {
    const result = schema.safeParse(input ?? {});
    if (result.success) checked[name] = result.data;
    else for (const issue of result.error.issues) faults.push(...faultsOf(name, schema, input, issue));
  }
  if (faults.length > 0) throw badRequest(faults);
  return checked;
}

/** The error for a request with these faults. */
export function badRequest(faults: readonly Fault[]): ApiError {
  return new ApiError("bad_request", faults.map(({ where, message }) => `${where}: ${message}`).join("; "), faults);
}

function faultsOf(name: string, schema: z.ZodObject, input: unknown, issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schema.shape);
    const right = known.length > 0 ? `known here: ${known.join(", ")}` : "none is known here";
    return issue.keys.map((key) => ({ where: `${name}.${key}`, message: `unknown; ${right}` }));
  }
  const key = issue.path[0];
  if (key === undefined) return [{ where: name, message: issue.message }];
  const given = (input as Record<PropertyKey, unknown>)[key];
  const right = (schema.shape[String(key)] as z.ZodType | undefined)?.description;
  const wrong =
    given === undefined
      ? "is required"
      : Array.isArray(given)
        ? "is given more than once"
        : `${JSON.stringify(given).slice(0, 80)}: ${issue.message}`;
  return [
    { where: `${name}.${issue.path.join(".")}`, message: right === undefined ? wrong : `${wrong}; right: ${right}` },
  ];
}
