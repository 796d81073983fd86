// What every session of the microphone has: its sound, its client, and what is told of both. The shell has one; so has a phone that is the microphone.
import { CaptionLines, missing } from './captionlines.js';
import { h, say } from './elements.js';
import { clock, timeOf } from './figures.js';
import { behindWords, lateWords } from './listen.js';
import { openSound, rate, trembling } from './microphone.js';
import { note } from './pieces.js';

/** Milliseconds without any sound after which that is said. */
const mute = 2000;
/** Milliseconds before the browser's question is told of: most have an answer already. */
const asked = 400;
/** Milliseconds between two attempts to open a microphone that was pulled out. */
const retry = 3000;
/** Milliseconds without a look at the time after which the device was asleep: its lid was closed. The clock goes on then; that of the page may not. */
const asleep = 10_000;

/** Sounds that stopped: what is told, and what the gap says. */
const pauses = {
  muted: ['The microphone is silent', 'A call or the system has it. What is said meanwhile is not heard. The recording goes on by itself.',
    'the system had muted the microphone'],
  paused: ['The microphone is silent: the browser paused it', 'What is said meanwhile is not heard.', 'the browser had paused the microphone'],
  gone: ['The microphone is gone', 'It was pulled out, or another program took it. Connect it: the recording goes on by itself.', 'the microphone was away'],
};

// The browser asks in its own words.
const keepOpen = (event) => {
  event.preventDefault();
  event.returnValue = '';
};

/** Says `change` (its state, or that of its client), `lines`, `facts` (`safe`) and `level`. */
export class Recording extends EventTarget {
  state = 'off'; // 'asking' the browser, 'on', 'stopping'
  lines = new CaptionLines();
  options = {};
  notes = h('div.notes', { role: 'status' });
  told = new Map();
  trembles = trembling();
  samples = 0;
  #lateness = h('span', { 'aria-hidden': 'true' });
  #rest = h('span', { 'aria-hidden': 'true' });

  get isOn() { return this.state !== 'off'; }

  /** True if it has stopped, and waits for a gateway that is away. */
  get isWaiting() { return this.state === 'stopping' && this.client.state !== 'listening'; }

  /** True if no sound at all comes, though the microphone is open. */
  get isMute() { return !!this.sound && performance.now() - this.heardAt > mute; }

  /** Seconds of sound of the session. */
  get seconds() { return this.samples / rate; }

  stop() {
    this.asking?.abort();
    this.silence();
    this.tell('sound');
    if (this.state === 'asking') {
      this.pause = null;
      this.become('off');
      return say('Stopped');
    }
    if (this.isWaiting) {
      this.unsent = Math.ceil(this.client.waiting);
      return this.client.giveUp();
    }
    if (this.state === 'stopping') return;
    this.pause = null;
    this.become('stopping');
    this.client.finish();
  }

  /** Tells something of the session, once for each key, until it is told otherwise. Without a title it is over. */
  tell(key, kind, title, text, action) {
    const before = this.told.get(key), words = title && [kind, [title].flat()[0], text].join('\n');
    if (before?.words === words) return;
    before?.element.remove();
    this.told.delete(key);
    if (!title) return;
    const element = note(kind, title, text, action);
    this.told.set(key, { words, element });
    this.notes.append(element);
  }

  // MARK: The sound

  /** Asks the browser for the sound. @returns {Promise<?AbortSignal>} null: it was stopped meanwhile, or there is no sound, which is told */
  async ask() {
    const mine = this.asking = new AbortController();
    this.become('asking');
    const question = setTimeout(() => {
      if (!mine.signal.aborted) {
        this.tell('sound', '', 'Allow the microphone in the browser', 'Until then nothing is heard. Stop takes the question back.');
      }
    }, asked);
    const isOpen = await this.#open(mine);
    clearTimeout(question);
    if (this.asking !== mine || mine.signal.aborted) return null;
    this.tell('sound');
    if (isOpen) return mine.signal;
    this.become('off');
    this.tell('sound', 'bad', this.problem.title ?? 'The sound cannot be opened', this.problem.message);
    return null;
  }

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
          this.emit('level');
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

  silence() {
    this.sound?.stop();
    this.sound = null;
  }

