import { type Label, labelSize, quietModules } from "./label.ts";

const pointsPerMm = 72 / 25.4;
/** Every character of Courier is 600/1000 of its size wide. */
const courierWidth = 0.6;
const largest = 16;
const smallest = 8;

/** A page of the label's size for each (PDF 1.4, ISO 32000-1): squares and text as such, so that any printer draws them sharp. */
export function writePdf(labels: readonly Label[]): Uint8Array {
  const pages = labels.map((_, n) => 4 + 2 * n);
  const size = `[0 0 ${millimetres(labelSize.width)} ${millimetres(labelSize.height)}]`;
  return assemble([
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((page) => `${page} 0 R`).join(" ")}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding >>",
    ...labels.flatMap((label, n) => {
      const drawing = draw(label);
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox ${size} /Resources << /Font << /F 3 0 R >> >> /Contents ${pages[n]! + 1} 0 R >>`,
        `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
      ];
    }),
  ]);
}

/** Objects 1, 2, 3 … with the table that says where each begins. */
function assemble(objects: readonly string[]): Uint8Array {
  let file = "%PDF-1.4\n";
  const starts = objects.map((object, n) => {
    const start = file.length;
    file += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return start;
  });
  const table = file.length;
  const rows = starts.map((start) => `${String(start).padStart(10, "0")} 00000 n \n`).join("");
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

/** From the lower left corner, in points. */
function draw({ squares, lines }: Label): string {
  const { width, height, margin } = labelSize;
  const code = height - 2 * margin;
  const module = millimetres(code / squares.length);
  const [left, top] = [millimetres(margin), millimetres(height - margin)];
  const rectangles = squares.flatMap((row, y) =>
    row.flatMap((dark, x) =>
      dark ? [`${round(left + x * module)} ${round(top - (y + 1) * module)} ${round(module)} ${round(module)} re`] : [],
    ),
  );
  const textLeft = left + module * (squares.length + quietModules);
  const room = millimetres(width - margin) - textLeft;
  let y = top;
  const texts = lines.map((line, n) => {
    const wanted = n === 0 ? largest : largest * 0.7;
    const size = Math.max(Math.min(wanted, room / (courierWidth * line.length)), Math.min(smallest, wanted) / 2);
    y -= size * 1.25;
    return `BT /F ${round(size)} Tf ${round(textLeft)} ${round(y)} Td (${line.replace(/[()\\]/g, "\\$&")}) Tj ET`;
  });
  return [...rectangles, "f", ...texts].join("\n");
}

const millimetres = (mm: number): number => round(mm * pointsPerMm);
const round = (number: number): number => Math.round(number * 1000) / 1000;
