import type { Evaluator, FileRule, Reducer, Step, Threshold } from "./file.ts";
import { calculate } from "./maths.ts";

export type Labels = Readonly<Record<string, string>>;
export type Series = {
  readonly labels: Labels;
  readonly values: readonly (readonly [at: number, value: number | null])[];
};
/** Answers an InfluxQL query. */
export type AskStore = (query: string) => Promise<readonly Series[]>;

export type State = "Normal" | "Pending" | "Alerting" | "NoData" | "Error";
export type Instance = {
  readonly labels: Labels;
  readonly state: State;
  readonly values: Readonly<Record<string, number>>;
};

type Held = { since: number | undefined; missing: number; labels: Labels };

/**
 * A rule as Grafana's scheduler holds it from one evaluation to the next: query, reduce, maths, threshold with hysteresis, for. Used to
 * prove rules against a real store where no Grafana runs; what it leaves out (keepFiringFor, grouping) does not decide whether a rule fires.
 */
export function openRule(rule: FileRule, ask: AskStore): { evaluate(at: number): Promise<readonly Instance[]> } {
  const held = new Map<string, Held>();
  const forMs = msOf(rule.for);

  return {
    async evaluate(at) {
      const numbers = new Map<string, Map<string, number>>();
      const series = new Map<string, readonly Series[]>();
      const labels = new Map<string, Labels>();
      for (const step of rule.data) {
        const { model, refId } = step;
        if ("query" in model) {
          const answer = await ask(resolve(step, at));
          const keys = answer.map((one) => keyOf(one.labels));
          if (new Set(keys).size < keys.length) return [{ labels: {}, state: "Error", values: {} }]; // "frame cannot uniquely be identified by its labels"
          for (const [n, one] of answer.entries()) labels.set(keys[n]!, one.labels);
          series.set(refId, answer);
        } else if (model.type === "reduce")
          numbers.set(
            refId,
            new Map(
              (series.get(model.expression) ?? []).map((one) => [keyOf(one.labels), reduced(one, model.reducer)]),
            ),
          );
        else if (model.type === "math") numbers.set(refId, joined(model.expression, numbers));
        else
          numbers.set(
            refId,
            new Map(
              [...(numbers.get(model.expression) ?? [])].map(([key, value]) => [
                key,
                Number(over(model, value, held.get(key)?.since !== undefined)),
              ]),
            ),
          );
      }
      const decided = numbers.get(rule.condition) ?? new Map<string, number>();
      forget(decided);
      if (decided.size === 0) return nothing(at);
      held.delete(none);
      return [...decided].map(([key, firing]) => {
        const values = Object.fromEntries(
          [...numbers].flatMap(([refId, of]) => (of.has(key) ? [[refId, of.get(key)!]] : [])),
        );
        return { labels: labels.get(key)!, state: stateOf(key, labels.get(key)!, firing !== 0, at), values };
      });
    },
  };

  function stateOf(key: string, labels: Labels, firing: boolean, at: number): State {
    if (!firing) {
      held.delete(key);
      return "Normal";
    }
    const before = held.get(key)?.since ?? at;
    held.set(key, { since: before, missing: 0, labels });
    return at - before >= forMs ? "Alerting" : "Pending";
  }

  /** An instance whose series is gone is let go after two evaluations. */
  function forget(decided: ReadonlyMap<string, number>): void {
    for (const [key, one] of held) if (key !== none && !decided.has(key) && ++one.missing >= 2) held.delete(key);
  }

  function nothing(at: number): readonly Instance[] {
    if (rule.noDataState === "Alerting") return [{ labels: {}, state: stateOf(none, {}, true, at), values: {} }];
    return rule.noDataState === "OK" ? [] : [{ labels: {}, state: "NoData", values: {} }];
  }
}

const none = "no data";

/** What Grafana puts in place of its two macros. Exported for tests of the text. */
export function resolve({ model, relativeTimeRange }: Step, at: number): string {
  if (!("query" in model)) throw new RangeError(`step ${model.refId} is no query`);
  const [from, to] = [at - relativeTimeRange.from * 1000, at - relativeTimeRange.to * 1000];
  return model.query
    .replaceAll("$timeFilter", `time >= ${from}ms and time <= ${to}ms`)
    .replaceAll("$__interval", `${model.intervalMs / 1000}s`);
}

function reduced({ values }: Series, reducer: Reducer): number {
  const numbers = values
    .map(([, value]) => value)
    .filter((value): value is number => value !== null && Number.isFinite(value));
  const sum = () => numbers.reduce((total, value) => total + value, 0);
  switch (reducer) {
    case "count":
      return numbers.length;
    case "sum":
      return sum();
    case "last":
      return numbers.at(-1) ?? Number.NaN;
    case "mean":
      return numbers.length === 0 ? Number.NaN : sum() / numbers.length;
    case "min":
      return numbers.length === 0 ? Number.NaN : Math.min(...numbers);
    case "max":
      return numbers.length === 0 ? Number.NaN : Math.max(...numbers);
  }
}

/** Only label sets that every side has are calculated; the others are dropped. */
function joined(expression: string, numbers: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, number> {
  const names = [...expression.matchAll(/\$([A-Z]\w*)/g)].map((match) => match[1]!);
  const sides = names.map((name) => numbers.get(name) ?? new Map<string, number>());
  const keys = [...(sides[0]?.keys() ?? [])].filter((key) => sides.every((side) => side.has(key)));
  return new Map(
    keys.map((key) => [
      key,
      calculate(expression, Object.fromEntries(names.map((name, n) => [name, sides[n]!.get(key)!]))),
    ]),
  );
}

/** What was beyond stays so until the unload condition holds. */
function over({ conditions: [{ evaluator, unloadEvaluator }] }: Threshold, value: number, before: boolean): boolean {
  if (before && unloadEvaluator) return !holds(unloadEvaluator, value);
  return holds(evaluator, value);
}

function holds({ type, params: [a = Number.NaN, b = Number.NaN] }: Evaluator, value: number): boolean {
  switch (type) {
    case "gt":
      return value > a;
    case "lt":
      return value < a;
    case "within_range":
      return value > a && value < b;
    case "outside_range":
      return value < a || value > b;
  }
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort());
}

/** `0s`, `5m`, `1h` → ms. */
export function msOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
  return Number(duration.slice(0, -1)) * units[duration.slice(-1)]!;
}
