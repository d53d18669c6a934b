import { readFileSync } from "node:fs";

/**
 * The content of a secret's file without the line end. Throws an Error that names the file and what to do;
 * never puts the content into a message.
 */
export function readSecret(file: string): string {
  try {
    const secret = readFileSync(file, "utf8").trim();
    if (secret !== "") return secret;
  } catch (cause) {
    throw new Error(
      `${file}: the secret cannot be read (${(cause as NodeJS.ErrnoException).code}); create it, readable by this program only`,
      { cause },
    );
  }
  throw new Error(`${file}: the secret is empty; write it into the file, nothing else`);
}
