/** Child process: a dashboard that is open. */
import { io, type Socket } from 'socket.io-client';
import type { DashboardClientEvents, DashboardServerEvents } from '../../../server/contract/live.ts';
import { SITE } from './world.ts';

export interface WatcherOrder {
  url: string;
  token: string;
}
export interface Seen {
  atMs: number;
  occupancy: number;
}

process.on('disconnect', () => process.exit(0));
process.once('message', ({ url, token }: WatcherOrder) => {
  const socket: Socket<DashboardServerEvents, DashboardClientEvents> = io(`${url}/dashboard`, {
    transports: ['websocket'],
    auth: { token },
  });
  socket.on('connect', () =>
    socket.emit('follow', SITE, ({ ok, error }) => {
      if (!ok) throw new Error(error);
    }),
  );
  socket.on('live', ({ occupancy }) => {
    const atMs = performance.timeOrigin + performance.now();
    process.send?.({ atMs, occupancy: occupancy ?? 0 } satisfies Seen);
  });
});
process.send?.('here');
