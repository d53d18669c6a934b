import type { AgentStatus } from "./status.ts";

type Family = {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly rows: readonly Row[];
};
type Row = { readonly labels?: Readonly<Record<string, string>>; readonly value: number | null | undefined };

/** The agent's status in Prometheus' text format 0.0.4. Values that are not known now have no line. */
export function formatExposition(status: AgentStatus): string {
  return families(status).map(formatFamily).join("");
}

function families(status: AgentStatus): readonly Family[] {
  const { now, machine, outbox, uplink, commands, buses, devices } = status;
  const one = (value: number | null | undefined): readonly Row[] => [{ value }];
  const gauge = (name: string, help: string, rows: readonly Row[]): Family => ({
    name: `weir_${name}`,
    type: "gauge",
    help,
    rows,
  });
  const counter = (name: string, help: string, rows: readonly Row[]): Family => ({
    name: `weir_${name}_total`,
    type: "counter",
    help,
    rows,
  });
  const perBus = (of: (bus: AgentStatus["buses"][number]) => number): readonly Row[] =>
    buses.map((bus) => ({ labels: { bus: bus.name }, value: of(bus) }));
  const perDevice = (of: (device: AgentStatus["devices"][number]) => number | undefined): readonly Row[] =>
    devices.map((device) => ({ labels: { device: device.device, bus: device.bus }, value: of(device) }));
  const errors = (["timeouts", "crcErrors", "frameErrors", "mismatches", "exceptions"] as const).flatMap((kind) =>
    buses.map((bus) => ({ labels: { bus: bus.name, kind }, value: bus[kind] })),
  );
  const shared = buses.flatMap(({ name, proxy }) => (proxy ? [{ name, proxy }] : []));
  const perProxy = (of: (proxy: (typeof shared)[number]["proxy"]) => number): readonly Row[] =>
    shared.map(({ name, proxy }) => ({ labels: { bus: name }, value: of(proxy) }));
  const outcomes = (["answered", "refused", "busy", "silent", "cut"] as const).flatMap((outcome) =>
    shared.map(({ name, proxy }) => ({ labels: { bus: name, outcome }, value: proxy[outcome] })),
  );
  const about = { site: status.site, gateway: status.gateway, version: status.version };
  return [
    gauge("agent_info", "Which agent this is.", [{ labels: about, value: 1 }]),
    gauge("agent_start_time_seconds", "When the agent started, Unix time.", one(status.startedAt / 1000)),
    gauge(
      "clock_synchronised",
      "1 when the system clock is known to be synchronised.",
      one(Number(status.clockSynchronised)),
    ),
    gauge("cpu_load_ratio", "Busy share of all cores.", one(machine.cpuLoad === null ? null : machine.cpuLoad / 100)),
    gauge("process_resident_memory_bytes", "Memory of the agent.", one(machine.processMemory)),
    counter("process_cpu_seconds", "CPU time of the agent.", one(machine.processCpu)),
    gauge("disk_free_bytes", "Free on the disk that holds the outbox.", one(machine.diskFree)),
    gauge("outbox_records", "Records on disk without a receipt.", one(outbox.records)),
    gauge("outbox_samples", "Samples on disk without a receipt.", one(outbox.samples)),
    gauge("outbox_bytes", "Bytes the records take on disk.", one(outbox.bytes)),
    gauge("outbox_limit_bytes", "Bytes the records may take on disk.", one(outbox.limitBytes)),
    gauge(
      "outbox_oldest_age_seconds",
      "Age of the oldest record without a receipt.",
      one(outbox.oldest ? Math.max(0, now - outbox.oldest.appendedAt) / 1000 : 0),
    ),
    gauge("outbox_degraded", "1 while the disk takes no records.", one(Number(outbox.fault !== undefined))),
    gauge("outbox_unsaved_records", "Records in memory only.", one(outbox.unsaved)),
    gauge("outbox_quarantined_records", "Records the store will never take.", one(outbox.quarantined)),
    gauge("outbox_damages", "How often the file was found damaged, of late.", one(outbox.damage.length)),
    counter("outbox_appended_records", "Records made durable.", one(outbox.appended)),
    counter("outbox_confirmed_records", "Records a receipt has named.", one(outbox.confirmed)),
    counter("outbox_dropped_records", "Records given up.", one(outbox.dropped)),
    counter("outbox_dropped_samples", "Samples given up.", one(outbox.droppedSamples)),
    counter("outbox_refused_records", "Records refused for want of room, since the start.", one(outbox.refused)),
    counter("outbox_refused_samples", "Samples refused for want of room, since the start.", one(outbox.refusedSamples)),
    gauge("uplink_online", "1 while born and sending.", one(Number(uplink.state === "online"))),
    counter("uplink_connects", "Connections to the broker.", one(uplink.connects)),
    counter("uplink_births", "Times all births were sent.", one(uplink.births)),
    counter("uplink_sent_records", "Records sent, repeats included.", one(uplink.sent)),
    counter("uplink_receipts", "Records in flight that were confirmed.", one(uplink.receipts)),
    counter("uplink_rejections", "Records the store refused.", one(uplink.rejections)),
    counter(
      "uplink_ignored_messages",
      "Messages to the gateway that were of another epoch or could not be read.",
      one(uplink.ignored),
    ),
    gauge("uplink_window_bytes", "Bytes that may be sent without a receipt now.", one(uplink.windowBytes)),
    gauge("uplink_in_flight_bytes", "Bytes sent without a receipt yet.", one(uplink.inFlightBytes)),
    gauge(
      "uplink_receipt_delay_seconds",
      "Smoothed time from sending to receipt.",
      one(uplink.receiptMs === undefined ? undefined : uplink.receiptMs / 1000),
    ),
    counter(
      "commands",
      "Commands answered, by outcome.",
      Object.entries(commands).map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    gauge(
      "bus_up",
      "1 while the bus's link is open.",
      perBus((bus) => Number(bus.link === "up")),
    ),
    gauge(
      "bus_utilisation_ratio",
      "Share of time in which a request was under way.",
      perBus((bus) => bus.utilisation),
    ),
    counter(
      "bus_requests",
      "Requests on the bus.",
      perBus((bus) => bus.requests),
    ),
    counter("bus_errors", "Requests that failed, by kind.", errors),
    gauge(
      "proxy_up",
      "1 while the bus's proxy listens.",
      perProxy((proxy) => Number(proxy.listening !== undefined)),
    ),
    gauge(
      "proxy_clients",
      "Masters connected to the bus's proxy.",
      perProxy((proxy) => proxy.clients),
    ),
    counter("proxy_requests", "Requests of other masters, by what became of them.", outcomes),
    counter(
      "proxy_turned_away",
      "Connections that the proxy did not take.",
      perProxy((proxy) => proxy.turnedAway),
    ),
    counter(
      "proxy_expelled",
      "Connections closed for what came over them.",
      perProxy((proxy) => proxy.expelled),
    ),
    gauge(
      "device_up",
      "1 while the device answers.",
      perDevice((device) => Number(device.state === "up")),
    ),
    gauge(
      "device_last_reply_age_seconds",
      "Time since the device's last reply.",
      perDevice((device) =>
        device.lastReplyAt === undefined ? undefined : Math.max(0, now - device.lastReplyAt) / 1000,
      ),
    ),
    counter(
      "device_cycles",
      "Poll cycles.",
      perDevice((device) => device.cycles),
    ),
    counter(
      "device_skipped_cycles",
      "Poll cycles skipped because one before took too long.",
      perDevice((device) => device.skippedCycles),
    ),
    counter(
      "device_samples",
      "Samples reported.",
      perDevice((device) => device.samples),
    ),
  ];
}

function formatFamily({ name, type, help, rows }: Family): string {
  const known = rows.filter((row): row is Row & { value: number } => row.value !== null && row.value !== undefined);
  if (known.length === 0) return "";
  const lines = known.map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
