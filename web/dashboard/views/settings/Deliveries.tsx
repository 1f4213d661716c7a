/** What became of each delivery of a webhook; what was given up is sent again, one by one or all since a time. */
import { useEffect, useState } from 'preact/hooks';
import type { Site } from '../../../../server/contract/model.ts';
import {
  DELIVERY_STATES,
  type DeliveryState,
  type DeliveryView,
  type WebhookView,
} from '../../../../server/contract/outgoing.ts';
import { formatCount, siteFormat } from '../../../lib/format.ts';
import { Select } from '../../components/controls.tsx';
import { Fault, Loading } from '../../components/states.tsx';
import { type Column, Table } from '../../components/Table.tsx';
import { toast } from '../../components/toast.tsx';
import type { Key } from '../../i18n/dictionary.ts';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { DELIVERIES_SHOWN, ofSite } from '../../state/endpoints.ts';
import { useAsync } from '../../state/useAsync.ts';

type Shown = DeliveryState | 'all';
const EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Given-up ones are kept a week. */
const SINCE = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS };
const TONES: Record<DeliveryState, string> = {
  pending: 'warn',
  delivered: 'good',
  dead: 'bad',
  withdrawn: '',
  expired: '',
};

/** Types come from the contract; a newer server may send others. */
const eventName = (type: string): string => {
  const key = `webhook.event.${type}` as Key;
  const words = t(key);
  return words === key ? type : words;
};

/** The receiver's status and its words, or why there was no answer. */
function Answer({ of }: { of: Pick<DeliveryView, 'lastStatus' | 'lastError' | 'lastAttemptAt'> }) {
  if (of.lastAttemptAt === null) return null;
  return (
    <span class="answer small">
      {of.lastStatus !== null && <b class="num">{of.lastStatus}</b>} {of.lastError}
    </span>
  );
}

export function Deliveries({ site, webhook, onChange }: { site: Site; webhook: WebhookView; onChange: () => void }) {
  const [shown, setShown] = useState<Shown>('all');
  const [since, setSince] = useState<keyof typeof SINCE>('day');
  const [older, setOlder] = useState<DeliveryView[]>([]);
  const format = siteFormat(site.timezone);
  const ask = (before?: number) =>
    ofSite(site.id).deliveries(webhook.id, { state: shown === 'all' ? undefined : shown, before });
  const asked = useAsync<DeliveryView[]>(`deliveries/${webhook.id}/${shown}`, () => ask());
  useEffect(() => setOlder([]), [shown]);
  useEffect(() => {
    const timer = setInterval(asked.reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [asked.reload]);
  const run = async (work: () => Promise<string>) => {
    try {
      toast(await work());
      asked.reload();
      onChange();
    } catch (error) {
      toast(messageOf(error), true);
    }
  };
  const newest = asked.data ?? [];
  const rows = [...newest, ...older.filter(({ id }) => newest.every((one) => one.id !== id))];
  const when = (text: string) => format.dateTime(Date.parse(text));
  const columns: Column<DeliveryView>[] = [
    {
      id: 'event',
      title: t('webhook.event'),
      cell: ({ type, sequence, at, ...rest }) => (
        <span>
          {eventName(type)}
          <span class="muted small block num">
            #{sequence} · {when(at)}
          </span>
          <span class="phone-only">
            <Answer of={rest} />
          </span>
        </span>
      ),
    },
    {
      id: 'state',
      title: t('webhook.stateHead'),
      cell: ({ state, nextAttemptAt }) => (
        <span>
          <span class={`badge ${TONES[state]}`}>{t(`webhook.state.${state}`)}</span>
          {state === 'pending' && nextAttemptAt !== null && (
            <span class="muted small block">{t('webhook.next', { when: when(nextAttemptAt) })}</span>
          )}
        </span>
      ),
    },
    {
      id: 'tries',
      title: t('webhook.attempts'),
      numeric: true,
      minor: true,
      cell: ({ attempts }) => formatCount(attempts),
    },
    {
      id: 'answer',
      title: t('webhook.answer'),
      minor: true,
      cell: (row) => <Answer of={row} />,
    },
    {
      id: 'do',
      title: '',
      cell: ({ id, sequence, replayable }) =>
        replayable && (
          <span class="row end">
            <button
              type="button"
              class="button small"
              aria-label={`${t('webhook.replay')}: ${sequence}`}
              onClick={() =>
                void run(async () => {
                  await ofSite(site.id).replay(webhook.id, id);
                  return t('webhook.replayed');
                })
              }
            >
              {t('webhook.replay')}
            </button>
          </span>
        ),
    },
  ];
  return (
    <section class="deliveries" aria-label={t('webhook.deliveriesOf', { name: webhook.name ?? webhook.url })}>
      <div class="row spread deliveries-head">
        <Select<Shown>
          label={t('webhook.which')}
          value={shown}
          options={(['all', ...DELIVERY_STATES] as const).map((value) => ({
            value,
            label: t(`webhook.state.${value}`),
          }))}
          onChange={setShown}
        />
        {webhook.figures.dead > 0 && (
          <span class="row">
            <button
              type="button"
              class="button small"
              onClick={() =>
                void run(async () => {
                  const { replayed } = await ofSite(site.id).replaySince(webhook.id, Date.now() - SINCE[since]);
                  return t('webhook.replayedAll', { n: replayed });
                })
              }
            >
              {t('webhook.replayAll')}
            </button>
            <span class="muted small">{t('webhook.replaySince')}</span>
            <Select
              label={t('webhook.replaySince')}
              value={since}
              options={(Object.keys(SINCE) as (keyof typeof SINCE)[]).map((value) => ({
                value,
                label: t(`webhook.since.${value}`),
              }))}
              onChange={setSince}
            />
          </span>
        )}
      </div>
      {asked.error !== undefined && asked.data === undefined ? (
        <Fault error={asked.error} retry={asked.reload} />
      ) : asked.data === undefined ? (
        <Loading lines={3} />
      ) : rows.length === 0 ? (
        <p class="muted card-body">{t('webhook.deliveriesNone')}</p>
      ) : (
        <Table caption={t('webhook.deliveries')} columns={columns} rows={rows} rowKey={({ id }) => id} />
      )}
      {rows.length >= DELIVERIES_SHOWN && rows.length % DELIVERIES_SHOWN === 0 && (
        <p class="card-foot">
          <button
            type="button"
            class="button small"
            onClick={() =>
              void ask(rows.at(-1)!.sequence).then(
                (more) => setOlder([...rows.slice(newest.length), ...more]),
                (error: unknown) => toast(messageOf(error), true),
              )
            }
          >
            {t('webhook.older')}
          </button>
        </p>
      )}
    </section>
  );
}
