/**
 * heatmap.js 2.0.5 behind one function. Three things of it are mended here:
 * it assigns to `ImageData.data`, which throws in a module; it lays cells over each other so that sums saturate;
 * and its scale then means nothing. Here overlapping cones add up ('lighter'), normalised so that an even field of
 * value v is drawn as v, and the legend can name numbers.
 */
import h337, { type Heatmap } from 'heatmap.js';

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
/** A blur of this many cells spreads as a cone of that radius does. */
const BLUR_CELLS = 0.93;
/**
 * Two ways to the same picture. Discs, then a blur: a pixel sums two rounded numbers instead of twenty, so that pale and
 * even fields stay even. Cones: a lone cell may stand far above the scale's top before it is spread, which a disc would clip.
 */
const DISC_CELLS = 0.71;
const BLURS = 'filter' in CanvasRenderingContext2D.prototype;
/** More than this share clipped, and the field is one of lone cells. */
const CLIPPED_SHARE = 0.01;
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
  const smoothed = document.createElement('canvas');
  smoothed.width = width;
  smoothed.height = height;
  const smooth = smoothed.getContext('2d', { willReadFrequently: true })!;
  let blurPx = 0;

  const make = (blur: 0 | 1, dark: boolean): Heatmap => {
    const heatmap = h337.create({
      container: document.createElement('div'),
      canvas,
      width,
      height,
      radius: 10,
      blur,
      gradient: heatStops(dark),
    });
    const renderer = heatmap._renderer;
    renderer.shadowCtx.globalCompositeOperation = 'lighter';
    renderer._colorize = () => {
      smooth.clearRect(0, 0, width, height);
      if (BLURS) smooth.filter = blurPx > 0 ? `blur(${blurPx}px)` : 'none';
      smooth.drawImage(renderer.shadowCtx.canvas, 0, 0);
      const image = smooth.getImageData(0, 0, width, height);
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
    return heatmap;
  };
  const palettes = { light: make(1, false)._renderer._palette, dark: make(1, true)._renderer._palette };
  const discs = make(0, false);
  const cones = make(1, false);
  const clear = () => canvas.getContext('2d')!.clearRect(0, 0, width, height);

  return {
    canvas,
    draw(field, top, dark) {
      if (field === null || field.cells.length === 0 || top <= 0) {
        clear();
        return;
      }
      const cellPx = field.cellM * pxPerM;
      const discPx = Math.max(2, Math.round(DISC_CELLS * cellPx));
      // How often an even field covers each pixel.
      const discOverlap = (Math.PI * discPx ** 2) / cellPx ** 2;
      const clipped = field.cells.filter(({ value }) => value > top * discOverlap).length;
      const asDiscs = BLURS && clipped <= field.cells.length * CLIPPED_SHARE;
      const heatmap = asDiscs ? discs : cones;
      heatmap._renderer._palette = dark ? palettes.dark : palettes.light;
      blurPx = asDiscs ? BLUR_CELLS * cellPx : 0;
      const radius = asDiscs ? discPx : Math.max(2, Math.round(CONE_CELLS * cellPx));
      const max = top * (asDiscs ? discOverlap : WEIGHT_SUM);
      const data = [];
      for (const cell of field.cells) {
        const x = Math.round((cell.xM + field.cellM / 2) * pxPerM);
        const y = Math.round(height - (cell.yM + field.cellM / 2) * pxPerM);
        // heatmap.js lifts whatever is under 1 % to 1 %, which would add up to a haze.
        if (x < 0 || y < 0 || x >= width || y >= height || cell.value / max < 0.006) continue;
        data.push({ x, y, value: cell.value, radius });
      }
      if (data.length === 0) clear();
      else heatmap.setData({ min: 0, max, data });
    },
  };
}
