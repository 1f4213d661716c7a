/** Plays the last four weeks before anybody is sent anything, and shows what would have happened. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Floor, Site, Zone } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { formatAge } from '../../../lib/format.ts';
import { Icon } from '../../components/Icon.tsx';
import { lazy } from '../../components/lazy.tsx';
import { Fault, Loading, Notice } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';
import './rehearsal.css';

const RehearsalResult = lazy(() => import('./RehearsalResult.tsx'));

/** Outlive the page that began them: a person may look at something else meanwhile, and a new campaign changes its address. */
const underWay = signal<ReadonlyMap<string, number>>(new Map());
const failed = signal<ReadonlyMap<string, ApiError>>(new Map());
function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
async function rehearse(siteId: string, campaignId: string): Promise<void> {
  failed.value = without(failed.value, campaignId);
  underWay.value = new Map(underWay.value).set(campaignId, Date.now());
  try {
    await ofSite(siteId).rehearse(campaignId);
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError(0, 'page', String(error));
    failed.value = new Map(failed.value).set(campaignId, known);
  } finally {
    underWay.value = without(underWay.value, campaignId);
  }
}

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
  const api = ofSite(site.id);
  const asked = useAsync(campaign === undefined ? null : `rehearsal/${campaign.id}`, (signal) =>
    api.rehearsal(campaign!.id, signal),
  );
  const runningSinceMs = campaign === undefined ? undefined : underWay.value.get(campaign.id);
  const fault = campaign === undefined ? undefined : failed.value.get(campaign.id);
  const [nowMs, setNow] = useState(Date.now);
  const wasRunning = useRef(false);
  useEffect(() => {
    if (runningSinceMs !== undefined) {
      wasRunning.current = true;
      setNow(Date.now());
      const timer = setInterval(() => setNow(Date.now()), 1_000);
      return () => clearInterval(timer);
    }
    if (!wasRunning.current || campaign === undefined) return;
    wasRunning.current = false;
    asked.reload();
    ofSite(site.id)
      .campaign(campaign.id)
      .then(props.onRehearsed, () => undefined);
  }, [runningSinceMs]);

  const run = async () => {
    const kept = props.before === undefined ? campaign : await props.before();
    if (kept !== undefined) await rehearse(site.id, kept.id);
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
