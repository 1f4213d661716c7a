/** A hall of gateways on a grid and carriers that stand anywhere in it, a new place each half minute: who hears whom. Seeded. */
import type { Heard } from '../../server/calibration/crossHearing.ts';
import type { Floor, Gateway } from '../../server/contract/model.ts';
import { between, createRandom, hash01, normal, type Random } from '../../simulators/random.ts';

export const SPACING_M = 14;
const COLUMNS = 5;
const ROWS = 4;
const STAY_SECONDS = 30;
const AT_ONE_M_DBM = -60;
const EXPONENT = 2.3;
const WEAKEST_DBM = -94;

export const HALL: Floor = {
  id: 'f0',
  name: 'Hall',
  level: 0,
  widthM: COLUMNS * SPACING_M,
  heightM: ROWS * SPACING_M,
  outline: null,
  walls: [],
  image: null,
};
/** As the plan has them: h-0 in a corner, h-6 to h-8 and h-11 to h-13 with neighbours all round. */
export const HALL_GATEWAYS: Gateway[] = Array.from({ length: COLUMNS * ROWS }, (_, i) => ({
  id: `h-${i}`,
  floorId: 'f0',
  xM: ((i % COLUMNS) + 0.5) * SPACING_M,
  yM: (Math.floor(i / COLUMNS) + 0.5) * SPACING_M,
  zM: 3,
  enabled: true,
}));

export interface Condition {
  xM: number;
  yM: number;
  /** What its radio hears more or less than others. */
  db: number;
  /** Its antenna is off. */
  mute: boolean;
}
export type Conditions = Map<string, Condition>;
export const healthy = (): Conditions =>
  new Map(HALL_GATEWAYS.map(({ id, xM, yM }) => [id, { xM, yM, db: 0, mute: false }]));

export class HearingHall {
  readonly conditions: Conditions = healthy();
  private readonly random: Random;
  private readonly places: { xM: number; yM: number; untilSecond: number; powerDb: number }[];

  constructor(seed: number, carriers: number) {
    this.random = createRandom(`hearing hall ${seed}`);
    this.places = Array.from({ length: carriers }, () => ({
      xM: 0,
      yM: 0,
      untilSecond: 0,
      powerDb: 2 * normal(this.random),
    }));
  }

  /** By carrier: which gateways hear it in this second, and how. */
  second(second: number): Heard[][] {
    const { random } = this;
    return this.places.map((place) => {
      if (second >= place.untilSecond) {
        place.xM = between(random, 0, HALL.widthM);
        place.yM = between(random, 0, HALL.heightM);
        place.untilSecond = second + Math.ceil(between(random, 0.5, 1.5) * STAY_SECONDS);
      }
      const heard: Heard[] = [];
      let i = 0;
      for (const [gatewayId, { xM, yM, db, mute }] of this.conditions) {
        i++;
        const awayM = Math.hypot(place.xM - xM, place.yM - yM, 2);
        // What stands there casts the same shadow each time.
        const shadowDb = 8 * (hash01(1, i, Math.floor(place.xM / 5), Math.floor(place.yM / 5)) - 0.5);
        const rssiDbm =
          AT_ONE_M_DBM + place.powerDb + db - 10 * EXPONENT * Math.log10(awayM) + shadowDb + 4 * normal(random);
        if (!mute && rssiDbm > WEAKEST_DBM && random() < 0.9) heard.push({ gatewayId, rssiDbm });
      }
      return heard;
    });
  }
}
