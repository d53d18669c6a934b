import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { readNotification } from "../../alarms/notification.ts";
import { faultOfSignature, signatureHeader, timestampHeader } from "../../alarms/signature.ts";
import type { Ground } from "../api.ts";
import { ApiError, badRequest, failure } from "../fault.ts";

/** Grafana sends each alert with all its texts, twice: some 4 KiB each. */
const mostBytes = 4 * 2 ** 20;

const answer = z.strictObject({
  at: z.number(),
  alerts: z.number().describe("Taken from this notification."),
  fresh: z.number().describe("Beginnings and ends that were not known yet."),
  tests: z.number().describe("From the Test button: answered, not kept."),
});

/** Where Grafana's webhook contact point sends its notifications. An answer of 200 says that they are on disk; after any other Grafana sends them again. */
export async function addNotifications(app: FastifyInstance, { deps }: Ground): Promise<void> {
  const { alarms, clock, log, tokens, webhookSecret } = deps;
  await app.register(async (scope) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: mostBytes },
      (_request, body, done) => done(null, body),
    );
    scope.post(
      "/api/v1/grafana/notifications",
      {
        schema: {
          summary: `Grafana's webhook: alerts that begin and end. Signed by hmacConfig: ${signatureHeader} over ${timestampHeader} and body`,
          response: { 200: schemaOf(answer), default: schemaOf(failure) },
        },
      },
      (request) => {
        const body = request.body as Buffer;
        const signed = {
          signature: request.headers[signatureHeader],
          timestamp: request.headers[timestampHeader],
          body,
        };
        if (webhookSecret === undefined && tokens.length > 0)
          throw new ApiError(
            "not_allowed",
            "no webhook secret is configured; without one notifications are taken only while the API is for this machine alone: set alarms.webhook_secret_file",
          );
        const fault = webhookSecret === undefined ? undefined : faultOfSignature(webhookSecret, signed, clock.now());
        if (fault !== undefined) {
          log?.warn({ from: request.ip, fault }, "notification refused");
          throw new ApiError("bad_signature", fault);
        }
        const { notices, tests, faults } = readNotification(parse(body));
        const { fresh } = keep(notices);
        log?.info({ alerts: notices.length, fresh, tests, faults }, "notification");
        if (faults.length > 0) throw badRequest(faults);
        return { at: clock.now(), alerts: notices.length, fresh, tests };
      },
    );
  });

  function keep(notices: Parameters<typeof alarms.note>[0]) {
    try {
      return alarms.note(notices);
    } catch (error) {
      throw new ApiError("not_kept", `${(error as Error).message}; it was not taken, send it again`);
    }
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new ApiError("not_json", `the body is not JSON: ${(error as Error).message}`);
  }
}

function schemaOf(schema: z.ZodType) {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return rest;
}
