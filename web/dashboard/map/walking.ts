/** A pin where one stands, and the places where one has stood, on a floor view. */
import L from 'leaflet';
import type { Point } from '../../../server/contract/model.ts';
import { type FloorView, toLatLng, toPoint } from './floorView.ts';

export interface WalkedPlace {
  at: Point;
  look: 'sent' | 'waiting' | 'good' | 'fair' | 'poor';
  title: string;
}

/** Where a metre has fewer pixels (two to the zoom), a finger misses by metres: the first tap looks nearer, the next one tells. */
const NEAR_ENOUGH_ZOOM = 2.8;
const NEAR_ZOOM = 3.3;

export class Walking {
  readonly #view: FloorView;
  readonly #trail: L.LayerGroup;
  readonly #pin: L.LayerGroup;
  readonly #click: (event: L.LeafletMouseEvent) => void;
  readonly #key: (event: KeyboardEvent) => void;

  /** A tap on the plan, or Enter for its middle. */
  constructor(view: FloorView, onPlace: (at: Point) => void) {
    this.#view = view;
    for (const [name, zIndex] of [
      ['trail', 470],
      ['pin', 650],
    ] as const)
      if (view.map.getPane(name) === undefined) view.map.createPane(name).style.zIndex = String(zIndex);
    this.#trail = L.layerGroup().addTo(view.map);
    this.#pin = L.layerGroup().addTo(view.map);
    this.#click = ({ latlng }) => {
      if (view.map.getZoom() < NEAR_ENOUGH_ZOOM) view.lookAt(toPoint(latlng), NEAR_ZOOM);
      onPlace(toPoint(latlng));
    };
    this.#key = (event) => {
      if (event.key === 'Enter' && event.target === view.map.getContainer()) onPlace(toPoint(view.map.getCenter()));
    };
    // Two taps near each other are two places, no wish to zoom.
    view.map.doubleClickZoom.disable();
    view.map.on('click', this.#click);
    view.map.getContainer().addEventListener('keydown', this.#key);
  }

  stop(): void {
    this.#view.map.doubleClickZoom.enable();
    this.#view.map.off('click', this.#click);
    this.#view.map.getContainer().removeEventListener('keydown', this.#key);
    this.#trail.remove();
    this.#pin.remove();
  }

  setPin(at: Point | undefined): void {
    this.#pin.clearLayers();
    if (at === undefined) return;
    L.marker(toLatLng(at), {
      pane: 'pin',
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: 'walk-pin', iconSize: [36, 36], iconAnchor: [18, 18] }),
    }).addTo(this.#pin);
  }

  setTrail(places: readonly WalkedPlace[]): void {
    this.#trail.clearLayers();
    if (places.length > 1)
      L.polyline(
        places.map(({ at }) => toLatLng(at)),
        { pane: 'trail', className: 'walk-line', interactive: false },
      ).addTo(this.#trail);
    for (const { at, look, title } of places) {
      const words = document.createElement('span');
      words.textContent = title;
      L.circleMarker(toLatLng(at), { pane: 'trail', radius: 6, className: `walk-dot ${look}` })
        .bindTooltip(words, { className: 'map-tip' })
        .addTo(this.#trail);
    }
  }
}
