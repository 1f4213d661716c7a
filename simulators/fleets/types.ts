/** What imitates another product: it is told what its gateways hear, and publishes as that product would. Pure. */
import type { Random } from '../random.ts';
import type { Beacon } from '../virtualGateway.ts';

export interface FleetMessage {
  topic: string;
  payload: string | Uint8Array;
  qos: 0 | 1;
  retain: boolean;
}

export interface FleetSetup {
  /** One name a gateway; products that go by MAC or serial number make up their own from the place in the list. */
  gateways: readonly string[];
  random: Random;
  startMs: number;
  /** What the fleet itself calls a beacon, where the product has such names and the installation uses them. */
  nameOf?: (beacon: Beacon) => string | undefined;
}

export interface Imitator {
  /** As its messages name the gateway, in the spelling that a decoder settles on. */
  gatewayName(gateway: number): string;
  hear(gateway: number, beacon: Beacon, rssiDbm: number, atMs: number): void;
  /** What is published since the last call. Times rise; a call every 100 to 1,000 ms keeps the product's own pace. */
  publish(nowMs: number): FleetMessage[];
}

export type CreateImitator = (setup: FleetSetup) => Imitator;
