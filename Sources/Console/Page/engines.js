// Engines: which serve, how fast, and what failed.
import { get, optional, post } from './api.js';
import { h, s } from './elements.js';
import { count, dayOf, language, length, timeOf } from './figures.js';
import { gateway, learn } from './gateway.js';
import { busy, complain, empty, fill, note, tag, toast } from './pieces.js';

const states = {
  ready: ['ok', 'Serving', 'ok'], idle: ['ok', 'Idle', 'pause'], loading: ['warn', 'Loading', 'swap'], resting: ['bad', 'Resting', 'pause'],
  unavailable: ['', 'Not usable', 'info'],
};
const stateOf = (engine) => states[engine.state] ?? ['', engine.state, 'info'];

/** Milliseconds on a logarithmic line from 100 ms to 5 s. */
const x = (milliseconds) => 4 + Math.min(1, Math.max(0, Math.log10(Math.max(milliseconds, 100) / 100) / Math.log10(50))) * 168;
const words = (milliseconds) => (milliseconds == null ? '–' : `${count(Math.round(milliseconds))} ms`);

const latency = ({ p50, p95 }) => (p50 == null ? h('span.faint', '–') : s('svg', {
  class: 'lat', viewBox: '0 0 180 22', role: 'img', 'aria-label': `Half of all finals within ${words(p50)}, 95 of 100 within ${words(p95)}`,
}, [200, 500, 1000, 2000].map((at) => s('line', { class: 'axis', x1: x(at), x2: x(at), y1: 3, y2: 19 })),
s('rect', { class: 'r', x: x(p50), width: Math.max(0, x(p95) - x(p50)), y: 9.5, height: 3, rx: 1.5 }), s('circle', { class: 'p', cx: x(p50), cy: 11, r: 4.5 }),
s('rect', { class: p95 > 2000 ? 'b' : 'p', x: x(p95) - 1.5, y: 5, width: 3, height: 12, rx: 1 })));

/** The failures of an engine by their kinds, in words. */
export const failures = (errors) => {
  const kinds = Object.entries(errors ?? {}).filter(([, amount]) => amount);
  if (!kinds.length) return h('span.faint', 'none');
  return h('span.row', kinds.map(([kind, amount]) => h('span.nowrap', h('b.strong', count(amount)), h('span.dim', ` ${kind.replaceAll('_', ' ')}`))));
};

/** What an engine can do, in words. */
function features(can) {
  if (!can) return '';
  const languages = can.languages?.length === 1 ? language(can.languages[0]) : can.languages?.length ? `${can.languages.length} languages` : null;
  return [can.streaming && 'live', can.prerecorded && 'files', can.speakers && 'speakers', can.interims && 'interims', languages].filter(Boolean).join(', ');
}

/** The figures in milliseconds: the API has seconds. */
const inMilliseconds = (engine) => ({ ...engine, p50: engine.p50 == null ? null : engine.p50 * 1000, p95: engine.p95 == null ? null : engine.p95 * 1000 });

/** Asks the gateway to call an engine now. */
function trial(engine, changed) {
  const button = h('button.btn.s', { 'aria-label': `Try ${engine.name} now`, onclick: () => busy(button, async () => {
    const answer = await optional(post(`/admin/engines/${encodeURIComponent(engine.name)}/try`));
    if (!answer) return toast('This gateway cannot try an engine');
    if (answer.works) toast(`${engine.name} works`); else complain({ message: `${engine.name} does not work: ${answer.why ?? answer.error}` });
    await changed();
  }) }, 'Try now');
  return button;
}

