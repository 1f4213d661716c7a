/** How a fleet is, as installers read it. Pure. */
import type { Fleet, FleetHealth } from '../contract/fleets.ts';
import type { FleetTally } from './fleetTally.ts';
import type { ForeignGateway } from './foreignGateway.ts';
import type { HeardGateway } from './heardGateways.ts';

export function fleetHealthOf(
  fleet: Fleet,
  tally: FleetTally,
  gateways: readonly HeardGateway[],
  isPlaced: (gatewayId: string) => boolean,
  running: ReadonlyMap<string, ForeignGateway>,
  nowMs: number,
): FleetHealth {
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const byCount = (a: { count: number }, b: { count: number }): number => b.count - a.count;
  return {
    fleetId: fleet.id,
    since: new Date(tally.sinceMs).toISOString(),
    listening: fleet.enabled,
    messages: tally.messages,
    readings: tally.readings,
    used: tally.used,
    sightings: tally.sightings,
    lastHeard: iso(tally.lastHeardMs),
    ignored: [...tally.ignored].map(([reason, count]) => ({ reason, count })).sort(byCount),
    unknown: [...tally.unknown]
      .map(([reason, { count, sample }]) => ({
        reason,
        count,
        sample: sample && { at: iso(sample.atMs)!, topic: sample.topic, payload: sample.payload },
      }))
      .sort(byCount),
    gateways: gateways.map((one) => {
      const gateway = running.get(one.gatewayId);
      const clockMs = gateway?.clockMs ?? one.clockMs;
      return {
        gatewayId: one.gatewayId,
        name: one.name,
        placed: isPlaced(one.gatewayId),
        dismissed: one.dismissed,
        online: gateway?.online === true && gateway.aliveUntilMs >= nowMs,
        lastHeard: iso(one.lastSeenMs),
        messages: one.messages,
        clockOffsetMs: clockMs === null || clockMs === undefined ? null : Math.round(clockMs),
        version: gateway?.version ?? null,
      };
    }),
  };
}
