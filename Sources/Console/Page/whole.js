// A transcript outside of its list, of which only a part is drawn: all of it or some rows on the clipboard, and all of it on paper.
import { address, get } from './api.js';
import { h, said, spoken } from './elements.js';
import { clock, dateAndTime, length, plural, titleOf } from './figures.js';
import { missing } from './gaps.js';
import { complain, toast } from './pieces.js';

// Where letters run from the right, a text is apart from what is beside it: its full stop stands at its own end.
const apart = (text) => (/[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/.test(text) ? `\u2068${text}\u2069` : text);
const line = ({ start, name, text }) => `[${clock(start)}] ${name ? `${apart(name)}: ` : ''}${apart(text)}\n`;
// Its direction is that of the words: a name is an element of its own.
const paragraph = ({ start, name, text, language }) => h('p', spoken(language), `[${clock(start)}] `, name ? [h('b', said(name)), ': '] : null, text);

/**
 * The rows in which a selection begins and ends, and the selected words of these two; null: it has words of one row at most.
 * @returns {?[number, number, Map<number, string>]}
 */
function selected({ rows, list }) {
  const selection = getSelection(), range = selection.isCollapsed ? null : selection.getRangeAt(0), cut = new Map();
  if (!range?.intersectsNode(list.space)) return null;
  const rowAt = (node, outside) => {
    const row = (node.closest ? node : node.parentElement).closest('.vrow');
    return row ? row.ariaPosInSet - 1 : outside;
  };
  let first = rowAt(range.startContainer, 0), last = rowAt(range.endContainer, rows.length - 1);
  for (const index of [first, last]) {
    const body = list.shown.get(index)?.querySelector('.body, .gap');
    // A word that ends the selection before its first letter is not in it: a third click goes up to the beginning of the next row.
    const isIn = (node) => selection.containsNode(node, true) && (range.endOffset || !(node.contains(range.endContainer) || range.endContainer.contains(node)));
    if (body) cut.set(index, [...body.childNodes].map((node) => (isIn(node) ? node.textContent : '')).join('').trim());
  }
  if (cut.get(first) === '') first++;
  if (cut.get(last) === '') last--;
  return first < last ? [first, last, cut] : null;
}

/**
 * Copies and prints a transcript, whatever is drawn of it. What is selected in several rows is copied with names and times.
 * @param {Transcript} transcript
 * @param {() => object} now returns the conversation
 * @returns {{copy: (first?: number, last?: number) => Promise, leave: () => void}} `copy` copies rows, or all of them
 */
export function whole(transcript, now) {
  const end = new AbortController(), { signal } = end, path = `/conversations/${now().id}`;
  let sheet = null;

  const passages = (rows, texts) => rows.map((row, at) => (row.isGap ? { start: row.start, text: missing(row) } : {
    start: row.start, name: transcript.cast.voiceOf(row).name, text: (texts(row, at) ?? '').replace(/\s*\n\s*/g, ' '), language: now().language,
  }));

  async function copy(first = 0, last = Infinity, cut = new Map()) {
    const rows = transcript.rows.slice(first, last + 1);
    const made = get(path).then(({ segments }) => passages(rows, ({ index }, at) => cut.get(first + at) ?? segments[index]?.text));
    const blob = (type, write) => made.then((all) => new Blob([write(all)], { type }));
    try {
      // The browser asks for it at the click, and waits until it is read.
      await navigator.clipboard.write([new ClipboardItem({
        'text/plain': blob('text/plain', (all) => all.map(line).join('')),
        'text/html': blob('text/html', (all) => new XMLSerializer().serializeToString(h('div', all.map(paragraph)))),
      })]);
      toast('Copied');
    } catch {
      complain(await made.then(() => ({ message: 'The browser did not allow copying' }), (error) => error));
    }
  }

  /** Lays the sheet that is printed. The browser prints as soon as this is over, so it is read without anything else between. */
  function lay() {
    if (sheet) return;
    const request = new XMLHttpRequest(), { language, started_at: began, duration } = now();
    let segments = null;
    try {
      request.open('GET', address(path), false);
      request.send();
      ({ segments } = JSON.parse(request.response));
    } catch { /* said below */ }
    sheet = h('div.sheet', h('h1', spoken(language), titleOf(now())),
      h('p', segments ? `${dateAndTime(began)}, ${length(duration)}, ${plural(segments.length, 'segment')}` : 'The gateway does not answer.'),
      segments ? passages(transcript.rows, ({ index }) => segments[index]?.text).map(paragraph) : null);
    document.body.append(sheet);
  }

  document.addEventListener('copy', (event) => {
    const part = navigator.clipboard && !event.target.closest?.('input, textarea') && selected(transcript);
    if (!part) return;
    event.preventDefault();
    copy(...part);
  }, { signal });
  const lift = () => {
    sheet?.remove();
    sheet = null;
  };
  addEventListener('beforeprint', lay, { signal });
  addEventListener('afterprint', lift, { signal });
  // A page that is only shown as on paper.
  matchMedia('print').addEventListener('change', ({ matches }) => matches && lay(), { signal });
  return {
    copy,
    leave: () => {
      end.abort();
      lift();
    },
  };
}
