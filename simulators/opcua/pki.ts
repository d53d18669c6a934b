import { existsSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import type { ServerPlan } from "./server-plan.ts";

export type Pki = {
  readonly server: OPCUACertificateManager;
  readonly users: OPCUACertificateManager;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** As it stands in the certificate. */
  readonly applicationUri: string;
  readonly close: () => Promise<void>;
};

const day = 86_400_000;
const validDays = 3650;

/** The server's key and certificate in the plan's folder, made when they are missing; every client is trusted. */
export async function openPki({ name, host, pki, expired }: ServerPlan, now: () => number): Promise<Pki> {
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  const options = { automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true, keySize: 2048 } as const;
  const server = new OPCUACertificateManager({ ...options, rootFolder: pki });
  const users = new OPCUACertificateManager({ ...options, rootFolder: join(pki, "users") });
  await server.initialize();
  await users.initialize();
  const applicationUri = `urn:weir:simulators:${name}`;
  const certificateFile = join(pki, `${name}${expired ? "-expired" : ""}.pem`);
  if (!existsSync(certificateFile))
    await server.createSelfSignedCertificate({
      outputFile: certificateFile,
      subject: `/CN=${name}/O=Weir simulators`,
      applicationUri,
      dns: ["localhost", hostname()],
      ip: [host],
      startDate: new Date(now() - (expired ? 30 : 1) * day),
      validity: expired ? 10 : validDays,
    });
  return {
    server,
    users,
    certificateFile,
    privateKeyFile: server.privateKey,
    applicationUri,
    close: async () => {
      await server.dispose();
      await users.dispose();
    },
  };
}
