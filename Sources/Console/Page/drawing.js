// Canvases: colours come from the tokens, sizes from the element; drawn again when either changes.
import { h } from './elements.js';

let probe, cache = {};

/** Returns the colour of a token, such as `k1` or `ink2`, in the theme of now. */
export function color(name) {
  if (!probe) {
    probe = h('i.sr');
    document.body.append(probe);
  }
  if (!cache[name]) {
    probe.style.color = `var(--${name})`;
    cache[name] = getComputedStyle(probe).color;
  }
  return cache[name];
}

/** Says `change` when the theme has changed. */
const themed = new EventTarget();

/** Forgets the colours of the theme before. */
export function themeChanged() {
  cache = {};
  themed.dispatchEvent(new Event('change'));
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);

/**
 * Makes a canvas that is drawn at its size in the page. `redraw()` draws it again.
 * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw in CSS pixels
 */
export function canvas(classes, draw, attributes = {}) {
  const element = h('canvas.' + classes, attributes);
  let width = 0, height = 0;
  element.redraw = () => {
    if (!width) return;
    const scale = Math.min(2, devicePixelRatio || 1), w = Math.round(width * scale), tall = Math.round(height * scale);
    if (element.width !== w || element.height !== tall) {
      element.width = w;
      element.height = tall;
    }
    const context = element.getContext('2d');
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context, width, height);
  };
  const sizes = new ResizeObserver(([entry]) => {
    ({ width, height } = entry.contentRect);
    element.redraw();
  });
  sizes.observe(element);
  const onTheme = () => {
    if (element.isConnected) return element.redraw();
    themed.removeEventListener('change', onTheme);
    sizes.disconnect();
  };
  themed.addEventListener('change', onTheme);
  return element;
}

/** Hatches a box: something is missing there. */
export function hatch(context, x, y, width, height, ink) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = ink;
  context.lineWidth = 1.3;
  context.beginPath();
  for (let i = x - height; i < x + width + height; i += 5) {
    context.moveTo(i, y + height);
    context.lineTo(i + height * 0.5, y);
  }
  context.stroke();
  context.restore();
}

/**
 * The strip: who spoke when, and what is missing. The same drawing stands for a conversation everywhere.
 * @param {[number, number, number][]} turns start, end, colour
 * @param {number} duration seconds
 * @param {[number, number][]} gaps
 * @param {string} label who speaks, for screen readers
 */
export const strip = (turns, duration, gaps = [], label = 'Who spoke when') => canvas('strip', (context, width, height) => {
  context.fillStyle = color('hover');
  context.fillRect(0, height / 2 - 0.5, width, 1);
  const x = (seconds) => seconds / Math.max(duration, 0.001) * width;
  for (const [start, end, k] of turns) {
    context.fillStyle = color('k' + k);
    context.fillRect(x(start), 2, Math.max(1.2, x(end - start) - 0.8), height - 4);
  }
  for (const [start, end] of gaps) {
    const wide = Math.max(6, x(end - start));
    context.clearRect(x(start), 0, wide, height);
    hatch(context, x(start), 0, wide, height, color('warn'));
  }
}, { role: 'img', 'aria-label': label });

/** Bars of a level, the newest in the middle. `push(level)` takes 0…1. */
export function bars(classes, { tone = 'ok', rest = 'line' } = {}) {
  const history = new Float32Array(40);
  let next = 0;
  const element = canvas(classes, (context, width, height) => {
    const amount = Math.floor(width / 7), loud = color(tone), quiet = color(rest);
    for (let i = 0; i < amount; i++) {
      const age = Math.abs(i - (amount - 1) / 2 | 0), level = age < 40 ? history[(next - 1 - age + 80) % 40] : 0, tall = Math.max(3, level * height);
      context.fillStyle = level > 0.06 ? loud : quiet;
      context.beginPath();
      context.roundRect(i * 7 + (width - amount * 7 + 4) / 2, (height - tall) / 2, 3.5, tall, 2);
      context.fill();
    }
  }, { role: 'img', 'aria-label': 'Level of the microphone' });
  element.push = (level) => {
    history[next++ % 40] = level;
    element.redraw();
  };
  return element;
}
