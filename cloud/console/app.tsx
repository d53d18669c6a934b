import { useEffect, useRef, useState } from "preact/hooks";
import { followAlarms, type OpenAlarms } from "./alarms.ts";
import { signOut } from "./ask.ts";
import { type City, followCity, keyOf } from "./city.ts";
import { AlarmsContext, CityContext, LanguageContext, useAlarms, useCity, useLanguage } from "./context.ts";
import { isActive } from "./model/alarm.ts";
import { type Language, pickLanguage } from "./model/language.ts";
import { nameOf } from "./model/number.ts";
import { formatRoute, parseRoute, type Route } from "./model/route.ts";
import { speak } from "./model/words.ts";
import { AlarmsPage } from "./pages/alarms.tsx";
import { DeliveryPage } from "./pages/delivery.tsx";
import { DevicePage } from "./pages/device.tsx";
import { GatewayPage } from "./pages/gateway.tsx";
import { GatewaysPage } from "./pages/gateways.tsx";
import { Overview } from "./pages/overview.tsx";
import { SignIn } from "./pages/signin.tsx";
import { Logo, Mark } from "./parts/marks.tsx";
import { LostBanner } from "./parts/notice.tsx";

const languageKey = "weir.language";

/** The console: a header, one page by the address, and over it whether the data is still fed. */
export function App() {
  const [language, setLanguage] = useState<Language>(() =>
    pickLanguage(localStorage.getItem(languageKey), navigator.languages),
  );
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash));
  const [city, setCity] = useState<City>();
  const [alarms, setAlarms] = useState<OpenAlarms>();
  const follow = useRef<ReturnType<typeof followCity>>(undefined);
  const signedIn = city?.session !== undefined && city.session.access !== null;
  useEffect(() => (signedIn ? followAlarms(setAlarms) : undefined), [signedIn]);

  useEffect(() => {
    follow.current = followCity(setCity);
    const turn = () => {
      setRoute(parseRoute(location.hash));
      if (!location.hash.startsWith("#/?")) scrollTo(0, 0);
    };
    addEventListener("hashchange", turn);
    return () => removeEventListener("hashchange", turn);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  const title = [city && placeOf(city, route, language), speak(language)("title")].filter(Boolean).join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);

  if (!city) return null;
  return (
    <LanguageContext.Provider value={language}>
      <CityContext.Provider value={city}>
        <AlarmsContext.Provider value={alarms}>
          <Header
            route={route}
            onLanguage={() => {
              const next = language === "zh" ? "en" : "zh";
              localStorage.setItem(languageKey, next);
              setLanguage(next);
            }}
            onSignOut={() => void signOut().then(() => follow.current?.restart())}
          />
          <LostBanner city={city} />
          <main>
            {city.link === "closed" ? <SignIn onDone={() => follow.current?.restart()} /> : <Page route={route} />}
          </main>
        </AlarmsContext.Provider>
      </CityContext.Provider>
    </LanguageContext.Provider>
  );
}

/** What the page is about, as people call it; undefined on pages about everything. */
function placeOf(city: City, route: Route, language: Language): string | undefined {
  if (route.page === "device")
    return nameOf(city.devices.get(keyOf(route.site, route.device))?.title, route.device, language);
  if (route.page === "gateway")
    return nameOf(city.gateways.get(keyOf(route.site, route.gateway))?.title, route.gateway, language);
  return undefined;
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case "overview":
      return <Overview route={route} />;
    case "device":
      return <DevicePage key={formatRoute(route)} site={route.site} name={route.device} />;
    case "alarms":
      return <AlarmsPage />;
    case "gateways":
      return <GatewaysPage />;
    case "delivery":
      return <DeliveryPage />;
    case "gateway":
      return <GatewayPage key={formatRoute(route)} site={route.site} name={route.gateway} />;
  }
}

type HeaderProps = { readonly route: Route; readonly onLanguage: () => void; readonly onSignOut: () => void };

function Header({ route, onLanguage, onSignOut }: HeaderProps) {
  const city = useCity();
  const { say } = useLanguage();
  const active = useAlarms()?.alarms.filter(isActive).length ?? 0;
  const at = route.page === "gateway" ? "gateways" : route.page === "device" ? "overview" : route.page;
  const current = (page: typeof at) => (page === at ? "page" : undefined);
  return (
    <header class="top">
      <a class="brand" href="#/">
        <Logo />
        Weir
      </a>
      <nav>
        <a href="#/" aria-current={current("overview")}>
          {say("overview")}
        </a>
        <a href="#/alarms" aria-current={current("alarms")}>
          {say("alarms")} {active > 0 && <b class="badge">{active}</b>}
        </a>
        <a href="#/gateways" aria-current={current("gateways")}>
          {say("gateways")}
        </a>
        <a href="#/delivery" aria-current={current("delivery")}>
          {say("delivery")}
        </a>
      </nav>
      <span class={`feed is-${city.link === "live" ? "live" : "offline"}`}>
        {city.link === "live" && (
          <>
            <Mark of="live" label="" />
            {say("connected")}
          </>
        )}
        {city.link === "lost" && (
          <>
            <Mark of="bad" label="" />
            {say("lostTitle")}
          </>
        )}
      </span>
      <button type="button" class="plain" onClick={onLanguage}>
        {say("otherLanguage")}
      </button>
      {city.session?.open === false && city.session.access !== null && (
        <button type="button" class="plain" onClick={onSignOut}>
          {say("signOut")}
        </button>
      )}
    </header>
  );
}
