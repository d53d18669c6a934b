import { useEffect, useState } from "preact/hooks";
import type { Alarm } from "../../api/answers.ts";
import { askAlarmHistory } from "../ask.ts";
import { useAlarms, useLanguage } from "../context.ts";
import { isActive, orderAlarms } from "../model/alarm.ts";
import { AlarmRow } from "../parts/alarm.tsx";
import { Empty, Failure } from "../parts/notice.tsx";

const ranges = { "24h": "-24h", "7d": "-7d", "30d": "-30d" } as const;
type Range = keyof typeof ranges;

/** Alarms that need a person, and those of the past. */
export function AlarmsPage() {
  const open = useAlarms();
  const { say } = useLanguage();
  /** What has just been acknowledged here; the list follows within seconds. */
  const [changed, setChanged] = useState<ReadonlyMap<number, Alarm>>(new Map());
  if (!open) return <p class="loading">{say("loading")}</p>;
  const alarms = orderAlarms(
    open.alarms.map((alarm) => changed.get(alarm.id) ?? alarm).filter(({ state }) => state !== "normal"),
  );
  const onChange = (alarm: Alarm) => setChanged(new Map([...changed, [alarm.id, alarm]]));
  return (
    <>
      <header class="title">
        <h1>{say("alarms")}</h1>
        <p>{say("alarmsActive", { n: alarms.filter(isActive).length })}</p>
      </header>
      {open.why !== "" && <Failure why={open.why} />}
      {alarms.length === 0 ? (
        <Empty title={say("alarmsNone")} checks={[say("alarmsNoneWebhook"), say("alarmsNoneRules")]} />
      ) : (
        <ul class="alarms">
          {alarms.map((alarm) => (
            <AlarmRow key={alarm.id} alarm={alarm} onChange={onChange} />
          ))}
        </ul>
      )}
      <Past seenAt={open.at} />
    </>
  );
}

function Past({ seenAt }: { readonly seenAt: number }) {
  const { say } = useLanguage();
  const [range, setRange] = useState<Range>("7d");
  const [past, setPast] = useState<Awaited<ReturnType<typeof askAlarmHistory>>>();
  const [why, setWhy] = useState("");
  const minute = Math.floor(seenAt / 60_000);
  useEffect(() => {
    let gone = false;
    askAlarmHistory(ranges[range]).then(
      (answer) => {
        if (!gone) setPast(answer);
        setWhy("");
      },
      (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      gone = true;
    };
  }, [range, minute]);
  const over = past?.alarms.filter((alarm) => !isActive(alarm) && alarm.state === "normal") ?? [];
  return (
    <section class="past-alarms">
      <header>
        <h2>{say("alarmsPast")}</h2>
        {(Object.keys(ranges) as Range[]).map((each) => (
          <button
            key={each}
            type="button"
            class={`toggle ${each === range ? "is-on" : ""}`}
            aria-pressed={each === range}
            onClick={() => setRange(each)}
          >
            {say(`range${each}`)}
          </button>
        ))}
      </header>
      {why !== "" && <Failure why={why} />}
      {past !== undefined && over.length === 0 && <p class="none">{say("alarmsPastNone")}</p>}
      <ul class="alarms">
        {over.map((alarm) => (
          <AlarmRow key={alarm.id} alarm={alarm} onChange={() => {}} />
        ))}
      </ul>
      {past?.more && <p class="none">{say("alarmsMore")}</p>}
    </section>
  );
}
