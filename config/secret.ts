import { readFileSync } from "node:fs";
import { say } from "@weir/wire/sentences.ts";
import { texts } from "./texts.ts";

/**
 * The content of a secret's file without the line end. Throws an Error that names the file and what to do;
 * never puts the content into a message.
 */
export function readSecret(file: string): string {
  try {
    const secret = readFileSync(file, "utf8").trim();
    if (secret !== "") return secret;
  } catch (cause) {
    throw new Error(`${file}: ${say(texts.noSecret, { code: (cause as NodeJS.ErrnoException).code ?? "" })}`, {
      cause,
    });
  }
  throw new Error(`${file}: ${texts.emptySecret.en}`);
}
