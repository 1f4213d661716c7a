/** Colours of the expected error: lighter is better by day, darker is better by night; brightness alone tells them apart. */

/** Upper ends in metres; the last class has none. A shop window, a counter, a shop, a large shop. */
export const ERROR_STEPS_M = [2, 3, 5, 10] as const;
const LIGHT = ['#e4f4ee', '#bde2dc', '#8cc5d7', '#74a2d6', '#957cc2'];
const DARK = ['#12302e', '#1a4856', '#2b6288', '#557fb8', '#9d88da'];

export const errorColours = (dark: boolean): readonly string[] => (dark ? DARK : LIGHT);

export function errorClass(errorM: number): number {
  const at = ERROR_STEPS_M.findIndex((step) => errorM <= step);
  return at < 0 ? ERROR_STEPS_M.length : at;
}

export const hatchColour = (dark: boolean): string => (dark ? 'rgb(238 241 244 / 45%)' : 'rgb(20 24 29 / 38%)');
