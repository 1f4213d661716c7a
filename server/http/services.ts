/** What this server's own routes work with. */
import type { Auth } from '../auth/auth.ts';
import type { Campaigns } from '../campaigns/campaigns.ts';
import type { HandOverTimes } from '../campaigns/deliveryTimes.ts';
import type { Duck } from '../db/duckdb.ts';
import type { EngineHealth, Questions, SeriesReader } from '../db/timeSeries.ts';
import type { IngestPipeline } from '../ingest/pipeline.ts';
import type { Clock } from '../ingest/types.ts';
import type { Outgoing } from '../outgoing/open.ts';
import type { Audit } from '../privacy/audit.ts';
import type { Registry } from '../registry/types.ts';

/** What routes ask of the pipeline. */
export type PipelineView = Pick<
  IngestPipeline,
  | 'clones'
  | 'learnedRadio'
  | 'nowMs'
  | 'ready'
  | 'counters'
  | 'deadLetters'
  | 'snapshot'
  | 'heat'
  | 'waitingGateways'
  | 'gatewayHealth'
  | 'gatewayHistory'
  | 'gatewayAdverts'
> &
  Partial<Pick<IngestPipeline, 'lags' | 'fleets' | 'fleetHealth'>>;

export interface Services {
  duck: Duck;
  registry: Registry;
  questions: Questions;
  reading: SeriesReader;
  /** Of the engine of the time series. */
  engineHealth?: () => EngineHealth;
  pipeline: PipelineView;
  auth: Auth;
  audit: Audit;
  clock: Clock;
  /** Campaigns stand on zones: they have a say before one is redrawn. */
  changeGround: Campaigns['changeGround'];
  /** Floor plan images stand in it. */
  dataDir: string;
  publicUrl: string | null;
  /** Of offers, for the metrics of those who run the server. */
  handOverTimes?: Pick<HandOverTimes, 'onHandOver'>;
  /** Of webhooks, for the same. */
  outgoing?: Pick<Outgoing, 'totals'>;
}
