/** A gateway that hears as one would hear elsewhere: where, and the plan corrected once somebody has looked. */
import { useState } from 'preact/hooks';
import type { GatewayElsewhere } from '../../../../server/contract/gatewayHealth.ts';
import type { Gateway, Point, Site } from '../../../../server/contract/model.ts';
import { formatDecimal, formatShare } from '../../../lib/format.ts';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { messageOf } from '../../state/asApiError.ts';
import { ofSite } from '../../state/endpoints.ts';
import type { Plan } from '../../state/plan.ts';
import { PlacePicker } from './PlacePicker.tsx';

const nameOf = (gateway: Gateway): string => gateway.name ?? gateway.id;
const placeOf = ({ floorId, xM, yM, zM }: Gateway) => ({ floorId, xM, yM, zM });

export function Elsewhere(props: {
  site: Site;
  plan: Plan;
  gateway: Gateway;
  elsewhere: GatewayElsewhere;
  onMoved: () => void;
}) {
  const { site, plan, gateway, elsewhere } = props;
  const { place } = elsewhere;
  const [pin, setPin] = useState<Point>([place.xM, place.yM]);
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const floor = plan.floors.find(({ id }) => id === place.floorId);
  const other = plan.gateways.find(({ id }) => id === elsewhere.swappedWith);
  const name = nameOf(gateway);
  if (floor === undefined) return null;
  const run = async (sure: string, changes: Gateway[], done: string) => {
    if (!confirm(sure)) return;
    setBusy(true);
    setFault(undefined);
    try {
      for (const change of changes) await ofSite(site.id).putGateway(change);
      toast(done);
    } catch (error) {
      setFault(messageOf(error));
    } finally {
      setBusy(false);
      props.onMoved();
    }
  };
  const move = () => {
    const [xM, yM] = pin;
    const where = { name, floor: floor.name, xM: formatDecimal(xM), yM: formatDecimal(yM) };
    void run(
      t('elsewhere.moveSure', where),
      [{ ...gateway, floorId: floor.id, xM, yM }],
      t('elsewhere.moved', { name }),
    );
  };
  const swap = (with_: Gateway) => {
    const names = { name, other: nameOf(with_) };
    void run(
      t('elsewhere.swapSure', names),
      [
        { ...gateway, ...placeOf(with_) },
        { ...with_, ...placeOf(gateway) },
      ],
      t('elsewhere.swapped', names),
    );
  };
  const title = other === undefined ? t('elsewhere.title') : t('elsewhere.swapTitle', { other: nameOf(other) });
  return (
    <section class="card elsewhere" aria-label={title}>
      <div class="card-head">
        <h2>{title}</h2>
        <span class="badge">{floor.name}</span>
      </div>
      <p class="lead card-lead">
        {t('elsewhere.sure', { share: formatShare(elsewhere.sure) })} {other === undefined && t('elsewhere.tap')}
      </p>
      <div class="gateway-map">
        <PlacePicker
          floor={floor}
          zones={plan.zones}
          gateways={plan.gateways.filter(({ id }) => id !== gateway.id)}
          pin={pin}
          onPin={(at) => other === undefined && setPin(at)}
          label={t('map.label', { floor: floor.name })}
          old={gateway.floorId === floor.id ? { at: [gateway.xM, gateway.yM], title: t('elsewhere.old') } : undefined}
        />
      </div>
      <div class="card-body elsewhere-do">
        {fault !== undefined && <Notice tone="bad">{t('fault.said', { message: fault })}</Notice>}
        {other === undefined ? (
          <button type="button" class="button primary" disabled={busy} onClick={move}>
            {t('elsewhere.moveIt')}
          </button>
        ) : (
          <button type="button" class="button primary" disabled={busy} onClick={() => swap(other)}>
            {t('elsewhere.swapIt')}
          </button>
        )}
      </div>
    </section>
  );
}
