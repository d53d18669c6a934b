import { join } from "node:path";
import type { Grafana } from "./server.ts";

/** How long a board may take to draw before its picture is taken. */
const drawMs = 8000;

/** A PNG of each board, 1600 wide, by headless Chromium with our `Authorization` on every request. Needs Chromium at /usr/bin/chromium, or $CHROMIUM. */
export async function screenshots(
  { url, authorization }: Grafana,
  uids: readonly string[],
  folder: string,
  told: (line: string) => void,
): Promise<void> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1600, height: 2400 },
      extraHTTPHeaders: { authorization },
    });
    for (const uid of uids) {
      await page.goto(new URL(`/d/${uid}?kiosk`, url).href);
      await page.waitForTimeout(drawMs);
      await page.screenshot({ path: join(folder, `${uid}.png`) });
      told(`${uid}.png`);
    }
  } finally {
    await browser.close();
  }
}
