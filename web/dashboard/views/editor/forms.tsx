/** The same as dragging, by numbers: for keyboards, and for those who measured. */
import type { Floor, Gateway, Point, Shape, Zone } from '../../../../server/contract/model.ts';
import { formatDecimal } from '../../../lib/format.ts';
import { Field, IconButton, Select, Switch } from '../../components/controls.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../i18n/t.ts';
import { shapeArea, shapeFault } from '../../map/geometry.ts';

const KINDS = ['shop', 'corridor', 'entrance', 'coupon', 'other'] as const;

export function faultText(shape: Shape): string | undefined {
  const fault = shapeFault(shape);
  if (fault === undefined) return undefined;
  return fault.key === 'shape.crossing' ? t(fault.key, { first: fault.first, second: fault.second }) : t(fault.key);
}

function NumberInput(props: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  step?: number;
  hideLabel?: boolean;
}) {
  const input = (ids: Record<string, unknown>) => (
    <input
      {...ids}
      class="input num"
      type="number"
      inputMode="decimal"
      step={props.step ?? 0.01}
      min={props.min}
      value={props.value}
      aria-label={props.hideLabel ? props.label : undefined}
      onChange={(event) => {
        const value = event.currentTarget.valueAsNumber;
        if (!Number.isNaN(value)) props.onChange(value);
      }}
    />
  );
  return props.hideLabel ? input({}) : <Field label={props.label}>{input}</Field>;
}

function Corners({ ring, onChange }: { ring: Point[]; onChange: (ring: Point[]) => void }) {
  return (
    <fieldset class="corners">
      <legend class="label">{t('editor.corners')}</legend>
      {ring.map(([x, y], index) => {
        const set = (point: Point) => onChange(ring.map((old, at) => (at === index ? point : old)));
        const next = ring[(index + 1) % ring.length]!;
        return (
          <div class="corner-row" key={index}>
            <span class="num muted">{index + 1}</span>
            <NumberInput
              hideLabel
              label={t('editor.cornerX', { n: index + 1 })}
              value={x}
              onChange={(value) => set([value, y])}
            />
            <NumberInput
              hideLabel
              label={t('editor.cornerY', { n: index + 1 })}
              value={y}
              onChange={(value) => set([x, value])}
            />
            <IconButton
              icon="plus"
              label={t('editor.cornerAdd', { n: index + 1 })}
              onClick={() =>
                onChange([
                  ...ring.slice(0, index + 1),
                  [(x + next[0]) / 2, (y + next[1]) / 2],
                  ...ring.slice(index + 1),
                ])
              }
            />
            <IconButton
              icon="minus"
              label={t('editor.cornerRemove', { n: index + 1 })}
              disabled={ring.length <= 3}
              onClick={() => onChange(ring.filter((_, at) => at !== index))}
            />
          </div>
        );
      })}
    </fieldset>
  );
}

export function ZoneForm(props: {
  zone: Zone;
  serverFault: string | undefined;
  couponOnly: boolean;
  onChange: (change: Partial<Zone>) => void;
  onRemove: () => void;
}) {
  const { zone, onChange } = props;
  const { shape } = zone;
  const fault = faultText(shape);
  return (
    <div class="form">
      {props.serverFault !== undefined && (
        <p class="notice bad" role="alert">
          <Icon name="warn" size={17} />
          <span>{t('editor.refused', { message: props.serverFault })}</span>
        </p>
      )}
      <Field label={t('editor.name')} fault={zone.name.trim() === '' ? t('editor.nameMissing') : undefined}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            value={zone.name}
            maxLength={120}
            onInput={(event) => onChange({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      {!props.couponOnly && (
        <div class="form-row">
          <Select
            visibleLabel
            label={t('editor.kind')}
            value={zone.kind}
            options={KINDS.map((kind) => ({
              value: kind,
              label: t(`kind.${kind}`),
            }))}
            onChange={(kind) => onChange({ kind })}
          />
          <Field label={t('editor.tenant')} hint={t('editor.tenantHint')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                value={zone.tenantId ?? ''}
                pattern="[a-z0-9-]{1,32}"
                onChange={(event) => onChange({ tenantId: event.currentTarget.value.trim() || null })}
              />
            )}
          </Field>
        </div>
      )}
      <Field label={t('editor.minStay')} hint={t('editor.minStayHint')}>
        {(ids) => (
          <input
            {...ids}
            class="input num"
            type="number"
            min={0}
            max={3600}
            value={zone.minStaySeconds ?? ''}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber;
              onChange({ minStaySeconds: Number.isNaN(value) ? null : value });
            }}
          />
        )}
      </Field>
      {fault !== undefined && (
        <p class="notice bad" role="alert">
          <Icon name="warn" size={17} />
          <span>{fault}</span>
        </p>
      )}
      {shape.type === 'circle' ? (
        <div class="form-row three">
          <NumberInput
            label={t('editor.x')}
            value={shape.xM}
            onChange={(xM) => onChange({ shape: { ...shape, xM } })}
          />
          <NumberInput
            label={t('editor.y')}
            value={shape.yM}
            onChange={(yM) => onChange({ shape: { ...shape, yM } })}
          />
          <NumberInput
            label={t('editor.radius')}
            min={0.5}
            step={0.1}
            value={shape.radiusM}
            onChange={(radiusM) => onChange({ shape: { ...shape, radiusM } })}
          />
        </div>
      ) : (
        <Corners
          ring={shape.rings[0]!}
          onChange={(ring) => onChange({ shape: { type: 'polygon', rings: [ring, ...shape.rings.slice(1)] } })}
        />
      )}
      <p class="muted small num">{t('editor.area', { m2: formatDecimal(shapeArea(shape)) })}</p>
      <button type="button" class="button danger" onClick={props.onRemove}>
        <Icon name="trash" size={16} />
        {t('editor.removeZone')}
      </button>
    </div>
  );
}

