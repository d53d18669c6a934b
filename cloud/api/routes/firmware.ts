import { describeNode } from "@weir/wire/firmware/identity.ts";
import { readBundle } from "@weir/wire/firmware/read-bundle.ts";
import { stateCode } from "@weir/wire/firmware/update-state.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { command } from "../answers.ts";
import type { Ground } from "../api.ts";
import { badRequest, type Fault } from "../fault.ts";
import { addRoute } from "../route.ts";
import { viewCommand } from "../view.ts";

const order = z.strictObject({
  site: z.string().min(1).describe("a site's name, see /api/v1/sites"),
  device: z.string().min(1).describe("a device's name, see /api/v1/devices"),
  bundle: z
    .record(z.string(), z.unknown())
    .describe("what is in the file that weir-firmware bundle and sign have made"),
});

/** So long a gateway may take to accept it. What comes then takes its time, and is told by the device's records. */
const expiresInMs = 60_000;

/** Firmware of small nodes. Whom to trust only the gateway knows: here is looked at whether it is a bundle, and for such a device. */
export function addFirmware(app: FastifyInstance, { deps, city }: Ground): void {
  const { clock, commands, log } = deps;
  addRoute(app, {
    method: "POST",
    url: "/api/v1/firmware/updates",
    summary:
      "Bring a node to the firmware of a bundle; answers when its gateway has accepted or refused it. What becomes of it, the device's firmware_state says",
    access: "operate",
    body: order,
    answer: z.strictObject({ at: z.number(), command }),
    handle: async ({ body: { site, device, bundle }, caller }) => {
      const found = city.devices().find((each) => each.site === site && each.device === device);
      const text = JSON.stringify(bundle);
      const read = readBundle(text);
      const faults: Fault[] = "faults" in read ? read.faults.map((message) => ({ where: "body.bundle", message })) : [];
      if (!found)
        faults.push({
          where: "body.device",
          message: `${device} is not known at ${site}; /api/v1/devices lists those that are`,
        });
      if (faults.length > 0 || !found || "faults" in read) throw badRequest(faults);
      const { manifest } = read.bundle;
      if (found.model !== null && found.model !== manifest.model)
        throw badRequest([
          { where: "body.bundle", message: `it is for a ${manifest.model}, and ${device} is a ${found.model}` },
        ]);
      const by = caller?.name ?? "";
      const what = describeNode(manifest);
      const where = { site, gateway: found.gateway, device };
      const row = await commands.send({
        ...{ ...where, metric: "firmware_state", value: stateCode("accepted"), expiresInMs, by },
        bundle: { text, what },
      });
      log?.info({ by, site, device, firmware: what, id: row.id, state: row.state, why: row.why }, "firmware update");
      return { at: clock.now(), command: viewCommand(row) };
    },
  });
}
