import type { ReactNode } from 'react';

/** Outlines on a 16 × 16 grid, drawn for a stroke of 1.4. */
const shapes = {
  home: <path d="M2.6 7.4 8 2.9l5.4 4.5V13H9.6V9.6H6.4V13H2.6z" />,
  graph: (
    <>
      <rect x="1.8" y="2.8" width="4.4" height="3.6" rx=".8" />
      <rect x="9.8" y="9.6" width="4.4" height="3.6" rx=".8" />
      <path d="M6.2 4.6h1.5c1.6 0 .8 6.8 2.1 6.8" />
    </>
  ),
  runs: <path d="M2.4 4h5.2M5 8h6M8.4 12h5.2" />,
  experiments: <path d="M6.2 2.2h3.6M7 2.2v4L3.2 12.600h9.6L9 6.200v-4M5 9.6h6" />,
  models: <path d="M8 2.2 13.8 8 8 13.8 2.2 8zM8 5.6v4.8" />,
  endpoints: (
    <>
      <circle cx="8" cy="8" r="2.4" />
      <path d="M1.5 8h4M10.5 8h4M4 4.3a5.3 5.3 0 0 1 8 0M4 11.7a5.3 5.3 0 0 0 8 0" />
    </>
  ),
  monitors: <path d="M1.6 9h2.9l1.8-5 3 8 1.8-4.6L12 9h2.4" />,
  cluster: <path d="M8 1.8 13.4 4.9v6.2L8 14.2 2.6 11.1V4.9zM8 5.4v5.2M5.75 6.7l4.5 2.6M10.25 6.7l-4.5 2.6" />,
  settings: (
    <>
      <path d="M2.5 4.5h6M11.9 4.5h1.6M2.5 11.5H5M8.4 11.5h5.1" />
      <circle cx="10.2" cy="4.5" r="1.6" />
      <circle cx="6.7" cy="11.5" r="1.6" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  plus: <path d="M8 3.2v9.6M3.2 8h9.6" />,
  minus: <path d="M3.2 8h9.6" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  down: <path d="m4.5 6.3 3.5 3.5 3.5-3.5" />,
  right: <path d="m6.3 4.5 3.5 3.5-3.5 3.5" />,
  left: <path d="M9.7 4.5 6.2 8l3.5 3.5" />,
  up: <path d="M4.5 9.7 8 6.2l3.5 3.5" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2" />,
  check: <path d="m3.2 8.4 3.2 3.2 6.4-7" />,
  cached: <path d="M13 6.6A5.2 5.2 0 0 0 3.6 5M3 9.4A5.2 5.2 0 0 0 12.4 11M3.4 2.4v2.8h2.8M12.6 13.6v-2.8H9.8" />,
  stale: <path d="M8 2.4 14.2 13H1.8zM8 6.4v3.2M8 11.4v.01" />,
  failed: <path d="M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4zM6 6l4 4M10 6l-4 4" />,
  queued: (
    <>
      <circle cx="8" cy="8" r="5.6" strokeDasharray="2.2 2.2" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  never: <circle cx="8" cy="8" r="5.6" strokeDasharray="2.2 2.2" />,
  running: (
    <>
      <circle cx="8" cy="8" r="5.6" opacity=".3" />
      <path d="M8 2.4A5.6 5.6 0 1 1 3 5.6" />
    </>
  ),
  pinned: <path d="M5.8 2.4h4.4l-.6 4.2 2 2.2H4.4l2-2.2zM8 8.8v5" />,
  undo: <path d="M5.6 3 2.8 5.8l2.8 2.8M3 5.8h6.4a3.6 3.6 0 0 1 0 7.2H6" />,
  redo: <path d="m10.4 3 2.8 2.8-2.8 2.8M13 5.8H6.6a3.6 3.6 0 0 0 0 7.2H10" />,
  fit: <path d="M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3" />,
  copy: (
    <>
      <rect x="5.4" y="5.4" width="8" height="8" rx="1" />
      <path d="M3.4 10.6h-.8v-8h8v.8" />
    </>
  ),
  panel: (
    <>
      <rect x="2.2" y="2.8" width="11.6" height="10.4" rx="1" />
      <path d="M2.2 9.4h11.6" />
    </>
  ),
  export: <path d="M8 10V2.4M5 5.2l3-2.8 3 2.8M3 9v4.4h10V9" />,
  save: <path d="M2.8 2.8h8.4l2 2v8.4H2.8zM5 2.8v3.6h5V2.8M5 13.2V9.4h6v3.8" />,
  open: <path d="M2 12.6V3.8h4.2l1.4 1.6h5v1.8M2 12.6l2-5.4h10.4l-2 5.4z" />,
  folder: <path d="M2 12.6V3.8h4.2l1.4 1.6H14v7.2z" />,
  file: <path d="M4 2.2h5l3 3v8.600H4zM9 2.2v3h3" />,
  filter: <path d="M2.5 3.5h11L9.4 8.6v4L6.6 14V8.6z" />,
  cpu: (
    <>
      <rect x="4.2" y="4.2" width="7.6" height="7.6" rx="1" />
      <path d="M6.4 1.8v2.4M9.6 1.8v2.4M6.4 11.8v2.4M9.6 11.8v2.4M1.8 6.4h2.4M1.8 9.6h2.4M11.8 6.4h2.4M11.8 9.6h2.4" />
    </>
  ),
  table: <path d="M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6" />,
  layout: (
    <>
      <rect x="1.8" y="6.2" width="3.6" height="3.6" rx=".8" />
      <rect x="10.6" y="2.4" width="3.6" height="3.6" rx=".8" />
      <rect x="10.6" y="10" width="3.6" height="3.6" rx=".8" />
      <path d="M5.4 8h2.800M8.2 4.200v7.600M8.2 4.200h2.400M8.2 11.800h2.4" />
    </>
  ),
  trash: <path d="M3 4.4h10M6.2 4.400V2.600h3.600v1.800M4.4 4.400l.6 9h6l.6-9M6.8 7v4M9.2 7v4" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.600v1.600M8 12.800v1.600M1.6 8h1.600M12.8 8h1.600M3.5 3.500l1.1 1.100M11.4 11.400l1.1 1.100M3.5 12.500l1.1-1.100M11.4 4.600l1.1-1.1" />
    </>
  ),
  moon: <path d="M12.8 9.800A5.4 5.4 0 0 1 6.2 3.200a5.2 5.2 0 1 0 6.6 6.600z" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.6" />
      <path d="M8 7.200v3.600M8 5.200v.01" />
    </>
  ),
  reset: <path d="M3.4 3v3h3M3.6 6a5 5 0 1 1-.4 3.2" />,
  play: <path d="M4.5 2.8 13 8l-8.5 5.200z" fill="currentColor" stroke="none" />,
  pause: (
    <>
      <rect x="4" y="4" width="2.6" height="8" rx="0.6" fill="currentColor" stroke="none" />
      <rect x="9.4" y="4" width="2.6" height="8" rx="0.6" fill="currentColor" stroke="none" />
    </>
  ),
  stop: <rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor" stroke="none" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** Decorative: the control it stands in carries the name. */
export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg className={small ? 'icon small' : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}
