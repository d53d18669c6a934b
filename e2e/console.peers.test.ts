import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getJson } from "./ask.ts";
import { type Ports, reservePorts } from "./ports.ts";
import { type Program, startProgram } from "./program.ts";
import { until } from "./until.ts";

/** Folder for screenshots, when somebody wants to look at them. */
const shots = process.env.WEIR_SHOTS;
const launcher = join(import.meta.dirname, "..", "demo", "main.ts");
const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];

const pages = {
  overview: "#/",
  water: "#/?domain=water",
  attention: "#/?attention=1",
  device: "#/devices/river-east/park-weather",
  lamp: "#/devices/old-town/lamp-east-gate-1",
  alarms: "#/alarms",
  gateways: "#/gateways",
  gateway: "#/gateways/old-town/gw-old-town",
  delivery: "#/delivery",
  nowhere: "#/devices/nowhere/nothing",
} as const;
type Name = keyof typeof pages;
/** Pages that show readings. */
const withValues: readonly Name[] = ["overview", "water", "device", "lamp", "gateway"];

const folder = mkdtempSync(join(tmpdir(), "weir-console-"));
let ports: Ports;
let city: Program;
let browser: Browser;
beforeAll(async () => {
  ports = await reservePorts();
  city = startProgram([
    ...["node", launcher, "--data", folder],
    ...["--port-base", String(ports.base), "--speed", "300"],
  ]);
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-sync", ...quiet],
  });
  await city.says(/readings are on the page/, 60_000);
  await until("nearly every device has a reading", async () => (await devicesWithReadings()) >= 38, 60_000);
  if (shots) mkdirSync(shots, { recursive: true });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await city.end("SIGINT");
  await ports.release();
  rmSync(folder, { recursive: true, force: true });
});

async function devicesWithReadings(): Promise<number> {
  const { readings } = await getJson<{ readings: { device: string }[] }>(
    `http://127.0.0.1:${ports.base}/api/v1/latest`,
  );
  return new Set(readings.map(({ device }) => device)).size;
}

type Visit = { readonly page: Page; readonly context: BrowserContext; readonly errors: readonly string[] };

/** A fresh browser of this size and language; collects whatever goes wrong in the pages it opens. */
async function visit(width: number, height: number, locale: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height }, locale });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("response", (answer) => {
    if (answer.status() >= 400) errors.push(`${answer.status()} ${answer.url()}`);
  });
  return { page, context, errors };
}

async function open(page: Page, name: Name): Promise<void> {
  await page.goto(`http://127.0.0.1:${ports.base}/${pages[name]}`);
  await page.waitForSelector(withValues.includes(name) ? "main .value b" : "main h1, main h2, main h3");
  if (name === "delivery") await page.waitForSelector("main .days");
}

const screens = [
  [1440, 900],
  [390, 844],
] as const;
const languages = [
  ["en-US", "Overview", "en"],
  ["zh-CN", "总览", "zh-CN"],
] as const;

for (const [width, height] of screens)
  for (const [locale, word, lang] of languages)
    test(`at ${width}×${height} in ${locale} every page shows its values with their ages, without an error or a sideways scroll`, async () => {
      const { page, context, errors } = await visit(width, height, locale);
      for (const name of Object.keys(pages) as Name[]) {
        await open(page, name);
        expect(await page.evaluate("document.documentElement.lang"), name).toBe(lang);
        expect(await page.textContent("header.top nav"), name).toContain(word);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), name).toBeLessThanOrEqual(0);
        if (withValues.includes(name)) {
          const values = await page.locator("main .value").count();
          expect(values, name).toBeGreaterThan(3);
          expect(await page.locator("main time.age").count(), name).toBeGreaterThanOrEqual(values);
          expect(await page.locator("main .value b").first().isVisible(), name).toBe(true);
          expect(await page.locator("main time.age").first().isVisible(), name).toBe(true);
        }
        if (shots) await page.screenshot({ path: join(shots, `${name}-${width}-${lang}.png`), fullPage: true });
      }
      expect(errors).toEqual([]);
      await context.close();
    });

test("a value changes while one looks, and the language with one click, for good", async () => {
  const { page, context, errors } = await visit(1440, 900, "en-US");
  await open(page, "device");
  const values = () => page.locator("main table .value b").allTextContents();
  const before = (await values()).join();
  await until("another value", async () => (await values()).join() !== before, 30_000);
  await page.click("header.top button");
  await page.waitForSelector('html[lang="zh-CN"]');
  await page.reload();
  await page.waitForSelector("main .value b");
  expect(await page.textContent("header.top nav")).toContain("总览");
  expect(errors).toEqual([]);
  await context.close();
});

test("a lamp that is switched on the page answers with what it reads back", async () => {
  const { page, context, errors } = await visit(390, 844, "en-US");
  await open(page, "lamp");
  const choice = page.locator('.control .choices button[aria-pressed="false"]').first();
  const wanted = await choice.textContent();
  await choice.click();
  await page.click(".control .confirm .primary");
  const outcome = page.locator(".control .outcome.of-done").first();
  await outcome.waitFor();
  expect(await outcome.textContent()).toMatch(new RegExp(`→ ${wanted}: done, reads back ${wanted}$`));
  if (shots) await page.screenshot({ path: join(shots, "lamp-done-390-en.png"), fullPage: true });
  expect(errors).toEqual([]);
  await context.close();
});

test("when the cloud goes away the page says so, and keeps what it showed", async () => {
  const { page, context } = await visit(390, 844, "en-US");
  await open(page, "device");
  expect(await city.end("SIGINT")).toBe(0);
  await page.waitForSelector("text=Connection lost");
  await page.waitForSelector("text=reconnecting");
  expect(await page.locator("main .value").count()).toBeGreaterThan(3);
  if (shots) await page.screenshot({ path: join(shots, "lost-390-en.png"), fullPage: true });
  await context.close();
});
