/** Where: coupon zones on the plan, chosen by a click or drawn right here. A drawn zone is the mall's from the moment it is kept. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Shape, Zone } from '../../../../../server/contract/model.ts';
import { ApiError } from '../../../../lib/api.ts';
import { formatDecimal } from '../../../../lib/format.ts';
import { Field } from '../../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../../components/FloorChoice.tsx';
import { Icon } from '../../../components/Icon.tsx';
import { Empty } from '../../../components/states.tsx';
import { toast } from '../../../components/toast.tsx';
import { t } from '../../../i18n/t.ts';
import { type DrawReport, Editing } from '../../../map/editing.ts';
import { FloorMap } from '../../../map/FloorMap.tsx';
import type { FloorView } from '../../../map/floorView.ts';
import { shapeArea, shapeFault } from '../../../map/geometry.ts';
import { ofSite } from '../../../state/endpoints.ts';
import { setParams } from '../../../state/router.ts';
import { roundShape } from '../../editor/model.ts';
import type { StepProps } from './steps.ts';
import './where.css';

type Tool = 'circle' | 'polygon';

function faultWords(error: unknown, tenantId: string | null): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 403 && tenantId !== null)
    return t('editor.refused', {
      message: t(error.path?.startsWith('body.shape') ? 'refusal.foreignZone' : 'refusal.notYours'),
    });
  return t('editor.refused', { message: error.message });
}

export default function StepWhere(props: StepProps & { onZones: () => void }) {
  const { site, form, set, faultOf, floors, zones, tenantId } = props;
  const floor = chosenFloor(floors);
  const [view, setView] = useState<FloorView>();
  const [tool, setTool] = useState<Tool>();
  const [drawn, setDrawn] = useState<{ shape: Shape; name: string }>();
  const [report, setReport] = useState<DrawReport>();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const editing = useMemo(() => (view === undefined ? undefined : new Editing(view)), [view]);
  const chosen = form.zoneIds;
  // A retailer stands on the own zones; the mall may take any.
  const own = (zone: Zone) => tenantId === null || zone.tenantId === tenantId;
  const coupons = zones.filter((zone) => zone.kind === 'coupon' && own(zone));
  const listed = [
    ...coupons,
    ...chosen
      .filter((id) => coupons.every((zone) => zone.id !== id))
      .map((id) => zones.find((zone) => zone.id === id) ?? { id, name: id, kind: 'other' as const, floorId: '' }),
  ];
  const toggle = (id: string) =>
    set({ zoneIds: chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id] });

  const keepShape = (shape: Shape) => {
    setTool(undefined);
    setReport(undefined);
    setRefusal(undefined);
    setDrawn((old) => ({
      shape: roundShape(shape),
      name: old?.name ?? t('where.newName', { n: coupons.length + 1 }),
    }));
  };
  useEffect(() => {
    if (editing === undefined) return;
    const back = () => setTool(undefined);
    editing.clearHandles();
    editing.cancel();
    if (tool === 'circle') editing.drawCircle(true, keepShape, back);
    else if (tool === 'polygon') editing.drawPolygon(true, keepShape, back, setReport);
    else if (drawn !== undefined) editing.showShape(drawn.shape, true, keepShape);
  }, [editing, tool, drawn?.shape, floor?.id]);

  const looks = useMemo(
    () =>
      zones
        .filter((zone) => zone.floorId === floor?.id)
        .map((zone) => ({
          zone,
          className: chosen.includes(zone.id) ? 'chosen' : zone.kind === 'coupon' && own(zone) ? '' : 'faded',
        })),
    [zones, floor?.id, chosen, tenantId],
  );
  const pick = useCallback(
    (zone: Zone) => {
      if (tool !== undefined || drawn !== undefined) return;
      if (zone.kind === 'coupon' && own(zone)) toggle(zone.id);
    },
    [tool, drawn, chosen, tenantId],
  );

  const keepZone = async () => {
    if (drawn === undefined || floor === undefined) return;
    const fault = shapeFault(drawn.shape);
    if (fault !== undefined) {
      setRefusal(
        fault.key === 'shape.crossing' ? t(fault.key, { first: fault.first, second: fault.second }) : t(fault.key),
      );
      return;
    }
    setBusy(true);
    try {
      const made = await ofSite(site.id).createZone({
        floorId: floor.id,
        name: drawn.name.trim() || t('kind.coupon'),
        kind: 'coupon',
        shape: drawn.shape,
        tenantId: form.tenantId,
        minStaySeconds: null,
      });
      setDrawn(undefined);
      setRefusal(undefined);
      set({ zoneIds: [...chosen, made.id] });
      toast(t('where.kept', { name: made.name }));
      props.onZones();
    } catch (error) {
      setRefusal(faultWords(error, tenantId));
    } finally {
      setBusy(false);
    }
  };

  if (floor === undefined)
    return (
      <Empty icon="layers" title={t('floor.none')}>
        {t(tenantId === null ? 'floor.firstHow' : 'floor.askHow')}
      </Empty>
    );
  const fault = faultOf('zoneIds');
  const hint =
    tool === 'circle'
      ? t('editor.hintCoupon')
      : tool === 'polygon'
        ? report?.crossing !== undefined
          ? t('editor.crossing', { first: report.crossing[0], second: report.crossing[1] })
          : t('editor.hintPolygon', { n: report?.corners ?? 0 })
        : drawn !== undefined
          ? t(drawn.shape.type === 'circle' ? 'where.adjustCircle' : 'where.adjust')
          : t('where.hint');
  return (
    <div class="where">
      <div class="where-map">
        <div class="toolbar" role="toolbar" aria-label={t('editor.tools')}>
          <span class="small muted">{t('where.draw')}</span>
          {(['circle', 'polygon'] as const).map((one) => (
            <button
              key={one}
              type="button"
              class="button small"
              aria-pressed={tool === one}
              disabled={drawn !== undefined}
              onClick={() => setTool(tool === one ? undefined : one)}
            >
              <Icon name={one} size={16} />
              {t(one === 'circle' ? 'tool.ownCircle' : 'tool.ownPolygon')}
            </button>
          ))}
          <span class="toolbar-gap" />
          <FloorChoice floors={floors} floor={floor} />
        </div>
        <div class={`where-plan ${tool === undefined ? '' : 'drawing'}`}>
          <FloorMap
            floor={floor}
            zones={looks}
            label={t('editor.mapLabel', { floor: floor.name })}
            onZone={pick}
            onView={setView}
          />
        </div>
        <p class={`editor-hint small ${report?.crossing === undefined ? 'muted' : 'bad'}`} role="status">
          {hint}
        </p>
      </div>
      {drawn !== undefined && (
        <div class="new-zone">
          <Field label={t('where.name')} fault={refusal}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                maxLength={120}
                value={drawn.name}
                onInput={(event) => setDrawn({ ...drawn, name: event.currentTarget.value })}
              />
            )}
          </Field>
          <span class="muted small num">{t('editor.area', { m2: formatDecimal(shapeArea(drawn.shape)) })}</span>
          <span class="row">
            <button
              type="button"
              class="button small"
              onClick={() => {
                setDrawn(undefined);
                setRefusal(undefined);
              }}
            >
              {t('action.cancel')}
            </button>
            <button type="button" class="button small primary" disabled={busy} onClick={() => void keepZone()}>
              {t('where.keep')}
            </button>
          </span>
        </div>
      )}
      <fieldset class="field checks">
        <legend class="label">{t('where.chosen')}</legend>
        <div class="check-list">
          {listed.map(({ id, name, kind, floorId }) => (
            <label key={id} class="check">
              <input
                type="checkbox"
                aria-label={name}
                checked={chosen.includes(id)}
                onChange={() => {
                  toggle(id);
                  if (floorId !== '' && floorId !== floor.id) setParams({ floor: floorId });
                }}
              />
              <i class={`swatch ${kind}`} />
              <span>{name}</span>
              {floors.length > 1 && (
                <span class="muted small">{floors.find((one) => one.id === floorId)?.name ?? t('where.gone')}</span>
              )}
            </label>
          ))}
        </div>
        <span class={fault === undefined ? 'hint' : 'fault'}>
          {fault ?? t(listed.length === 0 ? 'where.none' : 'campaign.zonesHint')}
        </span>
      </fieldset>
    </div>
  );
}
