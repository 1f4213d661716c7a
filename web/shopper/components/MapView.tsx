/** The mall on the phone: drawn from its shapes, moved by a finger, and told in words below. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MapFloor, MapZone, ShopperMap } from '../../../server/contract/shopper.ts';
import { ApiError } from '../../lib/api.ts';
import { shopper } from '../endpoints.ts';
import { words } from '../i18n/index.ts';
import { boxOf, fitted, labelAt, moved, pathOf, type View, zoomed } from '../mapView.ts';
import { errorText } from '../state.ts';
import { Icon } from './icons.tsx';

/** The server's levels change no faster. */
const RENEW_EVERY_MS = 30_000;
const LABEL_PX = 11;
/** How wide a mean letter is beside its height, as bold as names are drawn. */
const LETTER = 0.63;
const MIN_LABEL_LETTERS = 3;
/** A finger that lies still trembles by a few. */
const TAP_PX = 8;

/** Longest beginning of the name that fits, whole words preferred. */
function shortName(name: string, letters: number): string | undefined {
  if (name.length <= letters) return name;
  if (letters < MIN_LABEL_LETTERS + 1) return undefined;
  const cut = name.slice(0, letters);
  const space = cut.lastIndexOf(' ');
  // No "Oak &": what joins words ends no name.
  return space >= MIN_LABEL_LETTERS
    ? cut.slice(0, space).replace(/[^\p{L}\p{N}]+$/u, '')
    : `${name.slice(0, letters - 1)}…`;
}

const LEVELS = ['lively', 'normal', 'quiet'] as const;
const ORDER: Record<MapZone['kind'], number> = { corridor: 0, entrance: 1, other: 2, shop: 3, coupon: 4 };

