import { findIdentity, isFirmata } from "@weir/wire/firmware/identity.ts";
import { type ConfirmOptions, confirm, confirmSketch, meetNode } from "./confirm.ts";
import { flash, identify, verify, type Work } from "./flash.ts";
import { flatten } from "./hex.ts";
import type { Port } from "./port.ts";
import { giveSerial, refuseOther } from "./serial-number.ts";
import type { Target } from "./target.ts";

export type BoardOptions = {
  /** Another kind of node may be overwritten. */
  readonly replace: boolean;
  /** What the node gets, for good. */
  readonly serial: number | undefined;
  /** The bootloader's. */
  readonly baud: number;
  /** Where the new image answers. */
  readonly node: ConfirmOptions;
};

/** A board at a port of its own, whose bootloader speaks STK500v1. */
export function boardTarget(
  work: Work & { readonly port: Port },
  { replace, serial, baud, node }: BoardOptions,
): Target {
  const { programmer, signal, port } = work;
  /** Identifies a board, lets it start, and asks the node that it runs. */
  const meet = async () => {
    const { runs } = await identify(work);
    await programmer.leave(signal);
    return runs && !isFirmata(runs) ? meetNode(port, node, work) : undefined;
  };
  return {
    identify: async () => void (await meet()),
    flash: async (image, { dryRun, allowOlder }) => {
      if (serial !== undefined) {
        const found = await meet();
        if (found) refuseOther(found, serial);
        await port.set({ baud, parity: "none" });
      }
      await flash(work, image, { dryRun, replace, allowOlder });
      if (dryRun) return "nothing was written";
      const identity = findIdentity(flatten(image));
      if (!identity) return "written and read back; whether it runs is for you to see: it is no Weir node";
      if (isFirmata(identity)) await confirmSketch(port, identity, work);
      else {
        const answered = await confirm(port, identity, node, work);
        if (serial !== undefined) await giveSerial(port, answered, { unit: node.unit, serial }, work);
      }
      return "written, read back, and it answers";
    },
    verify: async (image) => {
      await identify(work);
      await verify(work, flatten(image));
      await programmer.leave(signal);
      return "the board holds this image";
    },
  };
}
