/** The registry's tables: read whole at the start, written through afterwards. */
import { createHash } from 'node:crypto';
import type { Definitions } from '../contract/definitions.ts';
import type { Carrier, Floor, Gateway, Site, SiteModel, SiteModelVersion, Zone } from '../contract/model.ts';
import { DEFAULT_CURRENCY } from '../contract/money.ts';
import type { RadioSurvey } from '../contract/survey.ts';
import type { Sql, WriteSql } from '../db/duckdb.ts';
import type { DefinitionsVersion } from './types.ts';

export type ItemTable = 'floors' | 'zones' | 'gateways';

/** A version as stored: its items by hash. */
interface StoredModel {
  timezone: string;
  floors: string[];
  zones: string[];
  gateways: string[];
  definitionsVersion: number;
  definitions: Definitions;
  dwellSecondsByZone: Record<string, number[]>;
  survey?: string;
  sparseGateways?: string[];
}

const hashes = new WeakMap<object, { hash: string; json: string }>();
function hashed(item: object): { hash: string; json: string } {
  let known = hashes.get(item);
  if (!known) {
    const json = JSON.stringify(item);
    known = { hash: createHash('sha256').update(json).digest('base64url').slice(0, 22), json };
    hashes.set(item, known);
  }
  return known;
}

export interface StoredSite {
  site: Site;
  floors: Floor[];
  zones: Zone[];
  gateways: Gateway[];
  carriers: Carrier[];
  definitions: DefinitionsVersion[];
  dwellSeconds: Map<string, Record<string, number[]>>;
  timeline: SiteModelVersion[];
}

interface CarrierColumns {
  id: string;
  kind: Carrier['kind'];
  uuid: string;
  major: number;
  minor: number;
  power_dbm: number | null;
  label: string | null;
}

async function loadTimeline(sql: Sql, siteId: string): Promise<SiteModelVersion[]> {
  const items = new Map<string, unknown>();
  for (const row of await sql.all<{ hash: string; json: string }>(
    'select hash, json from model_items where site_id = $1',
    [siteId],
  ))
    items.set(row.hash, JSON.parse(row.json));
  const pick = <T>(names: string[]): T[] =>
    names.map((hash) => {
      const item = items.get(hash);
      if (item === undefined) throw new Error(`the model timeline of ${siteId} names an item that is not stored`);
      return item as T;
    });
  const rows = await sql.all<{ effective_from_ms: number; json: string }>(
    'select effective_from_ms, json from model_timeline where site_id = $1 order by effective_from_ms',
    [siteId],
  );
  return rows.map((row) => {
    const stored = JSON.parse(row.json) as StoredModel;
    const model: SiteModel = {
      siteId,
      timezone: stored.timezone,
      floors: pick(stored.floors),
      zones: pick(stored.zones),
      gateways: pick(stored.gateways),
      definitionsVersion: stored.definitionsVersion,
      definitions: stored.definitions,
      dwellSecondsByZone: stored.dwellSecondsByZone,
      ...(stored.sparseGateways === undefined ? {} : { sparseGateways: stored.sparseGateways }),
      ...(stored.survey === undefined ? {} : { survey: pick<RadioSurvey>([stored.survey])[0] }),
    };
    return { effectiveFromMs: row.effective_from_ms, model };
  });
}

/** What stands now and what the newest version holds become the same objects again: identity tells change from rest. */
function shared<T extends { id: string }>(items: T[], inModel: readonly T[] | undefined): T[] {
  const known = new Map(inModel?.map((item) => [item.id, item]));
  return items.map((item) => {
    const other = known.get(item.id);
    return other && hashed(other).hash === hashed(item).hash ? other : item;
  });
}

export async function loadSites(sql: Sql): Promise<StoredSite[]> {
  const items = async <T>(table: ItemTable, siteId: string): Promise<T[]> =>
    (await sql.all<{ json: string }>(`select json from ${table} where site_id = $1 order by id`, [siteId])).map(
      (row) => JSON.parse(row.json) as T,
    );
  const loaded: StoredSite[] = [];
  for (const row of await sql.all<{ json: string }>('select json from sites order by created_ms, id')) {
    // Sites of older versions have no currency.
    const site: Site = { currency: DEFAULT_CURRENCY, ...(JSON.parse(row.json) as Omit<Site, 'currency'>) };
    const carriers = await sql.all<CarrierColumns>(
      'select id, kind, uuid, major, minor, power_dbm, label from carriers where site_id = $1 order by id',
      [site.id],
    );
    const definitions = await sql.all<{ version: number; created_ms: number; json: string }>(
      'select version, created_ms, json from definitions_versions where site_id = $1 order by version',
      [site.id],
    );
    const dwell = await sql.all<{ source: string; json: string }>(
      'select source, json from dwell_seconds where site_id = $1',
      [site.id],
    );
    const timeline = await loadTimeline(sql, site.id);
    const model = timeline.at(-1)?.model;
    loaded.push({
      site,
      floors: shared(await items<Floor>('floors', site.id), model?.floors),
      zones: shared(await items<Zone>('zones', site.id), model?.zones),
      gateways: shared(await items<Gateway>('gateways', site.id), model?.gateways),
      carriers: carriers.map(({ power_dbm, ...carrier }) => ({ ...carrier, calibratedPowerDbm: power_dbm })),
      definitions: definitions.map((version) => ({
        version: version.version,
        createdMs: version.created_ms,
        definitions: JSON.parse(version.json) as Definitions,
      })),
      dwellSeconds: new Map(dwell.map((entry) => [entry.source, JSON.parse(entry.json) as Record<string, number[]>])),
      timeline,
    });
  }
  return loaded;
}

