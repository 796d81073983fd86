// Live: the microphone becomes captions. A session that runs elsewhere is watched on the same page.
import { get } from './api.js';
import { CaptionLines } from './captionlines.js';
import { bars } from './drawing.js';
import { h, said, say, spoken } from './elements.js';
import { clock, count, language, length, plural } from './figures.js';
import { gateway } from './gateway.js';
import { icon } from './icons.js';
import { ListenClient } from './listen.js';
import { heightOf, openSound, rate, SoundError } from './microphone.js';
import { pair } from './pairing.js';
import { empty, note, select, who } from './pieces.js';
import { openSessions, watch } from './watching.js';
import { blank } from './writing.js';

const languages = ['en', 'multi', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl', 'ja', 'ko', 'zh', 'ar', 'hi', 'ru', 'uk'];
/** Level from which somebody is heard, and seconds of quiet after which that is said. */
const audible = 0.012, quiet = 10;
/** Pixels from the end within which the list scrolls by itself. */
const nearEnd = 80;

export default function live(root) {
  root.classList.add('fill');
  const level = bars('meter'), captions = h('div.live-text', { tabindex: 0, role: 'region', 'aria-label': 'Captions' });
  const heard = h('span.small.dim', 'Not listening'), finals = h('div.sr', { 'aria-live': 'polite' }), problem = h('div');
  const time = h('span.mono.small', '0:00'), button = h('button.btn.primary'), engine = h('dd', '–'), words = h('dd', '0'), safe = h('dd', '–');
  const session = h('dd', '–'), share = h('div.stack.s');
  const source = select('Source', [['microphone', 'Microphone'], ['tab', 'Tab audio']]);
  const tongue = select('Language', languages.map((tag) => [tag, language(tag)]));
  const order = select('Engine', [['', 'The gateway’s order'], ...gateway.engines.map(({ name, state }) =>
    [name, state === 'ready' ? `${name} only` : `${name} only (${state})`])]);
  let lines = new CaptionLines(), sound = null, client = null, unwatch = null, people = [], serving = null, conversation = null, speech = null, running = [];
  let samples = 0, lastLoud = 0, read = 0, isDue = false;

  get('/people').then((answer) => {
    people = answer.people;
    lines.know(people);
  }, () => {});

  // MARK: Captions

  function draw() {
    isDue = false;
    const isAtEnd = captions.scrollTop + captions.clientHeight > captions.scrollHeight - nearEnd, all = lines.lines;
    captions.replaceChildren(h('div.spring'), ...all.map((line) => {
      if (line.kind === 'gap') return h('div.gap', line.text);
      if (line.kind) return h('div.event', icon('swap'), line.text);
      return h('div.line', line.voice ? who(line.voice) : null,
        h('span.said', spoken(speech), line.text, line.interim ? h('span.interim', blank(line.text, line.interim) + line.interim) : null));
    }));
    if (isAtEnd) captions.scrollTop = captions.scrollHeight;
    words.textContent = count(lines.words);
    const shares = lines.shares, sum = shares.reduce((total, [, seconds]) => total + seconds, 0) || 1;
    share.replaceChildren(...shares.map(([voice, seconds]) => h(`div.spk.k${voice.color}`, who(voice),
      h('span.dim', `${Math.round(seconds / sum * 100)} %`), h('div.bar', h('i', { vars: { v: seconds / sum * 100 } })))));
    // Screen readers get whole turns, never interims.
    const turns = all.filter((line) => line.voice);
    if (turns.length > read + 1) {
      const done = turns.at(-2);
      read = turns.length - 1;
      finals.replaceChildren(said(done.voice.name), ': ', said(done.text, speech));
    }
  }
  const redraw = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  };
  const idle = () => captions.replaceChildren(h('div.spring'), empty([8, 16, 30, 18, 40, 24, 12, 20, 8], 'Press Start and say something',
    'The browser asks once whether Harken may use the microphone. Audio goes to this gateway and to the engine that serves, nowhere else.'), h('div.spring'));
  const fresh = () => {
    lines = new CaptionLines();
    lines.know(people);
    read = 0;
    serving = conversation = null;
    problem.replaceChildren();
    captions.replaceChildren(h('div.spring'));
  };
  const take = (segments) => {
    lines.take(segments);
    const last = segments.at(-1);
    if (last?.stt_provider) {
      serving = last.stt_provider;
      engine.textContent = [last.stt_provider, last.stt_model].filter(Boolean).join(' ');
    }
    redraw();
  };
  const observed = {
    interim: (event) => {
      lines.interim = event.text || null;
      redraw();
    },
    gap: ({ start, end, reason }) => {
      lines.mark('gap', `${(end - start).toFixed(1)} s missing${reason ? `: ${reason.replaceAll('_', ' ')}` : ''}`);
      redraw();
    },
    engine: (event) => {
      if (serving && serving !== event.engine) lines.mark('event', `${event.engine} took over from ${serving}. What was open is recognised again.`);
      serving = engine.textContent = event.engine;
      redraw();
    },
    removed: ({ ids }) => {
      lines.drop(ids);
      redraw();
    },
  };

  // MARK: The state of the session

  const label = (state) => {
    const isOn = state !== 'ended';
    button.replaceChildren(isOn ? h('span.row.on', h('span.pulse'), 'Stop') : h('span.row', icon('live'), 'Start listening'));
    for (const control of [source, tongue, order, phone]) control.disabled = isOn;
  };
  const stopSound = () => {
    sound?.stop();
    sound = null;
    heard.textContent = 'Not listening';
    heard.className = 'small dim';
    for (let i = 0; i < 40; i++) level.push(0);
  };
  const ended = () => {
    stopSound();
    unwatch?.();
    unwatch = client = null;
    label('ended');
    say('Stopped');
    refreshSources();
  };
  const states = {
    listening: () => {
      problem.replaceChildren();
      say('Listening');
    },
    resuming: () => problem.replaceChildren(note('warn', 'The connection broke', 'It is being mended. What you say meanwhile is kept in this page.')),
    ended: () => {
      ended();
      if (!lines.words || !conversation) return;
      problem.append(note('ok', 'Kept', `${plural(lines.words, 'word')}, with their sound where the settings say so.`,
        h('a.btn.s', { href: `#/conversation/${conversation}` }, 'Read it')));
    },
  };
  const onlevel = (value) => {
    level.push(heightOf(value));
    const now = performance.now();
    if (value > audible) lastLoud = now;
    const isLoud = now - lastLoud < 400, isQuiet = now - lastLoud > quiet * 1000;
    heard.textContent = isLoud ? 'I hear you' : isQuiet ? 'I hear nothing. Is the microphone muted, or is it another one?' : 'Quiet';
    heard.className = 'small ' + (isLoud ? 'ok strong' : isQuiet ? 'warn' : 'dim');
    time.textContent = clock(samples / rate);
  };

  async function start() {
    fresh();
    speech = tongue.value;
    samples = 0;
    lastLoud = performance.now();
    label('connecting');
    try {
      sound = await openSound(source.value, {
        onaudio: (packet) => {
          samples += packet.byteLength / 2;
          client?.push(packet);
        },
        onlevel,
        onend: () => stop(),
      });
    } catch (error) {
      label('ended');
      problem.replaceChildren(note('bad', error instanceof SoundError ? error.title : 'The sound cannot be opened', error.message));
      return;
    }
    const mine = client = new ListenClient({ language: tongue.value, engine: order.value || null });
    mine.addEventListener('state', ({ detail }) => states[detail]?.());
    mine.addEventListener('segments', ({ detail }) => take(detail));
    mine.addEventListener('safe', ({ detail }) => { safe.textContent = clock(detail, 1); });
    mine.addEventListener('failure', ({ detail }) => problem.replaceChildren(note('bad', 'The session has ended', detail)));
    mine.addEventListener('session', ({ detail }) => {
      session.replaceChildren(h('a', { href: `#/microscope/${detail}` }, h('code', detail.slice(0, 8))));
      unwatch?.();
      unwatch = watch(detail, observed);
    });
    mine.addEventListener('status', ({ detail }) => {
      if (detail.type === 'conversation_session') conversation = detail.conversation_id;
      if (detail.status === 'ready' && detail.provider) engine.textContent = detail.provider;
      if (detail.type === 'segments_deleted') lines.drop(detail.segment_ids ?? []);
      if (detail.status === 'stt_degraded') lines.mark('gap', detail.status_text ?? 'Audio was not recognised here');
      redraw();
    });
  }

  function stop() {
    stopSound();
    if (client) client.finish();
    else if (unwatch) ended();
  }

  function watchSession(id) {
    fresh();
    speech = running.find((entry) => entry.id === id)?.language;
    label('listening');
    session.replaceChildren(h('a', { href: `#/microscope/${id}` }, h('code', id.slice(0, 8))));
    heard.textContent = 'Watching';
    unwatch = watch(id, { ...observed, segment: (segment) => take([segment]), end: ended });
  }

  function toggle() {
    if (client || unwatch || sound) return stop();
    const [kind, id] = source.value.split(':');
    if (kind === 'session') watchSession(id); else start();
  }

  async function refreshSources() {
    running = (await openSessions()).toSorted((a, b) => String(b.started_at).localeCompare(String(a.started_at)));
    source.querySelectorAll('option[value^="session:"]').forEach((option) => option.remove());
    source.append(...running.map((entry) =>
      h('option', { value: `session:${entry.id}` }, `Running: ${entry.source ?? entry.id.slice(0, 8)}, ${length(entry.duration ?? 0)}`
        + (entry.state === 'waiting' ? ', its client is away' : ''))));
  }

  // MARK: Layout

  const phone = h('button.btn.s', { onclick: () => pair({ language: tongue.value, engine: order.value }, watchSession) }, icon('phone'), 'Use a phone');
  button.addEventListener('click', toggle);
  label('ended');
  idle();
  refreshSources();
  const onkey = (event) => {
    if (event.detail !== ' ') return;
    event.preventDefault();
    toggle();
  };
  document.addEventListener('harken-key', onkey);
  root.append(h('header.live-bar', h('h1', 'Live'), button, time, source, tongue, h('a.btn.ghost.hide-s', { href: 'captions', target: '_blank' }, 'Overlay')),
    h('div.live', h('div.reading', problem, captions), h('aside.side', { 'aria-label': 'Session' }, h('div.sect', level, heard),
      h('div.sect.hide-s', h('h2', 'Engine'), order, h('dl.dl', h('dt', 'Serving'), engine, h('dt', 'Words'), words,
        h('dt', 'Safe on disk to'), safe, h('dt', 'Session'), session)), h('div.sect.hide-s', h('h2', 'Who speaks'), share),
    h('div.sect.hide-s', h('div', phone)))), finals);
  return () => {
    document.removeEventListener('harken-key', onkey);
    stopSound();
    client?.finish();
    unwatch?.();
  };
}
