/** What a campaign did: the way from trigger to till, what it added against those held back, and what kept offers back. */
import type { Campaign, Funnel, HeldLog } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import type { Proof } from '../../../../server/contract/proof.ts';
import { formatCount, formatDecimal, formatDuration, formatShareFine, siteFormat } from '../../../lib/format.ts';
import { Explain } from '../../components/Explain.tsx';
import { Section } from '../../components/Section.tsx';
import { Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';
import { AbResult } from './AbResult.tsx';
import { EffectCard } from './EffectCard.tsx';
import { heldText } from './words.ts';
import './results.css';

const STEPS = ['wouldFire', 'sent', 'opened', 'redeemed'] as const;
type Counts = Pick<Funnel, (typeof STEPS)[number] | 'control'>;

function FunnelBars({ funnel }: { funnel: Counts }) {
  const most = Math.max(1, funnel.wouldFire);
  return (
    <>
      <ol class="funnel">
        {STEPS.map((step, index) => {
          const before = index === 0 ? undefined : STEPS[index - 1]!;
          const of = before === undefined ? 0 : funnel[before];
          return (
            <li key={step}>
              <span class="funnel-name">
                {t(`funnel.${step}`)}
                <Explain about={t(`funnel.${step}`)}>{t(`funnel.${step}Hint`)}</Explain>
              </span>
              <span class="funnel-bar" aria-hidden="true">
                <i style={{ width: `${(funnel[step] / most) * 100}%` }} />
              </span>
              <b class="num">{formatCount(funnel[step])}</b>
              <span class="muted small num">
                {before === undefined || of === 0
                  ? ''
                  : t('funnel.rate', { share: formatShareFine(funnel[step] / of) })}
              </span>
            </li>
          );
        })}
      </ol>
      <p class="muted small num">{t('funnel.control', { n: funnel.control })}</p>
    </>
  );
}

/** Nobody reads a longer list; the log has all. */
const MOST_REASONS = 8;

function HeldBars({ held }: { held: HeldLog }) {
  const rows = held.byReason.slice(0, MOST_REASONS);
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const rest = held.byReason.slice(MOST_REASONS).reduce((sum, { count }) => sum + count, 0);
  if (rows.length === 0) return <p class="muted">{t('held.none')}</p>;
  return (
    <>
      <ol class="held">
        {rows.map(({ code, detail, count }) => (
          <li key={`${code}/${detail}`}>
            <span>{heldText(code, detail)}</span>
            <b class="num">{formatCount(count)}</b>
            <span class="held-bar" aria-hidden="true">
              <i style={{ width: `${(count / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
      {rest > 0 && <p class="muted small">{t('held.rest', { n: rest })}</p>}
      {held.outrankedBy.length > 0 && (
        <p class="muted small held-first">
          {t('held.first', {
            list: held.outrankedBy
              .map(({ campaign, count }) => `${campaign ?? t('held.otherShop')} (${formatCount(count)}×)`)
              .join(', '),
          })}
        </p>
      )}
    </>
  );
}

const seconds = (ms: number | null): string =>
  ms === null ? '–' : t('decision.seconds', { s: formatDecimal(ms / 1000) });

export default function Results({ site, campaign }: { site: Site; campaign: Campaign }) {
  const funnel = useAsync<Funnel>(`funnel/${campaign.id}/${campaign.status}`, (signal) =>
    ofSite(site.id).funnel(campaign.id, signal),
  );
  const held = useAsync<HeldLog>(`held/${campaign.id}/${campaign.status}`, (signal) =>
    ofSite(site.id).held(campaign.id, signal),
  );
  const proof = useAsync<Proof>(`proof/${campaign.id}/${campaign.status}`, (signal) =>
    ofSite(site.id).proof(campaign.id, signal),
  );
  const format = siteFormat(site.timezone);
  return (
    <div class="results">
      <Section title={t('funnel.title')} asked={funnel} height={190}>
        {(data) => (
          <>
            {data.wouldFire === 0 && campaign.status !== 'paused' && campaign.status !== 'ended' && (
              <p class="lead">{t(campaign.status === 'live' ? 'decision.noneLive' : 'result.notBegun')}</p>
            )}
            <FunnelBars funnel={data} />
            <dl class="mini-figures">
              <div>
                <dt>{t('result.timeToRedeem')}</dt>
                <dd class="num">
                  {proof.data === undefined || proof.data.timeToRedeemMinutes.median === null
                    ? '–'
                    : formatDuration(proof.data.timeToRedeemMinutes.median * 60)}
                </dd>
                <dd class="muted small">
                  {proof.data === undefined || proof.data.timeToRedeemMinutes.p90 === null
                    ? ''
                    : t('result.nineInTen', { span: formatDuration(proof.data.timeToRedeemMinutes.p90 * 60) })}
                </dd>
              </div>
              <div>
                <dt>
                  {t('result.latency')}
                  <Explain about={t('result.latency')}>{t('result.latencyHint')}</Explain>
                </dt>
                <dd class="num">{seconds(data.latencyMs.p50)}</dd>
                <dd class="muted small num">
                  {t('result.latencyTail', { p95: seconds(data.latencyMs.p95), p99: seconds(data.latencyMs.p99) })}
                </dd>
              </div>
            </dl>
          </>
        )}
      </Section>
      <Section title={t('held.title')} asked={held} height={190}>
        {(data) => <HeldBars held={data} />}
      </Section>
      <div class="wide">
        <Section title={t('result.added')} asked={proof} height={170}>
          {(data) => (
            <>
              <p class="lead small">
                {data.shoppers.treated === null || data.shoppers.control === null
                  ? t('result.addedFew')
                  : t('result.addedLead', {
                      treated: formatCount(data.shoppers.treated),
                      control: formatCount(data.shoppers.control),
                      days: data.windowDays,
                    })}{' '}
                {data.waiting > 0 && t('result.waiting', { n: data.waiting })}
              </p>
              {data.warnings.map((code) => (
                <Notice key={code} tone="warn">
                  {t(`result.warning.${code}`)}
                </Notice>
              ))}
              <div class="effects">
                <EffectCard kind="visits" finding={data.incrementalVisits} currency={data.currency} />
                <EffectCard kind="sales" finding={data.incrementalSalesMinor} currency={data.currency} />
              </div>
              {data.from !== null && data.to !== null && (
                <p class="muted small">
                  {t('result.period', {
                    from: format.dateTime(Date.parse(data.from)),
                    to: format.dateTime(Date.parse(data.to)),
                  })}
                </p>
              )}
            </>
          )}
        </Section>
      </div>
      {proof.data?.ab != null && (
        <div class="wide">
          <AbResult site={site} ab={proof.data.ab} campaign={campaign} />
        </div>
      )}
    </div>
  );
}
