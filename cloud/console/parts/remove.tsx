import { useState } from "preact/hooks";
import { remove } from "../ask.ts";
import { useCity, useLanguage } from "../context.ts";
import { Failure } from "./notice.tsx";

type RemoveProps = {
  readonly what: "gateways" | "devices";
  readonly site: string;
  readonly name: string;
  readonly online: boolean;
};

/** Takes what will never report again off the register, once asked and once confirmed. Only for those who may operate. */
export function Remove({ what, site, name, online }: RemoveProps) {
  const city = useCity();
  const { say } = useLanguage();
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState("");
  if (online || city.session?.access !== "operate") return null;
  if (!asking)
    return (
      <button type="button" class="plain" onClick={() => setAsking(true)}>
        {say("remove")}
      </button>
    );
  const go = () =>
    remove(what, site, name).then(
      () => {
        location.hash = "#/";
        location.reload();
      },
      (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
    );
  return (
    <span class="removing">
      {say("removeAsk", { what: name })}{" "}
      <button type="button" onClick={() => void go()}>
        {say("removeYes")}
      </button>{" "}
      <button type="button" class="plain" onClick={() => setAsking(false)}>
        {say("cancel")}
      </button>
      {why !== "" && <Failure why={why} />}
    </span>
  );
}
