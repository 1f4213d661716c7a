/** Expected accuracy painted on a floor: coloured cells, weak ones hatched, blind ones hatched both ways, places for one more gateway. */
import L from 'leaflet';
import type { CoverageMap, CoverageProposal } from '../../../server/contract/coverage.ts';
import type { Floor } from '../../../server/contract/model.ts';
import { errorClass, errorColours, hatchColour } from './accuracyScale.ts';
import { CanvasOverlay, type FloorView, toLatLng, toPoint } from './floorView.ts';

/** Fine enough for hatching on a wide screen, small enough for a phone's memory. */
const LONGEST_PX = 1_600;
const MAX_PX_PER_M = 40;
const HATCH_PX = 10;
const HATCH_WIDTH_PX = 1.6;
/** On a phone the best place's label would cover the others; the list says it as well. */
const ROOM_FOR_LABEL_PX = 560;

export interface CellAt {
  errorM: number;
  gateways: number;
}
export interface ProposalMarker {
  proposal: CoverageProposal;
  /** On the map at all times for the best, on demand for the others. */
  label: string;
}

function hatch(context: CanvasRenderingContext2D, dark: boolean, bothWays: boolean): CanvasPattern {
  const tile = document.createElement('canvas');
  tile.width = HATCH_PX;
  tile.height = HATCH_PX;
  const pen = tile.getContext('2d')!;
  pen.strokeStyle = hatchColour(dark);
  pen.lineWidth = HATCH_WIDTH_PX;
  pen.beginPath();
  // Beyond the tile's corners, so that lines join where tiles meet.
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    pen.moveTo(shift - 1, HATCH_PX + 1);
    pen.lineTo(shift + HATCH_PX + 1, -1);
    if (bothWays) {
      pen.moveTo(shift - 1, -1);
      pen.lineTo(shift + HATCH_PX + 1, HATCH_PX + 1);
    }
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat')!;
}

function paint(canvas: HTMLCanvasElement, map: CoverageMap, floor: Floor, dark: boolean): void {
  const pxPerM = Math.min(MAX_PX_PER_M, LONGEST_PX / Math.max(floor.widthM, floor.heightM));
  canvas.width = Math.max(1, Math.round(floor.widthM * pxPerM));
  canvas.height = Math.max(1, Math.round(floor.heightM * pxPerM));
  const context = canvas.getContext('2d')!;
  const colours = errorColours(dark);
  const [weak, blind] = [hatch(context, dark, false), hatch(context, dark, true)];
  for (const { xM, yM, errorM, gateways } of map.cells) {
    // To whole pixels, so that no seam shows between cells.
    const left = Math.round(xM * pxPerM);
    const right = Math.round(Math.min(floor.widthM, xM + map.cellM) * pxPerM);
    const top = Math.round((floor.heightM - Math.min(floor.heightM, yM + map.cellM)) * pxPerM);
    const bottom = Math.round((floor.heightM - yM) * pxPerM);
    context.fillStyle = colours[errorClass(errorM)]!;
    context.fillRect(left, top, right - left, bottom - top);
    if (gateways >= map.enoughGateways) continue;
    context.fillStyle = gateways === 0 ? blind : weak;
    context.fillRect(left, top, right - left, bottom - top);
  }
}

export class AccuracyLayer {
  /** What is expected under the pointer; undefined off the map. */
  onPoint: ((cell: CellAt | undefined) => void) | undefined;
  readonly #view: FloorView;
  readonly #markers: L.LayerGroup;
  readonly #canvas = document.createElement('canvas');
  #overlay: CanvasOverlay | undefined;
  #cells = new Map<string, CellAt>();
  #cellM = 1;

  constructor(view: FloorView) {
    this.#view = view;
    const { map } = view;
    for (const [name, zIndex] of [
      ['accuracy', 340],
      ['proposals', 470],
    ] as const)
      if (map.getPane(name) === undefined) map.createPane(name).style.zIndex = String(zIndex);
    map.getPane('accuracy')!.style.pointerEvents = 'none';
    this.#markers = L.layerGroup().addTo(map);
    map.on('mousemove', this.#pointed);
    map.on('click', this.#pointed);
    map.on('mouseout', this.#left);
  }

  stop(): void {
    this.#view.map.off('mousemove', this.#pointed);
    this.#view.map.off('click', this.#pointed);
    this.#view.map.off('mouseout', this.#left);
    this.#overlay?.remove();
    this.#markers.remove();
  }

  readonly #pointed = (event: L.LeafletMouseEvent): void => {
    const [xM, yM] = toPoint(event.latlng);
    this.onPoint?.(this.#cells.get(this.#keyOf(xM, yM)));
  };
  readonly #left = (): void => this.onPoint?.(undefined);
  #keyOf(xM: number, yM: number): string {
    return `${Math.floor(xM / this.#cellM + 1e-6)} ${Math.floor(yM / this.#cellM + 1e-6)}`;
  }

  draw(map: CoverageMap | undefined, floor: Floor, dark: boolean): void {
    this.#overlay?.remove();
    this.#overlay = undefined;
    this.#cells = new Map();
    if (map === undefined || map.floor !== floor.id) return;
    this.#cellM = map.cellM;
    for (const { xM, yM, errorM, gateways } of map.cells) this.#cells.set(this.#keyOf(xM, yM), { errorM, gateways });
    paint(this.#canvas, map, floor, dark);
    this.#overlay = new CanvasOverlay(
      this.#canvas,
      [
        [0, 0],
        [floor.heightM, floor.widthM],
      ],
      { pane: 'accuracy', className: 'accuracy-canvas' },
    ).addTo(this.#view.map);
  }

  /** Numbered as in the list beside the map, which says the same in words. */
  setProposals(markers: readonly ProposalMarker[]): void {
    this.#markers.clearLayers();
    markers.forEach(({ proposal, label }, index) => {
      const marker = L.marker(toLatLng([proposal.xM, proposal.yM]), {
        pane: 'proposals',
        keyboard: false,
        alt: label,
        icon: L.divIcon({ className: 'proposal-marker', html: `<b>${index + 1}</b>`, iconSize: [24, 24] }),
      });
      const permanent = index === 0 && this.#view.map.getSize().x >= ROOM_FOR_LABEL_PX;
      marker.bindTooltip(label, { className: 'map-tip', permanent, direction: 'auto', offset: [14, 0] });
      marker.addTo(this.#markers);
    });
  }
}
