/** Campaigns in a real browser: made step by step, rehearsed, approved; what a step does not show, it does not lose. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CampaignInput, campaignInput, DEFAULT_ATTENTION } from '../../server/contract/campaigns.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** As an integrator may have made it over REST: odd numbers, a shop as zone, a zone that is gone, a day's end at 24:00. */
const BY_API: CampaignInput = campaignInput.parse({
  id: 'by-api',
  name: 'Late shoes',
  tenantId: 'vela-shoes',
  zoneIds: ['coupon-alma', 'vela-shoes', 'gone'],
  trigger: { type: 'dwell', seconds: 47 },
  offer: {
    title: 'Laces',
    text: 'With every pair.',
    terms: 'Line one.\nLine two.',
    validMinutes: 77,
    translations: { pl: { title: 'Sznurówki', text: 'Do każdej pary.', terms: null } },
    value: { type: 'percent', percent: 12.5, maxAmountMinor: 999 },
  },
  variants: [{ id: 'c', offer: { title: 'Laces!', text: 'For nothing.', validMinutes: 77 } }],
  audience: { tiers: ['gold'], recency: { minDays: 3, maxDays: 90 } },
  cooldownMinutes: 333,
  schedule: { weekdays: [2, 5], from: '17:15', to: '24:00', exceptions: [{ date: '2026-12-24', hours: null }] },
  stock: 0,
  controlShare: 0.125,
});

