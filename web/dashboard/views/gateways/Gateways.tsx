/** Which gateways hear, which do not and what to do about those; one of them; those that wait to be placed. */
import type { ComponentChildren } from 'preact';
import type { Site } from '../../../../server/contract/model.ts';
import { lazy } from '../../components/lazy.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { t } from '../../i18n/t.ts';
import { waitingCount } from '../../state/inbox.ts';
import { hrefWithin, place } from '../../state/router.ts';
import { HealthList } from './HealthList.tsx';
import '../../components/parts.css';
import '../audit/audit.css';
import './gateways.css';

/** No gateway's id: those of gateways are listed under their own. */
const INBOX = 'inbox';
const GatewayPage = lazy(() => import('./GatewayPage.tsx'));
const Inbox = lazy(() => import('./Inbox.tsx'));
const PlaceGateway = lazy(() => import('./PlaceGateway.tsx'));

function Tabs({ site, shown }: { site: Site; shown: 'health' | 'inbox' }) {
  const n = waitingCount.value;
  return (
    <nav class="tabs" aria-label={t('gateways.tabs')}>
      <a href={hrefWithin(site.id, 'gateways', [])} aria-current={shown === 'health' ? 'page' : undefined}>
        {t('gateways.health')}
      </a>
      <a href={hrefWithin(site.id, 'gateways', [INBOX])} aria-current={shown === 'inbox' ? 'page' : undefined}>
        {t('gateways.inbox')}
        {n > 0 && <span class="badge accent num">{n}</span>}
      </a>
    </nav>
  );
}

export function GatewaysHead(props: { site: Site; shown: 'health' | 'inbox'; children?: ComponentChildren }) {
  return (
    <>
      <PageHead title={t('nav.gateways')}>{props.children}</PageHead>
      <Tabs site={props.site} shown={props.shown} />
    </>
  );
}

export default function Gateways({ site }: { site: Site }) {
  const [part, id] = place.value.rest;
  if (part === undefined) return <HealthList site={site} />;
  if (part !== INBOX) return <GatewayPage key={part} site={site} id={part} />;
  return id === undefined ? <Inbox site={site} /> : <PlaceGateway key={id} site={site} id={id} />;
}
