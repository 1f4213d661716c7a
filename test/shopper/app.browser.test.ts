/** The phone's page as an app: what it weighs, without a network, from one build to the next, closed, and on the narrowest screen. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { SITE } from '../campaigns/world.ts';
import { PHONE, pagesInBrowser, shoot } from './scene.ts';
import { openMall } from './server.ts';

pagesInBrowser('the phone’s page as an app', (scene) => {
  /** What the worker keeps for a start without a network: everything but the reader of QR codes, which comes when asked for. */
  const build = (): { version: string; files: string[]; languages: Record<string, string> } =>
    JSON.parse(/^const BUILD = (.*);$/m.exec(readFileSync(join(scene.staticDir, 'shopper-worker.js'), 'utf8'))![1]!);

  test('the scripts of the phone’s page stay below 60 KB: map, QR codes, live connection, worker and a language included', async () => {
    const page = await scene.open(`/shopper?site=${SITE}`, PHONE);
    await page.getByRole('switch').first().waitFor();
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .flatMap(({ name }) => (/\.js$/.test(name) ? [new URL(name).pathname] : [])),
    );
    await page.context().close();
    const { files, languages } = build();
    const scripts = files.filter((file) => file.endsWith('.js'));
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.filter((one) => !scripts.includes(one) && one !== languages.en)).toEqual([]);
    const bytesOf = (file: string): number => gzipSync(readFileSync(join(scene.staticDir, file))).length;
    const dictionary = Math.max(...Object.values(languages).map(bytesOf));
    const bytes = [...scripts, 'shopper-worker.js'].reduce((sum, file) => sum + bytesOf(file), dictionary);
    console.log(
      `scripts of the phone's page: ${(bytes / 1024).toFixed(1)} KB gzipped, of them ${(dictionary / 1024).toFixed(1)} KB of words`,
    );
    expect(Object.keys(languages).sort()).toEqual(['cs', 'en', 'pl', 'sk']);
    expect(bytes).toBeLessThan(60 * 1024);
  });

  test('without a connection codes that are out stay in the hand', async () => {
    await scene.campaign();
    const page = await scene.open(`/shopper?site=${SITE}`, PHONE);
    await scene.agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await scene.walkIn(page);
    await page.getByRole('article').waitFor();
    // A language that a start needs is kept as well.
    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByLabel('Language').selectOption('cs');
    await expect
      .poll(() => page.evaluate(() => caches.match('/shopper/language').then((kept) => kept?.text())))
      .toBe('cs');
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText('Jste offline.').waitFor();
    await shoot(page, 'phone-offline-start');
    await page.getByRole('button', { name: 'Profil' }).click();
    await page.getByLabel('Jazyk').selectOption('en');
    await page.getByRole('button', { name: 'Offers' }).click();
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('button', { name: /Show code/ }).click();
    await page.locator('svg.qr').waitFor();
    expect(await page.locator('.short-code').textContent()).toMatch(/^[0-9A-Z]{4} [0-9A-Z]{4}$/);
    await shoot(page, 'phone-offline');
    await page.context().setOffline(false);
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('a new build waits beside the old one, takes over when it is told to, and leaves no page without its parts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'promenade-build-'));
    cpSync(scene.staticDir, folder, { recursive: true });
    const other = await openMall({ demo: true, staticDir: folder, nowMs: Date.now() });
    const page = await (await scene.browser.newContext({ locale: 'en-GB', ...PHONE })).newPage();
    await page.goto(`${other.url}/shopper`);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const builds = () =>
      page.evaluate(async () => (await caches.keys()).filter((name) => /shopper-[0-9a-z]+$/.test(name)));
    for (const version of ['second', 'third']) {
      const worker = readFileSync(join(folder, 'shopper-worker.js'), 'utf8');
      writeFileSync(join(folder, 'shopper-worker.js'), worker.replace(/"version":"\w+"/, `"version":"${version}"`));
      const html = readFileSync(join(folder, 'shopper', 'index.html'), 'utf8');
      writeFileSync(
        join(folder, 'shopper', 'index.html'),
        html.replace(/<title>.*<\/title>/, `<title>${version}</title>`),
      );
      await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
      await page.getByText('A new version is ready.').waitFor();
      if (version === 'second') await shoot(page, 'phone-new-build');
      expect(await page.title()).not.toBe(version);
      await page.getByRole('button', { name: 'Update' }).click();
      await page.waitForFunction((title) => document.title === title, version);
      await page.getByRole('switch').first().waitFor();
    }
    // The build before stays for pages that are still open; older ones go.
    expect(await builds()).toEqual(['promenade-shopper-second', 'promenade-shopper-third']);
    await page.context().close();
    await other.close();
    rmSync(folder, { recursive: true });
  });

  test('notifications are asked for by a tap alone, reach the server, and open the offer', async () => {
    await scene.campaign();
    const page = await scene.open(`/shopper?site=${SITE}`, { ...PHONE, permissions: ['notifications'] });
    // No push service is in reach of a test: what the browser would make of one is played.
    await page.evaluate(() => {
      Object.assign(window, { asked: 0 });
      const asking = Notification.requestPermission.bind(Notification);
      Notification.requestPermission = () => {
        (window as unknown as { asked: number }).asked++;
        return asking();
      };
      const bytes = (length: number) => btoa(String.fromCharCode(4, ...Array(length - 1).fill(7))).replace(/=+$/, '');
      // A point of the curve: its generator.
      const p256dh = 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU';
      const endpoint = 'https://fcm.googleapis.com/fcm/send/one';
      let held: object | null = null;
      PushManager.prototype.getSubscription = async () => held as PushSubscription | null;
      PushManager.prototype.subscribe = async (options) => {
        const key = String(options?.applicationServerKey).replaceAll('-', '+').replaceAll('_', '/');
        const applicationServerKey = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0)).buffer;
        held = {
          endpoint,
          options: { applicationServerKey },
          toJSON: () => ({ endpoint, keys: { p256dh, auth: bytes(16) } }),
          unsubscribe: async () => {
            held = null;
            return true;
          },
        };
        return held as PushSubscription;
      };
    });
    await scene.agreeAll(page, ['Recognise my tag']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await page.getByRole('button', { name: 'Profile', exact: true }).click();
    const notify = page.getByRole('switch', { name: 'Notifications when the page is closed' });
    await page.getByText('Agree to receive offers first.').waitFor();
    expect(await notify.isDisabled()).toBe(true);
    await page.getByRole('switch', { name: 'Send me offers' }).click();
    await expect.poll(() => notify.isDisabled()).toBe(false);
    expect(await page.evaluate(() => (window as unknown as { asked: number }).asked)).toBe(0);
    await notify.click();
    await expect.poll(() => notify.getAttribute('aria-checked')).toBe('true');
    const endpoints = () => scene.mall.duck.all('select endpoint from push_subscriptions');
    expect(await endpoints()).toEqual([{ endpoint: 'https://fcm.googleapis.com/fcm/send/one' }]);

    // The worker shows what is pushed.
    await page.getByRole('button', { name: 'Offers' }).click();
    await scene.walkIn(page);
    await page.getByRole('article').waitFor();
    const offerId = (await scene.mall.duck.get<{ id: string }>('select id from offers'))!.id;
    const browserSide = await page.context().newCDPSession(page);
    const registered = new Promise<string>((resolve) => {
      browserSide.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const own = registrations.find(({ scopeURL }) => scopeURL.endsWith('/shopper'));
        if (own) resolve(own.registrationId);
      });
    });
    await browserSide.send('ServiceWorker.enable');
    await browserSide.send('ServiceWorker.deliverPushMessage', {
      origin: scene.mall.url,
      registrationId: await registered,
      data: JSON.stringify({
        offerId,
        title: 'Second coffee free',
        text: 'Any size.',
        expiresAtMs: Date.now() + 60_000,
        url: `/shopper?offer=${offerId}`,
      }),
    });
    const shown = () =>
      page.evaluate(async () =>
        (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, tag, data }) => ({
          title,
          tag,
          data,
        })),
      );
    await expect
      .poll(shown)
      .toEqual([{ title: 'Second coffee free', tag: offerId, data: { url: `/shopper?offer=${offerId}`, offerId } }]);
    await page.goto(`${scene.mall.url}/shopper?offer=${offerId}`);
    await page.getByRole('dialog').locator('svg.qr').waitFor();
    expect(page.url()).not.toContain('offer=');
    await page.context().close();
  });

  test('no word is cut off on the narrowest phones, in no language', async () => {
    await scene.campaign();
    const page = await scene.open(`/shopper?site=${SITE}`, { ...PHONE, viewport: { width: 320, height: 640 } });
    const wide = async (where: string) => {
      const over = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('body *:not(.visually-hidden, svg *)')]
          .filter((one) => {
            const box = one.getBoundingClientRect();
            const hidden = one.closest('.visually-hidden') !== null || box.width === 0;
            const cut =
              one.scrollWidth > one.clientWidth + 1 &&
              getComputedStyle(one).overflowX !== 'visible' &&
              one.tagName !== 'INPUT';
            const card = one.closest('.card')?.getBoundingClientRect();
            const beside = card !== undefined && box.right > card.right + 1;
            return !hidden && (box.right > innerWidth + 1 || box.left < -1 || beside || cut);
          })
          .map((one) => `${one.tagName}.${one.className} ${one.textContent?.slice(0, 40)}`),
      );
      expect(over, where).toEqual([]);
    };
    await page.getByRole('switch').first().waitFor();
    await wide('welcome');
    await scene.agreeAll(page, ['Recognise my tag', 'Send me offers', 'Choose offers by what I like']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await scene.walkIn(page);
    await page.getByRole('article').waitFor();
    for (const language of ['en', 'cs', 'pl', 'sk']) {
      const tabs = page.getByRole('navigation').getByRole('button');
      await tabs.nth(3).click();
      await page.locator('select.language').selectOption(language);
      await page.locator(`html[lang=${language}]`).waitFor();
      await page.locator('.points').waitFor();
      for (let i = 0; i < 4; i++) {
        await tabs.nth(i).click();
        if (i === 1) await page.locator('.map svg').first().waitFor();
        if (i === 2) await page.locator('.moment').first().waitFor();
        await wide(`${language}, tab ${i}`);
        await shoot(page, `narrow-${language}-${i}`);
      }
      await page.locator('.points + section').getByRole('button').click();
      await page.getByRole('dialog').waitFor();
      await wide(`${language}, quiz`);
      await page.keyboard.press('Escape');
    }
    await page.context().close();
  });
});
