// Keys and settings: access keys, own vendor keys, what is kept and learned, listening, webhooks.
import { begin } from './app.js';
import { get, optional, patch, post, put, remove } from './api.js';
import { deliveriesOfWebhooks, moment } from './deliveries.js';
import { h, said } from './elements.js';
import { dayOf, language, length, within } from './figures.js';
import { gateway, may } from './gateway.js';
import { icon } from './icons.js';
import { moving } from './moving.js';
import { ask, check, command, complain, dialog, field, fill, note, select, setting as line, tag, toast } from './pieces.js';
import { zoneSetting } from './zone.js';

const vendors = [['deepgram', 'Deepgram'], ['assemblyai', 'AssemblyAI'], ['soniox', 'Soniox'], ['speechmatics', 'Speechmatics'], ['openai', 'OpenAI']];
const scopes = [
  ['listen', 'listen: stream and hear back'], ['transcribe', 'transcribe: recordings'], ['read', 'read: conversations and search'],
  ['write', 'write: change and delete them'], ['admin', 'admin: keys, engines, everybody’s usage'],
];
const languagesHint = 'Codes such as de, or English names. None: every language.';
const expiries = [['', 'Never'], ['30', 'In 30 days'], ['90', 'In 90 days'], ['365', 'In a year']];

/** Lines that somebody typed. */
const linesOf = (area) => area.value.split('\n').map((text) => text.trim()).filter(Boolean);
/** The only languages that a key or a user allows, in words. */
const allowed = (tags) => (tags.length ? tags.map(language).join(', ') : 'Every language');

// MARK: Access keys

function made(key, name) {
  const secret = h('div.secret', h('p', 'This is the only time the key is shown. It is accepted from now on.'), command(key));
  const opened = dialog(name ? said(name) : 'The new key', secret, [h('button.btn.primary', { onclick: () => opened.close() }, 'I have kept it')]);
}

function make(changed) {
  // After the first key, nobody is served without one: this page needs it, too.
  const isFirst = gateway.keyless;
  const name = h('input.input', { placeholder: 'Phone' }), expires = select('', expiries);
  const minutes = h('input.input', { inputmode: 'numeric', placeholder: 'No limit' });
  const user = h('input.input', { value: gateway.user ?? '', autocomplete: 'off', spellcheck: 'false' });
  const tongues = h('textarea.area', { rows: 2 });
  const chosen = new Set(['listen', 'transcribe', 'read', 'write', ...(isFirst ? ['admin'] : [])]);
  const boxes = scopes.map(([scope, words]) => check(words, chosen.has(scope), { onchange: (event) => {
    if (event.target.checked) chosen.add(scope); else chosen.delete(scope);
  } }));
  ask('Make a key', h('div.stack',
    isFirst ? note('', 'This is the first key',
      'From then on, programs without a key are refused, on this machine too. This page logs in with the new key.') : null,
    field('Name', name, 'So that you know it again.'),
    field('User', user, 'Whose conversations and people it reaches. Empty: a new user.'), h('fieldset.stack.s', h('legend', 'May'), boxes),
    field('Languages, one in each line', tongues, languagesHint),
    h('div.two', field('Expires', expires), field('Credit, minutes', minutes))), 'Make the key', async () => {
    const body = { name: name.value.trim() || undefined, user: user.value.trim() || undefined, scopes: [...chosen], languages: linesOf(tongues) };
    if (expires.value) body.expires_at = new Date(Date.now() + expires.value * 86_400_000).toISOString();
    if (minutes.value.trim()) body.credits = Math.round(Number(minutes.value) * 60);
    const answer = await post('/admin/keys', body);
    // The key is shown whatever comes then: it is never shown again.
    if (isFirst) await post('/login', { key: answer.key }).then(begin).catch(() => {});
    else await changed().catch(() => {});
    made(answer.key, body.name);
  });
}

