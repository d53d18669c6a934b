import { formatBundle } from "@weir/wire/firmware/bundle.ts";
import { bundleOf, imageOf, newSigner } from "@weir/wire/firmware/test-bundle.ts";
import { expect, test } from "vitest";
import type { Order } from "../commands/commands.ts";
import { type ApiDeps, buildApi } from "./api.ts";
import { deviceState, fakeDeps, lampState, sentCommand } from "./fakes.ts";

const node = { ...deviceState, device: "well-1", model: "WEIR-LEVEL" };
const bundle = JSON.parse(formatBundle(bundleOf(imageOf([1, 2, 0]), { release: newSigner(), fleet: newSigner() })));

async function order(body: object) {
  const sent: Order[] = [];
  const wants: Partial<ApiDeps> = {
    directory: { ...fakeDeps().directory, devices: () => [node, { ...lampState, model: "Lamp" }] },
    commands: {
      ...fakeDeps().commands,
      send: async (each) => {
        sent.push(each);
        return sentCommand(each);
      },
    },
  };
  const app = await buildApi(fakeDeps(wants));
  const url = "/api/v1/firmware/updates";
  const response = await app.inject({ method: "POST", url, headers: { host: "localhost:8080" }, payload: body });
  await app.close();
  return { status: response.statusCode, body: response.json(), sent };
}

test("a bundle goes to the gateway of its device, and is answered with what that says", async () => {
  const { status, body, sent } = await order({ site: "north", device: "well-1", bundle });
  expect(status).toBe(200);
  expect(body.command).toMatchObject({
    state: "done",
    gateway: "gw-1",
    firmware: expect.stringMatching(/^WEIR-LEVEL 1\.2\.0/),
  });
  expect(JSON.parse(sent[0]!.bundle!.text)).toEqual(bundle);
});

test("what is no bundle, is damaged, or is for another instrument never leaves the cloud", async () => {
  const faultsOf = async (body: object) => {
    const { status, body: told, sent } = await order(body);
    expect([status, sent]).toEqual([400, []]);
    return told.faults
      .map(({ where, message }: { where: string; message: string }) => `${where}: ${message}`)
      .join("\n");
  };
  expect(await faultsOf({ site: "north", device: "well-9", bundle: { a: 1 } })).toMatch(
    /body\.bundle: it is no bundle of format 1[\s\S]*body\.device: well-9 is not known at north/,
  );
  const damaged = { ...bundle, image: bundle.image.replace(/A/, "B") };
  expect(await faultsOf({ site: "north", device: "well-1", bundle: damaged })).toMatch(/page \d+ .* is not the one/);
  expect(await faultsOf({ site: "north", device: "lamp-1", bundle })).toMatch(
    /it is for a WEIR-LEVEL, and lamp-1 is a Lamp/,
  );
});
