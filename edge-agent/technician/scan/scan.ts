import { resolve } from "node:path";
import type { Terminal } from "@weir/config/command-line.ts";
import { languageOf } from "@weir/config/language.ts";
import { formatTable } from "@weir/config/table.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { systemClock } from "@weir/wire/clock.ts";
import type { Link } from "../../drivers/driver.ts";
import { openLink } from "../../drivers/links/open.ts";
import { listPorts } from "../../drivers/links/ports.ts";
import type { CommandOptions } from "../command.ts";
import { usbNameOf } from "./boards.ts";
import { estimate } from "./estimate.ts";
import type { ScanResult } from "./found.ts";
import { readRequest, type ScanRequest } from "./options.ts";
import { planScan } from "./plan.ts";
import { liveScreen, plainScreen } from "./progress.ts";
import { conclusion, tellPerson, tellProgram } from "./report.ts";
import { scanLine } from "./run.ts";
import { checkWritable, saveFound } from "./save.ts";
import { boardRequest, scanBoard } from "./scan-board.ts";
import { plainOf, timeText, transportText } from "./words.ts";

const connectTimeoutMs = 5000;

/** `weir-edge scan`: the ports there are, or what answers on one of them. 1 when nothing was found. */
export async function scan(words: readonly string[], options: CommandOptions, terminal: Terminal): Promise<number> {
  if (words.length === 0) return showPorts(options, terminal);
  const profiles = profilesOf(options.profiles);
  const save = options.write !== undefined && {
    ...{ file: options.write, force: options.force ?? false, json: options.json ?? false },
    profiles: options.profiles && resolve(options.profiles),
  };
  if (words[0] === "firmata") {
    const board = boardRequest(words.slice(1), options);
    if (save) checkWritable(save);
    return scanBoard(board, { profiles, json: options.json ?? false, save }, terminal);
  }
  const request = readRequest(words, options, profiles);
  if (save) checkWritable(save);
  const result = await runScan(request, profiles, options, terminal);
  if (result.found.length === 0) return 1;
  if (!save) return 0;
  return (await saveFound(result.found, request.transport, save, terminal)) ? 0 : 1;
}

async function runScan(
  { transport, space, timeoutMs }: ScanRequest,
  profiles: readonly Profile[],
  { json }: CommandOptions,
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
  else
    terminal.err(
      `Scanning ${transportText(transport)}: questions take at most ${timeText(estimateMs)}, and each instrument found a few seconds to name. Ctrl-C shows what was found so far.`,
    );
  const link = (await openLink(transport, { timeoutMs: connectTimeoutMs, clock: systemClock }, stop.signal)) as Link;
  try {
    const result = await scanLine({
      ...{ passes, profiles, link, transport, timeoutMs },
      discoveries: space.protocols,
      clock: systemClock,
      signal: stop.signal,
      report: json ? tellProgram(terminal) : tellPerson(screen, terminal, live, languageOf(process.env)),
    });
    screen.clear();
    if (json) terminal.out(JSON.stringify({ event: "done", ...plainResult(result) }));
    else terminal.out(conclusion(result, transport).join("\n"));
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

function showPorts({ json }: CommandOptions, { out }: Terminal): number {
  const ports = listPorts();
  if (json) for (const port of ports) out(JSON.stringify({ ...port, ...usbNameOf(port.usb) }));
  else if (ports.length === 0)
    out(
      "No serial port on this machine. Plug the adapter in and look again; in a container, hand the device in (--device /dev/ttyUSB0).\nA line behind a serial server: weir-edge scan raw-tcp <host:port>. Modbus TCP: weir-edge scan tcp <host>",
    );
  else {
    const rows = ports.map(({ path, device, usb, maker, product }) => [
      path,
      path === device ? "" : device,
      usb ?? "",
      kindText(usb),
      [maker, product].filter(Boolean).join(" "),
    ]);
    out(formatTable([["port", "now", "USB", "is", "maker"], ...rows]));
    const board = ports.find(({ usb }) => usbNameOf(usb)?.is === "board");
    const line = ports.find((port) => port !== board);
    out(
      ["", line && `Next: weir-edge scan serial ${line.path}`, board && `Next: weir-edge scan firmata ${board.path}`]
        .filter((text) => text !== undefined)
        .join("\n"),
    );
  }
  return ports.length > 0 ? 0 : 1;
}

function kindText(usb: string | undefined): string {
  const known = usbNameOf(usb);
  return known ? `${known.name}${known.is === "bridge" ? " (adapter or board)" : ""}` : "";
}
