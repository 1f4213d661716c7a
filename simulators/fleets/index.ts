/** The products that can be imitated, as most installations set them up. */
import { createAprilBrother } from './aprilBrother.ts';
import { createEspresense } from './espresense.ts';
import { createKontakt } from './kontakt.ts';
import { createMinew } from './minew.ts';
import { createMoko } from './moko.ts';
import { createHappyBubbles, createRuuvi } from './oneByOne.ts';
import { createOpenMqttGateway } from './openMqttGateway.ts';
import { createRoomAssistant } from './roomAssistant.ts';
import { createShelly } from './shelly.ts';
import type { CreateImitator } from './types.ts';

export const IMITATORS = {
  espresense: createEspresense,
  openmqttgateway: createOpenMqttGateway(),
  'room-assistant': createRoomAssistant(),
  minew: createMinew,
  moko: createMoko,
  'april-brother': createAprilBrother,
  ruuvi: createRuuvi,
  'happy-bubbles': createHappyBubbles,
  shelly: createShelly(),
  kontakt: createKontakt,
} satisfies Record<string, CreateImitator>;

/** The filters under which an imitator publishes; where a product has none of its own, what is chosen here. */
export const IMITATED_TOPICS: Readonly<Record<keyof typeof IMITATORS, readonly string[]>> = {
  espresense: ['espresense/devices/+/+', 'espresense/rooms/+/status', 'espresense/rooms/+/telemetry'],
  openmqttgateway: ['home/+/BTtoMQTT/+', 'home/+/LWT', 'home/+/SYStoMQTT', 'home/presence/+'],
  'room-assistant': ['room-assistant/entity/+/bluetooth-low-energy-presence-sensor/+'],
  minew: ['/gw/+/status'],
  moko: ['moko/+/send'],
  'april-brother': ['april/+'],
  ruuvi: ['ruuvi/+/+'],
  'happy-bubbles': ['happy-bubbles/ble/+/ibeacon/+'],
  shelly: ['+/events/rpc', '+/online'],
  kontakt: ['kontakt/telemetry'],
};
