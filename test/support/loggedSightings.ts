/** What a server that has ended left in the log of a site, counted record by record. */
import { join } from 'node:path';
import { toLogBatch } from '../../server/log/batch.ts';
import { SiteLog } from '../../server/log/siteLog.ts';

export interface Logged {
  /** Records: each was one write to the disk. */
  commits: number;
  batches: number;
  sightings: number;
  /** Packets of the radio that stand behind the sightings. */
  adverts: number;
  /** Batches that stand there more than once. */
  doubled: string[];
  /** By gateway/epoch/seq: how many packets each batch tells of. */
  advertsByBatch: Map<string, number>;
}

export async function loggedSightings(dataDir: string, siteId: string): Promise<Logged> {
  const logged: Logged = { commits: 0, batches: 0, sightings: 0, adverts: 0, doubled: [], advertsByBatch: new Map() };
  await new SiteLog(join(dataDir, 'log', siteId)).recover(new Map(), ({ batches }) => {
    logged.commits += 1;
    for (const batch of batches) {
      const key = `${batch.gatewayId}/${batch.epoch}/${batch.seq}`;
      if (logged.advertsByBatch.has(key)) logged.doubled.push(key);
      const adverts = toLogBatch(batch).sightings.reduce((sum, sighting) => sum + sighting.adverts, 0);
      logged.advertsByBatch.set(key, adverts);
      logged.adverts += adverts;
      logged.batches += 1;
      logged.sightings += batch.carriers.length;
    }
  });
  return logged;
}
