/**
 * What may be expected of each format: whether its messages tell their time, and how long a gateway that says nothing is
 * still listening. A minute in which a gateway listened is covered even if nobody came by; a minute in which nobody knows is
 * not. Pure.
 */
import type { FleetFormat, Format } from '../contract/fleets.ts';

type Expectation = Pick<FleetFormat, 'timed' | 'aliveSeconds' | 'aliases'>;

/**
 * - ESPresense tells nothing of devices beyond its max_distance and little of those that stand still, but sends telemetry
 *   every 15 s: two of them may be lost.
 * - OpenMQTTGateway sends SYStoMQTT every 120 s.
 * - Minew, MOKO and April Brother report at an interval that is set there, up to a minute, also when they heard nothing.
 * - Ruuvi, Shelly and Kontakt tell of each advertisement that passes their filter; every one of them, also of other tags,
 *   shows a radio that listens. Where nothing at all is on the air they cannot be told from dead ones: a tag of one's own
 *   within earshot helps.
 * - happy-bubbles and room-assistant tell only of beacons.
 */
export const EXPECTATIONS: Readonly<Record<Format, Expectation>> = {
  espresense: { timed: false, aliveSeconds: 45, aliases: 'possible' },
  openmqttgateway: { timed: false, aliveSeconds: 150, aliases: 'never' },
  'room-assistant': { timed: true, aliveSeconds: 30, aliases: 'possible' },
  minew: { timed: true, aliveSeconds: 90, aliases: 'never' },
  moko: { timed: true, aliveSeconds: 90, aliases: 'never' },
  'april-brother': { timed: true, aliveSeconds: 90, aliases: 'never' },
  ruuvi: { timed: true, aliveSeconds: 60, aliases: 'never' },
  'happy-bubbles': { timed: false, aliveSeconds: 60, aliases: 'never' },
  shelly: { timed: true, aliveSeconds: 60, aliases: 'never' },
  kontakt: { timed: true, aliveSeconds: 60, aliases: 'always' },
};

/**
 * Whether a gateway, as it is delivered, tells each second of every beacon that it hears, so that its silence says that it did
 * not hear one. Minew, MOKO and April Brother report all of a second, Ruuvi and happy-bubbles each advertisement. The others
 * scan with pauses, tell at a change or every some seconds, or not beyond a distance: of their silence nothing follows.
 */
const TELLS_ALL: Readonly<Record<Format, boolean>> = {
  espresense: false,
  openmqttgateway: false,
  'room-assistant': false,
  minew: true,
  moko: true,
  'april-brother': true,
  ruuvi: true,
  'happy-bubbles': true,
  shelly: false,
  kontakt: false,
};

export const tellsAll = (format: string): boolean => !(format in TELLS_ALL) || TELLS_ALL[format as Format];
