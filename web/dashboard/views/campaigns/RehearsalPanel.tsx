/** Plays the last four weeks before anybody is sent anything, and shows what would have happened. */
import { useEffect, useState } from 'preact/hooks';
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Floor, Site, Zone } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatAge } from '../../../lib/format.ts';
import { Icon } from '../../components/Icon.tsx';
import { lazy } from '../../components/lazy.tsx';
import { Fault, Loading, Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { offersOf } from '../../state/offerEndpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

const RehearsalResult = lazy(() => import('./RehearsalResult.tsx'));

export function RehearsalPanel(props: {
  site: Site;
  /** Undefined: not saved yet. */
  campaign: Campaign | undefined;
  floors: Floor[];
  zones: Zone[];
  isDirty?: boolean;
  /** Something is missing still. */
  blocked?: boolean;
  before?: () => Promise<Campaign | undefined>;
  onRehearsed: (campaign: Campaign) => void;
}) {
  const { site, campaign } = props;
  const api = offersOf(site.id);
  const asked = useAsync(campaign === undefined ? null : `rehearsal/${campaign.id}`, (signal) =>
    api.rehearsal(campaign!.id, signal),
  );
  const [runningSinceMs, setRunningSince] = useState<number>();
  const [nowMs, setNow] = useState(Date.now);
  const [fault, setFault] = useState<ApiError>();
  useEffect(() => {
    if (runningSinceMs === undefined) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [runningSinceMs]);

  const run = async () => {
    setFault(undefined);
    const kept = props.before === undefined ? campaign : await props.before();
    if (kept === undefined) return;
    setNow(Date.now());
    setRunningSince(Date.now());
    try {
      const result = await api.rehearse(kept.id);
      asked.set(result);
      props.onRehearsed(await ofSite(site.id).campaign(kept.id));
    } catch (error) {
      setFault(error instanceof ApiError ? error : new ApiError(0, 'page', String(error)));
    } finally {
      setRunningSince(undefined);
    }
  };
  const result = asked.data;
  const isOld = result != null && (props.isDirty === true || !result.isCurrent);
  const label = result == null ? 'rehearsal.run' : 'rehearsal.again';
  return (
    <section class="panel rehearsal" aria-label={t('rehearsal.title')}>
      <div class="row spread">
        <h3>{t('rehearsal.title')}</h3>
        {campaign?.status !== 'ended' && (
          <button
            type="button"
            class={`button small ${result == null || isOld ? 'primary' : ''}`}
            disabled={runningSinceMs !== undefined || props.blocked === true}
            onClick={() => void run()}
          >
            <Icon name="play" size={14} />
            {t(props.isDirty === true || campaign === undefined ? 'rehearsal.saveAndRun' : label)}
          </button>
        )}
      </div>
      {runningSinceMs !== undefined ? (
        <div class="running" role="status">
          <progress aria-label={t('rehearsal.running')} />
          <p class="muted small">
            {t('rehearsal.running')} {nowMs - runningSinceMs > 2_000 && formatAge(nowMs - runningSinceMs)}
          </p>
        </div>
      ) : fault !== undefined ? (
        <Fault error={fault} title={t('rehearsal.failed')} retry={() => void run()} />
      ) : campaign !== undefined && asked.error !== undefined && asked.data === undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : campaign !== undefined && result === undefined ? (
        <Loading lines={3} />
      ) : result == null ? (
        <p class="muted">{t(props.blocked === true ? 'rehearsal.blocked' : 'rehearsal.why')}</p>
      ) : (
        <>
          {isOld && <Notice tone="warn">{t('rehearsal.old')}</Notice>}
          <RehearsalResult site={site} rehearsal={result} floors={props.floors} zones={props.zones} />
        </>
      )}
    </section>
  );
}
