// Captions as lines: what one voice says until another begins. Finals stay, the interim of now is at the end.
import { Cast } from './voices.js';
import { blank, wordsIn } from './writing.js';

/** Words about sound without words. */
export const missing = (seconds, why) => `${seconds.toFixed(1)} s missing${why ? `: ${why}` : ''}`;

/** True if a place of the captions is before another one. */
const isBefore = (a, b) => a.part < b.part || (a.part === b.part && a.start < b.start);

/**
 * The captions of one session. Each conversation in which the session speaks is a part with a clock of its own: parts stand in the order in which they
 * began, segments of a part in the order in which they were said.
 */
export class CaptionLines {
  constructor() {
    this.cast = new Cast();
    this.segments = new Map();
    // Ids of segments that became part of others: what was read before that may still have them.
    this.gone = new Set();
    this.parts = []; // ids of the conversations
    this.interim = null;
    this.marks = []; // gaps and what happened: {part, start, id, letters, kind, text, isOurs}
    this.serial = 0;
  }

  /** Says who the people are. */
  know(people) { for (const person of people) this.cast.people.set(person.id, person.name); }

  /** Says in which conversation the segments are that come from now on. */
  begin(conversation) { if (this.parts.at(-1) !== conversation) this.parts.push(conversation); }

  /** Takes segments, or newer forms of them. @returns {boolean} true if something changed */
  take(segments, part = Math.max(0, this.parts.length - 1)) {
    for (const segment of segments) {
      const known = this.segments.get(segment.id);
      if (segment.text) this.segments.set(segment.id, { ...segment, part: known?.part ?? part }); else this.segments.delete(segment.id);
    }
    this.interim = null;
    return segments.length > 0;
  }

  /**
   * Takes what the gateway has stored of a conversation: words that never came here, and gaps.
   * @param {boolean} isWhole true: the session is over, and what is stored is newer than what came
   */
  fill(conversation, segments, gaps, isWhole) {
    const part = Math.max(0, this.parts.indexOf(conversation)), { interim } = this;
    this.take(segments.filter(({ id }) => !this.gone.has(id) && (isWhole || !this.segments.has(id))), part);
    this.interim = interim;
    if (gaps.length) this.marks = this.marks.filter((mark) => mark.kind !== 'gap' || mark.isOurs || mark.part !== part);
    for (const { start, end, why } of gaps) this.mark('gap', missing(end - start, why), { part, start });
  }

  /**
   * Takes away what was shown and is not stored, where something stored, or a gap, has its time.
   * @param {string[]} shown ids of the segments that may go
   * @param {number} from what ends before is not among `stored`
   */
  settle(conversation, stored, gaps, shown, from) {
    const part = this.parts.indexOf(conversation), ids = new Set(stored.map(({ id }) => id)), all = [...stored, ...gaps];
    shown.filter((id) => {
      const segment = this.segments.get(id);
      return segment?.part === part && segment.end > from && !ids.has(id) && all.some(({ start, end }) => start < segment.end && end > segment.start);
    }).forEach((id) => this.segments.delete(id));
  }

  /** Forgets segments that became part of others. */
  drop(ids) {
    for (const id of ids) {
      this.gone.add(id);
      this.segments.delete(id);
    }
  }

  /** The place where the captions end now; within a segment if that one grows. */
  get place() {
    let last = null;
    for (const segment of this.segments.values()) if (!last || !isBefore(segment, last)) last = segment;
    return last ? { part: last.part, start: last.start, id: last.id, letters: last.text.length } : { part: 0, start: -1 };
  }

  /** True if something was said after a place. */
  hasGrown(since) {
    const { id, letters } = this.place;
    return id !== since.id || letters > (since.letters ?? 0);
  }

  /** The place behind all that is in the parts that have begun. */
  get end() { return { part: Math.max(0, this.parts.length - 1), start: Infinity }; }

  /**
   * Notes something that is no word.
   * @param {object} place where; otherwise where the captions end now. With `isOurs`, what the gateway has stored does not replace it
   */
  mark(kind, text, place = this.place) { this.marks.push({ ...place, key: `mark ${this.serial++}`, kind, text }); }

  /** Number of words of the finals. */
  get words() {
    let sum = 0;
    for (const segment of this.segments.values()) sum += wordsIn(segment.text).length;
    return sum;
  }

  /**
   * Returns the lines in order. A line keeps its `key` while it grows.
   * @returns {({key: string, voice, text: string, interim: string}|{key: string, kind: string, text: string})[]}
   */
  get lines() {
    const lines = [], marks = this.marks.filter(({ id }) => !this.segments.has(id)).sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
    const within = new Map();
    for (const mark of this.marks) within.set(mark.id, [...(within.get(mark.id) ?? []), mark]);
    let next = 0, before = null;
    const add = (segment, from, end) => {
      const voice = this.cast.voiceOf(segment), last = lines.at(-1), text = segment.text.slice(from, end);
      if (last?.voice?.key === voice.key && last.part === segment.part) last.text += (from ? '' : blank(before.text, text)) + text;
      else lines.push({ key: segment.id + (from ? ` ${from}` : ''), part: segment.part, voice, text: text.trimStart(), interim: '' });
      before = segment;
    };
    for (const segment of [...this.segments.values()].sort((a, b) => a.part - b.part || a.start - b.start)) {
      while (next < marks.length && isBefore(marks[next], segment)) lines.push(marks[next++]);
      let from = 0;
      for (const mark of within.get(segment.id) ?? []) {
        const at = Math.min(Math.max(from, mark.letters), segment.text.length);
        if (at > from) add(segment, from, at);
        lines.push(mark);
        from = at;
      }
      if (from < segment.text.length) add(segment, from);
    }
    lines.push(...marks.slice(next));
    if (this.interim) {
      const last = lines.at(-1);
      if (last?.voice) last.interim = this.interim;
      else lines.push({ key: 'interim', voice: null, text: '', interim: this.interim });
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
