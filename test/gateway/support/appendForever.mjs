// Appends to an outbox until it is killed, and prints each seq once it is durable.
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [outboxModule, dir, segmentBytes] = process.argv.slice(2);
const { Outbox } = await import(pathToFileURL(outboxModule).href);
const outbox = await Outbox.open({
  dir,
  maxBytes: 1024 * 1024 * 1024,
  segmentBytes: Number(segmentBytes),
  nowMs: Date.now(),
  warn: (sentence) => writeSync(2, `${sentence}\n`),
});
writeSync(1, `epoch ${outbox.epoch}\n`);
for (let round = 0; ; round += 1) {
  // Groups of several, so that a kill can fall into the midst of one.
  const group = Array.from({ length: 1 + (round % 5) }, () =>
    outbox.append((epoch, seq) => Buffer.from(JSON.stringify({ epoch, seq, filler: 'x'.repeat((seq * 37) % 900) }))),
  );
  await Promise.all(group.map(({ durable }) => durable));
  writeSync(1, `durable ${group.at(-1).seq}\n`);
}
