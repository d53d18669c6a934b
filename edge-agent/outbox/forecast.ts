/** When the outbox will be full, should nothing leave it any more. */
export type Forecast = { readonly bytesPerHour: number; readonly fullAt: number };

export type Filling = {
  /** Epoch ms. */
  readonly now: number;
  /** When the oldest record that waits was appended; undefined when none does. */
  readonly oldestAt: number | undefined;
  readonly bytes: number;
  /** Of the last `rateWindowMs`. */
  readonly recentBytes: number;
  readonly limitBytes: number;
  /** What the file system still gives. */
  readonly freeBytes: number;
};

export const rateWindowMs = 3_600_000;
/** Records that wait so long are no longer on their way: they pile up. */
const pilesUpAfterMs = 300_000;

/** From the pace at which records of the last hour pile up. undefined when nothing piles up, so that there is nothing to foretell. */
export function forecastOf(filling: Filling): Forecast | undefined {
  const { now, oldestAt, bytes, recentBytes, limitBytes, freeBytes } = filling;
  if (oldestAt === undefined || now - oldestAt < pilesUpAfterMs || recentBytes === 0) return undefined;
  const bytesPerHour = (recentBytes / Math.min(rateWindowMs, now - oldestAt)) * 3_600_000;
  const room = Math.max(0, Math.min(limitBytes - bytes, freeBytes));
  return { bytesPerHour, fullAt: now + (room / bytesPerHour) * 3_600_000 };
}
