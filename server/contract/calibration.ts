/** Walk audits and the certificates that they give. Pure. */
import { z } from 'zod';
import { CARRIER_KINDS, id } from './model.ts';

/** A ten-minute walk has some fifty; a day's has not more than this. */
export const MAX_TAPS = 2_000;
/** With fewer, one bad fix decides the figures of a zone. */
export const ENOUGH_TAPS = 5;

const metres = z.number().min(-10_000).max(10_000);
const clockMs = z.int().min(0).max(8.64e15);

/** "I stand here now", by the clock of the phone. The id is the phone's own, so that sending twice counts once. */
export const waypoint = z.object({ id, floorId: id, xM: metres, yM: metres, atMs: clockMs });
export type Waypoint = z.infer<typeof waypoint>;

/** `clockMs`: what the phone's clock says while sending; the server's own then tells how far it is off. */
export const waypointsInput = z.object({ clockMs, waypoints: z.array(waypoint).min(1).max(200) });
export const waypointsTaken = z.object({
  /** Of the audit, by now. */
  taps: z.int(),
  /** Never to be sent again: the reason says what is wrong with it. */
  refused: z.array(z.object({ id, reason: z.string() })),
});
export type WaypointsTaken = z.infer<typeof waypointsTaken>;

export const auditInput = z.object({ id: id.optional(), carrierId: id, clockMs });

const staleReason = z.object({
  /** `redrawn` is of the zone, the others of a gateway that was heard there. */
  what: z.enum(['moved', 'removed', 'off', 'redrawn']),
  gatewayId: id.nullable(),
  gatewayName: z.string().nullable(),
  /** When it was noticed. */
  at: z.string().nullable(),
});
export type StaleReason = z.infer<typeof staleReason>;

export const walkAudit = z.object({
  id,
  carrierId: id,
  carrierLabel: z.string().nullable(),
  /** The account that walks. */
  by: z.string(),
  started: z.string(),
  /** Null: under way. */
  finished: z.string().nullable(),
  taps: z.int(),
});
export type WalkAudit = z.infer<typeof walkAudit>;

export const walkedTap = z.object({
  id,
  floorId: id,
  xM: metres,
  yM: metres,
  at: z.string(),
  /** Metres between the tap and the fix of that moment. Null: under way, no fix, or one on another floor. */
  errorM: z.number().nullable(),
  outcome: z.enum(['pending', 'measured', 'noFix', 'wrongFloor']),
});
export type WalkedTap = z.infer<typeof walkedTap>;
export const walkAuditDetail = walkAudit.extend({ waypoints: z.array(walkedTap) });
export type WalkAuditDetail = z.infer<typeof walkAuditDetail>;

export const certificate = z.object({
  /** Null: the whole floor. */
  zoneId: id.nullable(),
  floorId: id,
  auditId: id,
  at: z.string(),
  /** Null for tenants. */
  by: z.string().nullable(),
  taps: z.int(),
  /** False below five taps: one of them decides the figures. */
  enough: z.boolean(),
  /** Null: that many taps had no fix, or one on another floor. */
  medianM: z.number().nullable(),
  p90M: z.number().nullable(),
  /** Share of the taps in the zone whose fix lay in it too; on a floor: on the right floor. */
  hitRate: z.number(),
  /** Where the fixes of the other taps lay; null is no zone at all. */
  elsewhere: z.array(z.object({ zoneId: id.nullable(), taps: z.int() })),
  /** Taps outside whose fix lay in the zone. */
  wronglyHere: z.int(),
  noFix: z.int(),
  wrongFloor: z.int(),
  /** Share of the fixes that lay within the accuracy they stated; 0.68 is what is meant. */
  withinStated: z.number().nullable(),
  state: z.enum(['valid', 'stale']),
  reasons: z.array(staleReason),
});
export type Certificate = z.infer<typeof certificate>;
export const certificates = z.object({ certificates: z.array(certificate) });

/** Carriers that one may walk with: those that are nobody's. */
export const auditCarrier = z.object({ id, kind: z.enum(CARRIER_KINDS), label: z.string().nullable() });
export type AuditCarrier = z.infer<typeof auditCarrier>;
export const heardNow = z.object({
  /** How many gateways heard it within the last seconds. */
  gateways: z.int(),
  lastHeardSecondsAgo: z.number().nullable(),
  /** Since when it is listened for; before, nothing is known. */
  listeningSeconds: z.number(),
});
export type HeardNow = z.infer<typeof heardNow>;
