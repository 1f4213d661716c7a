/** What each gateway is expected to hear from each cell: path loss, corrected where a survey knows better. Pure. */
import type { Gateway, SiteModel } from '../contract/model.ts';
import type { RadioSurvey, SurveyPoint } from '../contract/survey.ts';
import { WallIndex } from '../floor/wallIndex.ts';
import { fieldWeights, type Place } from './gaussianProcess.ts';
import type { Lattice } from './lattice.ts';
import { hearable, spreadDb } from './pathLoss.ts';
import { BINS, codeOf, DOUBT_STEPS, ODDS_STEPS, PathLossFields, STEPS_PER_DB, type Tile } from './tile.ts';
import type { Tuning } from './tuning.ts';

/** Beyond this a reading's strength no longer tells the distance. */
const REACH_M = 70;
/** Places that one gateway's field is fitted through; more are merged. */
const MAX_PLACES = 160;
/** Floors through which a gateway may be heard where no survey tells. */
const MAX_FLOORS_BETWEEN = 2;

const SURVEYED_SECONDS = 2;
/** Chance per second of hearing what a survey never heard: surveys have holes. */
export const LEAST_HEARD = 2e-3;
/** Nor is anything heard more surely than that. */
const MOST_HEARD = 0.97;
/** What maps hold; offsets learned later add at most some tens of decibels. */
const LOUDEST_DBM = -10;
const FAINTEST_DBM = -130;
/** Readings of one place share its shadows: more of them tell no more. */
const MAX_INDEPENDENT = 4;
interface Bin {
  floorId: string;
  xM: number;
  yM: number;
  seconds: number;
}
interface Heard {
  bin: Bin;
  sum: number;
  adverts: number;
  /** Of the mean, from the spread of its adverts. */
  seconds: number;
}

/** Around one gateway, while its tile is made. */
interface Field {
  column0: number;
  row0: number;
  columns: number;
  rows: number;
  rssiDbm: Float32Array;
  /** How little the survey tells of a cell: 0 where it was walked, up to DOUBT_STEPS − 1 where nothing is known. */
  doubt: Uint8Array | undefined;
  farRssiDbm: number;
}

export class RadioMap {
  private readonly model: SiteModel;
  private readonly lattice: Lattice;
  private readonly tuning: Tuning;
  private readonly gateways: ReadonlyMap<string, Gateway>;
  /** By floor, then gateway, both in the order of the model; null where none is expected. */
  private readonly tiles: (Tile | null | undefined)[][];
  readonly surveyed: boolean;
  readonly powerDbm: number;
  readonly exponent: number;
  private readonly bins = new Map<string, Bin>();
  private readonly heardBy = new Map<string, Heard[]>();
  /** By gateway and floor: seconds of a bin that say nothing of it. */
  private readonly deaf = new Map<string, Map<Bin, number>>();
  /** Share of seconds in which a gateway nearby hears a carrier. */
  private heardNear = 0.9;
  /** The same of those that tell little. */
  private sparseHeardNear = 0.9;
  private readonly sparse: ReadonlySet<string>;
  private readonly exposure = new Map<string, Float32Array>();
  private readonly silence = new Map<number, Float32Array>();
  private listening: Uint8Array | undefined;
  private readonly walls = new Map<string, WallIndex>();
  private readonly fields: PathLossFields;
  private surveyedOdds: Float64Array | undefined;
  private readonly hearable = new Map<number, Float64Array>();

  constructor(model: SiteModel, lattice: Lattice, survey: RadioSurvey | undefined, tuning: Tuning) {
    this.model = model;
    this.lattice = lattice;
    this.tuning = tuning;
    this.gateways = new Map(model.gateways.map((gateway) => [gateway.id, gateway]));
    this.sparse = new Set(model.sparseGateways);
    this.tiles = model.floors.map(() => []);
    this.surveyed = survey !== undefined && survey.points.length > 0;
    for (const point of survey?.points ?? []) this.takeIn(point);
    const fitted = this.surveyed ? this.fitPathLoss() : undefined;
    this.powerDbm = fitted?.powerDbm ?? tuning.powerDbm;
    this.exponent = fitted?.exponent ?? tuning.exponent;
    this.fields = new PathLossFields(
      lattice.cellM,
      REACH_M,
      (dxM, dyM, dzM) => -this.exponent * spreadDb(dxM, dyM, dzM),
    );
    if (this.surveyed) this.spreadExposure();
  }

