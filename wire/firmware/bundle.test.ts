import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bundle, formatBundle, manifestOf, mostBundleBytes, signApproval, signRelease } from "./bundle.ts";
import { canonical } from "./canonical.ts";
import { checkBundle, type Ground } from "./check-bundle.ts";
import { keyId, makeRotation, parseTrustedKeys, rotate } from "./keys.ts";
import { readBundle } from "./read-bundle.ts";
import { about, expires, imageOf, newSigner, bundleOf as signedBundle, trust, type Version } from "./test-bundle.ts";

const release = newSigner();
const fleet = newSigner();
const ground: Ground = {
  trusted: [trust("release", release, "makers 2026"), trust("fleet", fleet, "waterworks 2026")],
  floor: undefined,
  now: Date.parse("2026-11-27T12:00:00Z"),
  clockTrusted: true,
};

const bundleOf = (version: Version = [1, 2, 0], approval = { expires, older: false }): Bundle =>
  signedBundle(imageOf(version), { release, fleet }, approval);

const checked = (bundle: Bundle, changes: Partial<Ground> = {}) => {
  const read = readBundle(formatBundle(bundle));
  if ("faults" in read) return { faults: read.faults, warnings: [], rotations: [] };
  return checkBundle(read.bundle, { ...ground, ...changes });
};

describe("a bundle", () => {
  test("comes back from its file as it was, and is taken", () => {
    const bundle = bundleOf();
    expect(readBundle(formatBundle(bundle))).toEqual({ bundle });
    expect(checked(bundle)).toEqual({ faults: [], warnings: [], rotations: [] });
    expect(formatBundle(bundle).length).toBeLessThan(mostBundleBytes);
  });

  test("cut off anywhere is told as such, and nothing makes the reader throw", () => {
    const text = formatBundle(bundleOf());
    fc.assert(
      fc.property(fc.nat(text.length - 3), (end) => {
        expect(readBundle(text.slice(0, end))).toHaveProperty("faults");
      }),
      { numRuns: 60 },
    );
    fc.assert(fc.property(fc.json(), (json) => void expect(readBundle(json)).toHaveProperty("faults")));
  });

  test("with one byte of its image changed names the page", () => {
    const bundle = bundleOf();
    const image = bundle.image.map((byte, at) => (at === 700 ? byte ^ 4 : byte));
    expect(checked({ ...bundle, image }).faults).toEqual(["page 5 (at 640) is not the one of the manifest"]);
    expect(checked({ ...bundle, image: image.slice(0, 1900) }).faults[0]).toMatch(
      /has 1900 bytes, and its manifest says/,
    );
  });

  test.each([
    ["version", { version: "9.0.0" }, /version: the image says 1\.2\.0, and its manifest 9\.0\.0/],
    ["hardware class", { hardwareClass: 2 }, /hardwareClass: the image says 1/],
    ["compiler", { compiler: "another" }, /release: the signature of makers 2026 does not fit/],
  ])("with another %s in its manifest is refused", (_, change, why) => {
    const bundle = bundleOf();
    expect(checked({ ...bundle, manifest: { ...bundle.manifest, ...change } }).faults.join()).toMatch(why);
  });

  test("signed by somebody else says who would be right, of both roles at once", () => {
    const stranger = newSigner();
    const image = imageOf([1, 2, 0]);
    const bundle = signApproval(
      signRelease(manifestOf(image, about), image, stranger),
      { expires, older: false },
      release,
    );
    expect(checked(bundle).faults).toEqual([
      `release: key ${keyId(stranger.publicKey)} is not trusted here; trusted are ${keyId(release.publicKey)} (makers 2026)`,
      `fleet: key ${keyId(release.publicKey)} is not trusted here; trusted are ${keyId(fleet.publicKey)} (waterworks 2026)`,
    ]);
  });

  test("that nobody has approved, or for which another one's approval is shown, is refused", () => {
    const { approval, fleet: signature } = bundleOf([1, 3, 0]);
    const { approval: _, fleet: __, ...unapproved } = bundleOf();
    expect(checked(unapproved).faults).toEqual([expect.stringMatching(/^nobody has said that it may be installed/)]);
    const borrowed = { ...unapproved, approval: approval!, fleet: signature! };
    expect(checked(borrowed).faults).toEqual(["the approval is for another manifest"]);
  });

  test("that is older than what has been confirmed here is refused, unless the approval allows it", () => {
    expect(checked(bundleOf(), { floor: "1.2.0" }).faults).toEqual([]);
    expect(checked(bundleOf(), { floor: "1.10.0" }).faults).toEqual([
      expect.stringMatching(/WEIR-LEVEL 1\.2\.0.* is older than 1\.10\.0.*--allow-older/),
    ]);
    const allowed = checked(bundleOf([1, 2, 0], { expires, older: true }), { floor: "1.10.0" });
    expect([allowed.faults, allowed.warnings.length]).toEqual([[], 1]);
  });

  test("that has expired is refused by a gateway whose clock is right, and is warned of by one that cannot know", () => {
    const now = Date.parse("2027-02-01T00:00:00Z");
    expect(checked(bundleOf(), { now }).faults).toEqual([expect.stringMatching(/^the approval ended at 2027-01-31/)]);
    const unsure = checked(bundleOf(), { now, clockTrusted: false });
    expect([unsure.faults, unsure.warnings]).toEqual([[], [expect.stringMatching(/has not been synchronised/)]]);
  });

  test("is not made of an image that is no node's, or that is too large for a slot", () => {
    expect(() => manifestOf(new Uint8Array(400), about)).toThrow("no node image");
    expect(() => manifestOf(imageOf([1, 0, 0], 14_100), about)).toThrow("14104 bytes, and a slot of boot485 14080");
  });
});

