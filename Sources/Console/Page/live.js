// Live: the microphone becomes captions, in the session of the shell. A session that runs elsewhere is watched on the same page.
import { get } from './api.js';
import { CaptionLines, CaptionLog } from './captionlines.js';
import { bars } from './drawing.js';
import { h, say, spoken } from './elements.js';
import { clock, count, language, length, plural } from './figures.js';
import { gateway } from './gateway.js';
import { icon } from './icons.js';
import { behindWords } from './listen.js';
import { listening } from './listening.js';
import { heightOf } from './microphone.js';
import { pair } from './pairing.js';
import { empty, note, select, who } from './pieces.js';
import { events, fill, openSessions, watch } from './watching.js';
import { blank } from './writing.js';

const languages = ['en', 'multi', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl', 'ja', 'ko', 'zh', 'ar', 'hi', 'ru', 'uk'];
/** Level from which somebody is heard, and seconds of quiet after which that is said. */
const audible = 0.012, quiet = 10;

export default function live(root) {
  root.classList.add('fill');
  const level = bars('meter'), captions = h('div.live-text', { tabindex: 0, role: 'region', 'aria-label': 'Captions' });
  const heard = h('span.small.dim', 'Not listening'), log = new CaptionLog(), problem = h('div'), told = h('div'), behind = h('div', { role: 'status' });
  const time = h('span.mono.small', '0:00'), button = h('button.btn.primary'), engine = h('dd', '–'), words = h('dd', '0'), safe = h('dd', '–');
  const session = h('dd', '–'), share = h('div.stack.s');
  const source = select('Source', [['microphone', 'Microphone'], ['tab', 'Tab audio']]);
  const tongue = select('Language', languages.map((tag) => [tag, language(tag)]));
  const order = select('Engine', [['', 'The gateway’s order'], ...gateway.engines.map(({ name, state }) =>
    [name, state === 'ready' ? `${name} only` : `${name} only (${state})`])]);
  // `watched` is the session of another page or program that is shown; null: that of the shell is.
  let watched = null, running = [], lastLoud = 0, isDue = false, drawn = [];
  // True while the list scrolls by itself; otherwise `seen` lines were there when somebody scrolled up.
  let follows = true, seen = 0;
  const back = h('button.btn.back-now', { hidden: true, onclick: () => {
    captions.focus({ preventScroll: true });
    toEnd();
  } });
  const view = () => watched ?? listening;

  get('/people').then((answer) => {
    listening.people = answer.people;
    view().lines.know(answer.people);
  }, () => {});

  // MARK: Captions

  /** The element of a line, and what changes in it while the line grows. */
  function made(line, speech) {
    if (line.kind === 'gap') return { element: h('div.gap', line.text) };
    if (line.kind) return { element: h('div.event', icon('swap'), line.text) };
    const text = new Text(), interim = new Text();
    const words = h('span.said', spoken(speech), text, h('span.interim', interim));
    return { element: h('div.line', line.voice && !line.goesOn ? who(line.voice) : null, words), text, interim };
  }

  /** Sets a text; one that grows keeps what somebody selects in it. */
  const write = (node, text) => {
    if (text.startsWith(node.data)) node.appendData(text.slice(node.length)); else node.data = text;
  };
  const scrolled = (isAtEnd) => {
    follows = isAtEnd;
    if (follows) seen = drawn.length;
    back.hidden = drawn.length <= seen;
    back.textContent = `${plural(drawn.length - seen, 'new line')} ↓`;
  };
  const toEnd = () => {
    captions.scrollTop = captions.scrollHeight;
    scrolled(true);
  };
  // Near the end the list scrolls by itself.
  captions.onscroll = () => scrolled(captions.scrollTop + captions.clientHeight > captions.scrollHeight - 80);
  // The end stays in its place when notes come above it.
  const sizes = new ResizeObserver(() => { if (follows) toEnd(); });
  sizes.observe(captions);

  function draw() {
    isDue = false;
    const { lines, speech } = view(), all = lines.lines;
    // A line that has not changed is the same object; one that grows stays the same element.
    let first = Math.min(drawn.length, all.length);
    while (first && drawn[first - 1].line !== all[first - 1]) first--;
    const old = new Map(drawn.splice(first).map((entry) => [entry.key, entry]));
    for (const line of all.slice(first)) {
      const key = [line.key, line.voice?.key, line.voice?.name, line.goesOn].join(), entry = old.get(key) ?? made(line, speech);
      old.delete(key);
      drawn.push(Object.assign(entry, { key, line }));
    }
    for (const { element } of old.values()) element.remove();
    let next = (drawn[first - 1]?.element ?? captions.firstChild)?.nextSibling;
    const last = drawn.at(-1);
    for (const entry of drawn.slice(first)) {
      const { element, line, text, interim } = entry;
      if (text) {
        write(text, line.text);
        write(interim, line.interim ? blank(line.text, line.interim) + line.interim : '');
        if (entry !== last) element.style.minHeight = '';
      }
      if (next === element) next = next.nextSibling; else captions.insertBefore(element, next);
    }
    // The last line never becomes lower.
    if (last?.text) last.element.style.minHeight = last.element.offsetHeight + 'px';
    if (follows) toEnd(); else scrolled(false);
    log.tell(lines, speech);
    engine.textContent = view().engine ?? '–';
    const { shares } = lines, sum = shares.reduce((total, [, seconds]) => total + seconds, 0) || 1;
    words.textContent = count(lines.words);
    share.replaceChildren(...shares.map(([voice, seconds]) => h(`div.spk.k${voice.color}`, who(voice),
      h('span.dim', `${Math.round(seconds / sum * 100)} %`), h('div.bar', h('i', { vars: { v: seconds / sum * 100 } })))));
  }
  const redraw = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  };
  const tellLate = (isLate) => behind.replaceChildren(...(isLate ? [note('', ...behindWords)] : []));
  const fresh = () => {
    log.told = 0;
    drawn = [];
    scrolled(true);
    problem.replaceChildren();
    tellLate(false);
    captions.replaceChildren(h('div.spring'));
  };
  const idle = () => captions.replaceChildren(h('div.spring'), empty([8, 16, 30, 18, 40, 24, 12, 20, 8], 'Press “Start listening” and say something',
    'The browser asks once whether Harken may use the microphone. Audio goes to this gateway and to the engine that serves, nowhere else.'), h('div.spring'));

  // MARK: The state of the session

  const name = (id) => session.replaceChildren(id ? h('a', { href: `#/microscope/${id}` }, h('code', id.slice(0, 8))) : '–');
  const silent = (text) => {
    heard.textContent = text;
    heard.className = 'small dim';
  };
  const label = () => {
    const isOn = !!watched?.stop || listening.isOn;
    button.replaceChildren(listening.isWaiting ? 'Do not wait' : isOn ? h('span.row.on', h('span.pulse'), 'Stop')
      : h('span.row', icon('live'), 'Start listening'));
    for (const control of [source, tongue, order, phone]) control.disabled = isOn;
  };
  let before = listening.state;
  const on = {
    change: () => {
      const { state } = listening;
      if (state === 'asking' && before !== state) {
        watched?.stop?.();
        watched = null;
        lastLoud = performance.now();
        fresh();
      }
      if (!listening.sound && !watched) {
        silent(listening.pause ? 'No sound comes' : 'Not listening');
        for (let i = 0; i < 40; i++) level.push(0);
      } else if (listening.pause) silent('No sound comes');
      if (state === 'off' && before !== state) refreshSources();
      before = state;
      label();
      redraw();
    },
    lines: redraw,
    facts: () => {
      if (watched) return;
      name(listening.session);
      safe.textContent = listening.safe == null ? '–' : clock(listening.safe, 1);
    },
    level: () => {
      const { value, isMute } = listening, now = performance.now();
      level.push(heightOf(value));
      if (value > audible) lastLoud = now;
      const isLoud = now - lastLoud < 400, isQuiet = now - lastLoud > quiet * 1000;
      heard.textContent = isLoud ? 'I hear you' : isMute ? 'No sound at all comes. Is the microphone muted?'
        : isQuiet ? 'I hear nothing. Is the microphone muted, or is it another one?' : 'Quiet';
      heard.className = 'small ' + (isLoud ? 'ok strong' : isMute || isQuiet ? 'warn' : 'dim');
      time.textContent = clock(listening.seconds);
    },
  };

  function stopWatching() {
    watched?.stop?.();
    if (watched) watched.stop = null;
    tellLate(false);
    silent('Not listening');
    label();
    say('Stopped');
    refreshSources();
  }

  function watchSession(id) {
    const mine = watched = { lines: new CaptionLines(), speech: running.find((entry) => entry.id === id)?.language, serving: null, engine: null, tellLate };
    mine.lines.know(listening.people);
    fresh();
    name(id);
    time.textContent = '';
    silent('Watching');
    const facts = events(mine, redraw);
    // What was said before one watches, or while the gateway was away, is read.
    let isBehind = true, talks = [], shown = [];
    mine.stop = watch(id, {
      ...facts, end: () => { if (mine.stop) stopWatching(); },
      conversation: async (event) => {
        facts.conversation(event);
        talks = [...new Set([...talks.slice(-1), event.id])];
        if (!isBehind) return;
        isBehind = false;
        for (const talk of talks) await fill(mine.lines, talk, { shown });
        redraw();
      },
      lost: () => {
        isBehind = true;
        shown = [...mine.lines.segments.keys()];
        tellLate(false);
        problem.replaceChildren(note('warn', 'The gateway is gone', 'The session is looked for until it goes on, here or at the next gateway.'));
      },
      back: (now) => {
        problem.replaceChildren();
        name(now);
        mine.lines.mark('event', 'The gateway was away');
        say('Watching again');
      },
    });
    label();
    say('Watching');
  }

  function toggle() {
    if (watched?.stop) return stopWatching();
    const [kind, id] = source.value.split(':');
    if (kind === 'session' && !listening.isOn) watchSession(id);
    else listening.press({ source: source.value, language: tongue.value, engine: order.value });
  }

  async function refreshSources() {
    running = (await openSessions()).filter((entry) => !listening.isOn || entry.id !== listening.session);
    source.querySelectorAll('option[value^="session:"]').forEach((option) => option.remove());
    source.append(...running.map((entry) =>
      h('option', { value: `session:${entry.id}` }, `Running: ${entry.source ?? entry.id.slice(0, 8)}, ${length(entry.duration ?? 0)}`
        + (entry.state === 'waiting' ? ', its client is away' : ''))));
  }

  // MARK: Layout

  const phone = h('button.btn.s', { onclick: () => pair({ language: tongue.value, engine: order.value }, watchSession) }, icon('phone'), 'Use a phone');
  button.addEventListener('click', toggle);
  if (listening.isOn) {
    const { options } = listening;
    source.value = options.source;
    tongue.value = options.language;
    order.value = options.engine ?? '';
    time.textContent = clock(listening.seconds);
  }
  // The title is still that of the page before.
  listening.comeBack(document.title.split(' · ')[0]);
  if (listening.isOn || listening.lines.segments.size) {
    fresh();
    // What was said elsewhere was read there, or is read here by whoever wants to.
    log.told = listening.lines.words;
    redraw();
  } else idle();
  label();
  on.facts();
  lastLoud = performance.now();
  listening.showNotes(told);
  for (const [event, act] of Object.entries(on)) listening.addEventListener(event, act);
  refreshSources();
  const onkey = (event) => {
    // Where something scrolls, Space scrolls.
    if (event.detail !== ' ' || captions.contains(document.activeElement)) return;
    event.preventDefault();
    toggle();
  };
  document.addEventListener('harken-key', onkey);
  root.append(h('header.live-bar', h('h1', 'Live'), button, time, source, tongue, h('a.btn.ghost.hide-s', { href: 'captions', target: '_blank' }, 'Overlay')),
    h('div.live', h('div.reading', h('div', told, problem, behind), captions, back), h('aside.side', { 'aria-label': 'Session' }, h('div.sect', level, heard),
      h('div.sect.hide-s', h('h2', 'Engine'), order, h('dl.dl', h('dt', 'Serving'), engine, h('dt', 'Words'), words,
        h('dt', 'Safe on disk to'), safe, h('dt', 'Session'), session)), h('div.sect.hide-s', h('h2', 'Who speaks'), share),
    h('div.sect.hide-s', h('div', phone)))), log.element);
  return () => {
    document.removeEventListener('harken-key', onkey);
    for (const [event, act] of Object.entries(on)) listening.removeEventListener(event, act);
    sizes.disconnect();
    watched?.stop?.();
    listening.leave();
    listening.showNotes();
  };
}
