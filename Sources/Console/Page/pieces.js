// Pieces that several pages use: notes, tags, fields, dialogs, voices.
import { leaving } from './api.js';
import { h, said, say, spoken } from './elements.js';
import { icon } from './icons.js';

/** Milliseconds in which what was done can be undone. */
const undoTime = 10_000;
/** Ends what waits until it cannot be undone any more. One act waits at most, so that none overtakes another. */
let held;

/** Does at once what waits. @param {boolean} [isDropped] true: it is given up */
export const settle = async (isDropped) => held?.(isDropped);

const left = () => {
  leaving.keepalive = true;
  settle();
  leaving.keepalive = false;
};
addEventListener('pagehide', left);
// A page in the background may be ended without a word; that of a phone soon is.
document.addEventListener('freeze', left);
document.addEventListener('visibilitychange', () => { if (document.hidden && matchMedia('(pointer:coarse)').matches) left(); });

function raise(...parts) {
  const element = h('div.toast', ...parts);
  document.getElementById('toasts').append(element);
  return element;
}

/** Shows a word at the foot of the page for a moment. */
export function toast(...words) {
  const element = raise(words);
  say(element.textContent);
  setTimeout(() => element.remove(), 2600);
}

/** Shows at the foot of the page what failed, until somebody closes it. Something that was given up has not failed. */
export function complain(error) {
  if (error.name === 'AbortError') return;
  if ([...document.querySelectorAll('.toast[role=alert]')].some((one) => one.textContent === error.message)) return;
  const element = raise({ role: 'alert' }, error.message,
    h('button.btn.ghost.icon.s', { 'aria-label': 'Close', onclick: () => element.remove() }, icon('bad')));
}

/**
 * Shows at the foot of the page what was done, with a button that undoes it: for ten seconds, and as long as somebody is at the button (with `act`, for
 * a minute at most).
 * @param {Array} words what was done
 * @param {(hasFailed?: true) => Promise} undo
 * @param {() => Promise} [act] what cannot be undone: it is done when the time is over, or the page is left. When it fails, that is told, and undone.
 *   Whoever gives it has waited for `settle`
 */
export function undoable(words, undo, act) {
  const over = () => {
    clearInterval(timer);
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    if (hadFocus) document.getElementById('main').focus({ preventScroll: true });
  };
  let told;
  const end = (isDropped) => told ??= (async () => {
    over();
    try {
      if (!isDropped) await act?.();
    } catch (error) {
      complain(error);
      undo(true).catch(complain);
    }
  })();
  if (act) held = end;
  const button = h('button.btn.s', { onclick: () => told ??= busy(button, undo).then((isDone) => {
    if (isDone) say('Undone');
    over();
  }) }, 'Undo');
  const element = raise(h('span', words), button), began = performance.now();
  const timer = setInterval(() => {
    const waited = performance.now() - began;
    if (waited > undoTime && (!element.matches(':hover, :focus-within') || (act && waited > 60_000))) end();
  }, 250);
  say(`${element.firstChild.textContent}. It can be undone.`);
}

/** Copies a text to the clipboard, and says so. */
export async function copy(text, done = 'Copied') {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    complain({ message: 'The browser did not allow copying' });
  }
}

/** A command line with a button that copies it. */
export const command = (text) => h('div.cmd', h('code', text),
  h('button.btn.ghost.icon.s', { type: 'button', 'aria-label': `Copy: ${text}`, onclick: () => copy(text, 'Command copied') }, icon('copy')));

/** A word about a state: `ok`, `warn`, `bad`, or '' for none of these. */
export const tag = (kind, text, symbol) => h('span.tag' + (kind ? '.' + kind : ''), symbol ? icon(symbol) : null, text);

/** A note: what happened, what to do, at most one button. */
export const note = (kind, title, text, action) => h('div.note.' + kind, { role: kind === 'bad' ? 'alert' : null },
  icon({ bad: 'bad', warn: 'warn', ok: 'ok' }[kind] ?? 'info'), h('div', h('b.strong', title), text ? h('p.small.dim', text) : null), action ?? null);

/** A note about a call that failed, with a button that tries again. */
export const failure = (error, again) => note(error.status === 403 ? 'warn' : 'bad',
  error.title ?? (error.status === 0 ? 'The gateway does not answer' : error.status === 403 ? 'This key may not do that' : 'That did not work'),
  error.status === 0 ? 'Nothing that was kept is lost. Is harken serve running?' : error.message,
  again ? h('button.btn.s', { onclick: again }, 'Try again') : null);

/** What stands where there is nothing yet. `levels` are the heights of its bars. */
export const empty = (levels, title, text, ...actions) => h('div.empty',
  h('div.strip-art', { 'aria-hidden': 'true' }, levels.map((v) => h('i', { vars: { v } }))), h('h2', title), h('p', text), actions);

/** A menu of choices. @param {(string|[string, string])[]} options values, or values with their words */
export const select = (label, options, attributes = {}) => {
  const { value, ...rest } = attributes;
  const element = h('select.select', { 'aria-label': label || null, ...rest },
    options.map((option) => (Array.isArray(option) ? h('option', { value: option[0] }, option[1]) : h('option', option))));
  if (value != null) element.value = value;
  return element;
};

/** A setting: what it is called, a sentence about it, and its control. */
export const setting = (title, text, control) => h('div.set', h('b.strong', title), h('p', text), h('div.ctl', control));

let serial = 0;

/** Two to four choices, side by side. */
export function segments(label, options, value, pick, isSmall) {
  const name = 'seg' + ++serial;
  return h('div.seg' + (isSmall ? '.s' : ''), { role: 'radiogroup', 'aria-label': label },
    options.map(([id, words]) => h('label',
      h('input', { type: 'radio', name, value: id, checked: id === value, onchange: () => pick?.(id) }), h('span', words))));
}

