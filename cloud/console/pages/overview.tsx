import { useState } from "preact/hooks";
import { keyOf } from "../city.ts";
import { useCity, useLanguage, useNow } from "../context.ts";
import { addCounts, type Card, type Counts, cardOf, groupCards, groupOf, groups, matches } from "../model/grouping.ts";
import { formatRoute, type Route } from "../model/route.ts";
import { ActiveAlarms } from "../parts/alarm.tsx";
import { DeviceCard } from "../parts/card.tsx";
import { Mark, Sign } from "../parts/marks.tsx";
import { Empty } from "../parts/notice.tsx";

const none: Counts = { live: 0, uncertain: 0, bad: 0, stale: 0 };

/** Every device by domain and site, with how many readings are live, uncertain, bad and stale. */
export function Overview({ route }: { readonly route: Route & { page: "overview" } }) {
  const city = useCity();
  const { say } = useLanguage();
  const now = useNow();
  const [text, setText] = useState("");
  const cards: Card[] = [...city.devices.values()]
    .filter((device) => groupOf(device) !== "gateway")
    .map((device) => cardOf(device, city.readings.get(keyOf(device.site, device.device))?.values() ?? [], now));
  if (cards.length === 0)
    return city.link === "loading" ? (
      <p class="loading">{say("loading")}</p>
    ) : (
      <Empty title={say("emptyTitle")} checks={[say("emptyGateway"), say("emptyBroker"), say("emptyDevices")]} />
    );

  const ofSite = cards.filter(({ device }) => route.site === undefined || device.site === route.site);
  const shown = cards.filter((card) => matches(card, { ...route, text }));
  const sites = [...new Set(cards.map(({ device }) => device.site))].sort((a, b) =>
    a.localeCompare(b, "zh-Hans-CN", { numeric: true }),
  );
  const needing = ofSite.filter((card) =>
    matches(card, { ...(route.group ? { group: route.group } : {}), attention: true }),
  ).length;

  return (
    <>
      <ActiveAlarms />
      <nav class="domains" aria-label={say("overview")}>
        {groups.map((group) => {
          const ofGroup = ofSite.filter(({ device }) => groupOf(device) === group);
          if (group === "other" && ofGroup.length === 0) return null;
          const counts = ofGroup.reduce((sum, card) => addCounts(sum, card.counts), none);
          const chosen = route.group === group;
          const { group: _, ...rest } = route;
          return (
            <a
              key={group}
              class={`domain ${chosen ? "is-chosen" : ""}`}
              aria-current={chosen ? "true" : undefined}
              href={formatRoute(chosen ? rest : { ...route, group })}
            >
              <Sign of={group} />
              <strong>{say(`domain_${group}`)}</strong>
              <small>{ofGroup.length === 0 ? say("noDevices") : say("countDevices", { n: ofGroup.length })}</small>
              <CountBar counts={counts} />
              <CountList counts={counts} />
            </a>
          );
        })}
      </nav>

      <div class="filters">
        <select
          value={route.site ?? ""}
          aria-label={say("site")}
          onChange={({ currentTarget: { value } }) => {
            const { site: _, ...rest } = route;
            location.hash = formatRoute(value === "" ? rest : { ...rest, site: value });
          }}
        >
          <option value="">{say("allSites")}</option>
          {sites.map((site) => (
            <option key={site} value={site}>
              {site}
            </option>
          ))}
        </select>
        <button
          type="button"
          class={`toggle ${route.attention ? "is-on" : ""}`}
          aria-pressed={route.attention === true}
          onClick={() => {
            const { attention, ...rest } = route;
            location.hash = formatRoute(attention ? rest : { ...rest, attention: true });
          }}
        >
          {say("attention")} <b class={needing > 0 ? "" : "is-zero"}>{needing}</b>
        </button>
        <input
          type="search"
          value={text}
          placeholder={say("search")}
          aria-label={say("search")}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </div>

      {groupCards(shown).map(({ group, sites: ofGroup }) => (
        <section key={group} class="group">
          <h2>
            <Sign of={group} />
            {say(`domain_${group}`)}
          </h2>
          {ofGroup.map(({ site, cards: inSite }) => (
            <div key={site} class="site" style={{ "--n": inSite.length }}>
              <h3>
                {site} <small>{say("countDevices", { n: inSite.length })}</small>
              </h3>
              <div class="cards">
                {inSite.map((card) => (
                  <DeviceCard key={card.device.device} card={card} now={now} />
                ))}
              </div>
            </div>
          ))}
        </section>
      ))}
      {shown.length === 0 &&
        (route.attention && text === "" ? (
          <Empty title={say("allGood")} />
        ) : (
          <Empty title={say("nothingMatches")}>
            <button
              type="button"
              onClick={() => {
                setText("");
                location.hash = "#/";
              }}
            >
              {say("clearFilters")}
            </button>
          </Empty>
        ))}
    </>
  );
}

const order = ["live", "uncertain", "bad", "stale"] as const;

function CountBar({ counts }: { readonly counts: Counts }) {
  const total = order.reduce((sum, each) => sum + counts[each], 0);
  return (
    <span class="countbar" aria-hidden="true">
      {total > 0 &&
        order.map(
          (each) => counts[each] > 0 && <i key={each} class={`is-${each}`} style={{ flexGrow: counts[each] }} />,
        )}
    </span>
  );
}

function CountList({ counts }: { readonly counts: Counts }) {
  const { say } = useLanguage();
  return (
    <span class="counts">
      {order.map((each) => (
        <span key={each} class={counts[each] > 0 ? `is-${each}` : "is-zero"} title={say(each)}>
          <Mark of={each} label={say(each)} />
          {counts[each]}
        </span>
      ))}
    </span>
  );
}
