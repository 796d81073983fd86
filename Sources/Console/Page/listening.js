// The session of the microphone. It belongs to the shell, not to a page: whoever goes elsewhere goes on speaking. There is one, and it alone has the sound.
import { CaptionLines, missing } from './captionlines.js';
import { h, say } from './elements.js';
import { clock, plural, timeOf } from './figures.js';
import { behindWords, lateWords, ListenClient } from './listen.js';
import { heightOf, openSound, rate, trembling } from './microphone.js';
import { note } from './pieces.js';
import { events, fill, lateness, take, watch } from './watching.js';

/** Milliseconds without any sound after which that is said. */
const mute = 2000;
/** Milliseconds before the browser's question is told of: most have an answer already. */
const asked = 400;
/** Milliseconds between two attempts to open a microphone that was pulled out. */
const retry = 3000;
/** Seconds after a break at which the page asks for words that the gateway has recognised from its journal. */
const looks = [1, 4, 10, 25, 60];
/** Seconds before a break from which on it asks. */
const before = 10;
/** Milliseconds after which another page has left a session that it does not tell of any more. */
const abandoned = 15_000;
const memory = 'harken.listening', place = (id) => document.getElementById(id);

/** Sounds that stopped: what is told, and what the gap says. */
const pauses = {
  muted: ['The microphone is silent', 'A call or the system has it. What is said meanwhile is not heard. The recording goes on by itself.',
    'the system had muted the microphone'],
  paused: ['The microphone is silent: the browser paused it', 'What is said meanwhile is not heard.', 'the browser had paused the microphone'],
  gone: ['The microphone is gone', 'It was pulled out, or another program took it. Connect it: the recording goes on by itself.', 'the microphone was away'],
};

const remember = (value) => {
  try {
    if (value) localStorage.setItem(memory, JSON.stringify(value)); else localStorage.removeItem(memory);
  } catch {
    // The browser keeps nothing: a page that is loaded anew offers nothing.
  }
};

// The browser asks in its own words.
const keepOpen = (event) => {
  event.preventDefault();
  event.returnValue = '';
};

/** Says `change` (its state), `lines`, `facts` (engine, session, safe) and `level`. */
class Listening extends EventTarget {
  state = 'off'; // 'asking' the browser, 'on', 'stopping'
  lines = new CaptionLines();
  options = {};
  people = [];
  notes = h('div.notes', { role: 'status' });
  #told = new Map();
  #trembles = trembling();
  #lateness = h('span', { 'aria-hidden': 'true' });

  get isOn() { return this.state !== 'off'; }

  /** True if it has stopped, and waits for a gateway that is away. */
  get isWaiting() { return this.state === 'stopping' && this.client.state !== 'listening'; }

  /** True if no sound at all comes, though the microphone is open. */
  get isMute() { return !!this.sound && performance.now() - this.heardAt > mute; }

  /** Seconds of sound of the session. */
  get seconds() { return (this.samples ?? 0) / rate; }

