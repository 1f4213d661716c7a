/** A floor on which a place is chosen by a tap, or by Enter for the middle of what is shown. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Floor, Gateway, Point, Zone } from '../../../../server/contract/model.ts';
import { FloorMap } from '../../map/FloorMap.tsx';
import type { FloorView } from '../../map/floorView.ts';
import { Walking } from '../../map/walking.ts';
import { snapshot } from '../../state/live.ts';
import { roundPoint } from '../editor/model.ts';
import { gatewayLooks } from './condition.ts';

export interface OldPlace {
  at: Point;
  title: string;
}

export function PlacePicker(props: {
  floor: Floor;
  zones: Zone[];
  gateways: Gateway[];
  pin: Point | undefined;
  onPin: (at: Point) => void;
  label: string;
  note?: string | undefined;
  /** Where it is on the plan now, joined with the new place. */
  old?: OldPlace | undefined;
}) {
  const { floor, pin, old } = props;
  const [view, setView] = useState<FloorView>();
  const drawn = useRef<Walking | undefined>(undefined);
  const onPin = useRef(props.onPin);
  onPin.current = props.onPin;
  const looks = useMemo(
    () => props.zones.filter(({ floorId }) => floorId === floor.id).map((zone) => ({ zone, className: 'faded' })),
    [props.zones, floor.id],
  );
  const others = useMemo(
    () =>
      gatewayLooks(
        props.gateways.filter(({ floorId }) => floorId === floor.id),
        snapshot.peek(),
        false,
      ),
    [props.gateways, floor.id],
  );
  useEffect(() => {
    if (view === undefined) return undefined;
    const made = new Walking(view, ([x, y]) => {
      const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
      onPin.current(roundPoint([within(x, floor.widthM), within(y, floor.heightM)]));
    });
    drawn.current = made;
    return () => {
      drawn.current = undefined;
      made.stop();
    };
  }, [view, floor]);
  useEffect(() => {
    drawn.current?.setPin(pin);
    drawn.current?.setTrail(
      old === undefined
        ? []
        : [
            { at: old.at, look: 'waiting' as const, title: old.title },
            ...(pin === undefined ? [] : [{ at: pin, look: 'sent' as const, title: '' }]),
          ],
    );
  }, [view, floor, pin, old?.at[0], old?.at[1], old?.title]);
  return (
    <FloorMap floor={floor} zones={looks} gateways={others} label={props.label} onView={setView}>
      {props.note !== undefined && <p class="map-note small">{props.note}</p>}
    </FloorMap>
  );
}
