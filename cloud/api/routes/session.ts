import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { cookieName } from "../access.ts";
import { session } from "../answers.ts";
import type { Ground } from "../api.ts";
import { ApiError } from "../fault.ts";
import { addRoute } from "../route.ts";

const thirtyDaysS = 2_592_000;

/** Signing in from a page: the token is kept in a cookie that no script can read and no other site's page can send. */
export function addSession(app: FastifyInstance, { door }: Ground): void {
  const cookie = (value: string, maxAgeS: number, { secure }: { readonly secure: boolean }) =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${secure ? "; Secure" : ""}`;

  addRoute(app, {
    method: "GET",
    url: "/api/v1/session",
    summary: "Who is asking, and what they may do",
    answer: session,
    handle: ({ caller }) => ({ open: door.open, access: caller?.access ?? null, name: caller?.name ?? null }),
  });

  addRoute(app, {
    method: "POST",
    url: "/api/v1/session",
    summary: "Sign in: keep a token in a cookie",
    body: z.strictObject({ token: z.string().min(1).max(500).describe("a token from the cloud's configuration") }),
    answer: session,
    handle: ({ body, headers, secure }) => {
      const caller = door.open ? { name: "local", access: "operate" as const } : door.callerOf(body.token);
      if (!caller)
        throw new ApiError(
          "not_signed_in",
          "the token is not known here; check for a missing character, or ask for a new token",
        );
      if (!door.open) headers.set("set-cookie", cookie(body.token, thirtyDaysS, { secure }));
      return { open: door.open, access: caller.access, name: caller.name };
    },
  });

  addRoute(app, {
    method: "DELETE",
    url: "/api/v1/session",
    summary: "Sign out: forget the cookie",
    answer: session,
    handle: ({ headers, secure }) => {
      headers.set("set-cookie", cookie("", 0, { secure }));
      return { open: door.open, access: null, name: null };
    },
  });
}
