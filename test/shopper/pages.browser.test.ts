/** The phone's page and the till in a real Chromium, over the real server. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import QRCode from 'qrcode';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_ATTENTION, offerFace } from '../../server/contract/campaigns.ts';
import { campaignOf, entered, SITE } from '../campaigns/world.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type Mall, openMall } from './server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const DESKTOP = { viewport: { width: 1440, height: 900 } };

/** Pictures to look at, where a folder is named. */
async function shoot(page: Page, name: string): Promise<void> {
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
async function accessible(page: Page, where: string): Promise<void> {
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

describeInBrowser('the phone and the till', () => {
  let mall: Mall;
  let browser: Browser;
  let staticDir: string;
  const faults: string[] = [];
  beforeAll(async () => {
    staticDir = process.env.PROMENADE_WEB ?? (await builtWeb());
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    faults.length = 0;
    mall = await openMall({ demo: true, staticDir, nowMs: Date.now() });
    await mall.services.campaigns.putAttention(SITE, { ...DEFAULT_ATTENTION, quietHours: null }, mall.clock.nowMs);
  });
  afterEach(async () => {
    await mall.close();
    expect(mall.errors).toEqual([]);
    expect(faults).toEqual([]);
  });

  const open = async (path: string, options: BrowserContextOptions, from = browser): Promise<Page> => {
    const context = await from.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    // Content that the policy forbids shows up on the console alone.
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${mall.url}${path}`);
    return page;
  };
  const campaign = (given: object = {}) =>
    mall.services.campaigns.put(
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
      mall.clock.nowMs,
    );
  const agreeAll = async (page: Page, names: string[]) => {
    for (const name of names) await page.getByRole('switch', { name }).click();
  };
  const walkIn = async (page: Page) => {
    await expect.poll(() => page.locator('.listening.on').count()).toBe(1);
    mall.clock.nowMs = Date.now();
    mall.pipeline.nowMs = mall.clock.nowMs;
    const guest = await mall.duck.get<{ id: string }>('select carrier_id as id from pairings where to_ms is null');
    mall.pipeline.emit([entered({ carrierId: guest!.id, atMs: mall.clock.nowMs, sightingAtMs: mall.clock.nowMs })]);
    await mall.services.offers.settle();
  };

  test.each([
    ['phone-light', { ...PHONE, colorScheme: 'light' }],
    ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
    ['desktop-light', { ...DESKTOP, colorScheme: 'light' }],
  ] as const)('from consent to a redeemed offer (%s)', async (name, options) => {
    await campaign();
    const page = await open(`/shopper?site=${SITE}`, options);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const switches = page.getByRole('switch');
    await expect.poll(() => switches.count()).toBe(3);
    for (const one of await switches.all()) expect(await one.getAttribute('aria-checked')).toBe('false');
    await shoot(page, `${name}-1-welcome`);
    await accessible(page, 'welcome');
    await agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByRole('heading', { name: 'Pair your tag' }).waitFor();
    await shoot(page, `${name}-2-pair`);
    await accessible(page, 'pairing');
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await page.locator('.listening.on').waitFor();
    await shoot(page, `${name}-3-listening`);
    await accessible(page, 'listening');

    await walkIn(page);
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
    const till = await mall.account({ role: 'till', tenantId: 'cafe' });
    mall.clock.nowMs = Date.now();
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
      expect(await mall.duck.all('select score from feedback')).toEqual([]);
    } else {
      await page.getByRole('button', { name: '9 of 10' }).click();
      await page.getByText('Thank you.').waitFor();
      await page.getByLabel('Anything you would like to add?').fill('Kind people');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await mall.duck.all('select score, comment from feedback')).toEqual([
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
    await campaign();
    const page = await open(`/shopper?site=${SITE}`, PHONE);
    await agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await walkIn(page);
    await page.getByRole('article').waitFor();

    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByRole('button', { name: '1 hour' }).click();
    await page.getByText(/Offers are paused/).waitFor();
    await page.getByRole('button', { name: 'Resume offers' }).click();

    // Agreed to in words of before: what they did not name waits for the new ones.
    const { id } = (await mall.duck.get<{ id: string }>('select id from shoppers'))!;
    const old = { version: 1, textHash: 'older words', language: 'en', state: 'granted', purpose: 'push' } as const;
    await mall.services.consents.append(id, { ...old, atMs: mall.clock.nowMs });
    await page.reload();
    await page.getByRole('button', { name: 'Profile' }).click();
    await page.getByText('The words have changed since you agreed.').first().waitFor();
    await page.getByRole('button', { name: 'I agree' }).click();
    await page.getByText('The words have changed since you agreed.').first().waitFor({ state: 'detached' });
    expect((await mall.services.consents.rows(id)).at(-1)).toMatchObject({ purpose: 'push', version: 2 });
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
    expect(await mall.duck.get('select count(*) as n from shoppers')).toEqual({ n: 0 });
    expect(await page.evaluate(() => localStorage.getItem('promenade.shopper.wallet'))).toBeNull();
    await page.context().close();
  });

  test('the address of a scanned tag brings its code along and leaves it nowhere', async () => {
    const manager = await mall.account({});
    const { code, url } = (await manager.get<{ code: string; url: string }>(`/sites/${SITE}/carriers/c-2/tag`)).body;
    const page = await open(url.replace('https://mall.example', ''), PHONE);
    await agreeAll(page, ['Recognise my tag']);
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

  /** What the worker keeps for a start without a network: everything but the reader of QR codes, which comes when asked for. */
  const build = (): { version: string; files: string[]; languages: Record<string, string> } =>
    JSON.parse(/^const BUILD = (.*);$/m.exec(readFileSync(join(staticDir, 'shopper-worker.js'), 'utf8'))![1]!);

  test('the scripts of the phone’s page stay below 60 KB: map, QR codes, live connection, worker and a language included', async () => {
    const page = await open(`/shopper?site=${SITE}`, PHONE);
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
    const bytesOf = (file: string): number => gzipSync(readFileSync(join(staticDir, file))).length;
    const dictionary = Math.max(...Object.values(languages).map(bytesOf));
    const bytes = [...scripts, 'shopper-worker.js'].reduce((sum, file) => sum + bytesOf(file), dictionary);
    console.log(
      `scripts of the phone's page: ${(bytes / 1024).toFixed(1)} KB gzipped, of them ${(dictionary / 1024).toFixed(1)} KB of words`,
    );
    expect(Object.keys(languages).sort()).toEqual(['cs', 'en', 'pl', 'sk']);
    expect(bytes).toBeLessThan(60 * 1024);
  });

  test('a tag is paired through the camera', async () => {
    const manager = await mall.account({});
    const { url } = (await manager.get<{ url: string }>(`/sites/${SITE}/carriers/c-3/tag`)).body;
    const folder = mkdtempSync(join(tmpdir(), 'promenade-camera-'));
    await filmOf(url, join(folder, 'tag.y4m'));
    const filming = await launchBrowser([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${join(folder, 'tag.y4m')}`,
    ]);
    const page = await open(`/shopper?site=${SITE}`, PHONE, filming);
    await agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Scan the tag' }).click();
    await page.locator('.listening').waitFor();
    expect(mall.services.pairings.ofCarrier(SITE, 'c-3')).toBeDefined();
    await filming.close();
    rmSync(folder, { recursive: true });
  });

  test('without a connection codes that are out stay in the hand', async () => {
    await campaign();
    const page = await open(`/shopper?site=${SITE}`, PHONE);
    await agreeAll(page, ['Recognise my tag', 'Send me offers']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await walkIn(page);
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
    cpSync(staticDir, folder, { recursive: true });
    const other = await openMall({ demo: true, staticDir: folder, nowMs: Date.now() });
    const page = await (await browser.newContext({ locale: 'en-GB', ...PHONE })).newPage();
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
    await campaign();
    const page = await open(`/shopper?site=${SITE}`, { ...PHONE, permissions: ['notifications'] });
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
    await agreeAll(page, ['Recognise my tag']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await page.getByRole('button', { name: 'Profile' }).click();
    const notify = page.getByRole('switch', { name: 'Notifications when the page is closed' });
    await page.getByText('Agree to receive offers first.').waitFor();
    expect(await notify.isDisabled()).toBe(true);
    await page.getByRole('switch', { name: 'Send me offers' }).click();
    await expect.poll(() => notify.isDisabled()).toBe(false);
    expect(await page.evaluate(() => (window as unknown as { asked: number }).asked)).toBe(0);
    await notify.click();
    await expect.poll(() => notify.getAttribute('aria-checked')).toBe('true');
    const endpoints = () => mall.duck.all('select endpoint from push_subscriptions');
    expect(await endpoints()).toEqual([{ endpoint: 'https://fcm.googleapis.com/fcm/send/one' }]);

    // The worker shows what is pushed.
    await page.getByRole('button', { name: 'Offers' }).click();
    await walkIn(page);
    await page.getByRole('article').waitFor();
    const offerId = (await mall.duck.get<{ id: string }>('select id from offers'))!.id;
    const browserSide = await page.context().newCDPSession(page);
    const registered = new Promise<string>((resolve) => {
      browserSide.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const own = registrations.find(({ scopeURL }) => scopeURL.endsWith('/shopper'));
        if (own) resolve(own.registrationId);
      });
    });
    await browserSide.send('ServiceWorker.enable');
    await browserSide.send('ServiceWorker.deliverPushMessage', {
      origin: mall.url,
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
    await page.goto(`${mall.url}/shopper?offer=${offerId}`);
    await page.getByRole('dialog').locator('svg.qr').waitFor();
    expect(page.url()).not.toContain('offer=');
    await page.context().close();
  });

  test('no word is cut off on the narrowest phones, in no language', async () => {
    await campaign();
    const page = await open(`/shopper?site=${SITE}`, { ...PHONE, viewport: { width: 320, height: 640 } });
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
    await agreeAll(page, ['Recognise my tag', 'Send me offers', 'Choose offers by what I like']);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await walkIn(page);
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

  test.each([
    ['till-desktop-light', { ...DESKTOP, colorScheme: 'light' }],
    ['till-phone-dark', { ...PHONE, colorScheme: 'dark' }],
  ] as const)('the till says in words what a code is worth (%s)', async (name, options) => {
    await campaign();
    const shopper = await mall.shopper();
    await shopper.post('/demo/pair');
    const phone = await mall.phone(shopper);
    phone.on('offer', (_offer, received) => received());
    const guest = await mall.duck.get<{ id: string }>('select carrier_id as id from pairings where to_ms is null');
    mall.pipeline.emit([entered({ carrierId: guest!.id, atMs: mall.clock.nowMs, sightingAtMs: mall.clock.nowMs })]);
    await mall.services.offers.settle();
    const wallet = await shopper.get<{ offers: { code: string; shortCode: string }[] }>('/shopper/offers');
    const { code } = wallet.body.offers[0]!;

    const { account, token } = await mall.auth.invite('till@cafe.example', 'Café till', [
      { role: 'till', siteId: SITE, tenantId: 'cafe' },
    ]);
    await mall.auth.consumeLink(token);
    await mall.auth.changePassword(account.id, undefined, 'espresso-macchiato');
    const page = await open('/till', options);
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
    expect(await mall.duck.all('select amount_minor as amount from redemptions')).toEqual([{ amount: 24_950 }]);
    await page.context().close();
  });
});
