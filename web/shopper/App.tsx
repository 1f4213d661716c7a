import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { newBuild } from './app.ts';
import { Activity } from './components/Activity.tsx';
import { CodeSheet } from './components/CodeSheet.tsx';
import { Icon, type IconName } from './components/icons.tsx';
import { LanguageChoice } from './components/LanguageChoice.tsx';
import { Offers } from './components/Offers.tsx';
import { Privacy } from './components/Privacy.tsx';
import { Elsewhere, Welcome } from './components/Welcome.tsx';
import { words } from './i18n/index.ts';
import { announcement, connected, me, online, site, stage, type Tab, tab, unseen } from './state.ts';

const TABS: { id: Tab; icon: IconName }[] = [
  { id: 'offers', icon: 'tag' },
  { id: 'map', icon: 'map' },
  { id: 'activity', icon: 'clock' },
  { id: 'privacy', icon: 'person' },
];

function Tabs() {
  const t = words.value;
  const names: Record<Tab, string> = {
    offers: t.tabOffers,
    map: t.tabMap,
    activity: t.tabActivity,
    privacy: t.tabPrivacy,
  };
  const hasNew = unseen.value && tab.value !== 'offers';
  return (
    <nav class="tabs" aria-label={t.sections}>
      {TABS.map(({ id, icon }) => (
        <button
          key={id}
          type="button"
          aria-current={tab.value === id ? 'page' : undefined}
          class={id === 'offers' && hasNew ? 'has-new' : ''}
          onClick={() => {
            tab.value = id;
            if (id === 'offers') unseen.value = false;
            scrollTo(0, 0);
          }}
        >
          <Icon name={icon} size={22} />
          {names[id]}
        </button>
      ))}
    </nav>
  );
}

/** Not among what a start needs. */
function LazyMap() {
  const [Loaded, setLoaded] = useState<{ view: ComponentType }>();
  useEffect(() => {
    void import('./components/MapView.tsx').then(({ MapView }) => setLoaded({ view: MapView }));
  }, []);
  return Loaded === undefined ? <div class="skeleton block-skeleton" /> : <Loaded.view />;
}

export function App() {
  const t = words.value;
  const home = stage.value === 'home';
  return (
    <div class={`page ${home ? 'with-tabs' : ''}`}>
      <header class="top">
        <span class="brand">
          {home && <span class={`dot ${connected.value ? 'on' : ''}`} aria-hidden="true" />}
          {site.value?.name ?? me.value?.site.name ?? 'Promenade'}
        </span>
        {home ? <Tabs /> : <LanguageChoice />}
      </header>
      {!online.value && (
        <p class="offline" role="status">
          <Icon name="cloudOff" size={18} /> {t.offline}
        </p>
      )}
      {newBuild.value !== undefined && (
        <div class="new-build" role="status">
          <span>{t.newVersion}</span>
          <button type="button" class="button" onClick={() => newBuild.value?.()}>
            <Icon name="refresh" size={18} /> {t.update}
          </button>
        </div>
      )}
      <main>
        {stage.value === 'welcome' && <Welcome />}
        {home && tab.value === 'offers' && <Offers />}
        {home && tab.value === 'map' && <LazyMap />}
        {home && tab.value === 'activity' && <Activity />}
        {home && tab.value === 'privacy' && <Privacy />}
        {!home && stage.value !== 'welcome' && <Elsewhere />}
      </main>
      <CodeSheet />
      <div class="visually-hidden" role="status" aria-live="assertive">
        {announcement.value}
      </div>
    </div>
  );
}