function row(engine, changed) {
  const [kind, name, symbol] = stateOf(engine);
  return h('tr', { 'data-row': true, tabindex: -1 },
    h('td.full', { 'data-l': '' }, h('div', h('div', h('b.strong', engine.name), ' ', h('span.dim', engine.model ?? '')),
      h('div.small.faint', features(engine.capabilities)), engine.why ? h('div.small.dim', engine.why) : null)),
    h('td', { 'data-l': '' }, tag(kind, name, symbol)), h('td.full', { 'data-l': '' }, latency(engine)),
    h('td.num', { 'data-l': 'p50' }, words(engine.p50)), h('td.num' + (engine.p95 > 2000 ? '.bad' : ''), { 'data-l': 'p95' }, words(engine.p95)),
    h('td.num', { 'data-l': 'Streams' }, engine.streams == null ? '–' : count(engine.streams)), h('td.full', { 'data-l': 'Errors' }, failures(engine.errors)),
    h('td.num', { 'data-l': '' }, engine.state === 'loading' ? null : trial(engine, changed)));
}

const columns = ['Engine', 'State', 'Half and 95 % of finals within', 'p50', 'p95', 'Streams', 'Errors', ''];

function failovers(all) {
  if (!all.length) return h('p.dim', 'None since the gateway started.');
  return h('table.table.cards', h('tbody', all.slice(0, 20).map((entry) => h('tr',
    h('td.dim.nowrap', { 'data-l': '' }, entry.at ? `${dayOf(entry.at)}, ${timeOf(entry.at)}` : ''),
    h('td.strong', { 'data-l': '' }, [entry.from, entry.to].filter(Boolean).join(' → ')), h('td.full', { 'data-l': '' }, entry.reason),
    h('td.num', { 'data-l': '' }, entry.session ? h('a', { href: `#/microscope/${entry.session}` }, h('code', entry.session.slice(0, 8))) : null)))));
}

async function read() {
  const [measured, changes] = await Promise.all([optional(get('/admin/engines')), optional(get('/admin/failovers'))]);
  if (!measured) await learn();
  return { engines: (measured?.engines ?? measured ?? gateway.engines).map(inMilliseconds), changes: changes?.failovers ?? null, isMeasured: !!measured };
}

function show(body, { engines, changes, isMeasured }, changed) {
  if (!engines.length) {
    body.replaceChildren(empty([3, 3, 3, 3, 3], 'No engine', 'Sessions are refused until the gateway has one.'));
    return;
  }
  const resting = engines.filter((engine) => stateOf(engine)[0] === 'bad');
  const rests = (engine) => {
    const seconds = engine.retry_at ? Math.max(0, (new Date(engine.retry_at) - Date.now()) / 1000) : null;
    return note('warn', `${engine.name} rests`, `${engine.why ?? 'It failed too often.'} Sessions go to the next engine.`
      + (seconds ? ` The next trial is in ${length(seconds)}.` : ''));
  };
  body.replaceChildren(...resting.map(rests),
    h('div.scroll-x', h('table.table.cards', h('thead', h('tr', columns.map((title, index) =>
      h('th' + ([3, 4, 5].includes(index) ? '.num' : ''), { scope: 'col' }, title || h('span.sr', 'Actions'))))),
    h('tbody', engines.map((engine) => row(engine, changed))))),
    isMeasured ? h('p.tiny.faint', 'Lines at 0.2, 0.5, 1 and 2 s. The dot is the median, the bar p95.')
      : h('p.small.faint', 'This gateway does not tell its pages how fast its engines are. Its metrics do: /metrics.'));
  if (changes) body.append(h('section.sect', h('h2', 'Last failovers'), failovers(changes)));
}

export default function page(root) {
  const body = h('div.stack.l');
  root.append(h('div.head', h('div', h('h1', 'Engines'),
    h('p', 'In the order in which live sessions try them. Figures count from the gateway’s start.'))), body);
  const changed = async () => show(body, await read(), changed);
  fill(body, read, (all) => show(body, all, changed));
  // A button that waits for its answer stays.
  const again = setInterval(() => { if (!body.querySelector('[aria-busy]')) changed().catch(() => {}); }, 10_000);
  return () => clearInterval(again);
}
