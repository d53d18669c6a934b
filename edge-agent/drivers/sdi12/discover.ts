import { type Discovery, type Hearing, type Introduction, lineOf, type Question, type Sighting } from "../discover.ts";
import { encodeCommand, identityReader } from "./codec.ts";

const anybody = "?";
const addresses = [..."0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** An address and CR LF. */
const longestAnswer = 3;
/** A sensor answers within 15 ms (SDI-12 1.4, 7.0); the adapter has a break to make first. */
const timeoutMs = 300;

/** A sensor that is alone tells its address to `?!`; where several answer at once, each address is asked with `a!`. */
export const sdi12Discovery: Discovery = {
  over: ["serial", "raw-tcp", "rfc2217"],
  settings: ["1200 7E1", "9600 8N1"].map(lineOf),
  anybody: [
    { ...question(anybody), who: "any SDI-12 sensor", narrow: () => addresses.map((address) => question(address)) },
  ],
  introductions: ({ address = "0" }) => [introduction(address)],
};

function question(address: string): Question {
  return {
    who: `SDI-12 sensor ${address}`,
    frame: encodeCommand(address, ""),
    hear: (bytes) => hear(bytes, address),
    longestAnswer,
    timeoutMs,
  };
}

/** Lines of one character each. What a break leaves behind, NUL and other unprintable bytes, is none. */
function hear(bytes: Uint8Array, asked: string): Hearing {
  const text = Buffer.from(bytes).toString("latin1");
  const seen: Sighting[] = [];
  const rest = text.replace(/[^!-~\r\n]/g, "").replace(/(?<![^\n])([0-9A-Za-z])\r\n/g, (line, address: string) => {
    if (asked !== anybody && address !== asked) return line;
    seen.push({ address });
    return "";
  });
  return { seen, broken: rest !== "" };
}

function introduction(address: string): Introduction {
  const reader = identityReader(address);
  return {
    frame: encodeCommand(address, "I"),
    longestAnswer: 37,
    read: (bytes) => {
      const found = reader.find(bytes)?.value;
      return found && { vendor: found.vendor, product: found.model, revision: found.firmware };
    },
  };
}
