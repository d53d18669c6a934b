/** One metric of the cloud with all its series. */
export type Metric = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly series: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
};

/** Prometheus text exposition format 0.0.4. A metric without series is left out: a number that is not known is not a zero. */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ series }) => series.length > 0)
    .flatMap(({ name, help, type, series }) => [
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${name} ${type}`,
      ...series.map(({ labels = {}, value }) => `${name}${formatLabels(labels)} ${formatValue(value)}`),
    ])
    .concat("")
    .join("\n");
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([key, text]) => `${key}="${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function formatValue(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
