// Captions as lines: what one voice says until another begins. Finals stay, the interim of now is at the end.
import { Cast } from './voices.js';
import { blank, wordsIn } from './writing.js';

/** The captions of one session. */
export class CaptionLines {
  constructor() {
    this.cast = new Cast();
    this.segments = new Map();
    this.interim = null;
    this.marks = []; // gaps and changes of engine: {at, kind, text}
  }

  /** Says who the people are. */
  know(people) { for (const person of people) this.cast.people.set(person.id, person.name); }

  /** Takes segments, or newer forms of them. @returns {boolean} true if something changed */
  take(segments) {
    for (const segment of segments) {
      if (segment.text) this.segments.set(segment.id, segment); else this.segments.delete(segment.id);
    }
    this.interim = null;
    return segments.length > 0;
  }

  /** Forgets segments that became part of others. */
  drop(ids) { for (const id of ids) this.segments.delete(id); }

  /** Notes something that is no word, at this place of the captions. */
  mark(kind, text) { this.marks.push({ after: this.segments.size, kind, text }); }

  /** Number of words of the finals. */
  get words() {
    let sum = 0;
    for (const segment of this.segments.values()) sum += wordsIn(segment.text).length;
    return sum;
  }

  /**
   * Returns the lines in order.
   * @returns {({voice, text: string, interim: string}|{kind: string, text: string})[]}
   */
  get lines() {
    const lines = [];
    let index = 0, next = 0, before = '';
    const marks = () => {
      while (next < this.marks.length && this.marks[next].after <= index) lines.push(this.marks[next++]);
    };
    for (const segment of [...this.segments.values()].sort((a, b) => a.start - b.start)) {
      marks();
      index += 1;
      const voice = this.cast.voiceOf(segment), last = lines.at(-1);
      if (last?.voice?.key === voice.key) last.text += blank(before, segment.text) + segment.text;
      else lines.push({ voice, text: segment.text, interim: '' });
      before = segment.text;
    }
    index = Infinity;
    marks();
    if (this.interim) {
      const last = lines.at(-1);
      if (last?.voice) last.interim = this.interim;
      else lines.push({ voice: null, text: '', interim: this.interim });
    }
    return lines;
  }

  /** Seconds that each voice spoke. @returns {[import('./voices.js').Voice, number][]} */
  get shares() {
    const spoken = new Map();
    for (const segment of this.segments.values()) {
      const voice = this.cast.voiceOf(segment);
      spoken.set(voice, (spoken.get(voice) ?? 0) + segment.end - segment.start);
    }
    return [...spoken];
  }
}
