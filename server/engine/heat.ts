/** Dwell of each carrier in each 1 m cell of the open quarter hour. Pure. */
import { HEAT_BUCKET_MS, type HeatRow } from './types.ts';

/** Cells reach as far as the contract's metres: −10,000 to 10,000. */
const CELL_OFFSET = 10_000;
const CELLS_PER_SIDE = 20_001;
const CELLS_PER_FLOOR = CELLS_PER_SIDE * CELLS_PER_SIDE;

/** Of one carrier. The newest cell is kept apart, since most of the time a carrier stays in it. */
export interface CarrierHeat {
  carrierId: string;
  cell: number;
  cellDwellMs: number;
  others: Map<number, number> | undefined;
}

/** Structured-cloneable: [cell, dwellMs, …] of each carrier. */
export interface HeatState {
  bucketStartMs: number;
  floorIds: string[];
  carriers: { carrierId: string; cells: number[] }[];
}

export class HeatLedger {
  private bucketStartMs: number;
  private readonly floorIds: string[];
  private readonly carriers: Map<string, CarrierHeat>;

  constructor(state: HeatState | undefined) {
    this.bucketStartMs = state?.bucketStartMs ?? 0;
    this.floorIds = [...(state?.floorIds ?? [])];
    this.carriers = new Map();
    for (const { carrierId, cells } of state?.carriers ?? []) {
      const heat = this.of(carrierId);
      for (let i = 0; i < cells.length; i += 2) addTo(heat, cells[i]!, cells[i + 1]!);
    }
  }

  /** End of the open quarter hour, undefined while it is empty. */
  dueMs(): number | undefined {
    return this.carriers.size === 0 ? undefined : this.bucketStartMs + HEAT_BUCKET_MS;
  }

  /** Valid until `close`. */
  of(carrierId: string): CarrierHeat {
    let heat = this.carriers.get(carrierId);
    if (!heat) {
      heat = { carrierId, cell: -1, cellDwellMs: 0, others: undefined };
      this.carriers.set(carrierId, heat);
    }
    return heat;
  }

  /** In the quarter hour of the tick that ends at `tickEndMs`; the one before must have been closed. */
  add(heat: CarrierHeat, tickEndMs: number, floorId: string, xM: number, yM: number, dwellMs: number): void {
    this.bucketStartMs = Math.floor((tickEndMs - 1) / HEAT_BUCKET_MS) * HEAT_BUCKET_MS;
    let floor = this.floorIds.indexOf(floorId);
    if (floor < 0) floor = this.floorIds.push(floorId) - 1;
    const cell =
      floor * CELLS_PER_FLOOR + (Math.floor(yM) + CELL_OFFSET) * CELLS_PER_SIDE + (Math.floor(xM) + CELL_OFFSET);
    addTo(heat, cell, dwellMs);
  }

  rows(): HeatRow[] {
    const rows: HeatRow[] = [];
    for (const carrier of this.sorted())
      for (const [cell, dwellMs] of cellsOf(carrier)) {
        const inFloor = cell % CELLS_PER_FLOOR;
        rows.push({
          floorId: this.floorIds[Math.floor(cell / CELLS_PER_FLOOR)]!,
          bucketStartMs: this.bucketStartMs,
          cellX: (inFloor % CELLS_PER_SIDE) - CELL_OFFSET,
          cellY: Math.floor(inFloor / CELLS_PER_SIDE) - CELL_OFFSET,
          carrierId: carrier.carrierId,
          dwellMs,
        });
      }
    return rows;
  }

  close(): HeatRow[] {
    const rows = this.rows();
    this.carriers.clear();
    // Nothing refers to floors any more; those taken out of the model are forgotten.
    this.floorIds.length = 0;
    return rows;
  }

  private sorted(): CarrierHeat[] {
    return [...this.carriers.values()].sort((a, b) => (a.carrierId < b.carrierId ? -1 : 1));
  }

  state(): HeatState {
    return {
      bucketStartMs: this.bucketStartMs,
      floorIds: [...this.floorIds],
      carriers: this.sorted().map((carrier) => ({ carrierId: carrier.carrierId, cells: cellsOf(carrier).flat() })),
    };
  }
}

function addTo(heat: CarrierHeat, cell: number, dwellMs: number): void {
  if (heat.cell === cell) {
    heat.cellDwellMs += dwellMs;
    return;
  }
  if (heat.cell >= 0) {
    heat.others ??= new Map();
    heat.others.set(heat.cell, (heat.others.get(heat.cell) ?? 0) + heat.cellDwellMs);
  }
  heat.cell = cell;
  heat.cellDwellMs = dwellMs;
}

/** Sorted by cell, each once. */
function cellsOf(heat: CarrierHeat): [number, number][] {
  const cells = new Map(heat.others);
  if (heat.cell >= 0) cells.set(heat.cell, (cells.get(heat.cell) ?? 0) + heat.cellDwellMs);
  return [...cells].sort(([a], [b]) => a - b);
}
