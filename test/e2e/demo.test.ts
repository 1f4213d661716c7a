/** The first ten minutes of whoever tries Promenade: `npm start`, the link, the live page, the phone, Ctrl-C. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import type { Site } from '../../server/contract/model.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { freePort } from '../support/serverProcess.ts';
import { isAlive, StartProgram } from '../support/startProgram.ts';
import { Visitor } from '../support/visitor.ts';

type SiteNow = Site & { historyProgress: number | null };

/** The promise to whoever tries it: an offer within two minutes. */
const OFFER_WITHIN_MS = 120_000;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function newPage(browser: Browser, address: string, faults: string[]): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(address);
  return page;
}

describeInBrowser('npm start', () => {
  test('plays history in, goes on live, brings an offer to the phone, and ends altogether', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'promenade-demo-'));
    cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
    const faults: string[] = [];
    const browser = await launchBrowser();
    cleanUp.push(() => browser.close());
    const [httpPort, mqttPort] = [await freePort(), await freePort()];
    const program = new StartProgram([
      'demo',
      ...['--port', String(httpPort), '--mqtt-port', String(mqttPort), '--data-dir', join(folder, 'data')],
      ...['--history-days', '1'],
    ]);
    cleanUp.push(() => program.killAll());
    const url = `http://127.0.0.1:${httpPort}`;
    const [, link = ''] = await program.said(/Dashboard +(http\S+\/#\/welcome\?token=\S+)/, 120_000);
    expect(link.startsWith(url)).toBe(true);
    await program.said(/A simulated mall plays a day of history in/, 1_000);

    // The link signs in once.
    const dashboard = await newPage(browser, link, faults);
    await dashboard.getByRole('button', { name: 'Continue without a password' }).click();
    const second = new Visitor(url);
    expect((await second.signIn(link)).status).toBe(401);
    expect((await second.call('GET', '/api/v1/sites')).status).toBe(401);

    // History fills in under the eyes of whoever looks, and ends.
    const siteNow = async () =>
      (await dashboard.evaluate<SiteNow[]>(`fetch('/api/v1/sites').then((r) => r.json())`))[0];
    const progress = dashboard.locator('.history progress');
    // The link is there a moment before the site is; the page then waits for one by itself.
    await expect.poll(() => progress.count(), { timeout: 30_000, interval: 500 }).toBe(1);
    expect((await siteNow())?.clock).toBe('data');
    await program.said(/^live: /m, 90_000);
    expect(await siteNow()).toMatchObject({ clock: 'wall', historyProgress: null });
    expect(program.output).toMatch(/^history: (\d+) sightings in \d+ batches, \1 acked/m);

    const phone = await newPage(browser, `${url}/shopper`, faults);
    for (const name of ['Recognise my tag', 'Send me offers']) await phone.getByRole('switch', { name }).click();
    await phone.getByRole('button', { name: 'Continue' }).click();
    const pairedMs = Date.now();
    await phone.getByRole('button', { name: 'Try with a simulated shopper' }).click();
    await phone.locator('.listening.on').waitFor();

    const present = dashboard.locator('.now-figure');
    await expect.poll(async () => Number((await present.textContent()) ?? ''), { timeout: 30_000 }).toBeGreaterThan(0);
    await dashboard.locator('.main .link-state[data-state="live"]').waitFor();
    expect(await dashboard.locator('.history').count()).toBe(0);

    await phone.getByRole('article').first().waitFor({ timeout: OFFER_WITHIN_MS });
    expect(Date.now() - pairedMs).toBeLessThanOrEqual(OFFER_WITHIN_MS);
    await phone.getByRole('button', { name: /Show code/ }).click();
    await phone.getByRole('dialog').locator('svg.qr').waitFor();
    expect(faults).toEqual([]);

    const running = program.pids();
    // This one, the server, the simulated mall.
    expect(running.length).toBeGreaterThanOrEqual(3);
    program.interrupt();
    expect(await program.ended).toBe(0);
    expect(program.output).toMatch(/Stopped\.\s*$/);
    expect(running.filter(isAlive)).toEqual([]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
