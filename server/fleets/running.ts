/** What is kept of a fleet while its settings stand. */
import type { Fleet } from '../contract/fleets.ts';
import type { Alias } from '../ingest/adapters/types.ts';
import { Budget } from './budget.ts';
import { FleetTally } from './fleetTally.ts';

export interface Running {
  fleet: Fleet;
  aliases: ReadonlyMap<string, Alias>;
  sharedTopic: boolean;
  tally: FleetTally;
  budget: Budget;
  /** Messages that wait for their turn, each held by its sender. */
  queued: number;
}

export const startRunning = (fleet: Fleet, nowMs: number): Running => ({
  fleet,
  aliases: new Map(Object.entries(fleet.aliases)),
  sharedTopic: fleet.topics.length === 1 && !/[+#]/.test(fleet.topics[0]!),
  tally: new FleetTally(nowMs),
  budget: new Budget(),
  queued: 0,
});
