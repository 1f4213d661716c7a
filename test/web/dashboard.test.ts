/** The built dashboard in a real browser against a stand-in server. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Grant } from '../../server/http/route.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** What must be on the screen before a view counts as shown. */
const VIEWS: Record<string, { hash: string; shown: string }> = {
  live: { hash: 'live', shown: '.zones .table tbody tr' },
  heatmap: { hash: 'heatmap?period=custom&from=2026-11-19&to=2026-11-21', shown: '.heat-said .badge' },
  traffic: { hash: 'traffic?compare=on', shown: '.chart[data-ready="true"] canvas' },
  gateways: { hash: 'gateways', shown: '.condition .dot.bad' },
  gateway: { hash: 'gateways/gw-12', shown: '.course .line' },
  inbox: { hash: 'gateways/inbox', shown: '.inbox-card' },
  audit: { hash: 'audit', shown: '.audit .table tbody tr' },
  editor: { hash: 'editor', shown: '.pick button' },
  campaigns: { hash: 'campaigns', shown: '.campaign-row' },
  results: { hash: 'campaigns/alma-afternoon', shown: '.ab .interval' },
  rehearsal: { hash: 'campaigns/bakery-evening/rehearsal', shown: '.spill-map .zone.chosen' },
  step: { hash: 'campaigns/alma-afternoon/edit/limits', shown: '.variant .texts' },
  shops: { hash: 'shops', shown: '.shop-value' },
  orders: { hash: 'shops?tab=orders', shown: '.drop' },
  conflicts: { hash: 'shops?tab=conflicts', shown: '.table tbody tr' },
  definitions: { hash: 'settings', shown: '.definition-row' },
  people: { hash: 'settings?tab=people', shown: '.table tbody tr' },
  carriers: { hash: 'settings?tab=carriers', shown: '.table tbody tr' },
  attention: { hash: 'settings?tab=attention', shown: '.table tbody tr' },
  loyalty: { hash: 'settings?tab=loyalty', shown: '.form-row' },
  tokens: { hash: 'settings?tab=tokens', shown: '.table tbody tr' },
  fleets: { hash: 'settings?tab=fleets', shown: '.fleet-figures' },
  webhooks: { hash: 'settings?tab=webhooks', shown: '.webhook .fleet-figures' },
  site: { hash: 'settings?tab=site', shown: '.textarea' },
};

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
}

