export type Path = readonly (string | number)[];

/** One thing wrong with a file's content: where, and in one sentence what is wrong and what would be right. */
export type Fault = { readonly path: Path; readonly message: string };

/** A fault and the file it stands in. `line` counts from 1; it is absent when the file could not be read. */
export type FileFault = Fault & { readonly file: string; readonly line?: number };

/** Refuses one or more files. Its message has one line a fault: `file:line: path: what is wrong, what would be right`. */
export class FileError extends Error {
  readonly faults: readonly FileFault[];
  constructor(faults: readonly FileFault[]) {
    super(faults.map(formatFault).join("\n"));
    this.name = "FileError";
    this.faults = faults;
  }
}

/** `file:line: path: message`. */
export function formatFault({ file, line, path, message }: FileFault): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return [place, ...(path.length > 0 ? [path.join(".")] : []), message].join(": ");
}
