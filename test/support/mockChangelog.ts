/** What moved in the mock mall: an outage that was caught up, of the whole mall and of one small shop. */
import type { ChangedHour, Changelog } from '../../server/contract/changelog.ts';

const hour = (at: number, footfall: [number | null, number], coverage: [number, number]): ChangedHour => ({
  start: `2026-11-20T${at}:00:00+01:00`,
  end: `2026-11-20T${at + 1}:00:00+01:00`,
  state: at < 17 ? 'final' : 'provisional',
  wasFinal: false,
  coverage: { before: coverage[0], after: coverage[1] },
  footfall: { before: footfall[0], after: footfall[1] },
  visitors: { before: footfall[0], after: footfall[1] - 3 },
  occupancy: { before: footfall[0] === null ? null : footfall[0] / 3, after: footfall[1] / 3 },
});
const few = (one: ChangedHour): ChangedHour => {
  const nothing = { before: null, after: null };
  return { ...one, footfall: nothing, visitors: nothing, occupancy: nothing, suppressed: true };
};

export function changelogOf(zoneId: string | null, named: boolean): Changelog {
  const hours = [hour(14, [112, 131], [0.75, 1]), hour(15, [108, 126], [0.75, 1]), hour(17, [null, 94], [0, 0.5])];
  const backlog = {
    batches: 7_200,
    seconds: 7_200,
    from: '2026-11-20T14:00:00+01:00',
    to: '2026-11-20T16:00:00+01:00',
    firstArrived: '2026-11-20T17:16:00+01:00',
    lastArrived: '2026-11-20T17:20:00+01:00',
  };
  return {
    timezone: 'Europe/Prague',
    entries: [
      {
        id: 2,
        computed: '2026-11-20T17:20:04+01:00',
        from: hours[0]!.start,
        to: hours.at(-1)!.end,
        backlogs: [{ gateway: named ? 'gw-07' : null, ...backlog }],
        modelChanged: false,
        rebuilt: false,
        definitionsVersion: 3,
        hours: zoneId === null ? hours : hours.slice(0, 2).map(few),
        ...(zoneId === null ? { zones: ['cafe-alma', 'optika-zora'] } : {}),
      },
    ],
    more: false,
    awaited: [{ gateway: named ? 'gw-11' : null, from: '2026-11-21T14:50:00+01:00' }],
  };
}
