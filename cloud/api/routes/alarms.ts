import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Alarm } from "../../alarms/alarms.ts";
import { alarm } from "../answers.ts";
import type { Ground } from "../api.ts";
import { ApiError } from "../fault.ts";
import { rangeOf, rangeQuery } from "../range.ts";
import { addRoute } from "../route.ts";
import { domainName, siteName } from "./inventory.ts";

const filter = {
  site: siteName,
  device: z.string().min(1).optional().describe("a device's name, see /api/v1/devices"),
  domain: domainName,
  severity: z.string().min(1).optional().describe("as the rule says, such as critical or warning"),
};

/** Alarms: what needs a person now, what has been, and who has seen it. */
export function addAlarms(app: FastifyInstance, { deps }: Ground): void {
  const { alarms, clock, log } = deps;

  addRoute(app, {
    method: "GET",
    url: "/api/v1/alarms",
    summary:
      "Alarms that need a person: active, or over and not acknowledged; active first, then the newest. At most 1000",
    access: "read",
    query: z.strictObject(filter),
    answer: z.strictObject({ at: z.number(), alarms: z.array(alarm) }),
    handle: ({ query }) => ({ at: clock.now(), alarms: alarms.open(known(query)).map(viewAlarm) }),
  });

  addRoute(app, {
    method: "GET",
    url: "/api/v1/alarms/history",
    summary: "Alarms that touched the range, newest first",
    access: "read",
    query: z.strictObject({
      ...filter,
      ...rangeQuery("-7d"),
      limit: z.coerce.number<string>().int().min(1).max(5000).default(500).describe("a whole number from 1 to 5000"),
    }),
    answer: z.strictObject({
      at: z.number(),
      from: z.number(),
      to: z.number(),
      alarms: z.array(alarm),
      more: z.boolean().describe("The range holds more: ask again with `to` at the last alarm's beginning."),
    }),
    handle: ({ query: { from, to, limit, ...rest } }) => {
      const now = clock.now();
      const range = rangeOf({ from, to }, now);
      const found = alarms.history({ ...known(rest), ...range, limit: limit + 1 });
      return { at: now, ...range, alarms: found.slice(0, limit).map(viewAlarm), more: found.length > limit };
    },
  });

  addRoute(app, {
    method: "POST",
    url: "/api/v1/alarms/{id}/acknowledgement",
    summary: "Say that a person knows of an alarm; the first who says so stays",
    access: "operate",
    path: z.strictObject({ id: z.coerce.number<string>().int().min(1).describe("an alarm's id, see /api/v1/alarms") }),
    body: z.strictObject({
      comment: z.string().trim().max(500).default("").describe("what was found or done, up to 500 characters"),
    }),
    answer: z.strictObject({ at: z.number(), alarm }),
    handle: ({ path, body, caller }) => {
      const by = caller?.name ?? "";
      const found = alarms.acknowledge(path.id, { by, comment: body.comment });
      if (!found)
        throw new ApiError("not_found", `no alarm has the id ${path.id}; /api/v1/alarms lists those that are open`);
      log?.info({ by, alarm: path.id, rule: found.rule, site: found.site, device: found.device }, "alarm acknowledged");
      return { at: clock.now(), alarm: viewAlarm(found) };
    },
  });
}

/** Without the keys that were not given. */
function known<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never;
}

function viewAlarm({ endedAt, acknowledged, values, links, ...rest }: Alarm): z.input<typeof alarm> {
  return {
    ...rest,
    endedAt: endedAt ?? null,
    acknowledged: acknowledged ?? null,
    values: { ...values },
    links: { ...links },
  };
}
