import { randomBytes } from "node:crypto";
import { hashToken, type Token } from "./access.ts";

/**
 * People's tokens from a file of lines `<read|operate> <sha256> <name>`; empty lines and lines that begin with `#` say nothing.
 * Throws one Error that lists every fault as `file:line: what is wrong`.
 */
export function parseTokens(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, access = "", sha256 = "", name = ""] = /^(read|operate) ([0-9a-f]{64}) (\S.*)$/.exec(line) ?? [];
    if (name === "")
      faults.push(`${file}:${index + 1}: not \`<read|operate> <sha256> <name>\`; write the line with weir-cloud token`);
    else tokens.push({ access: access as Token["access"], sha256, name });
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return tokens;
}

/** A new token, to be shown once, and the line to keep of it. Throws RangeError for a name that does not fit a line, or a token that can be guessed. */
export function newToken(
  access: Token["access"],
  name: string,
  token = randomBytes(24).toString("base64url"),
): { readonly token: string; readonly line: string } {
  if (!/^\S[^\r\n]*$/.test(name))
    throw new RangeError(`${JSON.stringify(name)}: a name is one line and does not begin with a blank`);
  return { token, line: `${access} ${hashToken(token)} ${name}` };
}
