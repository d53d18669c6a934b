import { resolve } from "node:path";
import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { systemClock } from "@weir/wire/clock.ts";
import type { Link } from "../../drivers/driver.ts";
import { openLink } from "../../drivers/links/open.ts";
import { listPorts } from "../../drivers/links/ports.ts";
import type { CommandOptions } from "../command.ts";
import { type Language, languageGiven } from "../language.ts";
import { usbNameOf } from "./boards.ts";
import { estimate } from "./estimate.ts";
import type { ScanResult } from "./found.ts";
import { plainOf, timeText, transportText } from "./found-text.ts";
import { readRequest, type ScanRequest } from "./options.ts";
import { planScan } from "./plan.ts";
import { liveScreen, plainScreen } from "./progress.ts";
import { conclusion, tellPerson, tellProgram } from "./report.ts";
import { scanLine } from "./run.ts";
import { checkWritable, saveFound } from "./save.ts";
import { boardRequest, scanBoard } from "./scan-board.ts";
import { words } from "./words.ts";

const connectTimeoutMs = 5000;

/** `weir-edge scan`: the ports there are, or what answers on one of them. 1 when nothing was found. */
export async function scan(where: readonly string[], given: CommandOptions, terminal: Terminal): Promise<number> {
  const options = { ...given, language: languageGiven(given.lang) };
  if (where.length === 0) return showPorts(options, terminal);
  const profiles = profilesOf(options.profiles);
  const save = options.write !== undefined && {
    ...{ file: options.write, force: options.force ?? false, json: options.json ?? false },
    language: options.language,
    profiles: options.profiles && resolve(options.profiles),
  };
  if (where[0] === "firmata") {
    const board = boardRequest(where.slice(1), options);
    if (save) checkWritable(save);
    return scanBoard(board, { profiles, json: options.json ?? false, save, language: options.language }, terminal);
  }
  const request = readRequest(where, options, profiles);
  if (save) checkWritable(save);
  const result = await runScan(request, profiles, options, terminal);
  if (result.found.length === 0) return 1;
  if (!save) return 0;
  return (await saveFound(result.found, request.transport, save, terminal)) ? 0 : 1;
}

type Told = Pick<CommandOptions, "json"> & { readonly language: Language };

async function runScan(
  { transport, space, timeoutMs }: ScanRequest,
  profiles: readonly Profile[],
  { json, language }: Told,
  terminal: Terminal,
): Promise<ScanResult> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  const passes = planScan(space);
  const questions = passes.reduce((sum, pass) => sum + pass.questions.length, 0);
  const estimateMs = estimate(passes, new Map(), timeoutMs);
  const live = !json && process.stderr.isTTY === true;
  const screen = live
    ? liveScreen(
        (text) => process.stderr.write(text),
        terminal.out,
        () => process.stderr.columns ?? 80,
      )
    : plainScreen(terminal.out);
  if (json) terminal.out(JSON.stringify({ event: "plan", transport, questions, estimateMs: Math.round(estimateMs) }));
  else terminal.err(words[language].scanning(transportText(transport), timeText(estimateMs, language)));
  const link = (await openLink(transport, { timeoutMs: connectTimeoutMs, clock: systemClock }, stop.signal)) as Link;
  try {
    const result = await scanLine({
      ...{ passes, profiles, link, transport, timeoutMs },
      discoveries: space.protocols,
      clock: systemClock,
      signal: stop.signal,
      report: json ? tellProgram(terminal) : tellPerson(screen, terminal, live, language),
    });
    screen.clear();
    if (json) terminal.out(JSON.stringify({ event: "done", ...plainResult(result) }));
    else terminal.out(conclusion(result, transport, language).join("\n"));
    return result;
  } finally {
    screen.clear();
    process.off("SIGINT", onInterrupt);
    await link.close();
  }
}

function plainResult({ found, ended, ...rest }: ScanResult): object {
  return { ...rest, found: found.map(plainOf), ...(ended && { ended: { code: ended.code, message: ended.message } }) };
}

function profilesOf(folder: string | undefined): readonly Profile[] {
  const own = folder === undefined ? [] : [...loadProfiles(resolve(folder)).entries()];
  return [...new Map([...loadProfiles().entries(), ...own]).values()];
}

function showPorts({ json, language }: Told, { out }: Terminal): number {
  const say = words[language];
  const ports = listPorts();
  if (json) for (const port of ports) out(JSON.stringify({ ...port, ...usbNameOf(port.usb) }));
  else if (ports.length === 0) out(say.noPort);
  else {
    const rows = ports.map(({ path, device, usb, maker, product }) => [
      path,
      path === device ? "" : device,
      usb ?? "",
      kindText(usb, language),
      [maker, product].filter(Boolean).join(" "),
    ]);
    out(formatTable([say.portHeadings, ...rows]));
    const board = ports.find(({ usb }) => usbNameOf(usb)?.is === "board");
    const line = ports.find((port) => port !== board);
    const commands = [line && `weir-edge scan serial ${line.path}`, board && `weir-edge scan firmata ${board.path}`];
    out(["", ...commands.flatMap((command) => (command ? [say.next(command)] : []))].join("\n"));
  }
  return ports.length > 0 ? 0 : 1;
}

function kindText(usb: string | undefined, language: Language): string {
  const known = usbNameOf(usb);
  if (!known) return "";
  return known.is === "bridge" ? words[language].adapterOrBoard(known.name) : known.name;
}
