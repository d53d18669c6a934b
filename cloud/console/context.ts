import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { OpenAlarms } from "./alarms.ts";
import type { City } from "./city.ts";
import { everySecond, now } from "./clock.ts";
import type { Language } from "./model/language.ts";
import { type Say, speak } from "./model/words.ts";

export const LanguageContext = createContext<Language>("en");
export const CityContext = createContext<City | undefined>(undefined);

export const AlarmsContext = createContext<OpenAlarms | undefined>(undefined);

/** undefined until the list has first arrived. */
export function useAlarms(): OpenAlarms | undefined {
  return useContext(AlarmsContext);
}

export function useCity(): City {
  const city = useContext(CityContext);
  if (city === undefined) throw new Error("no city around this component");
  return city;
}

export function useLanguage(): { readonly language: Language; readonly say: Say } {
  const language = useContext(LanguageContext);
  return { language, say: speak(language) };
}

/** The server's time, anew each second. */
export function useNow(): number {
  const [at, setAt] = useState(now);
  useEffect(() => everySecond(() => setAt(now())), []);
  return at;
}
