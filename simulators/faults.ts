/** Which gateway is without power or network at a time of the run, and what its clock shows. Pure. */
import type { Fault } from './scenario.ts';

export interface GatewayCondition {
  powered: boolean;
  online: boolean;
  /** What its clock shows above the true time. */
  clockOffsetMs: number;
}

const MINUTE_MS = 60_000;

/** Fault times count in minutes of event time from the begin of the run. */
export function conditionOf(
  faults: readonly Fault[],
  gatewayId: string,
  beganMs: number,
  atMs: number,
): GatewayCondition {
  const condition: GatewayCondition = { powered: true, online: true, clockOffsetMs: 0 };
  for (const fault of faults) {
    if (!fault.gateways.includes('*') && !fault.gateways.includes(gatewayId)) continue;
    if (fault.type === 'clock') {
      condition.clockOffsetMs += Math.round(fault.offsetMs + ((atMs - beganMs) * fault.driftPpm) / 1e6);
      continue;
    }
    const fromMs = beganMs + fault.fromMinute * MINUTE_MS;
    const toMs = fault.type === 'dead' ? Number.POSITIVE_INFINITY : fromMs + fault.minutes * MINUTE_MS;
    if (atMs < fromMs || atMs >= toMs) continue;
    condition.online = false;
    if (fault.type !== 'network') condition.powered = false;
  }
  return condition;
}
