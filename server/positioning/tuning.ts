/** What the grid tracker assumes of radio and people. None of it is of one building: what differs between buildings is learned. */

export interface Tuning {
  /** Cells per mean gateway spacing, and their bounds in metres. */
  cellsPerSpacing: number;
  minCellM: number;
  maxCellM: number;
  /** Cells per side of a carrier's window. */
  windowCells: number;
  /** RSSI at 1 m and exponent before anything is known. */
  powerDbm: number;
  exponent: number;
  /** What a ceiling takes. */
  floorLossDb: number;
  /** What a wall on the plan takes without a survey, and how many count: waves find doors. */
  wallDb: number;
  mostWalls: number;
  /** Of a pocket or a bag above the floor. */
  carrierHeightM: number;
  /** Degrees of freedom of the Student-t: how heavy its tails are. */
  nu: number;
  /** Mean deviation of a reading before any was seen. */
  noiseDb: number;
  /** Scale of the Student-t per mean deviation, and its least. */
  noisePerDeviation: number;
  noiseFloorDb: number;
  /** Weight of every reading's log likelihood. */
  temper: number;
  /** Fades (readings below the prediction) count less. */
  fade: number;
  /** And for that reason the prediction stands a little above the mean. */
  biasDb: number;
  /** Standard deviation of a walker's displacement after one second, per axis. */
  walkM: number;
  /** Share of the last pace that a step expects, and how quickly the pace follows. */
  drift: number;
  paceGain: number;
  /** And so much wider per metre a second of pace. */
  walkPerPace: number;
  /** How far a fix may stray from the settled place before the carrier has moved: in accuracies, and in multiples of its usual straying. */
  slackShare: number;
  wanderShare: number;
  /** Below the first pace it stands, above the second it walks; in accuracies a second. */
  stillPace: number;
  walkingPace: number;
  /** The settled place is a running mean: of so many fixes to begin with and at most. */
  settleFrom: number;
  settleMost: number;
  /** Share of the accuracy that is taken off the zone masses of one who walks: crossing a border, it is late rather than unsure. */
  sharpen: number;
  /** Share of a residual that a carrier's shadow takes up in a second, and what is left of a shadow after one. */
  shadowRate: number;
  shadowKeep: number;
  /** How much wider than the posterior says the error is where hardly any gateway in hearing hears a carrier. */
  sparseInflation: number;
  surveyedSparseInflation: number;
  /** Shadows that stay: error per axis that standing still does not average out, in gateway spacings with eight gateways. */
  lastingSpacings: number;
  surveyedLastingSpacings: number;
  /** Weight of one reading alone; n readings share `share` ÷ (1 + n ÷ `shareCount`) each. */
  share: number;
  shareCount: number;
  surveyedShareCount: number;
  /** Chance per second of being anywhere in the window. */
  teleport: number;
  /** Weight of the evidence between floors. */
  floorTemper: number;
  /** How readily somebody is outside a floor's outline, against inside. */
  outsideWeight: number;
  /** Share of a tick's residual that a carrier's power takes up. */
  carrierRate: number;
  /** A gateway's offset counts as if so many readings had shown none; and as many as this are remembered. */
  gatewayPriorCount: number;
  gatewayMaxCount: number;
  /** Survey: a Gaussian process on what it lies off the path loss; its length in gateway spacings. */
  surveyScale: number;
  /** Standard deviations: of the field, of an offset common to all of it, of a place and of one advert. */
  surveySdDb: number;
  surveyOffsetDb: number;
  surveyNoiseDb: number;
  surveyReadingDb: number;
  /** Being heard, by survey: reach of a surveyed second in gateway spacings, and seconds that the prediction counts for. */
  heardScale: number;
  heardPriorSeconds: number;
  /** Weight of the logarithms of being heard and of not being heard. */
  heardWeight: number;
  missWeight: number;
  /** How readily somebody is where a survey did not walk, against where it did. */
  unsurveyedWeight: number;
  /** Being heard, without a survey: its weight, the strength heard half the time, and how softly it goes over. */
  hearableWeight: number;
  hearableDbm: number;
  hearableSpreadDb: number;
}

export const TUNING: Tuning = {
  cellsPerSpacing: 6,
  minCellM: 0.5,
  maxCellM: 3,
  windowCells: 28,
  powerDbm: -62,
  exponent: 2,
  floorLossDb: 15,
  wallDb: 2,
  mostWalls: 5,
  carrierHeightM: 1.2,
  nu: 6,
  noiseDb: 5,
  noisePerDeviation: 1.5,
  noiseFloorDb: 4,
  temper: 1,
  fade: 0.75,
  biasDb: 0.5,
  walkM: 0.7,
  drift: 0.4,
  paceGain: 0.2,
  walkPerPace: 1.5,
  slackShare: 2.2,
  wanderShare: 3,
  stillPace: 0.22,
  walkingPace: 0.35,
  settleFrom: 3,
  settleMost: 600,
  sharpen: 0.7,
  shadowRate: 0.05,
  shadowKeep: 0.95,
  sparseInflation: 0.8,
  surveyedSparseInflation: 0.6,
  lastingSpacings: 0.06,
  surveyedLastingSpacings: 0.06,
  share: 1.2,
  shareCount: 15,
  surveyedShareCount: 80,
  teleport: 1e-5,
  floorTemper: 0.5,
  outsideWeight: 0.05,
  carrierRate: 0.05,
  gatewayPriorCount: 50,
  gatewayMaxCount: 2_000,
  surveyScale: 0.6,
  surveySdDb: 6,
  surveyOffsetDb: 6,
  surveyNoiseDb: 3.3,
  surveyReadingDb: 6,
  heardScale: 0.25,
  heardPriorSeconds: 2,
  heardWeight: 0.7,
  missWeight: 0.5,
  unsurveyedWeight: 0.1,
  hearableWeight: 0.7,
  hearableDbm: -80,
  hearableSpreadDb: 5,
};
