/** Waits until the cloud has a value to show; resolves with the seconds since `began` (performance.now). */
export async function firstReadings(console: string, began: number): Promise<string> {
  for (;;) {
    const some = await fetch(new URL("/api/v1/latest", console), { signal: AbortSignal.timeout(1000) })
      .then(async (answer) => answer.ok && JSON.stringify(await answer.json()).includes('"metric"'))
      .catch(() => false);
    if (some) return ((performance.now() - began) / 1000).toFixed(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