/** What may be looked at but not changed. */
export function FixedZone({ zone }: { zone: Zone }) {
  return (
    <div class="stack">
      <p class="row">
        <i class={`swatch ${zone.kind}`} />
        {t(`kind.${zone.kind}`)}
      </p>
      <p class="muted small num">{t('editor.area', { m2: formatDecimal(shapeArea(zone.shape)) })}</p>
      <p class="muted">{t('editor.fixed')}</p>
    </div>
  );
}

export function GatewayForm(props: {
  gateway: Gateway;
  isNew: boolean;
  taken: boolean;
  waiting: string[];
  serverFault: string | undefined;
  onChange: (change: Partial<Gateway>) => void;
  onRemove: () => void;
}) {
  const { gateway, onChange } = props;
  const idFault = !/^[a-z0-9-]{1,32}$/.test(gateway.id)
    ? t('editor.idWrong')
    : props.taken
      ? t('editor.idTaken')
      : undefined;
  return (
    <div class="form">
      {props.serverFault !== undefined && (
        <p class="notice bad" role="alert">
          <Icon name="warn" size={17} />
          <span>{t('editor.refused', { message: props.serverFault })}</span>
        </p>
      )}
      <Field label={t('editor.gatewayId')} hint={t('editor.gatewayIdHint')} fault={idFault}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            value={gateway.id}
            disabled={!props.isNew}
            list="waiting-gateways"
            onChange={(event) => onChange({ id: event.currentTarget.value.trim() })}
          />
        )}
      </Field>
      <datalist id="waiting-gateways">
        {props.waiting.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      {props.waiting.length > 0 && props.isNew && (
        <p class="muted small">
          {t('editor.waiting', { n: props.waiting.length, names: props.waiting.slice(0, 4).join(', ') })}
        </p>
      )}
      <Field label={t('editor.name')} hint={t('editor.gatewayNameHint')}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            value={gateway.name ?? ''}
            maxLength={120}
            onChange={(event) => onChange({ name: event.currentTarget.value.trim() || gateway.id })}
          />
        )}
      </Field>
      <div class="form-row three">
        <NumberInput label={t('editor.x')} value={gateway.xM} onChange={(xM) => onChange({ xM })} />
        <NumberInput label={t('editor.y')} value={gateway.yM} onChange={(yM) => onChange({ yM })} />
        <NumberInput label={t('editor.z')} min={0} step={0.1} value={gateway.zM} onChange={(zM) => onChange({ zM })} />
      </div>
      <Switch label={t('editor.enabled')} checked={gateway.enabled} onChange={(enabled) => onChange({ enabled })} />
      <button type="button" class="button danger" onClick={props.onRemove}>
        <Icon name="trash" size={16} />
        {t('editor.removeGateway')}
      </button>
    </div>
  );
}

export const middleOf = (floor: Floor): Point => [floor.widthM / 2, floor.heightM / 2];
