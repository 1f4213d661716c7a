import { afterAll, beforeAll, expect, test } from 'vitest';
import { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open();
});
afterAll(() => harness.close());

interface Csv {
  added: number;
  replaced: number;
  error: { code: string; message: string; path: string };
}
const upload = (csv: string) =>
  harness.ask<Csv>('post', '/sites/mall/reference-counts/csv', {
    as: 'manager',
    raw: Buffer.from(csv),
    contentType: 'text/csv',
  });
const listed = async () =>
  (
    await harness.ask<{ people: number; out: number | null }[]>('get', '/sites/mall/reference-counts', {
      as: 'manager',
    })
  ).body;

test('a file of counts is added once, and replaces what it says again', async () => {
  const first = await upload(
    '\ufeffzone,from,to,people,out\r\ndoor,2026-05-04T08:00:00+02:00,2026-05-04T09:00:00+02:00,120,80\r\ndoor,2026-05-04T09:00:00+02:00,2026-05-04T10:00:00+02:00,90,\r\n',
  );
  expect([first.status, first.body]).toEqual([200, { added: 2, replaced: 0 }]);
  const again = await upload(
    'Zone;From;To;People\ndoor;2026-05-04T07:00:00Z;2026-05-04T08:00:00Z;95\ndoor;2026-05-04T08:00:00Z;2026-05-04T09:00:00Z;60\n',
  );
  expect(again.body).toEqual({ added: 1, replaced: 1 });
  expect((await listed()).map(({ people, out }) => [people, out])).toEqual([
    [120, 80],
    [95, null],
    [60, null],
  ]);
});

test('a line that is wrong is named, and nothing of the file is taken', async () => {
  const before = await listed();
  const { status, body } = await upload(
    [
      'zone,from,to,people',
      'door,2026-05-03T08:00:00Z,2026-05-03T09:00:00Z,10',
      'hall,2026-05-03T08:00:00Z,2026-05-03T09:00:00Z,10',
      'door,2026-05-03 08:00,2026-05-03T09:00:00Z,10',
      'door,2026-05-03T08:00:00Z,2026-05-03T09:00:00Z,-3',
      'door,2026-05-05T08:00:00Z,2026-05-05T09:00:00Z,10',
    ].join('\n'),
  );
  expect([status, body.error.code, body.error.path]).toEqual([400, 'bad-csv', 'body.line-3.zone']);
  for (const part of ['line 3, zone', 'line 4, from', 'line 5, people', 'line 6, to: must not lie in the future'])
    expect(body.error.message).toContain(part);
  expect(await listed()).toEqual(before);
});

test.each([
  ['', 'header'],
  ['zone,from,to\ndoor,a,b', 'people is missing'],
  ['zone,from,to,people,colour\na,b,c,1,red', 'colour is not known'],
  ['zone,from,to,people\n"door', 'not a CSV'],
])('a file that is none of counts says what one looks like: %j', async (csv, words) => {
  const { status, body } = await upload(csv);
  expect([status, body.error.message]).toEqual([400, expect.stringContaining(words)]);
});

test('counters hang at entrances', async () => {
  const put = (body: object) =>
    harness.ask<{ error: { path: string } }>('put', '/sites/mall/counters/eye-1', { as: 'installer', body });
  expect((await put({ zoneId: 'hall' })).body.error.path).toBe('body.zoneId');
  expect((await put({ zoneId: 'nowhere' })).body.error.path).toBe('body.zoneId');
  const entered = { id: 'eye-1', name: 'North door', zoneId: 'door' };
  expect((await put({ name: 'North door', zoneId: 'door' })).body).toEqual(entered);
  expect((await harness.ask('get', '/sites/mall/counters', { as: 'manager' })).body).toEqual([entered]);
  expect((await harness.ask('delete', '/sites/mall/counters/eye-1', { as: 'installer' })).status).toBe(204);
  expect((await harness.ask('delete', '/sites/mall/counters/eye-1', { as: 'installer' })).status).toBe(404);
});
