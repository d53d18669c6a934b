import { parseNodeText } from "@weir/device-profiles/opcua.ts";
import type { Wait } from "../../drivers/driver.ts";
import { locate } from "../../drivers/opcua/locate.ts";
import { type NodeRef, objectsFolder, type Session } from "../../drivers/opcua/session.ts";

/** The node that a text leads to from the Objects folder; that folder itself without one. Rejects with an Error that says what there is. */
export async function find(session: Session, text: string | undefined, wait: Wait): Promise<NodeRef> {
  if (text === undefined) return objectsFolder;
  const wanted = [{ text, parsed: parseNodeText(text) }];
  const [located] = await locate(wanted, { start: objectsFolder, refOf: session.refOf }, (nodes) =>
    session.browse(nodes, wait),
  );
  if (located && "node" in located) return located.node;
  throw new Error(located?.why ?? `"${text}" leads nowhere`);
}
