import module from "node:module";
import { join } from "node:path";

/**
 * Starts a program of ours from its cli.js. JavaScript, so that an older Node gets as far as being told, and so that the type stripper
 * is loaded only when a file has changed: types are stripped once, then the compile cache serves. `load` gives its runCommand.
 */
export async function launch(name, load) {
  if (!process.features.typescript) {
    console.error(
      `${name} does not run on Node ${process.versions.node}; start it with \`npx ${name}\`, which takes the Node that \`npm ci\` has installed`,
    );
    process.exit(1);
  }
  module.enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/weir"));
  process.stdout.on("error", () => process.exit()); // the reader of a pipe went away
  const runCommand = await load();
  process.exitCode = await runCommand(process.argv.slice(2), { out: console.log, err: console.error });
}
