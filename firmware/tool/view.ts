import type { Terminal } from "@weir/config/command-line.ts";
import { faultTexts } from "@weir/wire/firmware/update-state.ts";
import { type Emit, type Event, Failure, type Happening } from "./events.ts";

const bar = (share: number) => "#".repeat(Math.round(share * 30)).padEnd(30, ".");

const serialOf = (serial: number | null) => (serial === null ? "no serial number" : `serial number ${serial}`);

/** What a person sees of an event; undefined: nothing. */
export function lineOf(event: Happening): string | undefined {
  switch (event.event) {
    case "opened":
      return `port      ${event.port}`;
    case "identified":
      return `chip      ${event.chip} (${event.signature}), ${event.bootloader}`;
    case "found":
      return `runs      ${event.runs ?? "no Weir node firmware"}`;
    case "answers":
      return event.node === null
        ? `answers   nobody at address ${event.unit}; --unit, --line-speed and --parity say where else it may be`
        : `answers   at address ${event.unit}, ${serialOf(event.serial)}`;
    case "writing":
    case "verifying":
    case "reading": {
      const last = event.page === event.pages;
      if (!last && event.page % 16 !== 0) return undefined;
      const left = last ? "" : `, ${(event.etaMs / 1000).toFixed(1)} s left`;
      return `${event.event.padEnd(9)} [${bar(event.page / event.pages)}] page ${event.page} of ${event.pages}${left}`;
    }
    case "verified":
      return `verified  ${event.bytes} bytes read back, SHA-256 ${event.sha256.slice(0, 16)}…`;
    case "confirmed":
      if (event.unit === null) return `confirmed ${event.node} answers`;
      return `confirmed ${event.node} answers at address ${event.unit}${event.serial === null ? ", without serial number" : `, serial number ${event.serial}`}`;
    case "searching":
      return `searching ${event.questions} questions asked, ${event.found} nodes found`;
    case "node":
      return `found     ${serialOf(event.serial).padEnd(24)} ${event.model.padEnd(14)} address ${event.address}`;
    case "twins":
      return event.serial === null
        ? "twins     several nodes have no serial number: give them one each, alone on a line or with weir-firmware flash --serial"
        : `twins     several nodes have serial number ${event.serial}: take one of them off, and find out where the number comes from`;
    case "shared":
      return `shared    address ${event.address} belongs to ${event.serials.map(serialOf).join(" and ")}: give one of them another`;
    case "on-line": {
      const { unit, who, runs, serial, loader, hasKey, report } = event;
      const key = hasKey === null ? "" : hasKey ? ", with a key" : ", without a key";
      const last = report && report.phase !== "idle" ? `; ${report.phase}` : "";
      return [
        `address   ${unit}: ${who === "image" ? "its image answers" : "boot485 answers"}, ${serialOf(serial)}`,
        `runs      ${runs ?? "no whole image"}`,
        `loader    ${loader === 0 ? "not boot485" : `boot485, protocol ${loader}${key}${last}`}`,
      ].join("\n");
    }
    case "pages-alike":
      return `verified  ${event.pages} pages are those of the image`;
    case "key-given":
      return `key       ${serialOf(event.serial)} has its key`;
    case "state":
      return `state     ${event.state}${event.fault === "none" ? "" : `: ${faultTexts[event.fault].en}`}`;
    case "serial-given":
      return `serial    the node has serial number ${event.serial} now, for good`;
    case "assigned":
      return `assigned  ${serialOf(event.serial)} is at address ${event.address}, read back: ${event.node}${event.profile ? `, profile ${event.profile}` : ""}`;
    case "line-set":
      return `line      ${serialOf(event.serial)} answers at ${event.baud} bit/s, parity ${event.parity}`;
    case "label":
      return `label     ${event.labels} in ${event.file}`;
    case "would-write":
      return `dry run   would write ${event.pages} pages, ${event.bytes} bytes; nothing was written`;
    case "done":
      return `done      ${event.what}`;
    case "failed":
      return [
        `failed    ${event.what}`,
        ...event.causes.map((cause, n) => `${n === 0 ? "likely" : "or"}`.padEnd(10) + cause),
        ...(event.next ? [`next      ${event.next}`] : []),
        ...(event.board ? [`board     ${event.board}`] : []),
      ].join("\n");
  }
}

/** The one stream of events, as JSON lines or as text; `failed` goes to stderr where people read. */
export function createStream({ out, err }: Terminal, json: boolean, now: () => number): Emit {
  const since = now();
  return (happening) => {
    if (json) return out(JSON.stringify({ ms: Math.round(now() - since), ...happening } satisfies Event));
    const line = lineOf(happening);
    if (line !== undefined) (happening.event === "failed" ? err : out)(line);
  };
}

/** Whatever was thrown, as the event that ends a stream. */
export function failed(error: unknown): Happening {
  const { message } = error as Error;
  if (error instanceof Failure) {
    const { causes, next, board } = error;
    return { event: "failed", what: message, causes, next, board };
  }
  return { event: "failed", what: message, causes: [], next: "", board: "" };
}
