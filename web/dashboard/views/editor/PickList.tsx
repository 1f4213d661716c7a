/** Everything on the floor by name: the way to it without a mouse. */
import type { ComponentChildren } from 'preact';
import type { Gateway, Zone } from '../../../../server/contract/model.ts';
import { t } from '../../i18n/t.ts';

function Picks({
  title,
  add,
  none,
  children,
}: Record<'title' | 'none', string | undefined> & {
  add?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <>
      <div class="card-head">
        <h2>{title}</h2>
        {add}
      </div>
      {none !== undefined && <p class="muted card-lead">{none}</p>}
      <ul class="pick">{children}</ul>
    </>
  );
}

export function ZonePicks(props: {
  title: string;
  none?: string;
  zones: Zone[];
  add?: ComponentChildren;
  onPick: (zone: Zone) => void;
}) {
  return (
    <Picks title={props.title} add={props.add} none={props.zones.length === 0 ? props.none : undefined}>
      {[...props.zones]
        .sort((a, b) => a.name.localeCompare(b.name))
        .map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => props.onPick(one)}>
              <i class={`swatch ${one.kind}`} />
              <span>{one.name}</span>
              <span class="muted small">{t(`kind.${one.kind}`)}</span>
            </button>
          </li>
        ))}
    </Picks>
  );
}

export function GatewayPicks(props: {
  gateways: Gateway[];
  add: ComponentChildren;
  onPick: (gateway: Gateway) => void;
}) {
  const { gateways } = props;
  return (
    <Picks
      title={t('editor.gateways', { n: gateways.length })}
      add={props.add}
      none={gateways.length === 0 ? t('editor.noGateways') : undefined}
    >
      {gateways.map((one) => (
        <li key={one.id}>
          <button type="button" onClick={() => props.onPick(one)}>
            <span class={`dot ${one.enabled ? '' : 'off'}`} />
            <span>{one.name ?? one.id}</span>
            <span class="muted small num">
              {one.xM}, {one.yM}
            </span>
          </button>
        </li>
      ))}
    </Picks>
  );
}
