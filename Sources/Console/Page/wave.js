// The whole conversation as a strip of levels, with the playhead: the slider of the player.
import { canvas, color, hatch } from './drawing.js';
import { h } from './elements.js';
import { clock } from './figures.js';

/** Seconds of a page of the keyboard. */
const page = 60;

/**
 * @param {object} options
 * @param {() => number} options.duration seconds
 * @param {() => [number, number, number][]} options.turns start, end, colour
 * @param {() => {start: number, end: number}[]} options.gaps
 * @param {() => ?(?number)[]} options.peaks levels of 0…1 over the whole length, null where no audio is kept; null: the gateway has none
 * @param {(seconds: number) => void} options.seek
 */
export function wave({ duration, turns, gaps, peaks, seek }) {
  const head = h('i');
  const picture = canvas('wv', (context, width, height) => {
    const bars = Math.floor(width / 3), whole = duration(), all = turns(), missing = gaps(), levels = peaks();
    let turn = 0;
    for (let i = 0; i < bars; i++) {
      const at = i / bars * whole, until = (i + 1) / bars * whole;
      if (missing.some((gap) => gap.start < until && gap.end > at)) continue;
      while (turn < all.length && all[turn][1] < at) turn++;
      const speaks = turn < all.length && all[turn][0] < until;
      const level = levels?.length ? levels[Math.floor(i / bars * levels.length)] ?? 0 : speaks ? 0.55 : 0.04;
      const tall = Math.max(2, level * (height - 6));
      context.fillStyle = speaks ? color('k' + all[turn][2]) : color('line');
      context.fillRect(i * 3, (height - tall) / 2, 2, tall);
    }
    for (const gap of missing) {
      hatch(context, gap.start / whole * width - 2, 4, Math.max(9, (gap.end - gap.start) / whole * width), height - 8, color('warn'));
    }
  });
  const element = h('div.wave', { role: 'slider', tabindex: 0, 'aria-label': 'Position', 'aria-valuemin': 0 }, picture, head);
  let time = 0;
  const place = () => {
    head.style.transform = `translateX(${time / Math.max(duration(), 0.001) * element.clientWidth}px)`;
    element.setAttribute('aria-valuemax', Math.round(duration()));
    element.setAttribute('aria-valuenow', Math.round(Math.min(time, duration())));
    element.setAttribute('aria-valuetext', clock(time));
  };
  const drag = (event) => {
    const box = element.getBoundingClientRect();
    seek(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * duration());
  };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    drag(event);
    element.onpointermove = drag;
  });
  for (const end of ['pointerup', 'pointercancel']) element.addEventListener(end, () => { element.onpointermove = null; });
  element.addEventListener('keydown', (event) => {
    const to = { Home: 0, End: duration() - 1, PageUp: time - page, PageDown: time + page }[event.key];
    if (to == null) return;
    event.preventDefault();
    seek(to);
  });
  const sizes = new ResizeObserver(place);
  sizes.observe(element);
  return {
    element,
    /** Moves the playhead. */
    move: (seconds) => {
      time = seconds;
      place();
    },
    redraw: () => picture.redraw(),
    leave: () => sizes.disconnect(),
  };
}
