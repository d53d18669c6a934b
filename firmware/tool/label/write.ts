import { writeFileSync } from "node:fs";
import { UsageError } from "@weir/config/command-line.ts";
import { createLabel, type LabelContent } from "./label.ts";
import { writePdf } from "./pdf.ts";
import { writePng } from "./png.ts";

/** Throws a UsageError when the file's ending is neither. */
export function checkLabelFile(file: string): void {
  if (!/\.(pdf|png)$/i.test(file)) throw new UsageError(`--labels is a .pdf or .png file, not ${file}`);
}

/** Writes the labels, and gives the names of the files. */
export function writeLabels(file: string, contents: readonly LabelContent[]): readonly string[] {
  checkLabelFile(file);
  if (/\.pdf$/i.test(file)) {
    writeFileSync(file, writePdf(contents.map(createLabel)));
    return [file];
  }
  return contents.map((content) => {
    const name = contents.length === 1 ? file : file.replace(/\.png$/i, `-${content.serial}$&`);
    writeFileSync(name, writePng(createLabel(content)));
    return name;
  });
}
