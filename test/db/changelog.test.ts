/** The changelog at the database's edge: several commits of one computation, what expires, what is bounded. */
import { expect, test } from 'vitest';
import type { Recomputation } from '../../server/db/timeSeries.ts';
import { onEachEngine } from './engines.ts';
import { commitOf, covered, HOUR, MINUTE, stay, visit } from './rows.ts';

/** Monday, 09:00 in Prague. */
const START = Date.parse('2026-03-23T09:00:00+01:00');
onEachEngine((engine) => {
  async function site() {
    const opened = await engine.openSite();
    const { series } = opened;
    const changelog = (more: { zoneId?: string; limit?: number } = {}) =>
      series.changelog({
        siteId: 'mall',
        fromMs: START - 90 * 24 * HOUR,
        toMs: START + 90 * 24 * HOUR,
        limit: 50,
        ...more,
      });
    return { ...opened, changelog };
  }
  /** `count` visits of twenty minutes, and stays in zone a, that start in the hour. */
  const visits = (hour: number, count: number, of: string) => ({
    visits: Array.from({ length: count }, (_, i) => visit(`${of}-${i}`, START + hour * HOUR + i * MINUTE, 20 * MINUTE)),
    stays: Array.from({ length: count }, (_, i) =>
      stay(`${of}-${i}`, 'a', START + hour * HOUR + i * MINUTE, 20 * MINUTE),
    ),
  });
  const coverage = (hours: number) => ({ coverage: covered('g1', START, START + hours * HOUR) });
  const merged = (...parts: ReturnType<typeof visits>[]) => ({
    visits: parts.flatMap((part) => part.visits),
    stays: parts.flatMap((part) => part.stays),
  });
  const because = (
    fromHour: number,
    untilHour: number,
    more: Partial<Recomputation['causes']> = {},
  ): Recomputation => ({
    fromMs: START + fromHour * HOUR,
    untilMs: START + untilHour * HOUR,
    causes: { backlogs: [], model: false, rebuild: true, finalUntilMs: START + 3 * HOUR, ...more },
  });
  const footfallOf = (hours: { start: string; footfall: { before: number | null; after: number | null } }[]) =>
    hours.map((hour) => [hour.start.slice(11, 16), hour.footfall.before, hour.footfall.after]);

  test('figures are compared from before the first commit to after the last, and one that begins earlier is compared from there', async () => {
    const { series, look, changelog } = await site();
    await series.commit(
      commitOf('mall', START + 8 * HOUR, { ...merged(visits(1, 12, 'a'), visits(4, 15, 'b')), ...coverage(8) }),
    );
    expect((await changelog()).entries).toEqual([]);
    const piece = { ...commitOf('mall', START + 5 * HOUR, visits(4, 18, 'b')), rewoundToMs: START + 4 * HOUR };
    expect(await series.commit({ ...piece, recomputation: because(4, 8) })).toEqual({ changelog: false });
    expect((await changelog()).entries).toEqual([]);
    // Before it was done, data came for an hour still earlier.
    const whole = {
      ...commitOf('mall', START + 8 * HOUR, { ...merged(visits(1, 14, 'a'), visits(4, 18, 'b')), ...coverage(8) }),
      rewoundToMs: 0,
    };
    expect(await series.commit({ ...whole, recomputation: because(1, 8) })).toEqual({ changelog: true });
    const { entries } = await changelog();
    expect(entries).toMatchObject([{ id: 1, rebuilt: true, zones: ['a'] }]);
    expect(footfallOf(entries[0]!.hours)).toEqual([
      ['10:00', 12, 14],
      ['13:00', 15, 18],
    ]);
    expect(entries[0]!.hours.map(({ wasFinal }) => wasFinal)).toEqual([true, false]);
    for (const table of ['recomputations', 'figures_before'])
      expect(await look.get(`select count(*) as n from ${table}`)).toEqual({ n: 0 });
  });

  test('a computation that is given up leaves nothing behind', async () => {
    const { series, look, changelog } = await site();
    await series.commit(commitOf('mall', START + 8 * HOUR, { ...visits(1, 12, 'a'), ...coverage(8) }));
    const piece = { ...commitOf('mall', START + 2 * HOUR, visits(1, 13, 'a')), rewoundToMs: START };
    await series.commit({ ...piece, recomputation: because(1, 8) });
    expect(await look.get('select count(*) as n from recomputations')).toEqual({ n: 1 });
    await series.commit({ ...commitOf('mall', START + 8 * HOUR, visits(1, 13, 'a')), rewoundToMs: START });
    expect(await look.get('select count(*) as n from recomputations')).toEqual({ n: 0 });
    expect((await changelog()).entries).toEqual([]);
  });

  test('the hour that is repeated in autumn is two', async () => {
    const night = Date.parse('2026-10-25T00:00:00+02:00');
    const { series } = await site();
    const rows = (count: number) => ({
      visits: [2, 3].flatMap((hour) =>
        Array.from({ length: count }, (_, i) => visit(`${hour}-${i}`, night + hour * HOUR + i * MINUTE, 5 * MINUTE)),
      ),
      coverage: covered('g1', night, night + 8 * HOUR),
    });
    await series.commit(commitOf('mall', night + 8 * HOUR, rows(10)));
    await series.commit({
      ...commitOf('mall', night + 8 * HOUR, rows(11)),
      rewoundToMs: 0,
      recomputation: { ...because(0, 0), fromMs: night + 2 * HOUR, untilMs: night + 8 * HOUR },
    });
    const { entries } = await series.changelog({ siteId: 'mall', fromMs: night, toMs: night + 8 * HOUR, limit: 5 });
    expect(entries[0]!.hours.map(({ start }) => start)).toEqual([
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:00:00+01:00',
    ]);
  });

  test('of few only that it moved is told, under whatever k is in force', async () => {
    const { series, registry, changelog } = await site();
    await series.commit(commitOf('mall', START + 8 * HOUR, { ...visits(1, 3, 'a'), ...coverage(8) }));
    const again = { ...commitOf('mall', START + 8 * HOUR, { ...visits(1, 12, 'a'), ...coverage(8) }), rewoundToMs: 0 };
    await series.commit({ ...again, recomputation: because(1, 8) });
    const told = async () => (await changelog({ zoneId: 'a' })).entries[0]!.hours[0]!;
    expect(await told()).toMatchObject({ suppressed: true, footfall: { before: null, after: null } });
    await registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, kAnonymity: 3 });
    expect(await told()).toMatchObject({ footfall: { before: 3, after: 12 } });
  });

  test('entries go with the aggregates that they tell of, and never become too many', async () => {
    const { series, look, changelog } = await site();
    await series.change(async (sql) => {
      await sql.insertSelect(
        'changelog_entries',
        `select 'mall', i, 0, ${START}, ${START + HOUR}, 1, '{"backlogs":[]}' from range(1, 2001) t(i)`,
      );
      await sql.insertSelect(
        'changelog_cells',
        `select i, 'mall', '', ${START}, ${START + HOUR}, true, 10, 11, 10, 11, 1, 1, 1, 1 from range(1, 2001) t(i)`,
      );
    });
    await series.commit(commitOf('mall', START + 8 * HOUR, { ...visits(1, 12, 'a'), ...coverage(8) }));
    const again = { ...commitOf('mall', START + 8 * HOUR, { ...visits(1, 13, 'a'), ...coverage(8) }), rewoundToMs: 0 };
    await series.commit({ ...again, recomputation: because(1, 8) });
    expect(await look.get('select min(id) as first, max(id) as last, count(*) as n from changelog_entries')).toEqual({
      first: 2,
      last: 2_001,
      n: 2_000,
    });
    expect(await look.get('select min(entry_id) as first from changelog_cells')).toEqual({ first: 2 });
    const { entries, more } = await changelog({ limit: 3 });
    expect([entries.map(({ id }) => id), more]).toEqual([[2_001, 2_000, 1_999], true]);
    await series.expire('mall', START + 6 * 366 * 24 * HOUR);
    for (const table of ['changelog_entries', 'changelog_cells'])
      expect(await look.get(`select count(*) as n from ${table}`)).toEqual({ n: 0 });
  });
});
