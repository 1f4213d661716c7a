/** From what a phone tells of the mall's beacons to a batch of the log. Pure. */
import { MAX_PHONE_SPAN_MS, type PhoneSightings } from '../contract/identity.ts';
import { type CarrierRef, NO_POWER, phoneName, type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';

/** Phones hold their clock by the network; below this the difference is the way of the message. */
const CLOCK_AGREES_MS = 2_000;
/** A phone hands over within seconds. Later than that its hours may be final, and would have to be computed anew. */
export const PHONE_LATE_MS = 15 * 60_000;

export interface PhoneFault {
  code: 'future' | 'ancient' | 'span' | 'before-enrolment';
  message: string;
  path: string;
}

export interface PhoneHearing {
  /** Undefined where none of the beacons is the site's. */
  batch: SightingBatch | undefined;
  unknownBeacons: number;
}

export function phoneBatch(
  phone: { carrierId: string; sinceMs: number },
  message: PhoneSightings,
  placeOf: (uuid: string, major: number, minor: number) => CarrierRef | undefined,
  nowMs: number,
  lateMs: number,
): PhoneHearing | PhoneFault {
  const offMs = nowMs - message.clockMs;
  const clockOffsetMs = Math.abs(offMs) <= CLOCK_AGREES_MS ? 0 : offMs;
  const heard: { place: CarrierRef; rssiDbm: number; adverts: number; atMs: number }[] = [];
  let unknownBeacons = 0;
  for (const [i, { uuid, major, minor, rssiDbm, adverts, atMs: phoneMs }] of message.sightings.entries()) {
    const atMs = phoneMs + clockOffsetMs;
    const path = `body.sightings.${i}.atMs`;
    if (atMs > nowMs + CLOCK_AGREES_MS)
      return { code: 'future', path, message: 'lies ahead of clockMs: nothing is heard before it is sent' };
    if (atMs < nowMs - lateMs)
      return { code: 'ancient', path, message: `lies more than ${Math.round(lateMs / 60_000)} minutes back: leave it` };
    if (atMs < phone.sinceMs)
      return { code: 'before-enrolment', path, message: 'was heard before this app was enrolled: leave it' };
    const place = placeOf(uuid, major, minor);
    if (place) heard.push({ place, rssiDbm, adverts, atMs: Math.min(atMs, nowMs) });
    else unknownBeacons++;
  }
  if (heard.length === 0) return { batch: undefined, unknownBeacons };
  heard.sort((a, b) => a.atMs - b.atMs || (a.place.id < b.place.id ? -1 : a.place.id > b.place.id ? 1 : 0));
  const fromMs = heard[0]!.atMs;
  const toMs = heard.at(-1)!.atMs;
  if (toMs - fromMs > MAX_PHONE_SPAN_MS)
    return {
      code: 'span',
      path: 'body.sightings',
      message: `spans more than ${MAX_PHONE_SPAN_MS / 1_000} seconds: send it in several messages`,
    };
  const values = new Int16Array(heard.length * VALUES_PER_ROW);
  heard.forEach(({ rssiDbm, adverts, atMs }, i) => {
    const rssiCenti = Math.round(rssiDbm * 100);
    values.set([rssiCenti, rssiCenti, adverts, NO_POWER, atMs - fromMs], i * VALUES_PER_ROW);
  });
  const batch: SightingBatch = {
    gatewayId: phoneName(phone.carrierId),
    epoch: message.epoch,
    seq: message.seq,
    fromMs,
    toMs,
    clockOffsetMs,
    receivedMs: nowMs,
    carriers: heard.map(({ place }) => place),
    values,
  };
  return { batch, unknownBeacons };
}
