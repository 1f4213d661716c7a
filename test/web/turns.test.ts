import { expect, test } from 'vitest';
import { Turns } from '../../web/lib/turns.ts';

/** Questions that end when they are told to. */
function asker(turns: Turns) {
  const begun: string[] = [];
  const ends = new Map<string, (fail?: Error) => void>();
  const ask = (name: string, signal?: AbortSignal): Promise<string> =>
    turns.take(() => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (fail) => (fail ? reject(fail) : resolve(name)));
      });
    }, signal);
  return { begun, ask, end: (name: string, fail?: Error) => ends.get(name)!(fail) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('as many at once as there may be, the others in their order, after a failure too', async () => {
  const { begun, ask, end } = asker(new Turns(2));
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => ask(name)) as [
    Promise<string>,
    Promise<string>,
    Promise<string>,
    Promise<string>,
  ];
  await settled();
  expect(begun).toEqual(['a', 'b']);
  end('b', new Error('refused'));
  await expect(b).rejects.toThrow('refused');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  end('a');
  end('c');
  expect(await Promise.all([a, c])).toEqual(['a', 'c']);
  await settled();
  end('d');
  expect(await d).toBe('d');
  // Nobody's place was lost.
  const more = ['e', 'f', 'g'].map((name) => ask(name));
  await settled();
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  for (const name of ['e', 'f']) end(name);
  await settled();
  end('g');
  expect(await Promise.all(more)).toEqual(['e', 'f', 'g']);
});

test('one that is given up while it waits is never asked, and keeps nobody waiting', async () => {
  const { begun, ask, end } = asker(new Turns(1));
  const first = ask('first');
  const abort = new AbortController();
  const left = ask('left', abort.signal);
  const last = ask('last');
  abort.abort();
  await expect(left).rejects.toMatchObject({ name: 'AbortError' });
  await expect(ask('too late', abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  end('first');
  await first;
  await settled();
  end('last');
  expect(await last).toBe('last');
  expect(begun).toEqual(['first', 'last']);
});