function keys(all, changed) {
  const revoke = (key) => ask(['Revoke “', said(key.name || key.prefix), '”?'],
    h('p.dim', 'Programs with this key are refused within a second; sessions that are open end in order. This cannot be undone.'), 'Revoke', async () => {
      await remove(`/admin/keys/${key.id}`);
      toast(said(key.name || 'The key'), ' is revoked');
      await changed();
    }, { isDanger: true });
  const topUp = async (key) => {
    try {
      await post(`/admin/keys/${key.id}/topup`, { seconds: 3600 });
      toast(said(key.name || 'The key'), ': 60 minutes more');
      await changed();
    } catch (error) {
      complain(error);
    }
  };
  const columns = ['Name', 'Begins with', 'User', 'May', 'Made', 'Expires', 'Credit left', ''];
  const rows = all.map((key) => h('tr', { 'data-row': true, tabindex: -1 },
    h('td.full.strong', { 'data-l': '' }, said(key.name || key.prefix)),
    h('td', { 'data-l': 'Key' }, h('code', key.prefix + '…')), h('td', { 'data-l': 'User' }, said(key.user)),
    h('td', { 'data-l': 'May' }, key.scopes.join(', ') || 'everything',
      key.languages.length ? h('div.small.dim', `in ${allowed(key.languages)}`) : null),
    h('td.dim', { 'data-l': 'Made' }, dayOf(key.created_at)),
    h('td', { 'data-l': 'Ends' }, key.revoked_at ? tag('bad', 'Revoked') : h('span.dim', key.expires_at ? dayOf(key.expires_at) : 'never')),
    h('td.num', { 'data-l': 'Credit' }, key.credits == null ? h('span.faint', 'no limit') : length(key.credits)),
    h('td.num', { 'data-l': '' }, key.revoked_at ? null : h('div.row.nowrap.end',
      key.credits == null ? null : h('button.btn.s', { onclick: () => topUp(key) }, 'Top up'),
      h('button.btn.ghost.s.danger', { onclick: () => revoke(key) }, 'Revoke')))));
  const box = h('input.input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search keys', oninput: () => {
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(box.value.trim().toLowerCase());
  } });
  return h('section.stack', h('div.row.between', h('h2', 'Keys'), h('button.btn.primary', { onclick: () => make(changed) }, icon('plus'), 'Make a key')),
    all.length > 20 ? box : null,
    all.length ? h('table.table.cards', h('thead', h('tr', columns.map((words, index) =>
      h('th' + (index === 6 ? '.num' : ''), { scope: 'col' }, words || h('span.sr', 'Actions'))))), h('tbody', rows))
      : h('p.dim', 'No key is there yet: only programs on this machine are served.'));
}

// MARK: Own keys at vendors

function ownKeys(enrolled, changed) {
  const add = (id, name) => {
    const input = h('input.input', { type: 'password', autocomplete: 'off' });
    const effect = 'Only its SHA-256 is kept. Your programs send the key itself with each session, and no other key of yours is accepted.';
    let doubted = null;
    ask(`Your key at ${name}`, field('Key', input, effect), 'Enrol', async () => {
      const key = input.value.trim();
      if (!key) return false;
      const trial = key === doubted ? null : await optional(post(`/users/me/provider-keys/${id}/verify`, { key }));
      if (trial?.called && !trial.works) {
        doubted = key;
        throw new Error(`The key did not work: ${trial.why ?? trial.error} Press Enrol once more to enrol it all the same.`);
      }
      await put(`/users/me/provider-keys/${id}`, { key });
      toast(`Your key at ${name} is enrolled`);
      await changed();
    });
  };
  const drop = (id, name) => {
    ask(`Remove your key at ${name}?`, h('p.dim', 'Any key of yours is accepted again, or the operator’s is used.'), 'Remove', async () => {
      await remove(`/users/me/provider-keys/${id}`);
      await changed();
    });
  };
  return h('section.sect', h('h2', 'Your own keys at vendors'), h('div', vendors.map(([id, name]) => {
    const key = enrolled.find((entry) => entry.provider === id);
    const state = key ? `Enrolled ${within(dayOf(key.created_at))}, ${key.fingerprint.slice(0, 12)}…`
      : 'None: the operator’s key is used, if there is one.';
    const verb = key ? 'Replace' : 'Add';
    return line(name, state, h('div.row.nowrap',
      h('button.btn.s', { onclick: () => add(id, name), 'aria-label': `${verb} your key at ${name}` }, key ? verb : 'Add a key'),
      key ? h('button.btn.ghost.s.danger', { onclick: () => drop(id, name), 'aria-label': `Remove your key at ${name}` }, 'Remove') : null));
  })));
}

