/** The phone's page and the till in a real Chromium, over the real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import QRCode from 'qrcode';
import { expect, test } from 'vitest';
import { entered, SITE } from '../campaigns/world.ts';
import { launchBrowser } from '../support/browser.ts';
import { accessible, DESKTOP, PHONE, pagesInBrowser, shoot } from './scene.ts';

/** A film of one QR code, as a camera would see it, in the form that Chromium plays as a camera. */
async function filmOf(text: string, file: string): Promise<void> {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const [width, height, modulePx] = [640, 480, 9];
  const luma = Buffer.alloc(width * height, 235);
  const side = modules.size * modulePx;
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (modules.get(Math.floor(y / modulePx), Math.floor(x / modulePx))) luma[(top + y) * width + left + x] = 20;
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`);
  writeFileSync(file, Buffer.concat([head, Buffer.from('FRAME\n'), luma, chroma]));
}

pagesInBrowser('the phone and the till', (scene) => {
  test.each([
    ['phone-light', { ...PHONE, colorScheme: 'light' }],
    ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
    ['desktop-light', { ...DESKTOP, colorScheme: 'light' }],
  ] as const)('from consent to a redeemed offer (%s)', async (name, options) => {
    await scene.campaign();
    const page = await scene.open(`/shopper?site=${SITE}`, options);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const switches = page.getByRole('switch');
    await expect.poll(() => switches.count()).toBe(3);
    for (const one of await switches.all()) expect(await one.getAttribute('aria-checked')).toBe('false');
    await shoot(page, `${name}-1-welcome`);
    await accessible(page, 'welcome');
    await scene.agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('heading', { name: 'Pair your tag' }).waitFor();
    await shoot(page, `${name}-2-pair`);
    await accessible(page, 'pairing');
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await page.locator('.listening.on').waitFor();
    await shoot(page, `${name}-3-listening`);
    await accessible(page, 'listening');

    await scene.walkIn(page);
    const ticket = page.getByRole('article');
    await ticket.getByRole('heading', { name: 'Second coffee free' }).waitFor();
    expect(await page.locator('[aria-live=assertive]').textContent()).toContain('New offer: Second coffee free');
    await ticket.getByText('Why this offer?').click();
    await ticket.getByText('You walked into Zone front.').waitFor();
    await shoot(page, `${name}-4-offer`);
    await accessible(page, 'offer');

    await ticket.getByRole('button', { name: /Show code/ }).click();
    await page.getByRole('dialog').locator('svg.qr').waitFor();
    await page.locator('.short-code.num').waitFor();
    await shoot(page, `${name}-5-code`);
    await accessible(page, 'code');
    const typed = (await page.locator('.short-code').textContent())!;
    const till = await scene.mall.account({ role: 'till', tenantId: 'cafe' });
    scene.mall.clock.nowMs = Date.now();
    expect((await till.post<{ result: string }>('/redemptions', { code: typed })).body.result).toBe('redeemed');
    await page.getByRole('dialog').getByRole('heading', { name: 'Redeemed' }).waitFor();
    await shoot(page, `${name}-6-redeemed`);
    await accessible(page, 'redeemed');
    if (name === 'phone-dark') {
      // Asked again in the wallet, until it is put away.
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('heading', { name: 'Would you recommend Zone front?' }).waitFor();
      await shoot(page, `${name}-6-asked`);
      await page.getByRole('button', { name: 'Not now' }).click();
      expect(await scene.mall.duck.all('select score from feedback')).toEqual([]);
    } else {
      await page.getByRole('button', { name: '9 of 10' }).click();
      await page.getByText('Thank you.').waitFor();
      await page.getByLabel('Anything you would like to add?').fill('Kind people');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await scene.mall.duck.all('select score, comment from feedback')).toEqual([
        { score: 9, comment: 'Kind people' },
      ]);
    }
    await page.getByText('Used and ended').waitFor();
    expect(await page.getByText('Would you recommend').count()).toBe(0);
    await shoot(page, `${name}-7-wallet`);

    await page.getByRole('button', { name: 'Activity' }).click();
    await page.getByText('You walked into Zone front.').waitFor();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await page.getByRole('button', { name: 'Held back' }).click();
    await page.getByText('Nothing of that kind yet.').waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await shoot(page, `${name}-8-activity`);
    await accessible(page, 'activity');
    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByRole('heading', { name: 'You decide' }).waitFor();
    await page.getByRole('heading', { name: 'Your points' }).waitFor();
    await shoot(page, `${name}-9-profile`);
    await accessible(page, 'profile');

    await page.getByRole('button', { name: 'Answer two questions' }).click();
    await page.getByRole('dialog').getByText('Choose offers by what I like').waitFor();
    await page.getByRole('button', { name: 'I agree' }).click();
    await page.getByRole('button', { name: 'Coffee' }).click();
    await page.getByLabel('Another brand').fill('Nordwind');
    await shoot(page, `${name}-10-quiz`);
    await accessible(page, 'quiz');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Nordwind' }).waitFor();

    await page.getByRole('button', { name: 'Map', exact: true }).click();
    await page.getByRole('img', { name: 'Map of Ground' }).waitFor();
    await page.getByRole('button', { name: /Zone front.*Offer here/ }).click();
    await expect.poll(() => page.locator('.map-coupon.chosen').count()).toBe(1);
    await shoot(page, `${name}-11-map`);
    await accessible(page, 'map');
    await page.context().close();
  });

  test('pause, withdrawal, export and erasure work at once; a language is changed without losing one’s place', async () => {
    await scene.campaign();
    const page = await scene.open(`/shopper?site=${SITE}`, PHONE);
    await scene.agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await scene.walkIn(page);
    await page.getByRole('article').waitFor();

    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByRole('button', { name: '1 hour' }).click();
    await page.getByText(/Offers are paused/).waitFor();
    await page.getByRole('button', { name: 'Resume offers' }).click();

    // Agreed to in words of before: what they did not name waits for the new ones.
    const { id } = (await scene.mall.duck.get<{ id: string }>('select id from shoppers'))!;
    const old = { version: 1, textHash: 'older words', language: 'en', state: 'granted', purpose: 'push' } as const;
    await scene.mall.services.consents.append(id, { ...old, atMs: scene.mall.clock.nowMs });
    await page.reload();
    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByText('The words have changed since you agreed.').first().waitFor();
    await page.getByRole('button', { name: 'I agree' }).click();
    await page.getByText('The words have changed since you agreed.').first().waitFor({ state: 'detached' });
    expect((await scene.mall.services.consents.rows(id)).at(-1)).toMatchObject({ purpose: 'push', version: 2 });
    await page.getByRole('switch', { name: 'Send me offers' }).click();
    await expect
      .poll(() => page.getByRole('switch', { name: 'Send me offers' }).getAttribute('aria-checked'))
      .toBe('false');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download everything' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('promenade-my-data.json');

    await page.getByLabel('Language').selectOption('cs');
    await page.getByRole('heading', { name: 'Rozhodujete vy' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('cs');
    await page.getByRole('switch', { name: 'Posílat mi nabídky' }).waitFor();
    await shoot(page, 'phone-privacy-cs');

    await page.getByRole('button', { name: 'Vymazat vše' }).click();
    await shoot(page, 'phone-erase-cs');
    await accessible(page, 'erase dialog');
    await page.getByRole('button', { name: 'Vymazat', exact: true }).click();
    await page.getByRole('heading', { name: 'Všechno je vymazané' }).waitFor();
    expect(await page.locator('.receipt strong').textContent()).toMatch(/^[0-9A-Z]{12}$/);
    await shoot(page, 'phone-erased-cs');
    expect(await scene.mall.duck.get('select count(*) as n from shoppers')).toEqual({ n: 0 });
    expect(await page.evaluate(() => localStorage.getItem('promenade.shopper.wallet'))).toBeNull();
    await page.context().close();
  });

  test('the address of a scanned tag brings its code along and leaves it nowhere', async () => {
    const manager = await scene.mall.account({});
    const { code, url } = (await manager.get<{ code: string; url: string }>(`/sites/${SITE}/carriers/c-2/tag`)).body;
    const page = await scene.open(url.replace('https://mall.example', ''), PHONE);
    await scene.agreeAll(page, ['Recognise my tag']);
    expect(page.url()).not.toContain(code);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.getByLabel('Code on the tag').inputValue()).toBe(code);
    await page.getByLabel('Code on the tag').fill('AAAAA-AAAAA');
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText('No tag has this code.').waitFor();
    await shoot(page, 'phone-pair-fault');
    await accessible(page, 'a wrong code');
    await page.getByLabel('Code on the tag').fill(code.toLowerCase());
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByRole('heading', { name: 'Offers are off' }).waitFor();
    await page.context().close();
  });

  test('a tag is paired through the camera', async () => {
    const manager = await scene.mall.account({});
    const { url } = (await manager.get<{ url: string }>(`/sites/${SITE}/carriers/c-3/tag`)).body;
    const folder = mkdtempSync(join(tmpdir(), 'promenade-camera-'));
    await filmOf(url, join(folder, 'tag.y4m'));
    const filming = await launchBrowser([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${join(folder, 'tag.y4m')}`,
    ]);
    const page = await scene.open(`/shopper?site=${SITE}`, PHONE, filming);
    await scene.agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Scan the tag' }).click();
    await page.locator('.listening').waitFor();
    expect(scene.mall.services.pairings.ofCarrier(SITE, 'c-3')).toBeDefined();
    await filming.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['till-desktop-light', { ...DESKTOP, colorScheme: 'light' }],
    ['till-phone-dark', { ...PHONE, colorScheme: 'dark' }],
  ] as const)('the till says in words what a code is worth (%s)', async (name, options) => {
    await scene.campaign();
    const shopper = await scene.mall.shopper();
    await shopper.post('/demo/pair');
    const phone = await scene.mall.phone(shopper);
    phone.on('offer', (_offer, received) => received());
    const guest = await scene.mall.duck.get<{ id: string }>(
      'select carrier_id as id from pairings where to_ms is null',
    );
    scene.mall.pipeline.emit([
      entered({ carrierId: guest!.id, atMs: scene.mall.clock.nowMs, sightingAtMs: scene.mall.clock.nowMs }),
    ]);
    await scene.mall.services.offers.settle();
    const wallet = await shopper.get<{ offers: { code: string; shortCode: string }[] }>('/shopper/offers');
    const { code } = wallet.body.offers[0]!;

    const { account, token } = await scene.mall.auth.invite('till@cafe.example', 'Café till', [
      { role: 'till', siteId: SITE, tenantId: 'cafe' },
    ]);
    await scene.mall.auth.consumeLink(token);
    await scene.mall.auth.changePassword(account.id, undefined, 'espresso-macchiato');
    const page = await scene.open('/till', options);
    await page.getByLabel('E-mail or name').fill('till@cafe.example');
    await page.getByLabel('Password').fill('wrong-password');
    await shoot(page, `${name}-1-sign-in`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('E-mail or password is wrong.').waitFor();
    await accessible(page, 'till sign-in');
    await page.getByLabel('Password').fill('espresso-macchiato');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByLabel('Customer’s code').waitFor();
    await shoot(page, `${name}-2-ready`);
    await page.getByLabel('Basket').fill('12x');
    expect(await page.getByRole('button', { name: 'Redeem' }).isDisabled()).toBe(true);
    await page.getByLabel('Basket').fill('249,50');
    // As a hand scanner does: types into the focus and presses Enter.
    await page.getByLabel('Customer’s code').focus();
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Valid' }).waitFor();
    await shoot(page, `${name}-3-valid`);
    await accessible(page, 'till valid');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('code');
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Already used' }).waitFor();
    await page.keyboard.type('0000-0000');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Unknown code' }).waitFor();
    await shoot(page, `${name}-4-unknown`);
    await accessible(page, 'till unknown');
    expect(await page.locator('.history li').count()).toBe(3);
    expect(await scene.mall.duck.all('select amount_minor as amount from redemptions')).toEqual([{ amount: 24_950 }]);
    await page.context().close();
  });
});
