/** Walk audit: the installer walks with a tag and a phone, and the site learns how good its positions are. */
import { useEffect } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { Segmented } from '../../components/controls.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { usePlan } from '../../state/plan.ts';
import { param, setParams } from '../../state/router.ts';
import { useAsync } from '../../state/useAsync.ts';
import { Certificates, PastWalks } from './Certificates.tsx';
import { resumeCounting } from './countQueue.ts';
import { DoorCount } from './DoorCount.tsx';
import { Start } from './Start.tsx';
import { Walking } from './Walking.tsx';
import { resumeWalk, walk } from './walkQueue.ts';
import './audit.css';

export default function AuditView({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const audits = useAsync(`audits/${site.id}`, (signal) => ofSite(site.id).audits(signal));
  const certificates = useAsync(`certificates/${site.id}`, (signal) => ofSite(site.id).certificates(signal));
  useEffect(() => {
    resumeWalk(site.id);
    resumeCounting(site.id);
  }, [site.id]);
  const door = param('mode') === 'door';
  const reload = () => {
    audits.reload();
    certificates.reload();
  };
  const finished = () => {
    reload();
    toast(t('audit.finished'));
  };
  const now = walk.value?.siteId === site.id ? walk.value : undefined;

  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  const all = audits.data ?? [];
  return (
    <>
      <PageHead title={t('nav.audit')}>
        <Segmented
          label={t('audit.mode')}
          value={door ? 'door' : 'walk'}
          options={[
            { value: 'walk', label: t('audit.walk') },
            { value: 'door', label: t('door.title') },
          ]}
          onChange={(mode) => setParams({ mode: mode === 'door' ? 'door' : null })}
        />
      </PageHead>
      <div class="stack audit">
        {plan.data === undefined ? (
          <Loading lines={6} />
        ) : door ? (
          <DoorCount site={site} zones={plan.data.zones} />
        ) : plan.data.floors.length === 0 ? (
          <Empty icon="layers" title={t('floor.none')}>
            {t('floor.noneHow')}
          </Empty>
        ) : now !== undefined ? (
          <Walking site={site} plan={plan.data} walk={now} onFinished={finished} onDiscarded={reload} />
        ) : (
          <>
            <Start site={site} open={all.filter((one) => one.finished === null)} onChange={reload} />
            {certificates.error !== undefined && certificates.data === undefined ? (
              <Fault error={certificates.error} retry={certificates.reload} />
            ) : certificates.data === undefined ? (
              <Loading />
            ) : (
              <Certificates site={site} plan={plan.data} certificates={certificates.data} />
            )}
            <PastWalks site={site} audits={all.filter((one) => one.finished !== null)} onChange={reload} />
          </>
        )}
      </div>
    </>
  );
}
