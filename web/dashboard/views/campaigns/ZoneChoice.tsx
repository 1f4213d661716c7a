/** Any of several zones triggers. What a campaign already holds is never left off the list. */
import { useId, useState } from 'preact/hooks';
import type { Zone } from '../../../../server/contract/model.ts';
import { t } from '../../i18n/t.ts';

export function ZoneChoice(props: {
  zones: Zone[];
  chosen: string[];
  fault: string | undefined;
  onChange: (zoneIds: string[]) => void;
}) {
  const saidId = useId();
  const { chosen } = props;
  // A campaign made elsewhere may name a shop, or a zone that is gone.
  const [held] = useState(chosen);
  const coupons = props.zones.filter(({ kind }) => kind === 'coupon');
  const shown = [
    ...coupons,
    ...held
      .filter((id) => coupons.every((zone) => zone.id !== id))
      .map((id) => props.zones.find((zone) => zone.id === id) ?? { id, name: id, kind: 'other' as const }),
  ];
  return (
    <fieldset class="field checks" aria-describedby={saidId}>
      <legend class="label">{t('campaign.zones')}</legend>
      <div class="check-list">
        {shown.map(({ id, name, kind }) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={(event) =>
                props.onChange(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
              }
            />
            <i class={`swatch ${kind}`} />
            <span>{name}</span>
          </label>
        ))}
      </div>
      <span id={saidId} class={props.fault === undefined ? 'hint' : 'fault'}>
        {props.fault ?? t(shown.length === 0 ? 'campaign.zoneHint' : 'campaign.zonesHint')}
      </span>
    </fieldset>
  );
}
