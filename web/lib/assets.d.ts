declare module '*.css';
declare module '@fontsource-variable/inter';

declare module 'heatmap.js' {
  interface Point {
    x: number;
    y: number;
    value: number;
    radius?: number;
  }
  interface Renderer {
    shadowCtx: CanvasRenderingContext2D;
    ctx: CanvasRenderingContext2D;
    _palette: Uint8ClampedArray;
    _colorize: () => void;
  }
  export interface Heatmap {
    _renderer: Renderer;
    setData(data: { min: number; max: number; data: Point[] }): Heatmap;
  }
  const h337: {
    create(config: {
      container: HTMLElement;
      canvas: HTMLCanvasElement;
      width: number;
      height: number;
      radius: number;
      blur: number;
      gradient: Record<number, string>;
    }): Heatmap;
  };
  export default h337;
}

declare module '*.svg?url' {
  const url: string;
  export default url;
}