  /** Starts, or stops. @param {{source: string, language: string, engine: ?string}} options */
  press(options) {
    if (this.#trembles()) return;
    if (this.isOn) this.stop(); else this.start(options);
  }

  /** @param {?object} from what another page has kept of a session, which goes on here */
  async start(options, from = null) {
    if (this.isOn) return;
    Object.assign(this, {
      options, speech: options.language, lines: new CaptionLines(), samples: (from?.seconds ?? 0) * rate, value: 0, safe: null, engine: null, serving: null,
      session: null, conversation: null, client: null, sound: null, problem: null, away: null, broke: null, wasBroken: !!from, isFull: false,
      pause: null, filled: null, saved: 0, mark: null, shown: [], cut: null, unsent: 0,
    });
    for (const key of [...this.#told.keys()]) this.tell(key);
    this.lines.know(this.people);
    this.early = [];
    const mine = this.asking = new AbortController();
    this.#become('asking');
    const question = setTimeout(() => {
      if (!mine.signal.aborted) {
        this.tell('sound', '', 'Allow the microphone in the browser', 'Until then nothing is heard. Stop takes the question back.');
      }
    }, asked);
    const isOpen = await this.#open(mine);
    clearTimeout(question);
    if (this.asking !== mine || mine.signal.aborted) return;
    this.tell('sound');
    if (!isOpen) {
      this.#become('off');
      return this.#explain('sound');
    }
    if (from) {
      await this.#recall(from);
      if (mine.signal.aborted) return;
    }
    const client = this.client = new ListenClient({ language: options.language, engine: options.engine || null, from });
    const on = (name, act) => client.addEventListener(name, ({ detail }) => act(detail));
    on('state', (state) => this.#heard(state));
    on('session', (detail) => this.#began(detail));
    on('segments', (segments) => {
      this.#placeBreak();
      take(this, segments);
      this.#drawn();
    });
    on('interim', (text) => {
      this.lines.interim = text;
      this.#drawn();
    });
    on('status', (event) => this.#status(event));
    on('safe', (seconds) => {
      this.safe = seconds + (from?.offset ?? 0);
      this.#say('facts');
    });
    on('full', () => {
      this.filled = timeOf(Date.now());
      this.tell('full', 'bad', ...this.#fullWords);
      this.stop();
    });
    on('failure', (reason) => this.tell('end', 'bad', `The session ended at ${timeOf(Date.now())}`, reason, this.#reading()));
    for (const packet of this.early) client.push(packet);
    this.#become('on');
    addEventListener('beforeunload', keepOpen);
    this.timer = setInterval(() => this.#tick(), 250);
  }

  stop() {
    this.asking?.abort();
    this.#silence();
    this.tell('sound');
    if (!this.client) {
      this.#become('off');
      return say('Stopped');
    }
    if (this.isWaiting) {
      this.unsent = Math.ceil(this.client.waiting);
      return this.client.giveUp();
    }
    if (this.state === 'stopping') return;
    // Whoever has stopped does not go on in another page.
    remember(null);
    this.pause = null;
    this.#become('stopping');
    this.client.finish();
  }

  /** Says where the captions are that somebody leaves. */
  leave() { this.away = this.isOn ? this.lines.place : null; }

  /** Marks what was said since then. @param {string} where the page on which one was */
  comeBack(where) {
    if (this.away && this.lines.hasGrown(this.away)) this.lines.mark('event', `Said while you were on ${where}`, this.away);
    this.away = null;
  }

  /** Tells something of the session, once for each key, until it is told otherwise. Without a title it is over. */
  tell(key, kind, title, text, action) {
    const before = this.#told.get(key), words = title && [kind, [title].flat()[0], text].join('\n');
    if (before?.words === words) return;
    before?.element.remove();
    this.#told.delete(key);
    if (!title) return;
    const element = note(kind, title, text, action);
    this.#told.set(key, { words, element });
    this.notes.append(element);
  }

  /** Shows the notes on the page Live, or in the shell. */
  showNotes(at = place('notes')) { at?.append(this.notes); }

  // MARK: The sound

  async #open({ signal }) {
    try {
      const sound = await openSound(this.options.source, {
        signal,
        onaudio: (packet) => {
          this.samples += packet.byteLength / 2;
          if (this.client) this.client.push(packet); else this.early.push(packet);
        },
        onlevel: (value) => {
          this.value = value;
          if (value) this.heardAt = performance.now();
          this.#say('level');
        },
        onend: () => this.#gone(),
        onstate: (state) => this.#paused(state),
      });
      if (signal.aborted) sound.stop(); else Object.assign(this, { sound, heardAt: performance.now() });
    } catch (error) {
      this.problem = error;
    }
    return !!this.sound;
  }

  #silence() {
    this.sound?.stop();
    this.sound = null;
  }

  #explain(key) {
    const { problem } = this;
    this.tell(key, 'bad', problem?.title ?? 'The sound cannot be opened', problem?.message);
  }

  /** The sound stopped for a reason of `pauses`, or goes on. */
  #paused(kind) {
    if (this.pause?.kind === kind) return;
    if (this.pause) {
      this.lines.mark('gap', missing((performance.now() - this.pause.since) / 1000, pauses[this.pause.kind][2]), { ...this.pause.place, isOurs: true });
      this.#drawn();
    }
    this.pause = kind ? { kind, since: performance.now(), place: this.lines.place } : null;
    this.#say('change');
    if (!kind) {
      this.tell('sound');
      return say('The microphone is heard again');
    }
    const [title, text] = pauses[kind];
    this.tell('sound', 'bad', title, text, kind === 'paused' ? h('button.btn.s', { onclick: () => this.sound?.resume() }, 'Go on') : null);
  }

  /** The device was pulled out: the session waits for one. A tab that is shared no more is the end. */
  async #gone() {
    this.#silence();
    if (this.options.source === 'tab' || this.state !== 'on') return this.stop();
    this.#paused('gone');
    const mine = this.asking = new AbortController(), { mediaDevices } = navigator;
    while (!mine.signal.aborted && !(await this.#open(mine))) {
      await new Promise((done) => {
        // Whoever has refused is not asked each time.
        if (this.problem?.name !== 'NotAllowedError') setTimeout(done, retry);
        mediaDevices.ondevicechange = mine.signal.onabort = done;
      });
    }
    if (this.sound) this.#paused(null);
  }

  // MARK: The session

  #began({ id, isNext }) {
    // A guess of the session before becomes final where that session is completed.
    if (isNext) {
      this.lines.interim = null;
      this.tellLate(false);
    }
    if (this.broke) {
      const { broke } = this;
      this.wasBroken = true;
      const away = Math.max(1, Math.round((performance.now() - broke.since) / 1000));
      // A gateway that runs forgets a session after its window, too.
      const text = isNext && away <= this.client.window ? 'The gateway was restarted' : `The line was broken for ${away} s`;
      this.mark = { text, place: broke.place };
      // The same session has the same conversation.
      if (!isNext) this.#placeBreak();
      this.#lookFrom(...this.cut = [this.conversation, broke.place]);
    }
    this.broke = null;
    this.session = id;
    this.unwatch?.();
    this.unwatch = watch(id, { engine: events(this, () => this.#drawn()).engine, notice: (event) => lateness(this, event) });
    this.#say('facts');
  }

  /** Draws the line of a break: where the captions were, or behind a conversation that has ended with the gateway. */
  #placeBreak(isOther = false) {
    if (this.mark) this.lines.mark('event', this.mark.text, isOther ? this.lines.end : this.mark.place);
    this.mark = null;
  }

  #heard(state) {
    if (state === 'resuming') {
      this.broke ??= { since: performance.now(), place: this.lines.place };
      this.shown = [...this.lines.segments.keys()];
      this.tell('line', 'warn', 'The connection broke', 'It is being mended. What you say meanwhile is kept in this page.');
    }
    if (state === 'listening') {
      say(this.#told.has('line') ? 'The connection is mended' : 'Listening');
      this.tell('line');
    }
    if (state === 'ended') this.#over(); else this.#say('change');
  }

  #status(event) {
    if (event.type === 'conversation_session' && event.conversation_id !== this.conversation) {
      if (this.mark) this.#placeBreak(!!this.conversation);
      else if (this.conversation) this.lines.mark('event', 'A new conversation begins', this.lines.end);
      this.lines.begin(this.conversation = event.conversation_id);
    }
    if (event.type === 'conversation_session') this.#placeBreak();
    if (event.status === 'ready' && event.provider) this.engine ??= event.provider;
    if (event.type === 'speaker_label') this.lines.label(event);
    if (event.type === 'segments_deleted') this.lines.drop(event.segment_ids ?? []);
    if (event.status === 'stt_degraded') this.lines.mark('gap', event.status_text ?? 'Audio was not recognised here');
    if (event.status === 'stt_late' || event.status === 'stt_in_time') this.tellLate(event.status === 'stt_late');
    if (event.status === 'storage_full' || event.status === 'storage_recovered') this.#stored(event.status === 'storage_full');
    this.#drawn();
  }

  /** Says that final words come late, until they come in time again. */
  tellLate(isLate) { this.tell('behind', '', ...(isLate ? behindWords : [])); }

  #stored(isFull) {
    this.isFull = isFull;
    if (!isFull) return this.tell('disk');
    this.tell('disk', 'bad', 'The gateway’s disk is full', `${clock(this.safe ?? 0)} of what you said are safe there. Captions go on. The rest is in this `
      + 'page and in the gateway’s memory until the disk has room: keep both running.');
  }

  async #over() {
    const { lines, conversation, isFull, filled, unsent } = this;
    this.#placeBreak();
    this.#silence();
    this.asking?.abort();
    this.unwatch?.();
    this.client = this.unwatch = this.pause = null;
    // A guess that never became final.
    lines.interim = null;
    clearInterval(this.timer);
    removeEventListener('beforeunload', keepOpen);
    remember(null);
    for (const key of ['line', 'late', 'behind', 'sound', 'disk', 'full', 'rest']) this.tell(key);
    this.#become('off');
    say('Stopped');
    if (unsent) {
      return this.tell('end', 'warn', `The last ${unsent} s are not kept`, 'The gateway did not have them. What it had before is kept.', this.#reading());
    }
    if (!lines.words || !conversation) return;
    if (this.wasBroken) {
      for (const part of [...lines.parts]) if (lines === this.lines) await this.#fill(part, 0);
      if (lines !== this.lines) return;
      this.#lookFrom(conversation, lines.place);
      // What was said before a restart is in a conversation of its own, which ends there.
      if (this.cut && this.cut[0] !== conversation) this.#lookFrom(...this.cut);
    }
    if (this.#told.has('end')) return;
    if (filled) return this.tell('end', 'warn', ...this.#fullWords, this.#reading());
    if (isFull) {
      this.tell('end', 'bad', 'Stopped while the gateway’s disk is full', `${clock(this.safe ?? 0)} of ${clock(this.seconds)} are safe on it. The rest is in `
        + 'the gateway’s memory, and is kept when the disk has room. Do not stop the gateway before.', this.#reading());
      return;
    }
    const amount = plural(lines.words, 'word') + (lines.parts.length > 1 ? ` in ${plural(lines.parts.length, 'conversation')}` : '');
    this.tell('end', 'ok', 'Kept', `${amount}, with their sound where the settings say so.`, this.#reading());
  }

  /** What is told when the page can keep no more. */
  get #fullWords() { return [`Stopped at ${this.filled}: this page was full`, 'It keeps no more than an hour that the gateway does not have.']; }

  #reading() { return this.conversation ? h('a.btn.s', { href: `#/conversation/${this.conversation}` }, 'Read it') : null; }

  async #fill(conversation, from, isWhole = !this.isOn) {
    if (!conversation) return;
    await fill(this.lines, conversation, { from: Math.max(0, from), isWhole, shown: this.shown });
    this.#drawn();
  }

  /** Reads what is stored from a place on, again and again: the gateway recognises what its journal has in its own time. */
  #lookFrom(conversation, { part, start }) {
    const { lines } = this, from = lines.parts[part] === conversation ? start - before : 0;
    for (const wait of looks) setTimeout(() => { if (lines === this.lines) this.#fill(conversation, from); }, wait * 1000);
  }

  // MARK: Time

  #tick() {
    const { client } = this, late = this.state === 'on' && client.state === 'listening' && !this.isFull ? Math.round(client.late) : 0;
    this.#lateness.textContent = `: ${late} s`;
    if (late) this.tell('late', 'warn', [lateWords[0], this.#lateness], lateWords[1]);
    else this.tell('late');
    if (this.isWaiting ? client.waiting > 0 : this.state === 'stopping' && client.late) {
      this.tell('rest', 'warn', 'Stopped',
        `The gateway does not have the last ${Math.ceil(client.waiting)} s yet. They are sent${this.isWaiting ? ' when it is back' : ''}: keep this page open.`);
    } else this.tell('rest');
    if (Date.now() - this.saved > 1000) this.save();
    this.drawBar();
  }

  /** Keeps what a page that is loaded anew needs to go on. @param {boolean} isLeft true: this page is left */
  save(isLeft = false) {
    const { client, session, conversation, options, seconds } = this;
    if (this.state !== 'on' || !session) return;
    this.saved = Date.now();
    remember({
      ...options, session, conversation, seconds, sent: client.sent, seen: client.seen, offset: client.before / rate, window: client.window,
      at: Date.now(), isLeft,
    });
  }

  /** Shows what the gateway has of a session that another page began. */
  async #recall({ conversation, at }) {
    this.conversation = conversation;
    if (conversation) this.lines.begin(conversation);
    await this.#fill(conversation, 0, true);
    this.lines.mark('event', `The page was away for ${Math.max(1, Math.round((Date.now() - at) / 1000))} s`);
  }

  #say(name) { this.dispatchEvent(new Event(name)); }

  #drawn() { this.#say('lines'); }

  #become(state) {
    this.state = state;
    this.#say('change');
    this.drawBar();
  }

  // MARK: The bar

  /** Draws the bar of the shell: on every page but Live, which is the same, larger. */
  drawBar() {
    const bar = place('recording'), isShown = this.isOn && !/^#\/live\b/.test(location.hash);
    if (!bar) return;
    document.body.classList.toggle('recording', isShown);
    bar.hidden = !isShown;
    if (!isShown) return;
    if (!bar.firstChild) {
      bar.append(h('a.on', { href: '#/live' }, h('span.pulse'), h('span')), h('i', { 'aria-hidden': 'true' }),
        h('button.btn.s', { 'aria-label': 'Stop recording', onclick: () => {
          this.press();
          place('main').focus({ preventScroll: true });
        } }, 'Stop'));
    }
    const state = this.state === 'stopping' ? 'Sending' : this.isMute ? 'No sound' : 'Recording', link = bar.querySelector('a');
    const label = `${state}; go to Live`;
    if (link.ariaLabel !== label) {
      link.ariaLabel = label;
      if (this.isMute) say('No sound comes from the microphone');
    }
    link.lastChild.textContent = `${state}${this.isMute ? ' ·' : ''} ${clock(this.seconds)}`;
    bar.querySelector('i').style.setProperty('--v', this.sound ? heightOf(this.value) : 0);
  }
}

/** The session of this page. */
export const listening = new Listening();

listening.addEventListener('level', () => listening.drawBar());
addEventListener('hashchange', () => listening.drawBar());
addEventListener('pagehide', () => listening.save(true));

/** Offers to go on with a session that a page before this one has left. */
export function offer() {
  let left = null;
  try {
    left = JSON.parse(localStorage.getItem(memory));
  } catch {
    // Nothing is kept.
  }
  // Another tab that listens tells so each second.
  if (!left || listening.isOn || (!left.isLeft && Date.now() - left.at < abandoned)) return;
  const rest = () => left.at + left.window * 1000 - Date.now();
  const read = () => (left.conversation ? h('a.btn.s', { href: `#/conversation/${left.conversation}` }, 'Open conversation') : null);
  const over = () => {
    if (listening.isOn) return;
    remember(null);
    listening.tell('left', '', `The recording ended at ${timeOf(left.at)}`, `This page was closed. ${clock(left.seconds)} were recorded, and are kept.`,
      read());
  };
  if (!listening.notes.isConnected) listening.showNotes();
  if (rest() <= 0) return over();
  const timer = setTimeout(over, rest());
  const goOn = h('button.btn.s.primary', { onclick: () => {
    clearTimeout(timer);
    location.hash = '#/live';
    listening.start({ source: left.source, language: left.language, engine: left.engine }, left);
  } }, 'Go on');
  listening.tell('left', 'warn', 'The recording was interrupted', `This page was closed or loaded anew after ${clock(left.seconds)}. It can go on until `
    + `${timeOf(left.at + left.window * 1000)}.`, goOn);
}
