/** Gateways that were heard and are not on the plan: to be placed, or put aside. */
import { useEffect, useState } from 'preact/hooks';
import type { InboxGateway } from '../../../../server/contract/fleets.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { formatCount, NONE } from '../../../lib/format.ts';
import { Empty, Fault, Loading } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { inbox, inboxFault, loadInbox } from '../../state/inbox.ts';
import { siteNowMs } from '../../state/live.ts';
import { hrefTo, hrefWithin } from '../../state/router.ts';
import { allowedViews } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';
import { sayWhen } from './findings.ts';
import { GatewaysHead } from './Gateways.tsx';

/** While one looks, a box that is plugged in should show up by the time one is back at the phone. */
const EVERY_MS = 10_000;

export default function Inbox({ site }: { site: Site }) {
  const fleets = useAsync(`fleets/${site.id}`, (signal) => ofSite(site.id).fleets(signal));
  const [busy, setBusy] = useState<string>();
  useEffect(() => {
    void loadInbox(site.id);
    const timer = setInterval(() => void loadInbox(site.id), EVERY_MS);
    return () => clearInterval(timer);
  }, [site.id]);
  const run = async (id: string, work: () => Promise<unknown>, done?: string) => {
    setBusy(id);
    try {
      await work();
      if (done !== undefined) toast(done);
      await loadInbox(site.id);
    } catch (error) {
      toast(messageOf(error), true);
    } finally {
      setBusy(undefined);
    }
  };
  const all = inbox.value;
  const waiting = all?.filter(({ dismissed }) => !dismissed) ?? [];
  const aside = all?.filter(({ dismissed }) => dismissed) ?? [];
  const makeOf = ({ fleetId }: InboxGateway) =>
    fleetId === null
      ? t('inbox.own')
      : t('inbox.ofFleet', { name: fleets.data?.find(({ id }) => id === fleetId)?.name ?? fleetId });
  const when = (text: string) => sayWhen(Date.parse(text), { timezone: site.timezone, nowMs: siteNowMs() });
  return (
    <>
      <GatewaysHead site={site} shown="inbox" />
      <div class="stack">
        {all === undefined ? (
          <div class="card">
            {inboxFault.value === undefined ? (
              <Loading />
            ) : (
              <Fault error={inboxFault.value} retry={() => void loadInbox(site.id)} />
            )}
          </div>
        ) : waiting.length === 0 ? (
          <section class="card">
            <Empty
              icon="gateways"
              title={t('inbox.none')}
              action={
                allowedViews.value.includes('settings') && (
                  <a class="button" href={hrefTo(site.id, 'settings', { tab: 'fleets' })}>
                    {t('inbox.toFleets')}
                  </a>
                )
              }
            >
              {t('inbox.noneHow')}
            </Empty>
          </section>
        ) : (
          <>
            <p class="lead">{t('inbox.lead')}</p>
            <ul class="inbox-list">
              {waiting.map((one) => (
                <li key={one.id} class="card inbox-card">
                  <div class="inbox-head">
                    <h2>{one.suggestedName}</h2>
                    <span class="badge">{makeOf(one)}</span>
                  </div>
                  <dl class="facts">
                    <Fact what={t('inbox.beacons')}>{formatCount(one.beaconsPerMinute)}</Fact>
                    <Fact what={t('inbox.first')}>{when(one.firstHeard)}</Fact>
                    <Fact what={t('inbox.last')}>{when(one.lastHeard)}</Fact>
                    <Fact what={t('inbox.messages')}>{formatCount(one.messages)}</Fact>
                    <Fact what={t('inbox.id')}>{one.id}</Fact>
                    {one.name !== one.id && <Fact what={t('inbox.calls')}>{one.name || NONE}</Fact>}
                  </dl>
                  <div class="inbox-do">
                    <button
                      type="button"
                      class="button"
                      disabled={busy === one.id}
                      aria-label={`${t('inbox.dismiss')}: ${one.suggestedName}`}
                      onClick={() =>
                        void run(
                          one.id,
                          () => ofSite(site.id).dismissGateway(one.id),
                          t('inbox.dismissed', { name: one.suggestedName }),
                        )
                      }
                    >
                      {t('inbox.dismiss')}
                    </button>
                    <a
                      class="button primary"
                      href={hrefWithin(site.id, 'gateways', ['inbox', one.id])}
                      aria-label={`${t('inbox.place')}: ${one.suggestedName}`}
                    >
                      {t('inbox.place')}
                    </a>
                  </div>
                </li>
              ))}
            </ul>
          </>
        )}
        {aside.length > 0 && (
          <details class="card aside">
            <summary>{t('inbox.aside', { n: aside.length })}</summary>
            <ul>
              {aside.map((one) => (
                <li key={one.id}>
                  <span>
                    {one.suggestedName}
                    <span class="muted small block">
                      {makeOf(one)}, {t('inbox.last')}: {when(one.lastHeard)}
                    </span>
                  </span>
                  <button
                    type="button"
                    class="button small"
                    disabled={busy === one.id}
                    aria-label={`${t('inbox.restore')}: ${one.suggestedName}`}
                    onClick={() => void run(one.id, () => ofSite(site.id).restoreGateway(one.id))}
                  >
                    {t('inbox.restore')}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </>
  );
}

export function Fact({ what, children }: { what: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd class="num">{children}</dd>
    </div>
  );
}
