import { readFileSync } from "node:fs";
import type { LedgerEpoch } from "@weir/cloud/api/answers.ts";
import type { Stored } from "./account.ts";
import { gateway, type Scene, site } from "./layout.ts";

/** The cloud of the demonstration, asked through its API as anybody asks it. Each rejects with what it answered. */
export type Cloud = {
  /** What is stored of a point since a moment, epoch ms; at most 10,000. */
  stored(device: string, metric: string, since: number): Promise<readonly Stored[]>;
  /** Resolves when the gateway has accepted it. */
  order(device: string, bundle: string): Promise<void>;
  /** Records of the gateway. */
  ledger(): Promise<{ readonly stored: number; readonly missing: number }>;
};

const withinMs = 70_000;

export function cloudAt({ console }: Pick<Scene, "console">): Cloud {
  async function ask<T>(path: string, body?: object): Promise<T> {
    const post = body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const answer = await fetch(new URL(path, console), { ...post, signal: AbortSignal.timeout(withinMs) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the cloud answers ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }
  return {
    stored: async (device, metric, since) => {
      const query = new URLSearchParams({ site, device, metric, from: new Date(since).toISOString(), limit: "10000" });
      return (await ask<{ readonly samples: readonly Stored[] }>(`/api/v1/raw?${query}`)).samples;
    },
    order: async (device, bundle) => {
      const { command } = await ask<{ readonly command: { readonly state: string; readonly why: string | null } }>(
        "/api/v1/firmware/updates",
        { site, device, bundle: JSON.parse(readFileSync(bundle, "utf8")) as object },
      );
      if (command.state !== "done") throw new Error(`${device}: its update is ${command.state}: ${command.why}`);
    },
    ledger: async () => {
      const { epochs } = await ask<{ readonly epochs: readonly LedgerEpoch[] }>(
        `/api/v1/gateways/${site}/${gateway}/ledger`,
      );
      const sum = (key: "stored" | "missing") => epochs.reduce((total, epoch) => total + epoch[key], 0);
      return { stored: sum("stored"), missing: sum("missing") };
    },
  };
}
