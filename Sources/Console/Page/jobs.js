// Recordings that the gateway makes conversations of: sent from here, listed with how far they are. The work goes on without the page.
import { address, get, leaving, post, remove, send } from './api.js';
import { h, said, say } from './elements.js';
import { bytes, bytesOf, clock } from './figures.js';
import { gateway } from './gateway.js';
import { icon } from './icons.js';
import { busy, complain, note, settle, toast, undoable } from './pieces.js';

/**
 * @typedef {object} Job as the API tells it; one that the gateway does not have yet has no `job_id`
 * @property {string} status sending, waiting (it is sent again), queued, processing, completed or failed
 * @property {?string} [conversation_id]
 * @property {?number} heard seconds that are recognised; while it is sent, bytes that have gone
 * @property {?number} duration seconds in all; while it is sent, bytes of the request, once some have gone
 * @property {number} [sound_tracks] the file's sound tracks, of which one was heard
 * @property {number} [mixed_channels] the file's channels, which have different sound and were mixed
 * @property {string[]} [warnings] what was not heard of the file
 */

const formats = { srt: 'SRT', vtt: 'VTT', json: 'JSON', text: 'Text' };
/** Files on their way to the gateway. They go on while other pages are shown. @type {Job[]} */
const sending = [];
/** Answers of a gateway that is away, or busy: none at all, too many requests, those of a proxy, and of a gateway that begins or ends. */
const passing = new Set([0, 429, 502, 503, 504]);
/** Where each job was when it was first seen at work, for its speed. */
const began = new Map();
/** Jobs that stop soon, which can be undone. */
const stopping = new Set();
/** Reads the list again. */
let redraw = () => {};
/** Draws what this page knows, also while the gateway is slow. */
let draws = () => {};
/** Draws it once for all that changes in one moment. */
let drawing = 0;
const drawsSoon = () => {
  drawing ||= setTimeout(() => {
    drawing = 0;
    draws();
  });
};
/** Types of files that are surely no recordings. Systems take some recordings for other things. */
const excluded = /^image|^text\/(?!vnd)|pdf|zip|json|script|msword|office/;

const isOpen = (job) => job.status === 'queued' || job.status === 'processing';
/** True while the gateway does not have a file that it is to get. */
const isUnsafe = (job) => job.file && job.status !== 'failed';
/** False where somebody else has logged in since the file was added: it is not shown, and not sent under that login. */
const isMine = (job) => (job.user ??= gateway.user) === gateway.user;

addEventListener('beforeunload', (event) => { if (sending.some(isUnsafe)) event.preventDefault(); });

function speed(job) {
  if (job.heard == null) return null;
  if (!began.has(job.job_id)) began.set(job.job_id, [job.heard, performance.now()]);
  const [from, since] = began.get(job.job_id), spent = (performance.now() - since) / 1000;
  return spent > 2 && job.heard > from ? (job.heard - from) / spent : null;
}

/** What a row says of a job. */
function words(job) {
  if (job.status === 'sending') {
    return `Sending, ${job.duration ? bytesOf(job.heard, job.bytes) : bytes(job.bytes)}; keep this page open until then`;
  }
  if (job.status === 'waiting') return `${job.error} The file is sent again by itself; keep this page open until then`;
  if (job.status === 'queued') return `Waiting for its turn${job.file ? '; keep this page open until then' : ''}`;
  if (job.status === 'failed') return job.error ?? 'It failed.';
  if (job.status === 'completed') return job.conversation_id ? 'Done' : 'Done. Nothing was said, or its conversation is deleted.';
  const rate = speed(job), left = rate && job.duration ? (job.duration - job.heard) / rate : null;
  return [job.heard == null ? 'At work' : clock(job.heard) + (job.duration ? ` of ${clock(job.duration)}` : ''),
    rate ? `${rate.toFixed(0)}× real time` : null, left ? `${clock(left)} left` : null].filter(Boolean).join(', ');
}

