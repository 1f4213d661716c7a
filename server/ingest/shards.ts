/** One second's batches cut by carrier, so that several engines share a crowd. Pure. */
import { phoneOf, type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';

/** Ids end in what differs most. */
export function shardOf(carrierId: string, shards: number): number {
  const { length } = carrierId;
  return (31 * carrierId.charCodeAt(length - 1) + carrierId.charCodeAt(length - 2)) % shards;
}

/** The rows that `wants` wants; the batch itself where that is all. */
export function rowsOf(batch: SightingBatch, wants: (row: number) => boolean): SightingBatch {
  const { carriers, values } = batch;
  const rows: number[] = [];
  for (let row = 0; row < carriers.length; row++) if (wants(row)) rows.push(row);
  if (rows.length === carriers.length) return batch;
  const own = new Int16Array(rows.length * VALUES_PER_ROW);
  rows.forEach((row, i) => {
    for (let k = 0; k < VALUES_PER_ROW; k++) own[i * VALUES_PER_ROW + k] = values[row * VALUES_PER_ROW + k]!;
  });
  return { ...batch, carriers: rows.map((row) => carriers[row]!), values: own };
}

/** One for each shard. One without rows still says that the gateway was listening. */
export function shardsOf(batch: SightingBatch, shards: number): SightingBatch[] {
  if (shards === 1) return [batch];
  const phone = phoneOf(batch.gatewayId);
  const { carriers } = batch;
  const of =
    phone === undefined ? carriers.map(({ id }) => shardOf(id, shards)) : carriers.map(() => shardOf(phone, shards));
  return Array.from({ length: shards }, (_, shard) => rowsOf(batch, (row) => of[row] === shard));
}
