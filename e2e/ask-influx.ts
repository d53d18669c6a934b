import type { Series } from "@weir/grafana/alerting/evaluate.ts";
import type { Database } from "@weir/grafana/check/ask.ts";

type Answer = {
  readonly error?: string;
  readonly message?: string;
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
export async function askInflux(
  { url, database = "weir", headers = {} }: Partial<Database> & Pick<Database, "url">,
  query: string,
): Promise<readonly Series[]> {
  const where = new URLSearchParams({ db: database, epoch: "ms", q: query });
  const answer = await fetch(`${url}/query?${where}`, { headers: { ...headers } });
  const { results, error, message } = (await answer.json()) as Answer;
  const fault = error ?? message ?? results?.[0]?.error;
  if (fault !== undefined) throw new Error(`${query}: ${fault}`);
  return (results[0]?.series ?? []).flatMap(({ tags, columns, values }) =>
    columns.slice(1).map((_, n) => ({
      labels: tags,
      values: values.map((row) => [row[0]!, row[n + 1] ?? null] as const),
    })),
  );
}
