// The page /docs: what the gateway's description of its API says, to read, to search, and to copy as curl.
import { send } from './api.js';
import { h } from './elements.js';
import { icon, logo } from './icons.js';
import { copy, failure, tag } from './pieces.js';
import { groupsOf, membersOf, resolved, typeOf } from './schema.js';

const contents = document.getElementById('contents'), main = document.getElementById('main');
const colors = { GET: '', WS: 'warn', POST: 'ok', PUT: 'warn', PATCH: 'warn', DELETE: 'bad' };

/** Text in which `words between ticks` are code. */
const prose = (text) => (text ?? '').split('`').map((part, index) => (index % 2 ? h('code', part) : part));
const method = (name) => tag(colors[name] ?? '', name);

/** A table of names. @param {boolean} isSent what is left out by a caller matters only in what a caller sends */
function table(caption, rows, isSent) {
  if (!rows.length) return null;
  return h('table.table.docs-table', h('caption', caption), h('tbody', rows.map((row) => h('tr',
    h('td', { vars: { level: row.level ?? 0 } }, h('code', row.name), isSent && row.isRequired ? h('span.tiny.faint', ' required') : null),
    h('td.dim', row.type), h('td', prose(row.words))))));
}

function example(media) {
  const value = media.example ?? Object.values(media.examples ?? {})[0]?.value;
  return value === undefined ? null : h('div.code', h('pre', { tabindex: 0, 'aria-label': 'Example' },
    typeof value === 'string' ? value : JSON.stringify(value, null, 2)));
}

/** The bodies of a request or an answer, by their types of content. */
const bodies = (caption, content, description, isSent) => Object.entries(content ?? {}).map(([type, media]) => [
  table(`${caption}, ${type}`, membersOf(media.schema, description), isSent) ?? h('p.small.dim', `${caption}: ${type}`,
    media.schema ? ` (${typeOf(media.schema, description)})` : ''), example(media)]);

/** The operation as a line for a shell; a WebSocket as its address. */
function curl({ method: name, path, operation, parameters }, description) {
  if (name === 'WS') return `${location.origin.replace(/^http/, 'ws')}${path}`;
  const body = resolved(operation.requestBody, description).content ?? {}, json = body['application/json'];
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.required).map((parameter) => `${parameter.name}=…`).join('&');
  const isOpen = (operation.security ?? description.security)?.length === 0;
  const required = json ? membersOf(json.schema, description).filter((member) => member.isRequired && !member.level) : [];
  const sent = json ? Object.fromEntries(required.map((member) => [member.name, '…'])) : null;
  return ['curl', name === 'GET' ? null : `-X ${name}`, isOpen ? null : '-H "Authorization: Bearer KEY"',
    sent ? `-H "Content-Type: application/json" -d '${JSON.stringify(sent)}'` : body['multipart/form-data'] ? '-F file=@talk.mp3'
      : body['application/octet-stream'] ? '--data-binary @talk.mp3' : null,
    `"${location.origin}${path}${query ? '?' + query : ''}"`].filter(Boolean).join(' ');
}

function section(entry, description) {
  const { id, operation, parameters } = entry, line = curl(entry, description), scopes = operation['x-scopes'];
  const request = resolved(operation.requestBody, description);
  const words = [entry.method, entry.path, operation.summary, operation.description].join(' ').toLowerCase();
  return h('section.docs-operation', { id, 'data-words': words },
    h('h3', method(entry.method), ' ', h('a', { href: '#' + id }, h('code', entry.path))),
    h('p', prose(operation.summary)),
    operation.description && operation.description !== operation.summary ? h('p.dim', prose(operation.description)) : null,
    scopes?.length ? h('p.small.dim', 'A key needs ', scopes.flatMap((scope, index) => [index ? ' or ' : '', h('code', scope)]), '.') : null,
    table('In the address', parameters.map((parameter) => ({
      name: parameter.name, type: typeOf(parameter.schema, description), isRequired: parameter.required && parameter.in !== 'path',
      words: parameter.description,
    })), true),
    bodies('Body', request.content, description, true),
    Object.entries(operation.responses ?? {}).map(([status, answer]) => {
      const whole = resolved(answer, description);
      return [h('p.small', h('b.strong', status === 'default' ? 'Error' : status), ' ', h('span.dim', prose(whole.description))),
        status === 'default' ? null : bodies('Answer', whole.content, description)];
    }),
    h('div.code', h('pre', { tabindex: 0, 'aria-label': 'As a command' }, line),
      h('button.btn.s', { type: 'button', 'aria-label': `Copy: ${entry.method} ${entry.path}`, onclick: () => copy(line) }, icon('copy'), 'Copy')));
}

function show(description) {
  const groups = groupsOf(description), links = new Map();
  const box = h('input.input', {
    type: 'search', placeholder: 'Search', 'aria-label': 'Search operations', oninput: () => filter(box.value.trim().toLowerCase()),
  });
  contents.replaceChildren(h('a.brand', { href: './' }, logo(), 'Harken'), h('div.search', icon('search'), box),
    ...[...groups].map(([group, entries]) => h('div.docs-group', h('h2', group), h('ul', entries.map((entry) => {
      const link = h('a', { href: '#' + entry.id }, method(entry.method), h('span', entry.path.replace(/^\/api\/v\d+/, '')));
      links.set(entry.id, link);
      return h('li', link);
    })))));
  main.replaceChildren(h('div.head', h('div', h('h1', 'API'), h('p', prose(description.info?.description))),
    h('a.btn.s', { href: 'api/v1/openapi.json', download: 'harken-openapi.json' }, icon('down'), 'openapi.json')),
  ...[...groups].map(([group, entries]) => h('div.docs-group', h('h2', group), entries.map((entry) => section(entry, description)))));
  const filter = (words) => {
    for (const part of main.querySelectorAll('.docs-operation')) {
      const isFound = words.split(' ').every((word) => part.dataset.words.includes(word));
      part.hidden = !isFound;
      links.get(part.id).parentElement.hidden = !isFound;
    }
    for (const group of document.querySelectorAll('.docs-group')) group.hidden = !group.querySelector('.docs-operation:not([hidden]), li:not([hidden])');
  };
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

try {
  const theme = localStorage.getItem('harken.theme');
  if (theme && theme !== 'auto') document.documentElement.dataset.theme = theme;
} catch {
  // The browser keeps nothing.
}
try {
  show(await (await send('/api/v1/openapi.json')).json());
} catch (error) {
  main.append(failure(error, () => location.reload()));
}
