/** Line icons on a 24-pixel grid, drawn for this page. */
import type { JSX } from 'solid-js';

const PATHS = {
  add: 'M12 5v14M5 12h14',
  archive: 'M4 5h16v4H4zM6 9v10h12V9M10 13h4',
  back: 'M15 5l-7 7 7 7',
  bookmark: 'M7 4h10v16l-5-4-5 4z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2.5 12.5L7 17l8.5-9.5M11.5 16l1 1L21.5 7.5',
  clip: 'M18.5 11.5l-7 7a4.2 4.2 0 0 1-6-6l8-8a2.8 2.8 0 0 1 4 4l-8 8a1.4 1.4 0 0 1-2-2l7-7',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l2.5 2.5',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  down: 'M6 10l6 6 6-6',
  download: 'M12 4v11m-5-5l5 5 5-5M5 20h14',
  edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  failed: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v5m0 2.5v.5',
  file: 'M7 3.5h7l4 4v13H7zM14 3.5v4h4',
  folder: 'M3.5 6h6l2 2.5h9V19h-17z',
  forward: 'M14 6l6 6-6 6M19.5 12H10c-3.5 0-6 2-6 6',
  settings:
    'M4 8h8.5M17.5 8H20M15 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM4 16h2.5M11.5 16H20M9 13.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  group:
    'M9 5.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3 19c.4-3 2.7-5 6-5s5.6 2 6 5M15.5 6a2.6 2.6 0 1 1 .8 5M17 14.3c2.3.4 3.7 2.1 4 4.7',
  info: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.01',
  mic: 'M12 4a2.5 2.5 0 0 0-2.5 2.5V12a2.5 2.5 0 0 0 5 0V6.5A2.5 2.5 0 0 0 12 4zM6 11.5a6 6 0 0 0 12 0M12 17.5V20',
  more: 'M12 6v.01M12 12v.01M12 18v.01',
  muted: 'M6 16.5c1-1.4 1-3 1-5a5 5 0 0 1 8-4M17 11c0 3 .3 4.3 1 5.5H9M10.5 19.5h3M4 4l16 16',
  next: 'M9 5l7 7-7 7',
  pause: 'M9 6v12M15 6v12',
  person: 'M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20c.5-3.5 3.3-6 7-6s6.5 2.5 7 6',
  pin: 'M9 4h6l-.8 6 2.8 3H7l2.8-3zM12 13v7',
  play: 'M8 5.5v13l10-6.5z',
  reply: 'M10 6l-6 6 6 6M4.5 12H14c3.5 0 6 2 6 6',
  retry: 'M19 8a7.5 7.5 0 1 0 1 6M20 4v5h-5',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20',
  send: 'M12 19V5M6 11l6-6 6 6',
  smile: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9 10v.01M15 10v.01M8.5 14c1.8 2.3 5.2 2.3 7 0',
  poll: 'M6 20v-9M12 20V5M18 20v-6',
  timer: 'M7 4h10M7 20h10M8 4c0 6 8 6 8 12v4M16 4c0 6-8 6-8 12v4',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
  unread: 'M5 6h9M5 12h14M5 18h14M19 6v.01',
  up: 'M6 14l6-6 6 6',
} as const;

/** They point aside: where lines run to the left, the other way. */
const ASIDE = ['back', 'forward', 'next', 'reply'];

export type IconName = keyof typeof PATHS;

export function Icon(props: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      class={ASIDE.includes(props.name) ? 'icon aside' : 'icon'}
      width={props.size ?? 22}
      height={props.size ?? 22}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={props.name === 'more' ? 3 : 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}