  private takeIn({ floorId, xM, yM, seconds, heard, notListening = [] }: SurveyPoint): void {
    const binM = Math.max(this.lattice.cellM, this.lattice.spacingM * 0.1);
    const key = `${floorId} ${Math.floor(xM / binM)} ${Math.floor(yM / binM)}`;
    let bin = this.bins.get(key);
    if (!bin) {
      bin = { floorId, xM, yM, seconds: 0 };
      this.bins.set(key, bin);
    }
    const share = seconds / (bin.seconds + seconds);
    bin.xM += share * (xM - bin.xM);
    bin.yM += share * (yM - bin.yM);
    bin.seconds += seconds;
    for (const gatewayId of notListening) {
      const deafKey = `${gatewayId} ${floorId}`;
      const bins = this.deaf.get(deafKey) ?? new Map<Bin, number>();
      this.deaf.set(deafKey, bins);
      bins.set(bin, (bins.get(bin) ?? 0) + seconds);
    }
    for (const { gatewayId, rssiMeanDbm, adverts } of heard) {
      if (!this.gateways.has(gatewayId)) continue;
      const key2 = `${gatewayId} ${floorId}`;
      let list = this.heardBy.get(key2);
      if (!list) {
        list = [];
        this.heardBy.set(key2, list);
      }
      let one = list.find((other) => other.bin === bin);
      if (!one) {
        one = { bin, sum: 0, adverts: 0, seconds: 0 };
        list.push(one);
      }
      one.sum += rssiMeanDbm * adverts;
      one.adverts += adverts;
      one.seconds += Math.min(seconds, adverts);
    }
  }

  /** Decibels that distance takes, times −1; and those of floors between. */
  private spread(gateway: Gateway, xM: number, yM: number): number {
    return spreadDb(xM - gateway.xM, yM - gateway.yM, gateway.zM - this.tuning.carrierHeightM);
  }

  private floorsBetween(gateway: Gateway, floorId: string): number {
    const own = this.lattice.floors.get(gateway.floorId)?.level ?? 0;
    const other = this.lattice.floors.get(floorId)?.level ?? 0;
    return Math.abs(own - other);
  }

  private fitPathLoss(): { powerDbm: number; exponent: number } {
    // Ridge towards the usual values, as if ten places had shown them.
    const { powerDbm, exponent } = this.tuning;
    let n = 10;
    let sx = 10 * -10;
    let sy = 10 * (powerDbm - 10 * exponent);
    let sxx = 10 * 125;
    let sxy = exponent * 10 * 125 + powerDbm * 10 * -10;
    for (const [key, list] of this.heardBy) {
      const [gatewayId = '', floorId = ''] = key.split(' ');
      const gateway = this.gateways.get(gatewayId)!;
      if (gateway.floorId !== floorId) continue;
      for (const { bin, sum, adverts } of list) {
        const x = this.spread(gateway, bin.xM, bin.yM);
        const y = sum / adverts;
        n += 1;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
      }
    }
    const slope = Math.min(3.5, Math.max(0.8, (n * sxy - sx * sy) / (n * sxx - sx * sx)));
    return { powerDbm: (sy - slope * sx) / n, exponent: slope };
  }

  private spreadExposure(): void {
    const lengthM = this.heardLengthM();
    for (const floor of this.lattice.floors.values())
      this.exposure.set(floor.floorId, new Float32Array(floor.columns * floor.rows));
    for (const { floorId, xM, yM, seconds } of this.bins.values()) {
      const floor = this.lattice.floors.get(floorId);
      if (floor) scatter(this.exposure.get(floorId)!, floor, this.lattice.cellM, xM, yM, lengthM, seconds);
    }
    this.heardNear = this.shareHeardNear(false) ?? this.heardNear;
    this.sparseHeardNear = this.shareHeardNear(true) ?? this.sparseHeardNear;
  }

  private shareHeardNear(sparse: boolean): number | undefined {
    let heardSeconds = 0;
    let seconds = 0;
    for (const gateway of this.model.gateways) {
      if (this.sparse.has(gateway.id) !== sparse) continue;
      for (const one of this.heardBy.get(`${gateway.id} ${gateway.floorId}`) ?? []) {
        if (one.sum / one.adverts < -80) continue;
        heardSeconds += one.seconds;
        seconds += one.bin.seconds;
      }
    }
    return seconds > 0 ? Math.min(0.97, Math.max(0.05, heardSeconds / seconds)) : undefined;
  }

  /** People walk where it was walked: other cells of a floor that was surveyed count less. */
  favourSurveyed(): void {
    for (const [floorId, exposure] of this.exposure) {
      if (!exposure.some((seconds) => seconds > 0)) continue;
      const floor = this.lattice.floors.get(floorId)!;
      const { weight } = floor;
      floor.even = false;
      for (let i = 0; i < weight.length; i++)
        weight[i]! *= Math.max(this.tuning.unsurveyedWeight, Math.min(1, exposure[i]! / SURVEYED_SECONDS));
    }
  }

