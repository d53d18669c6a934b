import type { Hearing, Speaker } from "./line-bus.ts";
import type { SpeakerOptions } from "./speakers.ts";

type Show = SpeakerOptions["show"];

/** An instrument as its manual has it: what it answers to which request, or what it says by itself. */
type Model = {
  /** Where a request ends; undefined for one of a single character. */
  readonly ends?: string;
  answer?(request: string, address: string, show: Show): string | undefined;
  readonly speak?: { readonly everyMs: number; say(show: Show): string };
};

const hex = (value: number) => (value & 0xff).toString(16).toUpperCase().padStart(2, "0");
const sum = (text: string) => [...text].reduce((total, char) => total + char.charCodeAt(0), 0);
const exclusiveOr = (text: string) => [...text].reduce((total, char) => total ^ char.charCodeAt(0), 0);

/** 12.3456 → `+1.234560E+01`. */
function scientific(value: number): string {
  const [digits = "", exponent = "0"] = value.toExponential(6).split("e");
  const power = Number(exponent);
  return `${value < 0 ? "" : "+"}${digits}E${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

const models: Readonly<Record<string, Model>> = {
  "air/hydreon-rg-15": {
    ends: "\n",
    answer: (request, _, show) => {
      if (request.trim() !== "R") return undefined;
      const told = [show("rainfall_event"), show("rainfall"), show("rain_rate")].map((mm) => mm.toFixed(2));
      return `Acc  0.00 mm, EventAcc  ${told[0]} mm, TotalAcc  ${told[1]} mm, RInt  ${told[2]} mmph\r\n`;
    },
  },
  "air/gill-windsonic": {
    answer: (request, address, show) => {
      if (request !== address) return undefined;
      const [speed, direction] = [show("wind_speed"), Math.floor(show("wind_direction")) % 360];
      const angle = speed < 0.05 ? "" : String(direction).padStart(3, "0");
      const body = `${address},${angle},${speed.toFixed(2).padStart(6, "0")},M,00,`;
      return `\x02${body}\x03${hex(exclusiveOr(body))}\r\n`;
    },
  },
  "air/vaisala-hmp230": {
    ends: "\r",
    answer: (request, address, show) =>
      request.trim() === `SEND ${address}`
        ? `RH= ${show("relative_humidity").toFixed(1)} %RH T= ${show("air_temperature").toFixed(1)} 'C\r\n`
        : undefined,
  },
  "air/svantek-sv-973": {
    ends: ";",
    answer: (request, _, show) => {
      if (request.trim() !== "#2,1") return undefined;
      const told = (metric: string) => show(metric).toFixed(2);
      const [most, least] = [told("noise_max"), told("noise_min")];
      return `#2,1,x17/03/2014,t13:44:28,v0,V0,T10,P${most},M${most},N${least},S${told("noise_level")},R${told("noise_equivalent")},U${most};`;
    },
  },
  "pipe/generic-tuf-2000-ascii": {
    ends: "\r",
    answer: (request, address, show) => {
      const [, asked, command = ""] = /W(\d+)P([^W]*)$/.exec(request) ?? [];
      if (asked !== address) return undefined;
      const answers: Readonly<Record<string, () => string>> = {
        DQH: () => `${scientific(show("pipe_flow"))}m3/h`,
        DV: () => `${scientific(show("pipe_velocity"))}m/s`,
        "DI+": () => `+${String(Math.floor(show("flow_total_forward"))).padStart(7, "0")}E+0m3 `,
      };
      const body = answers[command]?.();
      return body === undefined ? undefined : `${body}!${hex(sum(body))}\r\n`;
    },
  },
  "water/atlas-ezo-ph": {
    ends: "\r",
    answer: (request, _, show) => (request === "R" ? `${show("ph").toFixed(3)}\r*OK\r` : "*ER\r"),
  },
  "water/maxbotix-mb7389": {
    speak: {
      everyMs: 750,
      say: (show) => `R${String(Math.round((4 - show("water_level")) * 1000)).padStart(4, "0")}\r`,
    },
  },
  "hazmat/spec-dgs-co": {
    ends: "\r",
    answer: (_, __, show) => {
      const told = [show("co_ppm") * 1000, show("air_temperature"), show("relative_humidity")].map(Math.round);
      return `110816020533, ${told.join(", ")}, 33017, 26112, 30512, 0, 2, 14, 55\r\n`;
    },
  },
};

/** An instrument with lines of its own; models that are not written here are not simulated. */
export function textSpeaker({ name, profile, address = "", show }: SpeakerOptions): Speaker | undefined {
  if (profile.protocol !== "line") return undefined;
  const model = models[profile.id];
  if (!model)
    throw new RangeError(`${name}: no simulated instrument speaks as ${profile.id}; write it in lines/text.ts`);
  const { ends, answer, speak } = model;
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
  return {
    name,
    ...(answer && {
      hear: (heard: Uint8Array): Hearing | "more" => {
        const text = Buffer.from(heard).toString("latin1");
        const end = ends === undefined ? 0 : text.indexOf(ends);
        if (end < 0) return "more";
        const consumed = end + (ends?.length ?? 1);
        const reply = answer(ends === undefined ? text.slice(0, 1) : text.slice(0, end), address, show);
        return reply === undefined ? { consumed } : { consumed, reply: bytes(reply) };
      },
    }),
    ...(speak && { speak: { everyMs: speak.everyMs, say: () => bytes(speak.say(show)) } }),
  };
}
