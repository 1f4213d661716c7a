/** What a server that has ended left in the log of a site, counted record by record. */
import { join } from 'node:path';
import { SiteLog } from '../../server/log/siteLog.ts';

export interface Logged {
  /** Records: each was one write to the disk. */
  commits: number;
  batches: number;
  sightings: number;
  /** Batches that stand there more than once. */
  doubled: string[];
}

export async function loggedSightings(dataDir: string, siteId: string): Promise<Logged> {
  const logged: Logged = { commits: 0, batches: 0, sightings: 0, doubled: [] };
  const seen = new Set<string>();
  await new SiteLog(join(dataDir, 'log', siteId)).recover(new Map(), ({ batches }) => {
    logged.commits += 1;
    for (const batch of batches) {
      const key = `${batch.gatewayId}/${batch.epoch}/${batch.seq}`;
      if (seen.has(key)) logged.doubled.push(key);
      seen.add(key);
      logged.batches += 1;
      logged.sightings += batch.carriers.length;
    }
  });
  return logged;
}