function Drawing({
  floor,
  zones,
  chosen,
  onChoose,
}: {
  floor: MapFloor;
  zones: readonly MapZone[];
  chosen: string | undefined;
  onChoose: (zoneId: string | undefined) => void;
}) {
  const t = words.value;
  const box = boxOf(floor);
  const svg = useRef<SVGSVGElement>(null);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const dragged = useRef(0);
  const [widthPx, setWidthPx] = useState(350);
  const [view, setView] = useState<View>(box);
  useEffect(() => setView(box), [floor.id]);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidthPx(entry?.contentRect.width ?? 350));
    watch.observe(svg.current!);
    return () => watch.disconnect();
  }, []);
  const perPx = view.width / widthPx;
  const closeUp = view.width < box.width * 0.99;

  const at = (event: PointerEvent | WheelEvent) => {
    const area = svg.current!.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const zoomAt = (factor: number, px?: { x: number; y: number }) =>
    setView((now) => {
      const scale = now.width / widthPx;
      const centre = px ?? { x: widthPx / 2, y: now.height / scale / 2 };
      return fitted(zoomed(now, factor, now.x + centre.x * scale, now.y + centre.y * scale), box);
    });
  const onMove = (event: PointerEvent) => {
    const held = fingers.current;
    const before = held.get(event.pointerId);
    if (before === undefined) return;
    const here = at(event);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(here.x - other.x, here.y - other.y);
      if (was > 0 && is > 0) zoomAt(was / is, { x: (here.x + other.x) / 2, y: (here.y + other.y) / 2 });
    } else if (closeUp)
      setView((now) => fitted(moved(now, (before.x - here.x) * perPx, (before.y - here.y) * perPx), box));
    dragged.current += Math.hypot(here.x - before.x, here.y - before.y);
    held.set(event.pointerId, here);
  };
  const lift = (event: PointerEvent) => fingers.current.delete(event.pointerId);
  const tap = (event: PointerEvent) => {
    if (lift(event) && fingers.current.size === 0 && dragged.current < TAP_PX)
      onChoose((event.target as Element).closest('[data-zone]')?.getAttribute('data-zone') ?? undefined);
  };

  const sorted = [...zones].sort((a, b) => ORDER[a.kind] - ORDER[b.kind]);
  const label = (zone: MapZone) => {
    const place = labelAt(zone.shape, box);
    const letters = Math.floor(place.width / perPx / (LABEL_PX * LETTER));
    const text = zone.kind === 'corridor' || zone.kind === 'coupon' ? undefined : shortName(zone.name, letters);
    if (text === undefined || place.height / perPx < LABEL_PX * 1.4) return null;
    return (
      <text
        key={`${zone.id}-name`}
        class={`map-name ${zone.liveliness ?? 'unknown'}`}
        x={place.x}
        y={place.y}
        font-size={LABEL_PX * perPx}
        stroke-width={2.5 * perPx}
      >
        {text}
      </text>
    );
  };
  return (
    <>
      <div class={`map ${closeUp ? 'close-up' : ''}`}>
        {/* Everything that it shows stands in the list below, which the keyboard reaches. */}
        <svg
          ref={svg}
          viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
          style={{ aspectRatio: `${box.width} / ${box.height}` }}
          role="img"
          aria-label={t.mapOf(floor.name)}
          onPointerDown={(event) => {
            fingers.current.set(event.pointerId, at(event));
            dragged.current = 0;
          }}
          onPointerMove={onMove}
          onPointerUp={tap}
          onPointerCancel={lift}
          onPointerLeave={lift}
          onWheel={(event) => {
            if (!event.ctrlKey && !closeUp && event.deltaY > 0) return;
            event.preventDefault();
            zoomAt(event.deltaY > 0 ? 1.2 : 1 / 1.2, at(event));
          }}
        >
          {floor.outline === null ? (
            <rect class="map-floor" x={0} y={0} width={floor.widthM} height={floor.heightM} rx={0.5} />
          ) : (
            <path class="map-floor" d={pathOf(floor.outline, box)} fill-rule="evenodd" />
          )}
          {floor.image !== null && (
            <image
              href={floor.image.url}
              x={floor.image.xM}
              y={box.flip - floor.image.yM - floor.image.heightM}
              width={floor.image.widthM}
              height={floor.image.heightM}
            />
          )}
          {sorted
            .filter((zone) => zone.kind !== 'coupon')
            .map((zone) => (
              <path
                key={zone.id}
                data-zone={zone.id}
                class={`map-zone ${zone.kind} ${zone.liveliness ?? 'unknown'} ${chosen === zone.id ? 'chosen' : ''}`}
                d={pathOf(zone.shape, box)}
                fill-rule="evenodd"
              />
            ))}
          <path
            class="map-walls"
            d={floor.walls.map(([x1, y1, x2, y2]) => `M${x1} ${box.flip - y1}L${x2} ${box.flip - y2}`).join('')}
          />
          {sorted
            .filter((zone) => zone.coupon)
            .map((zone) => (
              <path
                key={`${zone.id}-coupon`}
                data-zone={zone.id}
                class={`map-coupon ${chosen === zone.id ? 'chosen' : ''}`}
                d={pathOf(zone.shape, box)}
                fill-rule="evenodd"
              />
            ))}
          {sorted.map(label)}
        </svg>
      </div>
      <div class="map-foot">
        <ul class="legend">
          <li>
            <i class="key coupon" aria-hidden="true" />
            {t.offerHere}
          </li>
          {LEVELS.map((level) => (
            <li key={level}>
              <i class={`key ${level}`} aria-hidden="true" />
              {t[level]}
            </li>
          ))}
        </ul>
        <div class="map-zoom">
          <button type="button" class="button icon" aria-label={t.zoomIn} onClick={() => zoomAt(1 / 1.6)}>
            <Icon name="plus" />
          </button>
          <button
            type="button"
            class="button icon"
            aria-label={t.zoomOut}
            disabled={!closeUp}
            onClick={() => zoomAt(1.6)}
          >
            <Icon name="minus" />
          </button>
        </div>
      </div>
    </>
  );
}

