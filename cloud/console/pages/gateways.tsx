import { useCity, useLanguage, useNow } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import { DeliveryState, ShareBar } from "../parts/ledger.tsx";
import { LinkState } from "../parts/link.tsx";
import { Empty } from "../parts/notice.tsx";

/** Every gateway: is it there, and is anything lost? */
export function GatewaysPage() {
  const city = useCity();
  const { language, say } = useLanguage();
  const now = useNow();
  const gateways = [...city.gateways.values()].sort(
    (a, b) =>
      a.site.localeCompare(b.site, "zh-Hans-CN", { numeric: true }) ||
      a.gateway.localeCompare(b.gateway, "en", { numeric: true }),
  );
  if (gateways.length === 0)
    return city.link === "loading" ? (
      <p class="loading">{say("loading")}</p>
    ) : (
      <Empty title={say("noGateways")} checks={[say("emptyGateway"), say("emptyBroker")]} />
    );
  return (
    <>
      <header class="title">
        <h1>{say("gateways")}</h1>
      </header>
      <div class="gateways">
        {gateways.map((gateway) => (
          <a
            key={`${gateway.site}/${gateway.gateway}`}
            class={`card gatewayrow ${gateway.online ? "" : "is-offline"}`}
            href={formatRoute({ page: "gateway", site: gateway.site, gateway: gateway.gateway })}
          >
            <h4>
              {nameOf(gateway.title, gateway.gateway, language)}
              <small>
                {gateway.title && <code>{gateway.gateway}</code>} <span>{gateway.site}</span>
              </small>
            </h4>
            <div>
              <LinkState gateway={gateway} now={now} />
              <small>{say("lastHeard", { age: formatAge(now - gateway.lastMessageAt, language) })}</small>
            </div>
            <div>
              <DeliveryState gateway={gateway} now={now} />
              <ShareBar gateway={gateway} />
            </div>
            <small class="count">
              {say("countDevices", { n: gateway.devices.filter((device) => device !== gateway.gateway).length })}
            </small>
          </a>
        ))}
      </div>
    </>
  );
}
