// What a hand may change in a conversation: words, speakers, title, where it begins and ends.
import { address, get, patch, post, send } from './api.js';
import { destroy } from './deleted.js';
import { h, said, spoken } from './elements.js';
import { clock, dayOf, timeOf, titleOf } from './figures.js';
import { icon } from './icons.js';
import { knownPeople, ownerOf, takenBack } from './naming.js';
import { ask, complain, copy, field, pop, save, select, settle, toast, undoable } from './pieces.js';
import { letters } from './writing.js';

const path = (conversation) => `/conversations/${conversation.id}`;
const link = (conversation, seconds) => `${location.origin}${location.pathname}#/conversation/${conversation.id}?t=${seconds.toFixed(1)}`;
const menu = (anchor, ...items) => pop(anchor, h('div.menu', items), '.menu');
const item = (symbol, words, act, isBad) => h('button' + (isBad ? '.bad' : ''), { onclick: (event) => {
  event.currentTarget.closest('.pop').hidePopover();
  act();
} }, symbol ? icon(symbol) : null, words);

const files = [['Subtitles', 'srt', 'SRT'], ['Web captions', 'vtt', 'VTT'], ['Everything', 'json', 'JSON'], ['To read', 'markdown', 'Markdown'],
  ['Text', 'text', 'TXT']];
const suffixes = { markdown: 'md', text: 'txt' };
const nameOf = (conversation) => letters((conversation.title ?? '').replace(/[\\/:*?"<>|]+/g, ' ').trim()).slice(0, 80).join('') || 'conversation';

/** Saves a conversation as a file. */
async function exported(conversation, format) {
  const answer = await send(address(`${path(conversation)}/export`, { format }));
  save(`${nameOf(conversation)}.${suffixes[format] ?? format}`, await answer.blob());
}

async function exportedAudio(conversation) {
  const answer = await send(address(`${path(conversation)}/audio`));
  save(`${nameOf(conversation)}.ogg`, await answer.blob());
}

const complaining = (act) => () => act().catch(complain);

/** The menu of files, of the whole transcript, and of a link to the position. @param {() => Promise} copyAll */
export const exportMenu = (anchor, conversation, { hasAudio, time, copyAll }) => menu(anchor,
  files.map(([words, format, name]) => item(null, [words, h('span.faint', name)], complaining(() => exported(conversation, format)))),
  hasAudio ? item(null, ['Audio', h('span.faint', 'Opus')], complaining(() => exportedAudio(conversation))) : null,
  h('hr'), item(null, 'Copy the transcript', copyAll), item(null, 'Print', () => print()),
    item(null, `Copy a link to ${clock(time)}`, () => copy(link(conversation, time))));

function rename(conversation, changed) {
  const input = h('input.input', { value: conversation.title ?? '' });
  ask('Rename', field('Title', input), 'Rename', async () => {
    await patch(path(conversation), { title: input.value.trim() });
    await changed();
  });
  input.select();
}

/** Ids of conversations that move into another one, or have. */
const moved = new Set();
/** The reader that was drawn last: `changed` reads it again. */
export const reading = {};

async function merge(conversation) {
  const { conversations } = await get('/conversations', { limit: 100 });
  const others = conversations.filter((other) => other.id !== conversation.id && !moved.has(other.id) && other.status !== 'in_progress');
  if (!others.length) return toast('There is no other conversation');
  const choice = select('Conversation that is moved into this one', others.map((other) =>
    [other.id, `${dayOf(other.started_at)}, ${timeOf(other.started_at)}: \u2068${titleOf(other)}\u2069`]));
  const effect = 'The other conversation moves into this one, each segment at its time of day. The other is gone then.';
  ask('Merge with another', h('div.stack', h('p.dim', effect), choice), 'Merge', async () => {
    await settle();
    const id = choice.value;
    moved.add(id);
    undoable(['Merges soon'], async () => { moved.delete(id); }, async () => {
      await post(`${path(conversation)}/merge`, { conversation_id: id });
      toast('Merged');
      reading.changed().catch(complain);
    });
  });
}

/** The menu of the whole conversation. @param {() => Promise} changed reads it again */
export const conversationMenu = (anchor, conversation, changed) => menu(anchor,
  item('edit', 'Rename', () => rename(conversation, changed)), item('merge', 'Merge with another', complaining(() => merge(conversation))),
  h('hr'), item('trash', 'Delete', complaining(() => destroy(conversation)), true));

/** Shows a change, and Undo, which makes another one. @param {Array} words what was done */
async function done(words, changed, undo) {
  await changed();
  undoable(words, async () => {
    await undo();
    await changed();
  });
}

function edit(conversation, segment, changed) {
  const area = h('textarea.area', { rows: 4, ...spoken(conversation.language) });
  area.value = segment.text;
  ask(`What was said at ${clock(segment.start)}`,
    field('Words', area, 'Nothing changes these words afterwards. What was said there before is forgotten everywhere.'), 'Keep', async () => {
      const write = (text) => patch(`${path(conversation)}/segments/${segment.id}`, { text });
      await write(area.value.trim());
      await done(['Kept'], changed, () => write(segment.text));
    });
}

async function assign(conversation, segment, changed) {
  await knownPeople();
  const input = h('input.input', { list: 'known', autocomplete: 'off' });
  ask(`Who said this, at ${clock(segment.start)}?`,
    h('div.stack', h('p', spoken(conversation.language), `“${segment.text}”`),
      field('Name', input, 'Only this segment. Leave it empty if nobody knows.')), 'Assign', async () => {
      const name = input.value.trim(), owner = name ? await ownerOf(name) : { person_id: null };
      const before = await post(`${path(conversation)}/segments/assign`, { ...owner, segment_ids: [segment.id] });
      await done(name ? [said(name), ' said it'] : ['Nobody is named there'], changed, () => takenBack(conversation.id, before));
    });
}

function split(conversation, segment) {
  const effect = h('p.dim', '“', said(segment.text, conversation.language), '” begins a conversation of its own, with its part of the audio.');
  ask(`Split at ${clock(segment.start)}?`, effect, 'Split', async () => {
    const { later } = await post(`${path(conversation)}/split`, { segment_id: segment.id });
    location.hash = `#/conversation/${later.id}`;
    undoable(['Split'], async () => {
      await post(`${path(conversation)}/merge`, { conversation_id: later.id });
      location.hash = `#/conversation/${conversation.id}?t=${segment.start}`;
    });
  });
}

/** The menu of one segment. @param {() => Promise} copyPart copies it with its name and time */
export const segmentMenu = (anchor, conversation, segment, changed, copyPart) => menu(anchor,
  item('edit', 'Edit the words', () => edit(conversation, segment, changed)),
  item('people', 'Somebody else said this', complaining(() => assign(conversation, segment, changed))),
  item('swap', 'Split here', () => split(conversation, segment)),
  item('copy', 'Copy this part', copyPart),
  item('copy', 'Copy a link to here', () => copy(link(conversation, segment.start))));
