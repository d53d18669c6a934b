import { faultTexts, stateCode } from "@weir/wire/firmware/update-state.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { countOffsets } from "@weir/wire/ranges.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { sayFault } from "../drivers/say-fault.ts";
import type { UpdateStatus } from "../firmware/run-update.ts";
import { sayCause } from "../outbox/causes.ts";
import { sayUplink } from "../uplink/reasons.ts";
import type { AgentStatus, BusView, DeviceView } from "./status.ts";
import { formatAge, formatBytes, formatNumber, metricName, type Words, words } from "./words.ts";

type Mood = "good" | "doubt" | "bad";
type Language = "en" | "zh";

/** A reading this old on a device that should answer looks stale. */
const staleMs = 600_000;

/** The whole health page: no scripts, nothing loaded from elsewhere; it asks for itself again every five seconds. Pure. */
export function formatPage(status: AgentStatus, language: Language): string {
  const say: Words = words[language];
  const name = escapeHtml(`${status.site} / ${status.gateway}`);
  const other = language === "en" ? "zh" : "en";
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>${name} · ${say.title}</title><style>${style}</style></head><body>
<header><h1>${name}</h1><a href="?lang=${other}" lang="${other}">${say.other}</a></header>
<p>${say.now} <time>${new Date(status.now).toISOString().replace("T", " ").slice(0, 19)} UTC</time> · weir-edge ${escapeHtml(status.version)} · ${say.running} ${formatAge(status.now - status.startedAt, language)}</p>
${section(say.delivery, delivery(status, say, language))}
${section(say.buses, rows(status.buses.flatMap((bus) => [busRow(bus, say, language), ...proxyRows(bus, say)])))}
${section(say.devices, status.devices.map((device) => deviceCard(device, status.now, say, language)).join(""))}
${status.firmware.length === 0 ? "" : section(say.firmware, status.firmware.map((each) => updateCard(each, status.now, say, language)).join(""))}
${section(say.machine, machine(status, say))}
</body></html>
`;
}

function delivery({ now, outbox, uplink, clockSynchronised }: AgentStatus, say: Words, language: Language): string {
  const age = (at: number) => formatAge(now - at, language);
  const moods = { online: "good", waiting: "doubt", offline: "bad" } as const;
  const why = uplink.why ? ` · ${escapeHtml(sayUplink(uplink.why, language))}` : "";
  const oldest = outbox.oldest ? ` · ${say.oldest} ${age(outbox.oldest.appendedAt)}` : "";
  const lines: [string, string, Mood][] = [
    [say.uplink, `${say[uplink.state]} · ${say.since} ${age(uplink.since)}${why}`, moods[uplink.state]],
    [
      say.waitingRecords,
      `${outbox.records} ${say.records}${oldest}`,
      outbox.records > 0 && uplink.state !== "online" ? "doubt" : "good",
    ],
    [
      say.onDisk,
      `${formatBytes(outbox.bytes)} ${say.of} ${formatBytes(outbox.limitBytes)}`,
      outbox.bytes > 0.8 * outbox.limitBytes ? "bad" : "good",
    ],
    [
      say.dropped,
      `${outbox.droppedSamples + outbox.refusedSamples} ${say.samples}`,
      outbox.dropped + outbox.refused > 0 ? "bad" : "good",
    ],
    [say.quarantine, `${outbox.quarantined} ${say.records}`, outbox.quarantined > 0 ? "doubt" : "good"],
  ];
  for (const { at, records, unreadable } of outbox.damage)
    lines.push([
      say.damaged,
      `${age(at)} · ${records} ${say.carried} · ${countOffsets(unreadable)} ${say.unreadable}`,
      "doubt",
    ]);
  if (outbox.fault !== undefined)
    lines.push([
      say.inMemory,
      `${outbox.unsaved} ${say.records} · ${escapeHtml(sayCause(outbox.fault, language))}`,
      "bad",
    ]);
  if (uplink.receiptMs !== undefined) lines.push([say.receipt, formatAge(uplink.receiptMs, language), "good"]);
  lines.push([say.clock, clockSynchronised ? say.synchronised : say.doubtful, clockSynchronised ? "good" : "doubt"]);
  return rows(lines);
}

function busRow(bus: BusView, say: Words, language: Language): [string, string, Mood] {
  const errors = bus.timeouts + bus.crcErrors + bus.frameErrors + bus.mismatches + bus.exceptions;
  const why = bus.why ? ` · ${escapeHtml(sayFault(bus.why, language))}` : "";
  const text = `${say[bus.link]} · ${say.busy} ${Math.round(100 * bus.utilisation)} % · ${bus.requests} ${say.requests} · ${errors} ${say.errors}${why}`;
  return [escapeHtml(bus.name), text, bus.link === "up" ? "good" : bus.link === "down" ? "bad" : "doubt"];
}

function proxyRows({ name, proxy }: BusView, say: Words): [string, string, Mood][] {
  if (!proxy) return [];
  const { listening, why, clients, requests, refused, busy, silent, cut } = proxy;
  const counts = `${clients} ${say.clients} · ${requests} ${say.requests} · ${refused} ${say.refused} · ${busy} ${say.putOff} · ${silent + cut} ${say.unanswered}`;
  const text =
    listening === undefined ? `${say.notListening} · ${escapeHtml(why ?? "")}` : `${escapeHtml(listening)} · ${counts}`;
  return [[`${escapeHtml(name)} · ${say.proxy}`, text, listening === undefined ? "bad" : "good"]];
}

function deviceCard(device: DeviceView, now: number, say: Words, language: Language): string {
  const reply = device.lastReplyAt === undefined ? say.never : ago(now - device.lastReplyAt, say, language);
  const error =
    device.state !== "up" && device.lastError
      ? `<p class="why">${escapeHtml(sayFault(device.lastError, language))}</p>`
      : "";
  const mood: Mood = device.state === "up" ? "good" : device.state === "down" ? "bad" : "doubt";
  const values = device.last.map((sample) => valueRow(sample, now, say, language));
  return `<article><h3><span>${escapeHtml(device.device)}</span> <b class="${mood}">${say[device.state]}</b></h3>
<p>${escapeHtml(device.bus)} · ${say.lastReply} ${reply}</p>${error}${rows(values)}</article>`;
}

function valueRow(
  { metric, at, value, quality }: Sample,
  now: number,
  say: Words,
  language: Language,
): [string, string, Mood] {
  const info = infoOf(metric);
  const word = value === null ? undefined : info?.states?.[value]?.[language];
  const shown = value === null ? say.noValue : (word ?? `${formatNumber(value)} ${info?.display ?? ""}`);
  const doubt = quality === "uncertain" ? ` · ${say.uncertain}` : "";
  const mood: Mood = quality === "bad" ? "bad" : quality === "uncertain" || now - at > staleMs ? "doubt" : "good";
  return [
    escapeHtml(metricName(metric, language)),
    `${escapeHtml(shown)} · ${ago(now - at, say, language)}${doubt}`,
    mood,
  ];
}

function updateCard(
  { device, what, state, fault, percent, since }: UpdateStatus,
  now: number,
  say: Words,
  language: Language,
): string {
  const name = infoOf("firmware_state")?.states?.[stateCode(state)]?.[language] ?? state;
  const share = state === "accepted" && percent !== undefined ? ` ${Math.round(percent)} %` : "";
  const mood: Mood = fault === "none" ? "good" : state === "parked" ? "doubt" : "bad";
  const why = fault === "none" ? "" : `<p class="${mood}">${escapeHtml(faultTexts[fault][language])}</p>`;
  return `<article><h3><span>${escapeHtml(device)}</span> <b class="${mood}">${name}${share}</b></h3>
<p>${escapeHtml(what)} · ${say.since} ${formatAge(now - since, language)}</p>${why}</article>`;
}

function machine({ machine }: AgentStatus, say: Words): string {
  const percent = (value: number | null) => (value === null ? "–" : `${Math.round(value)} %`);
  const low = machine.diskFree !== null && machine.diskFree < 2 ** 28;
  return rows([
    [say.load, percent(machine.cpuLoad), "good"],
    [say.memory, percent(machine.memoryUsed), machine.memoryUsed > 90 ? "doubt" : "good"],
    [say.process, formatBytes(machine.processMemory), "good"],
    [say.free, machine.diskFree === null ? "–" : formatBytes(machine.diskFree), low ? "bad" : "good"],
  ]);
}

function ago(ms: number, say: Words, language: Language): string {
  return language === "zh" ? `${formatAge(ms, language)}${say.ago}` : `${formatAge(ms, language)} ${say.ago}`;
}

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`;
}