describeInBrowser('dashboard', () => {
  let mock: MockServer;
  let browser: Browser;
  let page: Page;
  let opened: BrowserContext | undefined;
  let complaints: string[];

  async function openIn(context: BrowserContext): Promise<Page> {
    const made = await context.newPage();
    made.setDefaultTimeout(15_000);
    made.on('pageerror', (error) => complaints.push(String(error)));
    made.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    return made;
  }
  async function open(hash: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
    opened = context;
    page = await openIn(context);
    await page.goto(`${mock.url}/${hash}`);
    return page;
  }
  const show = async (name: string, options: BrowserContextOptions = {}): Promise<Page> => {
    await open(`#/s/arkada/${VIEWS[name]!.hash}`, options);
    await page.waitForSelector(VIEWS[name]!.shown);
    return page;
  };
  async function axeFaults(): Promise<string[]> {
    // The page's own policy allows no foreign script; the debugger's evaluation is not bound by it.
    if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
    const result = (await page.evaluate(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
    )) as AxeResult;
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  }

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
    await opened?.close();
    opened = undefined;
  });

  describe('every view', () => {
    // One page for all: what is looked at is the view, not how the page starts.
    let shared: BrowserContext;
    beforeAll(async () => {
      shared = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' });
    });
    afterAll(() => shared.close());
    for (const [name, { hash, shown }] of Object.entries(VIEWS))
      it(`${name} is shown without complaint, fits a phone, and passes WCAG 2.2 AA in light and dark`, async () => {
        page = shared.pages()[0] ?? (await openIn(shared));
        await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
        await page.setViewportSize(WIDE);
        await page.goto(`${mock.url}/#/s/arkada/${hash}`);
        await page.waitForSelector(shown);
        expect(await axeFaults()).toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
        expect(await axeFaults()).toEqual([]);
        await page.setViewportSize(PHONE);
        await page.locator('.bottombar').waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
        expect(await axeFaults()).toEqual([]);
        expect(complaints).toEqual([]);
      });
  });

  it('draws heat and follows the live stream', async () => {
    await show('live');
    await page.waitForSelector('.heat-canvas');
    const drawn = await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.heat-canvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value, at) => at % 4 === 3 && value > 0);
    });
    expect(await drawn.jsonValue()).toBe(true);
    const first = await page.locator('.now .muted').textContent();
    await page.waitForFunction((old) => document.querySelector('.now .muted')?.textContent !== old, first);
    expect(await page.locator('.main .link-state').getAttribute('data-state')).toBe('live');
  });

  it('says on the map what is withheld, and never shows it as zero', async () => {
    await show('live');
    const row = page.locator('.zones tbody tr', { hasText: 'Optika Zora' });
    expect(await row.locator('.figure').textContent()).toBe('few');
  });

  it('says in a line why there is no heat where too few people are', async () => {
    mock.live.tooFew = true;
    await show('live');
    await page.locator('.map-note', { hasText: 'No heat: too few people on this floor' }).waitFor();
    expect(await axeFaults()).toEqual([]);
    await page.locator('.switch', { hasText: 'Heat' }).click();
    await page.locator('.map-note').waitFor({ state: 'detached' });
  });

  it('turns stale when no news comes, with the age, and recovers', async () => {
    mock.live.running = false;
    await open('#/s/arkada/live');
    await page.waitForSelector('.zones tbody tr');
    await page.clock.install();
    await page.reload();
    await page.waitForSelector('.zones tbody tr');
    await page.clock.fastForward(40_000);
    await page.waitForSelector('.main .link-state[data-state="stale"]');
    expect(await page.locator('.main .link-state').textContent()).toMatch(/Stale, last data \d+ s ago/);
    expect(await page.locator('.notice.warn').textContent()).toContain('No news from the server since');
    expect(await axeFaults()).toEqual([]);
    mock.live.running = true;
    await page.waitForSelector('.main .link-state[data-state="live"]');
    expect(await page.locator('.notice.warn').count()).toBe(0);
  });

  it('shows history being filled in', async () => {
    mock.live.historyProgress = 0.42;
    await show('live');
    expect(await page.locator('.history').textContent()).toContain('42%');
    expect(await page.locator('progress').getAttribute('value')).toBe('0.42');
  });

  it('hatches what was not measured, and names the busiest hour in a sentence', async () => {
    await open('#/s/arkada/traffic?period=custom&from=2026-11-18&to=2026-11-18');
    await page.waitForSelector('.key-outage');
    await page.getByText('Show the numbers').click();
    const row = page.locator('.numbers tbody tr', { hasText: '12:00' });
    expect(await row.locator('td').nth(1).textContent()).toBe('–');
    expect(await row.locator('td').nth(4).textContent()).toBe('0%');
    expect(await page.locator('.peak-said').textContent()).toBe(
      'Saturday 15–16 h is the busiest hour: 259 visits on average',
    );
    expect(await page.locator('.peak tbody td').count()).toBe(168);
    await page.locator('.scroll').scrollIntoViewIfNeeded();
    await page.waitForSelector('.scroll tbody tr');
    expect(await page.locator('.scroll .card-lead').first().textContent()).toContain('Tailor Novák lies dead');
  });

  it('every key figure has its band, coverage and state', async () => {
    await show('traffic');
    await page.waitForFunction(() => document.querySelectorAll('.kpi-value').length === 5);
    for (const kpi of await page.locator('.kpi').all()) {
      expect(await kpi.locator('.kpi-band').textContent()).toMatch(/ – /);
      expect(await kpi.locator('.kpi-marks').textContent()).toMatch(/\d+% coverage(Provisional|Final)/);
    }
    // A capture rate is of a zone: with one chosen it takes the place of the returning.
    await page.getByLabel('Zone', { exact: true }).selectOption('cafe-alma');
    await page.waitForFunction(() => document.querySelector('.kpis')?.textContent?.includes('Capture rate'));
    expect(new URL(page.url()).hash).toContain('zone=cafe-alma');
  });

  it('plays the heatmap hour by hour, and says when there was no data', async () => {
    await open('#/s/arkada/heatmap?period=custom&from=2026-11-18&to=2026-11-18&at=9');
    await page.waitForSelector('.heat-said .badge');
    expect(await page.locator('.player-time').textContent()).toContain('09:00–10:00');
    await page.getByRole('button', { name: 'Play hour by hour' }).click();
    await page.waitForFunction(() => location.hash.includes('at=11'));
    await page.waitForSelector('.floor-map.no-data');
    expect(await page.locator('.map-no-data').textContent()).toContain('No data');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('slider').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.heat-said').textContent()).toContain('coverage');
  });

  it('a failing question says what to do, and comes back by its button', async () => {
    mock.failing = [{ path: /metrics\/footfall/, status: 500 }];
    await open('#/s/arkada/traffic');
    const fault = page.locator('section[aria-label="Course"] [role="alert"]');
    expect(await fault.textContent()).toContain('the database is on strike');
    expect(await fault.textContent()).toContain('Try again');
    expect(await page.locator('.kpi-failed').count()).toBeGreaterThan(0);
    expect(await axeFaults()).toEqual([]);
    mock.failing = [];
    await fault.getByRole('button').click();
    await page.waitForSelector('.chart[data-ready="true"]');
  });

  it('shows skeletons as long as nothing came, without moving what stands', async () => {
    mock.failing = [{ path: /metrics|floors/, status: 0 }];
    await open('#/s/arkada/traffic');
    await page.waitForSelector('.skeleton');
    const top = (await page.locator('section[aria-label="Peak hours"]').boundingBox())!.y;
    expect(await axeFaults()).toEqual([]);
    await page.context().close();
    mock.failing = [];
    await open('#/s/arkada/traffic');
    await page.waitForSelector('.chart[data-ready="true"]');
    const after = (await page.locator('section[aria-label="Peak hours"]').boundingBox())!.y;
    expect(Math.abs(after - top)).toBeLessThan(90);
  });

  for (const name of ['live', 'heatmap', 'traffic', 'gateways', 'editor', 'campaigns', 'shops', 'tokens', 'carriers']) {
    it(`${name} of an empty mall says what comes next`, async () => {
      mock.empty = true;
      await open(`#/s/arkada/${VIEWS[name]!.hash}`);
      await page.waitForSelector('.state-title');
      expect(await axeFaults()).toEqual([]);
      expect(complaints).toEqual([]);
    });
  }

  it('signs in, and says so when the password is wrong', async () => {
    mock.signedIn = false;
    await open('');
    await page.getByLabel('E-mail').fill('jana@arkada.example');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.fault');
    expect(await page.locator('.fault').textContent()).toContain('wrong');
    expect(await axeFaults()).toEqual([]);
    await page.getByLabel('Password').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.zones tbody tr');
    expect(new URL(page.url()).hash).toBe('#/s/arkada/live');
  });

  it('a one-time link signs in, asks for a password and leaves the address', async () => {
    mock.signedIn = false;
    await open('#/welcome?token=good');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByLabel('Password again').fill('short');
    await page.getByRole('button', { name: 'Set and continue' }).click();
    expect(await page.locator('.fault').first().textContent()).toContain('At least 10');
    expect(page.url()).not.toContain('token');
    expect(await axeFaults()).toEqual([]);
    await page.getByLabel('E-mail').fill('jana@arkada.example');
    await page.getByLabel('Password', { exact: true }).fill('a long enough one');
    await page.getByLabel('Password again').fill('a long enough one');
    await page.getByRole('button', { name: 'Set and continue' }).click();
    await page.waitForSelector('.zones tbody tr');
    expect(mock.requests.find(({ path }) => path === '/auth/password')?.body).toEqual({
      email: 'jana@arkada.example',
      password: 'a long enough one',
    });
  });

  it('a used link says so and leads to the sign-in', async () => {
    mock.signedIn = false;
    await open('#/welcome?token=used');
    await page.waitForSelector('.state-title');
    expect(await page.locator('.state').textContent()).toContain('was used or has expired');
    await page.getByRole('button', { name: 'To the sign-in' }).click();
    await page.waitForSelector('input[name="password"]');
  });

  it('shows each role its own views', async () => {
    const grant = (role: Grant['role'], tenantId: string | null = null): Grant[] => [
      { role, siteId: 'arkada', tenantId },
    ];
    // Without how many gateways wait.
    const views = async () =>
      (await page.locator('.side .nav a').allTextContents()).map((text) => text.replace(/\d.*/, ''));
    mock.grants = grant('retailer', 'cafe-alma');
    await open('#/s/arkada/live');
    await page.waitForSelector('.kpi-value');
    expect(await views()).toEqual(['Traffic', 'Shop', 'Campaigns', 'Editor', 'Settings']);
    expect(mock.requests.filter(({ path }) => /gateways|flows|affinity|heatmap/.test(path))).toEqual([]);
    expect(await page.locator('.page-tools select').nth(1).locator('option').allTextContents()).toEqual([
      'Café Alma',
      'Alma coffee',
    ]);
    await page.context().close();
    mock.grants = grant('installer');
    await open('');
    await page.waitForSelector('.condition');
    expect(await views()).toEqual(['Gateways', 'Walk audit', 'Editor', 'Settings']);
  });

  it('goes back to the sign-in when the session ends', async () => {
    await show('live');
    mock.signedIn = false;
    await page.getByRole('link', { name: 'Campaigns' }).click();
    await page.waitForSelector('input[name="password"]');
  });

  it('reaches every view by the keyboard, past the navigation by its first stop', async () => {
    await show('live');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    for (const view of ['Heatmap', 'Traffic', 'Shop', 'Campaigns', 'Gateways', 'Walk audit', 'Editor', 'Settings']) {
      await page
        .locator('.side')
        .getByRole('link', { name: new RegExp(`^${view}`) })
        .focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction((title) => document.querySelector('h1')?.textContent === title, view);
      const ring = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
      expect(ring).toBe('solid');
    }
    // A choice among a few follows the arrow keys.
    await page.locator('.settings-tabs input:checked').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => location.hash.includes('tab=people'));
  });

  it('keeps colours that were chosen', async () => {
    await show('live', { colorScheme: 'light' });
    await page.locator('.side').getByText('Dark', { exact: true }).locator('..').click();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.reload();
    await page.waitForSelector('.zones tbody tr');
    expect(await page.evaluate(() => getComputedStyle(document.body.parentElement!).colorScheme)).toBe('dark');
  });

  it('speaks the language of the browser, and another once chosen, by words, numbers and plurals', async () => {
    mock.signedIn = false;
    await open('', { locale: 'cs-CZ' });
    await page.getByRole('button', { name: 'Přihlásit se' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('cs');
    await page.getByLabel('Jazyk').selectOption('pl');
    await page.getByRole('button', { name: 'Zaloguj się' }).waitFor();
    expect(await axeFaults()).toEqual([]);
    mock.signedIn = true;
    await page.goto(`${mock.url}/#/s/arkada/traffic`);
    await page.reload();
    await page.waitForSelector('.chart[data-ready="true"] canvas');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('pl');
    expect(await page.title()).toBe('Ruch · Arkáda Brno · Promenade');
    expect(await page.locator('.kpis').textContent()).toContain('Unikalni gościedziennie, średnio');
    await page.locator('.side').getByLabel('Język').selectOption('en');
    await page.getByRole('heading', { name: 'Traffic', exact: true }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  });

  it('keeps settings that were saved, and names at its field what is refused', async () => {
    await show('loyalty');
    const saved = () => mock.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/loyalty'));
    const save = page.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel('Gold from, in points').fill('1');
    await save.click();
    await page.getByText('Gold must take more points than silver.').waitFor();
    expect(saved()).toEqual([]);
    await page.getByLabel('Gold from, in points').fill('9000');
    await save.click();
    await expect.poll(() => save.isDisabled()).toBe(true);
    expect(saved().map(({ body }) => body)).toEqual([expect.objectContaining({ goldPoints: 9_000 })]);
    expect(await page.getByText('Gold must take more points than silver.').count()).toBe(0);
  });

  it('asks before a change of language would lose what was not saved', async () => {
    await show('editor');
    await page.getByRole('button', { name: /Vela Shoes/ }).click();
    await page.getByLabel('Name').fill('Vela');
    page.on('dialog', (dialog) => void dialog.dismiss());
    await page.locator('.side').getByLabel('Language').selectOption('sk');
    await expect.poll(() => page.locator('.side').getByLabel('Language').inputValue()).toBe('en');
    expect(await page.getByLabel('Name').inputValue()).toBe('Vela');
  });

  it('has room for the longest words on a phone', async () => {
    await show('live', { locale: 'pl-PL', viewport: PHONE });
    for (const [name, { hash, shown }] of Object.entries(VIEWS)) {
      await page.goto(`${mock.url}/#/s/arkada/${hash}`);
      await page.waitForSelector(shown);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(PHONE.width);
      const cut = await page
        .locator('.bottombar > *')
        .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent));
      expect(cut, name).toEqual([]);
    }
  });
});
