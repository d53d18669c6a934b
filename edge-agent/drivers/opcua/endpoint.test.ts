import { describe, expect, test } from "vitest";
import { chooseOffer, type Offer } from "./endpoint.ts";
import { openServer } from "./test-profile.ts";

const offer = (policy: string, mode: string, tokens: Offer["tokens"] = [{ type: "Anonymous", policy: "" }]): Offer => ({
  policy,
  mode,
  tokens,
});
const all = [
  offer("None", "None"),
  offer("Basic256Sha256", "Sign"),
  offer("Basic128Rsa15", "SignAndEncrypt"),
  offer("Basic256Sha256", "SignAndEncrypt"),
  offer("Aes128_Sha256_RsaOaep", "SignAndEncrypt"),
];
const { policy: _policy, mode: _mode, ...best } = openServer;
const user = { kind: "user", name: "weir", passwordFile: "/nowhere", plain: false } as const;
const chosen = (offers: readonly Offer[], asked: object = {}) => {
  const { policy, mode } = chooseOffer(offers, { ...best, ...asked });
  return `${policy} ${mode}`;
};

describe("of the ways into a server", () => {
  test("the most secure is taken: first what encrypts, then the stronger policy", () => {
    expect(chosen(all)).toBe("Basic256Sha256 SignAndEncrypt");
    expect(chosen([...all, offer("Aes256_Sha256_RsaPss", "Sign")])).toBe("Basic256Sha256 SignAndEncrypt");
    expect(chosen([...all, offer("Aes256_Sha256_RsaPss", "SignAndEncrypt")])).toBe(
      "Aes256_Sha256_RsaPss SignAndEncrypt",
    );
  });

  test("none at all is taken only when that is configured", () => {
    expect(() => chosen([all[0]!])).toThrow(/no secure way in, but None; .*policy: None leaves everything readable/);
    expect(chosen(all, { policy: "None", mode: "None" })).toBe("None None");
  });

  test("a broken one is taken only when somebody has said why", () => {
    expect(() => chosen([all[2]!])).toThrow(/but Basic128Rsa15 SignAndEncrypt.*broken ones need deprecated_because/);
    expect(chosen([all[2]!], { deprecatedBecause: "old PLC" })).toBe("Basic128Rsa15 SignAndEncrypt");
    expect(chosen(all, { deprecatedBecause: "old PLC" })).toBe("Basic256Sha256 SignAndEncrypt");
  });

  test("what is configured and not offered is told with what is", () => {
    expect(() => chosen(all, { policy: "Aes256_Sha256_RsaPss" })).toThrow(
      /no way in with Aes256_Sha256_RsaPss, but None; Basic256Sha256 Sign; Basic128Rsa15 SignAndEncrypt; Basic256Sha256 SignAndEncrypt/,
    );
    expect(() => chosen([])).toThrow(/no way in at all/);
  });

  test("one is taken that lets the configured identity in", () => {
    const named = offer("Basic256Sha256", "Sign", [{ type: "UserName", policy: "Basic256Sha256" }]);
    expect(chosen([...all, named], { identity: user })).toBe("Basic256Sha256 Sign");
    expect(() => chosen(all, { identity: user })).toThrow(/no user names; it takes anonymous users/);
    expect(() => chosen([named])).toThrow(/nobody in without a name; it takes username with password_file/);
  });
});

describe("a password", () => {
  const through = (mode: string, policy: string, channel = "Basic256Sha256") =>
    offer(mode === "None" ? "None" : channel, mode, [{ type: "UserName", policy }]);

  test.each([
    ["SignAndEncrypt", "None", undefined],
    ["Sign", "", undefined],
    ["Sign", "Basic256Sha256", undefined],
    ["Sign", "None", /readable for all/],
    ["None", "Basic256Sha256", undefined],
    ["None", "None", /readable for all/],
    ["None", "", /readable for all/],
  ])("on a channel of mode %s with a token policy of %j", (mode, policy, refusal) => {
    const open = mode === "None" ? { policy: "None", mode: "None" } : {};
    const choose = () => chosen([through(mode, policy)], { ...open, identity: user });
    if (refusal === undefined) expect(choose).not.toThrow();
    else {
      expect(choose).toThrow(refusal);
      expect(() => chosen([through(mode, policy)], { ...open, identity: { ...user, plain: true } })).not.toThrow();
    }
  });
});
