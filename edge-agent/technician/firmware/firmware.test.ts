import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTrustedKey } from "@weir/wire/firmware/keys.ts";
import type { UpdateState } from "@weir/wire/firmware/update-state.ts";
import { expect, onTestFinished, test } from "vitest";
import { openShelf } from "../../firmware/shelf.ts";
import { bundleText, signers } from "../../firmware/test-ground.ts";
import { runCommand } from "../command.ts";

/** A gateway whose agent answers on this port. */
function setUp(port = 1, firmware = "{ keys: trusted, node_keys: nodes }") {
  const folder = mkdtempSync(join(tmpdir(), "weir-edge-firmware-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "edge.yaml");
  writeFileSync(
    file,
    `{ site: a, gateway: b, buses: [{ name: line, serial: { path: /dev/null } }],
       devices: [{ id: well, bus: line, profile: pipe/weir-level }, { id: gas, bus: line, unit: 2, profile: hazmat/weir-gas }],
       uplink: { url: "mqtt://127.0.0.1:1" }, health: { listen: "127.0.0.1:${port}" }${firmware && `, firmware: ${firmware}`} }`,
  );
  const { release, fleet } = signers;
  writeFileSync(
    join(folder, "trusted"),
    `${formatTrustedKey("release", release.publicKey, "m")}\n${formatTrustedKey("fleet", fleet.publicKey, "w")}\n`,
  );
  writeFileSync(join(folder, "level.bundle"), bundleText([1, 2, 0], { expires: "2999-01-01T00:00:00.000Z" }));
  const path = join(folder, "firmware");
  const edge = async (verb: string, ...words: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCommand(["firmware", file, verb, ...words, "--lang", "en"], terminal);
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
  return { folder, path, edge, bundle: join(folder, "level.bundle"), order: join(path, "orders", "well.bundle") };
}

const what = "WEIR-LEVEL 1.2.0, hardware revision 1";
const update = (state: UpdateState, fault = "none") => ({
  ...{ device: "well", what, by: "technician", state, fault, since: Date.now() },
  ...{ acceptedAt: Date.now(), deadlineAt: undefined, percent: 40 },
});

/** An agent that takes the order up when it is asked the first time, and is a step further each time after. */
async function agentThat(take: (order: string) => void, steps: readonly object[]) {
  let order = "";
  let asked = 0;
  const server = createServer((_, response) => {
    const isThere = existsSync(order);
    if (isThere) {
      take(order);
      rmSync(order);
    }
    const firmware = isThere || asked > 0 ? [steps[Math.min(asked++, steps.length - 1)]].filter(Boolean) : [];
    response.end(JSON.stringify({ site: "a", gateway: "b", firmware }));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const gateway = setUp((server.address() as AddressInfo).port);
  order = gateway.order;
  return gateway;
}

test("check says what speaks against a bundle, and whether the gateway would take it", async () => {
  const { edge, bundle, folder } = setUp();
  expect(await edge("check", "well", bundle)).toEqual({
    ...{ code: 0, err: "", out: `${bundle}: ${what}, and well may be brought to it` },
  });
  expect(await edge("check", "gas", bundle)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/gas is a WEIR-GAS/),
  });
  expect(await edge("check", "wall", bundle)).toMatchObject({ code: 2, err: expect.stringMatching(/"well"/) });
  writeFileSync(bundle, readFileSync(bundle, "utf8").replace('"1.2.0"', '"1.9.0"'));
  expect((await edge("check", "well", bundle)).err).toMatch(
    /version: the image says 1\.2\.0, and its manifest 1\.9\.0/,
  );
  expect(await edge("check", "well", join(folder, "none"))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/none: there is no such file/),
  });
});

test("update leaves the bundle to the agent and tells each step until the image has confirmed itself", async () => {
  let taken = "";
  const steps = [update("accepted"), update("accepted"), update("trial"), update("confirmed")];
  const { edge, bundle } = await agentThat((order) => {
    taken = readFileSync(order, "utf8");
  }, steps);
  const { code, out } = await edge("update", "well", bundle);
  expect(code).toBe(0);
  expect(taken).toBe(readFileSync(bundle, "utf8"));
  expect(out.split("\n").slice(1)).toEqual([
    `well  ${what}  accepted 40 %`,
    `well  ${what}  on trial`,
    `well  ${what}  confirmed`,
  ]);
});

test("update says why the agent refused, and why the node went back", async () => {
  const refusing = await agentThat(
    (order) => writeFileSync(order.replace(/bundle$/, "refused"), "well is being brought to another one"),
    [],
  );
  expect(await refusing.edge("update", "well", refusing.bundle)).toMatchObject({
    ...{ code: 1, err: "well: well is being brought to another one" },
  });
  const failing = await agentThat(() => {}, [update("rolled-back", "crashed")]);
  const { code, out } = await failing.edge("update", "well", failing.bundle);
  expect([code, out]).toEqual([1, expect.stringMatching(/rolled back: .*/)]);
});

test("status tells what is on disk, with or without an agent; all else needs one", async () => {
  const { edge, path, bundle } = setUp();
  expect(await edge("status")).toMatchObject({ code: 0, out: "no update yet" });
  openShelf(path).keep({
    ...{ device: "well", what, version: "1.2.0", manifest: "", kind: "weir/1/1", by: "cloud", bundle: "" },
    ...{ acceptedAt: 0, since: 0, progress: { state: "parked", fault: "no-answer" } },
  });
  expect(await edge("status")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/well +WEIR-LEVEL .* parked .* cloud/),
  });
  const { code, err } = await edge("update", "well", bundle);
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringMatching(/weir-edge run[\s\S]*weir-firmware flash .*--bus/),
  });
  expect(await setUp(1, "").edge("status")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/installs no firmware/),
  });
  expect(await edge("install")).toMatchObject({ code: 2 });
  expect(await edge("update", "well")).toMatchObject({ code: 2 });
});
