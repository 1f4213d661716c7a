/** Advertisements out of an HCI event. What is cut off is left out, never a throw. Pure. */

const EVENT_PACKET = 0x04;
const LE_META_EVENT = 0x3e;
const ADVERTISING_REPORT = 0x02;

const EVENT_AT = 1;
const SUBEVENT_AT = 3;
const COUNT_AT = 4;
const REPORTS_AT = 5;

/** Of one report: event type, address type, address. */
const LENGTH_AT = 8;
const DATA_AT = 9;
/** Behind the data. */
const RSSI_BYTES = 1;

export const isAdvertisingReport = (event: Uint8Array): boolean =>
  event.length > COUNT_AT &&
  event[0] === EVENT_PACKET &&
  event[EVENT_AT] === LE_META_EVENT &&
  event[SUBEVENT_AT] === ADVERTISING_REPORT;

/** The data are the event's own bytes: to be read at once. */
export function eachAdvertisement(event: Uint8Array, heard: (data: Uint8Array, rssiDbm: number) => void): void {
  let at = REPORTS_AT;
  for (let left = event[COUNT_AT] ?? 0; left > 0; left -= 1) {
    const length = event[at + LENGTH_AT];
    if (length === undefined) return;
    const rssiAt = at + DATA_AT + length;
    const rssi = event[rssiAt];
    if (rssi === undefined) return;
    heard(event.subarray(at + DATA_AT, rssiAt), (rssi << 24) >> 24);
    at = rssiAt + RSSI_BYTES;
  }
}
