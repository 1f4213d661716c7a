/**
 * Whether it is lively or quiet in a zone now, told from the live heat: that is blurred until k people stand behind each of
 * its parts, so a level says no more of a person than the heat does. Levels compare with the mall's usual density, so that
 * all is quiet at closing time and much is lively on a Saturday. Pure.
 */
import type { LiveHeat } from '../contract/live.ts';
import type { Shape } from '../contract/model.ts';
import type { Liveliness } from '../contract/shopper.ts';
import { areaOf, innerPoint, pointInShape } from '../floor/geometry.ts';

/** A crowd is felt from about half as many again, an emptiness from a third less; between them nobody notices. */
const LIVELY_FROM = 1.5;
const QUIET_BELOW = 0.65;

type FloorHeat = LiveHeat['floors'][number];

/** People for each square metre of the zone. */
export function densityIn(shape: Shape, { cellM, cells }: FloorHeat): number {
  let people = 0;
  let inside = 0;
  for (const [xM, yM, value] of cells)
    if (pointInShape(shape, xM + cellM / 2, yM + cellM / 2)) {
      people += value;
      inside++;
    }
  // Cells with nobody near are left out of the heat.
  if (inside > 0) return people / Math.max(areaOf(shape), inside * cellM * cellM);
  // Smaller than a cell: what the cell has that it lies in.
  const [x, y] = innerPoint(shape);
  const around = cells.find(([xM, yM]) => x >= xM && x < xM + cellM && y >= yM && y < yM + cellM);
  return around === undefined ? 0 : around[2] / (cellM * cellM);
}

/**
 * How full the mall is for a mean visitor, from its hours: most come when it is full, so each hour weighs as many as were
 * there. Undefined before there was one.
 */
export function usualPeople(hours: readonly number[]): number | undefined {
  const visitors = hours.reduce((sum, people) => sum + people, 0);
  return visitors > 0 ? hours.reduce((sum, people) => sum + people * people, 0) / visitors : undefined;
}

/** Over all floors, for a mall that has no history yet. */
export function meanDensity(heat: LiveHeat, areaM2: number): number {
  let people = 0;
  for (const { cells } of heat.floors) for (const [, , value] of cells) people += value;
  return areaM2 > 0 ? people / areaM2 : 0;
}

export function livelinessOf(shape: Shape, heat: FloorHeat | undefined, usualPerM2: number): Liveliness | null {
  if (heat === undefined || usualPerM2 <= 0) return null;
  // Fewer than k on the whole floor.
  if (heat.cells.length === 0) return 'quiet';
  const share = densityIn(shape, heat) / usualPerM2;
  return share >= LIVELY_FROM ? 'lively' : share < QUIET_BELOW ? 'quiet' : 'normal';
}
