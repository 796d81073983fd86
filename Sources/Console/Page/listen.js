// A client of /v4/listen: audio goes out, segments come back. A broken connection is resumed where the gateway's disk ends.
import { post } from './api.js';
import { socketAddress } from './gateway.js';
import { rate } from './microphone.js';

const path = '/v4/listen';
/** A conversation of this source is over when its client ends in order; others wait for two minutes of silence. */
const source = 'desktop';
/** Samples in a packet, and bytes that may wait in the socket: four seconds. */
const packet = 320, backlog = 8 * rate;
/** Samples that the page keeps at most while the gateway is away: an hour, 115 MB. */
const kept = 3600 * rate;
/** Samples that it keeps of what the gateway has: one that was killed goes on before the word in which its disk ends. */
const behind = 30 * rate;
/** Tells this page from others of its user, whose conversations are their own. */
const device = Math.random();
/** Codes after which nothing is resumed: the client's mistake, no credit, no engine, the session is over. */
const final = new Set([1000, 1003, 1008, 1009, 1011, 4003]);

/** What is told while the gateway is behind: how late it is stands behind the first. */
export const lateWords = ['Captions are late', 'What you say is kept in this page until the gateway has it.'];
/** What is told while the gateway has what is said and is late with its words. */
export const behindWords = ['The gateway is behind', 'Words become final some seconds late, until it has caught up.'];
/** Why a session that a ticket has opened is over, where nobody is logged in. */
const lost = 'The gateway goes on with it no more: it was restarted, heard nothing of it for too long, the time of a session is over, or the key was revoked.';

/**
 * Says `state` ('connecting', 'listening', 'resuming', 'ended'), `segments`, `interim` (words that may still change),
 * `status`, `session` (its id, and whether it goes on behind another one), `safe` (seconds on the disk), `full` (no more sound can be kept), `failure`.
 */
export class ListenClient extends EventTarget {
  /**
   * @param {{language: string, engine: ?string, ticket: ?string, from: ?{session: string, sent: number, seen: number, device: number}}} options the ticket
   *   opens the session and resumes it; null: the page asks for one for each connection. `from` is a session that another page has begun, with what that
   *   page has sent and seen.
   */
  constructor(options) {
    super();
    const { from, ticket } = this.options = { ticket: null, from: null, ...options };
    this.isGuest = !!ticket;
    this.device = from?.device ?? device;
    this.state = 'connecting';
    // Those that the gateway's disk does not have yet, and the last ones that it has.
    this.packets = [];
    // Positions in samples: of the first of them, up to where the disk has them, and up to where this connection has sent.
    this.first = this.durable = this.sent = from?.sent ?? 0;
    // Samples of the sessions before this one.
    this.before = 0;
    this.seen = from?.seen ?? 0;
    this.session = from?.session ?? null;
    // When the gateway has last confirmed audio, and how far it has heard; null: not yet.
    this.told = this.reached = null;
    this.window = 120;
    this.attempt = 0;
    this.isFinishing = false;
    // The gateway was told so on this connection.
    this.hasFinished = false;
    // What is kept goes on as a new session.
    this.isMoving = false;
    // The session before, until the next one has begun: the gateway keeps its end until it has what is kept here.
    this.previous = null;
    this.connect();
  }

  get end() { return this.first + this.packets.length * packet; }

  /** Seconds of sound that are in this page only. */
  get waiting() { return Math.max(0, this.end - this.durable) / rate; }

  /** Seconds by which the gateway is behind what was said: more than 3 s of sound, or of silence from the gateway. 0: it keeps pace. */
  get late() {
    if (!this.waiting) return 0;
    const silent = this.told === null ? 0 : Math.min(this.waiting, (performance.now() - this.told) / 1000);
    const unheard = (this.end - Math.max(this.reached ?? 0, this.durable)) / rate;
    return Math.max(0, ...[silent, unheard].filter((seconds) => seconds > 3));
  }

  say(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.say('state', state);
  }