/** An input with its label, and a sentence under it. */
export function field(label, input, hint) {
  const id = 'f' + ++serial;
  input.id = id;
  const help = hint ? h('p.tiny.faint', { id: id + 'h' }, hint) : null;
  if (help) input.setAttribute('aria-describedby', id + 'h');
  return h('div.field', h('label', { for: id }, label), input, help);
}

/** A box to tick; with `isSwitch`, a switch for what holds at once. */
export const check = (label, isOn, { amount, isSwitch, onchange, ...rest } = {}) => h('label.check' + (isSwitch ? '.sw' : ''),
  h('input', { type: 'checkbox', role: isSwitch ? 'switch' : null, checked: !!isOn, onchange, ...rest }), h('span', label),
  amount != null ? h('span.n', String(amount)) : null);

/**
 * Opens a dialog. Escape and focus are the browser's. A press outside closes it too, and so does another page, until something is typed: then its element has
 * `data-changed`.
 */
export function dialog(title, body, actions = []) {
  const heading = h('h2', title);
  const element = h('dialog', { 'aria-label': heading.textContent }, h('div.stack', heading, body, h('div.row.end', actions)));
  document.body.append(element);
  element.addEventListener('close', () => element.remove());
  let isPressed = false;
  const isOutside = ({ clientX: x, clientY: y }) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return x < left || x > right || y < top || y > bottom;
  };
  // One of some choices is chosen again as fast.
  element.addEventListener('input', ({ target }) => { if (target.type !== 'radio') element.dataset.changed = ''; });
  element.addEventListener('pointerdown', (event) => { isPressed = isOutside(event); });
  element.addEventListener('click', (event) => {
    // What is marked from a field to the outside ends in a click on the dialog, and so does one in its margin.
    if (event.target === element && isPressed && isOutside(event) && !('changed' in element.dataset)) element.close();
  });
  element.showModal();
  return element;
}

/**
 * Asks before something is done.
 * @param {string} title a question
 * @param {*} body what goes and what stays
 * @param {string} verb the button's word
 * @param {() => Promise} act what is done; when it fails, the dialog stays and says why
 */
export function ask(title, body, verb, act, { isDanger = false } = {}) {
  const problem = h('div');
  const go = h('button.btn' + (isDanger ? '.danger' : '.primary'), { onclick: async () => {
    if (await busy(go, act, problem)) element.close();
  } }, verb);
  const element = dialog(title, h('div.stack', body, problem), [h('button.btn', { onclick: () => element.close() }, 'Cancel'), go]);
  return element;
}

/**
 * Does something for a button, which shows that it waits.
 * @param {HTMLElement} place where an error is said; null: at the foot of the page, until it is closed
 * @returns {Promise<boolean>} false when it failed
 */
export async function busy(button, act, place) {
  if (button.ariaBusy) return false;
  button.ariaBusy = 'true';
  place?.replaceChildren();
  try {
    return (await act()) !== false;
  } catch (error) {
    if (place) place.replaceChildren(failure(error));
    else complain(error);
    return false;
  } finally {
    button.ariaBusy = null;
  }
}

/** Opens something small beside an element. The browser closes it on Escape and on a click elsewhere. */
export function pop(anchor, body, classes = '') {
  const element = h('div.pop' + classes, { popover: 'auto' }, body);
  document.body.append(element);
  element.showPopover();
  const at = anchor.getBoundingClientRect(), size = element.getBoundingClientRect();
  element.style.left = Math.max(12, Math.min(at.left, innerWidth - size.width - 12)) + 'px';
  const isBelow = at.bottom + 6 + size.height <= innerHeight - 8;
  element.style.top = (isBelow ? at.bottom + 6 : Math.max(8, at.top - size.height - 6)) + 'px';
  element.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    element.remove();
    if (anchor.isConnected) anchor.focus({ preventScroll: true });
  });
  element.querySelector('input,button,a')?.focus({ preventScroll: true });
  return element;
}

/** The sign of a voice: filled with a name, open without one. */
export const glyph = (voice, isLarge) =>
  h(`bdi.glyph.k${voice.color}${voice.isNamed ? '' : '.open'}${isLarge ? '.l' : ''}`, { 'aria-hidden': 'true', ...spoken() }, voice.mark);

/** A voice with its sign and its name; with attributes, a button. */
export const who = (voice, attributes) => h(`${attributes ? 'button' : 'span'}.who.k${voice.color}`, attributes ?? {}, glyph(voice), said(voice.name));

/**
 * Fills a place with what a call brings; until then the place is busy. After 200 ms a skeleton stands there; when the call fails, a note with a button.
 * @param {HTMLElement} place
 * @param {() => Promise} call
 * @param {(result) => void} show
 */
export async function fill(place, call, show) {
  place.ariaBusy = 'true';
  const wait = setTimeout(() => {
    if (!place.children.length) {
      place.append(h('div.stack', { role: 'group', 'aria-busy': 'true', 'aria-label': 'Loading' }, [70, 92, 45].map((v) => h('div.skel', { vars: { v } }))));
    }
  }, 200);
  const done = () => {
    clearTimeout(wait);
    place.ariaBusy = null;
  };
  try {
    const result = await call();
    done();
    place.replaceChildren();
    show(result);
  } catch (error) {
    done();
    if (error.name === 'AbortError') return;
    place.replaceChildren(failure(error, () => fill(place, call, show)));
  }
}

/** Saves a file on the reader's machine. */
export function save(name, content, type = 'text/plain') {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  toast(said(name), ' saved');
}
