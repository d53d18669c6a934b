import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "cloud", "console");

/** Builds the console page when it is missing or older than its sources; about a second. */
export async function buildConsole(print: (name: string, line: string) => void): Promise<void> {
  const built = join(folder, "dist", "index.html");
  const sources = globSync("**/*.{ts,tsx,css,html}", { cwd: folder, exclude: ["dist/**", "node_modules/**"] });
  const newest = Math.max(...sources.map((file) => statSync(join(folder, file)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  print("weir", "building the console page");
  const { build } = await import("vite");
  await build({ root: folder, logLevel: "error", configFile: join(folder, "vite.config.ts") });
}
