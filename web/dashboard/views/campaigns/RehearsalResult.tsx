/** What a campaign would have done: how often, for how many, how often wrongly, and what the attention budget keeps back. */
import type { Floor, Site, Zone } from '../../../../server/contract/model.ts';
import type { Rehearsal, RehearsalWarning } from '../../../../server/contract/rehearsal.ts';
import {
  formatAge,
  formatCount,
  formatDecimal,
  formatShare,
  formatShareFine,
  NONE,
  siteFormat,
} from '../../../lib/format.ts';
import { Notice } from '../../components/states.tsx';
import { Table } from '../../components/Table.tsx';
import { t } from '../../i18n/t.ts';
import { ownTenant } from '../../state/session.ts';
import { Figure } from './Figure.tsx';
import { SpillMap } from './SpillMap.tsx';
import { heldText, zoneNamesOf } from './words.ts';

/** What makes figures less sure, but asks for no change of the campaign. */
const CALM: ReadonlySet<RehearsalWarning> = new Set([
  'little-history',
  'audience-unknown',
  'baskets-unknown',
  'zone-is-new',
  'error-unknown',
]);
/** Of many small shares nobody reads more. */
const MOST_SPILL = 4;

/** How the fires of a day divide: to a phone, or held back, by reason. */
/** A band that is half as wide as its value leaves no room for tenths. */
const perDayText = (value: number | null): string =>
  value !== null && value >= 10 ? formatCount(value) : formatDecimal(value);

