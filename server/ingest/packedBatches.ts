/** Batches on their way to another thread: numbers in columns, and each name only the first time. Pure. */
import { type CarrierRef, type SightingBatch, VALUES_PER_ROW } from '../log/batch.ts';

/** So many names are some ten megabytes on either side; then both begin anew. */
const MAX_NAMES = 200_000;

type Header = Omit<SightingBatch, 'carriers' | 'values'> & { rows: number };

export interface PackedBatches {
  headers: Header[];
  /** All names known so far are void. */
  anew: boolean;
  /** Numbered on from those known. */
  names: CarrierRef[];
  /** Number of each row's carrier, batch after batch. */
  carriers: Uint32Array<ArrayBuffer>;
  values: Int16Array<ArrayBuffer>;
}

export class BatchPacker {
  readonly #maxNames: number;
  #numbers = new Map<CarrierRef, number>();
  #anew = false;

  constructor(maxNames = MAX_NAMES) {
    this.#maxNames = maxNames;
  }

  pack(batches: readonly SightingBatch[]): PackedBatches {
    const anew = this.#anew || this.#numbers.size > this.#maxNames;
    if (anew) this.#numbers = new Map();
    this.#anew = false;
    let rows = 0;
    for (const batch of batches) rows += batch.carriers.length;
    const carriers = new Uint32Array(rows);
    const values = new Int16Array(rows * VALUES_PER_ROW);
    const names: CarrierRef[] = [];
    const headers: Header[] = [];
    let at = 0;
    for (const { carriers: refs, values: own, ...header } of batches) {
      headers.push({ ...header, rows: refs.length });
      values.set(own, at * VALUES_PER_ROW);
      for (const ref of refs) {
        let number = this.#numbers.get(ref);
        if (number === undefined) {
          number = this.#numbers.size;
          this.#numbers.set(ref, number);
          names.push(ref);
        }
        carriers[at++] = number;
      }
    }
    return { headers, anew, names, carriers, values };
  }

  /** The other side may not have got what was packed last: the next begins anew. */
  forget(): void {
    this.#anew = true;
  }
}

export class BatchUnpacker {
  #names: CarrierRef[] = [];

  unpack({ headers, anew, names, carriers, values }: PackedBatches): SightingBatch[] {
    if (anew) this.#names = [];
    for (const name of names) this.#names.push(name);
    let at = 0;
    return headers.map(({ rows, ...header }) => {
      const refs: CarrierRef[] = new Array(rows);
      const own = values.subarray(at * VALUES_PER_ROW, (at + rows) * VALUES_PER_ROW);
      for (let row = 0; row < rows; row++) refs[row] = this.#names[carriers[at++]!]!;
      return { ...header, carriers: refs, values: own };
    });
  }
}
