import { expect, test } from "vitest";
import { closedByBroker, type Failure, nobodyAnswers, notSubscribed, reasonOf, sayUplink } from "./reasons.ts";

const failure = (code: string | number, message = "words"): Failure => Object.assign(new Error(message), { code });

/** As Node 24 and a TLS server of it say them. */
test.each([
  ["ECONNREFUSED", /nothing listens on this port/],
  ["ENOTFOUND", /the name is not known/],
  ["EAI_AGAIN", /the name server does not answer/],
  ["ENETUNREACH", /no route to the broker/],
  ["ETIMEDOUT", /died silently/],
  ["ECONNRESET", /mqtts:\/\/ where the broker wants TLS/],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /check ca_file/],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /check ca_file/],
  ["CERT_HAS_EXPIRED", /check this gateway's clock/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /is for another name/],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /check cert_file and key_file/],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", /check cert_file and key_file/],
  ["EPROTO", /does not speak TLS/],
  [2, /client id/],
  [5, /does not authorise this gateway; check username/],
])("%s says what to check next, in both languages", (code, words) => {
  const why = reasonOf(failure(code));
  expect(why).toMatch(words);
  if (typeof code === "string") expect(why).toMatch(/ \(words\)$/);
  const said = sayUplink(why, "zh");
  expect(said).toMatch(/请|将/);
  expect(said).not.toMatch(/[{}]|the /);
  expect(sayUplink(why, "en")).toBe(why);
});

test("a host of several addresses is told by what the first of them said, with all their words", () => {
  const errors = [failure("ECONNREFUSED", "::1"), failure("ECONNREFUSED", "127.0.0.1")] as Failure["errors"] & object;
  expect(reasonOf(Object.assign(new AggregateError(errors, ""), { errors }))).toMatch(
    /nothing listens.*\(::1; 127\.0\.0\.1\)$/,
  );
});

test("what is known by no code stays as the library said it", () => {
  expect(reasonOf(failure("EWEIRD", "strange\n"))).toBe("strange");
  expect(reasonOf(failure(77, "odd"))).toBe("odd");
  expect(sayUplink("strange", "zh")).toBe("strange");
});

test("a broker that closes, that is silent or that refuses a subscription is told in Chinese too", () => {
  for (const why of [closedByBroker, nobodyAnswers(5000), notSubscribed(["a/b", "c"])])
    expect(sayUplink(why, "zh")).toMatch(/^(服务器|5 秒内)/);
});
