/** What the prediction of accuracy takes the site's radio to be: learned where something was learned, usual where not. Pure. */
import { z } from 'zod';
import type { Gateway, SiteModel } from '../contract/model.ts';
import { WallIndex } from '../floor/wallIndex.ts';
import { AROUND_SPACINGS, latticeOf } from '../positioning/lattice.ts';
import { hearable, spreadDb } from '../positioning/pathLoss.ts';
import { RadioMap } from '../positioning/radioMap.ts';
import { TUNING, type Tuning } from '../positioning/tuning.ts';

export interface RadioAssumptions {
  /** RSSI at 1 m and path loss exponent. */
  powerDbm: number;
  exponent: number;
  floorLossDb: number;
  carrierHeightM: number;
  /** What a plasterboard wall or a shop window takes, and what walls take together at most: waves find doors. */
  wallDb: number;
  maxWallsDb: number;
  /** Standard deviations: of what stays while a carrier stands (shadows), and of what changes every second (fading, bodies). */
  lastingDb: number;
  quickDb: number;
  /** How well one carrier's own power is known once it has been heard for a while. */
  powerSdDb: number;
  /** Of seconds: the share in which a carrier next to a gateway is heard. */
  advertShare: number;
  /** By gateway id: how much louder than usual it hears. */
  offsetDb: ReadonlyMap<string, number>;
  /** Noise and hearing were learned from the site's traffic. */
  fromTraffic: boolean;
  /** Path loss was fitted on a survey walk. */
  fromSurvey: boolean;
}

const WALL_DB = 3;
const MAX_WALLS_DB = 20;
/** Power differs by some 3 dB from phone to phone, and a tracker learns it from the first seconds. */
const POWER_SD_DB = 3;
/** Of one reading: recorded halls and the simulated ones come to 4 to 5 dB, an estimated map of beacons to 7. */
const USUAL_SD_DB = 4.5;
const SD_RANGE_DB = [3, 10] as const;
/** Between a phone that advertises once a second and a tag that does so every four. */
const USUAL_ADVERT_SHARE = 0.6;
const ADVERT_SHARE_RANGE = [0.05, 0.97] as const;
/** Of a Gaussian: its standard deviation per mean deviation. */
const SD_PER_DEVIATION = Math.sqrt(Math.PI / 2);
/** Deviations are learned around the tracker's own fix, which bends to the readings: so many of them are used up. */
const FITTED = 2;
/** Noise is learned only from seconds in which about so many gateways heard a carrier. */
const LEAST_HEARD = 4;
/** Half of the variance stays where it is; a survey knows the greater part of that. */
const LASTING_VARIANCE = 0.5;
const SURVEYED_LASTING_VARIANCE = 0.25;
/** Seconds that learned noise must stand on before it counts. */
const MIN_TICKS = 200;
/** Where hearing is compared with what was learned. */
const MAX_SAMPLED_GATEWAYS = 100;
const SAMPLES_ACROSS = 9;

/** What the positioner's site state holds if it learns at all; another positioner's state is not understood and not needed. */
const learnedState = z.object({
  powerDb: z.number(),
  powerCount: z.number(),
  gatewayIds: z.array(z.string()),
  offsetDb: z.array(z.number()),
  noiseDb: z.number(),
  noiseCount: z.number(),
  heardShare: z.number(),
});

export function wallLossDb(
  { wallDb, maxWallsDb }: Pick<RadioAssumptions, 'wallDb' | 'maxWallsDb'>,
  walls: WallIndex,
  from: { xM: number; yM: number },
  toXM: number,
  toYM: number,
): number {
  if (wallDb <= 0) return 0;
  return Math.min(maxWallsDb, wallDb * walls.between(from.xM, from.yM, toXM, toYM, Math.ceil(maxWallsDb / wallDb)));
}

