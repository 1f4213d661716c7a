import { expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import { literally, withValues } from '../../server/db/literals.ts';

test('a value stands where its parameter stood, and nowhere else', () => {
  expect(withValues("select $1, '$1', \"$2\", 'it''s $1', $2, $10", ["o'$2", 7])).toBe(
    "select 'o''$2', '$1', \"$2\", 'it''s $1', (7::bigint), $10",
  );
});

test('a comment is none of the statement, apostrophes and all', () => {
  expect(withValues("select 1 -- a shop's $1\n, $1 /* it's\n $1 */, $2, '--', $1", [7, 'x'])).toBe(
    "select 1 -- a shop's $1\n, (7::bigint) /* it's\n $1 */, 'x', '--', (7::bigint)",
  );
});

test('gives what bound parameters give', async () => {
  const duck = await Duck.open(':memory:');
  const sql = 'select $1 as text, $2 as whole, $3 as part, $4 as truth, $5 is null as nothing, $2 // 2 as half';
  const params = ['a\'b\\"$1; --\n', 9_007_199_254_740_991, -0.1, true, null];
  const wanted = {
    text: 'a\'b\\"$1; --\n',
    whole: 9_007_199_254_740_991,
    part: -0.1,
    truth: true,
    nothing: true,
    half: 4_503_599_627_370_495,
  };
  expect(await duck.all(sql, params)).toEqual([wanted]);
  expect(await literally(duck).get(sql, params)).toEqual(wanted);
  // What has no literal is bound.
  expect(await literally(duck).get('select octet_length($1) as n', [new Uint8Array([1, 2])])).toEqual({ n: 2 });
  await duck.close();
});
