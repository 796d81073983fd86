// The shell: routes, navigation, theme, keyboard. Pages are loaded when they are first opened.
import { signals, get, send } from './api.js';
import { gateway, learn, may, needsLogin } from './gateway.js';
import { h, say } from './elements.js';
import { timeOf } from './figures.js';
import { icon, logo } from './icons.js';
import { ask, dialog, failure, note, segments, settle } from './pieces.js';
import { themeChanged } from './drawing.js';

/** Page, title, icon, group, scope of which it needs one. */
const routes = [
  ['start', 'Start', 'start', 'Listen'], ['live', 'Live', 'live', 'Listen', 'listen'], ['playground', 'Playground', 'compare', 'Listen', 'transcribe'],
  ['conversations', 'Conversations', 'list', 'Memory', 'read'], ['people', 'People', 'people', 'Memory', 'read'],
  ['microscope', 'Microscope', 'micro', 'Gateway', 'read'], ['engines', 'Engines', 'engines', 'Gateway', 'admin'],
  ['usage', 'Usage', 'usage', 'Gateway', 'read'], ['settings', 'Keys and settings', 'keys', 'Gateway', 'read'],
];
const titles = { login: 'Log in', conversation: 'Conversation', phone: 'Microphone' };
/** Pages that need no login, and have nothing beside them. */
const bare = new Set(['login', 'phone']);
const modules = { conversation: 'reader' };
const atFoot = ['start', 'live', 'conversations', 'people'];
const goes = { s: 'start', l: 'live', p: 'people', c: 'conversations', e: 'engines', u: 'usage', m: 'microscope' };
const element = (id) => document.getElementById(id);

let leave = null, links = {}, turn = 0, chord = 0, isTaken = false;

// MARK: Theme and keyboard

const stored = (key, fallback) => {
  try {
    return localStorage.getItem(key) ?? fallback;
  } catch {
    return fallback;
  }
};

/** True if a session of the microphone is remembered. */
const isRemembered = () => {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith('harken.listening.'));
  } catch {
    return false;
  }
};

/** Sets the theme, or applies the stored one. */
function theme(value) {
  if (value) localStorage.setItem('harken.theme', value);
  const chosen = value ?? stored('harken.theme', 'auto');
  if (chosen === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  themeChanged();
  return chosen;
}

const themes = () => segments('Theme', [['auto', 'Auto'], ['light', 'Light'], ['dark', 'Dark']], theme(), theme, true);

function help() {
  const keys = [
    ['/', 'Search'], ['j', 'Next, in a list or transcript'], ['k', 'Previous'], ['Enter', 'Open'], ['Space', 'Play, pause; start or stop listening'],
    ['←', 'Back 5 s, or one word in the microscope'], ['→', 'On 5 s, or one word'], ['n', 'Name this voice'], ['g', 'Then s l c p m e u: go to a page'],
    ['?', 'This list'],
  ];
  const opened = dialog('Keyboard', h('div.keys', keys.flatMap(([key, words]) => [h('kbd', key), h('span', words)])),
    [h('button.btn', { onclick: () => opened.close() }, 'Close')]);
}

function step(by) {
  const rows = [...document.querySelectorAll('[data-row]:not([hidden])')];
  if (!rows.length) return false;
  const row = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(document.activeElement?.closest('[data-row]')) + by))];
  row.focus();
  row.scrollIntoView({ block: 'nearest' });
  return true;
}

/** Address of the page that is drawn; null while there is none. Another address is in the window's place: that page is on its way. */
let drawn = null;
/** Address of the page that is asked for its search as soon as it is drawn; null: none is. */
let searchAt = null;

const isDrawn = () => drawn === location.hash;

/** Goes to the search of the page, or else of Conversations. A page that is on its way is asked when it is drawn, never the page that is left. */
function search() {
  if (isDrawn()) {
    const box = document.querySelector('main input[type=search]');
    if (box) return box.focus();
    location.hash = '#/conversations';
  }
  searchAt = location.hash;
}

// A key with which an input method composes is no command, wherever it is pressed: Enter takes what was composed, and sends no form.
addEventListener('keydown', (event) => {
  if (!event.isComposing && event.keyCode !== 229) return;
  event.stopImmediatePropagation();
  if (event.key === 'Enter' && event.target.tagName === 'INPUT') event.preventDefault();
}, true);

addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== 'range';
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping || document.querySelector('dialog[open]')) return;
  if (stored('harken.keys', 'on') === 'off' && event.key !== 'Tab') return;
  if (event.key === '?') return help();
  if (event.key === '/') {
    event.preventDefault();
    return search();
  }
  if (chord && Date.now() - chord < 900) {
    chord = 0;
    if (goes[event.key]) location.hash = '#/' + goes[event.key];
    return;
  }
  if (event.key === 'g') {
    chord = Date.now();
    return;
  }
  // What follows are keys of the page; a page that is left hears none.
  if (!isDrawn()) return;
  if ((event.key === 'j' || event.key === 'k') && step(event.key === 'j' ? 1 : -1)) return event.preventDefault();
  if (!['j', 'k', 'n', ' ', 'ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  if (event.key === ' ' && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) return;
  // A space bar that is held is one press.
  isTaken = event.key === ' ' && event.repeat ? isTaken : !document.dispatchEvent(new CustomEvent('harken-key', { detail: event.key, cancelable: true }));
  if (isTaken) event.preventDefault();
});

