import { quantities } from "@weir/wire/quantities.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { device, domains, gateway, ledgerEpoch, quantity, reading, site } from "../answers.ts";
import type { Ground } from "../api.ts";
import { ApiError } from "../fault.ts";
import { addRoute } from "../route.ts";
import { viewEpoch, viewSite } from "../view.ts";

const name = z.string().min(1);
export const siteName = name.optional().describe("a site's name, see /api/v1/sites");
export const gatewayName = name.optional().describe("a gateway's name, see /api/v1/gateways");
export const domainName = z
  .enum(domains)
  .optional()
  .describe(`one of ${domains.join(", ")}`);
const at = z.number().describe("When this was so, epoch ms UTC.");

/** The gateway of a path; throws `not_found`. */
export function findGatewayIn(city: Ground["city"], path: { readonly site: string; readonly gateway: string }) {
  const found = city.gateways().find((each) => each.site === path.site && each.gateway === path.gateway);
  if (found) return found;
  const message = `no gateway ${path.gateway} has spoken at site ${path.site}; /api/v1/gateways lists those that have`;
  throw new ApiError("not_found", message);
}

/** The device of a path; throws `not_found`. */
export function findDeviceIn(city: Ground["city"], path: { readonly site: string; readonly device: string }) {
  const found = city.devices().find((each) => each.site === path.site && each.device === path.device);
  if (found) return found;
  const message = `no device ${path.device} is known at site ${path.site}; /api/v1/devices lists those that are`;
  throw new ApiError("not_found", message);
}

/** What there is: sites, gateways with their ledgers, devices, the vocabulary. */
export function addInventory(app: FastifyInstance, { deps, city }: Ground): void {
  const { clock, directory, latest, ledger } = deps;
  const findGateway = (path: { readonly site: string; readonly gateway: string }) => findGatewayIn(city, path);

  addRoute(app, {
    method: "GET",
    url: "/api/v1/sites",
    summary: "Sites, with their readings counted by domain and freshness",
    access: "read",
    answer: z.strictObject({ at, sites: z.array(site) }),
    handle: () => {
      const [now, readings, devices, gateways] = [
        clock.now(),
        latest.all().map(city.reading),
        city.devices(),
        directory.gateways(),
      ];
      return { at: now, sites: directory.sites().map((each) => viewSite(each, gateways, devices, readings, now)) };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/gateways",
    summary: "Gateways: link state and delivery in short",
    access: "read",
    query: z.strictObject({ site: siteName }),
    answer: z.strictObject({ at, gateways: z.array(gateway) }),
    handle: ({ query }) => ({
      at: clock.now(),
      gateways: city.gateways().filter((each) => query.site === undefined || each.site === query.site),
    }),
  });

  const gatewayPath = z.strictObject({ site: name, gateway: name });
  addRoute(app, {
    method: "GET",
    url: "/api/v1/gateways/{site}/{gateway}",
    summary: "One gateway",
    access: "read",
    path: gatewayPath,
    answer: z.strictObject({ at, gateway }),
    handle: ({ path }) => ({ at: clock.now(), gateway: findGateway(path) }),
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/gateways/{site}/{gateway}/ledger",
    summary:
      "What became of every record of a gateway: stored, rejected, missing, by epoch of its outbox, newest first",
    access: "read",
    path: gatewayPath,
    answer: z.strictObject({ at, epochs: z.array(ledgerEpoch) }),
    handle: ({ path }) => {
      findGateway(path);
      const row = ledger.gateways().find((each) => each.site === path.site && each.gateway === path.gateway);
      const epochs = row ? [row, ...row.previous] : [];
      return { at: clock.now(), epochs: epochs.map((each, index) => viewEpoch(each, epochs.length - index)) };
    },
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/devices",
    summary: "Devices",
    access: "read",
    query: z.strictObject({ domain: domainName, site: siteName, gateway: gatewayName }),
    answer: z.strictObject({ at, devices: z.array(device) }),
    handle: ({ query }) => ({
      at: clock.now(),
      devices: city
        .devices()
        .filter(
          (each) =>
            (query.domain === undefined || each.domain === query.domain) &&
            (query.site === undefined || each.site === query.site) &&
            (query.gateway === undefined || each.gateway === query.gateway),
        ),
    }),
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/devices/{site}/{device}",
    summary: "One device with its latest readings",
    access: "read",
    path: z.strictObject({ site: name, device: name }),
    answer: z.strictObject({ at, device, readings: z.array(reading) }),
    handle: ({ path }) => {
      const found = findDeviceIn(city, path);
      return { at: clock.now(), device: found, readings: latest.ofDevice(path.site, path.device).map(city.reading) };
    },
  });

  const vocabulary = Object.entries(quantities).map(([key, info]) => quantity.parse({ quantity: key, ...info }));
  addRoute(app, {
    method: "GET",
    url: "/api/v1/quantities",
    summary: "The vocabulary: every quantity with its unit and its name in English and Chinese",
    access: "read",
    query: z.strictObject({ domain: domainName }),
    answer: z.strictObject({ quantities: z.array(quantity) }),
    handle: ({ query }) => ({
      quantities: vocabulary.filter((each) => query.domain === undefined || each.domain === query.domain),
    }),
  });
}
