/** The campaign's zones in yellow, and beside them those in which wrong fires really were. */
import { useMemo, useState } from 'preact/hooks';
import type { Floor, Site, Zone } from '../../../../server/contract/model.ts';
import type { Rehearsal } from '../../../../server/contract/rehearsal.ts';
import { formatShareFine } from '../../../lib/format.ts';
import { Segmented } from '../../components/controls.tsx';
import { t } from '../../i18n/t.ts';
import { FloorMap } from '../../map/FloorMap.tsx';

/** A zone that takes more of the fires than this is drawn strong. */
const MUCH_SPILL = 0.05;

export function SpillMap({
  rehearsal,
  floors,
  zones,
}: {
  site: Site;
  rehearsal: Rehearsal;
  floors: Floor[];
  zones: Zone[];
}) {
  const own = new Set(rehearsal.zones.map(({ zoneId }) => zoneId));
  const spill = new Map(
    rehearsal.spill.flatMap(({ zoneId, share }): [string, number][] => (zoneId === null ? [] : [[zoneId, share]])),
  );
  const touched = floors.filter((floor) =>
    zones.some((zone) => zone.floorId === floor.id && (own.has(zone.id) || spill.has(zone.id))),
  );
  const [chosen, choose] = useState<string>();
  const floor = touched.find(({ id }) => id === chosen) ?? touched[0];
  const looks = useMemo(
    () =>
      zones
        .filter((zone) => zone.floorId === floor?.id)
        .map((zone) => {
          const share = spill.get(zone.id);
          return {
            zone,
            className: own.has(zone.id)
              ? 'chosen'
              : share === undefined
                ? 'faded'
                : share > MUCH_SPILL
                  ? 'spill much'
                  : 'spill',
            title: share === undefined ? zone.name : `${zone.name}: ${formatShareFine(share)}`,
          };
        }),
    [zones, floor?.id, rehearsal],
  );
  const figures = useMemo(
    () => new Map([...spill].map(([zoneId, share]) => [zoneId, formatShareFine(share)])),
    [rehearsal],
  );
  if (floor === undefined) return null;
  return (
    <div class="spill-map">
      {touched.length > 1 && (
        <Segmented
          label={t('floor.label')}
          value={floor.id}
          options={touched.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={choose}
        />
      )}
      <FloorMap floor={floor} zones={looks} figures={figures} label={t('rehearsal.map', { floor: floor.name })} />
      <p class="map-key small muted">
        <span>
          <i class="swatch coupon" aria-hidden="true" />
          {t('rehearsal.keyOwn')}
        </span>
        {spill.size > 0 && (
          <span>
            <i class="swatch spill" aria-hidden="true" />
            {t('rehearsal.keySpill')}
          </span>
        )}
      </p>
    </div>
  );
}