  /** The sound stopped for a reason of `pauses`, or goes on. */
  #paused(kind) {
    if (this.pause?.kind === kind) return;
    if (this.pause) {
      this.lines.mark('gap', missing((Date.now() - this.pause.since) / 1000, pauses[this.pause.kind][2]), { ...this.pause.place, isOurs: true });
      this.emit('lines');
    }
    this.pause = kind ? { kind, since: Date.now(), place: this.lines.place } : null;
    this.emit('change');
    if (!kind) {
      this.heardAt = performance.now();
      this.tell('sound');
      return say('The microphone is heard again');
    }
    const [title, text] = pauses[kind];
    this.tell('sound', 'bad', title, text, kind === 'paused' ? h('button.btn.s', { onclick: () => this.sound?.resume() }, 'Go on') : null);
  }

  /** The device was pulled out: the session waits for one. A tab that is shared no more is the end. */
  async #gone() {
    this.silence();
    if (this.options.source === 'tab' || this.state !== 'on') return this.stop();
    this.#paused('gone');
    const mine = this.asking = new AbortController(), { mediaDevices } = navigator;
    while (!mine.signal.aborted && !(await this.#open(mine))) {
      await new Promise((done) => {
        // Whoever has refused is not asked each time.
        if (this.problem.name !== 'NotAllowedError') setTimeout(done, retry);
        mediaDevices.ondevicechange = mine.signal.onabort = done;
      });
    }
    if (this.sound) this.#paused(null);
  }

  // MARK: The session

  /**
   * Takes the client of the session, and tells what it says.
   * @param {number} offset seconds that were safe before it
   * @returns {(name: string, act: (detail) => void) => void} what listens to the client
   */
  follow(client, offset = 0) {
    this.client = client;
    const on = (name, act) => client.addEventListener(name, ({ detail }) => act(detail));
    on('state', (state) => this.heard(state));
    on('session', ({ isNext }) => {
      if (!isNext) return;
      // A guess of the session before becomes final where that session is completed, or in this one.
      this.lines.interim = null;
      this.tellLate(false);
    });
    on('interim', (text) => {
      this.lines.interim = text;
      this.emit('lines');
    });
    on('status', (event) => this.status(event));
    on('safe', (seconds) => {
      this.safe = seconds + offset;
      this.emit('facts');
    });
    on('full', () => {
      this.filled = timeOf(Date.now());
      this.tell('full', ...this.ending);
      this.stop();
    });
    Object.assign(this, { looked: { at: Date.now(), samples: this.samples }, slept: null });
    this.timer = setInterval(() => this.tick(), 250);
    return on;
  }

  /** Tells of a device that was asleep: what it did not hear is a gap. @returns {number} the time from which on nothing came, if it has just woken; or now */
  look() {
    const { looked, slept, samples } = this, now = Date.now();
    // What was heard all the same comes before the next look.
    if (slept?.place && now - slept.until > 200) {
      const lost = (now - slept.from) / 1000 - (samples - slept.samples) / rate;
      if (lost > 3) {
        const text = missing(lost, 'this device was asleep');
        this.lines.mark('gap', text, { ...slept.place, isOurs: true });
        this.tell('slept', 'warn', 'The microphone was not heard', text);
        this.emit('lines');
      }
      slept.place = null;
    }
    if (now - looked.at > asleep) {
      // A pause has a gap of its own.
      this.slept = { from: looked.at, until: now, samples: looked.samples, place: this.sound && !this.pause && this.lines.place };
    }
    this.looked = { at: now, samples };
    return now - this.slept?.until < asleep ? this.slept.from : now;
  }

  heard(state) {
    if (state === 'resuming') this.tell('line', 'warn', 'The connection broke', 'It is being mended. What you say meanwhile is kept in this page.');
    if (state === 'listening') {
      if (this.told.has('line')) say('The connection is mended');
      this.tell('line');
    }
    if (state === 'ended') this.over(); else this.emit('change');
  }

  status({ status }) {
    if (status === 'stt_late' || status === 'stt_in_time') this.tellLate(status === 'stt_late');
    if (status === 'storage_full' || status === 'storage_recovered') {
      this.isFull = status === 'storage_full';
      this.tell('disk', ...(this.isFull ? ['bad', 'The gateway’s disk is full', `${clock(this.safe ?? 0)} of what you said are safe there. Captions go on. `
        + 'The rest is in this page and in the gateway’s memory until the disk has room: keep both running.'] : []));
    }
    this.emit('lines');
  }

  /** Says that final words come late, until they come in time again. */
  tellLate(isLate) { this.tell('behind', '', ...(isLate ? behindWords : [])); }

  over() {
    this.silence();
    this.asking?.abort();
    this.client = this.pause = null;
    // A guess that never became final.
    this.lines.interim = null;
    clearInterval(this.timer);
    for (const key of ['line', 'late', 'behind', 'sound', 'disk', 'full', 'rest']) this.tell(key);
    this.become('off');
    say('Stopped');
  }

  /** What is told of a session that lost something, or may: kind, title, text. Null: all is kept. */
  get ending() {
    if (this.unsent) return ['warn', `The last ${this.unsent} s are not kept`, 'The gateway did not have them. What it had before is kept.'];
    if (this.filled) {
      return [this.isOn ? 'bad' : 'warn', `Stopped at ${this.filled}: this page was full`, 'It keeps no more than an hour that the gateway does not have.'];
    }
    return this.isFull ? ['bad', 'Stopped while the gateway’s disk is full', `${clock(this.safe ?? 0)} of ${clock(this.seconds)} are safe on it. The rest is `
      + 'in the gateway’s memory, and is kept when the disk has room. Do not stop the gateway before.'] : null;
  }

  /** What is told of a session that fails: the reason, and what goes with it. */
  failing(client, reason) {
    const unsent = Math.ceil(client.waiting);
    return reason + (unsent ? ` The last ${unsent} s are not kept.` : '');
  }

  tick() {
    this.look();
    const { client, isWaiting } = this, late = this.state === 'on' && client.state === 'listening' && !this.isFull ? Math.round(client.late) : 0;
    this.#lateness.textContent = `: ${late} s`;
    this.tell('late', 'warn', late ? [lateWords[0], this.#lateness] : null, lateWords[1]);
    const isLeft = isWaiting ? client.waiting > 0 : this.state === 'stopping' && client.late;
    // The number changes all the time: a screen reader is told of the rest once.
    this.#rest.textContent = `: ${Math.ceil(client.waiting)} s are left`;
    this.tell('rest', 'warn', isLeft ? ['Stopped', this.#rest] : null,
      `The gateway does not have all yet. The rest is sent${isWaiting ? ' when it is back' : ''}: keep this page open.`);
  }

  emit(name) { this.dispatchEvent(new Event(name)); }

  become(state) {
    this.state = state;
    (state === 'on' || state === 'stopping' ? addEventListener : removeEventListener)('beforeunload', keepOpen);
    this.emit('change');
  }
}
