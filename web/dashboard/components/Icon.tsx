/** Line icons of one weight, drawn on a 24 grid. Decorative: the words stand beside them or in the control's label. */
const PATHS = {
  live: 'M12 12h.01M8.5 15.5a5 5 0 0 1 0-7m7 0a5 5 0 0 1 0 7M5.6 18.4a9 9 0 0 1 0-12.8m12.8 0a9 9 0 0 1 0 12.8',
  heatmap: 'M12 3c1 3.5 5.5 5.5 5.5 10.5a5.5 5.5 0 0 1-11 0c0-2 .8-3.4 2-4.5.2 1.6 1 2.5 2 3 0-3.500 0-6 1.500-9Z',
  traffic: 'M4 20V11m5.300 9V4m5.400 16v-6M20 20V8',
  gateways:
    'M6 19h12a2 2 0 0 0 2-2v-2a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v2a2 2 0 0 0 2 2ZM8 16h.01M12 13V9m-3-2a4.200 4.200 0 0 1 6 0M6.500 4.500a7.800 7.800 0 0 1 11 0',
  editor: 'M4 20h4L19.500 8.500a2.100 2.100 0 0 0 0-3l-1-1a2.100 2.100 0 0 0-3 0L4 16v4Zm9.500-13.500 4 4',
  campaigns:
    'M3.500 12.500V5a1.500 1.500 0 0 1 1.500-1.500h7.500l8 8a1.500 1.500 0 0 1 0 2.100l-6.900 6.900a1.500 1.500 0 0 1-2.100 0l-8-8ZM8 8h.01',
  settings:
    'M4 7h9m5 0h2M4 17h2m5 0h9M15.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm-7 10a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v1.500m0 15V21m9-9h-1.500m-15 0H3m15.400-6.400-1.100 1.100M6.700 17.300l-1.100 1.100m12.800 0-1.100-1.100M6.700 6.700 5.600 5.600',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500Z',
  screen: 'M4 5h16v11H4zM9 20h6m-3-4v4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'm6 6 12 12M18 6 6 18',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  undo: 'M9 14 4.500 9.500 9 5m-4.500 4.500H14a5.500 5.500 0 0 1 0 11h-3',
  trash: 'M4.500 7h15M9.500 7V4.500h5V7m-8 0 1 13h9l1-13m-6.500 4v5m3-5v5',
  play: 'M7 4.500v15l12-7.500-12-7.500Z',
  pause: 'M8 5v14m8-14v14',
  next: 'm9 5 7 7-7 7',
  down: 'm6 9 6 6 6-6',
  up: 'm6 15 6-6 6 6',
  menu: 'M4 6.500h16M4 12h16M4 17.500h16',
  out: 'M14 4H6.500A1.500 1.500 0 0 0 5 5.500v13A1.500 1.500 0 0 0 6.500 20H14m-4-8h10.500m-3.500-4 4 4-4 4',
  warn: 'M12 9v4.500m0 3h.01M10.300 4.500 2.800 17.500A2 2 0 0 0 4.500 20.500h15a2 2 0 0 0 1.700-3l-7.500-13a2 2 0 0 0-3.400 0Z',
  info: 'M12 11v5.500m0-9h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  polygon: 'm5 8.500 8-4 6.500 6-4 8.500H7L5 8.500Z',
  circle: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z',
  pointer: 'm5 4 6 16 2.300-6.700L20 11 5 4Z',
  image: 'M4 5.500h16v13H4zM8.500 11a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3ZM4 16l4.500-4 4 3.500 3-2.500 4.500 4',
  layers: 'm12 3.500 9 5-9 5-9-5 9-5Zm-9 9 9 5 9-5',
  print: 'M7 9V4h10v5M7 17H4.500v-8h15v8H17M7 14h10v6H7z',
  copy: 'M9 9h10v11H9zM5 15V4h10v2',
  retry: 'M19.500 11A7.500 7.500 0 1 0 18 16.500M19.500 5v6h-6',
  people:
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 19.500c.5-3.500 3-5.500 6.500-5.500s6 2 6.500 5.500M16 5a3.300 3.300 0 0 1 0 6.300m2.500 3.200c1.700.8 2.700 2.500 3 5',
  clock: 'M12 7v5l3.500 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
