export type Stage = {
  readonly from: string;
  readonly name: string | undefined;
  readonly workdir: string;
  readonly user: string | undefined;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** In order, each with its words and its text without the instruction. */
  readonly steps: readonly { readonly instruction: string; readonly words: readonly string[]; readonly text: string }[];
};

/** The stages of a Dockerfile. Continued lines are one; comments are left out. Pure. */
export function readDockerfile(text: string): readonly Stage[] {
  const steps = text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [instruction = "", ...words] = line.split(/\s+/);
      return { instruction, words, text: line.slice(instruction.length).trim() };
    });
  const starts = steps.flatMap(({ instruction }, index) => (instruction === "FROM" ? [index] : []));
  return starts.map((start, index): Stage => {
    const ours = steps.slice(start, starts[index + 1]);
    const lastOf = (name: string) => ours.findLast(({ instruction }) => instruction === name);
    const list = (name: string) => JSON.parse(lastOf(name)?.text ?? "[]") as string[];
    const [from = "", as, name] = ours[0]!.words;
    return {
      from,
      name: as?.toUpperCase() === "AS" ? name : undefined,
      workdir: lastOf("WORKDIR")?.words[0] ?? "/",
      user: lastOf("USER")?.words[0],
      entrypoint: list("ENTRYPOINT"),
      cmd: list("CMD"),
      steps: ours,
    };
  });
}

/** The stage that becomes the image. */
export function lastStage(stages: readonly Stage[]): Stage {
  const stage = stages.at(-1);
  if (!stage) throw new Error("a Dockerfile without FROM");
  return stage;
}
