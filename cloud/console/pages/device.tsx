import { infoOf } from "@weir/wire/quantities.ts";
import { useState } from "preact/hooks";
import type { Device, Reading } from "../../api/answers.ts";
import { freshnessOf } from "../../api/freshness.ts";
import { keyOf } from "../city.ts";
import { useCity, useLanguage, useNow } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { cardOf } from "../model/grouping.ts";
import { nameKind, nameMetric, nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import { StateOf } from "../parts/card.tsx";
import { Chart, type Range, ranges } from "../parts/chart.tsx";
import { Control } from "../parts/control.tsx";
import { DeviceDelivery } from "../parts/delivery.tsx";
import { Mark } from "../parts/marks.tsx";
import { Empty } from "../parts/notice.tsx";
import { Age, Value } from "../parts/reading.tsx";
import { Remove } from "../parts/remove.tsx";

/** Everything of one device: its values, their past, and what may be written. */
export function DevicePage({ site, name }: { readonly site: string; readonly name: string }) {
  const city = useCity();
  const { language, say } = useLanguage();
  const now = useNow();
  const [range, setRange] = useState<Range>("range1h");
  const device = city.devices.get(keyOf(site, name));
  if (!device)
    return city.link === "loading" ? (
      <p class="loading">{say("loading")}</p>
    ) : (
      <Empty title={say("notFound")} checks={[say("notFoundHelp", { what: `${site} / ${name}` })]} />
    );

  const card = cardOf(device, city.readings.get(keyOf(site, name))?.values() ?? [], now);
  const { readings } = card;
  const kind = nameKind(device, language);
  const gateway = city.gateways.get(keyOf(site, device.gateway));
  const mayWrite = city.session?.access === "operate" && device.writable.length > 0;

  return (
    <>
      <header class="title">
        <nav>
          <a href={formatRoute({ page: "overview" })}>{say("overview")}</a>
          <a href={formatRoute({ page: "overview", site })}>{site}</a>
        </nav>
        <h1>
          {nameOf(device.title, name, language)} {device.title && <code>{name}</code>}
        </h1>
        <StateOf card={card} now={now} />
        <p>
          <span>{kind}</span>
          {device.model && !saidBy(device, device.model) && <span>{device.model}</span>}
          {device.gateway !== "" && (
            <a href={formatRoute({ page: "gateway", site, gateway: device.gateway })}>
              {say("via", { gateway: nameOf(gateway?.title, device.gateway, language) })}
            </a>
          )}
          <span>{say("lastHeard", { age: formatAge(now - device.lastMessageAt, language) })}</span>
          <Remove what="devices" site={site} name={name} online={device.online} />
        </p>
      </header>
      {readings.length === 0 ? (
        <Empty title={say("noReadings")} checks={[say("emptyDevices")]} />
      ) : (
        <div class="device">
          <div>
            <section class="panel">
              <h2>{say("values")}</h2>
              <ValueTable device={device} readings={readings} now={now} />
            </section>
            {mayWrite && <Control device={device} readings={readings} now={now} />}
          </div>
          <section class="charts">
            <header>
              <h2>{say("charts")}</h2>
              <fieldset class="ranges">
                {(Object.keys(ranges) as Range[]).map((each) => (
                  <button key={each} type="button" aria-pressed={each === range} onClick={() => setRange(each)}>
                    {say(each)}
                  </button>
                ))}
              </fieldset>
              <ul class="legend">
                <li>
                  <i class="key-line" />
                  {say("legendMean")}
                </li>
                <li>
                  <i class="key-band" />
                  {say("legendBand")}
                </li>
                <li>
                  <i class="key-gap" />
                  {say("legendGap")}
                </li>
                <li>
                  <Mark of="uncertain" label="" />
                  {say("legendUncertain")}
                </li>
                <li>
                  <Mark of="bad" label="" />
                  {say("legendBad")}
                </li>
              </ul>
            </header>
            <div class="chartgrid">
              {readings.map((reading) => (
                <Chart key={reading.metric} device={device} reading={reading} range={range} now={now} />
              ))}
            </div>
          </section>
        </div>
      )}
      <DeviceDelivery site={site} device={name} now={now} />
    </>
  );
}

/** Whether the line that says what sort of instrument it is names the model already. */
function saidBy({ names }: Device, model: string): boolean {
  return !names || [names.en, names.zh].some((name) => name.toLowerCase().includes(model.toLowerCase()));
}

/** All readings of a device with age, quality and the names they travel under. */
export function ValueTable({
  device,
  readings,
  now,
}: {
  readonly device: Device;
  readonly readings: readonly Reading[];
  readonly now: number;
}) {
  const { language, say } = useLanguage();
  return (
    <table class="values">
      <thead>
        <tr>
          <th>{say("quantity")}</th>
          <th class="right">{say("value")}</th>
          <th class="right">{say("age")}</th>
          <th>{say("quality")}</th>
        </tr>
      </thead>
      <tbody>
        {readings.map((reading) => {
          const freshness = freshnessOf(reading, now);
          return (
            <tr key={reading.metric} class={`is-${freshness}`}>
              <td>
                {nameMetric(reading.metric, infoOf(reading.metric), language)}
                <code>{reading.metric}</code>
              </td>
              <td class="right">
                <Value reading={reading} device={device} now={now} />
              </td>
              <td class="right">
                <Age reading={reading} now={now} />
              </td>
              <td>
                <span class={`state is-${freshness}`}>
                  <Mark of={freshness} label="" />
                  {say(freshness === "stale" && reading.quality !== "good" ? reading.quality : freshness)}
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
