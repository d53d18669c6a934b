import { type Child, type Program, start } from "../children.ts";

export type Say = (who: string, what: string) => void;

/** The programs of a demonstration. Whatever they print is kept, for when something goes wrong. */
export type Processes = {
  /** Starts one that goes on, and waits until it says that it does. Rejects when it ends first; when it ends later, `onLost` is told. */
  launch(program: Program, says: RegExp): Promise<Child>;
  /** Starts one that ends, and resolves with how. */
  run(program: Program): Promise<string>;
  /** The last lines of each. */
  tails(): readonly (readonly [name: string, line: string])[];
  /** Stops one, or, the last first, all that are left. */
  stop(child?: Child): Promise<void>;
};

const tailLines = 15;
const graceMs = 5000;

/** `show`: of which program each line is told. */
export function startProcesses(say: Say, show: (name: string) => boolean, onLost: (why: string) => void): Processes {
  const running: Child[] = [];
  const tails = new Map<string, readonly string[]>();

  function begin(program: Program, onLine: (line: string) => void): Child {
    const child = start(program, (name, line) => {
      tails.set(name, [...(tails.get(name) ?? []), line].slice(-tailLines));
      if (show(name)) say(name, line);
      onLine(line);
    });
    running.push(child);
    return child;
  }
  async function end(child: Child): Promise<void> {
    running.splice(running.indexOf(child), 1);
    await child.stop(graceMs);
  }
  return {
    launch: (program, says) =>
      new Promise((resolve, reject) => {
        const child = begin(program, (line) => says.test(line) && resolve(child));
        void child.gone.then((how) => {
          const why = `${program.name} stopped unexpectedly: ${how}`;
          reject(new Error(why));
          if (running.includes(child)) onLost(why);
        });
      }),
    run: async (program) => {
      const child = begin(program, () => {});
      const how = await child.gone;
      running.splice(running.indexOf(child), 1);
      return how;
    },
    tails: () => [...tails].flatMap(([name, lines]) => lines.map((line) => [name, line] as const)),
    stop: async (child) => {
      if (child) return end(child);
      for (const each of running.toReversed()) await end(each);
    },
  };
}
