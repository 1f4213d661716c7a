/** Where the shoppers are, second by second, and which gateways hear them. Seeded. */
import { seededRandom } from '../../support/random.ts';
import type { Grid, Place } from './world.ts';

const WALK_M_PER_SECOND = 1.2;
/** Of the time; the rest they stand in front of something. */
const WALKING_SHARE = 0.3;
/** Seconds on one's feet at a stretch. */
const WALK_SECONDS = 20;

export interface Heard {
  carrier: number;
  rssiDbm: number;
}

interface Shopper {
  level: number;
  xM: number;
  yM: number;
  headingRad: number;
  walking: boolean;
}

export class Crowd {
  readonly #random = seededRandom(7);
  readonly #grid: Grid;
  readonly #places: readonly Place[];
  readonly #shoppers: Shopper[];
  readonly #around: [number, number][] = [];

  constructor(grid: Grid, places: readonly Place[], carriers: number) {
    this.#grid = grid;
    this.#places = places;
    this.#shoppers = Array.from({ length: carriers }, (_, i) => ({
      level: i % grid.floors,
      xM: this.#random() * grid.widthM,
      yM: this.#random() * grid.heightM,
      headingRad: this.#random() * 2 * Math.PI,
      walking: this.#random() < WALKING_SHARE,
    }));
    for (let dx = -4; dx <= 4; dx++) for (let dy = -4; dy <= 4; dy++) this.#around.push([dx, dy]);
    this.#around.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
  }

  step(seconds: number): void {
    const { widthM, heightM } = this.#grid;
    const random = this.#random;
    for (const shopper of this.#shoppers) {
      const changes = shopper.walking ? 1 : WALKING_SHARE / (1 - WALKING_SHARE);
      if (random() < (changes * seconds) / WALK_SECONDS) {
        shopper.walking = !shopper.walking;
        shopper.headingRad = random() * 2 * Math.PI;
      }
      if (!shopper.walking) continue;
      shopper.xM += WALK_M_PER_SECOND * seconds * Math.cos(shopper.headingRad);
      shopper.yM += WALK_M_PER_SECOND * seconds * Math.sin(shopper.headingRad);
      if (shopper.xM < 0 || shopper.xM > widthM || shopper.yM < 0 || shopper.yM > heightM) {
        shopper.headingRad += Math.PI;
        shopper.xM = Math.min(widthM, Math.max(0, shopper.xM));
        shopper.yM = Math.min(heightM, Math.max(0, shopper.yM));
      }
    }
  }

  /** By gateway: each carrier at the `heardBy` nearest ones, a fraction of one meaning now and then. */
  heard(heardBy: number): Heard[][] {
    const { columns, rows } = this.#grid;
    const random = this.#random;
    const all: Heard[][] = this.#places.map(() => []);
    const cellM = this.#grid.widthM / columns;
    this.#shoppers.forEach(({ level, xM, yM }, carrier) => {
      let left = Math.floor(heardBy) + (random() < heardBy % 1 ? 1 : 0);
      const column = Math.min(columns - 1, Math.floor(xM / cellM));
      const row = Math.min(rows - 1, Math.floor(yM / cellM));
      for (const [dx, dy] of this.#around) {
        if (left === 0) break;
        const c = column + dx;
        const r = row + dy;
        if (c < 0 || r < 0 || c >= columns || r >= rows) continue;
        const index = (level * columns + c) * rows + r;
        const place = this.#places[index]!;
        const distanceM = Math.hypot(xM - place.xM, yM - place.yM, 2);
        const rssiDbm = Math.round(10 * (-62 - 21 * Math.log10(distanceM) + 6 * (random() - 0.5))) / 10;
        all[index]!.push({ carrier, rssiDbm });
        left--;
      }
    });
    return all;
  }
}
