import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { expect, test } from "vitest";
import { repliesOf } from "./replies.ts";

test("a settlement is one receipt with all ranges and one message for each rejection, to the gateway alone", () => {
  const stored = [
    [1, 5],
    [9, 9],
  ] as const;
  const rejected = [
    { offset: 7, reason: "too old" },
    { offset: 8, reason: "no number" },
  ];
  const replies = repliesOf({ site: "east", gateway: "gw-1", epoch: 3, stored, rejected }, 1000);
  expect(new Set(replies.map(({ topic }) => topic))).toEqual(new Set(["spBv1.0/east/NCMD/gw-1"]));
  const decoded = replies.map(({ payload }) => decodePayload(payload));
  expect(decoded).toMatchObject([
    {
      timestamp: 1000,
      metrics: [
        { name: "Store Forward/Receipt", value: "3 1-5 9" },
        { name: "Store Forward/Accepts", value: "DEFLATE" },
      ],
    },
    { metrics: [{ name: "Store Forward/Rejected", value: "3 7 too old" }] },
    { metrics: [{ name: "Store Forward/Rejected", value: "3 8 no number" }] },
  ]);
  for (const payload of decoded) expect(payload).not.toHaveProperty("seq");
});

test("a settlement of nothing sends nothing", () => {
  expect(repliesOf({ site: "east", gateway: "gw-1", epoch: 3, stored: [], rejected: [] }, 1000)).toEqual([]);
});
