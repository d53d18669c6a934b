import { randomBytes, scrypt } from "node:crypto";
import { validName } from "@weir/wire/topics.ts";
import type { Identity } from "./access.ts";

/**
 * Who may log in. A file of lines `<role> <hash> <name>`: role gateway, host or reader; a gateway's name is `<site>/<gateway>`; hash is
 * `scrypt$<N>$<r>$<p>$<salt>$<key>` (RFC 7914, base64url). Empty lines and lines that begin with `#` say nothing.
 */
export type Credentials = ReadonlyMap<string, Credential>;

export type Credential = { readonly identity: Identity; readonly hash: ScryptHash };

export type ScryptHash = {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly key: Buffer;
};

/** Throws one Error that lists every fault as `file:line: what is wrong`. */
export function parseCredentials(text: string, file: string): Credentials {
  const credentials = new Map<string, Credential>();
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const entry = parseLine(line);
    const fault =
      typeof entry === "string"
        ? entry
        : credentials.has(entry.identity.name)
          ? `${entry.identity.name} is there already; one line per name`
          : undefined;
    if (fault !== undefined) faults.push(`${file}:${index + 1}: ${fault}`);
    else if (typeof entry !== "string") credentials.set(entry.identity.name, entry);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return credentials;
}

/** One line of a credentials file, with a fresh salt. Throws RangeError for a name that cannot be used or an empty password. */
export async function formatCredential(role: Identity["role"], name: string, password: string): Promise<string> {
  const identity = identityOf(role, name);
  if (typeof identity === "string") throw new RangeError(identity);
  if (password === "") throw new RangeError("an empty password; use at least 16 random characters");
  const settings = { cost: 16_384, blockSize: 8, parallelization: 1, salt: randomBytes(16) };
  const key = await deriveKey(password, { ...settings, length: 32 });
  const { cost, blockSize, parallelization, salt } = settings;
  const hash = ["scrypt", cost, blockSize, parallelization, salt.toString("base64url"), key.toString("base64url")];
  return `${role} ${hash.join("$")} ${name}`;
}

/** The key of a password: about 40 ms on a thread of the pool. */
export function deriveKey(
  password: string | Buffer,
  { cost, blockSize, parallelization, salt, length }: Omit<ScryptHash, "key"> & { readonly length: number },
): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) =>
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
}

function parseLine(line: string): Credential | string {
  const [, role = "", hashText = "", name = ""] = /^(\S+) (\S+) (.+)$/.exec(line) ?? [];
  if (role !== "gateway" && role !== "host" && role !== "reader")
    return "not `<role> <hash> <name>` with role gateway, host or reader";
  const identity = identityOf(role, name);
  if (typeof identity === "string") return identity;
  const hash = parseHash(hashText);
  return hash ? { identity, hash } : `${name}: its hash is not scrypt$<N>$<r>$<p>$<salt>$<key>; make the line anew`;
}

function identityOf(role: Identity["role"], name: string): Identity | string {
  if (role !== "gateway") return validName(name) ? { role, name } : `${JSON.stringify(name)}: a name has none of + / #`;
  const [site = "", gateway = "", ...more] = name.split("/");
  if (!validName(site) || !validName(gateway) || more.length > 0 || site === "STATE")
    return `${JSON.stringify(name)}: a gateway's name is <site>/<gateway>, neither with + or #, the site not STATE`;
  return { role, name, site, gateway };
}

function parseHash(text: string): ScryptHash | undefined {
  const [scheme, cost, blockSize, parallelization, salt = "", key = ""] = text.split("$");
  const numbers = { cost: Number(cost), blockSize: Number(blockSize), parallelization: Number(parallelization) };
  const sound =
    scheme === "scrypt" &&
    Number.isInteger(Math.log2(numbers.cost)) &&
    numbers.cost >= 1024 &&
    numbers.cost <= 2 ** 20 &&
    Object.values(numbers).every((value) => Number.isInteger(value) && value > 0) &&
    numbers.blockSize <= 32 &&
    numbers.parallelization <= 16;
  const bytes = { salt: Buffer.from(salt, "base64url"), key: Buffer.from(key, "base64url") };
  return sound && bytes.salt.length >= 8 && bytes.key.length >= 16 ? { ...numbers, ...bytes } : undefined;
}
