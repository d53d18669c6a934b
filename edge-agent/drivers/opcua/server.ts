/** An OPC UA server as edge.yaml names it. Plain data without secrets: these stay in their files. */
export type OpcuaServer = {
  /** `opc.tcp://host:4840/path` */
  readonly url: string;
  /** Undefined: the most secure that the server offers, never none. */
  readonly policy?: SecurityPolicyName;
  readonly mode?: SecurityModeName;
  /** Why a policy that is no longer safe may be used. */
  readonly deprecatedBecause?: string;
  /** Faults of the server's certificate that are put up with. */
  readonly accept: readonly CertificateFault[];
  readonly identity: Identity;
  /** Folder of our own certificate and of those that we trust. */
  readonly pki: string;
  /** How values come: told by the server when they change, or asked for. */
  readonly reading: "subscribe" | "poll";
  /** How often the server tells what has changed, or that nothing has. */
  readonly publishMs: number;
};

/** Who we are to the server. `plain`: the password may go where neither channel nor token is encrypted. */
export type Identity =
  | { readonly kind: "anonymous" }
  | { readonly kind: "user"; readonly name: string; readonly passwordFile: string; readonly plain: boolean }
  | { readonly kind: "certificate"; readonly certFile: string; readonly keyFile: string };

export type CertificateFault = "expired" | "host-name";

/** Weakest first (OPC 10000-7, 6.6). The first two are broken, and refused unless somebody says why not. */
export const securityPolicies = [
  "None",
  "Basic128Rsa15",
  "Basic256",
  "Aes128_Sha256_RsaOaep",
  "Basic256Sha256",
  "Aes256_Sha256_RsaPss",
] as const;
export const securityModes = ["None", "Sign", "SignAndEncrypt"] as const;
export type SecurityPolicyName = (typeof securityPolicies)[number];
export type SecurityModeName = (typeof securityModes)[number];

export const deprecatedPolicies: readonly string[] = ["Basic128Rsa15", "Basic256"];
