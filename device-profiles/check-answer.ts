import type { Fault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { hexBytes, shapeOf, typeBytes } from "./binary-frame.ts";
import { checksumSize } from "./checksum.ts";
import type { FrameAddress, FrameProfile, Sdi12Address, Sdi12Profile } from "./schema.ts";

type Fail = (path: Fault["path"], message: string) => void;

/** What a profile's frames look like: parts that contradict each other. */
export function checkAnswer(answer: FrameProfile["answer"], fail: Fail): void {
  const { start, end = "", length, checksum } = answer;
  if (typeof length !== "number" && !checksum)
    fail(["checksum"], "a frame that tells its own length needs a checksum; add it, or give the length as a number");
  const parts = hexBytes(start).length + hexBytes(end).length + (checksum ? checksumSize(checksum.kind) : 0);
  const { most } = shapeOf(answer);
  if (parts > most) fail(["length"], `start, checksum and end alone take ${parts} bytes, the frame has ${most}`);
  if (checksum?.to !== undefined && checksum.to <= checksum.from)
    fail(["checksum", "to"], `${checksum.to} is not behind from, ${checksum.from}; nothing would be counted`);
  answer.fixed.forEach(({ from, bytes }, i) => {
    if (from + hexBytes(bytes).length > most)
      fail(["fixed", i, "from"], `the frame ends before byte ${from + hexBytes(bytes).length - 1}`);
  });
  if (checksum && checksum.from >= most) fail(["checksum", "from"], `the frame ends before byte ${checksum.from}`);
}

/** A value that the frame has no room for. */
export function checkFrameField(at: FrameAddress, answer: FrameProfile["answer"], fail: Fail): void {
  const { checksum, end } = answer;
  const room = shapeOf(answer).most - (checksum ? checksumSize(checksum.kind) : 0) - (end ? hexBytes(end).length : 0);
  const last = at.from + typeBytes(at.type) - 1;
  if (last >= room)
    fail(["from"], `${at.type} at ${at.from} takes bytes up to ${last}; values end at byte ${room - 1} of the frame`);
}

/** A command that is not described, or a value beyond what it gives. */
export function checkCommand(at: Sdi12Address, commands: Sdi12Profile["commands"], fail: Fail): void {
  const known = commands[at.command];
  if (!known) fail(["command"], `"${at.command}" is not in commands; ${suggest(at.command, Object.keys(commands))}`);
  else if (at.value > known.values)
    fail(["value"], `${at.command} gives ${known.values} values; there is no ${at.value}`);
}

/** One digit tells how many values M has. */
export function checkCommands(commands: Sdi12Profile["commands"], fail: Fail): void {
  for (const [name, { values }] of Object.entries(commands))
    if (name.startsWith("M") && values > 9)
      fail([name, "values"], `M commands give at most 9 values, not ${values}; C commands give up to 99`);
}
