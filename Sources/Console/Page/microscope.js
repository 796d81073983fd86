// The microscope: one session on one time axis, as the gateway kept it: who recognised which word, when, how sure.
import { address, get, optional, send } from './api.js';
import { canvas, color, hatch } from './drawing.js';
import { h, isNarrow } from './elements.js';
import { clock, dayOf, length, plural, timeOf } from './figures.js';
import { icon } from './icons.js';
import { busy, empty, fill, save, tag } from './pieces.js';
import { colorOf } from './voices.js';
import { openSessions } from './watching.js';

const ruler = 26, between = 10;
/** Seconds without words from which a stretch between two segments is told of. */
const silence = 2;
/** Shortest and longest span that is seen, in seconds. */
const closest = 4;

/** The session's words, each with its segment. */
const wordsOf = (session) => session.segments.flatMap((segment) => segment.words.map((word) => ({ ...word, segment })))
  .sort((a, b) => a.start - b.start);

const laneNames = (session) => [...new Set(session.segments.map((segment) => segment.engine))];

function describe(session, words) {
  const repaired = session.segments.filter((segment) => segment.recovered).length;
  return `${dayOf(session.started_at)}, ${timeOf(session.started_at)}, over ${session.dialect}. ${length(session.duration)}, ${plural(words.length, 'word')}, `
    + `${plural(laneNames(session).length, 'engine')}${repaired ? `, ${plural(repaired, 'repair')}` : ''}.`;
}

/** Saves what a report of a fault needs: the gateway's archive; of an older gateway, the transcript. */
async function report(session) {
  const bundle = await optional(send(address(`/sessions/${session.id}/bundle`)));
  if (bundle) save(`session-${session.id}.tar`, await bundle.blob());
  else save(`session-${session.id}.json`, JSON.stringify(session, null, 2), 'application/json');
}

