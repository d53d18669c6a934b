import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCredential, parseCredentials } from "./credentials.ts";
import { openVerifier } from "./verify.ts";

const password = (text: string) => Buffer.from(text);

test("a line that was made can be read and its password is right, another is not", async () => {
  const text = `# gateways\n\n${await formatCredential("gateway", "城东/gw 1", "s3cret")}\r\n`;
  const credentials = parseCredentials(text, "credentials");
  const verifier = openVerifier(credentials, virtualClock());
  expect(await verifier.verify("城东/gw 1", password("s3cret"), "::1")).toEqual({
    identity: { role: "gateway", name: "城东/gw 1", site: "城东", gateway: "gw 1" },
  });
  expect(await verifier.verify("城东/gw 1", password("secret"), "::1")).toEqual({
    refused: "wrong password",
    busy: false,
  });
  expect(await verifier.verify("nobody", password("s3cret"), "::1")).toEqual({ refused: "no such name", busy: false });
  expect(text).not.toContain("s3cret");
});

test("two lines for the same password differ", async () => {
  expect(await formatCredential("reader", "wall", "s")).not.toBe(await formatCredential("reader", "wall", "s"));
});

test("all faults of a file are said at once, each with its line", async () => {
  const good = await formatCredential("reader", "wall", "s3cret");
  const text = [
    "gateway east/gw-1",
    good,
    good,
    good.replace("reader", "gateway"),
    "reader scrypt$1$1$1$x$y door",
  ].join("\n");
  expect(() => parseCredentials(text, "c.txt")).toThrow(
    new RegExp(
      ["c.txt:1: not", "c.txt:3: wall is there already", "c.txt:4: .*<site>/<gateway>", "c.txt:5: door: its hash"].join(
        "[^]*",
      ),
    ),
  );
});

test("a name that could never be a topic, or an empty password, is refused when the line is made", async () => {
  await expect(formatCredential("gateway", "gw-1", "s")).rejects.toThrow("<site>/<gateway>");
  await expect(formatCredential("gateway", "a/b/c", "s")).rejects.toThrow(RangeError);
  await expect(formatCredential("gateway", "STATE/b", "s")).rejects.toThrow(RangeError);
  await expect(formatCredential("reader", "a/b", "s")).rejects.toThrow(RangeError);
  await expect(formatCredential("reader", "wall", "")).rejects.toThrow("empty password");
});

test("no text makes the parser throw anything but the list of faults", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseCredentials(text, "c.txt");
      } catch (error) {
        expect((error as Error).message).toMatch(/^c\.txt:\d+: /);
      }
    }),
  );
});

test("after a wrong password the same name from the same address waits, twice as long each time; others do not", async () => {
  const clock = virtualClock();
  const verifier = openVerifier(parseCredentials(await formatCredential("reader", "wall", "right"), "c"), clock);
  const attempt = async (text: string, from = "10.0.0.1") => {
    const verdict = await verifier.verify("wall", password(text), from);
    return "refused" in verdict ? verdict.refused : "in";
  };
  expect(await attempt("wrong")).toBe("wrong password");
  expect(await attempt("right")).toContain("again in 1 s");
  await clock.advance(1000);
  expect(await attempt("wrong")).toBe("wrong password");
  await clock.advance(1000);
  expect(await attempt("right")).toContain("again in 2 s");
  expect(await attempt("right", "10.0.0.2")).toBe("in");
  expect(await attempt("right")).toBe("in");
});

test("a hundred reconnections with the right password cost one hash", async () => {
  const line = await formatCredential("reader", "wall", "right");
  const verifier = openVerifier(parseCredentials(line, "c"), virtualClock());
  await verifier.verify("wall", password("right"), "a");
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: 100 }, () => verifier.verify("wall", password("right"), "a")));
  const { user } = process.cpuUsage(before);
  const one = process.cpuUsage();
  await openVerifier(parseCredentials(line, "c"), virtualClock()).verify("wall", password("right"), "a");
  expect(user).toBeLessThan(20 * Math.max(1, process.cpuUsage(one).user));
});

test("replaced credentials count at once", async () => {
  const verifier = openVerifier(parseCredentials(await formatCredential("reader", "wall", "old"), "c"), virtualClock());
  expect(await verifier.verify("wall", password("old"), "a")).toHaveProperty("identity");
  verifier.replace(parseCredentials(await formatCredential("reader", "wall", "new"), "c"));
  expect(await verifier.verify("wall", password("old"), "b")).toHaveProperty("refused");
  expect(await verifier.verify("wall", password("new"), "c")).toHaveProperty("identity");
});
