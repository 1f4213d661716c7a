/** What happens at a site now, as it happens. Bring `io` of the package socket.io-client. */
import type { Client } from './core.ts';
import type { LiveHeat, LiveSnapshot } from './types.ts';

export interface Follower {
  /** About once a second: who is where, and how the gateways are. */
  live?: (snapshot: LiveSnapshot) => void;
  /** About once a second: where carriers are, blurred. */
  heat?: (heat: LiveHeat) => void;
  /** The changelog has news: what is shown of the past may be asked for again. */
  changelog?: () => void;
  /** `lost` comes back by itself; `refused` does not, and says why. */
  connection?: (state: 'live' | 'lost' | 'refused', why?: string) => void;
}

interface FollowedSocket {
  /** It tries again by itself. */
  readonly active: boolean;
  on(event: string, listener: (...values: never[]) => void): unknown;
  emit(event: string, ...values: unknown[]): unknown;
  disconnect(): unknown;
}
/** Of socket.io-client. */
export type Io = (url: string, options: Record<string, unknown>) => FollowedSocket;

/**
 * @example const stop = follow(client, io, 'mall', { live: ({ occupancy }) => console.log(occupancy) });
 * @returns the way to stop
 */
export function follow(client: Client, io: Io, site: string, follower: Follower): () => void {
  const socket = io(`${client.baseUrl?.replace(/\/+$/, '') ?? ''}/dashboard`, {
    reconnectionDelayMax: 10_000,
    randomizationFactor: 1,
    ...(client.token === undefined ? {} : { auth: { token: client.token } }),
  });
  let stopped = false;
  const tell = (state: 'live' | 'lost' | 'refused', why?: string): void => {
    if (!stopped) follower.connection?.(state, why);
  };
  socket.on('connect', () => {
    socket.emit('follow', site, ({ ok, error }: { ok: boolean; error?: string }) =>
      tell(ok ? 'live' : 'refused', error),
    );
  });
  socket.on('disconnect', () => tell('lost'));
  socket.on('connect_error', ({ message }: { message: string }) =>
    socket.active ? tell('lost') : tell('refused', message),
  );
  socket.on('live', (snapshot: LiveSnapshot) => follower.live?.(snapshot));
  socket.on('heat', (heat: LiveHeat) => follower.heat?.(heat));
  socket.on('changelog', () => follower.changelog?.());
  return () => {
    stopped = true;
    socket.disconnect();
  };
}
