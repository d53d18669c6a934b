import { defineConfig } from "vite";

/** Build with `npx vite build cloud/console`; buildApi serves cloud/console/dist. Relative, so that it works below any path. */
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2023", modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: true },
});