function Level({ zone }: { zone: MapZone }) {
  const t = words.value;
  return (
    <span class="place-marks">
      {zone.coupon && <span class="badge coupon">{t.offerHere}</span>}
      {zone.liveliness !== null && (
        <span class={`badge level ${zone.liveliness}`}>
          <i aria-hidden="true" />
          {t[zone.liveliness]}
        </span>
      )}
    </span>
  );
}

export function MapView() {
  const t = words.value;
  const [map, setMap] = useState<ShopperMap>();
  const [fault, setFault] = useState<string>();
  const [tries, setTries] = useState(0);
  const [floorId, setFloorId] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  useEffect(() => {
    let gone = false;
    const renew = () => {
      if (document.visibilityState === 'hidden') return;
      shopper.map().then(
        (read) => {
          if (gone) return;
          setMap(read);
          setFault(undefined);
        },
        (error: unknown) => {
          if (!gone)
            setFault(error instanceof ApiError && error.code === 'offline' ? words.value.mapOffline : errorText(error));
        },
      );
    };
    renew();
    const timer = setInterval(renew, RENEW_EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [tries]);

  const floors = map?.floors ?? [];
  // Where the offers are is what one comes for; else the ground floor.
  const first =
    floors.find(({ id }) => map?.zones.some((zone) => zone.coupon && zone.floorId === id)) ??
    floors.find(({ level }) => level === 0) ??
    floors[0];
  const floor = floors.find(({ id }) => id === floorId) ?? first;
  const zones = map?.zones.filter((zone) => zone.floorId === floor?.id) ?? [];
  const rank = (zone: MapZone) => (zone.coupon ? 0 : zone.liveliness === 'lively' ? 1 : 2);
  const places = zones
    .filter((zone) => zone.coupon || zone.kind === 'shop' || zone.kind === 'other')
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const choose = (zoneId: string | undefined) => {
    setChosen(zoneId);
    if (zoneId !== undefined)
      document.getElementById(`place-${zoneId}`)?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  };
  return (
    <>
      <header class="intro">
        <h1>{t.mapTitle}</h1>
        <p class="muted">{t.mapText}</p>
      </header>
      {fault !== undefined && (
        <div class="card panel" role="alert">
          <p class="fault">{fault}</p>
          <button type="button" class="button wide" onClick={() => setTries(tries + 1)}>
            {t.retry}
          </button>
        </div>
      )}
      {map === undefined && fault === undefined && (
        <div role="status">
          <span class="visually-hidden">{t.loading}</span>
          <div class="skeleton block-skeleton" />
        </div>
      )}
      {map !== undefined && floor === undefined && <p class="empty muted">{t.mapEmpty}</p>}
      {floor !== undefined && (
        <>
          <section class="map-card card">
            {floors.length > 1 && (
              <fieldset class="filters">
                <legend class="visually-hidden">{t.floors}</legend>
                {floors.map((one) => (
                  <button
                    key={one.id}
                    type="button"
                    class="chip"
                    aria-pressed={one.id === floor.id}
                    onClick={() => {
                      setFloorId(one.id);
                      setChosen(undefined);
                    }}
                  >
                    {one.name}
                  </button>
                ))}
              </fieldset>
            )}
            <Drawing floor={floor} zones={zones} chosen={chosen} onChoose={choose} />
          </section>
          {places.length > 0 && (
            <section class="group" aria-labelledby="places-title">
              <h2 id="places-title" class="group-title">
                {t.places}
              </h2>
              <ul class="card list">
                {places.map((zone) => (
                  <li key={zone.id} id={`place-${zone.id}`}>
                    <button
                      type="button"
                      class="place"
                      aria-pressed={chosen === zone.id}
                      onClick={() => setChosen(chosen === zone.id ? undefined : zone.id)}
                    >
                      <strong>{zone.name}</strong>
                      <Level zone={zone} />
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </>
  );
}
