import type { Floor } from '../../../server/contract/model.ts';
import { t } from '../i18n/t.ts';
import { param, setParams } from '../state/router.ts';
import { Segmented, Select } from './controls.tsx';

/** More would wrap on a phone. */
const MAX_SEGMENTS = 5;

/** The ground floor, or the one nearest to it. */
const groundFloor = (floors: Floor[]): Floor | undefined =>
  [...floors].sort((a, b) => Math.abs(a.level) - Math.abs(b.level))[0];

export const chosenFloor = (floors: Floor[]): Floor | undefined =>
  floors.find((floor) => floor.id === param('floor')) ?? groundFloor(floors);

export function FloorChoice({ floors, floor }: { floors: Floor[]; floor: Floor }) {
  if (floors.length < 2) return null;
  const options = [...floors].sort((a, b) => a.level - b.level).map(({ id, name }) => ({ value: id, label: name }));
  const short = options.every(({ label }) => label.length <= 4 + 24 / options.length);
  const choose = (id: string) => setParams({ floor: id });
  return options.length <= MAX_SEGMENTS && short ? (
    <Segmented label={t('floor.label')} value={floor.id} options={options} onChange={choose} />
  ) : (
    <Select label={t('floor.label')} value={floor.id} options={options} onChange={choose} />
  );
}
