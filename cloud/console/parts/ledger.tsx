import { sayRefusal } from "@weir/wire/refusal.ts";
import type { Gateway, LedgerEpoch } from "../../api/answers.ts";
import { useLanguage } from "../context.ts";
import { formatAge, formatTime } from "../model/age.ts";
import { deliveredShare, deliveryOf, lostOf, stretchesOf } from "../model/ledger.ts";
import { formatNumber } from "../model/number.ts";
import { Mark } from "./marks.tsx";

const markOf = {
  none: "silent",
  lost: "bad",
  stored: "live",
  until: "stale",
  underway: "uncertain",
  waiting: "bad",
} as const;

/** The ledger's answer to "is anything lost?" in one phrase. */
export function DeliveryState({
  gateway: { ledger, online, since },
  now,
}: {
  readonly gateway: Gateway;
  readonly now: number;
}) {
  const { language, say } = useLanguage();
  const delivery = deliveryOf(ledger, online);
  const missing = formatNumber(ledger?.missing ?? 0);
  const words = {
    none: "–",
    lost: say("ledgerLost", { gone: formatNumber(ledger ? lostOf(ledger) : 0) }),
    stored: say("ledgerAll"),
    until: say("ledgerUntil", { age: formatAge(now - since, language) }),
    underway: say("ledgerUnderway", { missing }),
    waiting: say("ledgerWaiting", { missing }),
  };
  return (
    <span class={`state is-${markOf[delivery]}`}>
      <Mark of={markOf[delivery]} label="" />
      {words[delivery]}
    </span>
  );
}

/** How much of what was seen is stored, as a thin bar. */
export function ShareBar({ gateway: { ledger } }: { readonly gateway: Gateway }) {
  if (ledger === null) return null;
  const share = deliveredShare(ledger);
  return (
    <span class="sharebar" role="img" aria-label={`${(share * 100).toFixed(2)} %`}>
      <i style={{ width: `${share * 100}%` }} />
    </span>
  );
}

