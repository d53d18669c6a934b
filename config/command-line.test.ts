import { describe, expect, test } from "vitest";
import { noCommand, runCommandLine, UsageError } from "./command-line.ts";

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(
    args,
    { out: (text) => out.push(text), err: (text) => err.push(text) },
    {
      name: "weir-try",
      help: "weir-try: for trying",
      options: { limit: { type: "string", default: "20" }, json: { type: "boolean" } },
      dispatch([word, ...rest], { limit, json }, terminal) {
        if (word === "count") terminal.out(`${rest.length} of ${limit}${json ? " as json" : ""}`);
        else if (word === "fail") throw new Error("no such file");
        else if (word === "both") throw new UsageError("one fault", "another fault");
        else throw noCommand(word, ["count", "fail"]);
        return rest.length;
      },
    },
  );
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("a command line", () => {
  test("comes to the exit code of what it asked for, with options anywhere", async () => {
    expect(await run("count", "--json", "a", "--limit=3", "b")).toEqual({ code: 2, out: "2 of 3 as json", err: "" });
  });

  test.each([[["--help"]], [["-h"]], [["count", "--help"]]])(
    "%j explains the program and does nothing",
    async (args) => {
      expect(await run(...args)).toEqual({ code: 0, out: "weir-try: for trying", err: "" });
    },
  );

  test.each([
    [[], "weir-try: no command; use count or fail"],
    [["cout"], 'weir-try: no command "cout"; use count or fail'],
    [["count", "--limti", "3"], 'weir-try: no option --limti; did you mean "limit"?'],
    [["count", "--limit"], "weir-try: Option '--limit <value>' argument missing"],
    [["both"], "weir-try: one fault\nweir-try: another fault"],
  ])("%j is not understood: exit code 2, all that is wrong, and where to read on", async (args, fault) => {
    expect(await run(...args)).toEqual({ code: 2, out: "", err: `${fault}\nweir-try --help shows how it is used.` });
  });

  test("that could not be done says why, with exit code 1", async () => {
    expect(await run("fail")).toEqual({ code: 1, out: "", err: "no such file" });
  });
});