  private heardLengthM(): number {
    return Math.max(1.5 * this.lattice.cellM, this.tuning.heardScale * this.lattice.spacingM);
  }

  /** By the model's order of floors and gateways; null where the gateway is not expected to be heard at all. */
  tile(floor: number, gateway: number): Tile | null {
    const tiles = this.tiles[floor]!;
    let tile = tiles[gateway];
    if (tile === undefined) {
      tile = this.makeTile(this.model.gateways[gateway]!, this.model.floors[floor]!.id) ?? null;
      tiles[gateway] = tile;
    }
    return tile;
  }

  private makeTile(gateway: Gateway, floorId: string): Tile | undefined {
    const floor = this.lattice.floors.get(floorId);
    if (!floor) return undefined;
    const heard = this.heardBy.get(`${gateway.id} ${floorId}`);
    const apart = this.floorsBetween(gateway, floorId);
    if (!heard && (this.surveyed ? apart > 0 : apart > MAX_FLOORS_BETWEEN)) return undefined;
    const base = this.powerDbm - apart * this.tuning.floorLossDb;
    if (this.surveyed) return this.surveyedTile(gateway, floorId, heard, base);
    const { xM, yM, zM } = gateway;
    const tile = this.fields.tile(xM, yM, zM - this.tuning.carrierHeightM, base, floor);
    if (!tile) return undefined;
    const odds = this.hearableOdds(tile.topDbm);
    const walled = apart === 0 ? this.behindWalls(gateway, floorId, tile) : tile;
    return { ...walled, odds, farOdds: odds[tile.farCode]! };
  }

  /** Where the plan knows walls, cells behind them are expected to be heard less. */
  private behindWalls(gateway: Gateway, floorId: string, tile: Omit<Tile, 'odds' | 'farOdds'>): typeof tile {
    const walls = this.wallsOf(floorId);
    if (!walls) return tile;
    const { wallDb, mostWalls } = this.tuning;
    const { cellM } = this.lattice;
    const { column0, row0, columns, rows, origin, stride } = tile;
    const codes = new Uint16Array(columns * rows);
    for (let r = 0, i = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, i++) {
        const [column, row] = [column0 + c, row0 + r];
        const [xM, yM] = [(column + 0.5) * cellM, (row + 0.5) * cellM];
        const lossDb = wallDb * walls.between(gateway.xM, gateway.yM, xM, yM, mostWalls);
        const code = tile.codes[origin + row * stride + column]!;
        codes[i] = Math.min(BINS - 1, code + Math.round(lossDb * STEPS_PER_DB));
      }
    return { ...tile, codes, origin: -row0 * columns - column0, stride: columns };
  }

  private wallsOf(floorId: string): WallIndex | undefined {
    const floor = this.model.floors.find((one) => one.id === floorId);
    if (!floor || floor.walls.length === 0 || this.tuning.wallDb <= 0) return undefined;
    let walls = this.walls.get(floorId);
    if (!walls) {
      walls = new WallIndex(floor.walls, floor.widthM, floor.heightM);
      this.walls.set(floorId, walls);
    }
    return walls;
  }