describe("a key that has taken another's place", () => {
  const next = newSigner();
  const at = "2026-12-01T00:00:00.000Z";
  const rotation = makeRotation(fleet, next, { role: "fleet", name: "waterworks 2027", at });
  const bundle = (): Bundle => {
    const image = imageOf([1, 3, 0]);
    const signed = signApproval(signRelease(manifestOf(image, about), image, release), { expires, older: false }, next);
    return { ...signed, rotations: [rotation] };
  };

  test("is trusted where the old one was, and the old one no longer", () => {
    const { faults, rotations } = checked(bundle());
    expect([faults, rotations]).toEqual([[], [rotation]]);
    const { trusted } = rotate(ground.trusted, rotations);
    expect(checked({ ...bundle(), rotations: [] }, { trusted }).faults).toEqual([]);
    expect(checked(bundleOf(), { trusted }).faults).toEqual([
      expect.stringMatching(/^fleet: key .* is not trusted here/),
    ]);
    expect(checked({ ...bundleOf(), rotations: [rotation] }).faults).toEqual([
      `fleet: key ${keyId(fleet.publicKey)} has been replaced by waterworks 2027`,
    ]);
  });

  test("is trusted over several steps", () => {
    const last = newSigner();
    const second = makeRotation(next, last, { role: "fleet", name: "waterworks 2028", at });
    const { trusted } = rotate(ground.trusted, [rotation, second]);
    expect(trusted.map(({ id }) => id)).toEqual([keyId(release.publicKey), keyId(last.publicKey)]);
    expect(rotate(ground.trusted, [second, rotation]).taken).toEqual([rotation]);
  });

  test("is not trusted where the rotation is forged, for the other role, or by somebody who has not the new key", () => {
    const forged = [
      { ...rotation, name: "somebody" },
      { ...rotation, role: "release" as const },
      { ...rotation, proof: rotation.signature },
      makeRotation(newSigner(), next, { role: "fleet", name: "waterworks 2027", at }),
    ];
    for (const each of forged) expect(rotate(ground.trusted, [each]).taken).toEqual([]);
  });
});

test("what is signed has one text, whatever the order of its keys", () => {
  const value = { b: [1, "ä\n", true], a: { z: 0, y: -5 } };
  expect(canonical(value)).toBe('{"a":{"y":-5,"z":0},"b":[1,"ä\\n",true]}');
  expect(() => canonical(0.5)).toThrow("cannot be signed");
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string(),
        fc.oneof(
          fc.string(),
          fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
          fc.boolean(),
        ),
      ),
      (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(canonical(turned)).toBe(canonical(object));
        expect(JSON.parse(canonical(object))).toEqual({ ...object });
      },
    ),
  );
});

test("a file of trusted keys tells every line that is none", () => {
  expect(() => parseTrustedKeys("release abc x\n# fine\n\nfleet\n", "trusted")).toThrow(/trusted:1: .*\ntrusted:4: /);
});
