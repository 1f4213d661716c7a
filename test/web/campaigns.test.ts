/** The campaign form in a real browser: what it does not show, it does not lose. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CampaignInput, campaignInput } from '../../server/contract/campaigns.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

/** As an integrator may have made it over REST: odd numbers, a shop as zone, a zone that is gone, a day's end at 24:00. */
const BY_API: CampaignInput = campaignInput.parse({
  id: 'by-api',
  name: 'Late shoes',
  tenantId: 'vela-shoes',
  zoneIds: ['coupon-alma', 'vela-shoes', 'gone'],
  trigger: { type: 'dwell', seconds: 47 },
  offer: { title: 'Laces', text: 'With every pair.', terms: 'Line one.\nLine two.', validMinutes: 77 },
  cooldownMinutes: 333,
  schedule: { weekdays: [2, 5], from: '17:15', to: '24:00' },
  stock: 0,
  controlShare: 0.125,
});

describeInBrowser('campaign form', () => {
  let mock: MockServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    mock = await startMockServer(await builtWeb());
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await mock?.stop();
  });
  beforeEach(async () => {
    mock.reset();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(15_000);
  });
  afterEach(async () => {
    await page.close();
  });
  const sent = (method: string) =>
    mock.requests.filter((one) => one.method === method && /campaigns/.test(one.path)).map(({ body }) => body);
  const save = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

  it('loses nothing of a campaign that was made over REST', async () => {
    await page.goto(`${mock.url}/#/s/arkada/campaigns`);
    await page.waitForSelector('.campaign-list');
    await page.evaluate(
      (body) =>
        fetch('/api/v1/sites/arkada/campaigns', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      BY_API,
    );
    await page.goto(`${mock.url}/#/s/arkada/campaigns?campaign=by-api`);
    await page.reload();
    await page.waitForSelector('.funnel li');
    expect(await page.locator('.facts').textContent()).toContain('Tue, Fri, 17:15–24:00');
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('gone').isChecked()).toBe(true);
    expect(await dialog.getByLabel('Control group, in %').inputValue()).toBe('12.5');
    await dialog.getByLabel('Name').fill('Later shoes');
    await save('Save');
    await dialog.waitFor({ state: 'detached' });
    expect(sent('PUT')).toEqual([{ ...BY_API, name: 'Later shoes' }]);
  });

  it('sends several zones, weekdays and local hours, the control share and the terms', async () => {
    await page.goto(`${mock.url}/#/s/arkada/campaigns`);
    await page.getByRole('button', { name: 'New campaign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Two stops');
    await save('Create as a draft');
    expect(await dialog.locator('.fault').textContent()).toBe('Choose at least one zone.');
    await dialog.getByLabel('Alma coffee').check();
    await dialog.getByLabel('Fresh bread').check();
    await dialog.getByLabel('Title of the offer').fill('Coffee and bread');
    await dialog.getByLabel('Text of the offer').fill('Both for one.');
    await dialog.getByLabel('Terms').fill('Until Sunday.');
    await dialog.getByLabel('Control group, in %').fill('25');
    await dialog.getByLabel('Only on certain days and hours').check();
    await dialog.getByLabel('Sunday').uncheck();
    await dialog.getByLabel('Monday').uncheck();
    await dialog.getByLabel('From', { exact: true }).fill('16:00');
    await dialog.getByLabel('To', { exact: true }).fill('01:30');
    await dialog.getByText('On the next day').waitFor();
    await save('Create as a draft');
    await dialog.waitFor({ state: 'detached' });
    expect(sent('POST')).toEqual([
      expect.objectContaining({
        zoneIds: ['coupon-alma', 'coupon-bakery'],
        schedule: { weekdays: [2, 3, 4, 5, 6], from: '16:00', to: '01:30' },
        controlShare: 0.25,
        offer: { title: 'Coffee and bread', text: 'Both for one.', terms: 'Until Sunday.', validMinutes: 120 },
      }),
    ]);
  });

  it('offers a retailer the own coupon zones only', async () => {
    mock.grants = [{ role: 'retailer', siteId: 'arkada', tenantId: 'cafe-alma' }];
    await page.goto(`${mock.url}/#/s/arkada/campaigns`);
    await page.getByRole('button', { name: 'New campaign' }).click();
    expect(await page.getByRole('dialog').locator('.check').allTextContents()).toEqual(['Alma coffee']);
    expect(await page.getByRole('dialog').getByLabel('Alma coffee').isChecked()).toBe(true);
  });
});
