import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explain } from "./explain.ts";

const file = join(import.meta.dirname, "testdata/certificates/plc-alone.pem");
const own = { file, certificate: new X509Certificate(readFileSync(file)) };
const url = "opc.tcp://plc:4840";

test.each([
  ["connect ECONNREFUSED 10.0.0.5:4840", "refused", /nothing listens on this port; check the port/],
  ["getaddrinfo ENOTFOUND plc", "refused", /the name is not known/],
  [
    "The connection has been rejected by server: BadSecurityChecksFailed (0x80130000)",
    "BadSecurityChecksFailed",
    /trust it at the server \(it lies in .*plc-alone\.pem, SHA-256 [0-9a-f]{16}…\)/,
  ],
  ["serviceResult = BadUserAccessDenied (0x801f0000)", "BadUserAccessDenied", /does not let this user in/],
  ["serviceResult = BadTooManySessions (0x80560000)", "BadTooManySessions", /no session left; close other clients/],
  ["Transaction has timed out (timeout = 5000 ms)", "timeout", /did not answer in time/],
  ["something new\nwith a second line", "closed", /^opc\.tcp:\/\/plc:4840: something new$/],
])("%j is told as what to check", (message, code, text) => {
  const told = explain(new Error(message), url, own);
  expect(told).toMatchObject({ code, message: expect.stringMatching(text) });
});
