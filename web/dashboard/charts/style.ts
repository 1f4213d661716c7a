/** Colours and frames that all charts share, read from the tokens at drawing time. */
import { token } from '../state/theme.ts';

export const FONT = 'Inter Variable, system-ui, sans-serif';

export const colours = () => ({
  accent: token('accent'),
  text: token('text'),
  text2: token('text-2'),
  text3: token('text-3'),
  line: token('line'),
  lineStrong: token('line-strong'),
  surface: token('surface'),
  surface3: token('surface-3'),
  coupon: token('coupon'),
});

export const tooltipStyle = () => {
  const c = colours();
  return {
    backgroundColor: c.surface,
    borderColor: c.line,
    borderWidth: 1,
    padding: [8, 12],
    textStyle: { color: c.text, fontFamily: FONT, fontSize: 13 },
    extraCssText: 'border-radius:8px;box-shadow:0 8px 24px rgb(0 0 0 / 18%)',
    confine: true,
  };
};

/** Diagonal lines: nothing was measured here. */
export const outageStyle = () => ({
  color: 'rgba(0,0,0,0)',
  decal: {
    symbol: 'rect',
    color: colours().lineStrong,
    dashArrayX: [1, 0],
    dashArrayY: [1.5, 5],
    rotation: -Math.PI / 4,
  },
});
/** Dots: measured, but too few carriers to show. */
export const suppressedStyle = () => ({
  color: 'rgba(0,0,0,0)',
  decal: { symbol: 'circle', symbolSize: 0.5, color: colours().lineStrong, dashArrayX: [[6, 6]], dashArrayY: [6, 6] },
});
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
