import { expect, test } from 'vitest';
import type { Proof } from '../../server/contract/proof.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { insightRoutes } from '../../server/http/routes/insights.ts';
import { insert, NOW, openStored, provenCampaign, runStored } from '../support/proofWorld.ts';

test('what the route tells of stored rows is what the shoppers did', async () => {
  const { answer, pure } = await runStored(11, {
    shoppers: 700,
    controlShare: 0.2,
    dropout: 0.1,
    effectOnVisits: 1,
    visitsMean: 2,
  });
  expect(answer.incrementalVisits).toEqual(pure.incrementalVisits);
  expect(answer.incrementalSalesMinor).toEqual(pure.incrementalSalesMinor);
  expect(answer.incrementalVisits.state).toBe('measured');
  expect(answer).toMatchObject({ currency: 'CZK', waiting: 0, windowDays: 7, warnings: [], ab: null });
  expect(answer.shoppers).toEqual(pure.shoppers);
  expect(answer.shoppers.treated! + answer.shoppers.control!).toBe(700);
});

/** One shopper's basket set the campaign off, for an offer. */
const basketRows = (who: string, atMs: number) => ({
  offers: {
    id: `o-${who}`,
    site_id: 'mall',
    tenant_id: 'cafe',
    campaign_id: 'spring',
    shopper_id: who,
    zone_id: 'cafe-front',
    zone_name: 'Café',
    title: 'x',
    text: 'x',
    reason: 'x',
    state: 'delivered',
    issued_ms: atMs,
    expires_ms: atMs + 86_400_000,
    variant: 'a',
    decision_id: `d-${who}`,
  },
  offer_decisions: {
    id: `d-${who}`,
    site_id: 'mall',
    tenant_id: 'cafe',
    campaign_id: 'spring',
    shopper_id: who,
    zone_id: 'cafe-front',
    trigger: 'basket',
    event_at_ms: atMs,
    sighting_at_ms: atMs,
    decided_ms: atMs,
    outcome: 'sent',
    code: 'basket',
    params: '{}',
    words: '',
    offer_id: `o-${who}`,
  },
});

test('a web shop cannot read from the proof that the shopper whose basket it told of is there', async () => {
  const { duck, registry, log } = await openStored();
  let campaign = provenCampaign(0.1, { trigger: { type: 'basket', maxAgeHours: 24, minValueMinor: 0 } });
  const route = insightRoutes({
    services: { campaigns: { get: () => campaign } as never, log },
    reading: openTimeSeries(duck, registry),
    registry,
    questions: {} as never,
  }).find(({ path }) => path.endsWith('/proof'))!;
  const ask = async (nowMs = NOW): Promise<Proof> =>
    (await route.handler({
      params: { site: 'mall', campaign: 'spring' },
      siteId: 'mall',
      tenantId: 'cafe',
      nowMs,
    } as never)) as Proof;
  const came = async (who: string, atMs: number): Promise<void> => {
    for (const [table, row] of Object.entries(basketRows(who, atMs))) await insert(duck, table, [row]);
  };
  const before = await ask();
  await came('s-told-of', NOW - 60_000);
  expect(await ask()).toEqual(before);
  // Nor where the campaign is given another trigger afterwards.
  campaign = provenCampaign(0.1);
  expect(await ask()).toEqual(before);
  // The day is over, and was one shopper's alone: still nothing, after the window too.
  expect(await ask(NOW + 30 * 86_400_000)).toEqual(before);
  // A crowd, once its day is over.
  for (let i = 0; i < 10; i++) await came(`s-${i}`, NOW - 1_000 * i);
  expect(await ask()).toEqual(before);
  const next = await ask(NOW + 86_400_000);
  expect(next.funnel).toMatchObject({ wouldFire: 11, sent: 11 });
  expect(next.waiting).toBe(11);
  await duck.close();
});
