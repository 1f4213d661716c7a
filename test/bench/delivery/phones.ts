/** Child process: phones with the page open. Each answers an offer at once, and notes when it came. */
import { io, type Socket } from 'socket.io-client';
import type { OfferPush, ShopperServerEvents } from '../../../server/contract/live.ts';
import { tokenOf } from './world.ts';

export interface PhonesOrder {
  url: string;
  /** First and one after the last. */
  from: number;
  to: number;
}
export type PhonesNews =
  | { type: 'connected'; n: number; refused: string | undefined }
  | { type: 'offers'; offers: { id: string; atMs: number }[] };

/** More at once would only wait for each other. */
const AT_ONCE = 50;
const TELL_EVERY_MS = 500;

const offers: { id: string; atMs: number }[] = [];
const sockets: Socket<ShopperServerEvents>[] = [];

async function run({ url, from, to }: PhonesOrder): Promise<void> {
  let connected = 0;
  let refused: string | undefined;
  let next = from;
  const connect = (i: number): Promise<void> =>
    new Promise((resolve) => {
      const socket: Socket<ShopperServerEvents> = io(`${url}/shopper`, {
        transports: ['websocket'],
        forceNew: true,
        auth: { token: tokenOf(i) },
      });
      sockets.push(socket);
      socket.once('connect', () => {
        connected++;
        resolve();
      });
      socket.once('connect_error', (error) => {
        refused = error.message;
        resolve();
      });
      socket.on('offer', (offer: OfferPush, received) => {
        received();
        offers.push({ id: offer.offerId, atMs: Date.now() });
      });
    });
  const worker = async (): Promise<void> => {
    while (next < to) {
      await connect(next++);
      if (connected % 1_000 === 0) process.send?.({ type: 'connected', n: connected, refused } satisfies PhonesNews);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  process.send?.({ type: 'connected', n: connected, refused } satisfies PhonesNews);
  setInterval(() => {
    if (offers.length > 0) process.send?.({ type: 'offers', offers: offers.splice(0) } satisfies PhonesNews);
  }, TELL_EVERY_MS);
}

process.on('disconnect', () => process.exit(0));
process.once('message', (order: PhonesOrder) => void run(order));
process.send?.('here');
