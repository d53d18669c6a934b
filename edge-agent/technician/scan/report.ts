import type { Terminal } from "@weir/config/command-line.ts";
import { protocolName } from "../../config-places.ts";
import { sayFault } from "../../drivers/say-fault.ts";
import type { Language } from "../language.ts";
import type { Odd, ScanEvent, ScanResult } from "./found.ts";
import { foundLines, placeText, plainOf, settingsText, timeText, transportText } from "./found-text.ts";
import type { LineTransport } from "./plan.ts";
import type { Screen } from "./progress.ts";
import { words } from "./words.ts";

/** Tells a person what goes on: each instrument as soon as it is named, and below what is being asked. */
export function tellPerson(screen: Screen, { err }: Terminal, live: boolean, language: Language) {
  const say = words[language];
  let now = "";
  let found = 0;
  let done = 0;
  let left = "";
  const redraw = () => screen.status([now, say.foundSoFar(found), left].filter(Boolean).join(" · "), done);
  return (event: ScanEvent): void => {
    switch (event.event) {
      case "pass":
        now = [settingsText(event.settings), protocolName(event.protocol), whoText(event.what, language)]
          .filter(Boolean)
          .join(" ");
        if (!live) err(`${now}${left && `, ${left}`}`);
        break;
      case "progress":
        done = event.elapsedMs / Math.max(1, event.elapsedMs + event.remainingMs);
        left = say.left(timeText(event.remainingMs, language));
        break;
      case "found":
        found++;
        now = say.looking(
          [settingsText(event.settings), protocolName(event.protocol), placeText(event, language)]
            .filter(Boolean)
            .join(" "),
        );
        break;
      case "named":
        screen.line(foundLines(event, language).join("\n"));
        break;
      case "odd":
        screen.line(oddText(event, language));
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
  language: Language,
): readonly string[] {
  const say = words[language];
  const where = transportText(transport);
  const sum = say.summary(found.length, where, asked, timeText(elapsedMs, language));
  if (ended && ended.code !== "closed") return [sum, sayFault(ended.message, language)];
  const stopped = ended ? [say.endedEarly(sayFault(ended.message, language))] : [];
  const next = transport.kind === "tcp" || !answersAsFactory({ found, odd }) ? [] : factoryAdvice(where, language);
  if (found.length === 0 && next.length === 0) return [sum, ...stopped, ...advice(transport, language)];
  return [sum, ...stopped, ...next];
}

/** Weir's nodes leave the factory there, however many hang on the line: what answers as one may be several. */
const factoryUnit = 247;

function answersAsFactory({ found, odd }: Pick<ScanResult, "found" | "odd">): boolean {
  return (
    found.some(({ protocol, unit }) => protocol === "modbus" && unit === factoryUnit) ||
    odd.some(({ protocol, who }) => protocol === "modbus" && who === `unit ${factoryUnit}`)
  );
}

function factoryAdvice(port: string, language: Language): readonly string[] {
  return [words[language].factory(factoryUnit), `  weir-firmware commission --port ${port}`];
}

function advice({ kind }: LineTransport, language: Language): readonly string[] {
  const say = words[language];
  if (kind === "tcp") return [say.silentHost];
  return [...say.silentLine, ...(kind === "serial" ? [] : [say.silentServer]), say.askLonger];
}

/** Whom a question calls: `unit 7`, `units 1 to 32`, or in the words of its protocol. */
function whoText(who: string, language: Language): string {
  const [, units] = /^units? ([\d ,to]+)$/.exec(who) ?? [];
  return units !== undefined && language === "zh" ? `站号 ${units.replaceAll(" to ", "–")}` : who;
}

function oddText({ protocol, settings, who, what }: Odd, language: Language): string {
  const where = [settingsText(settings), protocolName(protocol)].filter(Boolean).join(" ");
  return words[language][what](where, whoText(who, language));
}
