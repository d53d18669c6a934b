import { describe, expect, test } from "vitest";
import { faultOfSignature, signatureOf } from "./signature.ts";

const secret = "a-secret-of-a-webhook";
const body = Buffer.from('{"alerts":[]}');
const now = 1_777_620_000_000;
const timestamp = "1777620000";
const signature = signatureOf(secret, timestamp, body);
const judge = (change: Partial<Parameters<typeof faultOfSignature>[1]> = {}, at = now) =>
  faultOfSignature(secret, { signature, timestamp, body, ...change }, at);

describe("the signature of a notification", () => {
  test("is HMAC-SHA256 over seconds, a colon and the body, as openssl computes it", () => {
    // printf '1777620000:{"alerts":[]}' | openssl dgst -sha256 -hmac a-secret-of-a-webhook
    expect(signature).toBe("dc13f2213d804a93f4326dabb9ac482459127aff0cae7ecef7b247e1649fd298");
    expect(judge()).toBeUndefined();
  });

  test.each([
    ["another body", { body: Buffer.from('{"alerts":[ ]}') }, /does not fit/],
    ["another time", { timestamp: "1777620001" }, /does not fit/],
    ["another secret", { signature: signatureOf("another", timestamp, body) }, /does not fit/],
    ["no signature", { signature: undefined }, /x-grafana-alerting-signature is missing/],
    ["a short signature", { signature: signature.slice(2) }, /64 hex/],
    ["two signatures", { signature: [signature, signature] }, /64 hex/],
    ["no time", { timestamp: undefined }, /timestampHeader/],
    ["a time in words", { timestamp: "now" }, /in seconds/],
  ])("with %s is refused with what to check", (_, change, why) => {
    expect(judge(change)).toMatch(why);
  });

  test.each([300_000, -300_000])("is taken %i ms off the clock and not a second further", (offMs) => {
    expect(judge({}, now + offMs)).toBeUndefined();
    expect(judge({}, now + offMs + Math.sign(offMs) * 1000)).toMatch(/301 s off this clock .* check the clocks/);
  });
});
