import { metricOf } from "@weir/device-profiles/metric.ts";
import type { VaisalaPoint } from "@weir/device-profiles/schema.ts";
import type { Hearing, Speaker } from "./line-bus.ts";
import type { SpeakerOptions } from "./speakers.ts";

/** Unit letter and decimals of each value, and how many of them one of the vocabulary is. */
const keys: Readonly<Record<string, readonly [letter: string, decimals: number, per: number]>> = {
  Dm: ["D", 0, 1],
  Sm: ["M", 1, 1],
  Sx: ["M", 1, 1],
  Ta: ["C", 1, 1],
  Ua: ["P", 1, 1],
  Pa: ["H", 1, 10],
  Rc: ["M", 2, 1],
  Ri: ["M", 1, 1],
  Vs: ["V", 1, 1],
};

/** A WXT weather transmitter that is polled: `0R1`, or `0r1` with check characters, ended by CR LF or an exclamation mark. */
export function vaisalaSpeaker({ name, profile, address = "0", show }: SpeakerOptions): Speaker | undefined {
  if (profile.protocol !== "vaisala") return undefined;
  const messages = Map.groupBy<string, VaisalaPoint>(profile.points, ({ at }) => at.message);

  function answer(query: string): string | undefined {
    const found = /^(.)([Rr][0-9])(.{3})?$/.exec(query);
    if (!found || found[1] !== address) return undefined;
    const [, , message = "", given] = found;
    const checked = message.startsWith("r");
    const asked = checkCharacters(`${address}${message}`);
    if (checked && given !== asked) return sealed(`${address}tX,Use chksum ${asked}`);
    const points = messages.get(message.toUpperCase());
    const text = points
      ? `${address}${message},${points.map((point) => told(point, show)).join(",")}`
      : `${address}${checked ? "t" : "T"}X,Unable to measure error`;
    return checked ? sealed(text) : `${text}\r\n`;
  }

  return {
    name,
    hear: (heard): Hearing | "more" => {
      const text = Buffer.from(heard).toString("latin1");
      const end = /\r\n|!/.exec(text);
      if (!end) return "more";
      const reply = answer(text.slice(0, end.index));
      const consumed = end.index + end[0].length;
      return reply === undefined ? { consumed } : { consumed, reply: Uint8Array.from(Buffer.from(reply, "latin1")) };
    },
  };
}

function told(point: VaisalaPoint, show: (metric: string) => number): string {
  const [letter, decimals, per] = keys[point.at.key]!;
  return `${point.at.key}=${(show(metricOf(point)) * per).toFixed(decimals)}${letter}`;
}

function sealed(text: string): string {
  return `${text}${checkCharacters(text)}\r\n`;
}

/** CRC-16 of SDI-12, six bits a character. */
function checkCharacters(text: string): string {
  let crc = 0;
  for (const byte of Buffer.from(text, "latin1")) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = crc % 2 === 1 ? Math.floor(crc / 2) ^ 0xa001 : crc / 2;
  }
  return [12, 6, 0].map((shift) => String.fromCharCode(0x40 + (Math.floor(crc / 2 ** shift) % 64))).join("");
}
