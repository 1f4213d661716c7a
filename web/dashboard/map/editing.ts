/** Drawing and handles on a floor view. Reports shapes; keeps no state of its own beyond the gesture under way. */
import L from 'leaflet';
import type { Point, Shape } from '../../../server/contract/model.ts';
import { type FloorView, shapeLayer, toLatLng, toPoint } from './floorView.ts';
import { crossingSides } from './geometry.ts';

const handleIcon = (className: string, size = 14) =>
  L.divIcon({ className: `handle ${className}`, iconSize: [size, size] });
/** A click this near to the first corner closes the ring. */
const CLOSE_PX = 14;
const DEFAULT_RADIUS_M = 4;

export interface DrawReport {
  /** Corners so far; for the words under the map. */
  corners: number;
  crossing: [number, number] | undefined;
}

export class Editing {
  readonly #view: FloorView;
  readonly #handles: L.LayerGroup;
  readonly #sketch: L.LayerGroup;
  #stopGesture: (() => void) | undefined;

  constructor(view: FloorView) {
    this.#view = view;
    if (view.map.getPane('handles') === undefined) view.map.createPane('handles').style.zIndex = '640';
    this.#handles = L.layerGroup().addTo(view.map);
    this.#sketch = L.layerGroup().addTo(view.map);
  }

  stop(): void {
    this.cancel();
    this.#handles.remove();
    this.#sketch.remove();
  }

  cancel(): void {
    this.#stopGesture?.();
    this.#stopGesture = undefined;
    this.#sketch.clearLayers();
  }

  clearHandles(): void {
    this.#handles.clearLayers();
  }

  #marker(at: Point, className: string, size?: number): L.Marker {
    return L.marker(toLatLng(at), {
      pane: 'handles',
      icon: handleIcon(className, size),
      draggable: true,
      keyboard: false,
      autoPan: false,
    }).addTo(this.#handles);
  }

  /** Corners, midpoints (drag one to add a corner), double click removes; a circle has its centre and its radius. */
  showShape(shape: Shape, coupon: boolean, onChange: (shape: Shape) => void): void {
    this.#handles.clearLayers();
    const preview = shapeLayer(shape, { className: `draft-line ${coupon ? 'coupon' : ''}`, interactive: false }).addTo(
      this.#handles,
    );
    if (shape.type === 'circle') {
      const circle = preview as L.Circle;
      const centre = this.#marker([shape.xM, shape.yM], 'centre');
      const edge = this.#marker([shape.xM + shape.radiusM, shape.yM], 'radius');
      centre.on('drag', () => {
        const [x, y] = toPoint(centre.getLatLng());
        circle.setLatLng([y, x]);
        edge.setLatLng([y, x + shape.radiusM]);
      });
      centre.on('dragend', () => {
        const [xM, yM] = toPoint(centre.getLatLng());
        onChange({ ...shape, xM, yM });
      });
      const radius = () => {
        const [x, y] = toPoint(edge.getLatLng());
        return Math.max(0.5, Math.hypot(x - shape.xM, y - shape.yM));
      };
      edge.on('drag', () => circle.setRadius(radius()));
      edge.on('dragend', () => onChange({ ...shape, radiusM: radius() }));
      return;
    }
    const polygon = preview as L.Polygon;
    const ring = shape.rings[0]!;
    const holes = shape.rings.slice(1);
    const redraw = (next: Point[]) => polygon.setLatLngs([next, ...holes].map((points) => points.map(toLatLng)));
    const commit = (next: Point[]) => onChange({ type: 'polygon', rings: [next, ...holes] });
    ring.forEach((corner, index) => {
      const marker = this.#marker(corner, index === 0 ? 'corner first' : 'corner');
      const moved = () => ring.map((point, at) => (at === index ? toPoint(marker.getLatLng()) : point));
      marker.on('drag', () => redraw(moved()));
      marker.on('dragend', () => commit(moved()));
      marker.on('dblclick', (event) => {
        L.DomEvent.stop(event);
        if (ring.length > 3) commit(ring.filter((_, at) => at !== index));
      });
      const next = ring[(index + 1) % ring.length]!;
      const middle = this.#marker([(corner[0] + next[0]) / 2, (corner[1] + next[1]) / 2], 'middle', 10);
      const inserted = () => [...ring.slice(0, index + 1), toPoint(middle.getLatLng()), ...ring.slice(index + 1)];
      middle.on('drag', () => redraw(inserted()));
      middle.on('dragend', () => commit(inserted()));
    });
  }

  showPoint(at: Point, onChange: (at: Point) => void, onDrag?: (at: Point) => void): void {
    this.#handles.clearLayers();
    const marker = this.#marker(at, 'gateway-handle', 20);
    if (onDrag !== undefined) marker.on('drag', () => onDrag(toPoint(marker.getLatLng())));
    marker.on('dragend', () => onChange(toPoint(marker.getLatLng())));
  }

