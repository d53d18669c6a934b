/** The page that Grafana's components draw a board on. Plain JavaScript: they are no dependency of ours, so nothing here knows their types. */
import * as data from "@grafana/data";
import * as ui from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";

const theme = data.createTheme({ colors: { mode: "dark" } });
const timeZone = "Asia/Shanghai";
/** `${__field.labels.device}` and its like. */
const replaceVariables = (text, scope) =>
  text.replaceAll(
    /\$\{__field\.labels\.(\w+)\}/g,
    (_, label) => scope?.__dataContext?.value.field?.labels?.[label] ?? "",
  );

const properties = ["unit", "decimals", "displayName", "thresholds", "mappings", "noValue", "color", "min", "max"];
const property = (id) => ({ id, path: id, name: id, process, shouldApply: () => true });
const process = (value, { field, replaceVariables: replace }) =>
  typeof value === "string" ? replace(value, field.state.scopedVars) : value;
data.standardFieldConfigEditorRegistry.setInit(() => properties.map(property));
data.standardTransformersRegistry.setInit(() =>
  [...new Map(Object.values(data.standardTransformers).map((each) => [each.id, each])).values()].map((each) => ({
    ...each,
    transformation: () => Promise.resolve(each),
  })),
);

/** What Grafana's panel fills in where the board says nothing. */
const lines = {
  ...{ drawStyle: "line", lineInterpolation: "linear", lineWidth: 1, fillOpacity: 0, gradientMode: "none" },
  ...{ showPoints: "auto", pointSize: 5, spanNulls: false, barAlignment: 0, stacking: { group: "A", mode: "none" } },
  ...{ axisPlacement: "auto", axisLabel: "", axisColorMode: "text", axisGridShow: true },
  scaleDistribution: { type: "linear" },
  hideFrom: { legend: false, tooltip: false, viz: false },
  thresholdsStyle: { mode: "off" },
};

async function shown(panel, frames) {
  const given = frames.map((frame) => data.toDataFrame(frame));
  const context = { interpolate: replaceVariables };
  const transformed = await new Promise((next, error) =>
    data.transformDataFrame(panel.transformations ?? [], given, context).subscribe({ next, error }),
  );
  const fieldConfig = structuredClone(panel.fieldConfig);
  if (panel.type === "timeseries") fieldConfig.defaults.custom = { ...lines, ...fieldConfig.defaults.custom };
  const custom = [...Object.keys(fieldConfig.defaults.custom ?? {}), "cellOptions", "width", "hidden"].map((id) => ({
    ...property(id),
    ...{ id: `custom.${id}`, isCustom: true },
  }));
  const registry = new data.Registry(() => [...properties.map(property), ...custom]);
  const options = { fieldConfig, fieldConfigRegistry: registry, replaceVariables, theme, timeZone };
  const applied = data.applyFieldOverrides({ data: transformed, ...options });
  data.cacheFieldDisplayNames(applied);
  return applied;
}

const drawings = {
  timeseries: ({ panel, frames, timeRange, width, height }) =>
    h(ui.TimeSeries, { frames, width, height, timeRange, timeZone, legend: panel.options.legend, structureRev: 1 }),
  stat: (drawn) => repeated(drawn, "auto", figure),
  bargauge: (drawn) => repeated(drawn, "horizontal", bar),
  table: ({ frames: [frame], panel, timeRange, width, height }) =>
    h(TableNG, { data: frame, width, height, timeRange, structureRev: 1, initialSortBy: panel.options.sortBy }),
};

function repeated({ panel, frames, width, height }, orientation, renderOne) {
  const { fieldConfig, options } = panel;
  const sparkline = options.graphMode === "area";
  const asked = { data: frames, fieldConfig, reduceOptions: options.reduceOptions, replaceVariables };
  const values = data.getFieldDisplayValues({ ...asked, theme, timeZone, sparkline });
  return h(ui.VizRepeater, {
    ...{ getValues: () => values, width, height, source: frames, renderCounter: 0, orientation },
    autoGrid: orientation === "auto",
    getAlignmentFactors: data.getDisplayValueAlignmentFactors,
    renderValue: (place) => renderOne(options, place),
  });
}

const figure = ({ colorMode, graphMode, textMode, wideLayout, justifyMode }, { value, ...place }) =>
  h(ui.BigValue, {
    ...{ value: value.display, sparkline: value.sparkline, theme, ...place },
    ...{ colorMode, graphMode, textMode, wideLayout, justifyMode },
  });

const bar = ({ displayMode, valueMode, namePlacement, showUnfilled }, { value, ...place }) =>
  h(ui.BarGauge, {
    ...{ value: value.display, field: value.field, theme, orientation: "horizontal", ...place },
    ...{
      displayMode,
      valueDisplayMode: valueMode,
      namePlacement,
      showUnfilled,
      itemSpacing: 8,
      lcdCellWidth: 8,
      text: {},
    },
  });

const grey = (text) => h("div", { style: { padding: 8, color: theme.colors.text.secondary } }, text);

function bodyOf(panel, frames, range, size) {
  const draw = drawings[panel.type];
  if (!draw) return grey(`${panel.type}: drawn by Grafana itself`);
  const [from, to] = [data.dateTime(range.from), data.dateTime(range.to)];
  const empty = frames.every(({ length }) => length === 0);
  if (empty && panel.type !== "stat") return grey(panel.fieldConfig.defaults.noValue ?? "");
  return draw({ panel, frames, timeRange: { from, to, raw: { from, to } }, ...size });
}

const [cell, gap] = [30, 8];

/** Draws a board. Resolves, once it stands, with its height and what could not be drawn. */
async function draw({ title, panels, width }) {
  const column = (width - gap) / 24;
  const failed = [];
  const parts = [];
  for (const { panel, frames, range } of panels) {
    const { x, y, w, h: rows } = panel.gridPos;
    const size = { width: w * column - gap, height: rows * (cell + gap) - gap };
    const style = { position: "absolute", left: gap + x * column, top: 40 + y * (cell + gap), ...size };
    const { title, description, type } = panel;
    const say = (error) => {
      failed.push(`${title}: ${error.message}`);
      return [];
    };
    const fields = type in drawings ? await shown(panel, frames).catch(say) : [];
    const inner = (width, height) =>
      h(ui.ErrorBoundary, { onError: say }, ({ error }) =>
        error ? grey(error.message) : bodyOf(panel, fields, range, { width, height }),
      );
    const chrome = { title, description, ...size, padding: type === "table" ? "none" : "md" };
    const heading = { color: theme.colors.text.primary, fontSize: 16, lineHeight: "32px" };
    const part =
      type === "row"
        ? h("div", { style: heading }, `${panel.collapsed ? "▸" : "▾"} ${title}`)
        : h(ui.PanelChrome, chrome, inner);
    parts.push(h("div", { key: panel.id, style }, part));
  }
  const bottom = Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  const height = Math.ceil(40 + bottom * (cell + gap) + gap);
  const canvas = { position: "relative", width, height, background: theme.colors.background.canvas };
  const name = h("div", { style: { padding: "10px 8px", color: theme.colors.text.primary, fontSize: 18 } }, title);
  createRoot(document.getElementById("root")).render(
    h(data.ThemeContext.Provider, { value: theme }, h(ui.GlobalStyles), h("div", { style: canvas }, name, parts)),
  );
  // Charts measure their text and their axes before they draw.
  for (let frame = 0; frame < 60; frame++) await new Promise((next) => requestAnimationFrame(next));
  return { height, failed };
}

window.draw = draw;
