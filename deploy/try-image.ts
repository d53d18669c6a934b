import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join, matchesGlob, resolve } from "node:path";
import { parseArgs } from "node:util";
import { lastStage, readDockerfile } from "./dockerfile.ts";

const help = `Builds, without Docker, the files that a Dockerfile's image would hold, and runs a command in them as the image would.

usage: node deploy/try-image.ts <Dockerfile> <folder> [-- arguments of the program]

  deploy/try-image.ts cloud/Dockerfile /tmp/cloud-image -- --help

What it does: copies what .dockerignore lets through, stage by stage, runs the stages' npm and vite lines (they need the registry), and starts the
ENTRYPOINT with the arguments after --, or with CMD. What it does not do: the base image, users, apt.`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean" } } });
const [file, target, ...args] = positionals;
if (values.help || file === undefined || target === undefined) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
const root = join(import.meta.dirname, "..");
const lines = readFileSync(join(root, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const kept = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)) && isLetThrough(path));

const stages = readDockerfile(readFileSync(join(root, file), "utf8"));
rmSync(target, { recursive: true, force: true });
for (const [index, stage] of stages.entries()) {
  const base = join(resolve(target), stage.name ?? String(index));
  const workdir = join(base, stage.workdir);
  mkdirSync(workdir, { recursive: true });
  for (const { instruction, words, text } of stage.steps) {
    if (instruction === "COPY") copy(words, base, workdir);
    if (instruction === "RUN") {
      const ours = text.split("&&").filter((part) => /^\s*(npm ci|npx|node) /.test(part));
      for (const command of ours) {
        console.log(`${stage.name ?? "image"}: ${command.trim()}`);
        execFileSync("sh", ["-ec", command], { cwd: workdir, stdio: "inherit" });
      }
    }
  }
}

/** `COPY [--from=stage] source... target`, below the stage's folder. */
function copy(words: readonly string[], base: string, workdir: string): void {
  const from = words[0]?.startsWith("--from=") ? words[0].slice("--from=".length) : undefined;
  const [to, ...sources] = words.slice(from === undefined ? 0 : 1).toReversed() as [string, ...string[]];
  for (const source of sources) {
    const into = (path: string) => (to.startsWith("/") ? join(base, to, path) : join(workdir, to, path));
    if (from !== undefined) {
      cpSync(join(resolve(target!), from, source), into(""), { recursive: true });
      continue;
    }
    const inside = kept.filter((path) => source === "." || path === source || path.startsWith(`${source}/`));
    if (inside.length === 0) throw new Error(`COPY ${source}: .dockerignore lets nothing of it through`);
    for (const path of inside) {
      // A folder gives its content, a file goes into what ends in a slash.
      const name = source === "." ? path : path === source ? basename(path) : path.slice(source.length + 1);
      mkdirSync(dirname(into(name)), { recursive: true });
      cpSync(join(root, path), into(name));
    }
  }
}

function isLetThrough(path: string): boolean {
  return lines.reduce((inside, line) => {
    const pattern = line.replace(/^!/, "");
    const fits = pattern === "*" || [pattern, `${pattern}/**`].some((each) => matchesGlob(path, each));
    return fits ? line.startsWith("!") : inside;
  }, true);
}

const image = join(resolve(target), lastStage(stages).name ?? String(stages.length - 1));
symlinkSync(image, join(resolve(target), "image"));
const entry = lastStage(stages).entrypoint.map((word) => (word.startsWith("/opt/") ? join(image, word) : word));
const command = [...entry.slice(1), ...(args.length > 0 ? args : lastStage(stages).cmd)];
console.log(`image: ${entry[0]} ${command.join(" ")}`);
execFileSync(entry[0]!, command, { cwd: image, stdio: "inherit" });
