import { createHmac, timingSafeEqual } from "node:crypto";

/** Headers as Grafana's webhook sets them with `hmacConfig`: the signature's default name, and ours for the time. */
export const signatureHeader = "x-grafana-alerting-signature";
export const timestampHeader = "x-grafana-alerting-timestamp";

/** How far the sender's clock may be from ours; what is older is a replay. */
const windowMs = 300_000;

/**
 * Grafana's signature of a body: HMAC-SHA256 over `<unix seconds>:<body>`, as lower-case hex
 * (grafana/alerting, http/hmac.go). Pure.
 */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  return createHmac("sha256", secret).update(`${timestamp}:`).update(body).digest("hex");
}

export type Signed = { readonly signature: unknown; readonly timestamp: unknown; readonly body: Uint8Array };

/** Why a request is not to be believed, with what to check; undefined when it is signed with the secret, now. Takes the same time for every wrong signature. */
export function faultOfSignature(
  secret: string,
  { signature, timestamp, body }: Signed,
  now: number,
): string | undefined {
  if (typeof signature !== "string" || !/^[0-9a-f]{64}$/i.test(signature))
    return `${signatureHeader} is missing or not 64 hex digits; give the contact point hmacConfig with the secret of alarms.webhook_secret_file`;
  if (typeof timestamp !== "string" || !/^\d{1,12}$/.test(timestamp))
    return `${timestampHeader} is missing or not in seconds; set hmacConfig.timestampHeader to X-Grafana-Alerting-Timestamp`;
  const right = Buffer.from(signatureOf(secret, timestamp, body), "hex");
  if (!timingSafeEqual(right, Buffer.from(signature, "hex")))
    return "the signature does not fit; the contact point's hmacConfig.secret differs from alarms.webhook_secret_file";
  const offMs = Math.abs(now - Number(timestamp) * 1000);
  if (offMs > windowMs)
    return `the signature is ${Math.round(offMs / 1000)} s off this clock and at most ${windowMs / 1000} s are taken; check the clocks of both machines`;
  return undefined;
}
