import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";

/** PEM files of an authority that gateways trust, of a certificate by it for localhost, and of one that nobody vouches for. */
export type Certificates = {
  readonly folder: string;
  readonly caFile: string;
  remove(): void;
};

/** Throws where there is no openssl. */
export function createCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "weir-tls-"));
  const key = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"];
  const create = (name: string, subject: string, ...more: readonly string[]) =>
    execFileSync(
      "openssl",
      [...key, "-subj", `/CN=${subject}`, "-keyout", `${name}.key`, "-out", `${name}.crt`, ...more],
      { cwd: folder, stdio: "ignore" },
    );
  const localhost = ["-addext", "subjectAltName=DNS:localhost"];
  create("ca", "weir laboratory");
  create("right", "localhost", ...localhost, "-CA", "ca.crt", "-CAkey", "ca.key");
  create("wrong", "localhost", ...localhost);
  return { folder, caFile: join(folder, "ca.crt"), remove: () => rmSync(folder, { recursive: true }) };
}

/** Ports of 127.0.0.1 with TLS before a broker that speaks plainly: the one with the right certificate, the other with the wrong one. */
export type Doors = {
  readonly right: number;
  readonly wrong: number;
  /** How often somebody went through the wrong one. */
  fooled(): number;
  close(): void;
};

/** Both doors lead to 127.0.0.1:to. */
export async function openDoors({ folder }: Certificates, to: number): Promise<Doors> {
  const sockets = new Set<Socket>();
  let fooled = 0;
  const open = async (name: "right" | "wrong") => {
    const [key, cert] = ["key", "crt"].map((end) => readFileSync(join(folder, `${name}.${end}`)));
    const server = createServer({ key: key!, cert: cert!, noDelay: true }, (near) => {
      if (name === "wrong") fooled++;
      const far = connect({ port: to, host: "127.0.0.1", noDelay: true });
      for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
        sockets.add(socket);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { server, port: (server.address() as AddressInfo).port };
  };
  const [right, wrong] = [await open("right"), await open("wrong")];
  return {
    right: right.port,
    wrong: wrong.port,
    fooled: () => fooled,
    close() {
      for (const { server } of [right, wrong]) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
