// Start: drop a recording, use the microphone, connect a client, see what is missing.
import { get, optional } from './api.js';
import { clients } from './clients.js';
import { bars, strip } from './drawing.js';
import { h, spoken } from './elements.js';
import { bytes, dayOf, length, timeOf, titleOf } from './figures.js';
import { gateway, learn, may } from './gateway.js';
import { icon } from './icons.js';
import { add, recordings } from './jobs.js';
import { command, note } from './pieces.js';
import { colorOf } from './voices.js';

/** Title and sentence: ready, or what is wrong. */
function state() {
  const ready = gateway.engines.filter((engine) => engine.state === 'ready');
  if (ready.length) {
    const names = ready.map((engine) => engine.name).join(', '), isLocal = ready.some((engine) => engine.name === 'local');
    return ['Ready to listen', `${ready.length === 1 ? 'Engine' : 'Engines'} that can be used: ${names}.`
      + (isLocal && ready.length === 1 ? ' Nothing leaves this machine unless you add a vendor.' : '')];
  }
  if (gateway.engines.some((engine) => engine.state === 'loading')) return ['Getting ready', 'The models are being loaded. This takes a few seconds.'];
  if (gateway.engines.length) return ['Harken runs. It cannot hear yet.', gateway.engines[0].why ?? 'No engine can be used.'];
  return ['Harken', 'What is said becomes words, on your own machine.'];
}

const missing = () => {
  const needs = gateway.missing.map((need) => {
    const symbol = icon('todo');
    symbol.classList.add('faint');
    return h('li', symbol, h('div', h('b.strong', need.what), need.command ? command(need.command) : null));
  });
  if (needs.length) return h('section.sect', h('h2', 'Next steps'), h('ul.todo', needs));
  const engines = gateway.engines.map((engine) => {
    const isReady = engine.state === 'ready', symbol = icon(isReady ? 'ok' : 'todo');
    symbol.classList.add(isReady ? 'ok' : 'faint');
    return h('li', symbol, h('div', h('b.strong', engine.name), h('p.small.dim', isReady ? 'Ready' : engine.why ?? engine.state)));
  });
  return engines.length ? h('section.sect', h('h2', 'Engines'), h('ul.todo', engines)) : null;
};

/** Says to those who may know that a disk has little room, and what takes it. */
async function room(place) {
  const storage = may('admin') ? await optional(get('/admin/storage')).catch(() => null) : null;
  const disk = storage?.disks.find((disk) => disk.state === storage.state);
  if (!disk || disk.state === 'ok') return;
  const isCritical = disk.state === 'critical';
  const parts = storage.parts.filter((part) => part.bytes >= 1e6).sort((a, b) => b.bytes - a.bytes).map((part) => `${part.part} ${bytes(part.bytes)}`);
  place.replaceChildren(note(isCritical ? 'bad' : 'warn', isCritical ? 'The disk is nearly full' : 'The disk fills up',
    `${bytes(disk.free_bytes)} of ${bytes(disk.size_bytes)} are free on the disk of ${disk.path}.`
    + (parts.length ? ` Harken takes: ${parts.join(', ')}.` : '')
    + ' Keep audio for fewer days (HARKEN_AUDIO_DAYS), delete other files, or make the disk larger.'
    + (isCritical ? ' Soon nothing can be stored.' : '')));
  place.hidden = false;
}

async function newest(place) {
  const page = await optional(get('/conversations', { limit: 3 })).catch(() => null);
  if (!page?.conversations.length) return;
  place.append(h('div.row', h('h2', 'Newest conversations'), h('a.small', { href: '#/conversations' }, 'All of them')),
    h('ul.recent', page.conversations.map((conversation) => {
      const duration = conversation.duration ?? (new Date(conversation.finished_at) - new Date(conversation.started_at)) / 1000;
      const turns = conversation.turns?.map(([start, end, index]) => [start, end, colorOf(index)]);
      return h('li', h('a', { href: `#/conversation/${conversation.id}` },
        h('div', h('div.strong.clip', conversation.title ? spoken(conversation.language) : null, titleOf(conversation)),
          h('div.small.faint', `${dayOf(conversation.started_at)}, ${timeOf(conversation.started_at)}`)),
        turns ? strip(turns, duration, conversation.gaps ?? []) : h('span'), h('span.small.dim.num', length(duration))));
    })));
  place.hidden = false;
}

export default function start(root) {
  const level = bars('bars', { tone: 'mark', rest: 'ink2' });
  let beat = 0;
  const sway = () => level.push(0.06 + 0.5 * Math.abs(Math.sin(beat / 3.1) * Math.sin(beat++ / 7.7)));
  for (let i = 0; i < 40; i++) sway();
  let choice;
  const input = h('input.sr', { type: 'file', accept: 'audio/*,video/*', multiple: true, tabindex: -1, 'aria-hidden': 'true', onchange: () => {
    add([...input.files], choice);
    input.value = '';
  } });
  const choose = (wanted) => {
    choice = wanted;
    input.click();
  };
  const jobs = recordings(choose);
  const drop = h('section.drop', { 'aria-label': 'A recording' }, h('h2', 'Drop a recording here'),
    h('p', 'Audio or video, any length. It becomes a conversation, with who said what.'),
    h('div.row', h('button.btn.primary', { onclick: () => choose() }, 'Choose a file')), input);
  const microphone = h('section.mic', { 'aria-label': 'Microphone' }, level, h('h2', 'Or say something'),
    h('p', 'Your voice becomes captions while you speak.'), h('a.btn', { href: '#/live' }, icon('live'), 'Use the microphone'));
  const shortage = h('div', { hidden: true });
  const heading = h('h1'), words = h('p'), recent = h('section.sect', { hidden: true });
  const none = note('warn', 'No engine', 'Recordings and live sessions are refused until one can be used. This page notices by itself.');
  const told = () => {
    [heading.textContent, words.textContent] = state();
    none.hidden = gateway.engines.some((engine) => engine.state !== 'unavailable');
  };
  told();
  const wait = setInterval(() => {
    if (gateway.engines.some((engine) => engine.state === 'ready')) clearInterval(wait);
    else learn().then(told, () => {});
  }, 2000);
  root.append(h('div.head', h('div', heading, words)), none, shortage,
    may('transcribe') || may('listen') ? h('div.hero', drop, microphone)
      : note('', 'This key may not send speech', 'It has neither the scope transcribe nor listen.'),
    jobs.list, h('div.cols', h('section.sect', h('h2', 'Connect my client'), clients()), missing()), recent);
  newest(recent);
  room(shortage);
  return () => {
    clearInterval(wait);
    jobs.leave();
  };
}
