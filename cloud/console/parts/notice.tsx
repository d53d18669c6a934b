import type { ComponentChildren } from "preact";
import type { City } from "../city.ts";
import { useLanguage, useNow } from "../context.ts";
import { formatAge, formatTime } from "../model/age.ts";

/** A place where something would stand, with what to check next. `code` in a line is set as code. */
export function Empty({
  title,
  checks = [],
  children,
}: {
  readonly title: string;
  readonly checks?: readonly string[];
  readonly children?: ComponentChildren;
}) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {checks.length > 0 && (
        <ol>
          {checks.map((check) => (
            <li key={check}>
              {check.split("`").map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
            </li>
          ))}
        </ol>
      )}
      {children}
    </section>
  );
}

export function Failure({ why, retry }: { readonly why: string; readonly retry?: () => void }) {
  const { say } = useLanguage();
  return (
    <p class="failure" role="alert">
      <b>{say("error")}</b> {why}{" "}
      {retry && (
        <button type="button" class="plain" onClick={retry}>
          {say("retry")}
        </button>
      )}
    </p>
  );
}

/** Says over every page that what is shown is no longer fed. */
export function LostBanner({ city }: { readonly city: City }) {
  const { language, say } = useLanguage();
  const at = useNow();
  if (city.link !== "lost") return null;
  const text =
    city.asOf === 0
      ? say("neverConnected", { why: city.why })
      : say("lostText", { time: formatTime(city.asOf, at, language), age: formatAge(at - city.asOf, language) });
  return (
    <div class="banner" role="alert">
      <b>{say("lostTitle")}</b> {text}
    </div>
  );
}
