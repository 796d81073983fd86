// People: those who are known first, then voices without a name.
import { countVoices } from './app.js';
import { get, patch, post, remove } from './api.js';
import { enrolment } from './enrolment.js';
import { h, said } from './elements.js';
import { dayOf, length, within } from './figures.js';
import { may } from './gateway.js';
import { icon } from './icons.js';
import { knownPeople, ownerOf, sampleButton, takenBack } from './naming.js';
import { ask, busy, complain, empty, field, fill, glyph, select, settle, undoable, who } from './pieces.js';
import { Player } from './player.js';
import { colorOf } from './voices.js';
import { initial } from './writing.js';

/** Voices without a name that are shown at first, and whenever more are asked for. */
const shownVoices = 12;

/** What plays now: one sample at a time. */
let player = null;

/** Plays a sample out of its conversation. */
async function play(sample, ended) {
  player?.leave();
  const mine = player = new Player(sample.conversation_id);
  const over = () => {
    if (mine.isPlaying && mine.until != null) return;
    mine.removeEventListener('state', over);
    ended();
  };
  if (!(await mine.open().catch(() => false))) return ended();
  await mine.playPassage(sample.start, sample.end);
  mine.addEventListener('state', over);
}

/** A voice's samples, and whom it sounds like; an older gateway knows neither. */
const heardOf = async (voice, signal) => {
  const answer = await get(`/voices/${voice.id}/samples`, {}, signal).catch(() => null);
  return { samples: answer?.samples ?? [], near: answer?.near ?? [] };
};

/** A conversation through which a voice is named. Naming by voice holds in every conversation. */
async function conversationOf(samples) {
  if (samples.length) return samples[0].conversation_id;
  const { conversations } = await get('/conversations', { limit: 1 });
  if (!conversations.length) throw new Error('There is no conversation in which this voice is heard.');
  return conversations[0].id;
}

/** Calls what an element waits for once it comes into sight. `leave` aborts what has begun. */
function sight() {
  const waiting = new WeakMap(), end = new AbortController();
  const observer = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      observer.unobserve(target);
      waiting.get(target)(end.signal);
    }
  }, { rootMargin: '200px' });
  return {
    await: (target, call) => {
      waiting.set(target, call);
      observer.observe(target);
    },
    leave: () => {
      observer.disconnect();
      end.abort();
    },
  };
}

/** Who was forgotten, deleted or merged a moment ago, with the person in whose place; true: nobody. The gateway is told when Undo is over. */
const gone = new Map();
const now = (id) => (gone.has(id) ? now(gone.get(id)) : id);
/** Reads the page that is shown. @param {boolean} [isCalm] true: in a moment, and not under the hands of somebody who types or listens */
let reread = async () => {};

/** Tells that somebody is being forgotten, until the gateway's disk has nothing more of them. */
const forgotten = h('p.dim', { role: 'status', hidden: true }, 'Being forgotten…');
let looking = 0;
const look = () => get('/erasure').catch(({ status }) => ({ erased: status > 0 && status < 500 })).then(({ erased = true }) => {
  forgotten.hidden = erased;
  clearTimeout(looking);
  if (!erased && forgotten.isConnected) looking = setTimeout(look, 1500);
});

/** Shows the page without somebody, with Undo. @param {() => Promise} act tells the gateway */
async function without(id, heir, words, act) {
  await settle();
  gone.set(id, heir);
  undoable(words, (hasFailed) => {
    gone.delete(id);
    return reread(hasFailed);
  }, async () => {
    await act();
    if (heir === true) look();
    reread(true);
    countVoices();
  });
  await reread().catch(complain);
}

