/** A text in both languages of the people who read it. */
export type Both = { readonly en: string; readonly zh: string };

/** What a notification says about one alert. */
export type Notice = {
  /** The alert's identity: the rule and its labels. */
  readonly fingerprint: string;
  readonly status: "firing" | "resolved";
  /** Epoch ms. */
  readonly startedAt: number;
  /** Epoch ms; only of a resolved one. */
  readonly endedAt?: number;
  readonly rule: string;
  /** "" where the alert names none. */
  readonly site: string;
  readonly device: string;
  readonly domain: string;
  readonly severity: string;
  readonly title: Both;
  readonly text: Both;
  /** What the rule measured, by its query letter. */
  readonly values: Readonly<Record<string, number>>;
  /** http(s) only. */
  readonly links: Readonly<Partial<Record<"dashboard" | "panel" | "rule" | "silence" | "runbook", string>>>;
};

/** States of ISA-18.2-2016: active or returned to normal (RTN), each acknowledged or not; `normal` is over and acknowledged. */
export type AlarmState = "unack_active" | "ack_active" | "rtn_unack" | "normal";

/** One occurrence of an alert, from its beginning to its end. */
export type Alarm = Omit<Notice, "status"> & {
  readonly id: number;
  readonly state: AlarmState;
  /** When the last notification about it came, epoch ms. */
  readonly heardAt: number;
  readonly acknowledged?: { readonly by: string; readonly at: number; readonly comment: string };
};

export type AlarmFilter = {
  readonly site?: string;
  readonly device?: string;
  readonly domain?: string;
  readonly severity?: string;
};

/** The list of alarms as people use it. Survives a restart of the cloud. */
export type Alarms = {
  /** Whatever needs a person: active, or over and not acknowledged; active first, then the newest first. At most 1000. */
  open(filter?: AlarmFilter): readonly Alarm[];
  /** Occurrences that touch the range [from, to) in epoch ms, the newest first. */
  history(
    query: AlarmFilter & { readonly from: number; readonly to: number; readonly limit: number },
  ): readonly Alarm[];
  /** The alarm as it is then; undefined when there is none of this id. One that is acknowledged already stays as it is. */
  acknowledge(id: number, who: { readonly by: string; readonly comment: string }): Alarm | undefined;
};
