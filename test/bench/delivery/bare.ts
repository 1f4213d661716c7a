/** Child process, the limit: a socket.io server that does nothing but emit to a phone and wait for its answer. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { shopperId } from './world.ts';

export interface BareOrder {
  perSecond: number;
  seconds: number;
}
export type BareNews = { type: 'listening'; url: string } | { type: 'done'; latenciesMs: number[] };

const listener = createServer();
const io = new Server(listener, { serveClient: false });
const phones = io.of('/shopper');

/** In a burst each second, as the ticks of an engine come. */
async function run({ perSecond, seconds }: BareOrder): Promise<void> {
  const latenciesMs: number[] = [];
  for (let second = 0; second < seconds; second++) {
    const all = [...phones.sockets.values()];
    const waiting = Array.from({ length: perSecond }, async (_, i) => {
      const socket = all[(second * perSecond + i * 7_919) % all.length]!;
      const sentMs = performance.now();
      await socket.timeout(5_000).emitWithAck('offer', {
        offerId: shopperId(i),
        campaignId: 'bare',
        title: 'Second coffee free',
        text: 'Today only, at the bar.',
        zoneName: 'Shop',
        issuedAtMs: Date.now(),
        expiresAtMs: Date.now(),
        code: 'x'.repeat(22),
        reason: 'You walked into Shop.',
      });
      latenciesMs.push(performance.now() - sentMs);
    });
    await Promise.all([...waiting, new Promise((resolve) => setTimeout(resolve, 1_000))]);
  }
  process.send?.({ type: 'done', latenciesMs } satisfies BareNews);
}

process.on('disconnect', () => process.exit(0));
process.once('message', (order: BareOrder) => void run(order));
listener.listen(0, '127.0.0.1', () => {
  const address = listener.address();
  if (address !== null && typeof address === 'object')
    process.send?.({ type: 'listening', url: `http://127.0.0.1:${address.port}` } satisfies BareNews);
});
