/** Amounts are whole minor units of the site's currency: hellers, groszy, cents. Pure. */

export const DEFAULT_CURRENCY = 'EUR';

const digitsOf = new Map<string, number>();

/** Decimals of a currency: 2 for most, 0 for JPY, 3 for BHD. */
export function minorDigits(currency: string): number {
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    digits = maximumFractionDigits ?? 2;
    digitsOf.set(currency, digits);
  }
  return digits;
}

export const toMinor = (amount: number, currency: string): number => Math.round(amount * 10 ** minorDigits(currency));
export const fromMinor = (amountMinor: number, currency: string): number => amountMinor / 10 ** minorDigits(currency);

/** Largest basket in minor units: ten million crowns or euros. */
export const MAX_AMOUNT_MINOR = 1_000_000_000;

/**
 * As a person or a spreadsheet writes it: digits with a comma or a point before the decimals, spaces between thousands.
 * Undefined where it is no amount, or has more decimals than the currency.
 */
export function parseAmount(text: string, currency: string): number | undefined {
  const match = /^(\d{1,10})(?:[.,](\d+))?$/.exec(text.replaceAll(/[\s\u00a0\u202f]/g, ''));
  if (match === null) return undefined;
  const digits = minorDigits(currency);
  const decimals = match[2] ?? '';
  if (decimals.length > digits) return undefined;
  const minor = Number(match[1]) * 10 ** digits + Number(decimals.padEnd(digits, '0') || '0');
  return minor <= MAX_AMOUNT_MINOR ? minor : undefined;
}
