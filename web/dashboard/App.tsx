import type { ComponentChildren, FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Site } from '../../server/contract/model.ts';
import { Brand } from './components/Brand.tsx';
import { LanguageChoice } from './components/LanguageChoice.tsx';
import { Empty, Fault, Loading } from './components/states.tsx';
import { language, t } from './i18n/t.ts';
import { Shell } from './Shell.tsx';
import { forgetInbox, loadInbox } from './state/inbox.ts';
import { follow, settled, unfollow } from './state/live.ts';
import { go, hrefTo, place } from './state/router.ts';
import {
  account,
  allowedViews,
  currentSite,
  hasRole,
  loadSites,
  start,
  startFault,
  type View,
} from './state/session.ts';
import { SignIn } from './views/signIn/SignIn.tsx';
import { Welcome } from './views/signIn/Welcome.tsx';

/** A new gateway is looked for while it is hung up: half a minute is the walk down the ladder. */
const INBOX_EVERY_MS = 30_000;

export type SiteView = FunctionComponent<{ site: Site }>;

/** Each view is a file of its own, fetched when first shown: a till's tablet never loads the charts. */
const LOADERS: Record<View, () => Promise<{ default: SiteView }>> = {
  live: () => import('./views/live/Live.tsx'),
  heatmap: () => import('./views/heatmap/HeatmapView.tsx'),
  traffic: () => import('./views/traffic/Traffic.tsx'),
  gateways: () => import('./views/gateways/Gateways.tsx'),
  audit: () => import('./views/audit/AuditView.tsx'),
  editor: () => import('./views/editor/Editor.tsx'),
  shops: () => import('./views/shops/Shops.tsx'),
  campaigns: () => import('./views/campaigns/Campaigns.tsx'),
  settings: () => import('./views/settings/Settings.tsx'),
};
const loaded = new Map<View, SiteView>();

function LazyView({ view, site }: { view: View; site: Site }) {
  const [, redraw] = useState(0);
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    if (loaded.has(view)) return;
    let gone = false;
    setFault(undefined);
    LOADERS[view]().then(
      (module) => {
        loaded.set(view, module.default);
        if (!gone) redraw((n) => n + 1);
      },
      (error: unknown) => {
        if (!gone) setFault(error);
      },
    );
    return () => {
      gone = true;
    };
  }, [view]);
  const Component = loaded.get(view);
  if (fault !== undefined) return <Fault error={fault} retry={() => location.reload()} />;
  if (Component === undefined) return <Loading lines={6} height={28} />;
  return <Component key={`${site.id}/${view}`} site={site} />;
}

function Gate({ children }: { children: ComponentChildren }) {
  return (
    <main class="gate">
      <div class="card gate-card">
        <Brand />
        {children}
      </div>
      <LanguageChoice />
    </main>
  );
}

export function App() {
  useEffect(() => {
    void start();
  }, []);
  // Words stand in charts and maps too: in another language all is drawn anew.
  return <Pages key={language.value} />;
}

function Pages() {
  const who = account.value;
  const site = currentSite.value;
  const { view, siteId } = place.value;
  const views = allowedViews.value;
  const shown = views.find((name) => name === view);

  useEffect(() => {
    if (who && site !== undefined && view !== 'welcome' && (shown === undefined || siteId !== site.id)) {
      const first = shown ?? views[0];
      if (first !== undefined) go(hrefTo(site.id, first), true);
    }
  }, [who, site?.id, view, siteId, shown, views]);
  useEffect(() => {
    if (who && site !== undefined && views.length > 0) follow(site.id);
    else unfollow();
  }, [who, site?.id, views]);
  useEffect(() => {
    if (!who) return undefined;
    // A site may be made while this page waits for one, and a played one turns to the wall clock.
    const timer = setInterval(() => void loadSites().catch(() => undefined), site === undefined ? 3_000 : 60_000);
    return () => clearInterval(timer);
  }, [who, site === undefined]);
  const tends = views.includes('gateways');
  useEffect(() => {
    if (!who || site === undefined || !tends) {
      forgetInbox();
      return undefined;
    }
    void loadInbox(site.id);
    const timer = setInterval(() => void loadInbox(site.id), INBOX_EVERY_MS);
    return () => clearInterval(timer);
  }, [who, site?.id, tends]);
  useEffect(() => {
    document.title = shown === undefined ? 'Promenade' : `${t(`nav.${shown}`)} · ${site?.name ?? ''} · Promenade`;
  }, [shown, site?.name]);

  if (view === 'welcome') return <Gate children={<Welcome />} />;
  if (startFault.value !== undefined)
    return <Gate children={<Fault error={startFault.value} retry={() => void start()} />} />;
  if (who === undefined) return <Gate children={<Loading lines={3} />} />;
  if (who === null) return <Gate children={<SignIn />} />;
  if (site === undefined)
    return (
      <Gate>
        <Empty icon="layers" title={t('site.none')}>
          {t('site.noneHow')}
        </Empty>
      </Gate>
    );
  return (
    <Shell>
      {shown === undefined ? (
        <Empty
          icon="info"
          title={t('site.noViews')}
          action={
            hasRole('till') ? (
              <a class="button primary" href="/till">
                {t('site.toTill')}
              </a>
            ) : undefined
          }
        >
          {t('site.noViewsHow')}
        </Empty>
      ) : !settled.value ? (
        <Loading lines={6} height={28} />
      ) : (
        <LazyView view={shown} site={site} />
      )}
    </Shell>
  );
}
