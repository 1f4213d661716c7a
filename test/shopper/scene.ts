/** A real Chromium before the real server, for the tests of the phone's page. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { DEFAULT_ATTENTION, offerFace } from '../../server/contract/campaigns.ts';
import { campaignOf, entered, SITE } from '../campaigns/world.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type Mall, openMall } from './server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
export const DESKTOP = { viewport: { width: 1440, height: 900 } };

/** Pictures to look at, where a folder is named. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.PROMENADE_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !(await page.locator('dialog[open]').count()) });
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[];
}
/** What moves on and on, or counts down. */
const ENDLESS = '.pulse, .countdown, .skeleton, .points-bar';

/** WCAG 2.2 A and AA. Transitions are waited for: a colour half-way is no colour of the page. */
export async function accessible(page: Page, where: string): Promise<void> {
  await page.evaluate(async (endless) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document.getAnimations().filter(({ effect }) => {
      const { target } = effect as KeyframeEffect;
      return target !== null && target.closest(endless) === null;
    });
    await Promise.allSettled(ending.map((animation) => animation.finished));
  }, ENDLESS);
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

export interface Scene {
  mall: Mall;
  browser: Browser;
  staticDir: string;
  open(path: string, options: BrowserContextOptions, from?: Browser): Promise<Page>;
  /** A coffee by whoever walks into the zone. */
  campaign(given?: object): Promise<unknown>;
  agreeAll(page: Page, names: string[]): Promise<void>;
  /** The simulated guest walks into the coupon zone. */
  walkIn(page: Page): Promise<void>;
}

/** One browser for a file, a mall of its own for each test; a fault on any page fails it. */
export function pagesInBrowser(name: string, tests: (scene: Scene) => void): void {
  describeInBrowser(name, () => {
    const faults: string[] = [];
    const scene = {} as Scene;
    beforeAll(async () => {
      scene.staticDir = process.env.PROMENADE_WEB ?? (await builtWeb());
      scene.browser = await launchBrowser();
    });
    afterAll(() => scene.browser?.close());
    beforeEach(async () => {
      faults.length = 0;
      scene.mall = await openMall({ demo: true, staticDir: scene.staticDir, nowMs: Date.now() });
      await scene.mall.services.campaigns.putAttention(
        SITE,
        { ...DEFAULT_ATTENTION, quietHours: null },
        scene.mall.clock.nowMs,
      );
    });
    afterEach(async () => {
      await scene.mall.close();
      expect(scene.mall.errors).toEqual([]);
      expect(faults).toEqual([]);
    });

    scene.open = async (path, options, from = scene.browser) => {
      const context = await from.newContext({ locale: 'en-GB', ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(error.message));
      // Content that the policy forbids shows up on the console alone.
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) faults.push(message.text());
      });
      await page.goto(`${scene.mall.url}${path}`);
      return page;
    };
    scene.campaign = (given = {}) =>
      scene.mall.services.campaigns.put(
        SITE,
        campaignOf({
          offer: offerFace.parse({
            title: 'Second coffee free',
            text: 'Any size, for you or a friend.',
            terms: 'Not with other offers.',
            validMinutes: 30,
          }),
          ...given,
        }),
        scene.mall.clock.nowMs,
      );
    scene.agreeAll = async (page, names) => {
      for (const name of names) await page.getByRole('switch', { name }).click();
    };
    scene.walkIn = async (page) => {
      const { mall } = scene;
      await expect.poll(() => page.locator('.listening.on').count()).toBe(1);
      mall.clock.nowMs = Date.now();
      mall.pipeline.nowMs = mall.clock.nowMs;
      const guest = await mall.duck.get<{ id: string }>('select carrier_id as id from pairings where to_ms is null');
      mall.pipeline.emit([entered({ carrierId: guest!.id, atMs: mall.clock.nowMs, sightingAtMs: mall.clock.nowMs })]);
      await mall.services.offers.settle();
    };
    tests(scene);
  });
}