  private surveyedTile(
    gateway: Gateway,
    floorId: string,
    heard: readonly Heard[] | undefined,
    base: number,
  ): Tile | undefined {
    const floor = this.lattice.floors.get(floorId)!;
    const { cellM } = this.lattice;
    const clampTo = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));
    const column0 = clampTo(Math.floor((gateway.xM - REACH_M) / cellM), floor.columns - 1);
    const row0 = clampTo(Math.floor((gateway.yM - REACH_M) / cellM), floor.rows - 1);
    const columns = clampTo(Math.ceil((gateway.xM + REACH_M) / cellM), floor.columns) - column0;
    const rows = clampTo(Math.ceil((gateway.yM + REACH_M) / cellM), floor.rows) - row0;
    if (columns <= 0 || rows <= 0) return undefined;
    const rssiDbm = new Float32Array(columns * rows);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        rssiDbm[row * columns + column] =
          base + this.exponent * this.spread(gateway, (column0 + column + 0.5) * cellM, (row0 + row + 0.5) * cellM);
    const field: Field = {
      column0,
      row0,
      columns,
      rows,
      rssiDbm,
      doubt: undefined,
      farRssiDbm: base - this.exponent * 10 * Math.log10(REACH_M),
    };
    if (heard) this.correct(field, gateway, heard, base);
    for (let i = 0; i < rssiDbm.length; i++) rssiDbm[i] = Math.min(LOUDEST_DBM, Math.max(FAINTEST_DBM, rssiDbm[i]!));
    const { doubt } = field;
    return {
      column0,
      row0,
      columns,
      rows,
      origin: (-row0 * columns - column0) | 0,
      stride: columns,
      codes: Uint16Array.from(rssiDbm, (one, i) => BINS * (doubt ? doubt[i]! : 0) + codeOf(LOUDEST_DBM, one)),
      topDbm: LOUDEST_DBM,
      ...this.heardOdds(gateway.id, field, floorId, heard ?? [], this.deaf.get(`${gateway.id} ${floorId}`)),
      odds: this.oddsTable(),
      farCode: codeOf(LOUDEST_DBM, field.farRssiDbm),
      farOdds: this.tuning.heardWeight * Math.log(LEAST_HEARD),
    };
  }

  /** The survey's residuals as a smooth field over the path loss. */
  private correct(tile: Field, gateway: Gateway, heard: readonly Heard[], base: number): void {
    const { surveySdDb, surveyOffsetDb, surveyNoiseDb, surveyReadingDb, surveyScale } = this.tuning;
    const { cellM, spacingM } = this.lattice;
    const places = heard
      .map(({ bin, sum, adverts, seconds }): Place & { seconds: number } => ({
        xM: bin.xM,
        yM: bin.yM,
        value: sum / adverts - (base + this.exponent * this.spread(gateway, bin.xM, bin.yM)),
        noise: surveyNoiseDb ** 2 + surveyReadingDb ** 2 / Math.min(adverts, MAX_INDEPENDENT),
        seconds,
      }))
      .sort((a, b) => b.seconds - a.seconds || a.xM - b.xM || a.yM - b.yM)
      .slice(0, MAX_PLACES);
    const lengthM = surveyScale * spacingM;
    const options = { offsetVariance: surveyOffsetDb ** 2, variance: surveySdDb ** 2, lengthM };
    const weights = fieldWeights(places, options);
    const offset = options.offsetVariance * weights.reduce((sum, one) => sum + one, 0);
    for (let i = 0; i < tile.rssiDbm.length; i++) tile.rssiDbm[i]! += offset;
    tile.farRssiDbm += offset;
    places.forEach(({ xM, yM }, i) => {
      scatter(tile.rssiDbm, tile, cellM, xM, yM, lengthM, weights[i]! * options.variance);
    });
    // The posterior variance if places were one: each tells as much as the square of its kernel.
    const told = new Float32Array(tile.rssiDbm.length);
    for (const { xM, yM, noise } of places) scatter(told, tile, cellM, xM, yM, lengthM / Math.SQRT2, 1 / noise);
    tile.doubt = Uint8Array.from(told, (one) => Math.round((DOUBT_STEPS - 1) / (1 + options.variance * one)));
  }

  private heardOdds(
    gatewayId: string,
    field: Field,
    floorId: string,
    heard: readonly Heard[],
    deaf: ReadonlyMap<Bin, number> | undefined,
  ): { heard: Uint8Array; missed: Float32Array } {
    const { heardPriorSeconds, heardWeight, missWeight } = this.tuning;
    const isSparse = this.sparse.has(gatewayId);
    const heardNear = isSparse ? this.sparseHeardNear : this.heardNear;
    const { cellM } = this.lattice;
    const exposure = this.exposure.get(floorId)!;
    const floor = this.lattice.floors.get(floorId)!;
    const lengthM = this.heardLengthM();
    const counts = new Float32Array(field.rssiDbm.length);
    for (const { bin, seconds } of heard) scatter(counts, field, cellM, bin.xM, bin.yM, lengthM, seconds);
    const mute = new Float32Array(counts.length);
    for (const [bin, seconds] of deaf ?? []) scatter(mute, field, cellM, bin.xM, bin.yM, lengthM, seconds);
    const odds = new Uint8Array(counts.length);
    const missed = new Float32Array(counts.length);
    const { leastOdds, oddsStep } = this.oddsRange();
    for (let row = 0; row < field.rows; row++)
      for (let column = 0; column < field.columns; column++) {
        const i = row * field.columns + column;
        const cell = (field.row0 + row) * floor.columns + field.column0 + column;
        const prior = heardNear * hearable(field.rssiDbm[i]!);
        const seconds = Math.max(0, exposure[cell]! - mute[i]!) + heardPriorSeconds;
        const p = (counts[i]! + heardPriorSeconds * prior) / seconds;
        const share = Math.min(MOST_HEARD, Math.max(LEAST_HEARD, p));
        // How often one that tells little would have told of it, only a survey knows: nothing is taken for granted.
        const told = isSparse ? Math.min(share, counts[i]! / seconds) : share;
        const miss = missWeight * Math.log(1 - told);
        odds[i] = Math.round((heardWeight * Math.log(share) - miss - leastOdds) / oddsStep);
        missed[i] = miss;
      }
    return { heard: odds, missed };
  }

  private oddsRange(): { leastOdds: number; oddsStep: number } {
    const { heardWeight, missWeight } = this.tuning;
    const leastOdds = heardWeight * Math.log(LEAST_HEARD) - missWeight * Math.log(1 - LEAST_HEARD);
    const mostOdds = heardWeight * Math.log(MOST_HEARD) - missWeight * Math.log(1 - MOST_HEARD);
    return { leastOdds, oddsStep: (mostOdds - leastOdds) / (ODDS_STEPS - 1) };
  }

  private oddsTable(): Float64Array {
    if (!this.surveyedOdds) {
      const { leastOdds, oddsStep } = this.oddsRange();
      this.surveyedOdds = Float64Array.from({ length: ODDS_STEPS }, (_, i) => leastOdds + i * oddsStep);
    }
    return this.surveyedOdds;
  }

  /** Without a survey: to be heard at all speaks for being near. */
  private hearableOdds(topDbm: number): Float64Array {
    let odds = this.hearable.get(topDbm);
    if (!odds) {
      const { hearableWeight, hearableDbm, hearableSpreadDb } = this.tuning;
      odds = Float64Array.from(
        { length: BINS },
        (_, code) =>
          -hearableWeight * Math.log1p(Math.exp((hearableDbm - topDbm + code / STEPS_PER_DB) / hearableSpreadDb)),
      );
      this.hearable.set(topDbm, odds);
    }
    return odds;
  }

  /** Silence says something only of these; of all until told. */
  useListening(gatewayIds: ReadonlySet<string>): void {
    let isSame = this.listening !== undefined;
    const listening = Uint8Array.from(this.model.gateways, ({ id }, i) => {
      const one = gatewayIds.has(id) ? 1 : 0;
      if (isSame && this.listening![i] !== one) isSame = false;
      return one;
    });
    if (isSame) return;
    this.listening = listening;
    this.silence.clear();
  }

  /** Log chance that no listening gateway at all hears a carrier in a cell for a second. Makes all tiles of the floor. */
  silenceOn(floor: number): Float32Array | undefined {
    if (!this.surveyed) return undefined;
    let silence = this.silence.get(floor);
    if (!silence) {
      const { columns, rows } = this.lattice.list[floor]!;
      silence = new Float32Array(columns * rows);
      // In the model's order, whoever came and went: the same gateways give the same sums to the last bit.
      for (let gateway = 0; gateway < this.model.gateways.length; gateway++) {
        const tile = this.tile(floor, gateway);
        if (!tile?.missed || this.listening?.[gateway] === 0) continue;
        for (let row = 0, i = 0; row < tile.rows; row++) {
          const into = (tile.row0 + row) * columns + tile.column0;
          for (let column = 0; column < tile.columns; column++, i++) silence[into + column]! += tile.missed[i]!;
        }
      }
      this.silence.set(floor, silence);
    }
    return silence;
  }
}

