import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOW, openWorld } from './world.ts';

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