describeInBrowser('campaigns', () => {
  let mock: MockServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mock = await startMockServer(await builtWeb());
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await mock?.stop();
  });
  beforeEach(async () => {
    mock.reset();
    complaints = [];
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  afterEach(async () => {
    await page.evaluate(() => localStorage.clear());
    await page.close();
    expect(complaints).toEqual([]);
  });
  const show = (rest: string) => page.goto(`${mock.url}/#/s/arkada/campaigns${rest}`);
  const sent = (method: string, path = /campaigns$|campaigns\/[^/]+$/) =>
    mock.requests.filter((one) => one.method === method && path.test(one.path)).map(({ body }) => body);
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const next = () => page.locator('.step-actions .primary').click();
  const send = (method: string, path: string, body: unknown) =>
    fetch(`${mock.url}/api/v1/sites/arkada${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  async function axeFaults(): Promise<string[]> {
    if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
    const result = (await page.evaluate(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
    )) as { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] };
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  }

  it('makes one step by step, with a zone drawn on the way, and rehearses it', async () => {
    mock.grants = [{ role: 'retailer', siteId: 'arkada', tenantId: 'cafe-alma' }];
    await show('');
    await page.getByRole('link', { name: 'New campaign' }).click();
    await heading('What do you offer?');
    await next();
    expect(await page.locator('.step-body .fault').allTextContents()).toEqual([
      'A campaign needs a name.',
      'The offer needs a title.',
      'The offer needs a text.',
    ]);
    await page.getByLabel('Name', { exact: true }).fill('Two stops');
    await page.getByLabel('Title of the offer').fill('Coffee and cake');
    await page.getByLabel('Text of the offer').fill('Both for one.');
    await page.getByRole('tab', { name: 'Čeština' }).click();
    await page.getByRole('button', { name: 'Add a text' }).click();
    await page.getByLabel('Title of the offer').fill('Káva a dort');
    await page.getByText('Percent off', { exact: true }).click();
    expect(await page.locator('.phone').textContent()).toContain('Káva a dort');
    expect(await axeFaults()).toEqual([]);
    await next();

    await heading('Where does it apply?');
    await page.waitForSelector('.where .check');
    expect(await page.locator('.where .check').allTextContents()).toEqual(['Alma coffeeGround floor']);
    expect(await page.getByLabel('Alma coffee').isChecked()).toBe(true);
    await page.waitForSelector('.plan-outline');
    const tool = page.getByRole('toolbar').getByRole('button', { name: 'Circle' });
    await tool.click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Circle', pressed: true }).waitFor();
    await page.waitForTimeout(150);
    const plan = (await page.locator('.plan-outline').boundingBox())!;
    await page.mouse.click(plan.x + plan.width * 0.3, plan.y + plan.height * 0.5);
    await page.mouse.click(plan.x + plan.width * 0.34, plan.y + plan.height * 0.5);
    await page.getByLabel('Name of the new zone').fill('By the fountain');
    expect(await axeFaults()).toEqual([]);
    await page.getByRole('button', { name: 'Keep this zone' }).click();
    await page.getByRole('checkbox', { name: 'By the fountain' }).waitFor();
    expect(await page.getByRole('checkbox', { name: 'By the fountain' }).isChecked()).toBe(true);
    await next();

    await heading('When does it go out?');
    await page.getByText('On entering', { exact: true }).click();
    await page.getByLabel('Only on certain days and hours').check();
    await page.getByLabel('Sunday').uncheck();
    await page.getByLabel('From', { exact: true }).fill('16:00');
    await page.getByLabel('To', { exact: true }).fill('01:30');
    await page.getByText('On the next day').waitFor();
    await page.getByRole('button', { name: 'Add a day' }).click();
    await page.getByLabel('Exception 1: day').fill('2026-12-24');
    expect(await axeFaults()).toEqual([]);
    await next();

    await heading('Who gets it?');
    await page.getByText('Only some', { exact: true }).click();
    await page.getByLabel('Coffee').check();
    await page.getByLabel('Favourite brands').fill('Lavazza');
    await page.keyboard.press('Enter');
    await page.getByText('Returning', { exact: true }).click();
    expect(await page.locator('.sum-up').textContent()).toContain(
      'Only shoppers for whom all of this holds: they have been here before; their interests include coffee; their favourite brands include Lavazza.',
    );
    expect(await page.locator('.sum-up').textContent()).toContain('Reaches only those who also agreed');
    expect(await axeFaults()).toEqual([]);
    await next();

    await heading('How much, and how will you know?');
    await page.getByLabel('Stock').fill('50');
    await page.getByLabel('Budget (CZK)').fill('1500');
    await page.getByLabel('Control group, in %').fill('25');
    await page.getByRole('button', { name: 'Add wording B' }).click();
    await page.getByRole('tab', { name: 'Main text' }).click();
    await page.getByLabel('Title of the offer').fill('Cake and coffee');
    expect(await axeFaults()).toEqual([]);
    await next();

    await heading('Does it all fit?');
    await page.getByRole('button', { name: 'Save and rehearse' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.locator('.figures').getByText('146', { exact: true }).waitFor();
    await page.waitForSelector('.spill-map .zone.chosen');
    expect(await axeFaults()).toEqual([]);
    expect(sent('POST')).toEqual([
      expect.objectContaining({
        tenantId: 'cafe-alma',
        zoneIds: ['coupon-alma', expect.any(String)],
        trigger: { type: 'enter' },
        schedule: {
          weekdays: [1, 2, 3, 4, 5, 6],
          from: '16:00',
          to: '01:30',
          startsOn: null,
          endsOn: null,
          exceptions: [{ date: '2026-12-24', hours: null }],
        },
        audience: expect.objectContaining({ who: 'returning', interests: ['coffee'], brands: ['Lavazza'] }),
        stock: 50,
        budgetMinor: 150_000,
        controlShare: 0.25,
        offer: expect.objectContaining({
          title: 'Coffee and cake',
          value: { type: 'percent', percent: 10, maxAmountMinor: 1_000 },
          translations: { cs: { title: 'Káva a dort', text: 'Both for one.', terms: null } },
        }),
        variants: [{ id: 'b', offer: expect.objectContaining({ title: 'Cake and coffee' }) }],
      }),
    ]);
    await page.getByRole('link', { name: 'To the campaign' }).click();
    expect(await page.locator('.lifeline [aria-current]').textContent()).toBe('Rehearsed');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('.lifeline [aria-current]', { hasText: 'Live' }).waitFor();
  });

  it('loses nothing of a campaign that was made over REST', async () => {
    await send('POST', '/campaigns', BY_API);
    await show('/by-api/offer');
    await page.waitForSelector('.facts');
    expect(await page.locator('.facts').textContent()).toContain('Tue, Fri, 17:15–24:00; 1 exception');
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    for (const step of ['Where', 'When', 'Who', 'How much', 'Check', 'What'])
      await page.locator('.step-nav').getByRole('link', { name: step }).click();
    await page.getByLabel('Name', { exact: true }).fill('Later shoes');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('All saved').waitFor();
    expect(sent('PUT')).toEqual([{ ...BY_API, name: 'Later shoes' }]);
  });

  it('shows the server’s words at the field that they name, in the step that has it', async () => {
    mock.failing = [
      { path: /PUT .*campaigns/, status: 400, message: 'must be at most 0.5', field: 'body.controlShare' },
    ];
    await show('/bakery-evening/edit/what');
    await page.getByLabel('Name', { exact: true }).fill('Bread');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await heading('How much, and how will you know?');
    const field = page.getByLabel('Control group, in %');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.step-body .fault').textContent()).toBe('must be at most 0.5');
    expect(await axeFaults()).toEqual([]);
  });

  it('asks before unsaved work is left, and has kept it when one comes back', async () => {
    await show('/new/what');
    await page.getByLabel('Name', { exact: true }).fill('Half made');
    const asked: string[] = [];
    page.once('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await page.locator('.back-link').click();
    await expect.poll(() => asked).toHaveLength(1);
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half made');
    expect(page.url()).toContain('campaigns/new/what');
    // Its own steps are no leaving.
    await page.locator('.step-nav').getByRole('link', { name: 'When' }).click();
    await heading('When does it go out?');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.locator('.side').getByRole('link', { name: 'Traffic' }).click();
    await heading('Traffic');
    await show('/new/what');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half made');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
  });

  it('waits for the mall where the mall wants to be asked, which sends it back with a reason that the shop reads', async () => {
    await send('PUT', '/attention', { ...DEFAULT_ATTENTION, approvalRequired: true });
    await show('');
    await page.locator('.campaign-group.asks .campaign-row').click();
    expect(await page.locator('.lifeline').textContent()).toContain('the mall looks at it');
    expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Send back' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send back' }).click();
    expect(await dialog.locator('.fault').textContent()).toContain('A reason is needed');
    await dialog.getByLabel('Reason').fill('Not on Saturdays, please.');
    expect(await axeFaults()).toEqual([]);
    await dialog.getByRole('button', { name: 'Send back' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(sent('POST', /reject$/)).toEqual([{ reason: 'Not on Saturdays, please.' }]);

    mock.grants = [{ role: 'retailer', siteId: 'arkada', tenantId: 'bakery-lipa' }];
    await show('');
    await page.reload();
    await page.waitForSelector('.campaign-row');
    expect(await page.locator('.campaign-row').count()).toBe(1);
    await page.locator('.campaign-row', { hasText: 'Sent back' }).click();
    expect(await page.locator('.notice q').textContent()).toBe('Not on Saturdays, please.');
    await page.getByRole('button', { name: /Rehearse/ }).click();
    await page.locator('.lifeline', { hasText: 'the mall looks at it' }).waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  it('tells results plainly: rates, what was held back, what it added, and when it is too early to say', async () => {
    await show('/alma-afternoon');
    await page.waitForSelector('.ab .interval');
    expect(await page.locator('.funnel li').nth(3).textContent()).toContain('20339.3% of those');
    expect(await page.locator('.held li').first().textContent()).toBe('enough offers in this visit214');
    expect(await page.locator('.effect').first().textContent()).toContain('between +31 and +118');
    expect(await page.locator('.effect').last().textContent()).toContain('About 340 more shoppers are needed.');
    expect(await page.locator('.results').textContent()).toContain('B does better than A, and not by chance');
    await page.getByRole('button', { name: 'What is To the phone?' }).click();
    expect(await page.getByRole('note').filter({ visible: true }).textContent()).toContain('From the sighting');
  });
});
