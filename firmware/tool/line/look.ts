import { type LoaderInfo, loaderRequests, type NodeAnswer, nodeRegisters } from "@weir/wire/firmware/boot485.ts";
import { crc32 } from "@weir/wire/firmware/crc32.ts";
import { describeNode } from "@weir/wire/firmware/identity.ts";
import { knock, whoAnswers } from "@weir/wire/firmware/reach.ts";
import { askDigests, pagesOf } from "@weir/wire/firmware/stage.ts";
import { Failure } from "../events.ts";
import type { LineWork } from "./work.ts";

const runsOn = "it runs what it ran";
/** An order to stop may be lost, and a node behind a slow server take a while over it. */
const [entries, enterMs] = [5, 300];

export const silent = (unit: number): Failure =>
  new Failure(`at address ${unit} nobody answers`, {
    causes: [
      "the node has another address, or the line another speed or parity: weir-firmware commission finds it",
      "it has no power, or A and B are swapped",
      "another master uses the line: stop weir-edge, or update through it",
    ],
    next: "switch the node off and on while this command runs: whatever it runs, boot485 listens for a second then",
    board: runsOn,
  });

/** Tells who answers at an address, without disturbing it. Rejects with a Failure when nobody does. */
export async function identifyOnLine({ line, unit, emit }: LineWork): Promise<NodeAnswer | LoaderInfo> {
  const answering = await whoAnswers(line);
  if (answering?.who === "image") {
    const { node } = answering;
    const { serial = null, loader, report = null } = node;
    emit({ event: "on-line", unit, who: "image", runs: describeNode(node), serial, loader, hasKey: null, report });
    return node;
  }
  if (answering?.who === "stranger")
    throw new Failure(`the instrument at address ${unit} is no Weir node`, {
      causes: ["another address was meant"],
      next: "weir-firmware commission tells who is on the line",
      board: runsOn,
    });
  const info = await knock(line, 3000);
  if (info === "image") return identifyOnLine({ line, unit, emit }); // it has just been started
  if (!info) throw silent(unit);
  const { serial = null, protocol, hasKey, phase, outcome, counter } = info;
  const runs = info.runs ? describeNode(info.runs) : null;
  const report = { phase, outcome, counter };
  emit({ event: "on-line", unit, who: "boot485", runs, serial, loader: protocol, hasKey, report });
  return info;
}

/** Has the node stand still in boot485. Rejects with a Failure when there is none. */
export async function enterLoader(work: LineWork): Promise<LoaderInfo> {
  const { line, unit } = work;
  const found = await identifyOnLine(work);
  if ("protocol" in found) return found;
  if (found.loader === 0)
    throw new Failure(`the node at address ${unit} has no boot485`, {
      causes: ["it has another bootloader, for its own serial port"],
      next: "flash it at its own port, without --bus; or burn boot485 with a hardware programmer: firmware/boot485/README.md",
      board: runsOn,
    });
  for (let entry = 0; entry < entries; entry++) {
    await line.write(nodeRegisters.command, nodeRegisters.enterLoader);
    await line.wait(enterMs);
    const info = await knock(line, 3000);
    if (info === undefined) throw silent(unit);
    if (info !== "image") return info;
  }
  throw new Failure(`the node at address ${unit} answers, and does not stop for boot485`, {
    causes: ["the line is noisy: check screen, termination and earth", "another master uses the line: stop weir-edge"],
    next: "say the same again",
    board: runsOn,
  });
}

/** Compares what a node runs with an image, by the CRC-32 of each page; it stands still meanwhile. */
export async function verifyOnLine(work: LineWork, image: Uint8Array): Promise<void> {
  const { line } = work;
  await enterLoader(work);
  const pages = pagesOf(image);
  const found = await askDigests(line, "running", pages.length);
  await line.ask(loaderRequests.run());
  if (!found) throw silent(work.unit);
  const wrong = pages.flatMap((page, n) => (crc32(page) === found[n] ? [] : [n]));
  if (wrong.length > 0)
    throw new Failure(`${wrong.length} of ${pages.length} pages differ, the first is page ${wrong[0]}`, {
      causes: ["the node runs another version"],
      next: "weir-firmware identify --bus tells which",
      board: runsOn,
    });
  work.emit({ event: "pages-alike", pages: pages.length });
}
