/** The values of a data answer, or why it holds none: `crc` where its check characters do not fit, `form` where it is no answer. */
export type Sdi12Answer =
  | { readonly address: string; readonly values: readonly number[] }
  | { readonly fault: "crc" | "form" };

/** SDI-12 1.4, 4.4.8: a sign, then at most seven digits with or without a decimal point; sensors with one or two more are known. */
const value = /[+-](?=[\d.]*\d)\d*\.?\d*/g;
const answerForm = /^[0-9a-zA-Z](?:[+-](?=[\d.]{1,10}(?![\d.]))(?=[\d.]*\d)\d*\.?\d*)*$/;

/** `0+3.14-2` → its address and its values. Pure. With `crc` the last three characters are the check characters. */
export function readSdi12Answer(line: string, crc: boolean): Sdi12Answer {
  const text = crc ? line.slice(0, -3) : line;
  if (crc && (text === "" || sdi12Crc(text) !== line.slice(-3))) return { fault: "crc" };
  if (!answerForm.test(text)) return { fault: "form" };
  return { address: text[0]!, values: (text.slice(1).match(value) ?? []).map(Number) };
}

/** The three check characters of a text (SDI-12 1.4, 4.4.12): CRC-16/ARC, six bits a character. */
export function sdi12Crc(text: string): string {
  let crc = 0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return String.fromCharCode(0x40 | (crc >> 12), 0x40 | ((crc >> 6) & 0x3f), 0x40 | (crc & 0x3f));
}

/** What a captured dialogue holds: the values behind a command (`M`, `C2`, `R0`), or undefined when it was not asked. */
export type Dialogue = { readonly valuesOf: (command: string) => readonly number[] | undefined };

const startForm = /^([0-9a-zA-Z])([MC])(C?)([1-9]?)!$/;
const readForm = /^([0-9a-zA-Z])R(C?)(\d)!$/;
const sendForm = /^([0-9a-zA-Z])D\d!$/;

/**
 * A captured dialogue, commands and answers one after the other as a terminal shows them, → the values behind each command. Pure.
 * `0C! 000503 0D0! 0+1.2-3+4`. Commands that give no values (`0I!`) are passed over with their answers.
 * Throws RangeError for an answer that is none or fails its check characters, saying what to do.
 */
export function parseDialogue(text: string): Dialogue {
  const said = text
    .replaceAll(/<CR>|<LF>|\\r\\n/gi, " ")
    .replaceAll("!", "! ")
    .split(/[\s,;]+/)
    .filter((word) => word !== "");
  const values = new Map<string, number[]>();
  let current: { readonly command: string; readonly crc: boolean } | undefined;
  let reading = false;
  for (const word of said) {
    const [, , letter = "", check = "", number = ""] = startForm.exec(word) ?? [];
    const [, , readCheck = "", place] = readForm.exec(word) ?? [];
    if (letter !== "") current = { command: letter + number, crc: check !== "" };
    else if (place !== undefined) current = { command: `R${place}`, crc: readCheck !== "" };
    if (word.endsWith("!")) {
      reading = place !== undefined || (sendForm.test(word) && current !== undefined);
      if (reading && !values.has(current!.command)) values.set(current!.command, []);
    } else if (reading && current) values.get(current.command)!.push(...valuesIn(word, current.crc));
  }
  if (values.size === 0)
    throw new RangeError(
      'no answer to a command stands here; write what was said, such as "0C! 000103 0D0! 0+1.2-3+4" or "0R0! 0+1.2"',
    );
  return { valuesOf: (command) => values.get(command) };
}

function valuesIn(word: string, crc: boolean): readonly number[] {
  const answer = readSdi12Answer(word, crc);
  if (!("fault" in answer)) return answer.values;
  if (answer.fault === "form")
    throw new RangeError(`"${word}" is no answer; one is an address and values such as 0+1.2-3`);
  throw new RangeError(
    `"${word}" fails its check: its characters need ${sdi12Crc(word.slice(0, -3))}; copy the whole line, or check the wiring`,
  );
}
