/** Gateways of other makes: which fleets are listened to, and what comes of their messages. */
import { useEffect, useState } from 'preact/hooks';
import type { Fleet, FleetFormat, FleetHealth } from '../../../../server/contract/fleets.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { formatAge, formatCount, formatDecimal, NONE, siteFormat } from '../../../lib/format.ts';
import { IconButton, Switch } from '../../components/controls.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Empty, Fault, Loading, Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import type { Key } from '../../i18n/dictionary.ts';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { nowMs } from '../../state/live.ts';
import { hrefWithin } from '../../state/router.ts';
import { useAsync } from '../../state/useAsync.ts';
import { FleetForm } from './FleetForm.tsx';

const HEALTH_EVERY_MS = 10_000;

/** As the server counts them. Others are a decoder's own words, and stay as they are. */
const REASONS: Record<string, Key> = {
  'kept by the broker from before': 'ignored.retained',
  'its clock was in doubt': 'ignored.clock',
  'more at once than the server takes of one fleet': 'ignored.flood',
  'of a gateway that is not on the plan': 'ignored.notPlaced',
  'not a reading': 'ignored.notReading',
  'told before': 'ignored.copy',
  'more at once than any hall gives': 'ignored.crowd',
  'not under a UUID of this site': 'ignored.uuid',
  'of a day whose key is destroyed': 'ignored.keyGone',
  'rotating numbers of nobody': 'ignored.nobody',
};
const sayReason = (reason: string): string => {
  const key = REASONS[reason];
  return key === undefined ? reason.charAt(0).toUpperCase() + reason.slice(1) : t(key);
};
const sum = (rows: readonly { count: number }[]): number => rows.reduce((total, { count }) => total + count, 0);

export function Fleets({ site }: { site: Site }) {
  const fleets = useAsync(`fleets/${site.id}`, (signal) => ofSite(site.id).fleets(signal));
  const formats = useAsync(`fleet-formats/${site.id}`, (signal) => ofSite(site.id).fleetFormats(signal));
  const [form, setForm] = useState<{ fleet?: Fleet }>();
  const run = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      toast(messageOf(error), true);
    }
    fleets.reload();
  };
  const all = fleets.data;
  return (
    <>
      {form !== undefined && formats.data !== undefined && (
        <FleetForm
          site={site}
          formats={formats.data}
          taken={(all ?? []).map(({ id }) => id)}
          {...form}
          onClose={(changed) => {
            setForm(undefined);
            if (changed) fleets.reload();
          }}
        />
      )}
      <section class="card" aria-label={t('settings.fleets')}>
        <div class="card-head">
          <h2>{t('settings.fleets')}</h2>
          <button
            type="button"
            class="button small primary"
            disabled={formats.data === undefined}
            onClick={() => setForm({})}
          >
            <Icon name="plus" size={15} />
            {t('fleet.new')}
          </button>
        </div>
        <p class="muted small card-body">{t('fleet.lead')}</p>
        {(fleets.error ?? formats.error) !== undefined && all === undefined ? (
          <Fault
            error={fleets.error ?? formats.error}
            retry={() => {
              fleets.reload();
              formats.reload();
            }}
          />
        ) : all === undefined ? (
          <Loading />
        ) : (
          all.length === 0 && (
            <Empty icon="gateways" title={t('fleet.none')}>
              {t('fleet.noneHow')}
            </Empty>
          )
        )}
      </section>
      {(all ?? []).map((fleet) => (
        <FleetCard
          key={fleet.id}
          site={site}
          fleet={fleet}
          format={formats.data?.find(({ format }) => format === fleet.format)}
          onEdit={() => setForm({ fleet })}
          onEnable={(enabled) => void run(() => ofSite(site.id).putFleet({ ...fleet, enabled }))}
          onRemove={() => {
            if (confirm(t('fleet.removeSure', { name: fleet.name })))
              void run(() => ofSite(site.id).removeFleet(fleet.id));
          }}
        />
      ))}
    </>
  );
}

