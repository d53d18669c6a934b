import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { together } from "../../ledger/days.ts";
import { deliveredDays, gap } from "../answers.ts";
import type { Ground } from "../api.ts";
import { ApiError } from "../fault.ts";
import { addRoute } from "../route.ts";
import { findDeviceIn, findGatewayIn, siteName } from "./inventory.ts";

const name = z.string().min(1);
const gatewayPath = z.strictObject({ site: name, gateway: name });
const devicePath = z.strictObject({ site: name, device: name });
const around = {
  at: z.number().describe("When this was so, epoch ms UTC."),
  timeZone: z.string().describe("Whose midnight a day begins at."),
  dates: z.array(z.string()).describe("The days that follow, oldest first, today last."),
};
const mostGaps = 500;

/** What arrived of the last thirty days, and the removal of what will never report again. */
export function addDelivery(app: FastifyInstance, { deps, city }: Ground): void {
  const { clock, days, forget, log } = deps;
  const calendar = () => ({ at: clock.now(), timeZone: days.timeZone, dates: days.dates().map(({ date }) => date) });
  /** Day by day, all of these devices as one. */
  const summed = (rows: ReturnType<typeof days.devices>) =>
    days.dates().map((_, index) => together(rows.map((row) => row.days[index] ?? null)));
  const isInstrument = ({ kind }: { readonly kind: string }) => kind !== "gateway";

  addRoute(app, {
    method: "GET",
    url: "/api/v1/delivery",
    summary: "What arrived of the last thirty days: on time, late, rejected, missing, by gateway over its devices",
    access: "read",
    query: z.strictObject({ site: siteName }),
    answer: z.strictObject({
      ...around,
      days: deliveredDays,
      gateways: z.array(z.strictObject({ site: z.string(), gateway: z.string(), days: deliveredDays })),
    }),
    handle: ({ query }) => {
      const rows = days.devices(query.site === undefined ? {} : { site: query.site }).filter(isInstrument);
      const byGateway = Map.groupBy(rows, ({ site, gateway }) => `${site}\n${gateway}`);
      return {
        ...calendar(),
        days: summed(rows),
        gateways: [...byGateway.values()].map((devices) => {
          const { site, gateway } = devices[0]!;
          return { site, gateway, days: summed(devices) };
        }),
      };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/gateways/{site}/{gateway}/delivery",
    summary: "What arrived of the last thirty days from a gateway: all its devices together, and each",
    access: "read",
    path: gatewayPath,
    answer: z.strictObject({
      ...around,
      days: deliveredDays,
      devices: z.array(z.strictObject({ device: z.string(), days: deliveredDays })),
    }),
    handle: ({ path }) => {
      findGatewayIn(city, path);
      const rows = days.devices(path).filter(isInstrument);
      return {
        ...calendar(),
        days: summed(rows),
        devices: rows.map(({ device, days }) => ({ device, days: [...days] })),
      };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/devices/{site}/{device}/delivery",
    summary: "What arrived of the last thirty days from a device, and when something did not, newest first",
    access: "read",
    path: devicePath,
    answer: z.strictObject({
      ...around,
      days: deliveredDays,
      gaps: z.array(gap).describe(`The newest ${mostGaps}.`),
    }),
    handle: ({ path }) => {
      const { gateway } = findDeviceIn(city, path);
      const row = days.devices({ site: path.site, gateway }).find(({ device }) => device === path.device);
      return {
        ...calendar(),
        days: [...(row?.days ?? [])],
        gaps: days.gaps(path.site, path.device, mostGaps).map((each) => ({ ...each })),
      };
    },
  });

  const removed = z.strictObject({ at: z.number(), removed: z.number().describe("How many devices are forgotten.") });
  const remove = (site: string, what: string, by: string | undefined) => {
    const count = forget(site, what);
    if (count === 0)
      throw new ApiError(
        "still_online",
        `${what} is online and would be back with its next reading; take it out of its gateway's edge.yaml, or stop that gateway, first`,
      );
    log?.info({ by, site, removed: what, devices: count }, "removed");
    return { at: clock.now(), removed: count };
  };

  addRoute(app, {
    method: "DELETE",
    url: "/api/v1/devices/{site}/{device}",
    summary: "Forget a device that is offline for good: it is expected no longer. Its readings stay in the store",
    access: "operate",
    path: devicePath,
    answer: removed,
    handle: ({ path, caller }) => {
      findDeviceIn(city, path);
      return remove(path.site, path.device, caller?.name);
    },
  });

  addRoute(app, {
    method: "DELETE",
    url: "/api/v1/gateways/{site}/{gateway}",
    summary: "Forget a gateway that is offline for good, with its devices. Their readings and its ledger stay",
    access: "operate",
    path: gatewayPath,
    answer: removed,
    handle: ({ path, caller }) => {
      findGatewayIn(city, path);
      return remove(path.site, path.gateway, caller?.name);
    },
  });
}
