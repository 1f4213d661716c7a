/** What a survey knows of a site's radio: places, and how each gateway heard a carrier there. Pure. */

export interface SurveyReading {
  gatewayId: string;
  rssiMeanDbm: number;
  /** Spread of single advertisements. */
  rssiSdDb: number;
  /** Advertisements that the mean stands on. */
  adverts: number;
}

export interface SurveyPoint {
  floorId: string;
  xM: number;
  yM: number;
  /** How long was listened here. */
  seconds: number;
  /** Gateways that heard it; all others did not, but for those below. */
  heard: SurveyReading[];
  /** Gateways of which this place says nothing: moved or hung up since, or silent then. Absent: none. */
  notListening?: readonly string[];
}

export interface RadioSurvey {
  points: readonly SurveyPoint[];
}
