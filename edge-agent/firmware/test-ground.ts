import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Approval } from "@weir/wire/firmware/bundle.ts";
import { formatBundle } from "@weir/wire/firmware/bundle.ts";
import { formatTrustedKey } from "@weir/wire/firmware/keys.ts";
import { bundleOf, imageOf, newSigner, type Version } from "@weir/wire/firmware/test-bundle.ts";
import type { EdgeConfig } from "../config.ts";

const profiles = loadProfiles();
export const signers = { release: newSigner(), fleet: newSigner() };

/** For tests: the text of a bundle for a level node. */
export const bundleText = (
  version: Version = [1, 2, 0],
  { by = signers, ...approval }: Partial<Approval> & { readonly by?: typeof signers } = {},
): string =>
  formatBundle(bundleOf(imageOf(version), by, { expires: "2027-01-31T00:00:00.000Z", older: false, ...approval }));

/** For tests: a gateway with a level node on a serial line, a gas node beside it, and a level node behind Modbus TCP. */
export function testGateway(): Pick<EdgeConfig, "devices" | "buses" | "firmware"> & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "weir-gateway-firmware-"));
  const keys = join(folder, "trusted");
  const { release, fleet } = signers;
  writeFileSync(
    keys,
    `${formatTrustedKey("release", release.publicKey, "makers")}\n${formatTrustedKey("fleet", fleet.publicKey, "works")}\n`,
  );
  const device = (id: string, bus: string, unit: number, profile: string) => ({
    ...{ id, bus, unit, everyMs: 1000, timeoutMs: 500, profile: profiles.get(profile)! },
  });
  return {
    folder,
    firmware: { keys, nodeKeys: join(folder, "nodes"), path: join(folder, "firmware") },
    buses: [
      {
        name: "line",
        connectTimeoutMs: 1000,
        transport: { kind: "serial", path: "line", baud: 19_200, dataBits: 8, parity: "even", stopBits: 1 },
      },
      { name: "plc", connectTimeoutMs: 1000, transport: { kind: "tcp", host: "127.0.0.1", port: 502 } },
    ],
    devices: [
      device("well", "line", 1, "pipe/weir-level"),
      device("chamber", "line", 2, "hazmat/weir-gas"),
      device("far-well", "plc", 1, "pipe/weir-level"),
    ],
  };
}
