import type { Terminal } from "@weir/config/command-line.ts";
import { protocolName } from "../../config-places.ts";
import type { Odd, ScanEvent, ScanResult } from "./found.ts";
import type { LineTransport } from "./plan.ts";
import type { Screen } from "./progress.ts";
import { foundLines, placeText, plainOf, settingsText, timeText, transportText } from "./words.ts";

/** Tells a person what goes on: each instrument as soon as it is named, and below what is being asked. */
export function tellPerson(screen: Screen, { err }: Terminal, live: boolean, language: "en" | "zh") {
  let now = "";
  let found = 0;
  let done = 0;
  let left = "";
  const redraw = () => screen.status([now, `${found} found`, left].filter(Boolean).join(" · "), done);
  return (event: ScanEvent): void => {
    switch (event.event) {
      case "pass":
        now = [settingsText(event.settings), protocolName(event.protocol), event.what].filter(Boolean).join(" ");
        if (!live) err(`${now}${left && `, ${left}`}`);
        break;
      case "progress":
        done = event.elapsedMs / Math.max(1, event.elapsedMs + event.remainingMs);
        left = `about ${timeText(event.remainingMs)} left`;
        break;
      case "found":
        found++;
        now = `${[settingsText(event.settings), protocolName(event.protocol), placeText(event)].filter(Boolean).join(" ")} found, looking what it is`;
        break;
      case "named":
        screen.line(foundLines(event, language).join("\n"));
        break;
      case "odd":
        screen.line(oddText(event));
    }
    redraw();
  };
}

/** Tells a program: one JSON object a line. */
export function tellProgram({ out }: Terminal) {
  return (event: ScanEvent): void => {
    if (event.event === "found" || event.event === "named") {
      const { event: name, ...found } = event;
      out(JSON.stringify({ event: name, ...plainOf(found) }));
    } else out(JSON.stringify(event));
  };
}

/** How a scan ended, and what to do next. */
export function conclusion(
  { found, odd, ended, elapsedMs, asked }: ScanResult,
  transport: LineTransport,
): readonly string[] {
  const where = transportText(transport);
  const sum = `${found.length} instrument${found.length === 1 ? "" : "s"} on ${where}, ${asked} questions in ${timeText(elapsedMs)}`;
  if (ended && ended.code !== "closed") return [sum, ended.message];
  const stopped = ended ? [`ended early: ${ended.message}; what was found so far stands above`] : [];
  const next = transport.kind === "tcp" ? [] : factoryAdvice({ found, odd }, where);
  if (found.length === 0 && next.length === 0) return [sum, ...stopped, ...advice(transport)];
  return [sum, ...stopped, ...next];
}

/** Weir's nodes leave the factory there, however many hang on the line: what answers as one may be several. */
const factoryUnit = 247;

function factoryAdvice({ found, odd }: Pick<ScanResult, "found" | "odd">, port: string): readonly string[] {
  const answers =
    found.some(({ protocol, unit }) => protocol === "modbus" && unit === factoryUnit) ||
    odd.some(({ protocol, who }) => protocol === "modbus" && who === `unit ${factoryUnit}`);
  if (!answers) return [];
  return [
    `Weir's nodes leave the factory at unit ${factoryUnit}, and several that answer there together look like something else. This tells them apart by their serial numbers and gives each an address:`,
    `  weir-firmware commission --port ${port}`,
  ];
}

function advice(transport: LineTransport): readonly string[] {
  if (transport.kind === "tcp")
    return [
      "The host takes connections and no unit answered. Check that it speaks Modbus TCP on this port, and a gateway's own settings for its line; then ask longer: --timeout 3s",
    ];
  const line =
    transport.kind === "serial"
      ? []
      : ["- the serial server's own baud rate and parity: they are set on its page, this command cannot change them"];
  return [
    "Nobody answered. Check in this order:",
    "- power of the instruments, and that this is the port they hang on",
    "- A and B: swap them, nothing breaks; makers do not agree on which is which",
    "- ground between the cabinets, 120 Ω at both ends of a long line and nowhere else",
    ...line,
    "- slow instruments, other units or settings: --timeout 500ms --all (takes longer; the estimate comes first)",
  ];
}

function oddText({ protocol, settings, who, what }: Odd): string {
  const where = [settingsText(settings), protocolName(protocol)].filter(Boolean).join(" ");
  const text = {
    several: `${where}, ${who}: more answer together than could be told apart; disconnect some and scan again`,
    talks: `${where}: something sends without being asked; an instrument that reports by itself, a second master, or noise`,
    unset: `${where}: these settings cannot be set here and were left out (${who})`,
    broken: `${where}, ${who}: an answer that makes no whole frame; two with the same number, other settings, or a bad line (A/B, termination)`,
  };
  return text[what];
}
