/** Whether occupancy stands under retained topics, and which they are. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import { siteTopic, zoneTopic } from '../../../../server/contract/outgoingTopics.ts';
import { IconButton, Switch } from '../../components/controls.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { ofSite, sites } from '../../state/endpoints.ts';
import { loadSites } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';

export function Mqtt({ site }: { site: Site }) {
  const [busy, setBusy] = useState(false);
  const definitions = useAsync(`definitions/${site.id}`, (signal) => ofSite(site.id).definitions(signal));
  const publishes = site.publishOccupancy !== false;
  const set = async (publishOccupancy: boolean) => {
    setBusy(true);
    try {
      await sites.put({ ...site, publishOccupancy });
      await loadSites();
    } catch (error) {
      toast(messageOf(error), true);
    } finally {
      setBusy(false);
    }
  };
  const topic = (words: string, name: string) => (
    <li>
      <span class="small muted">{words}</span>
      <span class="topic">
        <code>{name}</code>
        <IconButton
          icon="copy"
          label={t('mqtt.copy', { topic: name })}
          onClick={() => void navigator.clipboard.writeText(name).then(() => toast(t('action.copied')))}
        />
      </span>
    </li>
  );
  return (
    <section class="card" aria-label={t('mqtt.title')}>
      <div class="card-head">
        <h2>{t('mqtt.title')}</h2>
        <Switch label={t('mqtt.publish')} checked={publishes} onChange={(on) => !busy && void set(on)} />
      </div>
      <div class="card-body stack-s">
        <p class="muted small">{t('mqtt.lead', { k: definitions.data?.definitions.kAnonymity ?? 10 })}</p>
        {site.clock === 'data' && <Notice>{t('mqtt.dataClock')}</Notice>}
        {publishes && (
          <>
            <ul class="topic-list">
              {topic(t('mqtt.site'), siteTopic(site.id))}
              {topic(t('mqtt.zone'), zoneTopic(site.id, '+'))}
            </ul>
            <p class="muted small">{t('mqtt.home')}</p>
          </>
        )}
      </div>
    </section>
  );
}
