/** What every page is looked at for: accessibility, width, and pictures for people. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; nodes: { failureSummary: string }[] }[];
}

/** WCAG 2.2 A and AA. Transitions are waited for: a colour half-way is no colour of the page. */
export async function accessible(page: Page, where: string): Promise<void> {
  await page.waitForTimeout(500);
  // As text: a script tag is what the page's policy forbids.
  await page.evaluate(AXE);
  const faults = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document, options: object): Promise<AxeResult> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.failureSummary).join('; ')}`);
  });
  expect(faults, where).toEqual([]);
}

export async function notWiderThanTheScreen(page: Page, where: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, where).toBeLessThanOrEqual(0);
}

/** Pictures to look at, where a folder is named. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.PROMENADE_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
