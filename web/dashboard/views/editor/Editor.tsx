/** Floors, zones and gateways: drawn on the map or typed; nothing is sent before it is saved. A retailer has the coupon zones of the own tenant. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { Gateway, Shape, Site, Zone } from '../../../../server/contract/model.ts';
import { IconButton } from '../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { Icon } from '../../components/Icon.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading, Notice, Skeleton } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { type DrawReport, Editing } from '../../map/editing.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import type { FloorView, GatewayLook } from '../../map/floorView.ts';
import { shapeFault } from '../../map/geometry.ts';
import { ofSite } from '../../state/endpoints.ts';
import { usePlan } from '../../state/plan.ts';
import { guardLeaving, setParams } from '../../state/router.ts';
import { ownTenant } from '../../state/session.ts';
import { useAsync } from '../../state/useAsync.ts';
import {
  AccuracyLegend,
  AccuracyPanel,
  AccuracySwitch,
  accuracyIsOn,
  accuracyWeight,
  showCell,
} from '../accuracy/AccuracyPanel.tsx';
import { useAccuracy } from '../accuracy/useAccuracy.ts';
import { FloorDialog } from './FloorDialog.tsx';
import { FixedZone, GatewayForm, middleOf, ZoneForm } from './forms.tsx';
import {
  boxAround,
  changesOf,
  mayChange,
  newGatewayId,
  newZoneId,
  roundPoint,
  roundShape,
  withGateway,
  withZone,
} from './model.ts';
import { GatewayPicks, ZonePicks } from './PickList.tsx';
import { sendChanges } from './sendChanges.ts';
import { type Tool, Toolbar } from './Toolbar.tsx';
import { useDraft } from './useDraft.ts';
import '../../components/parts.css';
import './editor.css';

type Selected = { what: 'zone' | 'gateway'; id: string };
export default function Editor({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const tenant = ownTenant.value;
  const drawnKind: Zone['kind'] = tenant === null ? 'shop' : 'coupon';
  const { saved, setSaved, draft, setDraft, change, undo, canUndo, forgetSteps } = useDraft();
  const [selected, setSelected] = useState<Selected>();
  const [tool, setTool] = useState<Tool>('select');
  const [report, setReport] = useState<DrawReport>();
  const [faults, setFaults] = useState<ReadonlyMap<string, string>>(new Map());
  const [saving, setSaving] = useState(false);
  const [floorDialog, setFloorDialog] = useState<'new' | 'edit'>();
  const [view, setView] = useState<FloorView>();
  /** A gateway that is being dragged, before it is let go. */
  const [moving, setMoving] = useState<{ id: string; xM: number; yM: number }>();
  const editing = useMemo(() => (view === undefined ? undefined : new Editing(view)), [view]);
  const waiting = useAsync<{ id: string }[]>(tenant === null ? `waiting/${site.id}` : null, (signal) =>
    ofSite(site.id).waiting(signal),
  );

  const changes = useMemo(() => changesOf(saved, draft), [saved, draft]);
  const dirty = changes.length > 0;
  // A plan that comes anew replaces the draft only where nothing would be lost.
  useEffect(() => {
    if (plan.data === undefined || dirty) return;
    const { zones, gateways } = plan.data;
    setSaved({ zones, gateways });
    setDraft({ zones, gateways });
    forgetSteps();
  }, [plan.data]);

  // Before the change is painted: whoever sees it may already click away.
  useLayoutEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    guardLeaving(() => confirm(t('editor.leave')));
    return () => {
      removeEventListener('beforeunload', ask);
      guardLeaving(undefined);
    };
  }, [dirty]);

  const floors = plan.data?.floors ?? [];
  const floor = chosenFloor(floors);
  const zones = useMemo(() => draft.zones.filter((zone) => zone.floorId === floor?.id), [draft.zones, floor?.id]);
  const gateways = useMemo(
    () => draft.gateways.filter((gateway) => gateway.floorId === floor?.id),
    [draft.gateways, floor?.id],
  );
  const zone = selected?.what === 'zone' ? zones.find(({ id }) => id === selected.id) : undefined;
  const changeable = zones.filter((one) => mayChange(one, tenant));
  const fixed = zone !== undefined && !mayChange(zone, tenant);
  const gateway = selected?.what === 'gateway' ? gateways.find(({ id }) => id === selected.id) : undefined;

  const addZone = useCallback(
    (shape: Shape, kind: Zone['kind']) => {
      if (floor === undefined) return;
      const id = newZoneId(draft.zones);
      const count = draft.zones.filter((one) => one.kind === kind && mayChange(one, tenant)).length + 1;
      const made: Zone = {
        id,
        floorId: floor.id,
        name: `${t(`kind.${kind}`)} ${count}`,
        kind,
        shape: roundShape(shape),
        tenantId: tenant,
        minStaySeconds: null,
      };
      change((old) => ({ ...old, zones: [...old.zones, made] }));
      setSelected({ what: 'zone', id });
    },
    [floor, draft.zones, change, tenant],
  );
  const addGateway = useCallback(
    (at: readonly [number, number], zM = 2.5) => {
      if (floor === undefined) return;
      const id = newGatewayId(draft.gateways);
      const [xM, yM] = roundPoint([at[0], at[1]]);
      const made: Gateway = { id, name: id, floorId: floor.id, xM, yM, zM, enabled: true };
      change((old) => ({ ...old, gateways: [...old.gateways, made] }));
      setSelected({ what: 'gateway', id });
    },
    [floor, draft.gateways, change],
  );

  // Handles follow the selection; a drawing tool takes the map over.
  useEffect(() => {
    if (editing === undefined) return;
    const back = () => setTool('select');
    editing.clearHandles();
    if (tool === 'polygon')
      editing.drawPolygon(
        drawnKind === 'coupon',
        (shape) => {
          addZone(shape, drawnKind);
          back();
        },
        back,
        setReport,
      );
    else if (tool === 'coupon')
      editing.drawCircle(
        true,
        (shape) => {
          addZone(shape, 'coupon');
          back();
        },
        back,
      );
    else if (tool === 'gateway')
      editing.place((at) => {
        addGateway(at);
        back();
      }, back);
    else {
      editing.cancel();
      setReport(undefined);
      if (zone !== undefined && !fixed)
        editing.showShape(zone.shape, zone.kind === 'coupon', (shape) =>
          change((old) => withZone(old, zone.id, { shape: roundShape(shape) })),
        );
      else if (gateway !== undefined)
        editing.showPoint(
          [gateway.xM, gateway.yM],
          (at) => {
            const [xM, yM] = roundPoint(at);
            setMoving(undefined);
            change((old) => withGateway(old, gateway.id, { xM, yM }));
          },
          (at) => {
            const [xM, yM] = roundPoint(at);
            setMoving({ id: gateway.id, xM, yM });
          },
        );
    }
  }, [editing, tool, zone, gateway, floor?.id]);

  const save = async () => {
    const bad = draft.zones.find(({ shape, name }) => shapeFault(shape) !== undefined || name.trim() === '');
    if (bad !== undefined) {
      setParams({ floor: bad.floorId });
      setSelected({ what: 'zone', id: bad.id });
      toast(t('editor.fixFirst', { name: bad.name || bad.id }), true);
      return;
    }
    setSaving(true);
    const result = await sendChanges(site.id, changes, { saved, draft });
    const refused = changes.find(({ id }) => result.faults.has(id));
    const keptId = selected === undefined ? undefined : (result.newIds.get(selected.id) ?? selected.id);
    setSaved(result.saved);
    setDraft(result.draft);
    setFaults(result.faults);
    if (refused !== undefined) setSelected({ what: refused.what, id: refused.id });
    else if (selected !== undefined && keptId !== undefined) setSelected({ ...selected, id: keptId });
    forgetSteps();
    setSaving(false);
    if (result.faults.size === 0) {
      toast(t('editor.saved'));
      plan.reload();
    } else toast(t('editor.someRefused', { n: result.faults.size }), true);
  };

  const looks = useMemo(
    () =>
      zones.map((one) => ({
        zone: one,
        className: selected?.what === 'zone' && selected.id === one.id ? 'selected' : '',
      })),
    [zones, selected],
  );
  const gatewayLooks = useMemo<GatewayLook[]>(
    () =>
      gateways.map((one) => ({
        gateway: one,
        state: one.enabled ? 'unknown' : 'off',
        title: one.name ?? one.id,
        highlighted: selected?.id === one.id,
      })),
    [gateways, selected],
  );
  const pickZone = useCallback(
    (one: Zone) => {
      if (tool === 'select') setSelected({ what: 'zone', id: one.id });
    },
    [tool],
  );
  const pickGateway = useCallback(
    (one: Gateway) => {
      if (tool === 'select') setSelected({ what: 'gateway', id: one.id });
    },
    [tool],
  );

  const accuracyOn = tenant === null && accuracyIsOn();
  const drawn = useMemo(
    () =>
      moving === undefined ? gateways : gateways.map((one) => (one.id === moving.id ? { ...one, ...moving } : one)),
    [gateways, moving],
  );
  // The draft takes over a plan that has just come in an effect; an empty one would be painted blind for a moment.
  const draftIsFilled = plan.data !== undefined && (saved.gateways.length > 0 || plan.data.gateways.length === 0);
  const accuracy = useAccuracy(
    accuracyOn && floor !== undefined && draftIsFilled
      ? { siteId: site.id, floorId: floor.id, weight: accuracyWeight(), draft: drawn, moving: moving !== undefined }
      : undefined,
  );

  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  const hint =
    tool === 'polygon'
      ? report?.crossing !== undefined
        ? t('editor.crossing', { first: report.crossing[0], second: report.crossing[1] })
        : t('editor.hintPolygon', { n: report?.corners ?? 0 })
      : tool === 'coupon'
        ? t('editor.hintCoupon')
        : tool === 'gateway'
          ? t('editor.hintGateway')
          : fixed
            ? t('editor.hintOthers')
            : zone !== undefined
              ? t(zone.shape.type === 'circle' ? 'editor.hintCircle' : 'editor.hintCorners')
              : t(tenant === null ? 'editor.hintSelect' : 'editor.hintOwn');
  const closeDialog = (changed: boolean, floorId?: string) => {
    setFloorDialog(undefined);
    if (changed) plan.reload();
    if (floorId !== undefined) setParams({ floor: floorId });
  };
  return (
    <>
      <PageHead title={t('nav.editor')}>
        {floor !== undefined && tenant === null && <AccuracySwitch />}
        {floor !== undefined && <FloorChoice floors={floors} floor={floor} />}
        {floor !== undefined && tenant === null && (
          <button type="button" class="button" onClick={() => setFloorDialog('edit')}>
            <Icon name="layers" size={16} />
            {t('floor.edit')}
          </button>
        )}
        {tenant === null && (
          <button type="button" class="button" onClick={() => setFloorDialog('new')}>
            <Icon name="plus" size={16} />
            {t('floor.new')}
          </button>
        )}
      </PageHead>
      {floorDialog !== undefined && (
        <FloorDialog
          siteId={site.id}
          floors={floors}
          floor={floorDialog === 'edit' ? floor : undefined}
          onClose={closeDialog}
        />
      )}
      {plan.data !== undefined && floor === undefined ? (
        <div class="card">
          <Empty
            icon="layers"
            title={t('floor.none')}
            action={
              tenant === null && (
                <button type="button" class="button primary" onClick={() => setFloorDialog('new')}>
                  {t('floor.new')}
                </button>
              )
            }
          >
            {t(tenant === null ? 'floor.firstHow' : 'floor.askHow')}
          </Empty>
        </div>
      ) : (
        <div class="editor-grid">
          <div class={`card editor-map ${tool === 'select' ? '' : 'drawing'}`}>
            <Toolbar
              forRetailer={tenant !== null}
              tool={tool}
              onTool={setTool}
              undo={canUndo ? undo : undefined}
              unsaved={changes.length}
              saving={saving}
              onSave={() => void save()}
            />
            {floor === undefined ? (
              <Skeleton height="100%" />
            ) : (
              <FloorMap
                floor={floor}
                zones={looks}
                gateways={gatewayLooks}
                accuracy={accuracyOn ? accuracy : undefined}
                onCell={showCell}
                label={t('editor.mapLabel', { floor: floor.name })}
                onZone={pickZone}
                onGateway={pickGateway}
                onView={setView}
              />
            )}
            <p class={`editor-hint small ${report?.crossing === undefined ? 'muted' : 'bad'}`} role="status">
              {hint}
            </p>
            {accuracyOn && <AccuracyLegend map={accuracy.map} loading={accuracy.loading} />}
          </div>
          <aside class="card editor-side" aria-label={t('editor.side')}>
            {zone !== undefined || gateway !== undefined ? (
              <>
                <div class="card-head">
                  <h2>{zone?.name || gateway?.name || gateway?.id}</h2>
                  <IconButton icon="close" label={t('editor.done')} onClick={() => setSelected(undefined)} />
                </div>
                <div class="card-body">
                  {zone !== undefined && fixed && <FixedZone zone={zone} />}
                  {zone !== undefined && !fixed && (
                    <ZoneForm
                      zone={zone}
                      couponOnly={tenant !== null}
                      serverFault={faults.get(zone.id)}
                      onChange={(part) => change((old) => withZone(old, zone.id, part))}
                      onRemove={() => {
                        change((old) => ({ ...old, zones: old.zones.filter(({ id }) => id !== zone.id) }));
                        setSelected(undefined);
                      }}
                    />
                  )}
                  {gateway !== undefined && (
                    <GatewayForm
                      gateway={gateway}
                      isNew={!saved.gateways.some(({ id }) => id === gateway.id)}
                      taken={draft.gateways.filter(({ id }) => id === gateway.id).length > 1}
                      waiting={(waiting.data ?? []).map(({ id }) => id)}
                      serverFault={faults.get(gateway.id)}
                      onChange={(part) => {
                        change((old) => withGateway(old, gateway.id, part));
                        if (part.id !== undefined) setSelected({ what: 'gateway', id: part.id });
                      }}
                      onRemove={() => {
                        change((old) => ({ ...old, gateways: old.gateways.filter(({ id }) => id !== gateway.id) }));
                        setSelected(undefined);
                      }}
                    />
                  )}
                </div>
              </>
            ) : plan.data === undefined || floor === undefined ? (
              <Loading lines={8} />
            ) : (
              <>
                {faults.size > 0 && <Notice tone="bad">{t('editor.someRefused', { n: faults.size })}</Notice>}
                {accuracyOn && (
                  <AccuracyPanel
                    accuracy={accuracy}
                    onPlace={({ xM, yM, zM }) => {
                      addGateway([xM, yM], zM);
                      setSelected(undefined);
                    }}
                  />
                )}
                <ZonePicks
                  title={t(tenant === null ? 'editor.zones' : 'editor.ownZones', { n: changeable.length })}
                  none={t(tenant === null ? 'editor.noZones' : 'editor.noOwnZones')}
                  zones={changeable}
                  onPick={({ id }) => setSelected({ what: 'zone', id })}
                  add={
                    <IconButton
                      icon="plus"
                      label={t('editor.zoneByNumbers')}
                      onClick={() => addZone(boxAround(middleOf(floor)), drawnKind)}
                    />
                  }
                />
                {tenant === null ? (
                  <GatewayPicks
                    gateways={gateways}
                    onPick={({ id }) => setSelected({ what: 'gateway', id })}
                    add={
                      <IconButton
                        icon="plus"
                        label={t('editor.gatewayByNumbers')}
                        onClick={() => addGateway(middleOf(floor))}
                      />
                    }
                  />
                ) : (
                  zones.length > changeable.length && (
                    <ZonePicks
                      title={t('editor.around')}
                      zones={zones.filter((one) => !changeable.includes(one))}
                      onPick={({ id }) => setSelected({ what: 'zone', id })}
                    />
                  )
                )}
              </>
            )}
          </aside>
        </div>
      )}
    </>
  );
}
