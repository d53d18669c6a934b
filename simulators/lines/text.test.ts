import { evaluate } from "@weir/device-profiles/evaluate.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { isText, parseTextLines } from "@weir/device-profiles/text/text-lines.ts";
import { describe, expect, test } from "vitest";
import { createSpeaker } from "./speakers.ts";

const simulated = [
  ["air/airmar-150wx", undefined, []],
  ["air/gill-windsonic-nmea", "II", []],
  ["water/generic-nmea-echo-sounder", undefined, []],
  ["air/vaisala-wxt520", "1", ["1R1\r\n", "1R2\r\n", "1R3!"]],
  ["air/vaisala-wxt536", "0", ["0r1Goe\r\n", "0r2Gje\r\n", "0r3Kid\r\n", "0r5Kcd\r\n"]],
  ["air/hydreon-rg-15", undefined, ["R\n"]],
  ["air/gill-windsonic", "Z", ["Z"]],
  ["air/vaisala-hmp230", "7", ["SEND 7\r"]],
  ["air/svantek-sv-973", undefined, ["#2,1;"]],
  ["pipe/generic-tuf-2000-ascii", "12", ["W12PDQH\r", "W12PDV\r", "W12PDI+\r"]],
  ["water/atlas-ezo-ph", undefined, ["R\r"]],
  ["water/maxbotix-mb7389", undefined, []],
  ["hazmat/spec-dgs-co", undefined, ["\r"]],
] as const;

const profiles = loadProfiles();
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("latin1");

function speakerOf(id: string, address: string | undefined) {
  const profile = profiles.get(id)!;
  const example = profile.examples[0]!;
  const show = (metric: string) => example.samples[metric]!;
  const speaker = createSpeaker({ name: id, profile, address, show, monotonic: () => 0 })!;
  const ask = (request: string) => {
    const hearing = speaker.hear!(Uint8Array.from(Buffer.from(request, "latin1")));
    return hearing === "more" ? hearing : text(hearing.reply);
  };
  return { profile, example, speaker, ask };
}

describe("a simulated instrument that speaks text", () => {
  test.each(simulated)("%s says what its example shows", (id, address, requests) => {
    const { profile, example, speaker, ask } = speakerOf(id, address);
    const said = speaker.speak ? text(speaker.speak.say()) : requests.map(ask).join("");
    if (!isText(profile)) throw new Error("expected an instrument that speaks text");
    const readings = evaluate(profile, parseTextLines(said.replaceAll("\\", "\\\\"), profile));
    for (const { metric, value } of readings) expect(value, metric).toBeCloseTo(example.samples[metric]!, 1);
  });

  test("answers a query whose check characters are wrong with the right ones, as the user guide prints it", () => {
    expect(speakerOf("air/vaisala-wxt536", "0").ask("0r1xxx\r\n")).toBe("0tX,Use chksum GoeIU~\r\n");
  });

  test("says the maker's own message, byte for byte", () => {
    expect(speakerOf("air/gill-windsonic", "Q").ask("Q")).toBe("\x02Q,229,002.74,M,00,\x0316\r\n");
    expect(speakerOf("pipe/generic-tuf-2000-ascii", "4").ask("W4PDI+\r")).toBe("+1234567E+0m3 !F7\r\n");
  });

  test.each([
    ["air/vaisala-wxt520", "0", "1R1\r\n"],
    ["air/vaisala-hmp230", "7", "SEND 8\r"],
    ["pipe/generic-tuf-2000-ascii", "12", "W13PDV\r"],
    ["air/gill-windsonic", "Z", "W"],
  ])("%s with address %s keeps silent to %j", (id, address, request) => {
    expect(speakerOf(id, address).ask(request)).toBe("");
  });

  test("waits for the end of a request", () => {
    expect(speakerOf("air/vaisala-wxt520", "0").ask("0R1")).toBe("more");
  });
});
