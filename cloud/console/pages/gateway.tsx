import { useEffect, useState } from "preact/hooks";
import type { Gateway, LedgerEpoch } from "../../api/answers.ts";
import { askLedger } from "../ask.ts";
import { keyOf } from "../city.ts";
import { after } from "../clock.ts";
import { useCity, useLanguage, useNow } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { cardOf, orderReadings } from "../model/grouping.ts";
import { nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import { DeviceCard } from "../parts/card.tsx";
import { GatewayDelivery } from "../parts/delivery.tsx";
import { LedgerPanel } from "../parts/ledger.tsx";
import { LinkState } from "../parts/link.tsx";
import { Empty, Failure } from "../parts/notice.tsx";
import { Remove } from "../parts/remove.tsx";
import { ValueTable } from "./device.tsx";

/** One gateway: its link, its delivery ledger, its own health, its devices. */
export function GatewayPage({ site, name }: { readonly site: string; readonly name: string }) {
  const city = useCity();
  const { language, say } = useLanguage();
  const now = useNow();
  const { epochs, why } = useLedger(site, name);
  const gateway = city.gateways.get(keyOf(site, name));
  if (!gateway)
    return city.link === "loading" ? (
      <p class="loading">{say("loading")}</p>
    ) : (
      <Empty title={say("notFound")} checks={[say("notFoundHelp", { what: `${site} / ${name}` })]} />
    );

  const readingsOf = (device: string) => [...(city.readings.get(keyOf(site, device))?.values() ?? [])];
  const self = city.devices.get(keyOf(site, name));
  const health = orderReadings(readingsOf(name), { domain: "gateway", metrics: self?.metrics ?? [] });
  const cards = [...city.devices.values()]
    .filter((device) => device.site === site && device.gateway === name && device.device !== name)
    .sort((a, b) => a.device.localeCompare(b.device, "zh-Hans-CN", { numeric: true }))
    .map((device) => cardOf(device, readingsOf(device.device), now));

  return (
    <>
      <header class="title">
        <nav>
          <a href={formatRoute({ page: "gateways" })}>{say("gateways")}</a>
          <a href={formatRoute({ page: "overview", site })}>{site}</a>
        </nav>
        <h1>
          {nameOf(gateway.title, name, language)} {gateway.title && <code>{name}</code>}
        </h1>
        <LinkState gateway={gateway} now={now} />
        <p>
          <span>{say("lastHeard", { age: formatAge(now - gateway.lastMessageAt, language) })}</span>
          <span>{say("countDevices", { n: cards.length })}</span>
          <Remove what="gateways" site={site} name={name} online={gateway.online} />
        </p>
      </header>
      {why !== "" && <Failure why={why} />}
      <LedgerPanel gateway={gateway} epochs={epochs} now={now} />
      <GatewayDelivery site={site} gateway={name} now={now} />
      <div class="gateway">
        <section class="panel">
          <h2>{say("health")}</h2>
          {self && health.length > 0 ? (
            <ValueTable device={self} readings={health} now={now} />
          ) : (
            <p>{say("healthNone")}</p>
          )}
          <Faults gateway={gateway} />
        </section>
        <section>
          <h2>{say("devices")}</h2>
          {cards.length === 0 ? (
            <Empty title={say("noGatewayDevices")} checks={[say("emptyDevices")]} />
          ) : (
            <div class="cards">
              {cards.map((card) => (
                <DeviceCard key={card.device.device} card={card} now={now} />
              ))}
            </div>
          )}
        </section>
      </div>
    </>
  );
}

function Faults({ gateway: { faults } }: { readonly gateway: Gateway }) {
  const { say } = useLanguage();
  const kinds = Object.entries(faults) as readonly [keyof typeof faults, number][];
  if (kinds.length === 0) return null;
  return (
    <>
      <h3>{say("faults")}</h3>
      <ul class="rejections">
        {kinds.map(([kind, count]) => (
          <li key={kind}>
            <code>{count}</code> {say(`fault_${kind}`)}
          </li>
        ))}
      </ul>
    </>
  );
}

const everyMs = 3000;

function useLedger(site: string, gateway: string) {
  const [epochs, setEpochs] = useState<readonly LedgerEpoch[]>([]);
  const [why, setWhy] = useState("");
  useEffect(() => {
    let cancel = () => {};
    let gone = false;
    const load = async () => {
      const told = await askLedger(site, gateway).then(
        (answer) => {
          if (!gone) setEpochs(answer.epochs);
          return "";
        },
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (gone) return;
      setWhy(told);
      cancel = after(everyMs, () => void load());
    };
    void load();
    return () => {
      gone = true;
      cancel();
    };
  }, [site, gateway]);
  return { epochs, why };
}
