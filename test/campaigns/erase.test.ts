import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { campaignOf, entered, NOW, openWorld, SITE } from './world.ts';

test('an erasure survives a restored backup, and a torn last line of its journal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'promenade-erase-'));
  const erasureJournalFile = join(folder, 'erasures.jsonl');
  const before = await openWorld({ erasureJournalFile });
  const gone = await before.shopper('c-1');
  const stays = await before.shopper('c-2');
  const shoppers = await before.duck.all<{ id: string; created: number }>(
    'select id, created_ms as created from shoppers',
  );
  await before.services.eraser.erase(gone, NOW);
  appendFileSync(erasureJournalFile, '{"shopperHash":"to');

  // The backup of before the erasure comes back.
  for (const { id, created } of shoppers.filter((one) => one.id === gone))
    await before.duck.run('insert into shoppers values ($1, $2, $3, $4, null)', [id, 'mall', 'en', created]);
  await before.duck.run('insert into pairings values ($1, $2, $3, $4, null, null)', ['mall', 'c-1', gone, NOW]);
  await before.services.stop();

  const after = await openWorld({ erasureJournalFile, duck: before.duck });
  expect(await after.services.shoppers.get(gone)).toBeUndefined();
  expect(await after.services.shoppers.get(stays)).toBeDefined();
  expect(after.services.pairings.ofCarrier('mall', 'c-1')).toBeUndefined();
  expect(after.services.pairings.ofCarrier('mall', 'c-2')?.shopperId).toBe(stays);
  await after.close();
  rmSync(folder, { recursive: true });
});

test('offers are kept for 13 months, ended pairings for as long as their visits', async () => {
  const world = await openWorld();
  await world.services.campaigns.put(SITE, campaignOf(), NOW);
  const shopperId = await world.shopper('c-1');
  world.pipeline.emit([entered()]);
  await world.services.offers.settle();
  await world.services.pairings.unpair(shopperId, NOW, 'shopper');
  const count = async () =>
    world.duck.get(
      `select (select count(*) from offers) as offers, (select count(*) from offer_codes) as codes,
         (select count(*) from offer_decisions) as decisions, (select count(*) from pairings) as pairings`,
    );
  await world.services.expire(NOW + 89 * 86_400_000);
  expect(await count()).toEqual({ offers: 1, codes: 2, decisions: 1, pairings: 1 });
  await world.services.expire(Date.parse('2027-06-06T11:59:00Z'));
  expect(await count()).toEqual({ offers: 1, codes: 2, decisions: 1, pairings: 0 });
  await world.services.expire(Date.parse('2027-06-06T13:00:00Z'));
  expect(await count()).toEqual({ offers: 0, codes: 0, decisions: 0, pairings: 0 });
  await world.close();
});

test('what was under way as somebody was erased leaves nothing of them behind', async () => {
  const world = await openWorld();
  const { consents, pairings, eraser } = world.services;
  const gone = await world.shopper('c-1');
  const [granted] = await consents.rows(gone);
  await eraser.erase(gone, NOW);
  // Requests that were let in before it and come to the disk after it.
  await consents.append(gone, { ...granted!, atMs: NOW });
  await expect(pairings.pair(SITE, 'c-2', gone, NOW, { takeover: false })).rejects.toMatchObject({ status: 401 });
  expect(pairings.ofCarrier(SITE, 'c-2')).toBeUndefined();
  expect(
    await world.duck.get(
      `select (select count(*) from consents where shopper_id = $1) as consents,
         (select count(*) from pairings where shopper_id = $1) as pairings`,
      [gone],
    ),
  ).toEqual({ consents: 0, pairings: 0 });
  await world.close();
});
