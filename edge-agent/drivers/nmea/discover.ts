import { nmeaChecksum } from "@weir/device-profiles/text/nmea.ts";
import { type Discovery, type Hearing, lineOf } from "../discover.ts";

/** Talkers say something each second or two. */
const listenMs = 2200;

/** NMEA talkers are found by listening: a sentence whose checksum fits names its talker. */
export const nmeaDiscovery: Discovery = {
  over: ["serial", "raw-tcp", "rfc2217"],
  settings: ["4800 8N1", "9600 8N1", "38400 8N1", "19200 8N1"].map(lineOf),
  alone: true,
  anybody: [{ who: "whoever talks by himself", frame: new Uint8Array(), hear, longestAnswer: 0, timeoutMs: listenMs }],
};

/** The sentence that listening began in the middle of is no fault. */
function hear(bytes: Uint8Array): Hearing {
  const text = Buffer.from(bytes).toString("latin1");
  const talkers = new Map<string, Set<string>>();
  for (const [, body = "", sum = ""] of text.matchAll(/\$([A-Z]{5},[^*$\r\n]*)\*([0-9A-Fa-f]{2})/g)) {
    if (nmeaChecksum(body) !== sum.toUpperCase()) continue;
    const talker = body.slice(0, 2);
    talkers.set(talker, (talkers.get(talker) ?? new Set()).add(body.slice(2, 5)));
  }
  const seen = [...talkers].map(([address, kinds]) => ({ address, said: [...kinds].join(" ") }));
  return { seen, broken: bytes.length > 0 && seen.length === 0 };
}
