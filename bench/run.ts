/** Runs the benchmarks of this folder: `npm run bench` lists them, `npm run bench -- <name> [args]` runs one, `--all` runs all. */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Whatever says in its first comment how it is run; the other files here are parts of those. */
const benchmarks = globSync("*.ts", { cwd: import.meta.dirname })
  .sort()
  .flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    const head = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]?.replace(/^\s*\*?\s?/gm, "") ?? "";
    const about = head.split("usage:")[0]!.replaceAll("\n", " ").trim();
    return head.includes("usage:") ? [{ name: basename(file, ".ts"), file, about }] : [];
  });

const [wanted, ...args] = process.argv.slice(2);
if (wanted === "--all") for (const { name, file } of benchmarks) await runTitled(name, file);
else {
  const found = benchmarks.find(({ name }) => name === wanted);
  if (found) process.exitCode = await run(found.file, args);
  else list();
}

function list(): void {
  if (wanted !== undefined && !["--help", "-h"].includes(wanted)) {
    console.error(`there is no benchmark ${wanted}\n`);
    process.exitCode = 2;
  }
  console.log("usage: npm run bench -- <name> [args] | --all\n");
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  for (const { name, about } of benchmarks) console.log(`  ${name.padEnd(width)}  ${about.split(/[.,;:] /)[0]}`);
}

async function runTitled(name: string, file: string): Promise<void> {
  console.log(`\n── ${name} ${"─".repeat(Math.max(0, 76 - name.length))}`);
  if ((await run(file, [])) !== 0) process.exitCode = 1;
}

/** Resolves with the exit code. */
function run(file: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: "inherit" });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}
