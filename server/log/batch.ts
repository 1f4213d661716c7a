/** A batch in columns: what ingest makes, the log keeps and the engines are fed from. Values are cut to what the log stores. Pure. */
import type { CarrierKind } from '../contract/model.ts';
import type { LogBatch, Sighting } from '../engine/types.ts';

/** Shared by all sightings of a carrier, so that a batch holds references and no copies. */
export interface CarrierRef {
  readonly id: string;
  readonly kind: CarrierKind;
}

/** Numbers per sighting in `values`: mean and max RSSI (1/100 dBm), adverts, calibrated power (1/100 dBm), ms after fromMs. */
export const VALUES_PER_ROW = 5;
/** In place of a calibrated power that is not known. */
export const NO_POWER = 0x7fff;

export interface SightingBatch {
  /** Of a phone that listens: see `phoneName`. */
  gatewayId: string;
  epoch: number;
  seq: number;
  /** Corrected by clockOffsetMs. */
  fromMs: number;
  toMs: number;
  clockOffsetMs: number;
  receivedMs: number;
  carriers: CarrierRef[];
  /** Row after row; adverts and the offset are unsigned and read with `& 0xffff`. */
  values: Int16Array;
}

/** Sequence numbers that will never come: lost in an outage, or unreadable and put among the dead letters. */
export interface SeqMark {
  gatewayId: string;
  epoch: number;
  fromSeq: number;
  toSeq: number;
  reason: string;
  receivedMs: number;
}

/**
 * What a phone heard of the mall's own beacons stands in the log as the phone sent it: in place of the gateway `@` and the
 * phone's carrier id (no gateway's id has an @), and in its rows the gateways whose beacons it heard.
 */
const PHONE = '@';
export const phoneName = (carrierId: string): string => PHONE + carrierId;
/** The phone's carrier; undefined for a gateway. */
export const phoneOf = (gatewayId: string): string | undefined =>
  gatewayId.startsWith(PHONE) ? gatewayId.slice(PHONE.length) : undefined;
/** A gateway as a row of a phone names it. */
export const placeRef = (gatewayId: string): CarrierRef => ({ id: gatewayId, kind: 'unknown' });

/** `heardFromMs` leaves out sightings before it. */
export function toLogBatch(batch: SightingBatch, heardFromMs = Number.NEGATIVE_INFINITY): LogBatch {
  const sightings: Sighting[] = [];
  const { values, carriers, fromMs } = batch;
  const phone = phoneOf(batch.gatewayId);
  for (let row = 0, at = 0; row < carriers.length; row++, at += VALUES_PER_ROW) {
    const atMs = fromMs + (values[at + 4]! & 0xffff);
    if (atMs < heardFromMs) continue;
    const carrier = carriers[row]!;
    const sighting: Sighting = {
      carrierId: phone ?? carrier.id,
      kind: phone === undefined ? carrier.kind : 'shopper',
      rssiMeanDbm: values[at]! / 100,
      rssiMaxDbm: values[at + 1]! / 100,
      adverts: values[at + 2]! & 0xffff,
      atMs,
    };
    if (phone !== undefined) sighting.beaconOf = carrier.id;
    if (values[at + 3] !== NO_POWER) sighting.powerDbm = values[at + 3]! / 100;
    sightings.push(sighting);
  }
  return {
    gatewayId: batch.gatewayId,
    epoch: batch.epoch,
    seq: batch.seq,
    fromMs,
    toMs: batch.toMs,
    clockOffsetMs: batch.clockOffsetMs,
    receivedMs: batch.receivedMs,
    sightings,
  };
}