function card(voice, order, people, seen) {
  const name = voice.label, sign = { color: colorOf(order), name, mark: /\d+/.exec(name)?.[0] ?? '?', isNamed: false };
  const input = h('input.input', { placeholder: 'Name', 'aria-label': `Name for ${name}`, list: 'known', autocomplete: 'off' });
  const button = h('button.btn.primary', 'Name'), problem = h('div'), heard = h('div.samples');
  let samples = [];
  const likely = h('div.suggest', h('button.chip', {
    type: 'button', onclick: () => busy(button, () => give(), problem),
  }, 'That is me'));
  const listen = async (signal) => {
    const { samples: found, near } = await heardOf(voice, signal);
    samples = found;
    heard.replaceChildren(...found.map((sample) => sampleButton(sample, play)));
    heard.hidden = !found.length;
    const known = near.map(({ person_id: id, distance }) => ({ person: people.find((person) => person.id === id), distance }))
      .filter(({ person }) => person);
    if (!known.length) return;
    likely.prepend(h('span.small.faint', 'Sounds like'), ...known.map(({ person, distance }) => h('button.chip', {
      type: 'button', title: `Distance ${distance.toFixed(2)}`, onclick: () => {
        input.value = person.name;
        input.focus();
      },
    }, said(person.name))));
  };
  const give = async (name) => {
    const owner = await ownerOf(name), conversation = await conversationOf(samples);
    const before = await post(`/conversations/${conversation}/segments/assign`, { ...owner, voice_id: voice.id });
    await reread();
    undoable([said(name ?? 'You'), ' is named'], async () => {
      // The person stays: other voices may have got the name meanwhile, and would go with it.
      await takenBack(conversation, before);
      await reread();
    });
  };
  const submit = (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (!words) return input.focus();
    busy(button, () => give(words), problem);
  };
  const loss = 'The voiceprint and its samples go. What was said stays, without a name.';
  const forget = () => ask(['Forget ', said(name), '?'], h('p.dim', loss), 'Forget',
    () => without(voice.id, true, [said(name), ' is forgotten'], () => remove(`/voices/${voice.id}`)), { isDanger: true });
  const form = h('form.panel.voice', { onsubmit: submit },
    h('div.row.nowrap', glyph(sign, true),
      h('div.grow', h('h3', said(name)), h('p.small.dim',
        `${length(voice.evidence)} of speech, ${voice.heard_at ? '' : 'first '}heard ${within(dayOf(lastOf(voice)))}`)),
      h('button.btn.ghost.icon.s', { type: 'button', 'aria-label': `Forget ${name}`, onclick: forget }, icon('trash'))),
    heard, likely, h('div.row.nowrap', h('div.grow', input), button), problem);
  seen.await(form, listen);
  return form;
}

/**
 * Reads voices without a name that can be heard, those of which most was heard first.
 * @param {number} count the most that are read
 * @param {?string} next where they begin
 * @returns {Promise<{voices: object[], next: ?string}>} `next`: where others follow
 */
async function unnamedVoices(count, next, signal) {
  const found = [];
  // Where nearly nobody can be heard, pages are empty: whoever wants to see further asks again.
  let pages = 5;
  do {
    const { voices, next: after } = await get('/voices', { unnamed: true, limit: Math.min(count - found.length, 100), cursor: next }, signal);
    found.push(...voices.filter(({ id }) => !gone.has(id)));
    next = after;
  } while (next && found.length < count && --pages);
  return { voices: found, next };
}

/** When a voice was heard last, as far as the gateway knows. */
const lastOf = (voice) => voice.heard_at ?? voice.created_at;

/** Cards of voices without a name. @param {() => Promise} more reads the voices after those that are shown */
function cards({ unnamed, next, people }, seen, more) {
  const grid = h('div.voices');
  const add = (voices, next) => {
    grid.append(...voices.map((voice, index) => card(voice, grid.children.length + index, people, seen)));
    rest.hidden = !next;
  };
  const rest = h('button.btn', {
    onclick: () => busy(rest, async () => {
      const { voices, next } = await more();
      add(voices, next);
    }),
  }, 'Show more');
  add(unnamed, next);
  return h('div.stack', grid, h('div.row', rest));
}

function table(people, voices) {
  const secondsOf = (person) => voices.filter((voice) => voice.person_id === person.id).reduce((sum, voice) => sum + voice.evidence, 0);
  const rename = (person) => {
    const input = h('input.input', { value: person.name });
    ask(['Rename ', said(person.name)], field('Name', input, 'Also in past conversations.'), 'Rename', async () => {
      await patch(`/people/${person.id}`, { name: input.value.trim() });
      await reread();
    });
  };
  const merge = (person) => {
    const stays = select('Person who stays', people.filter((other) => other !== person).map((other) => [other.id, other.name]),
      { value: person.same_name_as });
    const effect = h('p.dim', 'All that ', said(person.name), ' said and all that was learned of the voice goes to:');
    ask(['Merge ', said(person.name), ' into somebody'], h('div.stack', effect, stays), 'Merge',
      () => without(person.id, stays.value, ['Merged'], () => post(`/people/${stays.value}/merge`, { person_id: person.id })));
  };
  const loss = 'The voiceprint, the samples and the name go, in every conversation. What was said stays, without a name.';
  const destroy = (person) => ask(['Delete ', said(person.name), '?'], h('p.dim', loss), ['Delete ', said(person.name)],
    () => without(person.id, true, [said(person.name), ' is deleted'], () => remove(`/people/${person.id}`)), { isDanger: true });
  const columns = ['Person', 'How it is known', 'Speech heard', 'Since', ''];
  return h('table.table.cards', h('thead', h('tr', columns.map((words, index) =>
    h('th' + (index === 2 ? '.num' : ''), { scope: 'col' }, words || h('span.sr', 'Actions'))))),
  h('tbody', people.map((person, index) => {
    const seconds = secondsOf(person), sign = { color: colorOf(index), name: person.name, mark: initial(person.name), isNamed: true };
    return h('tr', { 'data-row': true, tabindex: -1 }, h('td.full', { 'data-l': '' }, who(sign)),
      h('td.full.dim', { 'data-l': 'Known' }, (seconds ? 'by the voice' : 'by name only') + (person.same_name_as ? ', same name twice: merge?' : '')),
      h('td.num', { 'data-l': 'Speech' }, seconds ? length(seconds) : '–'),
      h('td.dim', { 'data-l': 'Since' }, dayOf(person.created_at)),
      h('td.num', { 'data-l': '' }, may('write') ? h('div.row.nowrap.end',
        h('button.btn.ghost.icon.s', { 'aria-label': `Rename ${person.name}`, onclick: () => rename(person) }, icon('edit')),
        people.length > 1 ? h('button.btn.ghost.icon.s', { 'aria-label': `Merge ${person.name}`, onclick: () => merge(person) }, icon('merge')) : null,
        h('button.btn.ghost.icon.s', { 'aria-label': `Delete ${person.name}`, onclick: () => destroy(person) }, icon('trash'))) : null));
  })));
}