// MARK: Settings

async function keep(settings, values, words) {
  Object.assign(settings, await patch('/users/me/settings', values));
  toast(words);
}

function choices(settings) {
  const change = (values, words) => async (control) => {
    try {
      await keep(settings, values, words);
    } catch (error) {
      complain(error);
      if (control?.type === 'checkbox') control.checked = !control.checked;
    }
  };
  const flag = (name, label) => check(h('span.sr', label), settings[name], { isSwitch: true, 'aria-label': label, onchange: (event) =>
    change({ [name]: event.target.checked }, event.target.checked ? `${label}: on` : `${label}: off`)(event.target) });
  const spans = [['', 'As the operator says'], ['30', '30 days'], ['7', '7 days'], ['1', '1 day'], ['0', 'None'], ['365', '1 year']];
  const days = select('Days of audio', spans, {
    value: settings.audio_days == null ? '' : String(settings.audio_days),
    onchange: (event) => change({ audio_days: event.target.value === '' ? null : Number(event.target.value) }, 'Kept')(),
  });
  const tags = ['en', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'pt', 'zh'];
  if (settings.language && !tags.includes(settings.language)) tags.unshift(settings.language);
  const languages = [['', 'Not set'], ...tags.map((code) => [code, language(code)])];
  const words = () => {
    const area = h('textarea.area', { rows: 8 });
    area.value = settings.vocabulary.join('\n');
    ask('Words to expect', field('One in each line', area, 'Names and terms, at most 500. Engines are told the first 99.'), 'Keep', async () => {
      await keep(settings, { vocabulary: linesOf(area) }, 'Kept');
      expected.textContent = amount();
    });
  };
  const limit = () => {
    const area = h('textarea.area', { rows: 5 });
    area.value = settings.languages.join('\n');
    ask('Allowed languages', field('One in each line', area, languagesHint), 'Keep', async () => {
      await keep(settings, { languages: linesOf(area) }, 'Kept');
      limits.textContent = allowed(settings.languages);
    });
  };
  const limits = h('button.btn.s', { onclick: limit }, allowed(settings.languages));
  const amount = () => (settings.vocabulary.length === 1 ? '1 word' : `${settings.vocabulary.length} words`);
  const expected = h('button.btn.s', { onclick: words }, amount());
  const name = h('input.input', { value: settings.name ?? '', 'aria-label': 'Your name', autocomplete: 'off' });
  const spoken = select('Language', languages, {
    value: settings.language ?? '', onchange: (event) => change({ language: event.target.value || null }, 'Kept')(),
  });
  name.onchange = () => change({ name: name.value.trim() || null }, 'Kept')();
  return [
    h('section.sect', h('h2', 'Kept and learned'), h('div', line('Audio of conversations', 'The words stay when the audio goes.', days),
      line('Learn voices', 'What you assign by hand teaches the voice, on this machine only.', flag('learn_voices', 'Learn voices')),
      line('Summaries by a language model', 'Titles and summaries may be made by the server that the operator named.',
        flag('model_summaries', 'Summaries by a language model')))),
    h('section.sect', h('h2', 'Listening'), h('div',
      line('Language', 'Your own language.', spoken),
      line('Allowed languages', 'Speech in another one is refused.', limits),
      line('One language at a time', 'Sessions of any language become sessions of yours.', flag('single_language_mode', 'One language at a time')),
      line('Words to expect', 'Names and terms; engines are told.', expected),
      zoneSetting(settings),
      line('Your name', 'Who says “my name is” with it is you, and no new person.', name))),
  ];
}

