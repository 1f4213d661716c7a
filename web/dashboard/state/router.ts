/** Hash routes `#/s/{site}/{view}/{rest}?query`: every state that a person may want to send to another is in the address. */
import { computed, signal } from '@preact/signals';

export interface Place {
  siteId: string | null;
  view: string;
  rest: string[];
  query: URLSearchParams;
}

function parse(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parts = path.split('/').filter((part) => part !== '');
  const query = new URLSearchParams(search);
  if (parts[0] === 's') return { siteId: parts[1] ?? null, view: parts[2] ?? '', rest: parts.slice(3), query };
  return { siteId: null, view: parts[0] ?? '', rest: parts.slice(1), query };
}

export const place = signal<Place>(parse(location.hash));
export const placeView = computed(() => place.value.view);

/** Asked before another view is shown; false keeps the person where they are. */
let leaveGuard: (() => boolean) | undefined;
/** Places that belong to what is guarded: its own steps, say. */
let isWithin: (at: Place) => boolean = () => true;
/** Without `within` only links and choices of the frame ask; with it, every change of the address that leads out. */
export function guardLeaving(guard: (() => boolean) | undefined, within: (at: Place) => boolean = () => true): void {
  leaveGuard = guard;
  isWithin = within;
}
/** Who says yes once is not asked again on the same way out. */
export function mayLeave(): boolean {
  if (leaveGuard !== undefined && !leaveGuard()) return false;
  leaveGuard = undefined;
  return true;
}

addEventListener('hashchange', (event) => {
  const next = parse(location.hash);
  if (!isWithin(next) && !mayLeave()) {
    history.pushState(null, '', new URL(event.oldURL).hash);
    return;
  }
  place.value = next;
});

/** What a person chose in one view and expects in the next. */
const CARRIED = ['floor', 'period', 'from', 'to'];

export function hrefTo(siteId: string, view: string, extra: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  if (place.value.siteId === siteId) {
    for (const name of CARRIED) {
      const value = place.value.query.get(name);
      if (value !== null) query.set(name, value);
    }
  }
  for (const [name, value] of Object.entries(extra)) query.set(name, value);
  const text = query.toString();
  return `#/s/${siteId}/${view}${text === '' ? '' : `?${text}`}`;
}

export function go(href: string, replace = false): void {
  if (replace) {
    history.replaceState(null, '', href);
    place.value = parse(location.hash);
  } else {
    location.hash = href;
  }
}

/** A place within a view: `#/s/{site}/{view}/{rest…}`, carrying what is chosen in others too. */
export function hrefWithin(siteId: string, view: string, rest: string[], extra: Record<string, string> = {}): string {
  return hrefTo(siteId, [view, ...rest].join('/'), extra);
}

export const param = (name: string): string | null => place.value.query.get(name);

/** Changes the query in place, without a new step in the history. Null removes. */
export function setParams(changes: Record<string, string | null>): void {
  const { siteId, view, rest, query } = place.value;
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const path = siteId === null ? [view, ...rest] : ['s', siteId, view, ...rest];
  const text = next.toString();
  go(`#/${path.filter((part) => part !== '').join('/')}${text === '' ? '' : `?${text}`}`, true);
}
