/** Numbered migrations, applied in order, once each; a released one is never edited. */
import type { Duck } from '../duckdb.ts';
import { accessAndRegistry } from './0001-access-and-registry.ts';
import { timeSeries } from './0002-time-series.ts';
import { offers } from './0003-offers.ts';
import { ingest } from './0004-ingest.ts';
import { certainty } from './0005-certainty.ts';
import { referenceCounters } from './0006-reference-counters.ts';
import { changelog } from './0007-changelog.ts';
import { walkAudits } from './0008-walk-audits.ts';
import { doorHearing } from './0009-door-hearing.ts';
import { deeperCampaigns } from './0010-campaigns.ts';
import { rehearsals } from './0011-rehearsals.ts';
import { delivery } from './0012-delivery.ts';
import { shopperApp } from './0013-shopper-app.ts';
import { till } from './0014-till.ts';
import { proof } from './0015-proof.ts';
import { identities } from './0016-identities.ts';
import { figures } from './0018-figures.ts';
import { fleets } from './0019-fleets.ts';
import { outgoing } from './0020-outgoing.ts';
import { gatewayHealthTables } from './0021-gateway-health.ts';

export interface Migration {
  number: number;
  name: string;
  statements: string[];
}

export const MIGRATIONS: Migration[] = [
  accessAndRegistry,
  timeSeries,
  offers,
  ingest,
  certainty,
  referenceCounters,
  changelog,
  walkAudits,
  doorHearing,
  deeperCampaigns,
  rehearsals,
  delivery,
  shopperApp,
  till,
  proof,
  identities,
  figures,
  fleets,
  outgoing,
  gatewayHealthTables,
];

/** Returns the numbers that were applied now. Each migration is one transaction. */
export async function migrate(duck: Duck, nowMs: number): Promise<number[]> {
  await duck.run(
    'create table if not exists migrations (number bigint primary key, name varchar not null, applied_ms bigint not null)',
  );
  const done = new Set((await duck.all<{ number: number }>('select number from migrations')).map((row) => row.number));
  const applied: number[] = [];
  for (const migration of MIGRATIONS) {
    if (done.has(migration.number)) continue;
    await duck.transaction(async (sql) => {
      for (const statement of migration.statements) await sql.run(statement);
      await sql.run('insert into migrations values ($1, $2, $3)', [migration.number, migration.name, nowMs]);
    });
    applied.push(migration.number);
  }
  return applied;
}
