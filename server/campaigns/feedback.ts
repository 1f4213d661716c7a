/** What a shopper says of a shop after redeeming an offer there: 0 to 10, once, and words to it if they like. */
import { DateTime } from 'luxon';
import type { FeedbackComments } from '../contract/shopper.ts';
import type { Duck } from '../db/duckdb.ts';
import { AppError, notFound } from '../errors.ts';

const SHOWN_COMMENTS = 200;

export interface Said {
  offerId: string;
  score: number;
  comment: string;
}

export class Feedback {
  readonly #duck: Duck;

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  /** @throws AppError 404 not this shopper's offer, 409 `not-redeemed` or `already-answered` */
  async give(shopperId: string, { offerId, score, comment }: Said, nowMs: number): Promise<void> {
    await this.#duck.transaction(async (sql) => {
      const offer = await sql.get<{ redeemedMs: number | null }>(
        'select redeemed_ms as "redeemedMs" from offers where id = $1 and shopper_id = $2',
        [offerId, shopperId],
      );
      if (offer === undefined) throw notFound(`offer ${offerId}`);
      if (offer.redeemedMs === null)
        throw new AppError(409, 'not-redeemed', 'only an offer that was redeemed can be rated', 'body.offerId');
      const written = await sql.all(
        `insert into feedback select id, site_id, tenant_id, campaign_id, shopper_id, $2, $3, $4 from offers where id = $1
         on conflict do nothing returning offer_id`,
        [offerId, score, comment === '' ? null : comment, nowMs],
      );
      if (written.length === 1) return;
      // The score is one tap; words to it may follow, and neither is changed afterwards.
      const added = await sql.all(
        `update feedback set comment = $3 where offer_id = $1 and shopper_id = $2 and score = $4 and comment is null
           and $3 is not null returning offer_id`,
        [offerId, shopperId, comment === '' ? null : comment, score],
      );
      if (added.length === 0)
        throw new AppError(409, 'already-answered', 'this redemption was rated before', 'body.offerId');
    });
  }

  /** Newest days first; within a day in no order that tells who was there when. */
  async comments(siteId: string, timezone: string, tenantId: string | null): Promise<FeedbackComments['comments']> {
    const rows = await this.#duck.all<{ atMs: number; campaignId: string; score: number; comment: string }>(
      `select at_ms as "atMs", campaign_id as "campaignId", score, comment from feedback
       where site_id = $1 and comment is not null and ($2 is null or tenant_id = $2)
       order by at_ms desc limit ${SHOWN_COMMENTS}`,
      [siteId, tenantId],
    );
    return rows
      .map(({ atMs, ...row }) => ({ day: DateTime.fromMillis(atMs, { zone: timezone }).toISODate()!, ...row }))
      .sort((a, b) => b.day.localeCompare(a.day) || a.comment.localeCompare(b.comment));
  }

  /** By offer. */
  async scores(shopperId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#duck.all<{ offerId: string; score: number }>(
      'select offer_id as "offerId", score from feedback where shopper_id = $1',
      [shopperId],
    );
    return new Map(rows.map(({ offerId, score }) => [offerId, score]));
  }
}
