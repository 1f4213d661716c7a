/** Floors, zones and gateways: drawn on the map or typed; nothing is sent before it is saved. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Gateway, Shape, Site, Zone } from '../../../../server/contract/model.ts';
import { IconButton } from '../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { Icon, type IconName } from '../../components/Icon.tsx';
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
import { useAsync } from '../../state/useAsync.ts';
import { FloorDialog } from './FloorDialog.tsx';
import { GatewayForm, middleOf, ZoneForm } from './forms.tsx';
import { changesOf, newGatewayId, newZoneId, roundPoint, roundShape, withGateway, withZone } from './model.ts';
import { sendChanges } from './sendChanges.ts';
import { useDraft } from './useDraft.ts';
import './editor.css';

type Tool = 'select' | 'polygon' | 'coupon' | 'gateway';
type Selected = { what: 'zone' | 'gateway'; id: string };
const TOOLS: { tool: Tool; icon: IconName }[] = [
  { tool: 'select', icon: 'pointer' },
  { tool: 'polygon', icon: 'polygon' },
  { tool: 'coupon', icon: 'circle' },
  { tool: 'gateway', icon: 'gateways' },
];

export default function Editor({ site }: { site: Site }) {
  const plan = usePlan(site.id);
  const { saved, setSaved, draft, setDraft, change, undo, canUndo, forgetSteps } = useDraft();
  const [selected, setSelected] = useState<Selected>();
  const [tool, setTool] = useState<Tool>('select');
  const [report, setReport] = useState<DrawReport>();
  const [faults, setFaults] = useState<ReadonlyMap<string, string>>(new Map());
  const [saving, setSaving] = useState(false);
  const [floorDialog, setFloorDialog] = useState<'new' | 'edit'>();
  const [view, setView] = useState<FloorView>();
  const editing = useMemo(() => (view === undefined ? undefined : new Editing(view)), [view]);
  const waiting = useAsync<{ id: string }[]>(`waiting/${site.id}`, (signal) => ofSite(site.id).waiting(signal));

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

  useEffect(() => {
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
  const gateway = selected?.what === 'gateway' ? gateways.find(({ id }) => id === selected.id) : undefined;

  const addZone = useCallback(
    (shape: Shape, kind: Zone['kind']) => {
      if (floor === undefined) return;
      const id = newZoneId(draft.zones);
      const count = draft.zones.filter((one) => one.kind === kind).length + 1;
      const made: Zone = {
        id,
        floorId: floor.id,
        name: `${t(`kind.${kind}`)} ${count}`,
        kind,
        shape: roundShape(shape),
        tenantId: null,
        minStaySeconds: null,
      };
      change((old) => ({ ...old, zones: [...old.zones, made] }));
      setSelected({ what: 'zone', id });
    },
    [floor, draft.zones, change],
  );
  const addGateway = useCallback(
    (at: readonly [number, number]) => {
      if (floor === undefined) return;
      const id = newGatewayId(draft.gateways);
      const [xM, yM] = roundPoint([at[0], at[1]]);
      const made: Gateway = { id, name: id, floorId: floor.id, xM, yM, zM: 2.5, enabled: true };
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
        false,
        (shape) => {
          addZone(shape, 'shop');
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
      if (zone !== undefined)
        editing.showShape(zone.shape, zone.kind === 'coupon', (shape) =>
          change((old) => withZone(old, zone.id, { shape: roundShape(shape) })),
        );
      else if (gateway !== undefined)
        editing.showPoint([gateway.xM, gateway.yM], (at) => {
          const [xM, yM] = roundPoint(at);
          change((old) => withGateway(old, gateway.id, { xM, yM }));
        });
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
          : zone !== undefined
            ? t(zone.shape.type === 'circle' ? 'editor.hintCircle' : 'editor.hintCorners')
            : t('editor.hintSelect');
  const closeDialog = (changed: boolean, floorId?: string) => {
    setFloorDialog(undefined);
    if (changed) plan.reload();
    if (floorId !== undefined) setParams({ floor: floorId });
  };
  return (
    <>
      <PageHead title={t('nav.editor')}>
        {floor !== undefined && <FloorChoice floors={floors} floor={floor} />}
        {floor !== undefined && (
          <button type="button" class="button" onClick={() => setFloorDialog('edit')}>
            <Icon name="layers" size={16} />
            {t('floor.edit')}
          </button>
        )}
        <button type="button" class="button" onClick={() => setFloorDialog('new')}>
          <Icon name="plus" size={16} />
          {t('floor.new')}
        </button>
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
              <button type="button" class="button primary" onClick={() => setFloorDialog('new')}>
                {t('floor.new')}
              </button>
            }
          >
            {t('floor.firstHow')}
          </Empty>
        </div>
      ) : (
        <div class="editor-grid">
          <div class={`card editor-map ${tool === 'select' ? '' : 'drawing'}`}>
            <div class="toolbar" role="toolbar" aria-label={t('editor.tools')}>
              {TOOLS.map((one) => (
                <button
                  key={one.tool}
                  type="button"
                  class="button small"
                  aria-pressed={tool === one.tool}
                  onClick={() => setTool(tool === one.tool ? 'select' : one.tool)}
                >
                  <Icon name={one.icon} size={16} />
                  <span class="tool-name">{t(`tool.${one.tool}`)}</span>
                </button>
              ))}
              <span class="toolbar-gap" />
              <IconButton icon="undo" label={t('editor.undo')} disabled={!canUndo} onClick={undo} />
              <span class="save-state small" role="status">
                {dirty ? t('editor.unsaved', { n: changes.length }) : t('editor.allSaved')}
              </span>
              <button
                type="button"
                class="button small primary"
                disabled={!dirty || saving}
                onClick={() => void save()}
              >
                {t(saving ? 'editor.saving' : 'action.save')}
              </button>
            </div>
            {floor === undefined ? (
              <Skeleton height="100%" />
            ) : (
              <FloorMap
                floor={floor}
                zones={looks}
                gateways={gatewayLooks}
                label={t('editor.mapLabel', { floor: floor.name })}
                onZone={pickZone}
                onGateway={pickGateway}
                onView={setView}
              />
            )}
            <p class={`editor-hint small ${report?.crossing === undefined ? 'muted' : 'bad'}`} role="status">
              {hint}
            </p>
          </div>
          <aside class="card editor-side" aria-label={t('editor.side')}>
            {zone !== undefined || gateway !== undefined ? (
              <>
                <div class="card-head">
                  <h2>{zone?.name || gateway?.name || gateway?.id}</h2>
                  <IconButton icon="close" label={t('editor.done')} onClick={() => setSelected(undefined)} />
                </div>
                <div class="card-body">
                  {zone !== undefined && (
                    <ZoneForm
                      zone={zone}
                      couponOnly={false}
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
                <div class="card-head">
                  <h2>{t('editor.zones', { n: zones.length })}</h2>
                  <IconButton
                    icon="plus"
                    label={t('editor.zoneByNumbers')}
                    onClick={() => {
                      const [x, y] = middleOf(floor);
                      addZone(
                        {
                          type: 'polygon',
                          rings: [
                            [
                              [x - 5, y - 4],
                              [x + 5, y - 4],
                              [x + 5, y + 4],
                              [x - 5, y + 4],
                            ],
                          ],
                        },
                        'shop',
                      );
                    }}
                  />
                </div>
                {zones.length === 0 && <p class="muted card-lead">{t('editor.noZones')}</p>}
                <ul class="pick">
                  {[...zones]
                    .sort((a, b) => a.name.localeCompare(b.name))
                    .map((one) => (
                      <li key={one.id}>
                        <button type="button" onClick={() => setSelected({ what: 'zone', id: one.id })}>
                          <i class={`swatch ${one.kind}`} />
                          <span>{one.name}</span>
                          <span class="muted small">{t(`kind.${one.kind}`)}</span>
                        </button>
                      </li>
                    ))}
                </ul>
                <div class="card-head">
                  <h2>{t('editor.gateways', { n: gateways.length })}</h2>
                  <IconButton
                    icon="plus"
                    label={t('editor.gatewayByNumbers')}
                    onClick={() => addGateway(middleOf(floor))}
                  />
                </div>
                {gateways.length === 0 && <p class="muted card-lead">{t('editor.noGateways')}</p>}
                <ul class="pick">
                  {gateways.map((one) => (
                    <li key={one.id}>
                      <button type="button" onClick={() => setSelected({ what: 'gateway', id: one.id })}>
                        <span class={`dot ${one.enabled ? '' : 'off'}`} />
                        <span>{one.name ?? one.id}</span>
                        <span class="muted small num">
                          {one.xM}, {one.yM}
                        </span>
                      </button>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </aside>
        </div>
      )}
    </>
  );
}
