import { useState } from "preact/hooks";
import { AskError, signIn } from "../ask.ts";
import { useLanguage } from "../context.ts";
import { Failure } from "../parts/notice.tsx";

/** Asks for a token. The server keeps it in a cookie that this page cannot read. */
export function SignIn({ onDone }: { readonly onDone: () => void }) {
  const { say } = useLanguage();
  const [why, setWhy] = useState("");
  return (
    <form
      class="panel signin"
      onSubmit={(event) => {
        event.preventDefault();
        const token = new FormData(event.currentTarget).get("token");
        signIn(String(token)).then(onDone, (error: unknown) =>
          setWhy(error instanceof AskError && error.status === 401 ? say("tokenWrong") : String(error)),
        );
      }}
    >
      <h1>{say("signIn")}</h1>
      <label>
        {say("token")}
        <input name="token" type="password" autocomplete="current-password" required autofocus />
      </label>
      <small>{say("tokenHelp")}</small>
      {why !== "" && <Failure why={why} />}
      <button type="submit" class="primary">
        {say("signIn")}
      </button>
    </form>
  );
}
