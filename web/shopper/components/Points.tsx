/** Points of the last twelve months, the tier, and how far the next one is. */
import { loyalty } from '../club.ts';
import { language, localeOf, words } from '../i18n/index.ts';
import { me } from '../state.ts';

export function Points() {
  const t = words.value;
  const held = loyalty.value;
  if (held === undefined) return null;
  const locale = localeOf(language.value);
  const number = (value: number) => value.toLocaleString(locale);
  const currency = me.value?.site.currency ?? 'EUR';
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: 0 });
  const perUnit = 10 ** (money.resolvedOptions().maximumFractionDigits ?? 2);
  const next = held.tiers.find(({ fromPoints }) => fromPoints > held.points);
  const from = held.tiers.find(({ tier }) => tier === held.tier)?.fromPoints ?? 0;
  const share = next === undefined ? 1 : (held.points - from) / (next.fromPoints - from);
  return (
    <section class={`points ${held.tier}`} aria-labelledby="points-title">
      <div class="points-head">
        <h2 id="points-title">{t.pointsTitle}</h2>
        <span class="tier">{t.tiers[held.tier]}</span>
      </div>
      <p class="points-count num">{number(held.points)}</p>
      <span class="points-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(2, share * 100)}%` }} />
      </span>
      <p class="points-next num">
        {next === undefined
          ? t.pointsTop
          : t.pointsToNext(number(next.fromPoints - held.points), t.tiers[next.tier] ?? next.tier)}
      </p>
      <p class="points-rule">{t.pointsText(money.format(held.minorPerPoint / perUnit))}</p>
    </section>
  );
}
