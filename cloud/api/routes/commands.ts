import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { command } from "../answers.ts";
import type { Ground } from "../api.ts";
import { badRequest, type Fault } from "../fault.ts";
import { addRoute } from "../route.ts";
import { viewCommand } from "../view.ts";
import { gatewayName, siteName } from "./inventory.ts";

const order = z.strictObject({
  site: z.string().min(1).describe("a site's name, see /api/v1/sites"),
  device: z.string().min(1).describe("a device's name, see /api/v1/devices"),
  metric: z.string().min(1).describe("a point that the device lists under `writable`"),
  value: z.number().describe("a number in the quantity's unit"),
  expiresInMs: z
    .int()
    .min(1000)
    .max(3_600_000)
    .default(30_000)
    .describe("milliseconds, a whole number from 1000 to 3600000"),
});

/** Writes to instruments. Each answers with its outcome: written and read back, refused, failed or expired. */
export function addCommands(app: FastifyInstance, { deps, city }: Ground): void {
  const { clock, commands, log } = deps;

  /** Throws for an order that cannot be right; what only the gateway can know it refuses itself. */
  const addressee = ({ site, device, metric, value }: z.output<typeof order>): string => {
    const devices = city.devices().filter((each) => each.site === site);
    const found = devices.find((each) => each.device === device);
    if (devices.length === 0)
      throw badRequest([{ where: "body.site", message: `${site} is not known; /api/v1/sites lists those that are` }]);
    if (!found)
      throw badRequest([
        { where: "body.device", message: `${device} is not known at ${site}; /api/v1/devices lists those that are` },
      ]);
    const point = found.writable.find((each) => each.metric === metric);
    const faults: Fault[] = [];
    if (!point) {
      const names = found.writable.map((each) => each.metric).join(", ");
      faults.push({
        where: "body.metric",
        message: `${metric} cannot be written; ${names === "" ? "this device has no writable point" : `writable here: ${names}`}`,
      });
    } else if (value < point.min || value > point.max)
      faults.push({ where: "body.value", message: `${value} is outside ${point.min} to ${point.max}` });
    if (faults.length > 0) throw badRequest(faults);
    return found.gateway;
  };

  addRoute(app, {
    method: "POST",
    url: "/api/v1/commands",
    summary: "Write a value to a writable point; answers when the gateway has, or when the command has expired",
    access: "operate",
    body: order,
    answer: z.strictObject({ at: z.number(), command }),
    handle: async ({ body, caller }) => {
      const { site, device, metric, value, expiresInMs } = body;
      const by = caller?.name ?? "";
      const sent = commands.send({ site, gateway: addressee(body), device, metric, value, expiresInMs, by });
      const row = await sent.catch((error: unknown) => {
        throw error instanceof RangeError ? badRequest([{ where: "body", message: error.message }]) : error;
      });
      log?.info({ by, site, device, metric, value, id: row.id, state: row.state, why: row.why }, "command");
      return { at: clock.now(), command: viewCommand(row) };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/commands",
    summary: "Commands with their outcomes, newest first",
    access: "read",
    query: z.strictObject({
      site: siteName,
      gateway: gatewayName,
      device: z.string().min(1).optional().describe("a device's name, see /api/v1/devices"),
      limit: z.coerce.number<string>().int().min(1).max(1000).default(50).describe("a whole number from 1 to 1000"),
    }),
    answer: z.strictObject({ at: z.number(), commands: z.array(command) }),
    handle: ({ query: { site, gateway, device, limit } }) => ({
      at: clock.now(),
      commands: commands
        .list({ limit, ...(site ? { site } : {}), ...(gateway ? { gateway } : {}), ...(device ? { device } : {}) })
        .map(viewCommand),
    }),
  });
}
