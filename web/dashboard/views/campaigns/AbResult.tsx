/** Which face of the offer does better, by a test that may be looked at as often as one likes. */
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import type { Proof } from '../../../../server/contract/proof.ts';
import { formatCount, formatDecimal, formatShareFine, NONE } from '../../../lib/format.ts';
import { t } from '../../i18n/t.ts';
import { IntervalBar } from './EffectCard.tsx';
import { CouponFace } from './editor/CouponFace.tsx';

type Ab = NonNullable<Proof['ab']>;
const TONE = { better: 'good', worse: 'bad', undecided: '' } as const;
const points = (share: number): string =>
  t('ab.points', { value: `${share > 0 ? '+' : share < 0 ? '−' : ''}${formatDecimal(Math.abs(share) * 100)}` });

export function AbResult({ site, ab, campaign }: { site: Site; ab: Ab; campaign: Campaign }) {
  const face = (id: string) =>
    id === 'a' ? campaign.offer : (campaign.variants.find((one) => one.id === id)?.offer ?? undefined);
  const winner = ab.comparisons.find(({ decision }) => decision === 'better');
  const open = ab.comparisons.some(({ decision }) => decision === 'undecided');
  return (
    <section class="card" aria-label={t('ab.title')}>
      <div class="card-head">
        <h2>{t('ab.title')}</h2>
      </div>
      <div class="card-body stack-s">
        <p class="lead">
          {winner !== undefined
            ? t('ab.winner', { id: winner.variant.toUpperCase() })
            : open
              ? t('ab.open')
              : t('ab.ownBest')}
        </p>
        <div class="ab">
          {ab.variants.map((variant) => {
            const comparison = ab.comparisons.find((one) => one.variant === variant.id);
            const offer = face(variant.id);
            return (
              <div key={variant.id} class="variant">
                <p class="variant-head">
                  <b>{variant.id.toUpperCase()}</b>
                  {comparison !== undefined && (
                    <span class={`badge ${TONE[comparison.decision]}`}>{t(`ab.${comparison.decision}`)}</span>
                  )}
                </p>
                {offer !== undefined && <CouponFace site={site} face={offer} />}
                <p class="ab-rate num">
                  <b>{variant.rate === null ? NONE : formatShareFine(variant.rate.value)}</b>{' '}
                  <span class="muted small">
                    {variant.shoppers === null
                      ? t('kpi.few')
                      : t('ab.redeemed', {
                          redeemed: formatCount(variant.redeemed),
                          shoppers: formatCount(variant.shoppers),
                        })}
                  </span>
                </p>
                {variant.rate !== null && (
                  <p class="muted small num">
                    {t('kpi.band', {
                      low: formatShareFine(variant.rate.low),
                      high: formatShareFine(variant.rate.high),
                    })}
                  </p>
                )}
                {comparison?.difference != null && (
                  <>
                    <IntervalBar {...comparison.difference} />
                    <p class="small num">
                      {t('ab.difference', {
                        value: points(comparison.difference.value),
                        low: points(comparison.difference.low),
                        high: points(comparison.difference.high),
                      })}
                    </p>
                  </>
                )}
              </div>
            );
          })}
        </div>
        <p class="muted small">{t('ab.method', { method: ab.method })}</p>
      </div>
    </section>
  );
}
