import { stateCode, type UpdateState, updateStates } from "@weir/wire/firmware/update-state.ts";
import type { Stored } from "./account.ts";
import type { Cloud } from "./cloud.ts";
import { everyMs, nodes } from "./layout.ts";

type Say = (what: string) => void;
/** Lets time pass; rejects when the demonstration is stopped. */
export type Wait = (ms: number) => Promise<void>;

const lookEveryMs = 500;
const readingsBefore = 4;
const readingsAfter = 3;
const finals: readonly UpdateState[] = ["confirmed", "rolled-back", "refused"];

const nameOf = ({ value }: Stored) => updateStates[Number(value) - 1]!;
const isGood = ({ quality }: Stored) => quality === "good";

/** Resolves when the store has some readings of every node, so that what is usual is known. */
export async function firstReadings(cloud: Cloud, since: number, wait: Wait): Promise<void> {
  for (const { id } of nodes)
    while ((await levelsOf(cloud, id, since)).filter(isGood).length < readingsBefore) await wait(lookEveryMs);
}

/** Tells each step that the store comes to hold, until all updates are over and every node has been read for a while again. Resolves with when that was. */
export async function follow(cloud: Cloud, since: number, { say, wait }: { say: Say; wait: Wait }): Promise<void> {
  const told = new Map<string, UpdateState>();
  let saidAt = performance.now();
  const tell = (text: string) => {
    saidAt = performance.now();
    say(text);
  };
  for (;;) {
    await wait(lookEveryMs);
    for (const { id } of nodes) {
      const states = (await cloud.stored(id, "firmware_state", since)).map(nameOf);
      const news = states.slice(states.lastIndexOf(told.get(id) ?? "parked") + 1);
      for (const [n, state] of news.entries()) if (state !== (news[n - 1] ?? told.get(id))) tell(`${id} ${state}`);
      const state = states.at(-1);
      if (state !== undefined) told.set(id, state);
      if (state !== "accepted" || performance.now() - saidAt < 2000) continue;
      const percent = (await cloud.stored(id, "firmware_progress", since)).at(-1)?.value;
      if (percent !== undefined) tell(`${id} holds ${percent} % of it`);
    }
    if (nodes.every(({ id }) => finals.includes(told.get(id)!))) break;
  }
  for (const { id } of nodes) {
    const ended = (await cloud.stored(id, "firmware_state", since)).find(
      (each) => Number(each.value) >= stateCode("confirmed"),
    )!.at;
    while ((await levelsOf(cloud, id, ended)).filter(isGood).length < readingsAfter) await wait(everyMs);
  }
}

export const levelsOf = (cloud: Cloud, device: string, since: number): Promise<readonly Stored[]> =>
  cloud.stored(device, "sewer_level", since);
