/** What the campaign added, with its interval drawn about zero, or how many more shoppers it takes to say. */
import type { Finding } from '../../../../server/contract/proof.ts';
import { formatCount, formatFine, formatMoney } from '../../../lib/format.ts';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../i18n/t.ts';

const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${formatCount(Math.abs(value))}`;

/** The interval as a bar, the estimate as a dot, zero as a line: what lies right of zero was added. */
export function IntervalBar({ low, value, high }: { low: number; value: number; high: number }) {
  const from = Math.min(0, low);
  const to = Math.max(0, high);
  const room = (to - from) * 0.08 || 1;
  const at = (x: number) => ((x - from + room) / (to - from + 2 * room)) * 100;
  return (
    <div class="interval" aria-hidden="true">
      <i class="zero" style={{ left: `${at(0)}%` }} />
      <i class="span" style={{ left: `${at(low)}%`, width: `${at(high) - at(low)}%` }} />
      <i class="dot-at" style={{ left: `${at(value)}%` }} />
    </div>
  );
}

export function EffectCard(props: { kind: 'visits' | 'sales'; finding: Finding; currency: string }) {
  const { kind, finding } = props;
  const show = (value: number) =>
    kind === 'sales' ? formatMoney(Math.round(value), props.currency, true) : signed(value);
  const each = (value: number) =>
    kind === 'sales' ? formatMoney(Math.round(value), props.currency, true) : formatFine(value, true);
  const { effect } = finding;
  return (
    <section class="effect" aria-label={t(`effect.${kind}`)}>
      <h3>{t(`effect.${kind}`)}</h3>
      {finding.state === 'not-enough' ? (
        <>
          <p class="effect-not">
            <Icon name="clock" size={18} />
            {t('effect.notEnough')}
          </p>
          <p class="muted">
            {finding.moreShoppers === null
              ? t(`effect.why.${finding.why}`)
              : t('effect.more', { n: finding.moreShoppers })}
          </p>
          {effect !== null && (
            <p class="muted small num">
              {t('effect.soFar', { value: show(effect.value), low: show(effect.low), high: show(effect.high) })}
            </p>
          )}
        </>
      ) : (
        <>
          <p class="effect-value num">{show(finding.effect.value)}</p>
          <IntervalBar {...finding.effect} />
          <p class="num small">
            {t('effect.interval', { low: show(finding.effect.low), high: show(finding.effect.high) })}
          </p>
          <p class="small muted num">
            {t('effect.perShopper', {
              value: each(finding.perShopper.value),
              control:
                kind === 'sales' ? formatMoney(finding.controlMean, props.currency) : formatFine(finding.controlMean),
            })}
          </p>
          <p class="small">
            <span class={`badge ${finding.significant ? (finding.effect.value > 0 ? 'good' : 'bad') : ''}`}>
              {t(
                !finding.significant
                  ? 'effect.unsure'
                  : finding.effect.value > 0
                    ? 'effect.sureMore'
                    : 'effect.sureLess',
              )}
            </span>
          </p>
        </>
      )}
    </section>
  );
}
