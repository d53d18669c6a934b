import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Ground } from "../api.ts";
import { checkRequest } from "../fault.ts";
import { securityHeaders } from "../headers.ts";
import { siteName } from "./inventory.ts";

const query = z.strictObject({
  site: siteName,
  device: z.string().min(1).optional().describe("a device's name, see /api/v1/devices"),
});

/** The live stream. Opened before the snapshot is loaded, it leaves nothing out. */
export function addLive(app: FastifyInstance, { live }: Ground): void {
  app.get(
    "/api/v1/live",
    {
      config: { access: "read" },
      schema: {
        summary:
          "Server-sent events: `readings`, `devices`, `gateways` (arrays as in the other routes, changed ones only) and `clock` (server time, every 10 s)",
        querystring: z.toJSONSchema(query, { io: "input" }),
        produces: ["text/event-stream"],
      },
    },
    (request, reply) => {
      const checked = checkRequest([{ name: "query", schema: query, input: request.query }]).query as z.infer<
        typeof query
      >;
      live.assertRoom();
      reply.hijack();
      reply.raw.writeHead(200, {
        ...securityHeaders,
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      });
      live.attach(reply.raw, checked);
    },
  );
}
