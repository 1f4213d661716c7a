/** What the rest of the server asks of the pipeline: broker → ingest → log → engines → time series. */
import type { RoutedFilter } from '../broker/topicRouter.ts';
import type { LiveHeat, LiveSnapshot } from '../contract/live.ts';
import type { ClonedCarrier } from '../engine/clones.ts';
import type { EngineEvent, PresentCarrier } from '../engine/types.ts';

/** Milliseconds since 1970 UTC. */
export type Clock = () => number;

/** A connection to a broker, embedded or not. `handle` holds the message's acknowledgement until its promise settles. */
export interface MessageSource {
  start(
    handle: (topic: string, payload: Uint8Array, meta: { retained: boolean; qos?: number }) => Promise<void>,
  ): Promise<void>;
  /** Beside Promenade's own topics; at any time, each time all of them. What several filters take in comes once. */
  listenTo?(filters: readonly RoutedFilter[]): void;
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>;
  stop(): Promise<void>;
  /** `mqtt://host:port` that gateways connect to. */
  readonly url: string;
  /** False while what is published would wait for the broker to come back. */
  readonly connected?: boolean;
  /** Called at each connection to the broker, which may have forgotten what it retained. Returns the way to stop. */
  onConnected?(listener: () => void): () => void;
}

export interface DeadLetter {
  id: number;
  atMs: number;
  siteId: string | null;
  gatewayId: string | null;
  topic: string;
  /** Stable code: oversize, not-json, schema, unknown-site, unknown-gateway, future, ancient, span, topic, stale-epoch. */
  reason: string;
  /** Which field is wrong and what would be right. Never a payload of unknown carriers. */
  detail: string;
}

export interface IngestCounters {
  messages: number;
  batches: number;
  sightings: number;
  duplicates: number;
  /** Rows whose UUID is not on the site's allowlist. */
  notAllowed: number;
  unlinkable: number;
  /** Rotating numbers that were nobody's at the time: played back, invented, or of an identity that has ended. */
  unresolved: number;
  /** Batches, by their sequence numbers, that gateways declared lost. */
  gaps: number;
  deadLetters: Record<string, number>;
}

/** A phone's message that is durable now, or was before. */
export interface PhoneTaken {
  accepted: number;
  duplicate: boolean;
  unknownBeacons: number;
}

/** How far a site's engines are behind its clock: live a breath, analytics half a minute by design. */
export interface SiteLags {
  analyticsMs: number;
  /** Undefined where none runs. */
  liveMs: number | undefined;
  /** They wait for their ticks of the analytics. */
  pendingSightings: number;
}

export interface LiveEvents {
  siteId: string;
  /** Fresh ones only: from the live engine, of sightings not older than 60 s, on sites with a wall clock. */
  events: EngineEvent[];
  nowMs: number;
}

export interface Pipeline {
  start(): Promise<void>;
  /** Processes what arrived, commits, leaves nothing running. */
  stop(): Promise<void>;
  /** The site's clock: the server's, or the newest event time of a site that lives in its data. */
  nowMs(siteId: string): number;
  /** True once the log was recovered and messages are taken. */
  ready(): boolean;
  counters(): IngestCounters;
  deadLetters(siteId: string, limit: number): Promise<DeadLetter[]>;
  snapshot(siteId: string): LiveSnapshot | undefined;
  heat(siteId: string): LiveHeat | undefined;
  /** Carriers present now, from the live engine; for campaigns, never for a screen or an API. */
  present(siteId: string): Promise<PresentCarrier[]>;
  /** Carriers found to be at two places at once within the last day: two transmitters with one identity. */
  clones(siteId: string): ClonedCarrier[];
  /** What the positioner has learned of the site's radio; undefined before anything runs. */
  learnedRadio(siteId: string): unknown;
  onLiveEvents(listener: (events: LiveEvents) => void): () => void;
  /** An entry of the changelog was made or changed. */
  onChangelog(listener: (siteId: string) => void): () => void;
  /** Once a second and site; at a wall clock as soon as the live engine has come further. */
  onSnapshot(listener: (siteId: string, snapshot: LiveSnapshot, heat: LiveHeat) => void): () => void;
  /** Waits until all that was received is processed up to the site's clock and committed. For tests, replays and shutdown. */
  settle(siteId: string): Promise<void>;
  /** Computes [fromMs, now) anew from the log and replaces the rows. */
  rebuild(siteId: string, fromMs: number): Promise<{ ticks: number; sightings: number }>;
}
