import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertBindable, buildDoor, hashToken } from "./access.ts";

const token = { name: "a", access: "read" as const, sha256: hashToken("0123456789abcdef") };

describe("where the API may listen", () => {
  test.each(["127.0.0.1", "localhost", "::1", "127.8.8.8"])("%s needs no tokens", (host) => {
    expect(() => assertBindable({ host, port: 8080 }, [])).not.toThrow();
  });

  test.each(["0.0.0.0", "::", "192.168.1.5", "weir.example"])(
    "%s without tokens is refused with both ways out",
    (host) => {
      expect(() => assertBindable({ host, port: 8080 }, [])).toThrow(/listen on 127\.0\.0\.1, or add tokens/);
      expect(() => assertBindable({ host, port: 8080 }, [token])).not.toThrow();
    },
  );

  test("every fault of the tokens is told at once", () => {
    const bad = [token, { ...token, name: "b" }, { ...token, sha256: "short" }];
    const message = (() => {
      try {
        return assertBindable({ host: "0.0.0.0", port: 1 }, bad);
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message?.split("\n")).toEqual([
      "api: tokens[1] (b): is the same as an earlier token",
      "api: tokens[2] (a): sha256 is not 64 hex digits; have the token's line written anew",
      "api: tokens[2] (a): the name is taken; names tell callers apart in the log",
    ]);
  });

  test("a token that is short or does not fit a cookie cannot be made", () => {
    expect(() => hashToken("short")).toThrow(RangeError);
    expect(() => hashToken("0123456789abcdef;")).toThrow(RangeError);
  });
});

test("no header, however malformed, opens the door or breaks it with anything but a refusal", () => {
  const door = buildDoor([token]);
  fc.assert(
    fc.property(fc.string(), fc.string(), (authorization, cookie) => {
      try {
        expect(door.identify({ authorization, cookie, host: "h", origin: undefined })).toBe(undefined);
      } catch (error) {
        expect(error).toMatchObject({ code: "not_signed_in" });
      }
    }),
  );
});
