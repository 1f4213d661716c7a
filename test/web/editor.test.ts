/** The editor in a real browser: what is drawn is what is sent. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Point, Zone } from '../../server/contract/model.ts';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { builtWeb } from '../support/buildWeb.ts';
import { type MockServer, startMockServer } from '../support/mockServer.ts';

const CORNERS: Point[] = [
  [20, 28],
  [32, 28],
  [32, 37],
  [20, 37],
];
const CROSSED: Point[] = [CORNERS[0]!, CORNERS[2]!, CORNERS[1]!, CORNERS[3]!];

describeInBrowser('editor', () => {
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
    await page.goto(`${mock.url}/#/s/arkada/editor?floor=ground`);
    await page.waitForSelector('.plan-outline');
    await page.waitForSelector('.pick button');
  });
  afterEach(async () => {
    await page.close();
  });

  /** Metres of the floor to pixels of the page, from where the outline was drawn: it spans 124 × 66 m. */
  async function pixels(): Promise<(xM: number, yM: number) => [number, number]> {
    const boxNow = async () => (await page.locator('.plan-outline').boundingBox())!;
    let box = await boxNow();
    // The map fits the floor once its own size is known, which moves everything.
    for (let before = ''; before !== JSON.stringify(box); box = await boxNow()) {
      before = JSON.stringify(box);
      await page.waitForTimeout(150);
    }
    return (xM, yM) => [box.x + (xM / 124) * box.width, box.y + box.height - (yM / 66) * box.height];
  }
  const tool = async (name: string) => {
    await page.getByRole('toolbar').getByRole('button', { name, exact: true }).click();
    // On a busy machine the map takes the tool up a moment later.
    await page.getByRole('toolbar').getByRole('button', { name, exact: true, pressed: true }).waitFor();
    await page.waitForTimeout(100);
  };
  const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();
  const sent = (method: string, path: RegExp) =>
    mock.requests.filter((one) => one.method === method && path.test(one.path));
  const zonesNow = async () => (await page.locator('.toolbar .save-state').textContent()) ?? '';

  it('draws a zone and sends it in metres', async () => {
    const at = await pixels();
    await tool('Zone');
    for (const corner of CORNERS) await page.mouse.click(...at(...corner));
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').fill('Pop-up');
    expect(await zonesNow()).toBe('1 unsaved change');
    await save();
    await page.waitForFunction(() => document.querySelector('.save-state')?.textContent === 'All saved');
    const [request] = sent('POST', /zones$/);
    const body = request!.body as Omit<Zone, 'id'>;
    expect(body).toMatchObject({
      floorId: 'ground',
      name: 'Pop-up',
      kind: 'shop',
      tenantId: null,
      minStaySeconds: null,
    });
    expect(body).not.toHaveProperty('id');
    expect(body.shape.type).toBe('polygon');
    const ring = body.shape.type === 'polygon' ? body.shape.rings[0]! : [];
    expect(ring).toHaveLength(4);
    CORNERS.forEach(([x, y], index) => {
      expect(Math.abs(ring[index]![0] - x)).toBeLessThan(0.3);
      expect(Math.abs(ring[index]![1] - y)).toBeLessThan(0.3);
    });
  });

  it('draws a coupon zone as a yellow circle and drags its radius', async () => {
    const at = await pixels();
    await tool('Coupon zone');
    await page.mouse.click(...at(40, 33));
    await page.mouse.click(...at(46, 33));
    await page.waitForSelector('.handle.radius');
    expect(await page.locator('path.zone-coupon').count()).toBe(3);
    const fill = await page
      .locator('path.zone-coupon')
      .first()
      .evaluate((path) => getComputedStyle(path).fill);
    expect(fill).toBe('rgb(245, 197, 24)');
    await page.mouse.move(...at(46, 33));
    await page.mouse.down();
    await page.mouse.move(...at(48, 33), { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => {
      const field = [...document.querySelectorAll<HTMLInputElement>('.editor-side input[type="number"]')].at(-1);
      return Math.abs(Number(field?.value) - 8) < 0.3;
    });
    await save();
    await page.waitForFunction(() => document.querySelector('.save-state')?.textContent === 'All saved');
    const { shape, kind } = sent('POST', /zones$/)[0]!.body as Zone;
    expect(kind).toBe('coupon');
    expect(shape.type === 'circle' && Math.abs(shape.xM - 40) < 0.3 && Math.abs(shape.radiusM - 8) < 0.3).toBe(true);
  });

  it('refuses a polygon that crosses itself, in words, before anything is sent', async () => {
    const at = await pixels();
    await tool('Zone');
    for (const corner of CROSSED) await page.mouse.click(...at(...corner));
    expect(await page.locator('.editor-hint').textContent()).toBe(
      'Sides 1 and 3 cross. Remove the last corner with Backspace.',
    );
    await page.keyboard.press('Enter');
    expect(await page.locator('.editor-hint').textContent()).toContain('cross');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').waitFor();
    expect(await zonesNow()).toBe('1 unsaved change');
  });

  it('refuses crossing sides that were typed, and sends nothing', async () => {
    await page.getByRole('button', { name: /Vela Shoes/ }).click();
    await page.getByLabel('Corner 1, x in metres').fill('120');
    await page.getByLabel('Corner 1, x in metres').press('Tab');
    expect(await page.locator('.editor-side [role="alert"]').textContent()).toMatch(/Sides \d and \d cross/);
    await save();
    await page.waitForSelector('.toast.bad');
    expect(sent('PUT', /zones/)).toEqual([]);
  });

  it('shows what the server refused beside the zone, and keeps it unsaved', async () => {
    mock.failing = [
      { path: /^PUT .*zones/, status: 400, message: 'must not cross itself at corner 3', field: 'body.shape' },
    ];
    await page.getByRole('button', { name: /Vela Shoes/ }).click();
    await page.getByLabel('Name').fill('Vela');
    await save();
    await page.waitForSelector('.editor-side [role="alert"]');
    expect(await page.locator('.editor-side [role="alert"]').textContent()).toContain(
      'must not cross itself at corner 3',
    );
    expect(await zonesNow()).toBe('1 unsaved change');
  });

  it('takes steps back', async () => {
    await page.getByRole('button', { name: /Vela Shoes/ }).click();
    await page.getByRole('button', { name: 'Remove zone' }).click();
    expect(await page.getByRole('button', { name: /Vela Shoes/ }).count()).toBe(0);
    expect(await zonesNow()).toBe('1 unsaved change');
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: /Vela Shoes/ }).waitFor();
    expect(await zonesNow()).toBe('All saved');
  });

  it('places and moves a gateway by the keyboard alone', async () => {
    await page.getByRole('button', { name: 'New gateway by numbers' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Id', { exact: true }).fill('gw-new');
    await page.getByLabel('Id', { exact: true }).press('Tab');
    await page.getByLabel('x in m').fill('12.5');
    await page.getByLabel('x in m').press('Tab');
    await page.getByLabel('y in m').fill('8');
    await page.getByLabel('y in m').press('Tab');
    await page.getByRole('button', { name: 'Save', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.save-state')?.textContent === 'All saved');
    expect(sent('PUT', /gateways\/gw-new$/)[0]!.body).toMatchObject({
      id: 'gw-new',
      floorId: 'ground',
      xM: 12.5,
      yM: 8,
      enabled: true,
    });
  });

  it('asks before unsaved changes are lost', async () => {
    await page.getByRole('button', { name: /Vela Shoes/ }).click();
    await page.getByLabel('Name').fill('Vela');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await page.locator('.side').getByRole('link', { name: 'Live' }).click();
    expect(asked[0]).toContain('unsaved changes');
    expect(page.url()).toContain('/editor');
  });

  it('makes a floor from an image with a scale of two clicks', async () => {
    const png = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [400, 200];
      canvas.getContext('2d')!.fillRect(0, 0, 400, 200);
      return canvas.toDataURL('image/png').split(',')[1]!;
    });
    await page.getByRole('button', { name: 'New floor' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Second floor');
    await dialog.getByText('Image', { exact: true }).click();
    await dialog
      .getByLabel('Image of the plan')
      .setInputFiles({ name: 'plan.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') });
    const canvas = dialog.locator('canvas');
    await canvas.waitFor();
    const box = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: box.width * 0.25, y: 20 } });
    await canvas.click({ position: { x: box.width * 0.75, y: 20 } });
    await dialog.getByLabel('Distance in metres').fill('50');
    await dialog.getByText(/The floor measures/).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const made = sent('POST', /floors$/)[0]!.body as { widthM: number; heightM: number; level: number };
    expect(Math.abs(made.widthM - 100)).toBeLessThan(1);
    expect(Math.abs(made.heightM - 50)).toBeLessThan(0.6);
    expect(made.level).toBe(2);
    expect(sent('PUT', /floors\/floor-3\/image$/)).toHaveLength(1);
  });

  it('says what is wrong with a file that is no image, and with one that is no GeoJSON', async () => {
    await page.getByRole('button', { name: 'New floor' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Image', { exact: true }).click();
    await dialog
      .getByLabel('Image of the plan')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no') });
    await dialog.locator('.fault').waitFor();
    expect(await dialog.locator('.fault').textContent()).toContain('not an image');
    await dialog.getByText('GeoJSON', { exact: true }).click();
    await dialog
      .getByLabel('GeoJSON file')
      .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await dialog.locator('.fault').waitFor();
    expect(await dialog.locator('.fault').textContent()).toContain('FeatureCollection');
  });

  describe('of a retailer', () => {
    beforeEach(async () => {
      mock.grants = [{ role: 'retailer', siteId: 'arkada', tenantId: 'cafe-alma' }];
      mock.requests.length = 0;
      await page.reload();
      await page.waitForSelector('.plan-outline');
      await page.waitForSelector('.pick button');
    });

    it('has the own coupon zones to change, and everything else to look at', async () => {
      expect(await page.getByRole('toolbar').getByRole('button').allTextContents()).toEqual([
        'Select',
        'Circle',
        'Polygon',
        '',
        'Save',
      ]);
      expect(await page.getByRole('button', { name: /^(New floor|Floor)$/ }).count()).toBe(0);
      expect(await page.locator('.gateway-dot').count()).toBe(0);
      expect(sent('GET', /gateways/)).toEqual([]);
      expect(await page.locator('.editor-side').textContent()).not.toContain('Vela Shoes');
      await page.getByRole('button', { name: /Café Alma/ }).click();
      expect(await page.locator('.editor-side').textContent()).toContain('Set by the mall');
      expect(await page.locator('.editor-side input').count()).toBe(0);
      expect(await page.locator('.handle').count()).toBe(0);
    });

    it('draws a circle and a polygon as its coupon zones, changes one and deletes the other', async () => {
      await tool('Circle');
      const at = await pixels();
      await page.mouse.click(...at(56, 33));
      await page.mouse.click(...at(59, 33));
      await page.waitForSelector('.handle.radius');
      await page.getByLabel('Name').fill('Cake stand');
      await tool('Polygon');
      for (const corner of CORNERS) await page.mouse.click(...at(corner[0], corner[1] - 1));
      await page.keyboard.press('Enter');
      await page.getByLabel('Name').fill('Terrace');
      await save();
      await page.waitForFunction(() => document.querySelector('.save-state')?.textContent === 'All saved');
      const made = sent('POST', /zones$/).map(({ body }) => body as Zone);
      expect(made.map(({ name, kind, tenantId, shape }) => [name, kind, tenantId, shape.type])).toEqual([
        ['Cake stand', 'coupon', 'cafe-alma', 'circle'],
        ['Terrace', 'coupon', 'cafe-alma', 'polygon'],
      ]);
      expect(await page.getByLabel('Kind').count()).toBe(0);
      await page.getByRole('button', { name: 'Remove zone' }).click();
      await page.getByRole('button', { name: /Cake stand/ }).click();
      await page.getByLabel('Radius in m').fill('2');
      await page.getByLabel('Radius in m').press('Tab');
      await save();
      await page.waitForFunction(() => document.querySelector('.save-state')?.textContent === 'All saved');
      expect(sent('DELETE', /zones/)).toHaveLength(1);
      expect(sent('PUT', /zones/).map(({ body }) => (body as Zone).shape)).toMatchObject([{ radiusM: 2 }]);
    });

    it('hears in words that a zone lies over another shop, and keeps it unsaved', async () => {
      const at = await pixels();
      await tool('Circle');
      await page.mouse.click(...at(20, 52));
      await page.mouse.click(...at(25, 52));
      await page.waitForSelector('.handle.radius');
      await save();
      await page.waitForSelector('.editor-side [role="alert"]');
      expect(await page.locator('.editor-side [role="alert"]').textContent()).toContain(
        'lies over another tenant’s zone. Move it or make it smaller',
      );
      expect(await zonesNow()).toBe('1 unsaved change');
    });
  });
});
