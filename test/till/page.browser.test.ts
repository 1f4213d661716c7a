/** The till's page through a network gap, in a real Chromium over the real server. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readToken, writeToken } from '../../server/contract/offerToken.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { accessible, notWiderThanTheScreen, shoot } from '../support/pageChecks.ts';
import { SITE, TillWorld } from './world.ts';

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const DESKTOP = { viewport: { width: 1440, height: 900 } };

describeInBrowser('the till in a network gap', () => {
  let world: TillWorld;
  let browser: Browser;
  let staticDir: string;
  let context: BrowserContext | undefined;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    staticDir = process.env.PROMENADE_WEB ?? (await builtWeb());
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    faults.length = 0;
    world = await TillWorld.open({ staticDir, nowMs: Date.now() });
    const { account, token } = await world.mall.auth.invite('till@cafe.example', 'Café till', [
      { role: 'till', siteId: SITE, tenantId: 'cafe' },
    ]);
    await world.mall.auth.consumeLink(token);
    await world.mall.auth.changePassword(account.id, undefined, 'espresso-macchiato');
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
    await world.mall.close();
    expect(world.mall.errors).toEqual([]);
    expect(faults).toEqual([]);
  });

  async function signIn(options: object): Promise<void> {
    context = await browser.newContext({ locale: 'en-GB', ...options });
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${world.mall.url}/till`);
    await page.getByLabel('E-mail or name').fill('till@cafe.example');
    await page.getByLabel('Password').fill('espresso-macchiato');
    await page.getByRole('button', { name: 'Sign in' }).click();
    // The site's currency comes with what the till keeps.
    await page.getByLabel('Basket in CZK').waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  }
  const scan = async (code: string, amount = ''): Promise<void> => {
    await page.getByLabel('Basket in CZK').fill(amount);
    await page.getByLabel('Customer’s code').fill(code);
    await page.keyboard.press('Enter');
  };
  const says = (name: string) => page.locator('.result').getByRole('heading', { name }).waitFor();

  test('opens, accepts, refuses and settles', async () => {
    const name = 'gap';
    const [one, two] = [await world.guest(), await world.guest()];
    await signIn({ ...PHONE, colorScheme: 'dark' });
    await page.getByLabel('Name of this till').fill('Till 7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.till-name button:disabled').waitFor();
    await shoot(page, `${name}-1-online`);

    await context!.setOffline(true);
    await page.reload();
    await page.getByText('No connection').waitFor();
    await shoot(page, `${name}-2-offline`);

    await scan(one.offer.code, '249,50');
    await says('Accepted offline');
    await page.locator('.result').getByText('Second coffee free').waitFor();
    await page.getByText('will be settled once the connection is back').waitFor();
    await page.locator('.result').getByText('CZK 249.50').waitFor();
    await shoot(page, `${name}-3-accepted`);
    await accessible(page, 'accepted offline, phone, dark');
    await page.setViewportSize(DESKTOP.viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    await shoot(page, `${name}-3-accepted-desktop`);
    await accessible(page, 'accepted offline, desktop, light');
    await scan(one.offer.code);
    await says('Already used');
    await scan(two.offer.shortCode);
    await says('Needs the connection');
    await shoot(page, `${name}-4-needs-network`);
    const { claims, signature } = readToken(two.offer.code)!;
    await scan(writeToken({ ...claims, expiresMs: claims.expiresMs + 3_600_000 }, signature));
    await says('Unknown code');

    await scan(two.offer.code);
    await says('Accepted offline');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Really undo?' }).click();
    await says('Undone');
    await scan(two.offer.code, '90');
    await says('Accepted offline');
    await page.reload();
    await page.getByText('2 redemptions wait to be settled').waitFor();
    expect(await page.locator('.history li').count()).toBe(2);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Connect first, then sign out').waitFor();

    // Meanwhile somebody else came with a picture of the first code.
    const other = await world.till();
    await other.post('/redemptions', { code: one.offer.code, till: 'Till 1' });
    await context!.setOffline(false);
    await page.getByRole('heading', { name: 'Needs a look' }).waitFor();
    await page.getByText(/used at another till \(Till 1, .*\), and that one counts/).waitFor();
    await page.getByText('wait to be settled').waitFor({ state: 'detached' });
    await page.locator('.line.on').waitFor();
    expect(await page.locator('.row-mark.not-counted').count()).toBe(1);
    expect(await page.getByText('Connect first, then sign out').count()).toBe(0);
    await shoot(page, `${name}-5-settled`);
    await accessible(page, 'settled, desktop, light');
    await page.setViewportSize(PHONE.viewport);
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(page, `${name}-5-settled-phone`);
    expect(
      await world.mall.duck.all(
        'select offer_id as offer, till, amount_minor as amount, settled_ms is not null as settled from redemptions order by till',
      ),
    ).toEqual([
      { offer: one.offer.id, till: 'Till 1', amount: null, settled: false },
      { offer: two.offer.id, till: 'Till 7', amount: 9_000, settled: true },
    ]);
    await page.reload();
    await page.getByRole('heading', { name: 'Needs a look' }).waitFor();
    await page.getByRole('button', { name: 'Noted' }).click();
    await page.getByRole('heading', { name: 'Needs a look' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
  });

  test('four languages fit a phone, with and without a network', async () => {
    const { offer } = await world.guest();
    const session = await fetch(`${world.mall.url}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: { origin: world.mall.url, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'till@cafe.example', password: 'espresso-macchiato' }),
    });
    const [name, value] = session.headers.getSetCookie()[0]!.split(';')[0]!.split('=');
    for (const [locale, accepted] of [
      ['cs-CZ', 'Přijato offline'],
      ['pl-PL', 'Przyjęto offline'],
      ['sk-SK', 'Prijaté offline'],
    ] as const) {
      await context?.close();
      context = await browser.newContext({ ...PHONE, locale });
      await context.addCookies([{ name: name!, value: value!, url: world.mall.url }]);
      page = await context.newPage();
      await page.goto(`${world.mall.url}/till`);
      await page.locator('#code').waitFor();
      await expect.poll(() => page.locator('label[for=amount]').textContent()).toContain('CZK');
      expect(await page.getAttribute('html', 'lang')).toBe(locale.slice(0, 2));
      await context!.setOffline(true);
      await page.locator('.gap').waitFor();
      await page.locator('#code').fill(offer.code);
      await page.keyboard.press('Enter');
      await says(accepted);
      await notWiderThanTheScreen(page, locale);
      await shoot(page, `gap-${locale}`);
    }
  });
});
