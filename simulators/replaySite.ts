/** Makes the site of recorded data on a server: floors with their drawings and images, gateways, a carrier for each walk. */
import type { Client } from '../server/client/core.ts';
import * as server from '../server/client/operations.ts';
import type { Carrier, Floor, Gateway, Site } from '../server/contract/model.ts';
import type { Recorded } from './recorded.ts';
import { orUndefined } from './rest.ts';
import type { Beacon } from './virtualGateway.ts';

export interface ReplaySite {
  siteId: string;
  name: string;
  timezone: string;
  uuid: string;
}

/** What is known of the recorded places beyond their files. */
const PLACES: Record<string, { name: string; timezone: string }> = {
  'mall-hangzhou': { name: 'Hangzhou mall (recorded)', timezone: 'Asia/Shanghai' },
  danis: { name: 'Daniş walks (recorded)', timezone: 'Europe/Istanbul' },
  sal: { name: 'SAL door (recorded)', timezone: 'Europe/Vienna' },
};
/** Replayed walks are beacons of a fleet of their own. */
const REPLAY_UUID = '3b0c5d9a-6f21-4d8e-b7a4-95c1e8f20d36';
const CARRIERS_PER_REQUEST = 2_000;

export function replaySiteOf(name: string): ReplaySite {
  const place = PLACES[name] ?? { name: `${name} (recorded)`, timezone: 'UTC' };
  const siteId =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .slice(0, 32) || 'replay';
  return { siteId, uuid: REPLAY_UUID, ...place };
}

/** Each walk has an identity of its own. */
export const beaconOf = (uuid: string, walk: number): Beacon => ({
  uuid,
  major: 1 + (walk >> 16),
  minor: walk & 0xffff,
  declaredPowerDbm: -59,
});

export async function makeReplaySite(
  client: Client,
  site: ReplaySite,
  data: Recorded,
  say: (text: string) => void,
): Promise<void> {
  const { siteId, name, timezone, uuid } = site;
  const at = { site: siteId };
  const state: Site = {
    id: siteId,
    name,
    timezone,
    currency: 'EUR',
    clock: 'data',
    uuids: [uuid],
    countUnknowns: false,
    // Stays when all is played: it tells which time the site lives in.
    historyFromMs: data.sightings[0]?.atMs ?? null,
    historyUntilMs: data.sightings.length > 1 ? data.sightings.at(-1)!.atMs + 1 : null,
  };
  if (await orUndefined(server.getSite(client, at))) await server.putSite(client, at, state);
  else await server.createSite(client, state);
  const { definitions } = await server.getDefinitions(client, at);
  // Surveyors walked for hours, not days, half a minute at a time, and the recording is public: nothing is left out as too
  // short or too sparse, and nothing withheld.
  await server.putDefinitions(client, at, {
    ...definitions,
    minCoverage: 0,
    kAnonymity: 1,
    minVisitSeconds: 0,
    minStaySeconds: 10,
  });
  for (const floor of data.floors) {
    const { id, level, widthM, heightM } = floor;
    const body: Floor = { id, name: floor.name, level, widthM, heightM, outline: null, walls: [], image: null };
    await server.putFloor(client, { ...at, floor: id }, body);
  }
  say(`${data.gateways.length} gateways, ${data.carriers.length} carriers …`);
  for (const { id, name: recordedName, alias, floorId, xM, yM, zM } of data.gateways) {
    const body: Gateway = {
      id,
      name: (alias && !alias.startsWith('estimated') ? alias : recordedName).slice(0, 120),
      floorId,
      xM,
      yM,
      zM: Math.max(0, zM ?? 2.5),
      enabled: true,
    };
    await server.putGateway(client, { ...at, gateway: id }, body);
  }
  // After the gateways: each change of a gateway writes the model anew, and drawings make it large.
  for (const floor of data.floors) {
    const { id } = floor;
    if (floor.geojson !== undefined) {
      const made = await server.importFloorGeojson(
        client,
        { ...at, floor: id },
        floor.geojson as Parameters<typeof server.importFloorGeojson>[2],
      );
      say(`floor ${floor.name}: ${made.zones.length} zones, ${made.skipped.length} features that are no zone`);
    }
    if (floor.image)
      await server.uploadFloorImage(
        client,
        { ...at, floor: id, metresPerPixel: floor.image.metresPerPixel },
        new Blob([new Uint8Array(floor.image.bytes)], { type: 'image/png' }),
      );
  }
  await makeCarriers(client, siteId, uuid, data.carriers);
}

async function makeCarriers(client: Client, site: string, uuid: string, walks: readonly string[]): Promise<void> {
  const known = new Set<string>();
  for (let after = ''; ; ) {
    const page = await server.listCarriers(client, { site, limit: 1_000, after });
    for (const one of page) known.add(`${one.major}/${one.minor}`);
    if (page.length < 1_000) break;
    after = page.at(-1)!.id;
  }
  const fresh = walks.flatMap((label, walk): Omit<Carrier, 'id'>[] => {
    const { major, minor } = beaconOf(uuid, walk);
    if (known.has(`${major}/${minor}`)) return [];
    return [{ kind: 'tag', uuid, major, minor, calibratedPowerDbm: null, label: label.slice(0, 120) }];
  });
  for (let i = 0; i < fresh.length; i += CARRIERS_PER_REQUEST)
    await server.createCarriers(client, { site }, fresh.slice(i, i + CARRIERS_PER_REQUEST));
}
