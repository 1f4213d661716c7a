/** Frame of the signed-in pages: where one is, where one may go, who one is. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Theme } from '../lib/theme.ts';
import { Brand } from './components/Brand.tsx';
import { Segmented, Select } from './components/controls.tsx';
import { Dialog } from './components/Dialog.tsx';
import { Icon } from './components/Icon.tsx';
import { LanguageChoice } from './components/LanguageChoice.tsx';
import { LinkState } from './components/LinkState.tsx';
import { Toasts } from './components/toast.tsx';
import { t } from './i18n/t.ts';
import { waitingCount } from './state/inbox.ts';
import { go, hrefTo, mayLeave, place } from './state/router.ts';
import { account, allowedViews, currentSite, hasRole, signOut, siteList, type View } from './state/session.ts';
import { theme } from './state/theme.ts';

/** A phone's bottom bar holds four places and the rest behind one more. */
const BOTTOM_PLACES = 4;

/** How many gateways wait to be placed. */
function Waiting() {
  const n = waitingCount.value;
  if (n === 0) return null;
  return (
    <span class="nav-count num" title={t('nav.waiting', { n })}>
      <span aria-hidden="true">{n}</span>
      <span class="visually-hidden">{t('nav.waiting', { n })}</span>
    </span>
  );
}

function ViewLink({ view, onClick }: { view: View; onClick?: () => void }) {
  return (
    <a
      href={hrefTo(currentSite.value!.id, view)}
      aria-current={place.value.view === view ? 'page' : undefined}
      onClick={(event) => {
        if (!mayLeave()) event.preventDefault();
        else onClick?.();
      }}
    >
      <Icon name={view} size={19} />
      {t(`nav.${view}`)}
      {view === 'gateways' && <Waiting />}
    </a>
  );
}

function SiteChoice() {
  const sites = siteList.value ?? [];
  if (sites.length < 2) return <p class="site-name">{currentSite.value?.name}</p>;
  return (
    <div class="site-choice">
      <Select
        label={t('nav.site')}
        value={currentSite.value?.id ?? ''}
        options={sites.map((site) => ({ value: site.id, label: site.name }))}
        onChange={(siteId) => {
          if (mayLeave()) go(hrefTo(siteId, place.value.view));
        }}
      />
    </div>
  );
}

function ThemeChoice() {
  return (
    <Segmented<Theme>
      compact
      label={t('theme.label')}
      value={theme.value}
      options={[
        { value: 'light', label: t('theme.light'), icon: 'sun' },
        { value: 'system', label: t('theme.system'), icon: 'screen' },
        { value: 'dark', label: t('theme.dark'), icon: 'moon' },
      ]}
      onChange={(value) => {
        theme.value = value;
      }}
    />
  );
}

function Who() {
  const role = (['owner', 'manager', 'retailer', 'installer', 'till'] as const).find((name) => hasRole(name));
  return (
    <div class="who">
      <b>{account.value?.email}</b>
      {role === undefined ? '' : t(`role.${role}`)}
    </div>
  );
}

const leave = () => {
  if (mayLeave()) void signOut();
};

export function Shell({ children }: { children: ComponentChildren }) {
  const [more, setMore] = useState(false);
  const views = allowedViews.value;
  const fits = views.length <= BOTTOM_PLACES + 1;
  const inBar = fits ? views : views.slice(0, BOTTOM_PLACES);
  const streaming = place.value.view === 'live' || place.value.view === 'gateways';
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {t('nav.skip')}
      </button>
      <header class="topbar">
        <Brand name={currentSite.value?.name ?? 'Promenade'} />
        {streaming && <LinkState />}
      </header>
      <aside class="side" aria-label={t('nav.side')}>
        <Brand />
        <SiteChoice />
        <nav class="nav" aria-label={t('nav.main')}>
          {views.map((view) => (
            <ViewLink key={view} view={view} />
          ))}
        </nav>
        <div class="side-foot">
          <Who />
          <LanguageChoice />
          <div class="side-row">
            <ThemeChoice />
            <button
              type="button"
              class="button quiet icon small"
              aria-label={t('nav.signOut')}
              title={t('nav.signOut')}
              onClick={leave}
            >
              <Icon name="out" />
            </button>
          </div>
        </div>
      </aside>
      <main class="main" id="content" tabIndex={-1}>
        {children}
      </main>
      <nav class="bottombar" aria-label={t('nav.mainPhone')}>
        {inBar.map((view) => (
          <ViewLink key={view} view={view} />
        ))}
        <button type="button" onClick={() => setMore(true)}>
          <Icon name="menu" size={19} />
          {t('nav.more')}
          {!inBar.includes('gateways') && views.includes('gateways') && <Waiting />}
        </button>
      </nav>
      {more && (
        <Dialog title={currentSite.value?.name ?? ''} onClose={() => setMore(false)}>
          <div class="stack">
            {(siteList.value?.length ?? 0) > 1 && <SiteChoice />}
            {!fits && (
              <nav class="nav" aria-label={t('nav.rest')}>
                {views.slice(BOTTOM_PLACES).map((view) => (
                  <ViewLink key={view} view={view} onClick={() => setMore(false)} />
                ))}
              </nav>
            )}
            <Who />
            <LanguageChoice />
            <div class="side-row">
              <ThemeChoice />
              <button type="button" class="button" onClick={leave}>
                <Icon name="out" />
                {t('nav.signOut')}
              </button>
            </div>
          </div>
        </Dialog>
      )}
      <Toasts />
    </div>
  );
}
