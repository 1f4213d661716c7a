/** A walk with a real phone page over a real server: taps at true places, the certificate, and the gateway that makes it stale. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Certificate, WalkAuditDetail } from '../../server/contract/calibration.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { LiveGateways } from '../support/liveGateways.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const [WIDTH_M, HEIGHT_M] = [30, 20];
const GATEWAYS = [
  { id: 'g1', xM: 4, yM: 4 },
  { id: 'g2', xM: 26, yM: 4 },
  { id: 'g3', xM: 15, yM: 16 },
];
const TAG = 7;
/** Where the walker stops. */
const STOPS = [
  [6, 6],
  [10, 10],
  [15, 12],
  [20, 10],
  [24, 6],
] as const;
const STOP_MS = 4_000;

describeInBrowser('a walk audit end to end', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'audit-e2e-'));
  const server = new ServerProcess(dataDir);
  let gateways: LiveGateways | undefined;
  afterAll(async () => {
    await gateways?.stop();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('the installer taps where the walker stands and gets a certificate that a moved gateway makes stale', async () => {
    await builtWeb();
    const { mqttUrl, signInUrl, url } = await server.start();
    await server.must('POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', uuids: [UUID] });
    await server.must('POST', '/sites/mall/floors', {
      id: 'f0',
      name: 'Ground',
      level: 0,
      widthM: WIDTH_M,
      heightM: HEIGHT_M,
    });
    const ring = [
      [0, 0],
      [WIDTH_M, 0],
      [WIDTH_M, HEIGHT_M],
      [0, HEIGHT_M],
    ];
    await server.must('PUT', '/sites/mall/zones/hall', {
      floorId: 'f0',
      name: 'Hall',
      kind: 'corridor',
      shape: { type: 'polygon', rings: [ring] },
    });
    for (const { id, xM, yM } of GATEWAYS)
      await server.must('PUT', `/sites/mall/gateways/${id}`, { floorId: 'f0', xM, yM, name: `Gateway ${id}` });
    await server.must('POST', '/sites/mall/carriers', [
      { id: 'c-audit', kind: 'tag', uuid: UUID, major: 1, minor: TAG, calibratedPowerDbm: null, label: 'Audit tag' },
    ]);
    gateways = new LiveGateways('mall', UUID, GATEWAYS);
    gateways.walkers.set(TAG, { xM: STOPS[0][0], yM: STOPS[0][1] });
    await gateways.start(mqttUrl);

    const browser = await launchBrowser();
    try {
      const context = await browser.newContext({
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(signInUrl!);
      await page.getByText('Continue without a password').click();
      await page.locator('.bottombar').waitFor();
      await page.goto(`${url}/#/s/mall/audit`);
      await page.locator('.heard', { hasText: 'Heard now by 3 gateways' }).waitFor();
      await page.getByRole('button', { name: 'Start the walk' }).tap();
      const plan = page.locator('.walking-map .leaflet-container');
      await plan.waitFor();
      for (const [xM, yM] of STOPS) {
        gateways.walkers.set(TAG, { xM, yM });
        await page.waitForTimeout(STOP_MS);
        // The plan moves when it is tapped from afar; the whole floor comes back by its button.
        await page.getByRole('button', { name: 'Whole floor' }).tap();
        const outline = (await page.locator('.walking-map .plan-outline').boundingBox())!;
        const at = {
          x: outline.x + (xM / WIDTH_M) * outline.width,
          y: outline.y + (1 - yM / HEIGHT_M) * outline.height,
        };
        await page.touchscreen.tap(at.x, at.y);
        await page.getByRole('button', { name: 'Here now' }).tap();
      }
      await page.getByText(`${STOPS.length} taps`, { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Finish' }).tap();
      const row = page.locator('.audit tbody tr', { hasText: 'Hall' });
      await row.waitFor();
      expect(await row.textContent()).toContain('100%');

      const [audit] = await server.must<{ id: string }[]>('GET', '/sites/mall/audits');
      const { waypoints } = await server.must<WalkAuditDetail>('GET', `/sites/mall/audits/${audit!.id}`);
      waypoints.forEach(({ xM, yM, outcome }, n) => {
        // A finger on the plan is as true as the plan is large.
        expect(Math.hypot(xM - STOPS[n]![0], yM - STOPS[n]![1])).toBeLessThan(0.5);
        expect(outcome).toBe('measured');
      });
      const certified = async () =>
        (await server.must<{ certificates: Certificate[] }>('GET', '/sites/mall/certificates')).certificates;
      const [floor, hall] = await certified();
      expect(floor).toMatchObject({ zoneId: null, taps: 5, state: 'valid', noFix: 0 });
      expect(hall).toMatchObject({ zoneId: 'hall', enough: true, hitRate: 1 });
      // Clean radio and three gateways: a walker who stands still is found within a few metres.
      expect(floor!.medianM).toBeLessThan(6);

      const [moved] = GATEWAYS;
      await server.must('PUT', '/sites/mall/gateways/g1', {
        floorId: 'f0',
        xM: moved!.xM + 2,
        yM: moved!.yM,
        name: 'Gateway g1',
      });
      await eventually('a stale certificate', async () =>
        (await certified())[0]!.state === 'stale' ? true : undefined,
      );
      await page.reload();
      await page.getByText('gateway Gateway g1 was moved').first().waitFor();
    } finally {
      await browser.close();
    }
  });
});
