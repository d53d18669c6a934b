import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { runCommand } from "../command.ts";

/** weir-edge scan of a port where nobody listens. */
async function scanNobody(...options: readonly string[]) {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const err: string[] = [];
  const code = await runCommand(["scan", "tcp", `127.0.0.1:${port}`, ...options], {
    out: () => {},
    err: (text) => err.push(text),
  });
  return { code, why: err.at(-1) };
}

test("a line that cannot be opened is told with what to check, in the technician's language", async () => {
  expect(await scanNobody()).toEqual({
    code: 1,
    why: expect.stringMatching(/^127\.0\.0\.1:\d+: the host is there but nothing listens/),
  });
  expect(await scanNobody("--lang", "zh")).toEqual({
    code: 1,
    why: expect.stringMatching(/^127\.0\.0\.1:\d+：主机在线，但该端口无服务监听；请检查端口/),
  });
});

test("for a program it is told in English, whatever the language", async () => {
  expect((await scanNobody("--lang", "zh", "--json")).why).toMatch(/: the host is there but nothing listens/);
});
