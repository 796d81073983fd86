// Elements. Text goes in as text nodes only: nothing is ever parsed as HTML.

const properties = new Set(['value', 'checked', 'indeterminate', 'htmlFor']);
// Elements with text that somebody types or has typed, and inputs that have none.
const typed = new Set(['input', 'textarea', 'option']), boxes = new Set(['checkbox', 'radio', 'range', 'file']);

/**
 * Makes an element.
 * @param {string} tag name and classes: `div.row.end`
 * @param {object} attributes `onclick` and the like are listeners, `vars` are custom properties of CSS; null and false are left out.
 *   A child may stand here instead.
 * @param {...*} children elements, texts, lists of them; null and false are left out
 * @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  if (attributes instanceof Node || typeof attributes !== 'object' || Array.isArray(attributes)) {
    children.unshift(attributes);
    attributes = null;
  }
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name || 'div');
  if (classes.length) element.className = classes.join(' ');
  if (typed.has(name) && !boxes.has(attributes?.type)) for (const [key, value] of Object.entries(spoken())) element.setAttribute(key, value);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'vars') for (const [variable, content] of Object.entries(value)) element.style.setProperty('--' + variable, content);
    else if (properties.has(key)) element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter((child) => child != null && child !== false));
  return element;
}

/**
 * Attributes of an element whose text was said or typed: it runs from the side of its own first letter, whatever is beside it, and it is not in the page's
 * language.
 * @param {?string} language BCP 47 tag; null, or one for any language, where nobody knows it
 */
export const spoken = (language) => ({ dir: 'auto', lang: /^(multi|auto|mul|und)?$/.test(language ?? '') ? '' : language });

/** A text that was said or typed, within a sentence of the page. */
export const said = (text, language) => h('bdi', spoken(language), text);

const namespace = 'http://www.w3.org/2000/svg';

/** Makes an SVG element; `on…` are listeners, as for `h`. */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(namespace, tag);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value == null) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children.flat(9).filter(Boolean));
  return element;
}

/** Returns true if somebody wants little motion. */
export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Returns true on a screen as narrow as a phone's. */
export const isNarrow = () => matchMedia('(max-width: 760px)').matches;

/** Says a sentence to screen readers. */
export function say(text) {
  const live = document.getElementById('say');
  live.textContent = '';
  requestAnimationFrame(() => { live.textContent = text; });
}
