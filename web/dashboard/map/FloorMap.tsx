/** The floor view as a component: what it shows is what it is given. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import 'leaflet/dist/leaflet.css';
import type { CoverageMap } from '../../../server/contract/coverage.ts';
import type { Floor, Gateway, Zone } from '../../../server/contract/model.ts';
import { t } from '../i18n/t.ts';
import { dark } from '../state/theme.ts';
import { AccuracyLayer, type CellAt, type ProposalMarker } from './accuracyLayer.ts';
import { FloorView, type GatewayLook, type ZoneLook } from './floorView.ts';
import type { HeatField } from './heatmapAdapter.ts';
import './map.css';

export interface FloorMapProps {
  floor: Floor;
  zones?: ZoneLook[];
  figures?: ReadonlyMap<string, string>;
  highlighted?: string | undefined;
  gateways?: GatewayLook[];
  heat?: { field: HeatField | null; top: number };
  /** Expected accuracy; null while it is on and not yet known. */
  accuracy?: { map: CoverageMap | undefined; proposals: ProposalMarker[] } | null | undefined;
  onCell?: (cell: CellAt | undefined) => void;
  label: string;
  /** Nothing was measured: hatched, never drawn as zero. */
  noData?: string | undefined;
  onZone?: (zone: Zone) => void;
  onGateway?: (gateway: Gateway) => void;
  onView?: (view: FloorView | undefined) => void;
  children?: ComponentChildren;
}

const NO_FIGURES: ReadonlyMap<string, string> = new Map();

export function FloorMap(props: FloorMapProps) {
  const element = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<FloorView>();
  useEffect(() => {
    const created = new FloorView(element.current!, { zoomIn: t('map.zoomIn'), zoomOut: t('map.zoomOut') });
    setView(created);
    return () => created.stop();
  }, []);
  const { floor, zones, figures, highlighted, gateways, heat, accuracy, onView, onZone, onGateway, onCell } = props;
  const isDark = dark.value;
  useEffect(() => {
    if (view === undefined) return;
    view.onZone = onZone;
    view.onGateway = onGateway;
  }, [view, onZone, onGateway]);
  useEffect(() => view?.setFloor(floor), [view, floor]);
  useEffect(() => view?.setZones(zones ?? []), [view, zones]);
  useEffect(() => view?.setFigures(figures ?? NO_FIGURES), [view, figures]);
  useEffect(() => view?.highlight(highlighted), [view, highlighted, zones]);
  useEffect(() => view?.setGateways(gateways ?? []), [view, gateways]);
  useEffect(
    () => view?.setHeat(heat?.field ?? null, heat?.top ?? 0, isDark),
    [view, heat?.field, heat?.top, isDark, floor],
  );
  const showsAccuracy = accuracy !== undefined;
  const [layer, setLayer] = useState<AccuracyLayer>();
  useEffect(() => {
    if (view === undefined || !showsAccuracy) return;
    const made = new AccuracyLayer(view);
    setLayer(made);
    return () => {
      made.stop();
      setLayer(undefined);
    };
  }, [view, showsAccuracy]);
  useEffect(() => {
    if (layer !== undefined) layer.onPoint = onCell;
  }, [layer, onCell]);
  useEffect(() => layer?.draw(accuracy?.map, floor, isDark), [layer, accuracy?.map, floor, isDark]);
  useEffect(() => layer?.setProposals(accuracy?.proposals ?? []), [layer, accuracy?.proposals]);
  useEffect(() => {
    onView?.(view);
    return () => onView?.(undefined);
  }, [view, onView]);
  return (
    <section
      class={`floor-map ${props.noData === undefined ? '' : 'no-data'} ${heat?.field || accuracy?.map ? 'heat-on' : ''}`}
      aria-label={props.label}
    >
      <div ref={element} class="floor-map-canvas" />
      <button type="button" class="button small map-fit" onClick={() => view?.fit()}>
        {t('map.fit')}
      </button>
      {props.noData !== undefined && (
        <div class="map-no-data">
          <p>{props.noData}</p>
        </div>
      )}
      {props.children}
    </section>
  );
}
