// Playback of a conversation: its parts of audio, one after the other, on the conversation's own clock.
import { address, send } from './api.js';

/** Says `time` while it plays, `state` when it begins, stops, or finds out that there is no audio. */
export class Player extends EventTarget {
  /** @param {string} id of the conversation */
  constructor(id) {
    super();
    this.id = id;
    this.audio = new Audio();
    this.audio.preload = 'auto';
    /** Parts of the audio: the position at which each begins. Empty: there is none, or nobody has asked yet. */
    this.parts = [];
    this.part = -1;
    this.target = 0;
    this.frame = 0;
    for (const name of ['play', 'pause', 'waiting', 'playing']) this.audio.addEventListener(name, () => this.changed());
    this.audio.addEventListener('ended', () => this.ended());
    this.audio.addEventListener('error', () => {
      if (this.audio.getAttribute('src')) this.fail('The audio cannot be played here.');
    });
  }

  /** Asks the gateway where the parts of the audio begin. */
  async open() {
    const head = async (part) => {
      const answer = await send(address(`/conversations/${this.id}/audio`, { part }), { method: 'HEAD' });
      return { start: Number(answer.headers.get('X-Harken-Audio-Start')), count: Number(answer.headers.get('X-Harken-Audio-Parts')) };
    };
    try {
      const first = await head(0), rest = [];
      for (let part = 1; part < first.count; part++) rest.push(await head(part));
      this.parts = [first, ...rest].map((part) => part.start);
    } catch (error) {
      if (error.status !== 404 && error.status !== 403) throw error;
      this.parts = [];
    }
    this.changed();
    return this.parts.length > 0;
  }

  get hasAudio() { return this.parts.length > 0; }

  get isPlaying() { return !this.audio.paused; }

  /** The position on the conversation's clock, in seconds. */
  get time() {
    if (this.part < 0 || this.audio.readyState === 0) return this.target;
    return this.parts[this.part] + this.audio.currentTime;
  }

  /** Sets the speed: 1 is as it was said. */
  set rate(value) {
    this.audio.defaultPlaybackRate = value;
    this.audio.playbackRate = value;
  }

  /** Goes to a position. */
  seek(seconds) {
    this.target = Math.max(0, seconds);
    if (this.hasAudio) {
      const part = Math.max(0, this.parts.findLastIndex((start) => start <= this.target));
      if (part !== this.part) this.load(part);
      else this.audio.currentTime = Math.max(0, this.target - this.parts[part]);
    }
    this.dispatchEvent(new Event('time'));
  }

  load(part) {
    const goesOn = this.isPlaying, wanted = this.target;
    this.part = part;
    this.audio.src = address(`/conversations/${this.id}/audio`, { part });
    this.audio.addEventListener('loadedmetadata', () => {
      this.audio.currentTime = Math.max(0, wanted - this.parts[part]);
      if (goesOn) this.play();
    }, { once: true });
  }

  async play() {
    if (!this.hasAudio) return;
    if (this.part < 0) this.load(Math.max(0, this.parts.findLastIndex((start) => start <= this.target)));
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') this.fail('The browser plays sound only after a click.');
    }
  }

  pause() { this.audio.pause(); }

  toggle() { if (this.isPlaying) this.pause(); else this.play(); }

  /** Plays one passage, then stops. */
  async playPassage(start, end) {
    this.seek(start);
    this.until = end;
    await this.play();
  }

  ended() {
    const next = this.part + 1;
    if (next >= this.parts.length) return this.changed();
    this.target = this.parts[next];
    this.load(next);
    this.play();
  }

  changed() {
    cancelAnimationFrame(this.frame);
    if (this.isPlaying) this.tick();
    this.dispatchEvent(new Event('state'));
  }

  /** Times are taken from the audio once a frame. */
  tick() {
    this.target = this.time;
    if (this.until != null && this.time >= this.until) {
      this.until = null;
      this.pause();
    }
    this.dispatchEvent(new Event('time'));
    if (this.isPlaying) this.frame = requestAnimationFrame(() => this.tick());
  }

  fail(message) { this.dispatchEvent(new CustomEvent('failure', { detail: message })); }

  leave() {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
  }
}
