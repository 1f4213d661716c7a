/** A gateway of the inbox is put where it hangs: floor, a tap on the plan, done. */
import { useState } from 'preact/hooks';
import type { Gateway, Point, Site } from '../../../../server/contract/model.ts';
import type { ApiError } from '../../../lib/api.ts';
import { Field } from '../../components/controls.tsx';
import { chosenFloor, FloorChoice } from '../../components/FloorChoice.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Empty, Fault, Loading, Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { asApiError } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import { inbox, inboxFault, loadInbox } from '../../state/inbox.ts';
import { usePlan } from '../../state/plan.ts';
import { go, hrefWithin } from '../../state/router.ts';
import { PlacePicker } from './PlacePicker.tsx';

/** Under a usual ceiling. */
const USUAL_HEIGHT_M = 2.5;
const AXES = ['x', 'y'] as const;

export default function PlaceGateway({ site, id }: { site: Site; id: string }) {
  const plan = usePlan(site.id);
  const one = inbox.value?.find((waiting) => waiting.id === id);
  const [name, setName] = useState<string>();
  const [pin, setPin] = useState<{ floorId: string; at: Point }>();
  const [heightM, setHeightM] = useState(USUAL_HEIGHT_M);
  const [fault, setFault] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const back = hrefWithin(site.id, 'gateways', ['inbox']);
  const floors = plan.data?.floors ?? [];
  const floor = chosenFloor(floors);
  const at = pin !== undefined && pin.floorId === floor?.id ? pin.at : undefined;

  if (plan.error !== undefined && plan.data === undefined) return <Fault error={plan.error} retry={plan.reload} />;
  if (inbox.value === undefined && inboxFault.value !== undefined)
    return <Fault error={inboxFault.value} retry={() => void loadInbox(site.id)} />;
  if (inbox.value === undefined || plan.data === undefined) return <Loading lines={6} />;
  if (one === undefined)
    return (
      <Empty
        icon="gateways"
        title={t('inbox.gone')}
        action={
          <a class="button" href={back}>
            {t('gateways.toInbox')}
          </a>
        }
      >
        {t('inbox.goneHow')}
      </Empty>
    );
  if (floor === undefined)
    return (
      <Empty icon="layers" title={t('inbox.noFloors')}>
        {t('floor.noneHow')}
      </Empty>
    );
  const called = name ?? one.suggestedName;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (at === undefined) return;
    setBusy(true);
    setFault(undefined);
    const gateway: Gateway = {
      id,
      name: called.trim(),
      floorId: floor.id,
      xM: at[0],
      yM: at[1],
      zM: heightM,
      enabled: true,
    };
    try {
      await ofSite(site.id).putGateway(gateway);
      inbox.value = inbox.value?.filter((waiting) => waiting.id !== id);
      toast(t('inbox.placed', { name: called }));
      go(back);
      void loadInbox(site.id);
    } catch (error) {
      setFault(asApiError(error));
      setBusy(false);
    }
  };
  const faultOf = (field: string) => (fault?.path === `body.${field}` ? fault.message : undefined);
  const elsewhere = fault !== undefined && !['name', 'zM'].some((field) => faultOf(field) !== undefined);
  return (
    <form onSubmit={submit}>
      <PageHead title={t('inbox.placing', { name: called })}>
        <FloorChoice floors={floors} floor={floor} />
        <a class="button" href={back}>
          {t('action.cancel')}
        </a>
      </PageHead>
      <div class="placing">
        <div class="card placing-map">
          <PlacePicker
            floor={floor}
            zones={plan.data.zones}
            gateways={plan.data.gateways}
            pin={at}
            onPin={(next) => setPin({ floorId: floor.id, at: next })}
            label={t('inbox.mapLabel', { floor: floor.name })}
            note={at === undefined ? t('inbox.tap') : undefined}
          />
        </div>
        <div class="card card-body form placing-form">
          <Field label={t('inbox.name')} fault={faultOf('name')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                required
                maxLength={120}
                value={called}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          <div class="form-row three">
            {AXES.map((axis, index) => (
              <Field key={axis} label={t(`inbox.${axis}`)}>
                {(ids) => (
                  <input
                    {...ids}
                    class="input num"
                    type="number"
                    inputMode="decimal"
                    step={0.01}
                    min={0}
                    max={index === 0 ? floor.widthM : floor.heightM}
                    value={at?.[index] ?? ''}
                    onChange={(event) => {
                      const typed = event.currentTarget.valueAsNumber;
                      if (Number.isNaN(typed)) return;
                      const [x, y] = at ?? [floor.widthM / 2, floor.heightM / 2];
                      setPin({ floorId: floor.id, at: index === 0 ? [typed, y] : [x, typed] });
                    }}
                  />
                )}
              </Field>
            ))}
            <Field label={t('inbox.z')} fault={faultOf('zM')}>
              {(ids) => (
                <input
                  {...ids}
                  class="input num"
                  type="number"
                  inputMode="decimal"
                  step={0.1}
                  min={0}
                  max={50}
                  required
                  value={heightM}
                  onInput={(event) => {
                    const typed = event.currentTarget.valueAsNumber;
                    if (!Number.isNaN(typed)) setHeightM(typed);
                  }}
                />
              )}
            </Field>
          </div>
          {elsewhere && <Notice tone="bad">{t('fault.said', { message: fault.message })}</Notice>}
          <button type="submit" class="button primary big" disabled={at === undefined || busy}>
            {t('inbox.here')}
          </button>
        </div>
      </div>
    </form>
  );
}
