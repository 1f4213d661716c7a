/** What late data moved, as the manager and a retailer see it below the charts. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runsOf } from '../../web/dashboard/views/traffic/moved.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { changelogOf } from '../support/mockChangelog.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

describe('lines of an entry', () => {
  const [entry] = changelogOf(null, true).entries;

  it('tell hours on end as one, and apart what is not', () => {
    const at = (text: string) => Date.parse(`2026-11-20T${text}:00+01:00`);
    expect(runsOf(entry!)).toEqual([
      {
        startMs: at('14:00'),
        endMs: at('16:00'),
        said: { what: 'footfall', before: 220, after: 257 },
        coverage: { before: 0.75, after: 1 },
        state: 'final',
        wasFinal: false,
      },
      {
        startMs: at('17:00'),
        endMs: at('18:00'),
        said: { what: 'footfall', before: null, after: 94 },
        coverage: { before: 0, after: 0.5 },
        state: 'provisional',
        wasFinal: false,
      },
    ]);
  });

  it('say nothing of what is withheld, and do not add it to what is not', () => {
    const [small] = changelogOf('optika-zora', true).entries;
    expect(runsOf(small!).map(({ said }) => said)).toEqual([undefined]);
    const mixed = { hours: [entry!.hours[0]!, small!.hours[1]!] };
    expect(runsOf(mixed).map(({ said }) => said?.after)).toEqual([131, undefined]);
  });

  it('tell the mean present where as many came as before', () => {
    const same = { ...entry!.hours[0]!, footfall: { before: 112, after: 112 }, occupancy: { before: 30, after: 33 } };
    expect(runsOf({ hours: [same] })[0]!.said).toEqual({ what: 'occupancy', before: 30, after: 33 });
  });
});

describeInBrowser('what moved', () => {
  let mock: MockServer;
  let browser: Browser;
  let page: Page;

  const open = async (hash: string): Promise<void> => {
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await page.goto(`${mock.url}/#/s/arkada/${hash}`);
    await page.locator('.moved-list').waitFor();
  };
  const text = async (): Promise<string> =>
    (await page.locator('.moved-list').allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');

  beforeAll(async () => {
    mock = await startMockServer(await builtWeb());
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await mock?.stop();
  });
  beforeEach(() => mock.reset());
  afterEach(() => page?.context().close());

  it('stands under the chart with its reason, and who is still waited for', async () => {
    await open('traffic');
    const said = await text();
    expect(said).toContain('Fri 20 Nov, 14:00–16:00 footfall 220 → 257 coverage 75% → 100% Provisional → final');
    expect(said).toContain('17:00–18:00 footfall not measured → 94');
    expect(said).toContain('Gateway gw-07 handed in 2 h of backlog, the last of it on 20 Nov, 17:20.');
    expect(said).toContain('Gateway gw-11 is out or still catching up: hours from 21 Nov, 14:50 on stay provisional.');
    await page.locator('.moved summary').click();
    expect(await page.locator('.moved tbody tr').count()).toBe(3);
  });

  it('asks again, for the chart too, when the server tells of a change', async () => {
    await open('traffic');
    const asked = (path: string) => mock.requests.filter((one) => one.path.endsWith(path)).length;
    const before = [asked('/changelog'), asked('/metrics/footfall')];
    mock.tellChange();
    await expect.poll(() => asked('/changelog')).toBe(before[0]! + 1);
    await expect.poll(() => asked('/metrics/footfall')).toBeGreaterThan(before[1]!);
  });

  it('of a small shop says that it moved and no more, to a retailer without the gateway', async () => {
    mock.grants = [{ role: 'retailer', siteId: 'arkada', tenantId: 'optika-zora' }];
    await open('traffic?zone=optika-zora');
    const said = await text();
    expect(said).toContain('moved; too few carriers to say how far');
    expect(said).toContain('A gateway handed in 2 h of backlog');
    expect(said).not.toMatch(/gw-\d|220|112/);
  });

  it('says so where nothing has moved', async () => {
    mock.empty = true;
    await open('traffic');
    expect(await text()).toContain('Nothing has moved in this period.');
  });
});