function show(root, session, from) {
  const duration = Math.max(session.duration, 0.1), words = wordsOf(session), engines = laneNames(session), gaps = session.gaps ?? [];
  const lanes = [...engines.map((name) => ({ name, small: 'engine', height: 46 })), { name: 'Final', small: 'as kept', height: 28 },
    { name: 'Confidence', small: '0 to 1', height: 46 }];
  const tops = [];
  let whole = ruler;
  for (const lane of lanes) {
    tops.push(whole);
    whole += lane.height + between;
  }
  let first = 0, last = isNarrow() ? Math.min(16, duration) : Math.min(60, duration), time = from, chosen = null;
  const x = (seconds, width) => (seconds - first) / (last - first) * width;
  const ink = (word) => color('k' + colorOf(word.segment.channel * 3 + Math.max(0, Number(word.speaker) || 0)));
  const font = () => `11px ${getComputedStyle(document.body).fontFamily}`;

  const picture = canvas('base', (context, width) => {
    context.font = font();
    context.textBaseline = 'middle';
    const step = [0.5, 1, 2, 5, 10, 30, 60, 300, 600].find((seconds) => width / (last - first) * seconds > 64) ?? 1800;
    for (let at = Math.ceil(first / step) * step; at <= last; at += step) {
      context.fillStyle = color('line');
      context.fillRect(x(at, width), 0, 1, whole);
      context.fillStyle = color('ink3');
      context.fillText(clock(at), x(at, width) + 5, 11);
    }
    for (const gap of gaps) {
      const left = x(gap.start, width), wide = Math.max(4, x(gap.end, width) - left);
      context.fillStyle = color('warn-soft');
      context.fillRect(left, ruler, wide, whole);
      hatch(context, left, ruler, wide, whole, color('warn'));
    }
    for (const segment of session.segments) {
      if (segment.end < first || segment.start > last) continue;
      const lane = engines.indexOf(segment.engine), left = x(segment.start, width), wide = Math.max(2, x(segment.end, width) - left);
      context.fillStyle = color('hover');
      context.beginPath();
      context.roundRect(left, tops[lane], wide, lanes[lane].height, 5);
      context.fill();
      if (!segment.recovered) continue;
      context.strokeStyle = color('warn');
      context.setLineDash([4, 3]);
      context.strokeRect(left + 0.5, tops[lane] + 0.5, wide - 1, lanes[lane].height - 1);
      context.setLineDash([]);
    }
    const finals = engines.length, sure = finals + 1;
    for (const word of words) {
      if (word.end < first || word.start > last) continue;
      const left = x(word.start, width), wide = Math.max(2, x(word.end, width) - left - 1.2), lane = engines.indexOf(word.segment.engine);
      context.fillStyle = ink(word);
      context.fillRect(left, tops[lane] + 12, wide, 8);
      context.beginPath();
      context.roundRect(left, tops[finals], wide, 9, 2);
      context.fill();
      if (word.confidence != null) {
        const tall = Math.max(1, word.confidence * lanes[sure].height);
        context.fillStyle = word.confidence < 0.5 ? color('bad') : color('ink3');
        context.fillRect(left + wide / 2 - 1, tops[sure] + lanes[sure].height - tall, 2, tall);
      }
      if (wide > context.measureText(word.text).width + 2) {
        context.fillStyle = color('ink');
        context.fillText(word.text, left, tops[finals] + lanes[finals].height - 7);
      }
    }
  }, { role: 'img', 'aria-label': `${length(duration)} of a session: words by engine, finals, confidence. The same is in the lists below.` });
  const cursor = canvas('cursor', (context, width) => {
    const at = x(time, width), label = Math.max(22, Math.min(width - 22, at));
    if (chosen) {
      context.fillStyle = color('mark');
      context.globalAlpha = 0.3;
      context.fillRect(x(chosen.start, width) - 2, ruler - 2, x(chosen.end, width) - x(chosen.start, width) + 3, whole);
      context.globalAlpha = 1;
    }
    context.fillStyle = color('now');
    context.fillRect(at - 0.75, 18, 1.5, whole);
    context.beginPath();
    context.roundRect(label - 24, 1, 48, 18, 5);
    context.fill();
    context.fillStyle = color('bg');
    context.font = '600 ' + font();
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(clock(time, 1), label, 10.5);
  }, { 'aria-hidden': 'true' });
  const scope = h('div.scope', picture, cursor), names = h('div.lane-names', { 'aria-hidden': 'true' }, lanes.map((lane, index) =>
    h('span', { vars: { y: tops[index] + Math.min(lane.height, 40) / 2 } }, lane.name, h('small', lane.small))));
  scope.style.height = names.style.height = whole + 'px';
  const scrub = h('input.range', { type: 'range', min: 0, max: duration, step: 0.1, value: time, 'aria-label': 'Moment in the session',
    oninput: () => go(Number(scrub.value)) });
  const output = h('output', clock(time, 1)), heading = h('h2'), saw = h('div.saw'), about = h('div.stack');

  function frame() {
    if (time >= first && time <= last) return;
    const span = last - first;
    first = Math.max(0, Math.min(duration - span, time - span / 3));
    last = first + span;
    picture.redraw();
  }
  function go(seconds, word) {
    time = Math.max(0, Math.min(duration, seconds));
    if (word) chosen = word;
    scrub.value = time;
    scrub.setAttribute('aria-valuetext', clock(time, 1));
    output.textContent = clock(time, 1);
    frame();
    cursor.redraw();
    read();
    if (word) explain(word);
  }
  function read() {
    heading.textContent = `What had been said at ${clock(time, 1)}`;
    const until = words.filter((word) => word.start < time).slice(-80);
    const lines = [];
    for (const word of until) {
      if (lines.at(-1)?.segment !== word.segment) lines.push({ segment: word.segment, words: [] });
      lines.at(-1).words.push(word);
    }
    saw.replaceChildren(...lines.slice(-6).map((line) => h('p', line.words.flatMap((word) => [h('button.w' + (line.segment.recovered ? '.rep' : '')
      + (word.confidence != null && word.confidence < 0.5 ? '.low' : '') + (word === chosen ? '.sel' : ''), {
      'aria-pressed': String(word === chosen), onclick: () => {
        chosen = word;
        cursor.redraw();
        read();
        explain(word);
      } }, word.text), ' ']))));
    if (!lines.length) saw.append(h('p.dim', words.length ? `Nothing yet: the first word is at ${clock(words[0].start, 1)}.` : 'The session has no words.'));
  }
  function explain(word) {
    const { segment } = word, facts = ['Said', `${clock(word.start, 2)} to ${clock(word.end, 2)}`, 'Recognised by', segment.engine,
      'Confidence', word.confidence == null ? '–' : word.confidence.toFixed(2), 'Channel', String(segment.channel + 1), 'Turn', String(segment.turn + 1),
      ...(word.speaker == null ? [] : ['Speaker', String(word.speaker)])];
    about.replaceChildren(h('div.row.between', h('h2', `“${word.text}”`), segment.recovered ? tag('warn', 'repaired') : tag('ok', 'final')),
      h('p.small.dim', segment.recovered ? 'The engine of then missed it. It was recognised again from the journal.'
        : 'The engine that served made it final.'),
      h('dl.dl', facts.map((fact, index) => h(index % 2 ? 'dd' : 'dt', fact))));
  }
  const momentOf = (event) => {
    const box = scope.getBoundingClientRect(), at = first + (event.clientX - box.left) / box.width * (last - first);
    return [at, event.type === 'pointerdown' && event.clientY - box.top > ruler ? words.find((word) => at >= word.start && at <= word.end) : null];
  };
  scope.addEventListener('pointerdown', (event) => {
    scope.setPointerCapture(event.pointerId);
    go(...momentOf(event));
    scope.onpointermove = (moved) => go(momentOf(moved)[0]);
  });
  for (const end of ['pointerup', 'pointercancel']) scope.addEventListener(end, () => { scope.onpointermove = null; });
  const zoom = (factor) => {
    const span = Math.max(Math.min(closest, duration), Math.min(duration, (last - first) * factor)), share = (time - first) / (last - first);
    first = Math.max(0, Math.min(duration - span, time - span * share));
    last = first + span;
    picture.redraw();
    cursor.redraw();
  };
  scope.addEventListener('wheel', (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.15 : 0.87);
    } else if (event.deltaX) {
      const by = Math.max(-first, Math.min(duration - last, event.deltaX / 600 * (last - first)));
      [first, last] = [first + by, last + by];
      picture.redraw();
      cursor.redraw();
    }
  }, { passive: false });
  const onkey = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.detail];
    if (!by || !words.length) return;
    event.preventDefault();
    const next = words[Math.max(0, Math.min(words.length - 1, words.indexOf(chosen) + by))];
    go(next.end, next);
  };
  document.addEventListener('harken-key', onkey);

  root.append(h('div.head', h('div', h('h1', `Session ${session.id.slice(0, 8)}`), h('p', describe(session, words))),
    h('button.btn', { onclick: (event) => busy(event.currentTarget, () => report(session)) }, icon('down'), 'Save for a report')),
  h('div.micro', h('div.panel.flush', h('div.lanes', names, scope), h('div.scrub', output, scrub)),
    h('div.row.between', h('div.row', h('button.btn.icon', { 'aria-label': 'Zoom in', onclick: () => zoom(0.7) }, icon('plus')),
      h('button.btn.icon', { 'aria-label': 'Zoom out', onclick: () => zoom(1.4) }, icon('minus'))),
    h('div.legend', h('span', h('i.k1'), 'final'), h('span', 'dashed: repaired'), h('span', h('i.hatch'), 'gap'))),
    h('div.micro-low', h('section.panel.stack', heading, saw),
      h('section.panel', { 'aria-live': 'polite', 'aria-label': 'The word that was chosen' }, about)),
    quietParts(session)));
  if (words.length) {
    const word = words.find((candidate) => candidate.end >= from) ?? words[0];
    go(from || word.end, word);
  } else {
    about.append(h('p.dim', 'No word is chosen.'));
    read();
  }
  return () => document.removeEventListener('harken-key', onkey);
}

