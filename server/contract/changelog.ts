/** What moved after it had been computed, and why. Pure. */
import { z } from 'zod';

const count = z.number().nullable();
/** `null` where nothing was measured, or where the pair is withheld. */
const change = z.object({ before: count, after: count });

export const changedHour = z.object({
  start: z.string(),
  end: z.string(),
  /** As of now. */
  state: z.enum(['provisional', 'final']),
  /** The number had been told as final when the data came. */
  wasFinal: z.boolean(),
  coverage: z.object({ before: z.number(), after: z.number() }),
  footfall: change,
  visitors: change,
  /** Mean. */
  occupancy: change,
  /** True where the figures are withheld because fewer than k carriers stand behind one of the sides. */
  suppressed: z.boolean().optional(),
});
export type ChangedHour = z.infer<typeof changedHour>;

/** What one gateway handed in after its time had been computed. */
export const backlog = z.object({
  /** Null for a retailer, to whom gateways are not shown. */
  gateway: z.string().nullable(),
  batches: z.int(),
  /** Time that the batches cover. */
  seconds: z.number(),
  from: z.string(),
  to: z.string(),
  /** By the server's clock. */
  firstArrived: z.string(),
  lastArrived: z.string(),
});

export const changelogEntry = z.object({
  id: z.int(),
  computed: z.string(),
  /** Hours that were compared; earlier ones, if any, were not. */
  from: z.string(),
  to: z.string(),
  backlogs: z.array(backlog),
  /** Floors, zones, gateways or definitions were changed for a time that had been computed already. */
  modelChanged: z.boolean(),
  /** Somebody had the time computed anew. */
  rebuilt: z.boolean(),
  definitionsVersion: z.int(),
  /** Of what was asked for, the whole site or one zone, the hours that moved. */
  hours: z.array(changedHour),
  /** Zones in which something moved in the period asked for; only where the whole site was asked for. */
  zones: z.array(z.string()).optional(),
});
export type ChangelogEntry = z.infer<typeof changelogEntry>;

export const changelog = z.object({
  timezone: z.string(),
  /** The newest first. */
  entries: z.array(changelogEntry),
  /** More entries touch this period than are told. */
  more: z.boolean(),
  /** Gateways whose data is still to come: from then on hours are provisional. */
  awaited: z.array(z.object({ gateway: z.string().nullable(), from: z.string() })),
});
export type Changelog = z.infer<typeof changelog>;
