// The session of the microphone. It belongs to the shell, not to a page: whoever goes elsewhere goes on speaking. There is one, and it alone has the sound.
import { CaptionLines } from './captionlines.js';
import { h, say } from './elements.js';
import { clock, plural, timeOf } from './figures.js';
import { ListenClient } from './listen.js';
import { heightOf, rate } from './microphone.js';
import { Recording } from './recording.js';
import { events, fill, lateness, take, watch } from './watching.js';

/** Seconds after a break at which the page asks for words that the gateway has recognised from its journal. */
const looks = [1, 4, 10, 25, 60];
/** Seconds before a break from which on it asks. */
const before = 10;
/** What the keys begin with under which sessions are remembered. */
export const memory = 'harken.listening.';

const place = (id) => document.getElementById(id);

/** Keeps what another page needs to go on with a session; null: nothing. */
export const remember = (session, value) => {
  try {
    if (value) localStorage.setItem(memory + session, JSON.stringify(value)); else localStorage.removeItem(memory + session);
  } catch {
    // The browser keeps nothing: a page that is loaded anew offers nothing.
  }
};

/** Says `facts` of its engine and its session, too. */
class Listening extends Recording {
  people = [];

  /** Starts, or stops. @param {{source: string, language: string, engine: ?string}} options */
  press(options) {
    if (this.trembles()) return;
    if (this.isOn) this.stop(); else this.start(options);
  }

  /** @param {?object} from what another page has kept of a session, which goes on here */
  async start(options, from = null) {
    if (this.isOn) return;
    Object.assign(this, {
      options, speech: options.language, lines: new CaptionLines(), samples: (from?.seconds ?? 0) * rate, value: 0, safe: null, engine: null, serving: null,
      session: from?.session, conversation: null, away: null, broke: null, wasBroken: !!from, isFull: false,
      filled: null, saved: 0, mark: null, shown: [], cut: null, unsent: 0,
    });
    for (const key of [...this.told.keys()]) this.tell(key);
    this.lines.know(this.people);
    this.early = [];
    const signal = await this.ask();
    if (!signal) return;
    if (from) {
      await this.#recall(from);
      if (signal.aborted) return;
    }
    const client = new ListenClient({ language: options.language, engine: options.engine || null, from });
    const on = this.follow(client, from?.offset);
    on('session', (detail) => this.#began(detail));
    on('segments', (segments) => {
      this.#placeBreak();
      take(this, segments);
      this.emit('lines');
    });
    on('failure', (reason) => this.tell('end', 'bad', `The session ended at ${timeOf(Date.now())}`, this.failing(client, reason), this.#reading()));
    for (const packet of this.early) client.push(packet);
    this.become('on');
  }

  stop() {
    // Whoever has stopped does not go on in another page.
    if (this.state === 'on') remember(this.session);
    super.stop();
  }

  /** Says where the captions are that somebody leaves. */
  leave() { this.away = this.isOn ? this.lines.place : null; }

  /** Marks what was said since then. @param {string} where the page on which one was */
  comeBack(where) {
    if (this.away && this.lines.hasGrown(this.away)) this.lines.mark('event', `Said while you were on ${where}`, this.away);
    this.away = null;
  }

  /** Shows the notes on the page Live, or in the shell. */
  showNotes(at = place('notes')) { at?.append(this.notes); }

  // MARK: The session

  #began({ id, isNext }) {
    if (this.broke) {
      const { broke } = this;
      this.wasBroken = true;
      const away = Math.max(1, Math.round((Date.now() - broke.since) / 1000));
      // A gateway that runs forgets a session after its window, too.
      const text = isNext && away <= this.client.window ? 'The gateway was restarted' : `The line was broken for ${away} s`;
      this.mark = { text, place: broke.place };
      // The same session has the same conversation.
      if (!isNext) this.#placeBreak();
      this.#lookFrom(...this.cut = [this.conversation, broke.place]);
    }
    this.broke = null;
    if (this.session !== id) remember(this.session);
    this.session = id;
    this.unwatch?.();
    this.unwatch = watch(id, { engine: events(this, () => this.emit('lines')).engine, notice: (event) => lateness(this, event) });
    this.emit('facts');
  }

  /** Draws the line of a break: where the captions were, or behind a conversation that has ended with the gateway. */
  #placeBreak(isOther = false) {
    if (this.mark) this.lines.mark('event', this.mark.text, isOther ? this.lines.end : this.mark.place);
    this.mark = null;
  }

  heard(state) {
    if (state === 'resuming') {
      this.broke ??= { since: this.look(), place: this.lines.place };
      this.shown = [...this.lines.segments.keys()];
    }
    if (state === 'listening' && !this.told.has('line')) say('Listening');
    super.heard(state);
  }

  status(event) {
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
    super.status(event);
  }

  async over() {
    const { lines, conversation } = this;
    this.#placeBreak();
    this.unwatch?.();
    this.unwatch = null;
    remember(this.session);
    super.over();
    if (this.unsent) return this.#tellEnd();
    if (!lines.words || !conversation) return;
    if (this.wasBroken) {
      for (const part of [...lines.parts]) if (lines === this.lines) await this.#fill(part, 0);
      if (lines !== this.lines) return;
      this.#lookFrom(conversation, lines.place);
      // What was said before a restart is in a conversation of its own, which ends there.
      if (this.cut && this.cut[0] !== conversation) this.#lookFrom(...this.cut);
    }
    if (this.told.has('end')) return;
    if (this.ending) return this.#tellEnd();
    const amount = plural(lines.words, 'word') + (lines.parts.length > 1 ? ` in ${plural(lines.parts.length, 'conversation')}` : '');
    this.tell('end', 'ok', 'Kept', `${amount}, with their sound where the settings say so.`, this.#reading());
  }

  #tellEnd() { this.tell('end', ...this.ending, this.#reading()); }

  #reading() { return this.conversation ? h('a.btn.s', { href: `#/conversation/${this.conversation}` }, 'Read it') : null; }

  async #fill(conversation, from, isWhole = !this.isOn) {
    if (!conversation) return;
    await fill(this.lines, conversation, { from: Math.max(0, from), isWhole, shown: this.shown });
    this.emit('lines');
  }

  /** Reads what is stored from a place on, again and again: the gateway recognises what its journal has in its own time. */
  #lookFrom(conversation, { part, start }) {
    const { lines } = this, from = lines.parts[part] === conversation ? start - before : 0;
    for (const wait of looks) setTimeout(() => { if (lines === this.lines) this.#fill(conversation, from); }, wait * 1000);
  }

  // MARK: Time

  tick() {
    super.tick();
    if (Date.now() - this.saved > 1000) this.save();
    this.drawBar();
  }

  /** Keeps what a page that is loaded anew needs to go on. @param {boolean} isLeft true: this page is left */
  save(isLeft = false) {
    const { client, session, conversation, options, seconds } = this;
    // Between two sessions, the positions are those of the next one.
    if (this.state !== 'on' || !session || client.session !== session) return;
    this.saved = Date.now();
    remember(session, {
      ...options, session, conversation, seconds, sent: client.sent, seen: client.seen, offset: client.before / rate, window: client.window,
      at: Date.now(), isLeft, lost: Math.round(client.late), device: client.device,
    });
  }

  /** Shows what the gateway has of a session that another page began. */
  async #recall({ conversation, at }) {
    this.conversation = conversation;
    if (conversation) this.lines.begin(conversation);
    await this.#fill(conversation, 0, true);
    this.lines.mark('event', `The page was away for ${Math.max(1, Math.round((Date.now() - at) / 1000))} s`);
  }

  become(state) {
    super.become(state);
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