function rows(lines: readonly (readonly [string, string, Mood])[]): string {
  return `<dl>${lines.map(([term, text, mood]) => `<div><dt>${term}</dt><dd class="${mood}">${text}</dd></div>`).join("")}</dl>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root{color-scheme:light dark;--good:#1b7f4b;--doubt:#8a6100;--bad:#b3261e;--line:#8884}
@media(prefers-color-scheme:dark){:root{--good:#5fd39a;--doubt:#e5b94d;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:60rem;font:16px/1.45 system-ui,sans-serif}
header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}h1{font-size:1.3rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1rem;margin:1.4rem 0 .3rem}h3{font-size:1rem;margin:0;display:flex;justify-content:space-between;gap:1rem}
h3 span{overflow-wrap:anywhere}p{margin:.2rem 0}a{padding:.4rem}dl{margin:0}
dl div{display:flex;justify-content:space-between;gap:1rem;padding:.35rem 0;border-bottom:1px solid var(--line)}
dt{flex:0 1 auto}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
article{border:1px solid var(--line);border-radius:.5rem;padding:.7rem;margin:.5rem 0}article dl div:last-child{border:0}
.good{color:var(--good)}.doubt{color:var(--doubt)}.doubt::before{content:"△ "}.bad{color:var(--bad);font-weight:600}.bad::before{content:"▲ "}.why{color:var(--bad)}
`;
