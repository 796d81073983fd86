// The reader: a conversation's words with who said them, its audio, and what a hand may change.
import { countVoices } from './app.js';
import { get, optional, post } from './api.js';
import { conversationMenu, exportMenu, reading, segmentMenu } from './corrections.js';
import { h, said, spoken } from './elements.js';
import { clock, dayOf, length, plural, timeOf, titleOf } from './figures.js';
import { finder } from './find.js';
import { gapsOf } from './gaps.js';
import { may } from './gateway.js';
import { icon } from './icons.js';
import { nameVoice, takenBack } from './naming.js';
import { complain, fill, note, select, toast, undoable, who } from './pieces.js';
import { Player } from './player.js';
import { SegmentPages } from './segmentpages.js';
import { Transcript } from './transcript.js';
import { Cast, turnsOf } from './voices.js';
import { wave } from './wave.js';
import { whole } from './whole.js';

/** Levels that are asked for: as many as a wide screen has bars. */
const levels = 600;
const speeds = [['1', '1×'], ['0.75', '0.75×'], ['1.25', '1.25×'], ['1.5', '1.5×'], ['2', '2×']];

/** Numbers of three passages of a voice that say most about it: neither the shortest nor the longest, in order. */
function samplesOf(places, cast, key) {
  const own = places.filter((place) => cast.voiceOf(place).key === key);
  const fitness = (place) => -Math.abs(place.end - place.start - 4);
  return own.sort((a, b) => fitness(b) - fitness(a)).slice(0, 3).map((place) => place.index).sort((a, b) => a - b);
}

/** Reads everything but the words: who speaks, and where each segment is. */
async function read(id) {
  const [{ segments, speakers, ...conversation }, gaps] = await Promise.all([
    get(`/conversations/${id}/outline`), optional(get(`/conversations/${id}/gaps`))]);
  const places = segments.map(([start, end, speaker, letters], index) => ({ ...speakers[speaker], start, end, letters, index }));
  const people = speakers.filter((speaker) => speaker.person_id).map((speaker) => ({ id: speaker.person_id, name: speaker.name }));
  return { conversation, places, people, gaps: gapsOf(gaps?.gaps), warnings: gaps?.warnings ?? [] };
}

export default function reader(root, id, values) {
  root.classList.add('fill');
  const body = h('div.stack.reading');
  root.append(body);
  let leave = null, isGone = false;
  fill(body, () => read(id), (all) => {
    if (isGone) return;
    root.replaceChildren();
    leave = show(root, all, Number(values.get('t')) || 0);
  });
  return () => {
    isGone = true;
    leave?.();
  };
}

