// Moving between gateways: everything of the user as one file, and such a file brought here.
import { address, upload } from './api.js';
import { h, say } from './elements.js';
import { dialog, failure, note, setting } from './pieces.js';

const kinds = [['conversations', 'Conversations'], ['people', 'People'], ['voices', 'Voices'], ['samples', 'Samples of voices'], ['audio', 'Audio'],
  ['settings', 'Settings']];

const result = (report) => h('div.stack',
  h('table.table', h('thead', h('tr', ['', 'Added', 'There already'].map((words, index) =>
    h('th' + (index ? '.num' : ''), { scope: 'col' }, words || h('span.sr', 'Kind'))))),
  h('tbody', kinds.map(([kind, words]) => h('tr', h('th', { scope: 'row' }, words),
    h('td.num', String(report[kind].added)), h('td.num', String(report[kind].present)))))),
  report.rejected_count ? note('warn', `${report.rejected_count} left out`,
    report.rejected.map(({ entry, reason }) => `${entry}: ${reason}`).join(' · ')) : null);

async function bring(file, changed) {
  const bar = h('i'), sent = new AbortController();
  const progress = h('div.bar', { role: 'progressbar', 'aria-label': 'Sent', 'aria-valuemin': 0, 'aria-valuemax': 100 }, bar);
  const body = h('div.stack', h('p.small.dim', file.name), progress), close = h('button.btn', { onclick: () => opened.close() }, 'Cancel');
  const opened = dialog('Bring an archive', body, [close]);
  opened.addEventListener('close', () => sent.abort());
  try {
    const report = await upload('/users/me/import', file, sent.signal, (part) => {
      bar.style.setProperty('--v', part * 100);
      progress.setAttribute('aria-valuenow', Math.round(part * 100));
    });
    progress.replaceWith(result(report));
    say(`${report.conversations.added} conversations are added, ${report.conversations.present} were there`);
    opened.addEventListener('close', changed);
  } catch (error) {
    progress.replaceWith(failure(error));
  }
  close.textContent = 'Done';
}

/** The section of the settings. @param {() => Promise} changed called when an archive was taken */
export function moving(changed) {
  const file = h('input.sr', { type: 'file', accept: '.tar', tabindex: -1, 'aria-hidden': 'true' });
  file.onchange = () => {
    if (file.files[0]) bring(file.files[0], changed);
    file.value = '';
  };
  return h('section.sect', h('h2', 'Moving'), h('div',
    setting('Take everything with you', 'Conversations, people, voices, audio and settings, as one file.',
      h('a.btn.s', { href: address('/users/me/export', { audio: true }), download: true }, 'Download')),
    setting('Bring an archive', 'Such a file, of this gateway or another one. What is here already stays as it is.',
      h('button.btn.s', { onclick: () => file.click() }, 'Choose a file')), file));
}
