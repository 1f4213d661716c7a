/** One line for a floor: how good positions were found to be, when, and whether that still holds. */
import type { Site } from '../../../../server/contract/model.ts';
import { siteFormat } from '../../../lib/format.ts';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';
import { metres, reasonsText } from './words.ts';

export function CertificateLine({ site, floorId }: { site: Site; floorId: string | undefined }) {
  const asked = useAsync(`certificates/${site.id}`, (signal) => ofSite(site.id).certificates(signal));
  const floor = asked.data?.find((one) => one.zoneId === null && one.floorId === floorId);
  if (floor === undefined) return null;
  const day = siteFormat(site.timezone).dayMonth(Date.parse(floor.at));
  return (
    <p class="small certificate-line">
      {t('audit.line', { day, median: metres(floor.medianM), p90: metres(floor.p90M) })}
      {floor.state === 'stale' && (
        <>
          {' '}
          <span class="badge warn">{t('audit.staleFor', { reasons: reasonsText(floor.reasons, site.timezone) })}</span>
        </>
      )}
    </p>
  );
}
