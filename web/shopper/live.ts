/** The live connection: offers as they come. Loaded once somebody has agreed to something. */
import type { Socket } from 'socket.io-client';
import type { OfferPush, ShopperServerEvents } from '../../server/contract/live.ts';

export interface LiveHandlers {
  onOffer: (offer: OfferPush) => void;
  onChanged: () => void;
  onState: (connected: boolean) => void;
}

let socket: Socket<ShopperServerEvents> | undefined;

export async function goLive(handlers: LiveHandlers): Promise<void> {
  const { io } = await import('socket.io-client');
  if (socket !== undefined) return;
  socket = io('/shopper', {
    transports: ['websocket', 'polling'],
    // Full jitter, so that a restarted server is not met by all phones at once.
    randomizationFactor: 1,
    reconnectionDelayMax: 10_000,
  });
  socket.on('connect', () => handlers.onState(true));
  socket.on('disconnect', () => handlers.onState(false));
  socket.on('connect_error', () => handlers.onState(false));
  socket.on('changed', () => handlers.onChanged());
  socket.on('offer', (offer, received) => {
    received();
    handlers.onOffer(offer);
  });
}

export function hangUp(): void {
  socket?.disconnect();
  socket = undefined;
}
