import type { Gateway } from "../../api/answers.ts";
import { useLanguage } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { Mark } from "./marks.tsx";

/** Whether a gateway's session is alive, and since when. */
export function LinkState({ gateway: { online, since }, now }: { readonly gateway: Gateway; readonly now: number }) {
  const { language, say } = useLanguage();
  const age = formatAge(now - since, language);
  return (
    <span class={`state is-${online ? "live" : "offline"}`}>
      <Mark of={online ? "live" : "offline"} label="" />
      {online ? say("onlineFor", { age }) : say("offlineFor", { age })}
    </span>
  );
}
