// A running session, watched: the events that the gateway sends of it.
import { address, get } from './api.js';
import { missing } from './captionlines.js';
import { gapsOf } from './gaps.js';

/** Milliseconds between looks for a session whose gateway has gone, and for how long a gateway that is back may not know it. */
const pause = 2000, patience = 30_000;

/** Returns the caller's sessions that run now, the newest first; none for an older gateway. */
export const openSessions = async () => ((await get('/sessions', { open: 'true' }).catch(() => null))?.sessions ?? [])
  .sort((a, b) => String(b.started_at).localeCompare(String(a.started_at)));

/** True if the gateway is gone, or goes down. */
export const goesDown = () => fetch('/ready').then((answer) => answer.json()).then(({ status }) => status === 'draining', () => true);

/**
 * Watches a session. When its gateway goes, `lost` is called; then the session is looked for, at the gateway that comes: `back` is called when it goes
 * on, with its id there, and `end` when no gateway has it any more.
 * @param {string} id
 * @param {Record<string, (event) => void>} on by the event's name: state, conversation, segment, removed, interim, gap, engine, end; and lost, back
 * @returns {() => void} stops watching
 */
export function watch(id, on) {
  const { lost, back, state, end, ...others } = on;
  let source = null, isOver = false, isLost = false, missed = 0, timer = 0, kind = null;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    source.close();
  };
  const again = () => {
    source.close();
    if (!isOver) timer = setTimeout(look, pause);
  };
  const broke = () => {
    if (isOver) return;
    if (!isLost) {
      missed = 0;
      lost?.();
    }
    isLost = true;
    again();
  };
  const events = {
    ...others,
    state: (event) => {
      kind = event.source;
      state?.(event);
    },
    end: async (event) => {
      source.close();
      // A gateway that goes down ends its sessions; their clients go on at the next one.
      if (await goesDown()) return broke();
      if (isOver) return;
      stop();
      end?.(event);
    },
  };
  const open = () => {
    source = new EventSource(address(`/sessions/${id}/events`));
    for (const [name, act] of Object.entries(events)) source.addEventListener(name, ({ data }) => act(JSON.parse(data || '{}')));
    source.onopen = () => {
      if (isLost) back?.(id);
      isLost = false;
    };
    source.onerror = broke;
  };
  async function look() {
    const found = await fetch(address('/sessions', { open: 'true' })).catch(() => null), answer = found?.ok ? await found.json().catch(() => null) : null;
    if (isOver) return;
    // At another gateway a session has another id.
    const known = answer?.sessions.find((session) => session.id === id), same = answer?.sessions.filter(({ source: one }) => one === kind) ?? [];
    if (known || same.length === 1) {
      id = (known ?? same[0]).id;
      return open();
    }
    // A gateway that is back may get the session from its client only later.
    if (answer) missed += pause;
    if (missed < patience && ![401, 403].includes(found?.status)) return again();
    stop();
    end?.({});
  }
  open();
  return stop;
}

/**
 * Takes segments into what is shown of a session: its `lines`, and `serving`, the engine.
 * @param {{lines: import('./captionlines.js').CaptionLines, serving: ?string, engine: string}} view
 */
export function take(view, segments) {
  view.lines.take(segments);
  const last = segments.at(-1);
  if (!last?.stt_provider) return;
  view.serving = last.stt_provider;
  view.engine = [last.stt_provider, last.stt_model].filter(Boolean).join(' ');
}

/** Takes a notice that final words come late, or in time again. Returns false for another one. @param {{tellLate: ?(isLate: boolean) => void}} view */
export function lateness(view, { name }) {
  const isLate = { late: true, in_time: false }[name];
  if (isLate != null) view.tellLate?.(isLate);
  return isLate != null;
}

/** Returns what to do with the events of a watched session. @param {() => void} changed called after each */
export function events(view, changed) {
  let talk = null;
  const on = {
    // A session without conversations is a part itself.
    state: ({ id }) => { if (!talk) view.lines.begin(id); },
    conversation: ({ id }) => {
      if (talk && talk !== id) view.lines.mark('event', 'A new conversation begins', view.lines.end);
      view.lines.begin(talk = id);
    },
    interim: (event) => { view.lines.interim = event.text || null; },
    gap: ({ start, end, reason }) => view.lines.mark('gap', missing(end - start, reason?.replaceAll('_', ' '))),
    notice: (event) => { if (!lateness(view, event)) view.lines.mark('event', event.text); },
    engine: (event) => {
      if (view.serving && view.serving !== event.engine) {
        view.lines.mark('event', `${event.engine} took over from ${view.serving}. What was open is recognised again.`);
      }
      view.serving = view.engine = event.engine;
    },
    removed: ({ ids }) => view.lines.drop(ids),
    segment: (segment) => take(view, [segment]),
    speaker_label: (event) => view.lines.label(event),
  };
  return Object.fromEntries(Object.entries(on).map(([name, act]) => [name, (event) => {
    act(event);
    changed();
  }]));
}

/**
 * Shows what the gateway has stored of a conversation, and gaps where it has no words. Does nothing when the gateway cannot be asked.
 * @param {object} what
 * @param {number} what.from seconds in the conversation
 * @param {boolean} what.isWhole true: the session is over
 * @param {string[]} what.shown ids of segments that were told before a break, and may not be stored
 */
export async function fill(lines, conversation, { from = 0, isWhole = false, shown = [] } = {}) {
  try {
    const gaps = gapsOf((await get(`/conversations/${conversation}/gaps`)).gaps), stored = [];
    for (let index = 0; index != null;) {
      const { segments, next } = await get(`/conversations/${conversation}/segments`, { from, index });
      lines.fill(conversation, segments, index ? [] : gaps, isWhole);
      stored.push(...segments);
      index = next;
    }
    lines.settle(conversation, stored, gaps, shown, from);
  } catch {
    // What came by the session is shown.
  }
}