/** What is missing, and where nobody spoke, as a list. */
function quietParts(session) {
  const rows = (session.gaps ?? []).map((gap) => [gap.start, gap.end, gap.why ?? 'not recognised']);
  session.segments.forEach((segment, index) => {
    const before = session.segments[index - 1];
    if (before && segment.start - before.end > silence) rows.push([before.end, segment.start, 'no words']);
  });
  if (!rows.length) return null;
  return h('section.sect', h('h2', 'Without words'), h('table.table', h('tbody', rows.sort((a, b) => a[0] - b[0]).slice(0, 50).map(([start, end, why]) =>
    h('tr', h('td.nowrap', clock(start, 1)), h('td.num', length(end - start)), h('td.dim', why))))));
}

/** Without a session: those that run now, and a field for any other. */
async function choose(root) {
  const input = h('input.input', { placeholder: 'Session', 'aria-label': 'Id of a session', autocomplete: 'off', spellcheck: 'false' });
  const list = h('div.convs', { role: 'list' });
  root.append(h('div.head', h('div', h('h1', 'Microscope'),
    h('p', 'Any word of a live session: who recognised it, when, and how sure. Sessions are kept for 30 days.'))),
    h('form.row.nowrap', { onsubmit: (event) => {
      event.preventDefault();
      if (input.value.trim()) location.hash = `#/microscope/${encodeURIComponent(input.value.trim())}`;
    } }, h('div.grow', input), h('button.btn.primary', 'Look')), list);
  const running = await openSessions();
  if (running.length) {
    list.before(h('h2', 'Running now'));
    list.append(...running.map((entry) => h('div', { role: 'listitem' }, h('a.conv', { href: `#/microscope/${entry.id}`, 'data-row': true },
      h('span.t', timeOf(entry.started_at)), h('div', h('h3', entry.source ?? 'A session'), h('p.p', entry.id)), h('div.m', length(entry.duration ?? 0))))));
  } else {
    list.replaceWith(empty([4, 12, 20, 12, 4], 'No session runs now', 'The page Live shows the id of its session, and so does the log of the gateway.',
      h('a.btn', { href: '#/live' }, 'Go to Live')));
  }
}

export default function microscope(root, id, values) {
  root.classList.add('wide', 'dense');
  if (!id) {
    choose(root);
    return null;
  }
  const body = h('div.stack');
  root.append(body);
  let leave = null, isGone = false;
  fill(body, () => get(`/sessions/${encodeURIComponent(id)}`), (session) => {
    if (isGone) return;
    root.replaceChildren();
    leave = show(root, session, Number(values.get('t')) || 0);
  });
  return () => {
    isGone = true;
    leave?.();
  };
}
