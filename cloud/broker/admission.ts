import { type Identity, refuseWill } from "./access.ts";

/** What a CONNECT packet asked for. */
export type Connect = {
  readonly clientId: string;
  readonly username: string;
  readonly clean: boolean;
  /** Seconds; 0 = never. */
  readonly keepalive: number;
  readonly will?: { readonly topic: string; readonly qos: number; readonly retain: boolean } | undefined;
};

/**
 * Why someone who has proved to be identity may not connect like this; undefined when he may. commonName is what the client
 * certificate says, where one is required. Pure.
 */
export function refuseConnect(
  identity: Identity,
  connect: Connect,
  commonName: string | undefined,
): string | undefined {
  if (!connect.clean) return "sessions are not kept: connect with clean session";
  if (connect.keepalive < 1 || connect.keepalive > 3600) return "keep-alive must be 1 to 3600 s";
  const refusedWill = connect.will && refuseWill(identity, connect.will);
  if (refusedWill) return `its will: ${refusedWill}`;
  if (identity.role !== "gateway") return undefined;
  if (connect.clientId !== identity.gateway) return `the client id of ${identity.name} must be ${identity.gateway}`;
  if (commonName !== undefined && commonName !== identity.gateway)
    return `its certificate is for ${JSON.stringify(commonName)}, not for ${identity.gateway}`;
  return undefined;
}
