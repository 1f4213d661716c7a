/** Makes the site of recorded data on a server: floors with their drawings and images, gateways, a carrier for each walk. */
import type { Definitions } from '../server/contract/definitions.ts';
import type { Carrier, Floor, Gateway, Site } from '../server/contract/model.ts';
import type { Recorded } from './recorded.ts';
import type { Rest } from './rest.ts';
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
  rest: Rest,
  site: ReplaySite,
  data: Recorded,
  say: (text: string) => void,
): Promise<void> {
  const { siteId, name, timezone, uuid } = site;
  const at = `/sites/${siteId}`;
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
  if (await rest.find(at)) await rest.put(at, state);
  else await rest.post('/sites', state);
  const { definitions } = await rest.get<{ definitions: Definitions }>(`${at}/definitions`);
  // Surveyors walked for hours, not days, half a minute at a time, and the recording is public: nothing is left out as too
  // short or too sparse, and nothing withheld.
  await rest.put(`${at}/definitions`, {
    ...definitions,
    minCoverage: 0,
    kAnonymity: 1,
    minVisitSeconds: 0,
    minStaySeconds: 10,
  });
  for (const floor of data.floors) {
    const { id, level, widthM, heightM } = floor;
    const body: Floor = { id, name: floor.name, level, widthM, heightM, outline: null, walls: [], image: null };
    await rest.put(`${at}/floors/${id}`, body);
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
    await rest.put(`${at}/gateways/${id}`, body);
  }
  // After the gateways: each change of a gateway writes the model anew, and drawings make it large.
  for (const floor of data.floors) {
    const { id } = floor;
    if (floor.geojson !== undefined) {
      const made = await rest.post<{ zones: unknown[]; skipped: unknown[] }>(
        `${at}/floors/${id}/geojson`,
        floor.geojson,
      );
      say(`floor ${floor.name}: ${made.zones.length} zones, ${made.skipped.length} features that are no zone`);
    }
    if (floor.image)
      await rest.send(
        'PUT',
        `${at}/floors/${id}/image?metresPerPixel=${floor.image.metresPerPixel}`,
        floor.image.bytes,
        'image/png',
      );
  }
  await makeCarriers(rest, at, uuid, data.carriers);
}

async function makeCarriers(rest: Rest, at: string, uuid: string, walks: readonly string[]): Promise<void> {
  const known = new Set<string>();
  for (let after = ''; ; ) {
    const page = await rest.get<Carrier[]>(`${at}/carriers?limit=1000${after && `&after=${after}`}`);
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
    await rest.post(`${at}/carriers`, fresh.slice(i, i + CARRIERS_PER_REQUEST));
}
