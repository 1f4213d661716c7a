/** Messages between the gateway and its scanner's child process. Pure. */

/** [uuid, major, minor, measured power dBm, RSSI dBm, heard at ms] */
export type HeardRow = [string, number, number, number, number, number];

export type FromChild =
  /** The adapter answers; `state` is noble's word for it. */
  | { type: 'state'; state: string }
  | { type: 'heard'; beacons: HeardRow[]; uptoMs: number; frames: number; rssBytes: number }
  /** Of all frames since the last such message: pairs of dBm and count. CPU since the process began. */
  | { type: 'air'; countByDbm: [number, number][]; cpuSeconds: number }
  /** The controller refused to scan. */
  | { type: 'refused'; status: number }
  /** Nothing but a person can help; `sentence` says how. */
  | { type: 'fatal'; sentence: string };

export type ToChild = { type: 'restartScan' } | { type: 'resetAdapter' } | { type: 'stop' };
