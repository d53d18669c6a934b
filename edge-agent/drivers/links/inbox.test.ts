import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { LinkError, type Reader } from "../driver.ts";
import { createInbox } from "./inbox.ts";

const signal = new AbortController().signal;
/** A length byte, then as many bytes. */
const reader: Reader<string> = {
  find: (bytes) => {
    const end = bytes[0]! + 1;
    return bytes.length >= end ? { value: Buffer.from(bytes.subarray(1, end)).toString(), end } : undefined;
  },
  fault: (bytes) => new LinkError(bytes.length > 0 ? "frame" : "timeout", "nothing found"),
};
const frame = (text: string) => [text.length, ...Buffer.from(text)];

test("bytes behind what was found stay for the next reader", async () => {
  const inbox = createInbox(virtualClock());
  inbox.push(Uint8Array.from([...frame("one"), ...frame("two"), 5, 104]));
  expect(await inbox.receive(reader, { timeoutMs: 100, signal })).toBe("one");
  expect(await inbox.receive(reader, { timeoutMs: 100, signal })).toBe("two");
  inbox.push(Buffer.from("ello"));
  expect(await inbox.receive(reader, { timeoutMs: 100, signal })).toBe("hello");
});

test("when nothing is found in time the reader says why", async () => {
  const clock = virtualClock();
  const inbox = createInbox(clock);
  inbox.push(Uint8Array.of(9, 1));
  const waiting = expect(inbox.receive(reader, { timeoutMs: 100, signal })).rejects.toMatchObject({ code: "frame" });
  await clock.advance(100);
  await waiting;
});

test("a flood that nobody reads is bounded, and the newest bytes are kept", async () => {
  const inbox = createInbox(virtualClock());
  for (let i = 0; i < 100; i++) inbox.push(new Uint8Array(1000).fill(255));
  inbox.push(Uint8Array.from(frame("new")));
  const newest: Reader<number> = { ...reader, find: (bytes) => ({ value: bytes.length, end: bytes.length - 4 }) };
  expect(await inbox.receive(newest, { timeoutMs: 100, signal })).toBe(16_384);
  expect(await inbox.receive(reader, { timeoutMs: 100, signal })).toBe("new");
});

test("after the end every reader is told why at once", async () => {
  const inbox = createInbox(virtualClock());
  const waiting = expect(inbox.receive(reader, { timeoutMs: 100, signal })).rejects.toMatchObject({ code: "closed" });
  inbox.end(new LinkError("closed", "gone"));
  await waiting;
  await expect(inbox.receive(reader, { timeoutMs: 100, signal })).rejects.toMatchObject({ message: "gone" });
});
