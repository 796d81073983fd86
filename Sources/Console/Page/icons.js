// The icons: lines in a square of 24.
import { s } from './elements.js';

const paths = {
  start: 'M4 9v6M8 6v12M12 3v18M16 7v10M20 10v4',
  live: 'M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5 11v1a7 7 0 0 0 14 0v-1M12 19v2.5',
  list: 'M4 6h16M4 12h16M4 18h10',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6.5 6.5 0 0 1 3.5 5.5',
  compare: 'M5 4v16M12 4v16M19 4v16M5 9h4M12 14h4M12 8h-3M19 11h-3',
  micro: 'M3 12h3l2-6 3 13 3-16 3 12 1.5-3H21',
  engines: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01',
  usage: 'M4 20V10M10 20V4M16 20v-8M21 20H3',
  keys: 'M14.5 13a4.5 4.5 0 1 0-4.3-3.2L3 17v4h4l1-2h2v-2h2l1.3-4.3c.4.2.8.3 1.2.3zM16 8h.01',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.5l4.5 4.5L19 7',
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M8 5v14M16 5v14',
  warn: 'M12 3.5L2.5 20h19zM12 10v4.5M12 17.2h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01',
  bad: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6',
  ok: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.3l2.8 2.8L16 9.5',
  todo: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  up: 'M6 15l6-6 6 6',
  downward: 'M6 9l6 6 6-6',
  down: 'M12 4v12M7 11.5l5 5 5-5M5 20.5h14',
  back: 'M14 5l-7 7 7 7',
  swap: 'M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  stop: 'M7 7h10v10H7z',
  merge: 'M6 4v4a4 4 0 0 0 4 4h4a4 4 0 0 1 4 4v4M18 4v4a4 4 0 0 1-4 4',
  phone: 'M8 3h8v18H8zM11 18h2',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  logout: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
};
const filled = new Set(['play', 'stop']);

/** Returns an icon by its name. It says nothing to screen readers: words beside it do. */
export const icon = (name) => s('svg', {
  viewBox: '0 0 24 24', fill: filled.has(name) ? 'currentColor' : 'none', stroke: 'currentColor', 'stroke-width': name === 'more' ? 3 : 1.7,
  'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true', width: 20, height: 20,
}, s('path', { d: paths[name] }));

const bars = [[5, 13, 6], [10, 9, 14], [15, 5, 22], [20, 10, 12], [25, 13, 6]];

/** Returns Harken's mark. */
export const logo = () => s('svg', { viewBox: '4 4 25 24', 'aria-hidden': 'true' },
  bars.map(([x, y, height]) => s('rect', { x, y, width: 3, height, rx: 1.5 })));