/** Among places as near to a gateway as those the positioner counts: the mean chance to be receivable, and gateways around one. */
function surroundings(
  model: SiteModel,
  radio: RadioAssumptions,
  spacingM: number,
): { receivable: number; around: number } {
  const reachM = AROUND_SPACINGS * spacingM;
  const floors = new Map(
    model.floors.map((floor) => [floor.id, { floor, walls: new WallIndex(floor.walls, floor.widthM, floor.heightM) }]),
  );
  let sum = 0;
  let places = 0;
  let areaM2 = 0;
  const stride = Math.max(1, Math.ceil(model.gateways.length / MAX_SAMPLED_GATEWAYS));
  const stepM = (2 * reachM) / SAMPLES_ACROSS;
  for (let g = 0; g < model.gateways.length; g += stride) {
    const gateway: Gateway = model.gateways[g]!;
    const on = floors.get(gateway.floorId);
    if (!on || !gateway.enabled) continue;
    for (let j = 0; j < SAMPLES_ACROSS; j++)
      for (let i = 0; i < SAMPLES_ACROSS; i++) {
        const dxM = (i + 0.5) * stepM - reachM;
        const dyM = (j + 0.5) * stepM - reachM;
        const xM = gateway.xM + dxM;
        const yM = gateway.yM + dyM;
        if (Math.hypot(dxM, dyM) > reachM || xM < 0 || yM < 0 || xM > on.floor.widthM || yM > on.floor.heightM)
          continue;
        const lossDb = wallLossDb(radio, on.walls, gateway, xM, yM) - (radio.offsetDb.get(gateway.id) ?? 0);
        sum += hearable(
          radio.powerDbm + radio.exponent * spreadDb(dxM, dyM, gateway.zM - radio.carrierHeightM) - lossDb,
        );
        places += 1;
        areaM2 += stride * stepM * stepM;
      }
  }
  const floorsM2 = model.floors.reduce((all, { widthM, heightM }) => all + widthM * heightM, 0);
  return { receivable: places > 0 ? sum / places : 0, around: floorsM2 > 0 ? areaM2 / floorsM2 : 0 };
}

const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));

export function assumeRadio(model: SiteModel, siteState?: unknown, tuning: Tuning = TUNING): RadioAssumptions {
  const lattice = latticeOf(model, tuning);
  const map = new RadioMap(model, lattice, model.survey, tuning);
  const parsed = learnedState.safeParse(siteState);
  const learned = parsed.success && parsed.data.noiseCount >= MIN_TICKS ? parsed.data : undefined;
  const radio: RadioAssumptions = {
    powerDbm: map.powerDbm + (learned && learned.powerCount > 0 ? learned.powerDb : 0),
    exponent: map.exponent,
    floorLossDb: tuning.floorLossDb,
    carrierHeightM: tuning.carrierHeightM,
    // A path loss fitted on the site has its walls in it already.
    wallDb: map.surveyed ? 0 : WALL_DB,
    maxWallsDb: MAX_WALLS_DB,
    lastingDb: 0,
    quickDb: 0,
    powerSdDb: POWER_SD_DB,
    advertShare: USUAL_ADVERT_SHARE,
    offsetDb: new Map(learned?.gatewayIds.map((id, i) => [id, learned.offsetDb[i] ?? 0]) ?? []),
    fromTraffic: learned !== undefined,
    fromSurvey: map.surveyed,
  };
  let sdDb = USUAL_SD_DB;
  if (learned) {
    const { receivable, around } = surroundings(model, radio, lattice.spacingM);
    if (receivable > 0) radio.advertShare = clamp(learned.heardShare / receivable, ADVERT_SHARE_RANGE);
    const heard = Math.max(LEAST_HEARD, learned.heardShare * around);
    sdDb = clamp(SD_PER_DEVIATION * learned.noiseDb * Math.sqrt(heard / (heard - FITTED)), SD_RANGE_DB);
  }
  const lasting = map.surveyed ? SURVEYED_LASTING_VARIANCE : LASTING_VARIANCE;
  radio.lastingDb = sdDb * Math.sqrt(lasting);
  radio.quickDb = sdDb * Math.sqrt(1 - LASTING_VARIANCE);
  return radio;
}
