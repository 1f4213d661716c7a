/** The expected accuracy on the plan, in a real browser: painted, explained in words, and following a gateway that is dragged. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Gateway } from '../../server/contract/model.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const ASKED = /floors\/ground\/coverage$/;

describeInBrowser('expected accuracy', () => {
  let mock: MockServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mock = await startMockServer(await builtWeb());
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await mock?.stop();
  });
  beforeEach(() => {
    mock.reset();
    complaints = [];
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  async function open(hash: string, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${mock.url}/#/s/arkada/${hash}`);
  }
  const asked = (method: string) => mock.requests.filter((one) => one.method === method && ASKED.test(one.path));
  /** How many kinds of colour the canvas holds, and its colour at a share of its width and height. */
  const painted = () =>
    page.locator('canvas.accuracy-canvas').evaluate((node) => {
      const canvas = node as HTMLCanvasElement;
      const context = canvas.getContext('2d')!;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set<string>();
      let shown = 0;
      for (let i = 0; i < data.length; i += 4 * 97) {
        if (data[i + 3] === 0) continue;
        shown += 1;
        colours.add(`${data[i]} ${data[i + 1]} ${data[i + 2]}`);
      }
      return { shown: shown / (data.length / (4 * 97)), colours: colours.size, text: [...data.slice(0, 4)].join(' ') };
    });
  const pixels = async (): Promise<(xM: number, yM: number) => [number, number]> => {
    const boxNow = async () => (await page.locator('.plan-outline').boundingBox())!;
    let box = await boxNow();
    for (let before = ''; before !== JSON.stringify(box); box = await boxNow()) {
      before = JSON.stringify(box);
      await page.waitForTimeout(150);
    }
    return (xM, yM) => [box.x + (xM / 124) * box.width, box.y + box.height - (yM / 66) * box.height];
  };
  async function axeFaults(): Promise<string[]> {
    await page.evaluate(AXE);
    const result = (await page.evaluate(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
    )) as { violations: { id: string; nodes: { html: string }[] }[] };
    return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  it('is asked for by a switch, painted with a legend in metres, and said in words', async () => {
    await open('gateways?floor=ground');
    await page.waitForSelector('.condition .dot');
    expect(await page.locator('canvas.accuracy-canvas').count()).toBe(0);
    expect(asked('GET')).toEqual([]);
    await page.getByText('Expected accuracy', { exact: true }).click();
    await page.waitForSelector('.proposals li');
    const { shown, colours } = await painted();
    expect(shown).toBeGreaterThan(0.85);
    expect(colours).toBeGreaterThan(3);
    const legend = await page.locator('.accuracy-steps li').allTextContents();
    expect(legend).toEqual([
      'up to 2 m',
      '2–3 m',
      '3–5 m',
      '5–10 m',
      'over 10 m',
      'heard by fewer than 3',
      'heard by none',
    ]);
    expect(await page.locator('.accuracy-panel').textContent()).toMatch(/Expected error: [\d.]+ m or better on half/);
    expect(await page.locator('.proposals li').count()).toBe(3);
    expect(await page.locator('.proposal-marker').allTextContents()).toEqual(['1', '2', '3']);
    const tip = (await page.locator('.map-tip').textContent())!;
    const [, before, after] = /One more gateway here: ([\d.]+) → ([\d.]+) m/.exec(tip)!;
    expect(Number(after)).toBeLessThan(Number(before));
    // The address holds it, so that it can be sent to a colleague.
    expect(page.url()).toContain('accuracy=on');
    const at = await pixels();
    await page.mouse.move(...at(62, 42));
    await page.waitForFunction(() =>
      /Here: [\d.]+ m, gateways in hearing: \d+/.test(document.querySelector('.accuracy-here')?.textContent ?? ''),
    );
    await page.getByText('Where people walk', { exact: true }).click();
    await expect.poll(() => asked('GET').length).toBe(2);
    await page.getByText('Expected accuracy', { exact: true }).first().click();
    await page.waitForFunction(() => document.querySelector('canvas.accuracy-canvas') === null);
    expect(await page.locator('.proposal-marker').count()).toBe(0);
  });

  it('follows a gateway that is dragged, before anything is saved, and a proposal becomes a gateway', async () => {
    await open('editor?floor=ground&accuracy=on');
    await page.waitForSelector('.proposals li');
    const first = asked('POST')[0]!.body as { gateways: Gateway[]; oneMore: boolean };
    expect(first.gateways.length).toBe(8);
    expect(first.oneMore).toBe(true);

    await page.getByRole('button', { name: 'Place it' }).first().click();
    await expect.poll(() => (asked('POST').at(-1)!.body as { gateways: Gateway[] }).gateways.length).toBe(9);
    await page.waitForFunction(() => document.querySelector('.save-state')?.textContent === '1 unsaved change');

    await page.getByRole('button', { name: /^G1 west/ }).click();
    await page.waitForSelector('.handle.gateway-handle');
    const at = await pixels();
    await page.mouse.move(...at(12, 33));
    await page.mouse.down();
    for (let x = 13; x <= 24; x++) {
      await page.mouse.move(...at(x, 33));
      await page.waitForTimeout(60);
    }
    // Still held: the map is already that of the new place, and without places for one more.
    await expect
      .poll(() => {
        const { gateways, oneMore } = asked('POST').at(-1)!.body as { gateways: Gateway[]; oneMore: boolean };
        return !oneMore && Math.abs(gateways.find(({ id }) => id === 'gw-01')!.xM - 24) < 0.5;
      })
      .toBe(true);
    expect(mock.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    await page.mouse.up();
    await expect.poll(() => (asked('POST').at(-1)!.body as { oneMore: boolean }).oneMore).toBe(true);
    await expect.poll(() => page.locator('.proposal-marker').count()).toBe(3);
    // Far fewer questions than moves: one is under way at a time.
    expect(asked('POST').length).toBeLessThan(20);
    expect(await page.locator('.save-state').textContent()).toBe('2 unsaved changes');
  });

  it('is not shown to a retailer, who sees no gateways', async () => {
    mock.grants = [{ role: 'retailer', siteId: 'arkada', tenantId: 'cafe-alma' }];
    await open('editor?floor=ground&accuracy=on');
    await page.waitForSelector('.pick button');
    expect(await page.getByText('Expected accuracy').count()).toBe(0);
    expect(mock.requests.filter(({ path }) => ASKED.test(path))).toEqual([]);
  });

  it('says what went wrong and asks again when told to', async () => {
    mock.failing = [{ path: /coverage$/, status: 503, message: 'other coverage maps are being computed' }];
    await open('gateways?floor=ground&accuracy=on');
    await page.getByText('other coverage maps are being computed').waitFor();
    mock.failing = [];
    complaints = complaints.filter((one) => !one.includes('503'));
    await page.getByRole('button', { name: /again/i }).click();
    await page.waitForSelector('.proposals li');
    complaints = complaints.filter((one) => !one.includes('503'));
  });

  it.each([
    ['gateways', 'light'],
    ['gateways', 'dark'],
    ['editor', 'light'],
    ['editor', 'dark'],
  ] as const)('%s on a phone, %s: nothing sticks out, nothing is inaccessible', async (view, colorScheme) => {
    await open(`${view}?floor=ground&accuracy=on`, { viewport: PHONE, colorScheme });
    await page.waitForSelector('.proposals li');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    expect(await axeFaults()).toEqual([]);
  });
});
