import { Aedes } from 'aedes';
import { expect, test } from 'vitest';
import { flatten } from '../../server/broker/flatQueue.ts';

interface Emitter {
  on(topic: string, listener: (message: { topic: string; n: number }, done: () => void) => void): void;
  emit(message: { topic: string; n: number }, done: () => void): void;
}

test('twenty thousand messages behind a slow subscriber are handed on in their order', async () => {
  const broker = new Aedes({ concurrency: 1 });
  const { mq } = broker as unknown as { mq: Emitter };
  flatten(mq);
  let release: () => void = () => undefined;
  mq.on('slow', (_, done) => {
    release = done;
  });
  const heard: number[] = [];
  mq.on('heard', ({ n }, done) => {
    heard.push(n);
    done();
  });
  mq.emit({ topic: 'slow', n: -1 }, () => undefined);
  const count = 20_000;
  const all = new Promise<void>((resolve) => {
    let left = count;
    // Most are for nobody.
    for (let n = 0; n < count; n += 1)
      mq.emit({ topic: n % 10 === 0 ? 'heard' : 'nobody', n }, () => {
        left -= 1;
        if (left === 0) resolve();
      });
  });
  expect(heard).toEqual([]);
  release();
  // What comes while they are handed on comes after them.
  mq.emit({ topic: 'heard', n: count }, () => undefined);
  await all;
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(Array.from({ length: count / 10 + 1 }, (_, i) => i * 10));
  broker.close();
});

test('an emitter of another make is refused at the start', () => {
  expect(() => flatten({ emit: () => undefined })).toThrow(/queue/);
});
