/** What a decoder of another product's messages is, and what it tells. Pure: no clock, no registry, one message at a time. */

import type { Format } from '../../contract/fleets.ts';

export { FORMATS, type Format } from '../../contract/fleets.ts';

/** One beacon as a gateway of another make told of it. */
export interface ForeignReading {
  /** Dashed lower case. */
  uuid: string;
  major: number;
  minor: number;
  rssiDbm: number;
  /** RSSI at 1 m as the beacon declares it. Left out where the message lacks it, or where it cannot be one. */
  measuredPowerDbm?: number;
  /** When it was heard by the gateway's own clock, ms since 1970 UTC; left out where the format has no such time. */
  atMs?: number;
  /** Ms since the gateway's start, where that is all its clock says. */
  uptimeMs?: number;
  /** The gateway has filtered the RSSI already: a mean over seconds, not one advertisement. */
  smoothed: boolean;
  /**
   * The format repeats the last value it knows, as room-assistant does with every instance's: the same RSSI again of the
   * same beacon at the same gateway (and of the same time, if there is one) is no new hearing.
   */
  restated?: true;
}

/** What one gateway heard. */
export interface ForeignHearing {
  /** As the fleet names it: a MAC in lower case hex without separators, or a name. */
  gateway: string;
  /** May be empty: the gateway scanned and heard no beacon. */
  readings: ForeignReading[];
}

export type Decoded =
  | {
      kind: 'readings';
      hearings: ForeignHearing[];
      /** Entries beside the readings that could not be read or that no table resolves. */
      unreadable?: { count: number; why: string };
    }
  /** Of the gateway itself: a last will, a telemetry message. */
  | { kind: 'status'; gateway: string; online: boolean; version?: string }
  /** Well formed and of no use: another kind of tag, a gateway's own beacon, a copy of what came already. */
  | {
      kind: 'ignored';
      why: string;
      /** Whose radio it shows to be alive; left out where it shows nothing of the kind. */
      gateway?: string;
    }
  /** Not what the format says, or an identity that no table resolves. Counted, and shown with a sample. */
  | { kind: 'unknown'; why: string; gateway?: string };

export interface Alias {
  uuid: string;
  major: number;
  minor: number;
}

export interface AdapterOptions {
  /** The fleet's own name of a beacon (ESPresense alias, Kontakt trackingId, …) → its iBeacon identity. */
  aliases: ReadonlyMap<string, Alias>;
  /** All of the fleet publish under the one topic that it names: a topic tells nothing of the gateway. */
  sharedTopic?: boolean;
}

export interface Adapter {
  format: Format;
  /** As people read it. */
  title: string;
  /** MQTT filters that the product publishes under out of the box. */
  defaultTopics: readonly string[];
  /** `topic` is the whole topic. Never throws: what cannot be read is `unknown`. */
  decode(topic: string, payload: Uint8Array, options: AdapterOptions): Decoded;
}

/** More than any gateway hears in the second or the ten that one message covers. */
export const MAX_READINGS = 4_000;
