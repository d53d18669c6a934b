import type { Series } from "@weir/grafana/alerting/evaluate.ts";

type Answer = {
  readonly error?: string;
  readonly results: readonly {
    readonly error?: string;
    readonly series?: readonly {
      readonly tags: Series["labels"];
      readonly columns: readonly string[];
      readonly values: readonly (readonly (number | null)[])[];
    }[];
  }[];
};

/** Answers an InfluxQL query of one statement as Grafana takes it apart: a series for every column. Rejects with the server's own words. */
export async function askInflux(url: string, query: string, database = "weir"): Promise<readonly Series[]> {
  const answer = await fetch(`${url}/query?${new URLSearchParams({ db: database, epoch: "ms", q: query })}`);
  const { results, error } = (await answer.json()) as Answer;
  const fault = error ?? results?.[0]?.error;
  if (fault !== undefined) throw new Error(`${query}: ${fault}`);
  return (results[0]?.series ?? []).flatMap(({ tags, columns, values }) =>
    columns.slice(1).map((_, n) => ({
      labels: tags,
      values: values.map((row) => [row[0]!, row[n + 1] ?? null] as const),
    })),
  );
}