function FleetCard(props: {
  site: Site;
  fleet: Fleet;
  format: FleetFormat | undefined;
  onEdit: () => void;
  onEnable: (on: boolean) => void;
  onRemove: () => void;
}) {
  const { site, fleet } = props;
  const health = useAsync(`fleet/${site.id}/${JSON.stringify(fleet)}`, (signal) =>
    ofSite(site.id).fleetHealth(fleet.id, signal),
  );
  useEffect(() => {
    const timer = setInterval(health.reload, HEALTH_EVERY_MS);
    return () => clearInterval(timer);
  }, [health.reload]);
  const known = health.data;
  const figure = (key: Key, value: string, hint?: Key, bad = false) => (
    <div key={key} title={hint && t(hint)} class={bad ? 'bad' : ''}>
      <dt>{t(key)}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
  const unknown = known ? sum(known.unknown) : 0;
  const waiting = known?.gateways.filter(({ placed, dismissed }) => !placed && !dismissed).length ?? 0;
  return (
    <section class="card fleet" aria-label={fleet.name}>
      <div class="card-head">
        <h2>{fleet.name}</h2>
        <span class="badge">{props.format?.title ?? fleet.format}</span>
        <span class="row end">
          <IconButton icon="editor" label={t('fleet.edit', { name: fleet.name })} onClick={props.onEdit} />
          <IconButton danger icon="trash" label={t('fleet.remove', { name: fleet.name })} onClick={props.onRemove} />
        </span>
      </div>
      <div class="card-body stack-s">
        <div class="row spread">
          <ul class="topics">
            {fleet.topics.map((topic) => (
              <li key={topic}>
                <code>{topic}</code>
              </li>
            ))}
          </ul>
          <Switch label={t('fleet.enable', { name: fleet.name })} checked={fleet.enabled} onChange={props.onEnable} />
        </div>
        {health.error !== undefined && (
          <Notice tone="warn">{t('fault.said', { message: health.error.message })}</Notice>
        )}
        {known === undefined ? (
          health.error === undefined && <Loading lines={2} />
        ) : (
          <>
            <dl class="mini-figures fleet-figures">
              {figure('fleet.messages', formatCount(known.messages))}
              {figure('fleet.readings', formatCount(known.readings), 'fleet.readingsHint')}
              {figure('fleet.used', formatCount(known.used), 'fleet.usedHint')}
              {figure('fleet.ignored', formatCount(sum(known.ignored)))}
              {figure('fleet.unknown', formatCount(unknown), undefined, unknown > 0)}
              {figure(
                'fleet.last',
                known.lastHeard === null ? NONE : formatAge(nowMs.value - Date.parse(known.lastHeard)),
              )}
            </dl>
            {waiting > 0 && (
              <Notice
                action={
                  <a class="button small" href={hrefWithin(site.id, 'gateways', ['inbox'])}>
                    {t('gateways.toInbox')}
                  </a>
                }
              >
                {t('fleet.toPlace', { n: waiting })}
              </Notice>
            )}
            <details class="fleet-more">
              <summary>{t('fleet.details')}</summary>
              <Details site={site} health={known} />
            </details>
          </>
        )}
      </div>
    </section>
  );
}

function Details({ site, health }: { site: Site; health: FleetHealth }) {
  const format = siteFormat(site.timezone);
  const when = (text: string) => format.dateTime(Date.parse(text));
  return (
    <div class="fleet-details">
      <p class="muted small">{t('fleet.since', { when: when(health.since) })}</p>
      <h3>{t('fleet.gateways')}</h3>
      {health.gateways.length === 0 ? (
        <p class="muted">{t('fleet.gatewaysNone')}</p>
      ) : (
        <ul class="lines">
          {health.gateways.map((one) => {
            const state = one.placed ? 'placed' : one.dismissed ? 'dismissed' : 'waiting';
            return (
              <li key={one.gatewayId}>
                <span>
                  {/* Whether one is there is known only of those that are listened to. */}
                  <span class={`dot ${!one.placed ? 'unknown' : one.online ? 'ok' : 'bad'}`} aria-hidden="true" />{' '}
                  {one.placed ? (
                    <a href={hrefWithin(site.id, 'gateways', [one.gatewayId])}>{one.name}</a>
                  ) : (
                    <span>{one.name}</span>
                  )}
                  <span class="muted small">
                    {' '}
                    {t(`fleet.gateway.${state}`)}
                    {one.version !== null && `, ${one.version}`}
                  </span>
                </span>
                <span class="muted small num">
                  {one.lastHeard === null ? t('fleet.quiet') : when(one.lastHeard)}
                  {one.clockOffsetMs !== null &&
                    Math.abs(one.clockOffsetMs) >= 1_000 &&
                    `, ${t('gateway.seconds', { s: formatDecimal(one.clockOffsetMs / 1_000) })}`}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <h3>{t('fleet.ignoredTitle')}</h3>
      {health.ignored.length === 0 ? (
        <p class="muted">{t('fleet.ignoredNone')}</p>
      ) : (
        <ul class="lines">
          {health.ignored.map(({ reason, count }) => (
            <li key={reason}>
              <span>{sayReason(reason)}</span>
              <span class="num">{formatCount(count)}</span>
            </li>
          ))}
        </ul>
      )}
      <h3>{t('fleet.unknownTitle')}</h3>
      {health.unknown.length === 0 ? (
        <p class="muted">{t('fleet.unknownNone')}</p>
      ) : (
        <>
          <p class="muted small">{t('fleet.unknownHint')}</p>
          <ul class="lines">
            {health.unknown.map(({ reason, count, sample }) => (
              <li key={reason} class="with-sample">
                <span>{sayReason(reason)}</span>
                <span class="num">{formatCount(count)}</span>
                {sample !== null && (
                  <figure>
                    <figcaption class="muted small">{t('fleet.sample', { when: when(sample.at) })}</figcaption>
                    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long sample scrolls, so it must take the focus. */}
                    <pre tabIndex={0}>
                      {sample.topic}
                      {'\n'}
                      {sample.payload}
                    </pre>
                  </figure>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
