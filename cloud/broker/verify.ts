import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "@weir/wire/clock.ts";
import type { Identity } from "./access.ts";
import { type Credentials, deriveKey } from "./credentials.ts";

export type Verdict =
  | { readonly identity: Identity }
  /** busy: ask again later; otherwise name or password are wrong, or were wrong too often just now. */
  | { readonly refused: string; readonly busy: boolean };

export type Verifier = {
  /** Never rejects. from: the address, for slowing down guesses. */
  verify(name: string, password: Buffer, from: string): Promise<Verdict>;
  /** Replaces who may log in; what was verified before counts no more. */
  replace(credentials: Credentials): void;
};

const maxHashing = 2;
const maxWaiting = 2000;
const maxRemembered = 10_000;

/**
 * Checks passwords without letting a storm of reconnections eat the processor: a password that was right is remembered (as a keyed
 * digest, in memory), at most two are hashed at a time, and after a wrong one the same name from the same address is refused
 * unhashed for 1 s, doubling to 60 s.
 */
export function openVerifier(initial: Credentials, clock: Clock): Verifier {
  let credentials = initial;
  const secret = randomBytes(32);
  let verified = new Map<string, Buffer>();
  const penalties = new Map<string, { until: number; seconds: number }>();
  let hashing = 0;
  const waiting: (() => void)[] = [];

  async function slot(): Promise<void> {
    if (hashing < maxHashing) hashing++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else hashing--;
  }

  function punish(who: string): void {
    const seconds = Math.min(60, (penalties.get(who)?.seconds ?? 0.5) * 2);
    penalties.delete(who);
    penalties.set(who, { until: clock.monotonic() + seconds * 1000, seconds });
    if (penalties.size > maxRemembered) for (const oldest of penalties.keys()) return void penalties.delete(oldest);
  }

  async function verify(name: string, password: Buffer, from: string): Promise<Verdict> {
    const asked = credentials;
    const known = asked.get(name);
    const digest = createHmac("sha256", secret).update(password).digest();
    const remembered = verified.get(name);
    if (known && remembered && timingSafeEqual(remembered, digest)) return { identity: known.identity };
    const who = `${from} ${name}`;
    const penalty = penalties.get(who);
    if (penalty && clock.monotonic() < penalty.until)
      return { refused: `wrong a moment ago; again in ${penalty.seconds} s`, busy: false };
    if (!known) {
      punish(who);
      return { refused: "no such name", busy: false };
    }
    if (waiting.length >= maxWaiting) return { refused: "too many logins at once", busy: true };
    await slot();
    try {
      const key = await deriveKey(password, { ...known.hash, length: known.hash.key.length });
      if (!timingSafeEqual(key, known.hash.key)) {
        punish(who);
        return { refused: "wrong password", busy: false };
      }
    } catch (error) {
      return { refused: (error as Error).message, busy: true };
    } finally {
      release();
    }
    if (asked !== credentials) return { refused: "credentials changed meanwhile", busy: true };
    penalties.delete(who);
    verified.set(name, digest);
    return { identity: known.identity };
  }

  return {
    verify,
    replace(next) {
      credentials = next;
      verified = new Map();
    },
  };
}