export async function writeSite(sql: WriteSql, site: Site, createdMs: number | undefined): Promise<void> {
  if (createdMs === undefined)
    await sql.run('update sites set json = $2 where id = $1', [site.id, JSON.stringify(site)]);
  else await sql.run('insert into sites values ($1, $2, $3)', [site.id, JSON.stringify(site), createdMs]);
}

/** Ids hold neither quotes nor commas, so a list of them travels as one parameter. */
const deleteIds = (table: string) =>
  `delete from ${table} where site_id = $1 and id in (select unnest(string_split($2, ',')))`;

export async function removeItems(
  sql: WriteSql,
  table: ItemTable | 'carriers',
  siteId: string,
  ids: string[],
): Promise<void> {
  await sql.run(deleteIds(table), [siteId, ids.join(',')]);
}

export async function writeItems(
  sql: WriteSql,
  table: ItemTable,
  siteId: string,
  items: readonly { id: string }[],
): Promise<void> {
  const ids = items.map((item) => item.id);
  await removeItems(sql, table, siteId, ids);
  await sql.append(table, {
    site_id: { type: 'VARCHAR', values: ids.map(() => siteId) },
    id: { type: 'VARCHAR', values: ids },
    json: { type: 'VARCHAR', values: items.map((item) => JSON.stringify(item)) },
  });
}

export async function writeCarriers(sql: WriteSql, siteId: string, carriers: readonly Carrier[]): Promise<void> {
  const ids = carriers.map((carrier) => carrier.id);
  await removeItems(sql, 'carriers', siteId, ids);
  await sql.append('carriers', {
    site_id: { type: 'VARCHAR', values: ids.map(() => siteId) },
    id: { type: 'VARCHAR', values: ids },
    kind: { type: 'VARCHAR', values: carriers.map((carrier) => carrier.kind) },
    uuid: { type: 'VARCHAR', values: carriers.map((carrier) => carrier.uuid) },
    major: { type: 'BIGINT', values: carriers.map((carrier) => carrier.major) },
    minor: { type: 'BIGINT', values: carriers.map((carrier) => carrier.minor) },
    power_dbm: { type: 'DOUBLE', values: carriers.map((carrier) => carrier.calibratedPowerDbm) },
    label: { type: 'VARCHAR', values: carriers.map((carrier) => carrier.label) },
  });
}

export async function writeDefinitions(sql: WriteSql, siteId: string, version: DefinitionsVersion): Promise<void> {
  await sql.run('insert into definitions_versions values ($1, $2, $3, $4)', [
    siteId,
    version.version,
    version.createdMs,
    JSON.stringify(version.definitions),
  ]);
}

export async function writeDwellSeconds(
  sql: WriteSql,
  siteId: string,
  source: string,
  byZone: Record<string, number[]>,
): Promise<void> {
  await sql.run('delete from dwell_seconds where site_id = $1 and source = $2', [siteId, source]);
  if (Object.keys(byZone).length)
    await sql.run('insert into dwell_seconds values ($1, $2, $3)', [siteId, source, JSON.stringify(byZone)]);
}

function stored(model: SiteModel): StoredModel {
  const names = (items: readonly object[]) => items.map((item) => hashed(item).hash);
  return {
    timezone: model.timezone,
    floors: names(model.floors),
    zones: names(model.zones),
    gateways: names(model.gateways),
    definitionsVersion: model.definitionsVersion,
    definitions: model.definitions,
    dwellSecondsByZone: model.dwellSecondsByZone,
    ...(model.survey ? { survey: hashed(model.survey).hash } : {}),
    ...(model.sparseGateways ? { sparseGateways: [...model.sparseGateways] } : {}),
  };
}

/** Writes what differs between two timelines, and forgets items that no version names any more. */
export async function writeTimeline(
  sql: WriteSql,
  siteId: string,
  before: readonly SiteModelVersion[],
  after: readonly SiteModelVersion[],
): Promise<void> {
  const kept = new Set(before.filter((version) => after.includes(version)));
  const gone = before.filter((version) => !kept.has(version));
  const fresh = after.filter((version) => !kept.has(version));
  const items = (versions: readonly SiteModelVersion[]): Map<string, string> => {
    const found = new Map<string, string>();
    for (const { model } of versions)
      for (const item of [
        ...model.floors,
        ...model.zones,
        ...model.gateways,
        ...(model.survey ? [model.survey] : []),
      ]) {
        const { hash, json } = hashed(item);
        found.set(hash, json);
      }
    return found;
  };
  const had = items(before);
  const needed = items(after);
  for (const version of gone)
    await sql.run('delete from model_timeline where site_id = $1 and effective_from_ms = $2', [
      siteId,
      version.effectiveFromMs,
    ]);
  const forgotten = [...had.keys()].filter((hash) => !needed.has(hash));
  if (forgotten.length)
    await sql.run("delete from model_items where site_id = $1 and hash in (select unnest(string_split($2, ',')))", [
      siteId,
      forgotten.join(','),
    ]);
  const added = [...needed].filter(([hash]) => !had.has(hash));
  await sql.append('model_items', {
    site_id: { type: 'VARCHAR', values: added.map(() => siteId) },
    hash: { type: 'VARCHAR', values: added.map(([hash]) => hash) },
    json: { type: 'VARCHAR', values: added.map(([, json]) => json) },
  });
  for (const version of fresh)
    await sql.run('insert into model_timeline values ($1, $2, $3)', [
      siteId,
      version.effectiveFromMs,
      JSON.stringify(stored(version.model)),
    ]);
}
