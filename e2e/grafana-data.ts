/**
 * Grafana's own @grafana/data: what units, transformations, thresholds and mappings make of answers. `.ci/run` puts it, 137 MB, beside
 * the other caches; it is no dependency of ours. 13.2.3, because 13.1 does not load without a browser.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Frame } from "@weir/grafana/check/ask.ts";
import type { FilePanel } from "@weir/grafana/check/lint.ts";

const version = "13.2.3";
const folder = join(import.meta.dirname, `../node_modules/.cache/grafana-data-${version}`);

type Display = (value: unknown) => {
  readonly text: string;
  readonly suffix?: string;
  readonly prefix?: string;
  readonly color?: string;
};

/** A field as a panel shows it. */
export type ShownField = {
  readonly name: string;
  readonly type: string;
  readonly values: readonly unknown[];
  readonly config: { readonly displayName?: string };
  readonly display?: Display;
};
export type ShownFrame = { readonly name?: string; readonly length: number; readonly fields: readonly ShownField[] };

type Item = { readonly id: string };

/** The part of @grafana/data that we call. */
type Library = {
  getValueFormats(): readonly { readonly submenu: readonly { readonly value: string }[] }[];
  getValueFormat(
    unit: string,
  ): (value: number, decimals?: number) => { readonly text: string; readonly suffix?: string };
  toDataFrame(frame: unknown): unknown;
  transformDataFrame(
    transformations: unknown,
    frames: readonly unknown[],
    context: unknown,
  ): {
    subscribe(next: { next(frames: readonly ShownFrame[]): void; error(error: unknown): void }): unknown;
  };
  applyFieldOverrides(options: unknown): readonly ShownFrame[];
  getFieldDisplayName(field: ShownField, frame: ShownFrame, all: readonly ShownFrame[]): string;
  createTheme(): unknown;
  readonly standardTransformers: Readonly<Record<string, Item>>;
  readonly standardTransformersRegistry: { setInit(items: () => readonly unknown[]): void };
  readonly standardFieldConfigEditorRegistry: { setInit(items: () => readonly unknown[]): void };
};

const standard = [
  "unit",
  "decimals",
  "displayName",
  "thresholds",
  "mappings",
  "noValue",
  "color",
  "min",
  "max",
  "links",
];

/** Loads it. Throws an Error that says how to get it when it is not there. */
export function loadGrafanaData() {
  if (!existsSync(join(folder, "node_modules/@grafana/data")))
    throw new Error(
      `@grafana/data is needed: npm install --prefix ${folder} --ignore-scripts --legacy-peer-deps @grafana/data@${version} react@18.3.1 react-dom@18.3.1`,
    );
  const library = createRequire(join(folder, "package.json"))("@grafana/data") as Library;
  (globalThis as { window?: unknown }).window ??= {}; // it asks there whether it runs inside a scene
  library.standardTransformersRegistry.setInit(() =>
    [...new Map(Object.values(library.standardTransformers).map((each) => [each.id, each])).values()].map(
      (transformer) => ({
        ...transformer,
        transformation: () => Promise.resolve(transformer),
      }),
    ),
  );
  library.standardFieldConfigEditorRegistry.setInit(() =>
    standard.map((id) => ({ id, path: id, name: id, process: (value: unknown) => value, shouldApply: () => true })),
  );

  /** Frames → what the panel draws: transformed, configured, each field with its display. */
  async function shown(panel: FilePanel, frames: readonly Frame[]): Promise<readonly ShownFrame[]> {
    const context = { interpolate: (text: string) => text };
    const given = frames.map((frame) => library.toDataFrame(frame));
    const transformed = await new Promise<readonly ShownFrame[]>((next, error) => {
      library.transformDataFrame(panel.transformations ?? [], given, context).subscribe({ next, error });
    });
    return library.applyFieldOverrides({
      data: transformed,
      fieldConfig: panel.fieldConfig,
      replaceVariables: (text: string) => text,
      theme: library.createTheme(),
      timeZone: "Asia/Shanghai",
    });
  }

  /** `7.10 pH`, as a cell or a stat would print it. */
  const print = (field: ShownField, value: unknown) => {
    const { prefix = "", text, suffix = "" } = field.display!(value);
    return `${prefix}${text}${suffix}`;
  };

  return { library, shown, print };
}
