import type { Plugged } from "./binding.ts";
import { openSimFile } from "./sim-file.ts";
import { createTimeline } from "./timeline.ts";

/** The board of `<name>.sim`, at the port `sim:<name>`; it is kept again when its port is closed. */
export async function plugIn(name: string): Promise<Plugged> {
  const { board, save } = await openSimFile(name);
  const timeline = createTimeline();
  timeline.add(board);
  return { path: `sim:${name}`, board, timeline, closed: save };
}