// MARK: Navigation

const allowed = () => routes.filter(([, , , , scope]) => !scope || may(scope));

async function logOut() {
  const { listening } = await import('./listening.js').catch(() => ({}));
  if (!listening?.isOn) return leaveLogin();
  const text = h('p.dim', 'The recording stops. What the gateway does not have yet is sent first.');
  const asked = ask('Log out while recording?', text, 'Stop and log out', async () => {
    // A second Stop would not wait.
    if (listening.state !== 'stopping') listening.stop();
    while (listening.isOn) await new Promise((done) => listening.addEventListener('change', done, { once: true }));
    // Cancel meanwhile is an answer, too.
    if (asked.open) await leaveLogin();
  });
}

async function leaveLogin() {
  try {
    await settle();
    await send('/api/v1/logout', { method: 'POST' });
  } finally {
    gateway.user = null;
    location.hash = '#/login';
  }
}

function navigation() {
  links = {};
  const group = (name) => {
    const own = allowed().filter((route) => route[3] === name);
    return own.length ? h('div', h('h2', name), h('ul', own.map(([id, title, symbol]) => {
      links[id] = h('a', { href: '#/' + id }, icon(symbol), h('span', title));
      return h('li' + (atFoot.includes(id) ? '' : '.more'), links[id]);
    }))) : null;
  };
  const out = gateway.keyless || !gateway.scopes ? null : h('button.btn.ghost.s', { onclick: logOut }, icon('logout'), 'Log out');
  element('nav').replaceChildren(h('a.brand', { href: '#/start' }, logo(), 'Harken'), ...['Listen', 'Memory', 'Gateway'].map(group).filter(Boolean),
    h('section.rec', { id: 'recording', 'aria-label': 'Recording', hidden: true }),
    h('button.nav-more', { onclick: more, 'aria-haspopup': 'dialog' }, icon('more'), 'More'),
    h('div.nav-foot', h('div', h('div.strong', gateway.address), h('div.faint', gateway.version ? `Harken ${gateway.version}` : '')), themes(),
      h('button.btn.ghost.s', { onclick: help }, h('kbd', '?'), 'Keyboard'), h('a.btn.ghost.s', { href: 'docs' }, icon('info'), 'API'), out));
  mark();
}

function more() {
  const rest = allowed().filter(([id]) => !atFoot.includes(id));
  const opened = dialog('More', h('div.stack',
    h('ul.menu', rest.map(([id, title, symbol]) => h('li', h('a', { href: '#/' + id, onclick: () => opened.close() }, icon(symbol), title)))),
    h('div.row.between', h('a.small', { href: 'docs' }, 'API'), h('span.small.dim', `Harken ${gateway.version}`), themes())),
  [h('button.btn', { onclick: () => opened.close() }, 'Close')]);
}

/** Shows at People how many voices nobody has named. */
export async function countVoices() {
  const link = links.people;
  if (!link) return;
  const answer = await get('/voices/count').catch(() => null);
  link.querySelector('.count')?.remove();
  const unnamed = `${answer?.to_name}${answer?.to_name_more ? '+' : ''}`;
  if (answer?.to_name) link.append(h('span.count', { 'aria-label': `${unnamed} voices without a name` }, unnamed));
}

/** Returns the parts of the address: page, id, and the values after `?`. */
function address() {
  const [path, query] = (location.hash.slice(2) || 'start').split('?'), [page, ...rest] = path.split('/');
  return { page, id: decodeURIComponent(rest.join('/')), values: new URLSearchParams(query ?? '') };
}

/** Gives the page that is drawn another address, without a step in the history. */
export function readdress(hash) {
  if (!isDrawn() || hash === location.hash) return;
  // Safari allows so many in a time.
  try { history.replaceState(history.state, '', hash); } catch { return; }
  drawn = location.hash;
}

/** Marks the page of the address in the navigation. */
function mark() {
  const { page } = address();
  for (const [name, link] of Object.entries(links)) {
    link.ariaCurrent = name === page || (page === 'conversation' && name === 'conversations') ? 'page' : null;
  }
}

