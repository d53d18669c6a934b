/** Rows as columns of equal width, two blanks apart; the first row is the heading. Chinese characters count as two columns. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  const line = (row: readonly string[]) => row.map((cell, i) => cell + " ".repeat(widths[i]! - width(cell))).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** Columns that a text takes in a terminal: East Asian wide and full-width characters take two (Unicode TR 11). */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += wide.test(character) ? 2 : /\p{Mark}/u.test(character) ? 0 : 1;
  return columns;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
