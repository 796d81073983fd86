// All data of the user as a file, and its import.
import { address, send } from './api.js';
import { h, spoken } from './elements.js';
import { dialog, failure, note, setting } from './pieces.js';

const result = ({ namesakes, rejected, rejected_count: count, ...kinds }) => h('div.stack',
  Object.entries(kinds).map(([kind, { added, present }]) => h('p', `${kind}: ${added} added, ${present} there already`)),
  namesakes.length ? note('warn', 'Two people of one name',
    `${namesakes.map(({ name }) => name).join(', ')}: merge those that are one, on the page People`) : null,
  count ? note('warn', `${count} left out`, rejected.map(({ entry, reason }) => `${entry}: ${reason}`).join(' · ')) : null);

async function bring(file, changed) {
  const progress = h('progress', { 'aria-label': 'Importing' }), sent = new AbortController();
  const close = h('button.btn', { onclick: () => opened.close() }, 'Cancel');
  const opened = dialog('Import an archive', h('div.stack', h('p.small.dim', spoken(), file.name), progress), [close]);
  opened.addEventListener('close', () => sent.abort());
  try {
    const answer = await send(address('/users/me/import'), { method: 'POST', body: file, signal: sent.signal, ofLongWork: true }, ({ loaded, total }) => {
      progress.max = total;
      // All bytes have gone: how long the rest takes is not known.
      if (loaded < total) progress.value = loaded;
      else progress.removeAttribute('value');
    });
    progress.replaceWith(result(await answer.json()));
    opened.addEventListener('close', changed);
  } catch (error) {
    progress.replaceWith(failure(error));
  }
  close.textContent = 'Done';
}

/** @param {() => Promise} changed called after an import */
export function moving(changed) {
  const file = h('input', { type: 'file', accept: '.tar', hidden: true });
  file.onchange = () => {
    if (file.files[0]) bring(file.files[0], changed);
    file.value = '';
  };
  return h('section.sect', h('h2', 'Moving'), h('div',
    setting('Take everything with you', 'Conversations, people, voices, audio and settings, as one file. Not transcripts of jobs, and not what is deleted.',
      h('a.btn.s', { href: address('/users/me/export', { audio: true }), download: true }, 'Download')),
    setting('Import an archive', 'Such a file, of any gateway. Objects that are here stay as they are.',
      h('button.btn.s', { onclick: () => file.click() }, 'Choose a file')), file));
}
