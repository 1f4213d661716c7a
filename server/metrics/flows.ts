/**
 * Flows: how often visits that started in the period went from one place (see places.ts) to the next. The zone visits of
 * a visit to places are taken in the order of their start (then end, then zone id); the first comes from outside, the last
 * goes outside once the visit has ended. Coming back to the same place with no other in between is no flow. Pure.
 */
import type { Flows } from '../contract/metrics.ts';
import { withheldCells } from './suppression.ts';

export interface FlowCount {
  from: string | null;
  to: string | null;
  visits: number;
  carriers: number;
}

/** Visits into and out of each zone are known as its zone visits, so what flows are withheld must not follow from those. */
export function flowFigures(counts: readonly FlowCount[], k: number): Pick<Flows, 'flows' | 'suppressed'> {
  const text = (flow: FlowCount) => `${flow.from ?? ''} ${flow.to ?? ''}`;
  const sorted = [...counts].sort((x, y) => y.visits - x.visits || (text(x) < text(y) ? -1 : 1));
  const withheld = withheldCells(
    sorted.map((flow) => ({
      carriers: flow.carriers,
      groups: [`from ${flow.from ?? ''}`, `to ${flow.to ?? ''}`],
    })),
    k,
  );
  return {
    flows: sorted.filter((_, index) => !withheld.has(index)).map(({ from, to, visits }) => ({ from, to, visits })),
    suppressed: withheld.size,
  };
}
