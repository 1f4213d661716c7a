/** The cells of a floor in which carriers can be. Pure. */
import type { Floor } from '../contract/model.ts';
import { pointInShape } from '../floor/geometry.ts';

/** Enough to paint a plan of 150 × 100 m at 2 m, few enough to answer within a second or two; larger floors get larger cells. */
export const MAX_CELLS = 6_000;
const SUBSAMPLES = 3;

export interface CoverageCells {
  cellM: number;
  /** Lower left corners in cells. */
  columns: Int32Array;
  rows: Int32Array;
  /** Middle of the part that is inside. */
  xM: Float64Array;
  yM: Float64Array;
  /** Square metres inside. */
  areaM2: Float64Array;
  /** Variance of a place anywhere on the floor, per axis. */
  varianceXM2: number;
  varianceYM2: number;
}

export function coverageCells(floor: Floor, wantedCellM: number): CoverageCells {
  const { widthM, heightM, outline } = floor;
  const cellM = Math.max(wantedCellM, Math.sqrt((widthM * heightM) / MAX_CELLS));
  const columns: number[] = [];
  const rows: number[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  const areas: number[] = [];
  // A last row or column of less than a thousandth of a cell is rounding.
  const columnCount = Math.max(1, Math.ceil(widthM / cellM - 1e-3));
  const rowCount = Math.max(1, Math.ceil(heightM / cellM - 1e-3));
  for (let row = 0; row < rowCount; row++)
    for (let column = 0; column < columnCount; column++) {
      const wide = Math.min(cellM, widthM - column * cellM);
      const high = Math.min(cellM, heightM - row * cellM);
      let inside = 0;
      let sumX = 0;
      let sumY = 0;
      for (let j = 0; j < SUBSAMPLES; j++)
        for (let i = 0; i < SUBSAMPLES; i++) {
          const x = column * cellM + ((i + 0.5) / SUBSAMPLES) * wide;
          const y = row * cellM + ((j + 0.5) / SUBSAMPLES) * high;
          if (outline && !pointInShape(outline, x, y)) continue;
          inside += 1;
          sumX += x;
          sumY += y;
        }
      if (inside === 0) continue;
      columns.push(column);
      rows.push(row);
      xs.push(sumX / inside);
      ys.push(sumY / inside);
      areas.push((wide * high * inside) / SUBSAMPLES ** 2);
    }
  const areaM2 = Float64Array.from(areas);
  const variance = (values: readonly number[]): number => {
    let area = 0;
    let sum = 0;
    let squares = 0;
    values.forEach((value, i) => {
      area += areaM2[i]!;
      sum += areaM2[i]! * value;
      squares += areaM2[i]! * value * value;
    });
    return area > 0 ? Math.max(0, squares / area - (sum / area) ** 2) + (cellM * cellM) / 12 : 1;
  };
  return {
    cellM,
    columns: Int32Array.from(columns),
    rows: Int32Array.from(rows),
    xM: Float64Array.from(xs),
    yM: Float64Array.from(ys),
    areaM2,
    varianceXM2: variance(xs),
    varianceYM2: variance(ys),
  };
}