/** The delivery ledger for people: what it means, the five figures, a picture of the record numbers, and what is missing or refused. */
export function LedgerPanel({
  gateway,
  epochs,
  now,
}: {
  readonly gateway: Gateway;
  readonly epochs: readonly LedgerEpoch[];
  readonly now: number;
}) {
  const { language, say } = useLanguage();
  const [epoch, ...earlier] = epochs;
  const ledger = epoch ?? gateway.ledger;
  const delivery = deliveryOf(ledger, gateway.online);
  if (delivery === "none" || ledger === null)
    return (
      <section class="panel">
        <h2>{say("ledger")}</h2>
        <p>{say("ledgerNone")}</p>
      </section>
    );
  const { seen, stored, rejected, duplicates, gone, missing, oldestMissingAgeMs, lastReceiptAt } = ledger;
  const highest = formatNumber(epoch?.highestSeen ?? 0);
  const oldest = formatAge(oldestMissingAgeMs, language);
  const complete =
    rejected > 0 ? say("ledgerAllButRejected", { highest, rejected }) : say("ledgerAllText", { highest });
  const story = {
    lost: ledger.gone > 0 ? say("ledgerLostText") : "",
    stored: complete,
    until: `${complete} ${say("ledgerOfflineText")}`,
    underway: say("ledgerUnderwayText", { age: oldest }),
    waiting: say("ledgerWaitingText", { age: oldest }),
  }[delivery];
  const figures = [
    ["seen", seen, epoch ? say("seenHelp", { lowest: formatNumber(epoch.lowestSeen), highest }) : ""],
    ["stored", stored, say("storedHelp")],
    ["rejected", rejected, say("rejectedHelp")],
    ["duplicates", duplicates, say("duplicatesHelp")],
    ...(gone > 0 ? ([["gone", gone, say("goneHelp")]] as const) : []),
    ["missing", missing, missing > 0 ? say("missingHelp", { age: oldest }) : say("missingHelpNone")],
  ] as const;
  return (
    <section class="panel ledger">
      <header>
        <h2>{say("ledger")}</h2>
        <small>
          {lastReceiptAt === null
            ? say("noReceipt")
            : say("lastReceipt", { age: formatAge(now - lastReceiptAt, language) })}
        </small>
      </header>
      <p class="story">
        <DeliveryState gateway={{ ...gateway, ledger }} now={now} />
        <span>{story}</span>
      </p>
      {epoch && earlier.length > 0 && <NewOutbox epoch={epoch} earlier={earlier} now={now} />}
      {ledger.restored && ledger.unbacked > 0 && (
        <p class={ledger.restored.storeKept ? "note" : "failure"}>
          {say(ledger.restored.storeKept ? "unbackedKept" : "unbackedLost", {
            unbacked: formatNumber(ledger.unbacked),
            time: formatTime(ledger.restored.at, now, language),
          })}
        </p>
      )}
      <dl>
        {figures.map(([word, count, help]) => (
          <div key={word} class={`figure of-${word} ${count === 0 ? "is-zero" : ""}`}>
            <dt>{say(word)}</dt>
            <dd>{formatNumber(count)}</dd>
            <small>{help}</small>
          </div>
        ))}
      </dl>
      {epoch && <OffsetBar epoch={epoch} />}
      {epoch && epoch.missingRanges.length > 0 && (
        <details>
          <summary>{say("missingRanges")}</summary>
          <p class="offsets">
            {epoch.missingRanges.map(([first, last], index) => (
              <span key={first}>
                <code>{first === last ? first : `${first}–${last}`}</code>
                <MissingTime times={epoch.missingTimes[index]} now={now} />
              </span>
            ))}
          </p>
        </details>
      )}
      {epoch && epoch.rejections.length > 0 && (
        <details open>
          <summary>{say("rejections")}</summary>
          <ul class="rejections">
            {epoch.rejections.map(({ offset, reason, at }) => (
              <li key={offset}>
                <code>{offset}</code> {sayRefusal(reason, language)}{" "}
                <small>{say("ago", { age: formatAge(now - at, language) })}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
      {earlier.length > 0 && (
        <details>
          <summary>{say("earlierEpochs")}</summary>
          <ul class="rejections">
            {earlier.map((each) => (
              <li key={each.epoch}>
                {say("epochText", {
                  time: formatTime(each.firstSeenAt, now, language),
                  stored: formatNumber(each.stored),
                  rejected: each.rejected,
                  carried: each.carried,
                  gone: each.gone,
                  missing: each.missing,
                })}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** A disk that was replaced, in words, and what became of the one before. */
function NewOutbox({
  epoch,
  earlier,
  now,
}: {
  readonly epoch: LedgerEpoch;
  readonly earlier: readonly LedgerEpoch[];
  readonly now: number;
}) {
  const { language, say } = useLanguage();
  const sum = (key: "missing" | "gone" | "carried") => earlier.reduce((total, each) => total + each[key], 0);
  const [missing, gone, carried] = [sum("missing"), sum("gone"), sum("carried")];
  const fate =
    missing > 0
      ? say("newOutboxMissing", { missing: formatNumber(missing) })
      : gone + carried > 0
        ? say("newOutboxEnded", { gone: formatNumber(gone), carried: formatNumber(carried) })
        : say("newOutboxAll");
  return (
    <p class={missing + gone > 0 ? "failure" : "note"}>
      {say("newOutbox", { n: epoch.outboxes, time: formatTime(epoch.firstSeenAt, now, language) })} {fate}
    </p>
  );
}

/** When what is missing was read, by the records around it. */
function MissingTime({
  times,
  now,
}: {
  readonly times: LedgerEpoch["missingTimes"][number] | undefined;
  readonly now: number;
}) {
  const { language, say } = useLanguage();
  const [from, to] = times ?? [];
  if (!from || !to) return null;
  const time = (at: number) => formatTime(at, now, language);
  return <small> {say("missingBetween", { from: time(from), to: time(to) })}</small>;
}

/** The record numbers from left to right: what is stored, missing, refused. A single number is still wide enough to be seen. */
function OffsetBar({ epoch }: { readonly epoch: LedgerEpoch }) {
  const { say } = useLanguage();
  const stretches = stretchesOf(epoch);
  const kinds = [...new Set(stretches.map(({ kind }) => kind))];
  return (
    <figure class="offsetbar">
      <div>
        {stretches.map(({ kind, first, last }) => (
          <i
            key={first}
            class={`of-${kind}`}
            style={{ flexGrow: last - first + 1 }}
            title={`${first}–${last}: ${say(kind)}`}
          />
        ))}
      </div>
      <figcaption>
        <span>{formatNumber(epoch.lowestSeen)}</span>
        <ul class="legend">
          {kinds.map((kind) => (
            <li key={kind}>
              <i class={`key of-${kind}`} />
              {say(kind)}
            </li>
          ))}
        </ul>
        <span>{formatNumber(epoch.highestSeen)}</span>
      </figcaption>
    </figure>
  );
}
