/** A floor on leaflet, in metres: plan, heat, zones, gateways, labels. Views feed it; it knows no server. */
import L from 'leaflet';
import type { Floor, Gateway, Point, Shape, Zone } from '../../../server/contract/model.ts';
import { labelPoint, shapeArea, shapeBounds } from './geometry.ts';
import { createHeatCanvas, type HeatCanvas, type HeatField } from './heatmapAdapter.ts';

export const toLatLng = ([x, y]: Point): L.LatLngTuple => [y, x];
export const toPoint = (at: L.LatLng): Point => [at.lng, at.lat];

/** Leaflet's image overlay holding a canvas: moves and scales with the map without being drawn again. */
export class CanvasOverlay extends L.ImageOverlay {
  readonly #canvas: HTMLCanvasElement;
  constructor(canvas: HTMLCanvasElement, bounds: L.LatLngBoundsExpression, options: L.ImageOverlayOptions) {
    super('', bounds, options);
    this.#canvas = canvas;
  }
  _initImage(): void {
    this.#canvas.className = `leaflet-image-layer leaflet-zoom-animated ${this.options.className || 'heat-canvas'}`;
    (this as unknown as { _image: HTMLCanvasElement })._image = this.#canvas;
  }
}

export function shapeLayer(shape: Shape, options: L.PathOptions): L.Polygon | L.Circle {
  return shape.type === 'circle'
    ? L.circle(toLatLng([shape.xM, shape.yM]), { ...options, radius: shape.radiusM })
    : L.polygon(
        shape.rings.map((ring) => ring.map(toLatLng)),
        options,
      );
}

export interface ZoneLook {
  zone: Zone;
  className?: string;
  title?: string;
}
export interface GatewayLook {
  gateway: Gateway;
  state: 'ok' | 'warn' | 'bad' | 'off' | 'unknown';
  title: string;
  highlighted?: boolean;
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

/** A label gives way to a gateway or another label by this much, nearest first. */
const NUDGES_PX = [0, -14, 14, -26, 26, -40, 40];
const GATEWAY_PX = 6;

/** A name in one line, and broken into two at the space that halves it best. */
function nameLines(name: string): string[][] {
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index);
  if (spaces.length === 0) return [[name]];
  const middle = spaces.reduce((best, at) =>
    Math.abs(at - name.length / 2) < Math.abs(best - name.length / 2) ? at : best,
  );
  return [[name], [name.slice(0, middle), name.slice(middle + 1)]];
}

export class FloorView {
  readonly map: L.Map;
  readonly #base: L.LayerGroup;
  readonly #zones: L.LayerGroup;
  readonly #gateways: L.LayerGroup;
  readonly #labels: L.LayerGroup;
  readonly #resize: ResizeObserver;
  #floor: Floor | undefined;
  #looks: ZoneLook[] = [];
  readonly #layers = new Map<string, L.Path>();
  #gatewayLooks: GatewayLook[] = [];
  #figures: ReadonlyMap<string, string> = new Map();
  #heat: { canvas: HeatCanvas; overlay: L.ImageOverlay } | undefined;
  #moved = false;
  onZone: ((zone: Zone) => void) | undefined;
  onGateway: ((gateway: Gateway) => void) | undefined;

  constructor(element: HTMLElement, labels: { zoomIn: string; zoomOut: string }) {
    this.map = L.map(element, {
      crs: L.CRS.Simple,
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0,
      zoomDelta: 0.5,
      wheelPxPerZoomLevel: 120,
      minZoom: -4,
      maxZoom: 7,
    });
    this.map.setView([0, 0], 0);
    L.control
      .zoom({ position: 'bottomright', zoomInTitle: labels.zoomIn, zoomOutTitle: labels.zoomOut })
      .addTo(this.map);
    for (const [name, zIndex] of [
      ['floor', 250],
      ['heat', 350],
      ['gateways', 450],
      ['labels', 460],
    ] as const) {
      this.map.createPane(name).style.zIndex = String(zIndex);
    }
    this.map.getPane('labels')!.style.pointerEvents = 'none';
    this.map.getPane('heat')!.style.pointerEvents = 'none';
    this.#base = L.layerGroup().addTo(this.map);
    this.#zones = L.layerGroup().addTo(this.map);
    this.#gateways = L.layerGroup().addTo(this.map);
    this.#labels = L.layerGroup().addTo(this.map);
    this.map.on('zoomend', () => this.#drawLabels());
    this.map.on('dragstart', () => {
      this.#moved = true;
    });
    this.#resize = new ResizeObserver(() => {
      this.map.invalidateSize({ animate: false });
      if (!this.#moved) this.fit();
    });
    this.#resize.observe(element);
  }