/** Takes a file from the way to the gateway. */
function forget(job) {
  clearTimeout(job.due);
  sending.splice(sending.indexOf(job), 1);
}

/** Sends a file, and sends it again while the gateway is away. The gateway knows a file by its content: one that it has is not heard twice. */
async function dispatch(job) {
  clearTimeout(job.due);
  if (!isMine(job)) return later(job);
  // A browser has few connections for all that a page asks.
  const hasTurn = sending.filter((one) => one.status === 'sending').length < 3, was = job.status;
  Object.assign(job, { status: hasTurn ? 'sending' : 'queued', error: null, duration: 0 });
  if (job.status !== was) drawsSoon();
  if (!hasTurn) return job.due = setTimeout(dispatch, 300, job);
  try {
    const body = new FormData(), at = new Date(job.file.lastModified);
    if (at > 0) body.append('modified', at.toISOString());
    if (job.choice) body.append(...job.choice);
    body.append('file', job.file, job.name);
    const kept = await (await send('/api/v1/jobs', { method: 'POST', body, signal: job.stopping.signal }, ({ loaded, total }) => {
      Object.assign(job, { heard: loaded, duration: total });
      drawsSoon();
    })).json();
    forget(job);
    if (kept.status === 'completed' && !job.tries) toast(said(job.name), ' is there already');
    // The row stays until the one of the gateway's job takes its place.
    return redraw();
  } catch (error) {
    if (error.name === 'AbortError') forget(job);
    else await failed(job, error);
  }
  draws();
}

/** @param {number} most milliseconds that a file waits at most before it is sent again */
function later(job, most = 30_000) {
  job.due = setTimeout(dispatch, Math.min(most, 1000 * 2 ** job.tries++), job);
}

/** Keeps a file that was not sent: to be sent again by itself, or by hand. */
async function failed(job, { status = 0, message }) {
  // A file that was changed or removed cannot be sent: to the page that looks like a gateway that is away.
  const isThere = await job.file.slice(0, 1).arrayBuffer().catch(() => null);
  if (job.stopping.signal.aborted) return forget(job);
  // A login that has ended comes again.
  if (isThere && (passing.has(status) || status === 401)) {
    Object.assign(job, { status: 'waiting', error: message });
    // A gateway that refuses has taken the file for nothing.
    later(job, status ? 300_000 : undefined);
  } else Object.assign(job, { status: 'failed', error: isThere ? message : 'The file cannot be read: it was changed or removed. Choose it again.' });
}

/** Sends files, which become recordings. @param {[string, string]} [choice] what is heard of them: a field and its value */
export function add(files, choice) {
  for (const file of files) {
    const job = { file, choice, name: file.name, bytes: file.size, tries: 0, stopping: new AbortController() };
    sending.unshift(job);
    dispatch(job);
  }
  if (files[0]) toast(files[1] ? `${files.length} recordings` : said(files[0].name), ' added');
  document.querySelector('.jobs')?.parentNode.scrollIntoView({ block: 'nearest' });
}

/**
 * Takes what is dropped on a page, with what is in folders, 500 things at most, and goes to Start. What is no recording is told. What the browser does not
 * know is sent: the gateway looks into it.
 * @param {(?FileSystemEntry|File)[]} dropped
 */
export async function take(dropped) {
  const files = [], others = [], asked = (of, what) => new Promise((done, fail) => of[what](done, fail));
  let left = 500;
  /** Returns something true where there may be more: a folder tells its content in parts. */
  const look = async (entries) => {
    for (const one of entries) {
      if (!one || one.name.startsWith('.')) continue;
      try {
        if (left-- < 1) break;
        if (one.isDirectory) {
          const reader = one.createReader();
          while (await look(await asked(reader, 'readEntries')));
        } else {
          const file = one.file ? await asked(one, 'file') : one;
          if (excluded.test(file.type)) throw one;
          files.push(file);
        }
      } catch {
        others.push(one.name);
      }
    }
    return entries.length && left > -1;
  };
  await look(dropped);
  const more = others.length > 5 ? ` and ${others.length - 5} more` : '';
  if (others[0]) complain({ message: `Left out: ${others.slice(0, 5).join(', ')}${more}. No recordings, or they cannot be read.` });
  if (left < 0) complain({ message: 'A drop has 500 files and folders at most: the rest was left out' });
  // What is typed somewhere is not left.
  if (files[0] && !document.activeElement.value && !document.querySelector('dialog[open], :popover-open')) location.hash = '#/start';
  add(files);
}

