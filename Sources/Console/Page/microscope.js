// The microscope: one session on one time axis, as the gateway kept it: who recognised which word, when it was shown, how sure.
import { address, get, optional, send } from './api.js';
import { canvas, color, hatch } from './drawing.js';
import { h, isNarrow, said, spoken } from './elements.js';
import { clock, dayOf, length, plural, timeOf } from './figures.js';
import { icon } from './icons.js';
import { busy, empty, fill, save, tag } from './pieces.js';
import { replay } from './replay.js';
import { enginesOf, heard, judgmentAt, latency, reason, seen, wordsOf } from './trace.js';
import { colorOf } from './voices.js';
import { openSessions } from './watching.js';
import { blank, joined } from './writing.js';

const ruler = 26, between = 10;
/** Seconds without words from which a silence is told of. */
const silence = 2;
/** Shortest and longest span that is seen, in seconds. */
const closest = 4;

/** Seconds of delay that fill the lane of delays. */
const slow = 3;
/** Number of parts into which the wave is divided. */
const levels = 4000;
/** Versions of a word that have a line of their own. */
const rows = 4;
/** Requests for levels at a time. */
const atOnce = 4;

function describe(trace, words, engines) {
  const repaired = trace.repairs.length, began = trace.started_at ? `${dayOf(trace.started_at)}, ${timeOf(trace.started_at)}, over ` : 'Over ';
  const cost = trace.cost.at(-1)?.[1];
  return `${began}${trace.source}. ${length(trace.duration)}, ${plural(words.length, 'word')}, `
    + `${plural(engines.length, 'engine')}${repaired ? `, ${plural(repaired, 'repair')}` : ''}${cost ? `, $${cost.toFixed(4)}` : ''}.`;
}

/** Saves what a report of a fault needs: the gateway's archive; of an older gateway, the trace. */
async function report(trace) {
  const bundle = await optional(send(address(`/sessions/${trace.id}/bundle`)));
  if (bundle) save(`session-${trace.id}.tar`, await bundle.blob());
  else save(`session-${trace.id}.json`, JSON.stringify(trace, null, 2), 'application/json');
}

