import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import type { Child } from "./session.ts";
import { shareBrowse } from "./share-browse.ts";

const wait = { timeoutMs: 1000, signal: new AbortController().signal };
const child = (name: string): Child => ({ node: `ns=2;s=${name}`, namespace: "urn:plant", name, kind: "object" });

function setUp() {
  const clock = virtualClock();
  const asked: (readonly string[])[] = [];
  const shared = shareBrowse(async (nodes) => {
    asked.push(nodes);
    return nodes.map((node) => (node === "locked" ? "BadUserAccessDenied" : [child(`below ${node}`)]));
  }, clock);
  return { clock, asked, shared };
}

test("a folder is listed once for all instruments that start from it, in the order of what is asked", async () => {
  const { asked, shared } = setUp();
  await shared.browse(["objects"], wait);
  expect(await shared.browse(["pump-1", "objects"], wait)).toEqual([[child("below pump-1")], [child("below objects")]]);
  expect(asked).toEqual([["objects"], ["pump-1"]]);
});

test("after ten seconds it is asked for again: what is new on the server is found", async () => {
  const { asked, shared, clock } = setUp();
  await shared.browse(["objects"], wait);
  await clock.advance(9000);
  await shared.browse(["objects"], wait);
  expect(asked).toHaveLength(1);
  await clock.advance(1000);
  await shared.browse(["objects"], wait);
  expect(asked).toHaveLength(2);
});

test("a refusal is not remembered", async () => {
  const { asked, shared } = setUp();
  expect(await shared.browse(["locked"], wait)).toEqual(["BadUserAccessDenied"]);
  await shared.browse(["locked"], wait);
  expect(asked).toHaveLength(2);
});
