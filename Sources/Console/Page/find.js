// Search in one conversation: a field, how many places there are, and the way from one to the next.
import { get } from './api.js';
import { h } from './elements.js';
import { icon } from './icons.js';
import { complain } from './pieces.js';

/** Time without a key after which the search begins, in milliseconds. */
const pause = 150;
/** The most that a search finds. */
const most = 100;

/**
 * @param {string} id of the conversation
 * @param {object} options
 * @param {() => number} options.position where the search begins, in seconds
 * @param {(hits: {segment_id: string, start: number}[]) => void} options.found all places in order of time; none when the field is empty
 * @param {(hit: {segment_id: string, start: number}) => void} options.show somebody goes to a place
 */
export function finder(id, { position, found, show }) {
  let timer = 0, request = null, hits = [], at = -1;
  const status = h('span.small.dim.nowrap', { role: 'status' });
  const button = (symbol, words, by) => h('button.btn.ghost.icon.s', { 'aria-label': words, disabled: true, onclick: () => go(by) }, icon(symbol));
  const before = button('up', 'Previous place', -1), after = button('downward', 'Next place', 1);
  const input = h('input.input', {
    type: 'search', placeholder: 'Find in this conversation', 'aria-label': 'Find in this conversation',
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(search, pause);
    },
    onkeydown: (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      go(event.shiftKey ? -1 : 1);
    },
  });

  function say(words) {
    status.textContent = words;
    for (const one of [before, after]) one.disabled = !hits.length;
  }

  function go(by) {
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    say(`${at + 1} of ${hits.length}`);
    show(hits[at]);
  }

  async function search() {
    request?.abort();
    const mine = request = new AbortController(), text = input.value.trim();
    try {
      const ask = async (by) => (await get('/search', { q: text, by, conversation: id, limit: most }, mine.signal)).hits;
      let now = text ? await ask('words') : [];
      if (text && !now.length) now = await ask('both');
      if (mine !== request) return;
      hits = now.sort((a, b) => a.start - b.start);
      found(hits);
      if (!hits.length) return say(text ? 'Nothing was found' : '');
      at = hits.findIndex((hit) => hit.start >= position()) - 1;
      if (at < -1) at = -1;
      go(1);
    } catch (error) {
      complain(error);
    }
  }

  return {
    element: h('div.find', { role: 'search' }, h('div.search.grow', icon('search'), input), status, before, after),
    leave: () => {
      clearTimeout(timer);
      request?.abort();
    },
  };
}
