// Whose voice is this? Samples to hear, a field for the name, one sentence that says what it will do.
import { get, post } from './api.js';
import { h, said, spoken } from './elements.js';
import { icon } from './icons.js';
import { busy, glyph, pop, settle } from './pieces.js';

let known;

/**
 * Returns the people whom the user knows, and makes their names a list for fields.
 * @param {?object[]} given the people; null: the gateway is asked
 */
export async function knownPeople(given) {
  const people = given ?? (await get('/people').catch(() => ({ people: [] }))).people;
  known ??= h('datalist', { id: 'known' });
  known.replaceChildren(...people.map((person) => h('option', { value: person.name })));
  if (!known.isConnected) document.body.append(known);
  return people;
}

/**
 * A button that plays a passage.
 * @param {{text: string, start: number, end: number}} sample
 * @param {?(sample, ended: () => void) => void} play null: there is nothing to hear
 */
export const sampleButton = (sample, play) => {
  const symbol = h('span.pl', icon('play'));
  const button = h('button.sample', { type: 'button', disabled: !play, 'aria-pressed': 'false', onclick: () => {
    button.ariaPressed = 'true';
    symbol.replaceChildren(icon('pause'));
    play(sample, () => {
      button.ariaPressed = 'false';
      symbol.replaceChildren(icon('play'));
    });
  } }, symbol, h('span.clip', spoken(), `“${sample.text}”`), h('span.faint', `${(sample.end - sample.start).toFixed(1)} s`));
  return button;
};

/** Returns the owner of what is assigned: the person of this name, who is added when nobody has it; without a name, the user. */
export const ownerOf = async (name) => {
  await settle();
  return name ? { person_id: (await post('/people', { name, reuse: true })).id } : { is_user: true };
};

/** Number of speakers that one request gives back: a day's conversation has more than a request may have. */
const atOnce = 2000;

/** Takes an assignment back. @param {{former: object[], former_owners: object[]}} before what the assignment has answered */
export async function takenBack(conversation, { former, former_owners }) {
  for (let from = 0; from === 0 || from < former.length; from += atOnce) {
    await post(`/conversations/${conversation}/segments/assign`, {
      former: former.slice(from, from + atOnce), former_owners: from ? [] : former_owners });
  }
}

/**
 * Opens the question whose voice this is.
 * @param {HTMLElement} anchor
 * @param {import('./voices.js').Voice} voice
 * @param {object} options
 * @param {{text: string, start: number, end: number}[]} options.samples
 * @param {Function} options.play for `sampleButton`
 * @param {string} options.effect one sentence: what a name does
 * @param {(owner: {person_id?: string, is_user?: boolean}, name: string) => Promise} options.assign
 */
export function nameVoice(anchor, voice, { samples, play, effect, assign }) {
  const input = h('input.input', { placeholder: 'Name', 'aria-label': 'Name of this voice', list: 'known', autocomplete: 'off' });
  const button = h('button.btn.primary', 'Name'), problem = h('div');
  const give = async (name) => {
    if (await busy(button, async () => assign(await ownerOf(name), name ?? 'You'), problem)) opened.hidePopover();
  };
  const submit = (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!name) {
      input.ariaInvalid = 'true';
      return input.focus();
    }
    give(name);
  };
  const opened = pop(anchor, h('form.stack', { onsubmit: submit },
    h('div.row.nowrap', glyph(voice, true), h('div', h('h2', 'Whose voice is this?'), h('p.small.dim', said(voice.name)))),
    samples.length ? h('div.samples', samples.map((sample) => sampleButton(sample, play))) : null,
    h('div.suggest', h('button.chip', { type: 'button', onclick: () => give() }, 'That is me')),
    h('div.row.nowrap', h('div.grow', input), button), problem, h('p.tiny.faint', effect)));
  knownPeople();
  input.focus({ preventScroll: true });
  return opened;
}
