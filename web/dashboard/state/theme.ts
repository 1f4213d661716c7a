import { effect, signal } from '@preact/signals';
import { applyTheme, isDark, storedTheme, type Theme } from '../../lib/theme.ts';

export const theme = signal<Theme>(storedTheme());
export const dark = signal(false);

effect(() => {
  applyTheme(theme.value);
  dark.value = isDark();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  dark.value = isDark();
});

/** A colour of tokens.css as it is now, for canvases that do not read style sheets. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
