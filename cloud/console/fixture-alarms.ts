import type { Notice } from "../alarms/alarms.ts";
import type { AlarmBook } from "../alarms/book.ts";
import type { DeviceState } from "../ingest/directory.ts";

const minute = 60_000;

type City = {
  readonly devices: readonly DeviceState[];
  /** Epoch ms. */
  readonly now: number;
};

/** The alarms of the made-up city (fixture.ts): some stand, some are over, two are acknowledged. */
export function noteAlarms(alarms: Pick<AlarmBook, "note" | "acknowledge">, { devices, now }: City): void {
  const notice = (device: string, agoMs: number, change: Partial<Notice>): Notice => {
    const state = devices.find((each) => each.device === device)!;
    const startedAt = now - agoMs;
    const [domain = ""] = (state.profile ?? "").split("/");
    const panel = `http://localhost:3000/d/weir-${domain}?viewPanel=12`;
    const links = { panel, rule: "http://localhost:3000/alerting/list", runbook: "https://example.org/runbooks" };
    const texts = { title: { en: "", zh: "" }, text: { en: "", zh: "" } };
    const place = { site: state.site, device, domain, severity: "warning" };
    return {
      fingerprint: `${device} ${agoMs}`,
      status: "firing",
      startedAt,
      rule: "",
      values: {},
      links,
      ...place,
      ...texts,
      ...change,
    };
  };
  alarms.note([
    notice("outfall-07-nh3n", 190 * minute, {
      status: "resolved",
      endedAt: now - 100 * minute,
      title: { en: "Ammonia nitrogen above class III: 2.91 mg/L", zh: "氨氮超Ⅲ类：2.91 mg/L" },
      text: { en: "GB 3838-2002, table 1: at most 1.0 mg/L.", zh: "GB 3838-2002 表 1：Ⅲ类不大于 1.0 mg/L。" },
    }),
    notice("meter-block-9", 3000 * minute, {
      status: "resolved",
      endedAt: now - 2960 * minute,
      title: { en: "Pressure low", zh: "压力过低" },
    }),
  ]);
  alarms.acknowledge(2, { by: "王伟", comment: "阀门检修，已恢复" });
  alarms.note([
    notice("store-a-gas", 4 * minute, {
      severity: "critical",
      title: { en: "Toxic gas, second level: 0.43 ppm", zh: "有毒气体二级报警：0.43 ppm" },
      text: {
        en: "GB/T 50493-2019, 5.5.2: second level at twice the first. Keep people out, read the detector on the spot, then call the duty officer.",
        zh: "GB/T 50493-2019 第 5.5.2 条：二级报警为一级的两倍。禁止人员进入，先核对现场探测器，再通知值班负责人。",
      },
    }),
    notice("river-level-3", 52 * minute, {
      title: { en: "River level rising fast: 0.31 m/h", zh: "河道水位上涨过快：0.31 m/h" },
      text: { en: "Reaches the warning level in about 2 h at this rate.", zh: "按此速率约 2 小时后达到警戒水位。" },
    }),
    notice("lamp-0118", 700 * minute, { severity: "info", title: { en: "Lamp on by day", zh: "白天亮灯" } }),
  ]);
  alarms.acknowledge(4, { by: "Li Na", comment: "watching it; pumps are ready" });
}