// MARK: Webhooks

const hooks = [
  ['webhook_conversation', 'Finished conversations', 'The address of your own server that gets each conversation when it is complete.'],
  ['webhook_transcript', 'Live segments', 'The address of your own server that gets what is said, while it is said.'],
];

function webhooks(settings, changed) {
  const change = async (name, address, words) => {
    try {
      await keep(settings, { [name]: address }, words);
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  };
  const secret = async (request) => {
    try {
      const { secret: text } = await request();
      const opened = dialog('The secret of your webhooks', h('div.secret',
        h('p', 'Your server checks the header X-Harken-Signature with it.'), command(text)), [
        h('button.btn', { onclick: () => {
          opened.close();
          secret(() => post('/users/me/webhook-secret'));
        } }, 'Make another one'),
        h('button.btn.primary', { onclick: () => opened.close() }, 'Done')]);
    } catch (error) {
      complain(error);
    }
  };
  return h('section.sect', h('h2', 'Webhooks'), h('div', hooks.map(([name, label, words]) => {
    const input = h('input.input', { type: 'url', value: settings[name] ?? '', placeholder: 'https://', 'aria-label': label, autocomplete: 'off' });
    input.onchange = () => change(name, input.value.trim() || null, input.value.trim() ? `${label}: kept` : `${label}: none`);
    const off = settings[`${name}_disabled_at`], failing = settings[`${name}_failing_since`];
    const state = off ? `Switched off ${within(moment(off))}: its receiver took nothing for 24 hours. Switch it on, and what waits is sent.`
      : failing ? `Its receiver takes nothing since ${within(moment(failing))}. It is tried again for 24 hours.` : words;
    const on = async () => {
      if (await change(name, settings[name], `${label}: on`)) await changed();
    };
    return line(label, state, h('div.row.nowrap', input,
      off ? h('button.btn.s', { onclick: on, 'aria-label': `${label}: switch on again` }, 'Switch on') : null));
  }), line('Signature', 'Each request is signed with a secret that only you and the gateway know.',
    h('button.btn.s', { onclick: () => secret(() => get('/users/me/webhook-secret')) }, 'Show the secret'))), deliveriesOfWebhooks());
}

function page() {
  let isOn = true;
  try {
    isOn = localStorage.getItem('harken.keys') !== 'off';
  } catch {
    // The browser keeps nothing.
  }
  const single = check(h('span.sr', 'Single keys'), isOn, { isSwitch: true, 'aria-label': 'Single keys', onchange: (event) =>
    localStorage.setItem('harken.keys', event.target.checked ? 'on' : 'off') });
  return h('section.sect', h('h2', 'This page'),
    h('div', line('Single keys', 'Letters and Space do something outside of fields, such as play and search.', single)));
}

export default function settings(root) {
  const body = h('div.stack.l');
  const read = async () => {
    const [own, enrolled, access] = await Promise.all([
      get('/users/me/settings'), get('/users/me/provider-keys'), may('admin') ? optional(get('/admin/keys')) : null,
    ]);
    return { own, enrolled: enrolled.provider_keys, access: access?.keys ?? null };
  };
  const show = ({ own, enrolled, access }) => {
    body.replaceChildren(...(access ? [keys(access, changed)] : []),
      h('div.two', ownKeys(enrolled, changed), h('div.stack.l', choices(own), webhooks(own, changed), moving(changed), page())));
    if (may('write')) return;
    body.prepend(note('', 'This key may only read', 'The scope write is needed to change something here.'));
    for (const control of body.querySelectorAll('.two button, .two select, .two input')) {
      control.disabled = control.getAttribute('aria-label') !== 'Single keys';
    }
  };
  const changed = async () => show(await read());
  root.append(h('div.head', h('div', h('h1', 'Keys and settings'))), body);
  fill(body, read, show);
}
