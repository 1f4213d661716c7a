/** What developers are told to do is what the server takes: the page's vectors and its reference, held against both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_PHONE_ROWS, MAX_PHONE_SPAN_MS, phoneSightings, SLOT_SECONDS } from '../../server/contract/identity.ts';
import { beaconNumber, slotMessage, slotOf } from '../../server/identities/scheme.ts';
import { PHONE_LATE_MS } from '../../server/ingest/phoneBatch.ts';
import { frameAt } from '../../simulators/rotatingBeacon.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'web', 'developers', 'index.html'), 'utf8');
const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const cell = (row: string, name: string): string =>
  plain(new RegExp(`data-${name}(?:="")?>([^<]*)<`).exec(row)?.[1] ?? `no ${name}`);

test('every vector is what the reference and the server reckon', () => {
  const rows = page.split(/<tr\s+data-vector/).slice(1);
  expect(rows).toHaveLength(5);
  for (const row of rows) {
    const secretHex = cell(row, 'secret');
    const atMs = Number(cell(row, 'ms'));
    const expected = { major: Number(cell(row, 'major')), minor: Number(cell(row, 'minor')) };
    expect(secretHex).toMatch(/^[0-9a-f]{64}$/);
    expect(frameAt({ uuid: 'u', secretHex, slotSeconds: SLOT_SECONDS }, atMs)).toMatchObject(expected);
    expect(slotOf(atMs)).toBe(Number(cell(row, 'slot')));
    expect(slotMessage(slotOf(atMs)).toString('hex')).toBe(cell(row, 'message'));
    const number = beaconNumber(Buffer.from(secretHex, 'hex'), slotMessage(slotOf(atMs)));
    expect(number).toBe(expected.major * 0x10000 + expected.minor);
  }
});

test('the reference on the page is the one that the simulator runs', () => {
  const source = readFileSync(join(ROOT, 'simulators', 'rotatingBeacon.ts'), 'utf8');
  const shown = plain(/<code id="reference"[^>]*>([\s\S]*?)<\/code>/.exec(page)?.[1] ?? '');
  expect(shown.length).toBeGreaterThan(300);
  expect(source).toContain(shown.trim());
});

test('the example of a message is one that the server takes, and the limits are its own', () => {
  const shown = plain(page.split('<figcaption>POST /api/v1/shopper/sightings</figcaption>')[1]!.split('</pre>')[0]!);
  expect(phoneSightings.parse(JSON.parse(shown.slice(shown.indexOf('{')))).sightings).toHaveLength(2);
  const text = plain(page);
  expect(text).toContain(
    `${MAX_PHONE_ROWS.toLocaleString('en')} sightings a message, within ${MAX_PHONE_SPAN_MS / 1_000} seconds`,
  );
  expect(text).toContain(`No older than ${PHONE_LATE_MS / 60_000} minutes`);
});
