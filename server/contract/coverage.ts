/** Expected accuracy over a floor as REST carries it, and what a draft of gateways asks. Pure. */
import { z } from 'zod';
import { gateway } from './model.ts';

/** A cell below this says nothing that the eye could tell apart; a larger one hides a shop. */
export const coverageCellM = z.coerce.number().min(0.5).max(20);
/** By what the mean is weighted: every square metre the same, or by where people were. */
export const COVERAGE_WEIGHTS = ['area', 'traffic'] as const;
export const MAX_DRAFT_GATEWAYS = 500;

const place = { xM: z.number(), yM: z.number() };
const share = z.number().min(0).max(1);

export const coverageProposal = z.object({
  ...place,
  zM: z.number(),
  /** Expected error over the floor, without and with this gateway. */
  meanBeforeM: z.number(),
  meanAfterM: z.number(),
  p90BeforeM: z.number(),
  p90AfterM: z.number(),
  /** Mean over its surroundings, as far as the gateways hang apart. */
  nearBeforeM: z.number(),
  nearAfterM: z.number(),
});
export type CoverageProposal = z.infer<typeof coverageProposal>;

export const coverageMap = z.object({
  floor: z.string(),
  cellM: z.number(),
  weight: z.enum(COVERAGE_WEIGHTS),
  /** What the site's radio was taken to be, and whether it was learned from traffic or a survey, or is the usual. */
  radio: z.object({
    powerDbm: z.number(),
    exponent: z.number(),
    noiseDb: z.number(),
    advertShare: z.number(),
    fromTraffic: z.boolean(),
    fromSurvey: z.boolean(),
  }),
  /** Fewer gateways in hearing than this make a cell weak. */
  enoughGateways: z.int(),
  summary: z.object({
    meanM: z.number(),
    medianM: z.number(),
    p90M: z.number(),
    within3M: share,
    within5M: share,
    within10M: share,
    weak: share,
    blind: share,
  }),
  /** Lower left corner; the radius that holds the true place 68 % of the time; gateways in hearing. */
  cells: z.array(z.object({ ...place, errorM: z.number(), gateways: z.int() })),
  /** Where one more gateway would lower the mean most, the best first. */
  oneMore: z.array(coverageProposal),
});
export type CoverageMap = z.infer<typeof coverageMap>;

export const coverageDraft = z.object({
  /** Instead of what hangs on this floor. Those of other floors stay. */
  gateways: z
    .array(gateway.pick({ xM: true, yM: true, zM: true, enabled: true }).extend({ id: z.string().max(64).optional() }))
    .max(MAX_DRAFT_GATEWAYS),
  cellM: coverageCellM.optional(),
  weight: z.enum(COVERAGE_WEIGHTS).default('area'),
  /** Places for one more are sought as well; false answers sooner. */
  oneMore: z.boolean().default(true),
});
