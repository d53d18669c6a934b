import { evaluate } from "@weir/device-profiles/evaluate.ts";
import { contentOf } from "@weir/device-profiles/example.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { expect, test } from "vitest";
import { framedSpeaker, frameOf } from "./framed.ts";

const framed = [...loadProfiles().values()].flatMap((profile) => (profile.protocol === "frame" ? [profile] : []));
const hex = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$& ");

const cases = framed.flatMap((profile) =>
  profile.examples
    .filter(({ samples }) => Object.values(samples).every((value) => value !== null))
    .map((example) => ({ id: profile.id, profile, example })),
);

test.each(cases)(
  "a simulated $id that shows what an example shows says a frame that comes to the same",
  ({ profile, example }) => {
    const said = frameOf(profile, (metric) => example.samples[metric]!);
    const content = contentOf(profile, { note: "", frames: hex(said), samples: {} });
    for (const { metric, value } of evaluate(profile, content)) expect(value, metric).toBe(example.samples[metric]);
  },
);

test("says the maker's own frame, byte for byte", () => {
  const wzS = framed.find(({ id }) => id === "hazmat/dart-wz-s")!;
  expect(hex(frameOf(wzS, () => 0.037)).slice(0, 17)).toBe("FF 17 04 00 00 25");
  const level = framed.find(({ id }) => id === "pipe/dfrobot-a01nyub")!;
  expect(hex(frameOf(level, () => 1.953))).toBe("FF 07 A1 A7");
});

test("answers its request wherever it stands, and nothing else", () => {
  const profile = framed.find(({ id }) => id === "air/winsen-mh-z19b")!;
  const { hear } = framedSpeaker({ name: "co2", profile, address: undefined, show: () => 650, monotonic: () => 0 })!;
  const request = Buffer.from("FF0186000000000079", "hex");
  expect(hear!(Buffer.from("00", "hex"))).toEqual({ consumed: 1 });
  expect(hear!(request.subarray(0, 5))).toBe("more");
  const heard = hear!(request);
  expect(heard !== "more" && hex(heard.reply!)).toBe("FF 86 02 8A 00 00 00 00 EE");
});