function show(root, all, from) {
  let { conversation, places, gaps, warnings } = all, cast, turns, pages, changes = 0, peaks = null, isLeft = false;
  const player = new Player(conversation.id), mayWrite = may('write');
  const understand = (people) => {
    cast = new Cast(people);
    turns = turnsOf(places, cast);
  };
  const pagesOf = () => {
    const mine = new SegmentPages(conversation.id, {
      loaded: (first, end, total) => {
        if (mine !== pages) return;
        // Somebody else has changed the conversation, or speaks on.
        if (total !== places.length) changed().catch(complain); else transcript.renew(first, end);
      },
      failed: (error) => { if (mine === pages) complain(error); },
    });
    return mine;
  };
  pages = pagesOf();
  understand(all.people);
  const duration = () => conversation.duration;
  const seek = (seconds) => player.seek(Math.max(0, Math.min(duration(), seconds)));

  const title = h('h1.clip', spoken(conversation.language)), facts = h('p.clip'), aside = h('aside.side', { 'aria-label': 'Speakers' });
  const transcript = new Transcript({
    seek,
    language: conversation.language,
    name: (anchor, place) => naming(anchor, cast.voiceOf(place)),
    menu: (anchor, segment, row) => (mayWrite ? segmentMenu(anchor, conversation, segment, changed, () => copies.copy(row, row)) : seek(segment.start)),
    segment: (index) => pages.segment(index),
    want: (first, last) => pages.want(first, last),
  });
  const copies = whole(transcript, () => conversation);
  const strip = wave({ duration, turns: () => turns, gaps: () => gaps, peaks: () => peaks, seek });

  // MARK: Who speaks

  async function naming(anchor, voice) {
    if (voice.isNamed || !mayWrite || voice.speaker == null) return toast(said(voice.name));
    const passages = await Promise.all(samplesOf(places, cast, voice.key).map((index) => pages.read(index))).catch(() => []);
    nameVoice(anchor, voice, {
      samples: passages.filter(Boolean).map(({ text, start, end }) => ({ text, start, end: Math.min(end, start + 8) })),
      play: player.hasAudio ? (sample, ended) => {
        player.playPassage(sample.start, sample.end);
        const watch = () => {
          if (player.isPlaying && player.until != null) return;
          player.removeEventListener('state', watch);
          ended();
        };
        player.addEventListener('state', watch);
      } : null,
      effect: 'All that this voice said gets the name, in every conversation, and it is known from then on.',
      assign: async (owner, name) => {
        const before = await post(`/conversations/${conversation.id}/segments/assign`, { ...owner, speaker_id: voice.speaker });
        await changed();
        countVoices();
        const words = [said(name), ' is named'];
        // Where another gateway has carried out a part of the assignment, nothing takes it back.
        if (!before.former) return toast(...words);
        undoable(words, async () => {
          await takenBack(conversation.id, before);
          await changed();
          countVoices();
        });
      },
    });
  }

  function beside() {
    const shares = new Map();
    for (const place of places) {
      const { key } = cast.voiceOf(place);
      shares.set(key, (shares.get(key) ?? 0) + place.end - place.start);
    }
    const sum = [...shares.values()].reduce((a, b) => a + b, 0) || 1;
    const voices = cast.all.sort((a, b) => (shares.get(b.key) ?? 0) - (shares.get(a.key) ?? 0));
    aside.replaceChildren(h('div.sect', h('h2', 'Who spoke'), voices.map((voice) => {
      const seconds = shares.get(voice.key) ?? 0, isOpen = !voice.isNamed && mayWrite && voice.speaker != null;
      return h(`div.spk.k${voice.color}`, isOpen ? who(voice, { onclick: (event) => naming(event.currentTarget, voice) }) : who(voice),
        isOpen ? h('button.btn.s', { 'aria-label': `Name ${voice.name}`, onclick: (event) => naming(event.currentTarget, voice) }, 'Name')
          : h('span.dim', length(seconds)),
        h('div.bar', h('i', { vars: { v: seconds / sum * 100 } })));
    })));
    if (warnings.length) aside.append(h('div.sect', h('h2', 'Sound'), warnings.map((text) => h('p.small.dim', text))));
    if (conversation.summary) aside.append(h('div.sect', h('h2', 'Summary'), h('p.small.dim', spoken(conversation.language), conversation.summary)));
    if (gaps.length) {
      aside.append(h('div.sect', h('h2', `Gaps, ${length(gaps.reduce((sum, gap) => sum + gap.end - gap.start, 0))}`), gaps.map((gap) =>
        h('button.who.k0', { onclick: () => {
          seek(gap.start);
          transcript.show(gap.start);
        } }, h('span.small.warn', `${clock(gap.start)}, ${length(gap.end - gap.start)}`)))));
    }
  }

  function draw() {
    title.textContent = titleOf(conversation);
    document.title = `${title.textContent} · Harken`;
    const began = conversation.started_at, amount = places.length;
    facts.textContent = `${dayOf(began)}, ${timeOf(began)}, ${length(duration())}, ${plural(amount, 'segment')}`;
    transcript.set(places, gaps, cast);
    beside();
    strip.redraw();
  }

  async function changed() {
    if (isLeft) return;
    const mine = ++changes, fresh = await read(conversation.id), next = pagesOf(), { seen } = transcript;
    // The words in sight come before they are drawn again, so that nothing flickers.
    if (seen && fresh.places.length) await next.read(Math.min(seen[0], fresh.places.length - 1));
    if (mine !== changes) return;
    pages.leave();
    pages = next;
    ({ conversation, places, gaps, warnings } = fresh);
    understand(fresh.people);
    draw();
  }

  // MARK: Player

  const now = h('b'), total = h('span.faint', ` / ${clock(duration())}`);
  const button = h('button.btn.primary.round', { onclick: () => player.toggle(), 'aria-label': 'Play', disabled: true }, icon('play'));
  const moved = () => {
    const { time } = player;
    now.textContent = clock(time);
    strip.move(time);
    transcript.at(time, player.isPlaying);
  };
  player.addEventListener('time', moved);
  player.addEventListener('state', () => {
    button.disabled = !player.hasAudio;
    button.title = player.hasAudio ? '' : 'No audio is kept of this conversation';
    button.replaceChildren(icon(player.isPlaying ? 'pause' : 'play'));
    button.ariaLabel = player.isPlaying ? 'Pause' : 'Play';
  });
  player.addEventListener('failure', (event) => complain({ message: event.detail }));
  const step = (by) => {
    const row = transcript.rows[transcript.indexAt(player.time) + by];
    if (!row) return;
    seek(row.start + 0.01);
    transcript.show(row.start);
  };
  const keys = {
    ' ': () => player.toggle(), ArrowLeft: () => seek(player.time - 5), ArrowRight: () => seek(player.time + 5), j: () => step(1), k: () => step(-1),
    n: () => transcript.list.shown.get(transcript.indexAt(player.time))?.querySelector('.who')?.click(),
  };
  const onkey = (event) => {
    event.preventDefault();
    keys[event.detail]?.();
  };
  document.addEventListener('harken-key', onkey);

  const search = finder(conversation.id, {
    position: () => player.time,
    found: (hits) => transcript.found(new Set(hits.map((hit) => hit.segment_id))),
    show: (hit) => {
      seek(hit.start);
      transcript.show(hit.start);
    },
  });

  // MARK: Layout

  root.append(
    h('header.reader-head', h('a.btn.ghost.icon', { href: '#/conversations', 'aria-label': 'All conversations' }, icon('back')),
      h('div.grow', title, facts),
      h('div.row', h('button.btn', { 'aria-label': 'Export', onclick: (event) =>
        exportMenu(event.currentTarget, conversation, { hasAudio: player.hasAudio, time: player.time, copyAll: () => copies.copy() }) },
        icon('down'), h('span.hide-s', 'Export')),
      mayWrite ? h('button.btn.icon', { 'aria-label': 'More', onclick: (event) =>
        conversationMenu(event.currentTarget, conversation, changed) }, icon('more')) : null)),
    h('div.reader', h('div.reading', conversation.status === 'in_progress'
      ? note('ok', 'This conversation is being recorded', 'Words of now are on the page Live.') : null,
    search.element, transcript.element, transcript.back), aside),
    h('footer.player', { 'aria-label': 'Player' }, button, strip.element,
      h('div.row.nowrap', h('div.clock', now, total), select('Speed', speeds, { onchange: (event) => { player.rate = Number(event.target.value); } }))));
  reading.changed = changed;
  draw();
  seek(from);
  if (from) requestAnimationFrame(() => transcript.show(from));
  player.open().catch(complain);
  // The gateway may have to decode the audio for them.
  optional(get(`/conversations/${conversation.id}/peaks`, { n: levels })).then((answer) => {
    peaks = answer?.peaks ?? null;
    strip.redraw();
  }, () => {});
  return () => {
    changes++;
    isLeft = true;
    document.removeEventListener('harken-key', onkey);
    player.leave();
    transcript.leave();
    copies.leave();
    search.leave();
    pages.leave();
    strip.leave();
  };
}