export default function page(root) {
  const body = h('div.stack.l'), end = new AbortController();
  let seen = sight();
  /** How many voices without a name are shown: as many as somebody has asked for. */
  let wanted = shownVoices;
  const read = async () => {
    const count = wanted;
    const [{ people }, { voices }, { voices: unnamed, next = null }] = await Promise.all([
      get('/people', {}, end.signal), get('/voices', { named: true }, end.signal),
      may('write') ? unnamedVoices(count, null, end.signal) : { voices: [] }]);
    const isNew = !people.length && !voices.length && !unnamed.length && !(await get('/voices/count', {}, end.signal)).voices;
    // Somebody has asked for more meanwhile.
    if (count !== wanted) return read();
    return {
      people: people.filter(({ id }) => !gone.has(id))
        .map((person) => ({ ...person, same_name_as: gone.has(person.same_name_as) ? null : person.same_name_as })),
      voices: voices.filter(({ id }) => !gone.has(id)).map((voice) => ({ ...voice, person_id: now(voice.person_id) })),
      unnamed, next, isNew,
    };
  };
  /** What is shown, and in a form to compare. Where the next voices begin depends on how the others were read. */
  let data = null, shown = '', later = 0;
  const formOf = (now) => JSON.stringify({ ...now, next: !!now.next });
  const more = async () => {
    const mine = data, found = await unnamedVoices(shownVoices, mine.next, end.signal);
    if (mine === data) {
      wanted += shownVoices;
      mine.unnamed.push(...found.voices);
      mine.next = found.next;
      shown = formOf(mine);
    }
    return found;
  };
  const show = (now) => {
    const { people, voices, unnamed } = data = now;
    shown = formOf(now);
    seen.leave();
    seen = sight();
    body.replaceChildren();
    knownPeople(people);
    if (now.isNew) {
      body.append(empty([4, 4, 22, 4, 4], 'No voices yet', 'Voices appear here by themselves once somebody spoke for some seconds in a conversation.',
        h('a.btn.primary', { href: '#/live' }, 'Say something')));
      return;
    }
    if (people.length) body.append(h('section.stack', h('h2', 'Known'), table(people, voices)));
    if (may('write')) {
      body.append(h('section.sect', h('h2', 'Who is this?'),
        unnamed.length || now.next ? cards(now, seen, more) : h('p.dim', 'Every voice has a name.')));
    }
    if (!people.length) body.append(h('section.sect', h('h2', 'Known'), h('p.dim', 'Nobody has a name yet.')));
  };
  /** Voices that sound like the changed one follow in the background: they are read again, and shown when nobody types or listens. */
  const follow = ([pause, ...pauses] = [1500, 4000, 10_000]) => {
    clearTimeout(later);
    if (!pause) return;
    const mine = later = setTimeout(async () => {
      const now = await read().catch(() => null);
      if (mine !== later) return;
      if (!now || formOf(now) === shown) return follow(pauses);
      const isUsed = body.querySelector(':focus, .voice input:not(:placeholder-shown), .sample[aria-pressed=true]');
      if (isUsed) return follow(pauses[0] ? pauses : [pause]);
      show(now);
      countVoices();
      follow(pauses);
    }, pause);
  };
  reread = async (isCalm) => {
    if (end.signal.aborted) return;
    if (!isCalm) {
      show(await read());
      countVoices();
    }
    follow();
  };
  root.append(h('div.head', h('div', h('h1', 'People'),
    h('p', 'Harken tells voices apart by itself. Give one a name and it is known from then on, in what was said before as well.')),
  may('write') ? h('button.btn', { onclick: () => enrolment(reread) }, icon('plus'), 'Enrol your voice') : null), forgotten, body);
  if (!forgotten.hidden) look();
  fill(body, read, show);
  return () => {
    clearTimeout(later);
    later = 0;
    player?.leave();
    seen.leave();
    end.abort();
  };
}
