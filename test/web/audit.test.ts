/** The walk audit on a phone, in a real browser: taps with a thumb, a gap in the network, a certificate, and a door counted by hand. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 390, height: 844 };
/** What a thumb hits without looking. */
const THUMB_PX = 44;

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

describeInBrowser('walk audit on a phone', () => {
  let mock: MockServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  async function open(hash = '#/audit'): Promise<void> {
    const context = await browser.newContext({
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${mock.url}/${hash}`);
  }
  async function faults(): Promise<string[]> {
    await page.evaluate(AXE);
    const result = (await page.evaluate(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
    )) as AxeResult;
    const found = result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    return wide > PHONE.width ? [...found, `the page is ${wide} px wide`] : found;
  }
  const both = async (): Promise<string[]> => {
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await faults();
    await page.emulateMedia({ colorScheme: 'dark' });
    return [...light, ...(await faults())];
  };
  const sent = (path: RegExp, method = 'POST') =>
    mock.requests.filter((one) => one.method === method && path.test(one.path));
  const tapsOnServer = () =>
    new Set(
      sent(/waypoints$/).flatMap(({ body }) => (body as { waypoints: { id: string }[] }).waypoints.map(({ id }) => id)),
    );
  /** Shares of the plan's width and height. */
  async function standAt(x: number, y: number): Promise<void> {
    const box = (await page.locator('.walking-map .leaflet-container').boundingBox())!;
    await page.touchscreen.tap(box.x + x * box.width, box.y + y * box.height);
    await page.locator('.walk-pin').waitFor();
  }
  const here = () => page.getByRole('button', { name: 'Here now' });

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
    mock.grants = [{ role: 'installer', siteId: 'arkada', tenantId: null }];
    complaints = [];
  });
  afterEach(async () => {
    await page?.context().close();
  });

  it('an installer picks the tag, sees that it works, walks and taps; nothing is lost without a network', async () => {
    await open();
    await page.locator('.heard', { hasText: 'Heard now by 4 gateways, 2 s ago' }).waitFor();
    expect(await both()).toEqual([]);
    expect(await page.getByLabel('Tag in your hand').locator('option').allTextContents()).not.toContain(
      'Guard 5 (Staff)',
    );
    await page.getByRole('button', { name: 'Start the walk' }).tap();
    expect(await here().isDisabled()).toBe(true);
    await standAt(0.4, 0.45);
    await here().tap();
    await page.getByText('1 tap', { exact: true }).waitFor();
    // One place, one tap: the next needs a place of its own.
    expect(await here().isDisabled()).toBe(true);
    await expect.poll(() => tapsOnServer().size).toBe(1);

    mock.failing = [{ path: /waypoints/, status: 503 }];
    for (const x of [0.45, 0.5, 0.55]) {
      await standAt(x, 0.5);
      await here().tap();
    }
    await page.getByText('4 taps', { exact: true }).waitFor();
    await page.locator('.badge', { hasText: '3 wait for the network' }).waitFor();
    expect(await both()).toEqual([]);
    // The phone is put away, its browser drops the page: the walk is still there.
    await page.reload();
    await page.getByText('4 taps', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Take the last tap back' }).tap();
    await page.getByText('3 taps', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Finish' }).tap();
    await page.getByText('all taps are safe on this phone').waitFor();
    expect(sent(/finish$/)).toEqual([]);

    mock.failing = [];
    mock.requests.length = 0;
    await page.getByRole('button', { name: 'Finish' }).tap();
    await page.getByText('The walk is measured').waitFor();
    // What was tapped in the gap went out with its own times, then the one taken back, then the end.
    const times = sent(/waypoints$/).flatMap(({ body }) => (body as { waypoints: { atMs: number }[] }).waypoints);
    expect(times.every(({ atMs }) => Math.abs(Date.now() - atMs) < 120_000)).toBe(true);
    expect(sent(/waypoints\/t-/, 'DELETE').length).toBe(1);
    const order = mock.requests.filter(({ method, path }) => method !== 'GET' && /waypoints|finish/.test(path));
    expect(order.at(-1)!.path).toMatch(/finish$/);
    expect(await page.evaluate(() => localStorage.getItem('promenade.walk.arkada'))).toBeNull();
    expect(complaints).toEqual([]);
  });

  it('counts taps per zone, and says which zones are left', async () => {
    await open();
    await page.getByRole('button', { name: 'Start the walk' }).tap();
    const said = page.locator('.walking-said');
    const before = Number(/(\d+) zones not yet walked/.exec((await said.textContent())!)![1]);
    for (let n = 0; n < 5; n++) {
      await standAt(0.5, 0.5);
      await here().tap();
    }
    await expect.poll(() => said.textContent()).toContain(`5 taps, ${before - 1} zones not yet walked`);
    await page.locator('.walking-zones summary').tap();
    await page.locator('.walking-zones li', { hasText: 'Promenade' }).getByText('5 of 5 taps').waitFor();
    for (const button of await page.locator('.walking-bar button').all()) {
      const box = (await button.boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(THUMB_PX);
    }
    expect(await both()).toEqual([]);
  });

  it('by the keyboard, Enter puts the pin into the middle of the plan', async () => {
    await open();
    await page.getByRole('button', { name: 'Start the walk' }).tap();
    await page.locator('.walking-map .leaflet-container').focus();
    await page.keyboard.press('Enter');
    await page.locator('.walk-pin').waitFor();
    await here().press('Enter');
    await page.getByText('1 tap', { exact: true }).waitFor();
  });

  it('says when the tag is not heard', async () => {
    mock.heardBy = 0;
    await open();
    await page.locator('.heard', { hasText: 'Not heard: check the tag and its battery' }).waitFor();
    expect(await page.locator('.heard').getAttribute('data-state')).toBe('bad');
  });

  it('certificates stand in words and on the plan: reliable, too few taps, stale with the reason', async () => {
    await open();
    const rows = page.locator('section[aria-label="Certified accuracy"] tbody tr');
    await rows.first().waitFor();
    const texts = (await rows.allTextContents()).join('\n');
    for (const words of ['Reliable', 'Unreliable', 'Usable', 'Too few taps', 'gateway G5 east was moved on 18 Nov'])
      expect(texts).toContain(words);
    expect(await page.locator('.certified-good').count()).toBeGreaterThan(3);
    expect(await page.locator('.certified-stale').count()).toBe(1);
    await page.getByText('Whole floor, 74 taps: half of the positions lie within 2.1 m').waitFor();
    await page.goto(`${mock.url}/#/s/arkada/gateways`);
    const line = page.locator('.certificate-line');
    await line.waitFor();
    expect(await line.textContent()).toBe(
      'Accuracy certified 12 Nov: median 2.1 m, 90% within 4 m. Stale: gateway G5 east was moved on 18 Nov',
    );
    expect(await both()).toEqual([]);
  });

  it('a door is counted by thumb, kept through a gap, and a saved count can be taken back', async () => {
    await open('#/s/arkada/audit?mode=door');
    await page.getByLabel('Entrance').selectOption('entrance-east');
    await page.getByRole('button', { name: 'Start counting' }).tap();
    expect(await both()).toEqual([]);
    const [into, out] = [page.locator('.door-in'), page.locator('.door-out')];
    for (let n = 0; n < 4; n++) await into.tap();
    await out.tap();
    await out.tap();
    await page.getByRole('button', { name: 'Undo' }).tap();
    expect([await into.textContent(), await out.textContent()]).toEqual(['In4', 'Out1']);
    await page.reload();
    expect(await into.textContent()).toBe('In4');

    mock.failing = [{ path: /reference-counts/, status: 503 }];
    await page.getByRole('button', { name: 'Save count' }).tap();
    await page.getByText('waits for the network').waitFor();
    mock.failing = [];
    mock.requests.length = 0;
    await page.getByText('waits for the network').waitFor({ state: 'detached' });
    const body = sent(/reference-counts$/)[0]!.body as {
      zoneId: string;
      from: string;
      to: string;
      people: number;
      out: number;
    };
    expect(body).toMatchObject({ zoneId: 'entrance-east', people: 4, out: 1 });
    expect(Date.parse(body.to)).toBeGreaterThan(Date.parse(body.from));
    await page.getByRole('button', { name: 'Take back' }).tap();
    await page.getByText('The count was taken back.').waitFor();
    expect(sent(/reference-counts\/r-1$/, 'DELETE').length).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('an empty mall says what comes first', async () => {
    mock.empty = true;
    await open();
    await page.getByText('No floor plan yet').waitFor();
    await page.goto(`${mock.url}/#/s/arkada/audit?mode=door`);
    await page.getByText('No entrance to count').waitFor();
    expect(await faults()).toEqual([]);
  });
});
