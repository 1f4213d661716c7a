/** The page for app developers, as the server hands it out: readable on a phone and at a desk, light and dark. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Harness } from '../http/harness.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
describeInBrowser('the page for app developers', () => {
  let harness: Harness;
  let browser: Browser;
  beforeAll(async () => {
    harness = await Harness.open({ staticDir: await builtWeb() });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await harness.close();
  });

  test.each([
    [390, 'light'],
    [1440, 'dark'],
  ] as const)('%i pixels wide, %s', async (width, colorScheme) => {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`${harness.server.url}/developers`);
    await page.getByRole('heading', { name: 'What phones can do' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.addScriptTag({ content: AXE });
    const violations = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await axe.run()).violations.map(({ id }) => id);
    });
    expect(violations).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });
});