/** Adds a Gaussian bump of the given height to the cells of a rectangle. */
function scatter(
  into: Float32Array,
  at: { column0?: number; row0?: number; columns: number; rows: number },
  cellM: number,
  xM: number,
  yM: number,
  lengthM: number,
  height: number,
): void {
  const { column0 = 0, row0 = 0, columns, rows } = at;
  const reachM = 3 * lengthM;
  const fromColumn = Math.max(0, Math.floor((xM - reachM) / cellM) - column0);
  const toColumn = Math.min(columns - 1, Math.floor((xM + reachM) / cellM) - column0);
  const fromRow = Math.max(0, Math.floor((yM - reachM) / cellM) - row0);
  const toRow = Math.min(rows - 1, Math.floor((yM + reachM) / cellM) - row0);
  const scale = -0.5 / lengthM ** 2;
  const across: number[] = [];
  for (let column = fromColumn; column <= toColumn; column++)
    across.push(Math.exp(scale * ((column0 + column + 0.5) * cellM - xM) ** 2));
  for (let row = fromRow; row <= toRow; row++) {
    const along = height * Math.exp(scale * ((row0 + row + 0.5) * cellM - yM) ** 2);
    for (let column = fromColumn; column <= toColumn; column++)
      into[row * columns + column]! += along * across[column - fromColumn]!;
  }
}
