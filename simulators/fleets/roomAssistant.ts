/**
 * room-assistant: each instance smooths what it hears, the cluster shares it, and every instance publishes the whole entity
 * at every change. What an instance heard last stays in the entity. Pure.
 */
import { between } from '../random.ts';
import type { Beacon } from '../virtualGateway.ts';
import { keyOf, undashed } from './bytes.ts';
import type { CreateImitator, FleetMessage } from './types.ts';
import { Every } from './window.ts';

/** Process and measurement noise of its Kalman filter. */
const PROCESS_NOISE = 0.008;
const MEASUREMENT_NOISE = 4;
/** A value is told again at most this often. */
const UPDATE_MS = 1_000;
const TIMEOUT_MS = 60_000;
const REFRESH_MS = 300_000;

interface Value {
  rssiDbm: number;
  variance: number;
  heardMs: number;
  toldMs: number;
  isNew: boolean;
  outOfRange: boolean;
}

export interface RoomAssistantSettings {
  /** Distances with their times, as the entity has had them for long. */
  distances: boolean;
}

export const createRoomAssistant =
  ({ distances }: RoomAssistantSettings = { distances: true }): CreateImitator =>
  ({ gateways, random, startMs, nameOf }) => {
    const clockMs = gateways.map(() => between(random, -100, 100));
    const entities = new Map<string, { beacon: Beacon; values: (Value | undefined)[] }>();
    const refresh = new Every(REFRESH_MS, startMs + REFRESH_MS);

    const entityOf = (beacon: Beacon, values: readonly (Value | undefined)[]): Record<string, unknown> => {
      const present = gateways.flatMap((name, i) =>
        values[i] ? [{ name, value: values[i], clockMs: clockMs[i]! }] : [],
      );
      const nearest = [...present].sort((a, b) => b.value.rssiDbm - a.value.rssiDbm)[0];
      const distanceM = (value: Value): number =>
        Number((10 ** ((beacon.declaredPowerDbm - value.rssiDbm) / 25)).toFixed(1));
      const times = ({ value, clockMs: offset }: (typeof present)[number]): object => ({
        lastUpdatedAt: new Date(value.heardMs + offset).toISOString(),
        distance: distanceM(value),
        outOfRange: value.outOfRange,
      });
      return {
        attributes: nearest ? { distance: distanceM(nearest.value) } : {},
        id: `ble-${nameOf?.(beacon) ?? `${undashed(beacon.uuid)}-${beacon.major}-${beacon.minor}`}`,
        name: 'Tag Room Presence',
        distributed: true,
        ...(distances ? { distances: Object.fromEntries(present.map((one) => [one.name, times(one)])) } : {}),
        timeout: TIMEOUT_MS / 1_000,
        measuredValues: Object.fromEntries(
          present.map(({ name, value }) => [name, { rssi: value.rssiDbm, measuredPower: beacon.declaredPowerDbm }]),
        ),
        state: nearest?.name ?? 'not_home',
      };
    };

    const messages = (beacon: Beacon, values: (Value | undefined)[], changed?: readonly number[]): FleetMessage[] => {
      const entity = entityOf(beacon, values);
      const diff = changed?.map((i) => ({
        path: `/measuredValues/${gateways[i]}`,
        oldValue: null,
        newValue: { rssi: values[i]!.rssiDbm },
      }));
      return gateways.map((instance, i) => ({
        topic: `room-assistant/entity/${instance}/bluetooth-low-energy-presence-sensor/${entity.id}`,
        payload: JSON.stringify({ entity, ...(diff ? { diff } : {}), hasAuthority: i === 0 }),
        qos: 0 as const,
        retain: false,
      }));
    };

    return {
      gatewayName: (gateway) => gateways[gateway]!,
      hear(gateway, beacon, rssiDbm, atMs) {
        const key = keyOf(beacon);
        const entity = entities.get(key) ?? { beacon, values: gateways.map(() => undefined) };
        entities.set(key, entity);
        let value = entity.values[gateway];
        if (!value || value.outOfRange) {
          value = { rssiDbm, variance: MEASUREMENT_NOISE, heardMs: atMs, toldMs: 0, isNew: true, outOfRange: false };
          entity.values[gateway] = value;
          return;
        }
        const predicted = value.variance + PROCESS_NOISE;
        const gain = predicted / (predicted + MEASUREMENT_NOISE);
        value.rssiDbm += gain * (rssiDbm - value.rssiDbm);
        value.variance = (1 - gain) * predicted;
        value.heardMs = atMs;
        value.isNew = true;
      },
      publish(nowMs) {
        const told: FleetMessage[] = [];
        const isRefresh = refresh.due(nowMs);
        for (const { beacon, values } of entities.values()) {
          for (const value of values) if (value && value.heardMs < nowMs - TIMEOUT_MS) value.outOfRange = true;
          const changed = values.flatMap((value, i) => (value?.isNew && nowMs - value.toldMs >= UPDATE_MS ? [i] : []));
          for (const i of changed) {
            values[i]!.isNew = false;
            values[i]!.toldMs = nowMs;
          }
          if (changed.length > 0) told.push(...messages(beacon, values, changed));
          // After an instance has reconnected; nothing is new in it.
          else if (isRefresh) told.push(...messages(beacon, values));
        }
        return told;
      },
    };
  };
