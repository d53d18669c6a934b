import { noCommand, type Terminal, UsageError } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { severityOf } from "@weir/device-profiles/opcua-values.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { offerText } from "../../drivers/opcua/endpoint.ts";
import { commonName, fingerprintOf } from "../../drivers/opcua/trust-list.ts";
import type { CommandOptions } from "../command.ts";
import { browse, treeText } from "./browse.ts";
import { find } from "./find.ts";
import { trust } from "./trust.ts";
import { valueText } from "./value-text.ts";
import { serverAt } from "./where.ts";
import { withSession } from "./with-session.ts";

const verbs = ["offers", "browse", "read", "trust"];

/** What a server has and what we trust, usable before any cloud exists. 1 when a value that was asked for is not good. */
export async function opcua(
  [verb, where, ...words]: readonly string[],
  options: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (verb === undefined || !verbs.includes(verb)) throw noCommand(verb, verbs);
  if (where === undefined) throw new UsageError(`opcua ${verb} takes edge.yaml or the address of a server`);
  switch (verb) {
    case "offers":
      return showOffers(where, options, terminal);
    case "browse":
      return showTree(where, words, options, terminal);
    case "read":
      return showValues(where, words, options, terminal);
    default:
      return trust(where, words, options, terminal);
  }
}

async function showOffers(where: string, options: CommandOptions, { out }: Terminal): Promise<number> {
  const { server, timeoutMs } = serverAt(where, options);
  const { offersOf } = await import("../../drivers/opcua/open-session.ts");
  const offers = await offersOf(server, { timeoutMs, clock: systemClock }, new AbortController().signal);
  const certificates = new Map(
    offers.flatMap(({ certificate }) => (certificate ? [[certificate.fingerprint256, certificate]] : [])),
  );
  if (options.json) {
    out(
      JSON.stringify(
        offers.map(({ certificate, ...offer }) => ({
          ...offer,
          fingerprint: certificate && fingerprintOf(certificate),
        })),
      ),
    );
    return 0;
  }
  const rows = offers.map((offer) => [offerText(offer), offer.tokens.map(({ type }) => type).join(", ")]);
  out(formatTable([["way in", "identities"], ...rows]));
  for (const certificate of certificates.values())
    out(
      `\ncertificate: ${commonName(certificate)}\nSHA-256: ${fingerprintOf(certificate)}\nvalid: ${certificate.validFrom} to ${certificate.validTo}`,
    );
  return 0;
}

async function showTree(
  where: string,
  [from, ...rest]: readonly string[],
  options: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (rest.length > 0) throw new UsageError(`opcua browse takes one node: "${rest[0]}" is too many`);
  const limits = { depth: wholeNumber("depth", options.depth, 2), limit: wholeNumber("limit", options.limit, 2000) };
  const { found, isCut } = await withSession(where, options, (session, wait) =>
    browse(session, { from, limits, wait }, terminal),
  );
  if (options.json) for (const node of found) terminal.out(JSON.stringify(node));
  else
    terminal.out(
      found.length === 0 ? "nothing is below this node, or nothing that this user may see" : treeText(found),
    );
  if (isCut) terminal.err(`more than ${limits.limit} nodes; give a node to begin at, or a higher --limit`);
  return 0;
}

async function showValues(
  where: string,
  words: readonly string[],
  options: CommandOptions,
  { out }: Terminal,
): Promise<number> {
  if (words.length === 0) throw new UsageError("opcua read takes nodes, such as Plant/Pump_1/Flow");
  const values = await withSession(where, options, async (session, wait) => {
    const nodes = [];
    for (const word of words) nodes.push(await find(session, word, wait));
    return session.read(nodes, wait);
  });
  const time = (at: number | undefined) => (at === undefined ? "" : new Date(at).toISOString());
  if (options.json)
    for (const [i, { sourceAt, serverAt, ...rest }] of values.entries())
      out(
        JSON.stringify({
          node: words[i],
          ...rest,
          sourceTime: time(sourceAt) || undefined,
          serverTime: time(serverAt) || undefined,
        }),
      );
  else {
    const rows = values.map((value, i) => [
      words[i]!,
      valueText({ value: value.value, status: "Good" }),
      value.type ?? "",
      value.status,
      time(value.sourceAt),
      time(value.serverAt),
    ]);
    out(formatTable([["node", "value", "type", "status", "source time", "server time"], ...rows]));
  }
  return values.every(({ status }) => severityOf(status) === "good") ? 0 : 1;
}

function wholeNumber(name: string, given: string | undefined, usual: number): number {
  if (given === undefined) return usual;
  if (/^[1-9]\d{0,6}$/.test(given)) return Number(given);
  throw new UsageError(`--${name} takes a whole number from 1, not "${given}"`);
}