async function go() {
  const mine = ++turn, { page, id, values } = address(), title = routes.find((route) => route[0] === page)?.[1] ?? titles[page];
  let place = location.hash;
  // Another page may be on its way before the browser tells of it.
  const isLeft = () => mine !== turn || place !== location.hash;
  leave?.();
  leave = drawn = null;
  if (searchAt !== place) searchAt = null;
  document.querySelectorAll('dialog[open]:not([data-changed])').forEach((opened) => opened.close());
  document.body.classList.toggle('bare', bare.has(page));
  mark();
  const main = element('main'), root = h('div.page');
  if (!title) {
    root.append(h('div.head', h('div', h('h1', 'There is no such page'), h('p', 'The address may be from another version of Harken.'))),
      h('div', h('a.btn', { href: '#/start' }, 'Go to Start')));
  } else {
    try {
      const module = await import(`./${modules[page] ?? page}.js`);
      if (isLeft()) return;
      try {
        leave = module.default(root, id, values);
      } finally {
        // A page may change its own address.
        place = location.hash;
      }
    } catch (error) {
      if (isLeft()) return;
      root.replaceChildren(h('h1', title), failure(error, () => location.reload()));
    }
  }
  main.replaceChildren(root);
  document.title = `${title ?? 'Nothing here'} · Harken`;
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
  say(title ?? 'There is no such page');
  drawn = place;
  if (searchAt) {
    searchAt = null;
    search();
  }
}

// MARK: Files that are dropped

/** True where the page takes what is dragged: files, not mere words. The browser itself never opens a file in its place. @param {boolean} isOver */
function takes(event, isOver) {
  const areFiles = event.dataTransfer.types.includes('Files'), isTaken = areFiles && !bare.has(address().page) && may('transcribe');
  if (areFiles) event.preventDefault();
  document.body.classList.toggle('over', isTaken && isOver);
  return isTaken;
}

addEventListener('dragover', (event) => takes(event, true));
addEventListener('dragleave', (event) => takes(event, !!event.relatedTarget));
addEventListener('drop', async (event) => {
  if (!takes(event, false)) return;
  // The browser shows them during this event only.
  const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  (await import('./jobs.js')).take(dropped);
});

// MARK: The gateway goes and comes back

/** Milliseconds after which a gateway that does not answer is asked again. */
const patience = 8000;
let isLost = false;

function lost() {
  if (isLost) return;
  isLost = true;
  let left = 4;
  const words = () => (left > 0 ? `Trying again in ${left} s. This page stays as it is.` : 'Trying again now.');
  const wait = h('span', words()), place = element('lost');
  const back = async () => {
    // A gateway that hears and does not answer is away, too. Who does not read an answer keeps its connection.
    const isThere = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(patience) })
      .then((answer) => answer.text().then(() => answer.ok)).catch(() => false);
    if (!isThere) return false;
    clearInterval(timer);
    isLost = false;
    place.replaceChildren();
    return true;
  };
  const timer = setInterval(async () => {
    left -= 1;
    if (left === 0 && !(await back())) left = 4;
    wait.textContent = words();
  }, 1000);
  place.replaceChildren(note('warn', 'The gateway does not answer', wait, h('button.btn.s', { onclick: back }, 'Try now')));
}

signals.addEventListener('lost', lost);
/** Asks for a login; the page that was wanted comes after it. A page that was drawn for nobody has nothing to keep. */
function askForLogin() {
  if (bare.has(address().page)) return;
  if (isDrawn() && gateway.user && !gateway.keyless) logInAgain(); else location.hash = `#/login?to=${encodeURIComponent(location.hash.slice(2))}`;
}

let isAsking = false;

/** Asks for a login over the page that is drawn, with all that is typed there. */
async function logInAgain() {
  if (isAsking) return;
  isAsking = true;
  const login = await import('./login.js').catch(() => null), { user } = gateway;
  // Another page may have come meanwhile, the one that logs in as well.
  isAsking = login && isDrawn();
  if (!isAsking) return;
  const form = login.loginForm(async () => {
    await learn();
    // What somebody else has typed and read is not for this user.
    if (gateway.user !== user) return settle(true).then(() => location.reload());
    navigation();
    countVoices();
    asked.close();
  });
  // What is popped up closes under a dialog; with what is typed there, it comes back.
  const open = document.querySelector(':popover-open'), here = drawn;
  const asked = dialog('Log in again', h('div.stack', h('p.dim', `At ${timeOf(Date.now())} this login was over: somebody logged out in another tab, `
    + 'the key was revoked, or twelve hours had passed. What is typed stays.'), form), [h('button.btn', { onclick: () => asked.close() }, 'Cancel')]);
  asked.addEventListener('close', () => {
    isAsking = false;
    if (!open || here !== drawn) return;
    document.body.appendChild(open).showPopover();
    open.querySelector('input')?.focus();
  });
}

signals.addEventListener('unauthenticated', askForLogin);

/** Learns who the caller is, and draws the shell. Called at the start and after a login. */
export async function begin() {
  if (address().page === 'phone') return go();
  try {
    await learn();
  } catch (error) {
    if (needsLogin(error)) askForLogin();
  }
  navigation();
  await go();
  if (bare.has(address().page)) return;
  countVoices();
  if (may('listen') && isRemembered()) (await import('./resuming.js')).offer();
}

theme();
// The address names pages: it is not changed for a place in one.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  element('main').focus();
});
addEventListener('hashchange', () => { if (!isDrawn()) go(); });
begin();
