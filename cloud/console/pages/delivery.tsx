import { askDelivery } from "../ask.ts";
import { keyOf } from "../city.ts";
import { useCity, useLanguage, useNow } from "../context.ts";
import { nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import { DeliveryLegend, DeliveryRow, useDelivery } from "../parts/delivery.tsx";
import { Empty, Failure } from "../parts/notice.tsx";

/** The whole city: what arrived of the last thirty days, gateway by gateway. */
export function DeliveryPage() {
  const city = useCity();
  const { language, say } = useLanguage();
  const now = useNow();
  const { answer, why } = useDelivery(askDelivery, "city");
  return (
    <>
      <header class="title">
        <h1>{say("deliveryTitle")}</h1>
      </header>
      {why !== "" && <Failure why={why} />}
      {!answer && why === "" && <p class="loading">{say("loading")}</p>}
      {answer && answer.gateways.length === 0 && (
        <Empty title={say("deliveryNone")} checks={[say("emptyGateway"), say("emptyBroker")]} />
      )}
      {answer && answer.gateways.length > 0 && (
        <section class="panel delivery">
          <DeliveryRow name={<b>{say("deliveryAll")}</b>} {...answer} />
          {answer.gateways.map(({ site, gateway, days }) => (
            <DeliveryRow
              key={keyOf(site, gateway)}
              name={
                <a href={formatRoute({ page: "gateway", site, gateway })}>
                  {nameOf(city.gateways.get(keyOf(site, gateway))?.title, gateway, language)} <small>{site}</small>
                </a>
              }
              dates={answer.dates}
              days={days}
            />
          ))}
          <DeliveryLegend calendar={answer} now={now} />
        </section>
      )}
    </>
  );
}