  stop(): void {
    this.#resize.disconnect();
    this.map.remove();
  }

  fit(): void {
    const floor = this.#floor;
    if (floor === undefined) return;
    this.#moved = false;
    const bounds = L.latLngBounds([0, 0], [floor.heightM, floor.widthM]);
    // Without limits while it moves: leaflet would pan into them by an animation that outlives the fit.
    this.map.stop();
    this.map.setMaxBounds(L.latLngBounds([]));
    this.map.fitBounds(bounds, { animate: false, padding: [18, 18] });
    this.map.setMaxBounds(bounds.pad(0.6));
    this.#drawLabels();
  }

  /** Nearer, and stays there. */
  lookAt(at: Point, zoom: number): void {
    this.#moved = true;
    this.map.setView(toLatLng(at), zoom);
  }

  setFloor(floor: Floor): void {
    const other = this.#floor?.id !== floor.id;
    this.#floor = floor;
    this.#base.clearLayers();
    const outline: Shape = floor.outline ?? {
      type: 'polygon',
      rings: [
        [
          [0, 0],
          [floor.widthM, 0],
          [floor.widthM, floor.heightM],
          [0, floor.heightM],
        ],
      ],
    };
    shapeLayer(outline, { pane: 'floor', className: 'plan-outline', interactive: false }).addTo(this.#base);
    if (floor.image !== null) {
      const { url, originXM, originYM, metresPerPixel, widthPx, heightPx } = floor.image;
      L.imageOverlay(
        url,
        [
          [originYM, originXM],
          [originYM + heightPx * metresPerPixel, originXM + widthPx * metresPerPixel],
        ],
        { pane: 'floor', className: 'plan-image', alt: '' },
      ).addTo(this.#base);
    }
    if (floor.walls.length > 0) {
      L.polyline(
        floor.walls.map(([x1, y1, x2, y2]) => [toLatLng([x1, y1]), toLatLng([x2, y2])]),
        { pane: 'floor', className: 'plan-wall', interactive: false },
      ).addTo(this.#base);
    }
    if (other) {
      this.#heat?.overlay.remove();
      this.#heat = undefined;
      this.fit();
    }
  }

  setZones(looks: ZoneLook[]): void {
    this.#looks = looks;
    this.#zones.clearLayers();
    this.#layers.clear();
    // Large below small, coupon zones on top, so that each can be reached.
    const order = [...looks].sort(
      (a, b) =>
        Number(a.zone.kind === 'coupon') - Number(b.zone.kind === 'coupon') ||
        shapeArea(b.zone.shape) - shapeArea(a.zone.shape),
    );
    for (const look of order) {
      const layer = shapeLayer(look.zone.shape, {
        className: `zone zone-${look.zone.kind} ${look.className ?? ''}`,
        interactive: this.onZone !== undefined || look.title !== undefined,
        bubblingMouseEvents: true,
      });
      if (look.title !== undefined) layer.bindTooltip(escapeHtml(look.title), { sticky: true, className: 'map-tip' });
      if (this.onZone !== undefined) layer.on('click', () => this.onZone?.(look.zone));
      layer.addTo(this.#zones);
      this.#layers.set(look.zone.id, layer);
    }
    this.#drawLabels();
  }

  /** Counts beside the names; the zones themselves are not drawn again. */
  setFigures(figures: ReadonlyMap<string, string>): void {
    this.#figures = figures;
    this.#drawLabels();
  }

  highlight(zoneId: string | undefined): void {
    for (const [id, layer] of this.#layers) {
      layer.getElement()?.classList.toggle('highlighted', id === zoneId);
      if (id === zoneId) layer.bringToFront();
    }
  }

  setGateways(looks: GatewayLook[]): void {
    const moved =
      looks.length !== this.#gatewayLooks.length ||
      looks.some((look, at) => look.gateway !== this.#gatewayLooks[at]?.gateway);
    this.#gatewayLooks = looks;
    if (moved) this.#drawLabels();
    this.#gateways.clearLayers();
    for (const { gateway, state, title, highlighted } of looks) {
      const marker = L.circleMarker(toLatLng([gateway.xM, gateway.yM]), {
        pane: 'gateways',
        radius: highlighted ? 9 : 5,
        className: `gateway-dot ${state} ${highlighted ? 'highlighted' : ''}`,
      });
      marker.bindTooltip(escapeHtml(title), { className: 'map-tip' });
      if (this.onGateway !== undefined) marker.on('click', () => this.onGateway?.(gateway));
      marker.addTo(this.#gateways);
    }
  }

  setHeat(field: HeatField | null, top: number, dark: boolean): void {
    const floor = this.#floor;
    if (floor === undefined) return;
    if (this.#heat === undefined) {
      if (field === null) return;
      const canvas = createHeatCanvas(floor.widthM, floor.heightM);
      const overlay = new CanvasOverlay(
        canvas.canvas,
        [
          [0, 0],
          [floor.heightM, floor.widthM],
        ],
        { pane: 'heat' },
      ).addTo(this.map);
      this.#heat = { canvas, overlay };
    }
    this.#heat.canvas.draw(field, top, dark);
  }

  /** Names where they fit, figures where only they fit, nothing over another label. */
  #drawLabels(): void {
    this.#labels.clearLayers();
    const taken = this.#gatewayLooks.map(({ gateway }) => {
      const { x, y } = this.map.latLngToLayerPoint(toLatLng([gateway.xM, gateway.yM]));
      return { left: x - GATEWAY_PX, right: x + GATEWAY_PX, top: y - GATEWAY_PX, bottom: y + GATEWAY_PX };
    });
    const order = [...this.#looks].sort(
      (a, b) =>
        Number(b.zone.kind === 'coupon') - Number(a.zone.kind === 'coupon') ||
        shapeArea(b.zone.shape) - shapeArea(a.zone.shape),
    );
    for (const { zone } of order) {
      const figure = this.#figures.get(zone.id);
      if (zone.kind === 'corridor' && figure === undefined) continue;
      const bounds = shapeBounds(zone.shape);
      const at = toLatLng(labelPoint(zone.shape));
      const centre = this.map.latLngToLayerPoint(at);
      const corner = this.map.latLngToLayerPoint([bounds.maxY, bounds.minX]);
      const opposite = this.map.latLngToLayerPoint([bounds.minY, bounds.maxX]);
      const room = { width: opposite.x - corner.x, height: opposite.y - corner.y };
      const figureWidth = figure === undefined ? 0 : figure.length * 8 + 8;
      const figureHtml = figure === undefined ? '' : `<span>${escapeHtml(figure)}</span>`;
      const figureHeight = figure === undefined ? 0 : 16;
      const tries: [string, number, number][] = nameLines(zone.name).map((lines) => [
        `<b>${lines.map(escapeHtml).join('<br>')}</b>${figureHtml}`,
        Math.max(figureWidth, ...lines.map((line) => line.length * 6.1 + 6)),
        lines.length * 14 + figureHeight,
      ]);
      if (figure !== undefined) tries.push([figureHtml, figureWidth, 17]);
      const fits = tries
        .filter(([, width, height]) => width <= room.width * 1.08 && height <= room.height * 1.1)
        .flatMap(([html, width, height]) => {
          const slack = Math.max(0, (room.height - height) / 2);
          return NUDGES_PX.filter((nudge) => Math.abs(nudge) <= slack).map((nudge) => ({ html, width, height, nudge }));
        });
      for (const { html, width, height, nudge } of fits) {
        const box = {
          left: centre.x - width / 2,
          right: centre.x + width / 2,
          top: centre.y - height / 2 + nudge,
          bottom: centre.y + height / 2 + nudge,
        };
        if (taken.some((b) => b.left < box.right && b.right > box.left && b.top < box.bottom && b.bottom > box.top)) {
          continue;
        }
        taken.push(box);
        L.marker(at, {
          pane: 'labels',
          interactive: false,
          keyboard: false,
          icon: L.divIcon({
            className: `zone-label ${zone.kind}`,
            html,
            iconSize: [width, height],
            iconAnchor: [width / 2, height / 2 - nudge],
          }),
        }).addTo(this.#labels);
        break;
      }
    }
  }
}