  async connect() {
    let { ticket } = this.options;
    try {
      ticket ??= (await post('/tickets', { path })).ticket;
    } catch (error) {
      // A proxy answers for a gateway that is away.
      const isAway = error.status === 0 || error.status > 500, isKnown = this.session || this.isMoving;
      if (error.status !== 503 && !(isAway && isKnown)) return this.fail(this.isGuest && error.status === 401 ? lost : error.message);
      return this.again();
    }
    if (this.state === 'ended') return;
    const query = new URLSearchParams({
      codec: 'pcm16', sample_rate: rate, language: this.options.language, source, device_id: this.device, ack: 'true', keeps: behind / rate,
      interims: 'true', ticket,
    });
    if (this.options.engine) query.set('engine', this.options.engine);
    if (this.previous) query.set('continues', this.previous);
    if (this.session) {
      query.set('session_id', this.session);
      query.set('resume_from', this.durable);
      query.set('kept_from', this.first);
      query.set('seen', this.seen);
    }
    const socket = this.socket = new WebSocket(`${socketAddress()}${path}?${query}`);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code, reason }) => {
      if (socket === this.socket) this.closed(code, reason);
    };
  }

  /** Takes a packet of 20 ms. It is kept until the gateway has it on its disk, and for a while after. */
  push(samples) {
    this.packets.push(samples);
    // Whoever hears that ends the sound. What is kept is still sent.
    if (this.end - this.durable >= kept && !this.isFinishing) this.say('full');
    this.pump();
  }

  pump() {
    clearTimeout(this.due);
    const { socket, packets, end } = this;
    if (this.state !== 'listening' || socket.readyState !== WebSocket.OPEN) return;
    for (; this.sent < end && socket.bufferedAmount < backlog; this.sent += packet) socket.send(packets[(this.sent - this.first) / packet]);
    // The socket does not tell when it has room again.
    if (this.sent < end) this.due = setTimeout(() => this.pump(), 20);
    else if (this.isFinishing && !this.hasFinished) {
      this.hasFinished = true;
      socket.send(JSON.stringify({ type: 'finish' }));
      setTimeout(() => { if (this.state !== 'ended' && socket === this.socket) socket.close(1000); }, 15_000);
    }
  }

  receive(data) {
    if (typeof data !== 'string' || data === 'ping') return;
    const message = JSON.parse(data);
    if (Array.isArray(message)) {
      this.seen += 1;
      return this.say('segments', message);
    }
    switch (message.type) {
    case 'session_started': {
      const { isMoving } = this;
      this.session = message.session_id;
      this.window = message.resume_window;
      this.say('session', { id: message.session_id, isNext: isMoving });
      this.begin(0);
      break;
    }
    case 'session_resumed':
      this.say('session', { id: this.session, isNext: false });
      this.begin(this.durable);
      break;
    case 'reconnect':
      this.moved(message.samples);
      break;
    case 'interim':
      return this.say('interim', message.text);
    case 'audio_ack':
      this.told = performance.now();
      this.reached = message.received ?? message.samples;
      this.acknowledged(message.samples);
      break;
    case 'session_expired':
      // A gateway that was killed goes on between words: where the final ones end, or behind what it has confirmed.
      this.moved(message.samples ?? this.durable);
      break;
    default:
      this.seen += 1;
      this.say('status', message);
    }
    this.pump();
  }

  begin(position) {
    this.sent = position;
    this.isMoving = false;
    this.previous = null;
    this.hasFinished = false;
    this.attempt = 0;
    this.told = performance.now();
    this.reached = null;
    this.become('listening');
    this.pump();
  }

  acknowledged(samples) {
    this.durable += Math.max(0, Math.floor((samples - this.durable) / packet)) * packet;
    this.drop(this.durable - behind);
    this.say('safe', (this.before + samples) / rate);
  }

  /** Keeps nothing before a position. */
  drop(position) {
    const done = Math.max(0, Math.floor((position - this.first) / packet));
    this.packets.splice(0, done);
    this.first += done * packet;
  }

  /** The gateway goes down, or was killed: all before a sample is in the transcript or will be, the rest goes on as a new session. */
  moved(samples) {
    this.drop(samples);
    this.say('safe', (this.before + samples) / rate);
    this.expired();
  }

  /** What is kept goes on as a new session. */
  expired() {
    this.isMoving = true;
    // A ticket is good for one session.
    this.options.ticket = null;
    this.previous = this.session ?? this.previous;
    this.session = null;
    this.before += this.first;
    this.seen = 0;
    this.first = this.durable = this.sent = 0;
  }

  closed(code, reason) {
    if (this.state === 'ended') return;
    // A session that went down while it was finished has nothing more to say.
    if (code === 1000 || (this.isFinishing && this.isMoving && !this.waiting)) return this.over();
    if (reason === 'Invalid token' && this.state === 'resuming' && this.options.ticket) {
      // The gateway knows the ticket no more. Whoever is logged in gets another one.
      this.options.ticket = null;
    } else if (final.has(code) || (!this.session && !this.isMoving)) {
      return this.fail(words[reason] ?? words[code] ?? (reason || 'The gateway closed the connection.'));
    }
    this.again();
  }

  again() {
    this.become('resuming');
    this.told = null;
    setTimeout(() => { if (this.state === 'resuming') this.connect(); }, Math.min(8000, 500 * 2 ** this.attempt++));
  }

  /** Ends the session in order: what is kept is still sent, however long the gateway is away, and the last words still come. */
  finish() {
    this.isFinishing = true;
    if (this.state === 'listening') this.pump();
    else if (!this.waiting && !this.session) this.fail(null);
  }

  /** Ends the session without waiting for what is kept. */
  giveUp() { this.fail(null); }

  over() {
    this.become('ended');
  }

  fail(message) {
    if (this.state === 'ended') return;
    this.over();
    this.socket?.close();
    if (message) this.say('failure', message);
  }
}

const words = {
  'Invalid token': 'The key or the login is over: it was revoked, or has expired.', 'Auth error': 'This login may not listen.',
  trial_expired: 'The credit is used up.',
  1003: 'The gateway does not take this sound.', 1011: 'No engine can hear this now.', 4003: 'Another vendor key of yours is enrolled.',
};
