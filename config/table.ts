/** Rows as columns of equal width, two blanks apart; the first row is the heading. Chinese characters count as two columns. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  const line = (row: readonly string[]) => row.map((cell, i) => pad(cell, widths[i]!)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** Columns that a text takes in a terminal: East Asian wide and full-width characters take two (Unicode TR 11). */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += wide.test(character) ? 2 : /\p{Mark}/u.test(character) ? 0 : 1;
  return columns;
}

/** The text with blanks after it, so that it takes at least so many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** The text, cut so that it takes at most so many columns; `..` shows that something was cut off. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const characters = [...text];
  while (characters.length > 0 && width(characters.join("")) > columns - 2) characters.pop();
  return `${characters.join("").trimEnd()}${".".repeat(Math.min(2, Math.max(0, columns)))}`;
}

/** The text in lines of at most so many columns, broken at blanks where there are any, and between Chinese characters. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(/\s+|[^\s\u2e80-\uffef]+|\S/gu) ?? []) {
    for (const part of width(piece) > columns ? piece : [piece]) {
      if (line !== "" && width(line + part) > columns) {
        lines.push(line.trimEnd());
        line = "";
      }
      if (line !== "" || part.trim() !== "") line += part;
    }
  }
  return line.trim() === "" ? lines : [...lines, line.trimEnd()];
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
