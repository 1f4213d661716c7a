/** From MQTT to the finding: gateways that hang elsewhere, that are deaf, that hear less; in a hall in its own time. */
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FindingCode, GatewayHealthView } from '../../server/contract/gatewayHealth.ts';
import type { SightingRow } from '../../server/contract/wire.ts';
import { HALL, HALL_GATEWAYS, HearingHall } from '../support/hearingHall.ts';
import { idleEngine } from '../support/idleEngine.ts';
import { type Harness, SITE, startHarness, T0, UUID } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const MINUTE = 60;
const CARRIERS = 40;
/** Of what is heard in the other seconds the server takes no sample, so none of it is sent. */
const SAMPLED_EVERY = 7;

let harness: Harness;
let client: MqttClient;
const hall = new HearingHall(11, CARRIERS);
let second = T0 / 1_000;
let seq = 0;

/** A minute of every gateway as one batch, as history is played in. */
async function play(minutes: number): Promise<void> {
  for (const endSecond = second + minutes * MINUTE; second < endSecond; second += MINUTE) {
    const rows = new Map<string, SightingRow[]>(HALL_GATEWAYS.map(({ id }) => [id, []]));
    for (let at = second; at < second + MINUTE; at++) {
      if (at % SAMPLED_EVERY !== 0) continue;
      hall.second(at).forEach((heard, minor) => {
        for (const { gatewayId, rssiDbm } of heard) {
          const dbm = Math.round(rssiDbm * 10) / 10;
          rows.get(gatewayId)!.push([0, 1, minor, dbm, Math.round(dbm), 1, -59, (at - second) * 1_000 + 500]);
        }
      });
    }
    seq += 1;
    const fromMs = second * 1_000;
    await Promise.all(
      [...rows].map(([gatewayId, sightings]) =>
        client.publishAsync(
          `promenade/1/${SITE}/${gatewayId}/sightings`,
          JSON.stringify({ v: 1, epoch: 1, seq, fromMs, toMs: fromMs + MINUTE * 1_000, uuids: [UUID], sightings }),
          { qos: 1 },
        ),
      ),
    );
  }
  await harness.pipeline.settle(SITE);
}

const health = (): Map<string, GatewayHealthView> =>
  new Map(harness.pipeline.gatewayHealth(SITE).map((one) => [one.id, one]));
const found = (): Record<string, FindingCode[]> =>
  Object.fromEntries(
    [...health()]
      .filter(([, { findings }]) => findings.length > 0)
      .map(([id, { findings }]) => [id, findings.map(({ code }) => code)]),
  );

beforeAll(async () => {
  harness = await startHarness({ options: { createEngine: idleEngine } });
  await harness.registry.floors.put(SITE, HALL);
  for (const { id } of harness.registry.gateways.all(SITE)) await harness.registry.gateways.remove(SITE, id);
  await harness.registry.gateways.putAll(SITE, HALL_GATEWAYS);
  client = await mqtt.connectAsync(harness.url, { clientId: 'hall' });
});
afterAll(async () => {
  await client.endAsync(true);
  await harness.close();
});

test('moved, swapped, deaf and half deaf gateways are told apart; the others are left in peace', async () => {
  await play(85);
  expect(found()).toEqual({});
  const before = health().get('h-6')!;
  expect(before).toMatchObject({ online: true, coverageHour: 1, elsewhere: null });
  expect(before.heardShare).toBeGreaterThan(0.3);
  expect(Math.abs(before.heardShare! - before.usualHeardShare!)).toBeLessThan(0.1);
  expect(Math.abs(before.hearingChangeDb!)).toBeLessThan(4);

  const place = (id: string) => HALL_GATEWAYS.find((one) => one.id === id)!;
  const change = (id: string, to: { xM?: number; yM?: number; db?: number; mute?: boolean }) =>
    Object.assign(hall.conditions.get(id)!, to);
  const [one, other] = [place('h-15'), place('h-9')];
  change('h-15', { xM: other.xM, yM: other.yM });
  change('h-9', { xM: one.xM, yM: one.yM });
  change('h-6', { xM: place('h-6').xM + 26, yM: place('h-6').yM });
  change('h-0', { mute: true });
  change('h-18', { db: -13 });
  const changedMs = second * 1_000;
  await play(60);
  await until(found).toEqual({
    'h-0': ['deaf'],
    'h-6': ['moved'],
    'h-9': ['swapped'],
    'h-15': ['swapped'],
    'h-18': ['hears-less'],
  });
  const now = health();
  expect(now.get('h-0')!.findings[0]).toMatchObject({
    severity: 'fault',
    sinceMs: changedMs,
    text: expect.stringMatching(/^hears nothing since \d\d:\d\d; its neighbours do: antenna or placement$/),
  });
  const { place: where, sure } = now.get('h-6')!.elsewhere!;
  expect(Math.hypot(where.xM - place('h-6').xM - 26, where.yM - place('h-6').yM)).toBeLessThan(9);
  expect(sure).toBeGreaterThan(0.8);
  expect(now.get('h-9')!.elsewhere!.swappedWith).toBe('h-15');
  expect(now.get('h-18')!.hearingChangeDb).toBeLessThan(-7);
  // The history of the page draws it.
  const history = await harness.pipeline.gatewayHistory(SITE, 'h-0');
  expect(history.at(-1)!.heardShare).toBeLessThan(0.1);
  expect(history[3]!.heardShare).toBeGreaterThan(0.2);
});

test('what was found outlives a restart, and a place that was corrected on the plan ends it', async () => {
  await client.endAsync(true);
  await harness.pipeline.stop();
  await harness.restart();
  client = await mqtt.connectAsync(harness.url, { clientId: 'hall' });
  expect(Object.keys(found()).sort()).toEqual(expect.arrayContaining(['h-15', 'h-18', 'h-6', 'h-9']));
  const where = health().get('h-6')!.elsewhere!.place;
  await harness.registry.gateways.put(SITE, { ...HALL_GATEWAYS[6]!, xM: where.xM, yM: where.yM });
  await until(() => found()['h-6']).toBeUndefined();
  await play(45);
  await until(() => Object.keys(found()).sort()).toEqual(['h-0', 'h-15', 'h-18', 'h-9']);
});
