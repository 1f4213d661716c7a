/**
 * What is withheld so that no figure is one person's.
 * - Cells of a map, and flows, with 1 to k − 1 distinct carriers are withheld. Where the sum over a group of cells can be
 *   had elsewhere (a coarser cell, a zone's visits) the sum of the withheld ones follows from it, so it must have k
 *   carriers behind it too: if none of the group's withheld cells has, its smallest visible cell is withheld as well.
 * - Affinity of a pair is withheld below k carriers in both zones or in one. Of affinity and flows, whose periods may be long,
 *   carriers are counted as in carriers.ts.
 * - Counts by zone and interval are never withheld: how many is not who, and a retailer must see a bad hour.
 * - Dwell in a zone is: of 1 to k − 1 carriers it says how long they were in that very shop. Dwell in the whole site says
 *   nothing of where, and is shown.
 * - Returning is withheld below k identified carriers.
 * Not covered: the difference of two overlapping periods that one caller asks for. Pure.
 */

export interface GroupedCell {
  /** Distinct carriers behind it, at least one. */
  carriers: number;
  /** Sums that are known elsewhere and to which it contributes. */
  groups: readonly string[];
}

/** Indexes of the cells to withhold. */
export function withheldCells(cells: readonly GroupedCell[], k: number): Set<number> {
  const withheld = new Set<number>();
  const groups = new Map<string, number[]>();
  cells.forEach((cell, index) => {
    if (cell.carriers < k) withheld.add(index);
    for (const group of cell.groups) {
      const members = groups.get(group);
      if (members) members.push(index);
      else groups.set(group, [index]);
    }
  });
  // A cell withheld for a group has k carriers, so it leaves no other group of its own short: one pass is enough.
  for (const members of groups.values()) {
    if (!members.some((index) => withheld.has(index))) continue;
    if (members.some((index) => withheld.has(index) && cells[index]!.carriers >= k)) continue;
    let smallest: number | undefined;
    for (const index of members)
      if (!withheld.has(index) && (smallest === undefined || cells[index]!.carriers < cells[smallest]!.carriers))
        smallest = index;
    if (smallest !== undefined) withheld.add(smallest);
  }
  return withheld;
}

/** Blocks of the coarser maps that a cell adds up to. */
const BLOCKS = [2, 5, 10] as const;
export const blocksOf = (cellX: number, cellY: number): string[] =>
  BLOCKS.map((size) => `${size} ${Math.floor(cellX / size)} ${Math.floor(cellY / size)}`);

export const dwellWithheld = (zoneId: string | undefined, carriers: number, k: number): boolean =>
  zoneId !== undefined && carriers > 0 && carriers < k;