/**
 * The list of recordings.
 * @param {(choice?: [string, string]) => void} choose has the user choose a file, where the gateway has it no more
 * @returns {{list: HTMLElement, leave: () => void}}
 */
export function recordings(choose) {
  const title = h('span.small.dim'), items = h('ul.jobs'), more = h('button.btn.ghost.s', { hidden: true, onclick: () => load(true) }, 'More');
  const list = h('section.sect', { hidden: true, 'aria-label': 'Recordings' }, h('div.row', h('h2', 'Recordings'), title), items, more);
  const rows = new Map(), states = new Map();
  let jobs = [], next = null, timer = 0, isLeft = false;

  const act = (label, content, run, kind = '') => {
    const button = h('button.btn.s' + kind, { 'aria-label': label, onclick: () => busy(button, async () => {
      await run();
      await load();
    }) }, content);
    return button;
  };
  const drop = (job) => (job.job_id ? remove(`/jobs/${job.job_id}`) : forget(job));
  /** Stops a job. What the gateway has of its words goes with it, so that it can be undone. */
  async function stop(job) {
    if (!job.job_id) return forget(job);
    await settle();
    stopping.add(job.job_id);
    const end = async () => stopping.delete(job.job_id) && redraw();
    undoable([said(job.name), ' stops, and its words go'], end, async () => {
      // What was done meanwhile stays. A page that is left gets no answer, and a job that is done loses its row only.
      if (leaving.keepalive || (await get(`/jobs/${job.job_id}`)).status !== 'completed') await drop(job);
      await end();
    });
  }
  async function again(job, choice) {
    if (!job.job_id) return void dispatch(job);
    began.delete(job.job_id);
    try {
      await post(`/jobs/${job.job_id}/retry${choice ? `?${choice.join('=')}` : ''}`);
    } catch (error) {
      if (error.code !== 'file_gone') throw error;
      complain(error);
      choose(choice);
    }
  }
  /** What was not heard of a job's file, with the way to hear it. */
  function about(job) {
    const hear = (label, ...choice) => act(`${label}: ${job.name}`, label, () => again(job, choice));
    const tracks = job.sound_tracks ? [hear('Hear all tracks', 'track', 'all')] : [];
    for (let n = 1; n <= job.sound_tracks && n < 7; n++) tracks.push(hear(`Hear track ${n}`, 'track', `${n}`));
    return note('warn', 'About the file', said(job.warnings.join(' ')),
      [...tracks, job.mixed_channels ? hear('Hear each channel', 'channels', 'true') : null]);
  }
  function row(job) {
    const line = h('p.small', words(job)), id = job.conversation_id, name = h('b.strong.clip', said(job.name));
    const bar = job.status === 'sending' || job.status === 'processing' ? h('div.bar', { role: 'progressbar', 'aria-label': job.name }, h('i')) : null;
    const place = (now) => {
      line.textContent = words(now);
      bar?.classList.toggle('going', !now.duration);
      if (!now.duration || !bar) return;
      const share = Math.min(100, Math.round(now.heard / now.duration * 100));
      bar.firstChild.style.setProperty('--v', share);
      bar.setAttribute('aria-valuenow', share);
    };
    place(job);
    const state = job.status === 'waiting' ? 'failed' : job.file && job.status === 'queued' ? 'sending' : job.status;
    const away = (leave) => act(`Remove ${job.name}`, icon('trash'), leave, '.ghost');
    const buttons = {
      failed: () => [act(`Try again: ${job.name}`, 'Try again', () => again(job)), away(() => drop(job))],
      completed: () => [...(id ? Object.keys(formats) : []).map((format) =>
        h('a.btn.ghost.s', {
          href: address(`/conversations/${id}/export`, { format }), download: true, 'aria-label': `${formats[format]}: ${job.name}`,
        }, formats[format])),
      id ? h('a.btn.s', { href: `#/conversation/${id}`, 'aria-label': `Open conversation: ${job.name}` }, 'Open conversation') : null,
      act(`Take ${job.name} from the list`, icon('check'), () => drop(job), '.ghost')],
      sending: () => {
        const stop = () => (job.status === 'queued' ? forget(job) : job.stopping.abort());
        // Nothing comes under a pointer that is on its way to "Try again".
        return job.tries ? away(stop) : act(`Stop: ${job.name}`, 'Stop', stop);
      },
    }[state]?.() ?? act(`Stop: ${job.name}`, 'Stop', () => stop(job));
    const item = h('li', { 'data-state': job.status }, h('div', name, line, bar), h('div.row', buttons));
    if (job.warnings?.length) item.firstChild.append(about(job));
    return { item, place };
  }
  function draw() {
    if (isLeft) return;
    const known = jobs.filter((job) => !stopping.has(job.job_id)), all = [...sending.filter(isMine), ...known], kept = new Set();
    for (const [index, job] of all.entries()) {
      const key = job.job_id ?? job, state = job.status + job.conversation_id + job.error;
      kept.add(key);
      if (states.get(key) !== state) {
        const made = row(job), old = rows.get(key);
        if (old) {
          const hasFocus = old.item.contains(document.activeElement);
          old.item.replaceWith(made.item);
          if (hasFocus) made.item.querySelector('a, button')?.focus();
          // Attempts that follow the first one are no news.
          if (isUnsafe(job) ? job.status === 'waiting' && job.tries === 1 : !isOpen(job)) say(`${job.name}: ${words(job)}`);
        }
        rows.set(key, made);
        states.set(key, state);
      }
      const { item, place } = rows.get(key);
      place(job);
      if (items.children[index] !== item) items.insertBefore(item, items.children[index] ?? null);
    }
    for (const [key, { item }] of rows) {
      if (kept.has(key)) continue;
      item.remove();
      rows.delete(key);
      states.delete(key);
    }
    list.hidden = !all.length;
    const open = known.filter((job) => job.status === 'processing').length, waiting = known.filter((job) => job.status === 'queued').length;
    title.textContent = sending.some(isUnsafe) ? 'Leave this page when all are sent; the rest goes on without it.'
      : open + waiting ? `${[open && `${open} at work`, waiting && `${waiting} waiting`].filter(Boolean).join(', ')}. Goes on without this page.` : '';
    more.hidden = !next;
  }
  async function load(isMore = false) {
    clearTimeout(timer);
    let isLost = false;
    try {
      const page = await get('/jobs', { cursor: isMore ? next : null, limit: isMore ? null : Math.min(200, Math.max(20, jobs.length)) });
      jobs = isMore ? [...jobs, ...page.jobs] : page.jobs;
      next = page.next;
    } catch (error) {
      // An older gateway, or one that does not answer: the shell says so.
      isLost = passing.has(error.status);
    }
    draw();
    // Several answers may come one after the other: one timer is set.
    clearTimeout(timer);
    if (!isLeft && (isLost || jobs.some(isOpen))) timer = setTimeout(load, isLost ? 4000 : 1000);
  }
  draws = draw;
  redraw = load;
  draws();
  redraw();
  return {
    list,
    leave() {
      isLeft = true;
      clearTimeout(timer);
      redraw = () => {};
    },
  };
}
