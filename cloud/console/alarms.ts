import type { Alarm } from "../api/answers.ts";
import { askAlarms } from "./ask.ts";
import { after } from "./clock.ts";

/** The open alarms as of `at`; `why` says what went wrong when they were last asked for, "" when nothing did. */
export type OpenAlarms = { readonly at: number; readonly alarms: readonly Alarm[]; readonly why: string };

const everyMs = 5000;

/** Asks for the open alarms every five seconds. Returns a function that stops it. */
export function followAlarms(listener: (update: (before: OpenAlarms | undefined) => OpenAlarms) => void): () => void {
  let cancel = () => {};
  let gone = false;
  const load = async () => {
    const told = await askAlarms().then(
      (answer) => () => ({ ...answer, why: "" }),
      (error: unknown) => (before: OpenAlarms | undefined) => ({
        ...(before ?? { at: 0, alarms: [] }),
        why: error instanceof Error ? error.message : String(error),
      }),
    );
    if (gone) return;
    listener(told);
    cancel = after(everyMs, () => void load());
  };
  void load();
  return () => {
    gone = true;
    cancel();
  };
}