function DayBar({ rehearsal }: { rehearsal: Rehearsal }) {
  const fires = rehearsal.triggersPerDay?.value ?? 0;
  if (fires <= 0) return null;
  const sent = rehearsal.offersPerDay?.value ?? 0;
  const control = rehearsal.controlPerDay ?? 0;
  const held = Object.entries(rehearsal.heldPerDay)
    .filter(([, perDay]) => perDay > 0)
    .sort((a, b) => b[1] - a[1]);
  return (
    <div class="day-bar">
      <p class="small muted">{t('rehearsal.ofDay', { fires: formatDecimal(fires) })}</p>
      <div class="split-bar" aria-hidden="true">
        <i class="sent" style={{ flexGrow: sent }} />
        {control > 0 && <i class="control" style={{ flexGrow: control }} />}
        {held.map(([code, perDay], index) => (
          <i key={code} class={`held-${index % 3}`} style={{ flexGrow: perDay }} />
        ))}
      </div>
      <ul class="split-key small">
        <li>
          <i class="sent" aria-hidden="true" />
          {t('rehearsal.sent')} <b class="num">{perDayText(sent)}</b>
        </li>
        {control > 0 && (
          <li>
            <i class="control" aria-hidden="true" />
            {t('campaign.control')} <b class="num">{perDayText(control)}</b>
          </li>
        )}
        {held.map(([code, perDay], index) => (
          <li key={code}>
            <i class={`held-${index % 3}`} aria-hidden="true" />
            {heldText(code)} <b class="num">{perDayText(perDay)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

export default function RehearsalResult(props: { site: Site; rehearsal: Rehearsal; floors: Floor[]; zones: Zone[] }) {
  const { site, rehearsal } = props;
  const zoneNames = zoneNamesOf(props.zones);
  // A retailer is not told which neighbour it is.
  const elsewhere = t(ownTenant.value === null ? 'rehearsal.elsewhere' : 'rehearsal.elsewhereOrOthers');
  const format = siteFormat(site.timezone);
  // Of nothing measured there is nothing to tell but why, which the warnings do.
  const hasFigures = rehearsal.triggersPerDay !== null;
  return (
    <div class="stack-s">
      {rehearsal.warnings.map(({ code, zoneId, params }) => (
        <Notice key={`${code}${zoneId}`} tone={CALM.has(code) ? 'info' : 'warn'}>
          {zoneId !== null && <b>{zoneNames([zoneId])}: </b>}
          {t(`warning.${code}`, params)}
        </Notice>
      ))}
      {hasFigures && (
        <dl class="figures">
          <Figure
            label={t('rehearsal.triggers')}
            hint={t('rehearsal.triggersHint')}
            estimate={rehearsal.triggersPerDay}
            format={perDayText}
          />
          <Figure
            label={t('rehearsal.offers')}
            hint={t('rehearsal.offersHint')}
            estimate={rehearsal.offersPerDay}
            format={perDayText}
            strong
          />
          <Figure
            label={t('rehearsal.shoppers')}
            hint={t('rehearsal.shoppersHint')}
            value={rehearsal.distinctShoppers === null ? t('kpi.few') : formatCount(rehearsal.distinctShoppers)}
            note={t('rehearsal.overDays', { n: rehearsal.days })}
          />
          <Figure
            label={t('rehearsal.falseFires')}
            hint={t('rehearsal.falseFiresHint')}
            estimate={rehearsal.falseFireShare}
            format={(value) => formatShare(value)}
          />
        </dl>
      )}
      {rehearsal.reachable !== null && (
        <p class="small">
          {t('rehearsal.reachable', {
            n: rehearsal.reachable.shoppers,
            perDay: perDayText(rehearsal.reachable.triggersPerDay),
          })}
        </p>
      )}
      <DayBar rehearsal={rehearsal} />
      <SpillMap {...props} />
      {rehearsal.spill.length > 0 && (
        <p class="small">
          {t('rehearsal.spill', {
            list: rehearsal.spill
              .slice(0, MOST_SPILL)
              .map(
                ({ zoneId, share }) => `${zoneId === null ? elsewhere : zoneNames([zoneId])} ${formatShareFine(share)}`,
              )
              .join(', '),
          })}
        </p>
      )}
      {hasFigures && rehearsal.zones.length > 0 && (
        <Table
          caption={t('rehearsal.zones')}
          rows={rehearsal.zones}
          rowKey={({ zoneId }) => zoneId}
          columns={[
            {
              id: 'zone',
              title: t('campaign.zone'),
              cell: ({ zoneId }) => <span class="strong">{zoneNames([zoneId])}</span>,
            },
            {
              id: 'fires',
              title: t('rehearsal.triggers'),
              numeric: true,
              cell: ({ triggersPerDay }) => perDayText(triggersPerDay),
            },
            {
              id: 'false',
              minor: true,
              title: t('rehearsal.falseFires'),
              numeric: true,
              cell: ({ falseFireShare }) => formatShare(falseFireShare),
            },
            {
              id: 'radius',
              minor: true,
              title: t('rehearsal.radius'),
              numeric: true,
              cell: ({ radiusM }) => t('audit.metres', { m: formatDecimal(radiusM) }),
            },
            {
              id: 'error',
              title: t('rehearsal.error'),
              numeric: true,
              cell: ({ radiusM, localP90M }) =>
                localP90M === null ? (
                  NONE
                ) : (
                  <span class={localP90M > radiusM ? 'badge warn' : ''}>
                    {t('audit.metres', { m: formatDecimal(localP90M) })}
                  </span>
                ),
            },
          ]}
        />
      )}
      <p class="muted small">
        {rehearsal.basis === 'heat' &&
          `${t('rehearsal.fromHeat')} ${
            rehearsal.checked === null
              ? ''
              : t('rehearsal.checked', { n: rehearsal.checked.zones, factor: formatDecimal(rehearsal.checked.factor) })
          } `}
        {rehearsal.leftOut.lowCoverage > 0 && `${t('rehearsal.leftOut', { n: rehearsal.leftOut.lowCoverage })} `}
        {t('rehearsal.basis', {
          from: format.dayMonth(Date.parse(rehearsal.from)),
          to: format.dayMonth(Date.parse(rehearsal.to)),
          age: formatAge(Math.max(0, Date.now() - Date.parse(rehearsal.rehearsedAt))),
        })}
      </p>
    </div>
  );
}
