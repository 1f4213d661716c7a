/** Thresholds of the definitions, version 1 as default; each change is a new version, kept. Pure. */
import { z } from 'zod';

export const definitions = z.object({
  /** Sightings of one carrier with no gap longer than this are one visit. */
  visitGapMinutes: z.number().min(1).max(240).default(15),
  /** Shorter visits are short visits and not counted in footfall. */
  minVisitSeconds: z.number().min(0).max(3600).default(60),
  enterConfirmSeconds: z.number().min(0).max(120).default(3),
  exitAfterSeconds: z.number().min(1).max(600).default(20),
  /** Default for zones that set none of their own: a shorter stay is a passer-by. */
  minStaySeconds: z.number().min(0).max(3600).default(30),
  bounceSeconds: z.number().min(0).max(3600).default(120),
  returnWindowDays: z.int().min(1).max(90).default(30),
  /** Days below this are left out of peak hours, and listed. */
  minCoverage: z.number().min(0).max(1).default(0.9),
  /** Cells with fewer distinct carriers are suppressed. */
  kAnonymity: z.int().min(1).max(100).default(10),
});
export type Definitions = z.infer<typeof definitions>;
export const DEFAULT_DEFINITIONS: Definitions = definitions.parse({});
