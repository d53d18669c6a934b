import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { runCommand } from "@weir/firmware/tool/command.ts";
import { lineSpeed, nodes, type Scene } from "./layout.ts";

type Say = (what: string) => void;

/** What a person types at `weir-firmware`, in this process; gives what it said. Rejects with that when it did not go well. */
async function weirFirmware(...words: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const tell = (text: string) => void lines.push(text);
  const code = await runCommand(words, { out: tell, err: tell });
  if (code !== 0) throw new Error([`weir-firmware ${words.join(" ")}`, ...lines].join("\n"));
  return lines;
}

/** A node of the line, as options name it. */
const atNode = ({ linePort }: Scene, unit: number) => [
  ...["--unit", String(unit), "--line-speed", String(lineSpeed), "--port", linePort],
];

/** Two keys, and the next version of the level node, signed with both. Gives that version. */
export async function makeBundle({ files }: Scene, say: Say): Promise<string> {
  const { release, fleet, trusted, bundle } = files;
  await weirFirmware("key", "new", "release", release);
  await weirFirmware("key", "new", "fleet", fleet);
  writeFileSync(trusted, readFileSync(`${release}.pub`, "utf8") + readFileSync(`${fleet}.pub`, "utf8"));
  await weirFirmware("bundle", "level-flawed", "--key", `${release}.key`, "--to", bundle);
  const [signed] = await weirFirmware("sign", bundle, "--key", `${fleet}.key`);
  say(signed!.replace(bundle, basename(bundle)));
  return versionIn(signed!);
}

/** Each node its own key, as on a bench; the gateway has the file. */
export async function giveKeys(scene: Scene, say: Say): Promise<void> {
  for (const { id, unit } of nodes) {
    await weirFirmware("key", "give", "--node-keys", scene.files.nodeKeys, ...atNode(scene, unit));
    say(`${id} has a key of its own, and has proved it`);
  }
}

/** What a node says that it runs, asked over its line; nobody else may be asking there. */
export async function askVersion(scene: Scene, unit: number): Promise<string> {
  const said = await weirFirmware("identify", "--bus", ...atNode(scene, unit), "--json");
  const events = said.map((line) => JSON.parse(line) as { readonly event: string; readonly runs?: string | null });
  return versionIn(events.find(({ event }) => event === "on-line")?.runs ?? "");
}

const versionIn = (text: string) => / (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? "none";
