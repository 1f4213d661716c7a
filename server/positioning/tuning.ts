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
  floorLossDb: number;
  /** What a wall on the plan takes without a survey, and how many count: waves find doors. */
  wallDb: number;
  mostWalls: number;
  carrierHeightM: number;
  /** Student-t: degrees of freedom and scale. */
  nu: number;
  noiseDb: number;
  /** Weight of a second's reading against an independent one. */
  /** Scale of the Student-t per mean deviation, and its least. */
  noisePerDeviation: number;
  noiseFloorDb: number;
  temper: number;
  /** Fades (readings below the prediction) count less. */
  fade: number;
  biasDb: number;
  /** Standard deviation of a walker's displacement after one second, per axis. */
  walkM: number;
  /** Share of the last pace that a step expects, and how quickly the pace follows. */
  drift: number;
  paceGain: number;
  walkPerPace: number;
  slackShare: number;
  stillPace: number;
  walkingPace: number;
  settleFrom: number;
  settleMost: number;
  wanderShare: number;
  sharpen: number;
  shadowRate: number;
  shadowKeep: number;
  /** How much wider than the posterior says the error is where hardly any gateway in hearing hears a carrier. */
  sparseInflation: number;
  surveyedSparseInflation: number;
  /** Shadows that stay: error per axis that standing still does not average out, in gateway spacings with eight gateways. */
  lastingSpacings: number;
  surveyedLastingSpacings: number;
  share: number;
  shareCount: number;
  surveyedShareCount: number;
  /** Chance per second of being anywhere in the window. */
  teleport: number;
  /** Weight of the evidence between floors. */
  floorTemper: number;
  outsideWeight: number;
  carrierRate: number;
  gatewayPriorCount: number;
  gatewayMaxCount: number;
  slopePriorCount: number;
  /** Survey: Gaussian process on the residuals. */
  surveyScale: number;
  surveySdDb: number;
  surveyOffsetDb: number;
  surveyNoiseDb: number;
  surveyReadingDb: number;
  heardScale: number;
  heardPriorSeconds: number;
  heardWeight: number;
  missWeight: number;
  unsurveyedWeight: number;
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
  stillPace: 0.22,
  walkingPace: 0.35,
  settleFrom: 3,
  settleMost: 600,
  wanderShare: 3,
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
  slopePriorCount: 500,
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