  #gesture(handlers: L.LeafletEventHandlerFnMap, keys: (event: KeyboardEvent) => void): void {
    this.cancel();
    const { map } = this.#view;
    map.doubleClickZoom.disable();
    map.on(handlers);
    document.addEventListener('keydown', keys);
    this.#stopGesture = () => {
      map.off(handlers);
      document.removeEventListener('keydown', keys);
      // Not at once: the double click that ended the drawing would still zoom.
      setTimeout(() => map.doubleClickZoom.enable(), 300);
    };
  }

  place(onDone: (at: Point) => void, onCancel: () => void): void {
    this.#gesture(
      {
        click: (event: L.LeafletMouseEvent) => {
          this.cancel();
          onDone(toPoint(event.latlng));
        },
      },
      (event) => {
        if (event.key !== 'Escape') return;
        this.cancel();
        onCancel();
      },
    );
  }

  drawCircle(coupon: boolean, onDone: (shape: Shape) => void, onCancel: () => void): void {
    const { map } = this.#view;
    let centre: Point | undefined;
    let circle: L.Circle | undefined;
    const radiusTo = ([x, y]: Point) => Math.hypot(x - centre![0], y - centre![1]);
    this.#gesture(
      {
        click: (event: L.LeafletMouseEvent) => {
          const at = toPoint(event.latlng);
          if (centre === undefined) {
            centre = at;
            circle = L.circle(toLatLng(at), {
              radius: DEFAULT_RADIUS_M,
              className: `draft-line ${coupon ? 'coupon' : ''}`,
              interactive: false,
            }).addTo(this.#sketch);
            return;
          }
          const radiusM = radiusTo(at);
          const [xM, yM] = centre;
          this.cancel();
          onDone({ type: 'circle', xM, yM, radiusM: radiusM < 0.5 ? DEFAULT_RADIUS_M : radiusM });
        },
        mousemove: (event: L.LeafletMouseEvent) => {
          if (centre !== undefined) circle?.setRadius(Math.max(0.5, radiusTo(toPoint(event.latlng))));
        },
      },
      (event) => {
        if (event.key !== 'Escape') return;
        this.cancel();
        onCancel();
      },
    );
    map.getContainer().focus({ preventScroll: true });
  }

  drawPolygon(
    coupon: boolean,
    onDone: (shape: Shape) => void,
    onCancel: () => void,
    onReport: (report: DrawReport) => void,
  ): void {
    const { map } = this.#view;
    let corners: Point[] = [];
    let cursor: Point | undefined;
    const redraw = () => {
      this.#sketch.clearLayers();
      if (corners.length === 0) return;
      const ring = cursor === undefined ? corners : [...corners, cursor];
      const faulty = corners.length >= 3 && crossingSides(corners) !== undefined;
      L.polygon(ring.map(toLatLng), {
        className: `draft-line ${coupon ? 'coupon' : ''} ${faulty ? 'faulty' : ''}`,
        interactive: false,
      }).addTo(this.#sketch);
      corners.forEach((corner, index) => {
        L.marker(toLatLng(corner), {
          pane: 'handles',
          interactive: false,
          keyboard: false,
          icon: handleIcon(index === 0 ? 'first' : ''),
        }).addTo(this.#sketch);
      });
    };
    const report = () =>
      onReport({ corners: corners.length, crossing: corners.length >= 4 ? crossingSides(corners) : undefined });
    const finish = () => {
      if (corners.length < 3 || crossingSides(corners) !== undefined) {
        report();
        return;
      }
      const ring = corners;
      this.cancel();
      onDone({ type: 'polygon', rings: [ring] });
    };
    const nearFirst = (at: L.LatLng): boolean =>
      corners.length >= 3 &&
      map.latLngToContainerPoint(toLatLng(corners[0]!)).distanceTo(map.latLngToContainerPoint(at)) < CLOSE_PX;
    this.#gesture(
      {
        click: (event: L.LeafletMouseEvent) => {
          if (nearFirst(event.latlng)) return finish();
          const at = toPoint(event.latlng);
          const last = corners.at(-1);
          // The second click of a double click adds no corner.
          if (last !== undefined && Math.hypot(at[0] - last[0], at[1] - last[1]) < 0.05) return;
          corners = [...corners, at];
          report();
          redraw();
        },
        dblclick: finish,
        mousemove: (event: L.LeafletMouseEvent) => {
          cursor = toPoint(event.latlng);
          redraw();
        },
      },
      (event) => {
        if (event.target instanceof HTMLInputElement) return;
        if (event.key === 'Enter') {
          event.preventDefault();
          finish();
        } else if (event.key === 'Backspace') {
          event.preventDefault();
          corners = corners.slice(0, -1);
          report();
          redraw();
        } else if (event.key === 'Escape') {
          this.cancel();
          onCancel();
        }
      },
    );
    map.getContainer().focus({ preventScroll: true });
    report();
  }
}
