/** Phones that listen: who may tell what they heard, how often, and what became of it. */
import { Attempts } from '../campaigns/attempts.ts';
import type { PhoneSightings } from '../contract/identity.ts';
import { AppError, tooMany } from '../errors.ts';
import type { IngestPipeline } from '../ingest/pipeline.ts';
import type { PhoneTaken } from '../ingest/types.ts';
import type { AppIdentity } from './appIdentities.ts';

/** One a second, for a shopper who looks at the screen; in the pocket one every ten. */
const MESSAGES_PER_PHONE = { max: 60, windowMs: 60_000 };

export interface PhoneCounts {
  messages: number;
  sightings: number;
  unknownBeacons: number;
  refused: number;
}

export class Phones {
  readonly #pipeline: Pick<IngestPipeline, 'phone'>;
  readonly #messages = new Attempts(MESSAGES_PER_PHONE);
  readonly #counts = new Map<string, PhoneCounts>();

  constructor(pipeline: Pick<IngestPipeline, 'phone'>) {
    this.#pipeline = pipeline;
  }

  counts(siteId: string): PhoneCounts {
    return this.#counts.get(siteId) ?? { messages: 0, sightings: 0, unknownBeacons: 0, refused: 0 };
  }

  /** The identity is the phone's own, its shopper's consent was just asked. */
  async take(
    identity: AppIdentity | undefined,
    sinceMs: number,
    message: PhoneSightings,
    nowMs: number,
  ): Promise<PhoneTaken> {
    if (identity?.mode !== 'listen')
      throw new AppError(409, 'not-listening', 'enrol this app first: POST /shopper/identity with mode listen');
    const { siteId, carrierId } = identity;
    const counts = this.#countsOf(siteId);
    if (!this.#messages.allowed(carrierId, nowMs)) {
      counts.refused++;
      throw tooMany(`at most ${MESSAGES_PER_PHONE.max} messages a minute: gather what is heard, and send it together`);
    }
    this.#messages.begin(carrierId, nowMs);
    const taken = await this.#pipeline.phone(siteId, { carrierId, sinceMs }, message);
    counts.messages++;
    if ('code' in taken) {
      counts.refused++;
      throw new AppError(400, taken.code, taken.message, taken.path);
    }
    if (!taken.duplicate) counts.sightings += taken.accepted;
    counts.unknownBeacons += taken.unknownBeacons;
    return taken;
  }

  #countsOf(siteId: string): PhoneCounts {
    let counts = this.#counts.get(siteId);
    if (!counts) {
      counts = this.counts(siteId);
      this.#counts.set(siteId, counts);
    }
    return counts;
  }
}
