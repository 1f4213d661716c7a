/** Gateways put right from the dashboard, fleets of other makes and webhooks, in a real browser against a stand-in server. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Grant } from '../../server/http/route.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { ELSEWHERE } from '../support/mockFleets.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

describeInBrowser('gateways, fleets and webhooks', () => {
  let mock: MockServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  async function open(hash: string, viewport = WIDE): Promise<void> {
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce', hasTouch: viewport === PHONE });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${mock.url}/#/s/arkada/${hash}`);
  }
  async function accessible(): Promise<void> {
    if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
    const { violations } = (await page.evaluate(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
    )) as AxeResult;
    expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`))).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  const sent = (method: string, path: RegExp) =>
    mock.requests.filter((one) => one.method === method && path.test(one.path));
  const grant = (role: Grant['role'], tenantId: string | null = null): Grant[] => [
    { role, siteId: 'arkada', tenantId },
  ];

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
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  it('lists the worst gateways first, in words with what to do, and filters by their counts', async () => {
    await open('gateways');
    const rows = page.locator('.health tbody tr');
    await page.locator('.health .line').first().waitFor();
    expect(await rows.nth(0).textContent()).toMatch(/Silent since 14:37|Seems to hang elsewhere: Ground floor/);
    expect(await rows.nth(0).textContent()).toMatch(/Check its power|Look where it hangs/);
    const ofClock = rows.filter({ hasText: 'Its clock is off by 4 s' });
    expect(await ofClock.textContent()).toContain('timedatectl');
    expect(await rows.filter({ hasText: 'config refused' }).count()).toBe(1);
    await page.locator('.count-chip', { hasText: 'To look at' }).click();
    expect(new URL(page.url()).hash).toContain('show=warn');
    const shown = await rows.count();
    expect(shown).toBe(Number(await page.locator('.count-chip[aria-pressed="true"] .count-chip-n').textContent()));
    expect(await page.locator('.health .dot.bad').count()).toBe(0);
  });

  it('draws what each gateway heard in a week, asked of all of them at once', async () => {
    await open('gateways');
    const rows = page.locator('.health tbody tr');
    await rows.last().scrollIntoViewIfNeeded();
    const lines = page.locator('.health .line');
    await expect.poll(() => lines.count()).toBe(await rows.count());
    expect(await rows.count()).toBeGreaterThan(5);
    // A day's course from its nights to its noons, of two hours each.
    expect(await lines.first().getAttribute('aria-label')).toMatch(/^Adverts a second over 7 days: from 1?\d to 8\d/);
    expect(sent('GET', /\/gateway-health\/adverts$/)).toHaveLength(1);
    expect(sent('GET', /\/gateways\/[^/]+\/health$/)).toEqual([]);
  });

  it('moves a gateway to where it hangs, once it was confirmed', async () => {
    await open('gateways/gw-05');
    await page.locator('.walk-pin').waitFor();
    await accessible();
    await page.getByRole('button', { name: 'Move it there' }).click();
    await page.locator('.walk-pin').waitFor({ state: 'detached' });
    const [put] = sent('PUT', /gateways\/gw-05$/);
    expect(put?.body).toMatchObject({ id: 'gw-05', ...ELSEWHERE, zM: 3.2, enabled: true });
    await page.getByText('Nothing is wrong with it.').waitFor();
  });

  it('sets what one gateway does otherwise, and takes it back', async () => {
    await open('gateways/gw-01');
    const saved = () => sent('PATCH', /gateways\/gw-01$/).at(-1)?.body;
    await page.getByLabel('Thinning window, s').fill('2');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(saved).toMatchObject({
      enabled: true,
      settings: { windowMs: 2_000, heartbeatMs: null, statusEveryMs: null, unknowns: null },
    });
  });

  it('an installer places a new gateway with a thumb, and puts another aside', async () => {
    mock.grants = grant('installer');
    await open('gateways', PHONE);
    await page.locator('.bottombar .nav-count', { hasText: '2' }).waitFor();
    await page.locator('.tabs').getByRole('link', { name: 'Inbox' }).click();
    await page.getByRole('button', { name: 'Put aside: gw-new' }).click();
    await page.locator('.bottombar .nav-count', { hasText: '1' }).waitFor();
    await page.getByText('2 put aside').click();
    await page.getByRole('button', { name: 'Take back: gw-new' }).waitFor();
    await accessible();
    await page.getByRole('link', { name: 'Place on the plan: ESPresense kitchen' }).click();
    const done = page.getByRole('button', { name: 'It hangs here' });
    expect(await done.isDisabled()).toBe(true);
    const box = (await page.locator('.placing-map .leaflet-container').boundingBox())!;
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator('.walk-pin').waitFor();
    await accessible();
    await done.click();
    await page.getByText('No new gateways').waitFor();
    const [put] = sent('PUT', /gateways\/kitchen-4f9k2a0z$/);
    expect(put?.body).toMatchObject({ name: 'ESPresense kitchen', floorId: 'ground', zM: 2.5, enabled: true });
    const { xM, yM } = put!.body as { xM: number; yM: number };
    expect([Math.abs(xM - 62) < 3, Math.abs(yM - 33) < 3]).toEqual([true, true]);
  });

  it('a fleet is made with what is usual for its make; a refusal stands at its field, lists are pasted', async () => {
    await open('settings?tab=fleets');
    await page.getByText('What came of it').click();
    await page.getByText('Of a gateway that is not on the plan').waitFor();
    await accessible();
    await page.getByRole('button', { name: 'New fleet' }).click();
    const dialog = page.locator('dialog');
    const topics = dialog.getByLabel('Topics');
    expect(await topics.inputValue()).toBe('espresense/devices/+/+\nespresense/rooms/+/+');
    expect(await dialog.getByLabel('Id').inputValue()).toBe('espresense-2');
    await dialog.getByLabel('Make').selectOption('kontakt');
    expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('Kontakt.io');
    await topics.fill('/stream/+/+\n/old/#/x');
    await dialog.getByRole('button', { name: 'Paste a list' }).click();
    const list = dialog.getByLabel('Paste a list');
    await list.fill('name,uuid,major,minor\naB3x,f7826da6-4fa2-4e98-8024-bc5b71e0893e,1,27\ncD4y;nonsense;1;28');
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await dialog.getByText('Line 3: the UUID must have 32 hex digits').waitFor();
    await accessible();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('/old/#/x: # must be the last level').waitFor();
    expect(await topics.getAttribute('aria-invalid')).toBe('true');
    await topics.fill('/stream/+/+');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(sent('POST', /fleets$/).at(-1)?.body).toEqual({
      id: 'kontakt',
      format: 'kontakt',
      name: 'Kontakt.io',
      topics: ['/stream/+/+'],
      aliases: { aB3x: { uuid: 'f7826da6-4fa2-4e98-8024-bc5b71e0893e', major: 1, minor: 27 } },
      clock: 'own',
      enabled: true,
    });
    await page.getByLabel('Listen to Kontakt.io').click();
    await expect.poll(() => sent('PUT', /fleets\/kontakt$/).at(-1)?.body).toMatchObject({ enabled: false });
  });

  it('a webhook is made, its secret shown once, then another one; what was given up is sent again', async () => {
    await open('settings?tab=webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Address').fill('https://example.com/hook');
    await dialog.getByLabel('Occupancy over or under a limit').check();
    await dialog.getByLabel('From', { exact: true }).fill('12');
    await dialog.getByLabel('Offers sent').check();
    const campaigns = dialog.getByRole('group', { name: 'Only of these campaigns' });
    await campaigns.getByRole('checkbox').first().check();
    await accessible();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('must be at least 10').waitFor();
    await dialog.getByLabel('From', { exact: true }).fill('300');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const secret = await dialog.locator('.secret code').textContent();
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    expect(sent('POST', /webhooks$/).at(-1)?.body).toMatchObject({
      url: 'https://example.com/hook',
      events: ['zone.counts', 'occupancy.threshold', 'offer.sent'],
      campaigns: [expect.any(String)],
      thresholds: [{ zone: null, limit: 300 }],
    });
    const building = page.getByRole('region', { name: 'Building control' });
    await building.getByRole('button', { name: 'New secret' }).click();
    const rotated = await dialog.locator('.secret code').textContent();
    expect(rotated).not.toBe(secret);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await building.getByText('Signed with both secrets until').waitFor();

    await building.getByRole('button', { name: 'Deliveries' }).click();
    await building.getByText('Internal Server Error').filter({ visible: true }).waitFor();
    await accessible();
    await building.getByRole('button', { name: 'Send again: 204' }).click();
    await building.getByRole('button', { name: 'Send again: 204' }).waitFor({ state: 'detached' });
    await building.getByRole('button', { name: 'Send all given up again' }).click();
    await page.getByText('1 delivery is on its way again.').waitFor();
    await building.getByRole('button', { name: 'Send all given up again' }).waitFor({ state: 'detached' });
  });

  it('a retailer sees the own webhooks alone, and no topics of the mall', async () => {
    mock.grants = grant('retailer', 'cafe-alma');
    await open('settings', PHONE);
    await page.getByRole('region', { name: 'alma.example' }).waitFor();
    expect(await page.locator('.webhook').count()).toBe(1);
    expect(await page.getByText('Occupancy over MQTT').count()).toBe(0);
    await accessible();
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Café Alma').waitFor();
    expect(await page.getByLabel('Vela Shoes').count()).toBe(0);
    await accessible();
  });

  it('occupancy over MQTT is switched off for the site', async () => {
    await open('settings?tab=webhooks');
    await page.getByText('promenade/1/arkada/zones/+/occupancy').waitFor();
    await page.getByLabel('Publish occupancy').click();
    await page.getByText('promenade/1/arkada/zones/+/occupancy').waitFor({ state: 'detached' });
    expect(sent('PUT', /sites\/arkada$/).at(-1)?.body).toMatchObject({ publishOccupancy: false });
  });

  it('figures are asked for as files, a refusal stands at its field; what is made is downloaded and deleted', async () => {
    await open('settings?tab=exports&period=custom&from=2020-05-04&to=2020-05-05');
    const form = page.getByRole('region', { name: 'New export' });
    await form.getByRole('button', { name: 'Make the files' }).click();
    await form.getByText('no whole day of site arkada lies in that period').waitFor();
    await form.getByLabel('Period').selectOption('today');
    await form.getByRole('button', { name: 'Make the files' }).click();
    await form.getByText('No day of that period is over yet').waitFor();
    await form.getByLabel('Period').selectOption('yesterday');
    await form.getByRole('button', { name: 'Choose none' }).click();
    expect(await form.getByRole('button', { name: 'Make the files' }).isDisabled()).toBe(true);
    await form.getByLabel('Heatmap').check();
    await form.getByLabel('Footfall').check();
    await form.getByLabel('Day', { exact: true }).check({ force: true });
    await form.getByRole('button', { name: 'Make the files' }).click();
    const made = page.getByRole('region', { name: 'Made' });
    await made.getByRole('progressbar').waitFor();
    expect(sent('POST', /exports$/).at(-1)?.body).toEqual({
      tables: ['footfall', 'heatmap'],
      interval: 'day',
      from: '2026-11-19T23:00:00.000Z',
      to: '2026-11-20T23:00:00.000Z',
    });
    await made.locator('summary', { hasText: '2 files' }).click();
    const file = made.getByRole('link', { name: 'heatmap-2026-11.parquet' }).first();
    expect(await file.getAttribute('href')).toBe('/api/v1/sites/arkada/exports/x-3/files/heatmap-2026-11.parquet');
    const all = made.getByRole('link', { name: 'Download all as one file (tar): 20 Nov 2026' });
    expect(await all.getAttribute('href')).toBe('/api/v1/sites/arkada/exports/x-3/archive');
    await made.getByText('the server was stopped meanwhile').waitFor();
    await accessible();
    await made.getByRole('button', { name: 'Delete the export 20 Nov 2026' }).click();
    await file.waitFor({ state: 'detached' });
    expect(sent('DELETE', /exports\/x-3$/)).toHaveLength(1);
    const grafana = page.getByRole('link', { name: 'Download the dashboard' });
    expect(await grafana.getAttribute('href')).toBe('/api/v1/grafana.json');
  });

  it('a mall without exports says how to have one, on a phone in the dark too', async () => {
    mock.empty = true;
    await open('settings?tab=exports', PHONE);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByText('No exports yet').waitFor();
    await accessible();
  });
});