function show(root, trace, from, signal) {
  const duration = Math.max(trace.duration, 0.1), words = wordsOf(trace), engines = enginesOf(trace), { gaps } = trace;
  const peaks = [];
  const lanes = [{ name: 'Wave', small: 'as kept', height: 40 }, { name: 'Speech', small: 'and pauses', height: 28 },
    ...engines.map((name) => ({ name, small: 'engine', height: 46 })),
    { name: 'Final', small: 'and turns', height: 28 }, { name: 'Delay', small: `to ${slow} s`, height: 40 },
    { name: 'Confidence', small: '0 to 1', height: 40 }];
  const tops = [];
  let whole = ruler;
  for (const lane of lanes) {
    tops.push(whole);
    whole += lane.height + between;
  }
  let first = 0, last = isNarrow() ? Math.min(16, duration) : Math.min(60, duration), time = from, chosen = null;
  const x = (seconds, width) => (seconds - first) / (last - first) * width;
  const ink = (word) => color('k' + colorOf(word.channel * 3 + Math.max(0, Number(word.speaker) || 0)));
  const font = () => `11px ${getComputedStyle(document.body).fontFamily}`;

  const bar = (context, center, lane, share, fill) => {
    const tall = Math.max(1, Math.min(1, share) * lanes[lane].height);
    context.fillStyle = fill;
    context.fillRect(center - 1, tops[lane] + lanes[lane].height - tall, 2, tall);
  };
  /** Draws where speech was heard, and each judgment of a pause: the taller its line, the surer the model that the turn is over. */
  const listening = (context, width) => {
    const { speech, judgments } = heard(trace, first, last), ground = tops[1] + lanes[1].height;
    context.fillStyle = color('ok');
    for (const part of speech) {
      const left = x(part.start, width);
      context.fillRect(left, ground - 7, Math.max(1, x(part.end, width) - left), 6);
    }
    context.fillStyle = color('now');
    for (const judgment of judgments) {
      const at = x(judgment.at, width), tall = Math.max(2, judgment.p * (lanes[1].height - 4));
      context.fillRect(at - 1, ground - tall, 2, tall);
      context.beginPath();
      context.arc(at, ground - tall, 2.5, 0, 7);
      context.fill();
    }
  };
  /** Draws the levels of the session's audio, where its conversation has them. */
  const wave = (context, width) => {
    context.fillStyle = color('ink3');
    for (const part of peaks) {
      const step = part.duration / part.peaks.length, left = Math.max(0, Math.floor((first + part.shift) / step));
      const right = Math.min(part.peaks.length, Math.ceil((last + part.shift) / step));
      for (let index = left; index < right; index++) {
        if (part.peaks[index] == null) continue;
        const tall = Math.max(1, part.peaks[index] * lanes[0].height);
        context.fillRect(x(index * step - part.shift, width), tops[0] + (lanes[0].height - tall) / 2, Math.max(1, step / (last - first) * width - 1), tall);
      }
    }
  };

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
    wave(context, width);
    listening(context, width);
    const laneOf = (name) => 2 + engines.indexOf(name), finals = engines.length + 2, delays = finals + 1, sure = finals + 2;
    for (const leg of trace.legs) {
      const until = leg.to ?? duration;
      if (until < first || leg.from > last) continue;
      const lane = laneOf(leg.engine), left = x(leg.from, width), wide = Math.max(2, x(until, width) - left);
      context.fillStyle = color('hover');
      context.beginPath();
      context.roundRect(left, tops[lane], wide, lanes[lane].height, 5);
      context.fill();
      if (leg.end !== 'failed') continue;
      context.strokeStyle = color('bad');
      context.strokeRect(left + 0.5, tops[lane] + 0.5, wide - 1, lanes[lane].height - 1);
      context.fillStyle = color('bad');
      context.fillText(leg.error ?? 'failed', left + 4, tops[lane] + lanes[lane].height - 7);
    }
    for (const repair of trace.repairs) {
      if (repair.end < first || repair.start > last) continue;
      const lane = laneOf(repair.engine), left = x(repair.start, width);
      context.strokeStyle = color('warn');
      context.setLineDash([4, 3]);
      context.strokeRect(left + 0.5, tops[lane] + 0.5, Math.max(2, x(repair.end, width) - left) - 1, lanes[lane].height - 1);
      context.setLineDash([]);
    }
    for (const turn of trace.turns) {
      if (turn.at < first || turn.at > last) continue;
      context.fillStyle = color('ink3');
      context.fillRect(x(turn.at, width) - 0.5, tops[finals] - 4, turn.over ? 2 : 1, lanes[finals].height + 4);
    }
    for (const word of words) {
      if (word.end < first || word.start > last) continue;
      const left = x(word.start, width), wide = Math.max(2, x(word.end, width) - left - 1.2);
      word.versions.slice(-rows).forEach((version, row) => {
        context.fillStyle = version.kind === 'repair' ? color('warn') : ink(word);
        context.globalAlpha = version.kind === 'interim' ? 0.35 : 1;
        context.fillRect(left, tops[laneOf(version.engine)] + 4 + 8 * row, wide, 6);
      });
      context.globalAlpha = 1;
      context.fillStyle = ink(word);
      context.beginPath();
      context.roundRect(left, tops[finals], wide, 9, 2);
      context.fill();
      const delay = latency(word);
      if (delay.final != null) {
        bar(context, left + wide / 2, delays, delay.final / slow, delay.final > slow / 2 ? color('warn') : color('ink3'));
        bar(context, left + wide / 2 - 3, delays, delay.first / slow, color('line'));
      }
      if (word.confidence != null) bar(context, left + wide / 2, sure, word.confidence, word.confidence < 0.5 ? color('bad') : color('ink3'));
      if (wide > context.measureText(word.text).width + 2) {
        context.fillStyle = color('ink');
        context.fillText(word.text, left, tops[finals] + lanes[finals].height - 7);
      }
    }
  }, { role: 'img', 'aria-label': `${length(duration)} of a session: levels, speech and judged pauses, versions of words by engine, finals, delays, `
    + 'confidence. The words are in the lists below.' });
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
  const pause = h('p.small.dim'), output = h('output', clock(time, 1)), heading = h('h2'), saw = h('div.saw'), about = h('div.stack');

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
    heading.textContent = `What the client saw at ${clock(time, 1)}`;
    const judgment = judgmentAt(trace, time);
    pause.textContent = judgment ? `Pause at ${clock(judgment.at, 1)}: the turn is over with a probability of ${Math.round(judgment.p * 100)} % `
      + `(${judgment.engine ?? 'the gate'}).` : '';
    const { finals, interims } = seen(trace, words, time), lines = [];
    for (const word of finals.slice(-80)) {
      const line = lines.at(-1);
      if (!line || line[0].turn !== word.turn || line[0].channel !== word.channel || line[0].engine !== word.engine) lines.push([word]);
      else line.push(word);
    }
    saw.replaceChildren(...lines.slice(-6).map((line) => h('p', spoken(), line.flatMap((word, index) => [h('button.w' + (word.isRepaired ? '.rep' : '')
      + (word.confidence != null && word.confidence < 0.5 ? '.low' : '') + (word === chosen ? '.sel' : ''), {
      'aria-pressed': String(word === chosen), onclick: () => {
        chosen = word;
        cursor.redraw();
        read();
        explain(word);
      } }, word.text), blank(word.text, line[index + 1]?.text)]))), ...interims.map((texts) => h('p.interim', spoken(), joined(texts))));
    if (saw.childElementCount) return;
    saw.append(h('p.dim', words.length ? `Nothing yet: the first word is at ${clock(words[0].start, 1)}.` : 'The session has no words.'));
  }
  function explain(word) {
    const delay = latency(word), seconds = (value) => value == null ? '–' : `${value.toFixed(2)} s after its end`;
    const facts = ['Said', `${clock(word.start, 2)} to ${clock(word.end, 2)}`, 'Recognised by', word.engine, 'Shown first', seconds(delay.first),
      'Final', seconds(delay.final), 'Confidence', word.confidence == null ? '–' : word.confidence.toFixed(2), 'Channel', String(word.channel + 1),
      'Turn', String(word.turn + 1), ...(word.speaker == null ? [] : ['Speaker', String(word.speaker)])];
    about.replaceChildren(h('div.row.between', h('h2', '“', said(word.text), '”'), word.isRepaired ? tag('warn', 'repaired') : tag('ok', 'final')),
      h('table.table', h('tbody', word.versions.map((version, index) => h('tr', h('td.nowrap', version.at == null ? '–' : clock(version.at, 1)),
        h('td', '“', said(version.text), '”'), h('td.dim', reason(trace, word, index)))))),
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
    go(next.finalAt ?? next.end, next);
  };
  document.addEventListener('harken-key', onkey);

  root.append(h('div.head', h('div', h('h1', `Session ${trace.id.slice(0, 8)}`), h('p', describe(trace, words, engines))),
    h('button.btn', { onclick: (event) => busy(event.currentTarget, () => report(trace)) }, icon('down'), 'Save for a report')),
  h('div.micro', h('div.panel.flush', h('div.lanes', names, scope), h('div.scrub', output, scrub)),
    h('div.row.between', h('div.row', h('button.btn.icon', { 'aria-label': 'Zoom in', onclick: () => zoom(0.7) }, icon('plus')),
      h('button.btn.icon', { 'aria-label': 'Zoom out', onclick: () => zoom(1.4) }, icon('minus'))),
    h('div.legend', h('span', h('i.k1'), 'final'), h('span', 'pale: interim'), h('span', 'dashed: repaired'), h('span', h('i.hatch'), 'gap'),
      h('span', h('i.heard'), 'speech'), h('span', h('i.turn'), 'a pause: the taller, the surer that the turn is over'))),
    h('div.micro-low', h('section.panel.stack', heading, saw, pause),
      h('section.panel', { 'aria-live': 'polite', 'aria-label': 'The word that was chosen' }, about)),
    replay(trace), quietParts(trace, words)));
  if (words.length) {
    const word = words.find((candidate) => candidate.end >= from) ?? words[0];
    go(from || (word.finalAt ?? word.end), word);
  } else {
    about.append(h('p.dim', 'No word is chosen.'));
    read();
  }
  const waiting = trace.conversations.filter(({ shift }) => shift != null);
  const ask = async () => {
    for (let part; !signal.aborted && (part = waiting.shift());) {
      const answer = await get(`/conversations/${part.id}/peaks`, { n: levels }, signal).catch(() => null);
      if (!answer?.peaks.length) continue;
      peaks.push({ ...answer, shift: part.shift });
      picture.redraw();
    }
  };
  for (let number = 0; number < atOnce; number++) ask();
  signal.addEventListener('abort', () => document.removeEventListener('harken-key', onkey));
}

/** What is missing, and where nobody spoke, as a list. */
function quietParts(trace, words) {
  const rows = trace.gaps.map((gap) => [gap.start, gap.end, gap.reason ?? 'not recognised']);
  let end = words[0]?.start ?? 0;
  for (const word of words) {
    if (word.start - end > silence) rows.push([end, word.start, 'no words']);
    end = Math.max(end, word.end);
  }
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
      h('span.t', timeOf(entry.started_at)), h('div', h('h3', said(entry.source ?? 'A session')), h('p.p', entry.id)),
      h('div.m', length(entry.duration ?? 0))))));
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
  const leaving = new AbortController();
  fill(body, () => get(`/sessions/${encodeURIComponent(id)}/trace`, {}, leaving.signal), (trace) => {
    root.replaceChildren();
    show(root, trace, Number(values.get('t')) || 0, leaving.signal);
  });
  return () => leaving.abort();
}
