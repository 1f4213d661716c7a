/** The MQTT payloads. One zod schema each gives the type, the check and the document. Pure. */
import { z } from 'zod';

export const MAX_PAYLOAD_BYTES = 64 * 1024;
/** A batch is one thinning window or a few; longer spans would blur the second in which a carrier was heard. */
export const MAX_BATCH_SPAN_MS = 60_000;
export const MAX_ROWS = 4_000;

export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const epoch = z.int().min(0).max(0xffffffff);
const seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const timeMs = z.int().min(0).max(8.64e15);
const rssiDbm = z.number().min(-127).max(20);

/** [uuid index, major, minor, mean RSSI dBm, max RSSI dBm, advertisements, measured power dBm, last heard ms after fromMs] */
export const sightingRow = z.tuple([
  z.int().min(0).max(255),
  z.int().min(0).max(0xffff),
  z.int().min(0).max(0xffff),
  rssiDbm,
  rssiDbm,
  z.int().min(1).max(0xffff),
  z.int().min(-128).max(127),
  z.int().min(0).max(MAX_BATCH_SPAN_MS),
]);
export type SightingRow = z.infer<typeof sightingRow>;

/**
 * [32 hex digits of HMAC-SHA-256(daily key, uuid bytes + major + minor), mean RSSI dBm, max RSSI dBm, advertisements,
 * last heard ms after fromMs]: what a gateway hears off the allowlist, where the site counts unknowns.
 */
export const unknownRow = z.tuple([
  z.string().regex(/^[0-9a-f]{32}$/),
  rssiDbm,
  rssiDbm,
  z.int().min(1).max(0xffff),
  z.int().min(0).max(MAX_BATCH_SPAN_MS),
]);

export const sightingsMessage = z
  .object({
    v: z.literal(1),
    epoch,
    seq,
    fromMs: timeMs,
    toMs: timeMs,
    uuids: z.array(z.string().regex(UUID_PATTERN)).max(256),
    /** Empty is a heartbeat: the radio was scanning and heard nothing. */
    sightings: z.array(sightingRow).max(MAX_ROWS),
    /** Id of the daily key that `unknowns` were hashed with. */
    unknownKeyId: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/)
      .optional(),
    unknowns: z.array(unknownRow).max(MAX_ROWS).optional(),
    /** Another message of this window follows. Gateways of before do not say. */
    more: z.boolean().optional(),
  })
  .check((ctx) => {
    const m = ctx.value;
    const spanMs = m.toMs - m.fromMs;
    if (spanMs < 0 || spanMs > MAX_BATCH_SPAN_MS)
      ctx.issues.push({
        code: 'custom',
        input: m.toMs,
        path: ['toMs'],
        message: `must lie 0 to ${MAX_BATCH_SPAN_MS} ms after fromMs`,
      });
    m.sightings.forEach((row, i) => {
      if (row[0] >= m.uuids.length)
        ctx.issues.push({
          code: 'custom',
          input: row[0],
          path: ['sightings', i, 0],
          message: 'must index an entry of uuids',
        });
    });
    if (m.unknowns?.length && !m.unknownKeyId)
      ctx.issues.push({
        code: 'custom',
        input: undefined,
        path: ['unknownKeyId'],
        message: 'must name the daily key when unknowns are sent',
      });
  });
export type SightingsMessage = z.infer<typeof sightingsMessage>;

export const statusMessage = z.object({
  online: z.boolean(),
  version: z.string().max(64).optional(),
  epoch: epoch.optional(),
  clockMs: timeMs.optional(),
  outboxBatches: z.int().min(0).optional(),
  droppedBatches: z.int().min(0).optional(),
  advertsPerSecond: z.number().min(0).optional(),
  /** What is wrong, in one clear sentence, where the gateway knows. */
  fault: z.string().max(500).optional(),
  /** Of the gateway's program. */
  uptimeSeconds: z.number().min(0).optional(),
  /** Of the server's configuration that it runs with; null: with none of the server's. Programs of before do not say. */
  configId: z.string().max(64).nullable().optional(),
  /** The newest configuration that it did not take, and why in one sentence. */
  configRefused: z.object({ id: z.string().max(64).nullable(), why: z.string().max(500) }).optional(),
  /** Times since its start that its radio had to be started again. */
  scannerRestarts: z.int().min(0).optional(),
  /** Of all advertisements since the last status, whoever's: the RSSI that 5 %, half and 95 % of them stay below. */
  airDbm: z.tuple([rssiDbm, rssiDbm, rssiDbm]).optional(),
  /** CPU as a share of one core, and memory, of all the gateway's processes. */
  program: z.object({ cpuShare: z.number().min(0), memoryBytes: z.number().min(0) }).optional(),
  box: z
    .object({
      temperatureC: z.number().min(-60).max(200).optional(),
      /** Runnable processes over a minute, for each core. */
      load: z.number().min(0).optional(),
      memoryFreeShare: z.number().min(0).max(1).optional(),
      uptimeSeconds: z.number().min(0).optional(),
    })
    .optional(),
});
export type StatusMessage = z.infer<typeof statusMessage>;

export const gapMessage = z
  .object({ epoch, fromSeq: seq, toSeq: seq, reason: z.string().max(64) })
  .refine((gap) => gap.toSeq >= gap.fromSeq, { path: ['toSeq'], message: 'must not be below fromSeq' });
export type GapMessage = z.infer<typeof gapMessage>;

export const ackMessage = z.object({ epoch, seq });
export type AckMessage = z.infer<typeof ackMessage>;

/** Retained by the server for each gateway. */
export const configMessage = z
  .object({
    v: z.literal(1),
    /** Differs where anything in it differs; the gateway tells it back once it runs with it. */
    id: z.string().max(64).optional(),
    uuids: z.array(z.string().regex(UUID_PATTERN)).max(256),
    windowMs: z.int().min(250).max(10_000),
    heartbeatMs: z.int().min(1_000).max(60_000),
    statusEveryMs: z.int().min(1_000).max(60_000).optional(),
    /** Present where the site counts unknown carriers: the key of the local day. */
    unknowns: z.object({ keyId: z.string(), keyHex: z.string().regex(/^[0-9a-f]{64}$/), untilMs: timeMs }).optional(),
  })
  .check((ctx) => {
    const { heartbeatMs, windowMs } = ctx.value;
    if (heartbeatMs < windowMs)
      ctx.issues.push({
        code: 'custom',
        input: heartbeatMs,
        path: ['heartbeatMs'],
        message: `must not be below windowMs, ${windowMs}`,
      });
  });
export type ConfigMessage = z.infer<typeof configMessage>;
