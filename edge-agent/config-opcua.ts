import { duration } from "@weir/config/fields.ts";
import { say } from "@weir/wire/sentences.ts";
import { z } from "zod";
import { texts } from "./config-texts.ts";
import { deprecatedPolicies, type OpcuaServer, securityModes, securityPolicies } from "./drivers/opcua/server.ts";

/** A bus that is an OPC UA server. */
export const opcuaBus = z
  .strictObject({
    url: z
      .string()
      .regex(/^opc\.tcp:\/\/[^\s/:]+(:\d{1,5})?(\/\S*)?$|^opc\.tcp:\/\/\[[0-9a-f:.]+\](:\d{1,5})?(\/\S*)?$/i, {
        error: texts.opcuaUrl.en,
      })
      .describe("The server."),
    policy: z
      .enum(securityPolicies)
      .optional()
      .describe("Security policy. Left out: the most secure that the server offers; None only when it stands here."),
    mode: z
      .enum(securityModes)
      .optional()
      .describe("SignAndEncrypt, Sign or None. Left out: the most secure that the server offers with that policy."),
    deprecated_because: z
      .string()
      .min(1)
      .optional()
      .describe("Why Basic128Rsa15 or Basic256 has to be used, which are broken. Without it they are refused."),
    accept: z
      .array(z.enum(["expired", "host-name"]))
      .prefault([])
      .describe("Faults of a trusted server certificate that are put up with: expired, or made for another host name."),
    username: z
      .string()
      .min(1)
      .optional()
      .describe("With password_file; anonymous when neither this nor cert_file is."),
    password_file: z.string().optional().describe("A file that holds the password and nothing else."),
    plain_password: z
      .boolean()
      .default(false)
      .describe("true: send the password even where the server lets nothing encrypt it, readable for all on the way."),
    cert_file: z.string().optional().describe("A user's certificate as identity, PEM, with key_file."),
    key_file: z.string().optional().describe("The private key of cert_file, PEM."),
    pki: z
      .string()
      .default("opcua-pki")
      .describe(
        "Folder of this gateway's own certificate (made once) and of those it trusts: `weir-edge opcua trust`.",
      ),
    reading: z
      .enum(["subscribe", "poll"])
      .default("subscribe")
      .describe("subscribe: the server tells what changes. poll: values are asked for at each period."),
    publish: duration
      .refine((ms) => ms >= 50, say(texts.atLeast, { least: "50ms" }))
      .prefault("1s")
      .describe("How often the server tells of changes. A server that is silent three times as long is called anew."),
  })
  .superRefine((bus, { addIssue }) => {
    const fail = (key: keyof typeof bus, message: string) => addIssue({ code: "custom", path: [key], message });
    const none = [bus.policy === "None", bus.mode === "None"];
    if (bus.policy !== undefined && bus.mode !== undefined && none[0] !== none[1]) fail("mode", texts.bothNone.en);
    if (deprecatedPolicies.includes(bus.policy ?? "") && bus.deprecated_because === undefined)
      fail("policy", say(texts.brokenPolicy, { policy: bus.policy! }));
    if ((bus.username === undefined) !== (bus.password_file === undefined))
      fail("username", say(texts.together, { one: "username", other: "password_file" }));
    if ((bus.cert_file === undefined) !== (bus.key_file === undefined))
      fail("cert_file", say(texts.together, { one: "cert_file", other: "key_file" }));
    if (bus.username !== undefined && bus.cert_file !== undefined) fail("cert_file", texts.oneIdentity.en);
  });

/** The same as the driver takes it, paths absolute. */
export function opcuaServerOf(bus: z.output<typeof opcuaBus>, inFolder: (path: string) => string): OpcuaServer {
  const { url, policy, mode, deprecated_because, accept, username, password_file, cert_file, key_file } = bus;
  const security =
    policy === "None" || mode === "None" ? ({ policy: "None", mode: "None" } as const) : { policy, mode };
  return {
    url,
    ...(security.policy !== undefined && { policy: security.policy }),
    ...(security.mode !== undefined && { mode: security.mode }),
    ...(deprecated_because !== undefined && { deprecatedBecause: deprecated_because }),
    accept,
    identity:
      username !== undefined && password_file !== undefined
        ? { kind: "user", name: username, passwordFile: inFolder(password_file), plain: bus.plain_password }
        : cert_file !== undefined && key_file !== undefined
          ? { kind: "certificate", certFile: inFolder(cert_file), keyFile: inFolder(key_file) }
          : { kind: "anonymous" },
    pki: inFolder(bus.pki),
    reading: bus.reading,
    publishMs: bus.publish,
  };
}
