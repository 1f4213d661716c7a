/**
 * heatmap.js 2.0.5 behind one function. Three things of it are mended here:
 * it assigns to `ImageData.data`, which throws in a module; it lays cells over each other so that sums saturate;
 * and its scale then means nothing. Here overlapping cones add up ('lighter'), normalised so that an even field of
 * value v is drawn as v, and the legend can name numbers.
 */
import h337 from 'heatmap.js';

export interface HeatCell {
  /** Lower left corner. */
  xM: number;
  yM: number;
  value: number;
}
export interface HeatField {
  cellM: number;
  cells: HeatCell[];
}

/** Cells of smoothing: enough to hide the grid, little enough to keep a shop's front apart from its back. */
const CONE_CELLS = 2.4;
const STOPS_LIGHT = { 0: '#fde3cf', 0.25: '#f9b384', 0.5: '#ee6a4d', 0.75: '#b92c5a', 1: '#5a1560' };
const STOPS_DARK = { 0: '#3b1550', 0.25: '#7d1f6c', 0.5: '#cf3f5c', 0.75: '#f98a4b', 1: '#fdeaa8' };
export const heatStops = (dark: boolean): Record<number, string> => (dark ? STOPS_DARK : STOPS_LIGHT);

const REACH = Math.floor(CONE_CELLS);
const weightAt = (dx: number, dy: number): number => Math.max(0, 1 - Math.hypot(dx, dy) / CONE_CELLS);
const WEIGHTS: [number, number, number][] = [];
for (let dx = -REACH; dx <= REACH; dx++) {
  for (let dy = -REACH; dy <= REACH; dy++) {
    if (weightAt(dx, dy) > 0) WEIGHTS.push([dx, dy, weightAt(dx, dy)]);
  }
}
const WEIGHT_SUM = WEIGHTS.reduce((sum, [, , weight]) => sum + weight, 0);

/** The value at the top of the scale: the 99th percentile of the smoothed field, so that one hot spot does not pale the rest. */
export function scaleTop({ cellM, cells }: HeatField): number {
  const grid = new Map<string, number>();
  for (const cell of cells) grid.set(`${Math.round(cell.xM / cellM)},${Math.round(cell.yM / cellM)}`, cell.value);
  const smoothed: number[] = [];
  for (const key of grid.keys()) {
    const [x, y] = key.split(',').map(Number) as [number, number];
    let sum = 0;
    for (const [dx, dy, weight] of WEIGHTS) sum += weight * (grid.get(`${x + dx},${y + dy}`) ?? 0);
    smoothed.push(sum / WEIGHT_SUM);
  }
  smoothed.sort((a, b) => a - b);
  return smoothed[Math.min(smoothed.length - 1, Math.floor(smoothed.length * 0.99))] ?? 0;
}

export interface HeatCanvas {
  canvas: HTMLCanvasElement;
  draw: (field: HeatField | null, top: number, dark: boolean) => void;
}

/** A canvas that covers a floor of this size; the map scales it. */
export function createHeatCanvas(widthM: number, heightM: number): HeatCanvas {
  const pxPerM = Math.min(12, 1_800 / Math.max(widthM, heightM));
  const width = Math.max(1, Math.round(widthM * pxPerM));
  const height = Math.max(1, Math.round(heightM * pxPerM));
  const canvas = document.createElement('canvas');
  const palettes = new Map<boolean, Uint8ClampedArray>();
  const make = (dark: boolean) =>
    h337.create({
      container: document.createElement('div'),
      canvas,
      width,
      height,
      radius: 10,
      blur: 1,
      gradient: heatStops(dark),
    });
  const paletteOf = (dark: boolean): Uint8ClampedArray => {
    let palette = palettes.get(dark);
    if (palette === undefined) {
      palette = make(dark)._renderer._palette;
      palettes.set(dark, palette);
    }
    return palette;
  };
  paletteOf(true);
  paletteOf(false);
  const heatmap = make(false);
  const renderer = heatmap._renderer;
  renderer.shadowCtx.globalCompositeOperation = 'lighter';
  renderer._colorize = () => {
    const image = renderer.shadowCtx.getImageData(0, 0, width, height);
    const pixels = image.data;
    const palette = renderer._palette;
    for (let i = 3; i < pixels.length; i += 4) {
      const alpha = pixels[i]!;
      if (alpha === 0) continue;
      pixels[i - 3] = palette[alpha * 4]!;
      pixels[i - 2] = palette[alpha * 4 + 1]!;
      pixels[i - 1] = palette[alpha * 4 + 2]!;
      pixels[i] = Math.min(215, 24 + alpha * 2);
    }
    renderer.ctx.putImageData(image, 0, 0);
  };
  return {
    canvas,
    draw(field, top, dark) {
      renderer._palette = paletteOf(dark);
      if (field === null || field.cells.length === 0 || top <= 0) {
        renderer.ctx.clearRect(0, 0, width, height);
        return;
      }
      const radius = Math.max(2, Math.round(CONE_CELLS * field.cellM * pxPerM));
      const max = top * WEIGHT_SUM;
      const data = [];
      for (const cell of field.cells) {
        const x = Math.round((cell.xM + field.cellM / 2) * pxPerM);
        const y = Math.round(height - (cell.yM + field.cellM / 2) * pxPerM);
        // heatmap.js lifts whatever is under 1 % to 1 %, which would add up to a haze.
        if (x < 0 || y < 0 || x >= width || y >= height || cell.value / max < 0.006) continue;
        data.push({ x, y, value: cell.value, radius });
      }
      if (data.length === 0) renderer.ctx.clearRect(0, 0, width, height);
      else heatmap.setData({ min: 0, max, data });
    },
  };
}
