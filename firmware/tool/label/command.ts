import { UsageError } from "@weir/config/command-line.ts";
import { variants } from "../../nodes/variants.ts";
import { isSerial } from "../commission/command.ts";
import { faultOfPoint, type LabelContent } from "./label.ts";

export const labelHelp = `weir-firmware label: labels of nodes, with a code that phones read

  weir-firmware label <serial>=<kind>/<point>… --labels <file>

<kind> is ${variants.map(({ name }) => name).join(", ")}; the code of the sensing point may be left out. A .pdf has a page of 62 x 29 mm for each; of a
.png there is one for each: nodes.png becomes nodes-100231.png when there are several.

Examples
  weir-firmware label 100231=level/WELL-017 --labels well-017.png
  weir-firmware label 100231=level/WELL-017 100232=gas/WELL-018 --labels wells.pdf

The code says weir:node/100231?profile=pipe/weir-level&point=WELL-017. weir-firmware commission … --labels <file> prints the
labels of the nodes that it gives addresses to.`;

/** Throws a UsageError that names every label that is wrong. */
export function parseLabels(words: readonly string[]): readonly LabelContent[] {
  const faults: string[] = [];
  const contents = words.flatMap((word): LabelContent[] => {
    const [, number = "", kind, point] = /^(\d+)=([^/]+)(?:\/(.+))?$/.exec(word) ?? [];
    const variant = variants.find(({ name }) => name === kind);
    if (!variant || !isSerial(Number(number))) {
      faults.push(
        `${word}: a label is <serial>=<kind>/<point>, such as 100231=level/WELL-017; kinds are ${variants.map(({ name }) => name).join(", ")}`,
      );
      return [];
    }
    const fault = point === undefined ? undefined : faultOfPoint(point);
    if (fault) faults.push(`${word}: ${fault}`);
    return [{ serial: Number(number), profile: variant.profile, point }];
  });
  if (words.length === 0)
    faults.push("label takes nodes: weir-firmware label 100231=level/WELL-017 --labels label.pdf");
  if (faults.length > 0) throw new UsageError(...faults);
  return contents;
}
