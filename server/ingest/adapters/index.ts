/** All formats, by name. */
import { aprilBrother } from './aprilBrother.ts';
import { espresense } from './espresense.ts';
import { happyBubbles } from './happyBubbles.ts';
import { kontakt } from './kontakt.ts';
import { minew } from './minew.ts';
import { moko } from './moko.ts';
import { openMqttGateway } from './openMqttGateway.ts';
import { roomAssistant } from './roomAssistant.ts';
import { ruuvi } from './ruuvi.ts';
import { shelly } from './shelly.ts';
import type { Adapter, Format } from './types.ts';

export const ADAPTERS: Readonly<Record<Format, Adapter>> = {
  espresense,
  openmqttgateway: openMqttGateway,
  'room-assistant': roomAssistant,
  minew,
  moko,
  'april-brother': aprilBrother,
  ruuvi,
  'happy-bubbles': happyBubbles,
  shelly,
  kontakt,
};
