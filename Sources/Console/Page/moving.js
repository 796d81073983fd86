// Moving between gateways: all data of the user as one file, and such a file imported here.
import { address, upload } from './api.js';
import { h, say } from './elements.js';
import { dialog, failure, note, setting } from './pieces.js';

const result = ({ rejected, rejected_count: count, ...kinds }) => h('div.stack',
  Object.entries(kinds).map(([kind, { added, present }]) => h('p', `${kind}: ${added} added, ${present} there already`)),
  count ? note('warn', `${count} left out`, rejected.map(({ entry, reason }) => `${entry}: ${reason}`).join(' · ')) : null);

async function bring(file, changed) {
  const progress = h('progress', { 'aria-label': 'Sent' }), sent = new AbortController();
  const close = h('button.btn', { onclick: () => opened.close() }, 'Cancel');
  const opened = dialog('Import an archive', h('div.stack', h('p.small.dim', file.name), progress), [close]);
  opened.addEventListener('close', () => sent.abort());
  try {
    // The gateway still works when all is sent.
    const report = await upload('/users/me/import', file, sent.signal, (part) => { progress.value = Math.min(0.99, part); });
    progress.replaceWith(result(report));
    say(`${report.conversations.added} conversations are added`);
    opened.addEventListener('close', changed);
  } catch (error) {
    progress.replaceWith(failure(error));
  }
  close.textContent = 'Done';
}

/** The section of the settings. @param {() => Promise} changed called when an archive was imported */
export function moving(changed) {
  const file = h('input.sr', { type: 'file', accept: '.tar', tabindex: -1, 'aria-hidden': 'true' });
  file.onchange = () => {
    if (file.files[0]) bring(file.files[0], changed);
    file.value = '';
  };
  return h('section.sect', h('h2', 'Moving'), h('div',
    setting('Take everything with you', 'Conversations, people, voices, audio and settings, as one file.',
      h('a.btn.s', { href: address('/users/me/export', { audio: true }), download: true }, 'Download')),
    setting('Import an archive', 'Such a file, from this gateway or another one. Objects that are here already stay as they are.',
      h('button.btn.s', { onclick: () => file.click() }, 'Choose a file')), file));
}
