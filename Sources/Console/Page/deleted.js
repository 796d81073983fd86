// Deleted conversations: the line with Undo after a deletion, and the list of those that can be restored.
import { get, optional, post, remove } from './api.js';
import { h, said, say } from './elements.js';
import { bytes, dayOf, length, plural, titleOf } from './figures.js';
import { may } from './gateway.js';
import { ask, busy, empty, note, setting, toast } from './pieces.js';

const path = ({ id }) => `/conversations/${id}`;
const daysLeft = ({ kept_until }) => plural(Math.max(1, Math.round((new Date(kept_until) - Date.now()) / 86_400_000)), 'day');
/** Returns the conversations that can be restored, the last deleted first, and for how many days they are kept: 0 when a deletion is for good. */
const kept = async () => (await optional(get('/deleted-conversations', { limit: 200 }))) ?? { conversations: [], days: 0 };

/** What the reader has deleted; the list of conversations tells it once. */
let last = null;

/** Deletes a conversation, and goes to the list, where it can be undone. Asks first where it cannot. */
export async function destroy(conversation) {
  const leave = () => { location.hash = '#/conversations'; };
  if (!(await kept()).days) return forGood(conversation, leave);
  await remove(path(conversation));
  const after = await kept().catch(() => null);
  last = after?.conversations.find(({ id }) => id === conversation.id) ?? { ...conversation, isUnsure: !after };
  leave();
}

const restore = (gone, done, words) => h('button.btn.s', { 'aria-label': `${words}: ${titleOf(gone)}`, onclick: (event) =>
  busy(event.currentTarget, async () => {
    await post(path(gone) + '/restore');
    await done();
  }) }, words);

/** The line about what was deleted just now; null when nothing was. @param {(id: string) => Promise} changed */
export function undoLine(changed) {
  const gone = last;
  last = null;
  if (!gone) return null;
  const line = h('div', { role: 'status' }, note('', ['“', said(titleOf(gone)), '” is deleted'],
    gone.kept_until ? `Kept for ${daysLeft(gone)}.` : gone.isUnsure ? null : 'For good.', gone.kept_until && restore(gone, async () => {
      line.remove();
      say('Restored');
      await changed(gone.id);
    }, 'Undo')));
  return line;
}

function forGood(gone, changed, settle) {
  const audio = gone.audio_bytes ? `, its audio (${bytes(gone.audio_bytes)})` : '';
  const question = ask(['Delete “', said(titleOf(gone)), '” for good?'],
    h('p.dim', `Its words${audio} and what was learned for the search go. People and their voices stay. This cannot be undone.`),
    'Delete for good', async () => {
      await remove(path(gone) + '?for_good=true');
      await changed();
      toast('Deleted for good');
      // The button that had the focus is gone.
      if (settle) question.addEventListener('close', settle);
    }, { isDanger: true });
}

/**
 * Shows what can be restored.
 * @param {string} text only those whose titles have it
 * @param {() => Promise} changed reads it again
 * @param {() => boolean} isWanted false when the list has something else by now
 * @returns {Promise<string>} how many there are, in words
 */
export async function showDeleted(list, text, changed, isWanted) {
  const { conversations, days, next } = await kept(), plain = (words) => words.toLocaleLowerCase();
  if (!isWanted()) return '';
  const among = next ? ` of the ${conversations.length} deleted last` : '', all = conversations.filter((gone) => plain(titleOf(gone)).includes(plain(text)));
  // A row that goes takes the focus with it, which belongs to its place.
  const settle = (index) => {
    if (document.activeElement !== document.body) return;
    const rows = list.querySelectorAll('.set');
    (rows[Math.min(index, rows.length - 1)]?.querySelector('button') ?? list).focus();
  };
  const row = (gone, index) => setting(said(titleOf(gone)), `${dayOf(gone.started_at)}, ${length(gone.duration)}. Goes for good in ${daysLeft(gone)}.`,
    may('write') ? h('div.row', restore(gone, async () => {
      await changed();
      settle(index);
      toast('Restored');
    }, 'Restore'), h('button.btn.ghost.s.danger', {
      onclick: () => forGood(gone, changed, () => settle(index)), 'aria-label': `Delete for good: ${titleOf(gone)}`,
    }, 'Delete for good')) : null);
  const none = () => (text ? empty([3, 8, 3, 8, 3], 'Nothing was found', `Of what is deleted, only titles${among} are searched.`)
    : empty([6, 10, 6, 10, 6], 'Nothing deleted', days ? `What is deleted waits here for ${plural(days, 'day')}.` : 'Nothing that is deleted is kept.'));
  list.replaceChildren(h('h2.sr', 'Deleted'), ...(all.length ? all.map(row) : [none()]));
  return all.length ? plural(all.length, 'conversation') + (among || ' deleted') : '';
}
