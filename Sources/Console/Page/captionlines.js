// Captions as lines: what one voice says until another begins. Finals stay, the interim of now is at the end.
import { h, said } from './elements.js';
import { Cast } from './voices.js';
import { blank, joined, newest, wordsIn } from './writing.js';

/** Letters from which a line ends with its segment: the line that grows is drawn again and again. */
const longest = 400;
/** Paragraphs in the log of screen readers. */
const logged = 20;

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
    // The segments in order, and their lines, each with the places in the order from which it was made.
    this.order = [];
    this.built = [];
    // The place in the order from which on lines are to be made again.
    this.changed = 0;
    // Ids of the conversations.
    this.parts = [];
    // Words of all segments, and seconds of each voice.
    this.words = 0;
    this.late = 0;
    this.spoken = new Map();
    this.interim = null;
    // Gaps and what happened: {part, start, id, letters, kind, text, isOurs}
    this.marks = [];
    this.serial = 0;
  }

  /** Says who the people are. */
  know(people) { for (const person of people) this.cast.people.set(person.id, person.name); }

  /** Says in which conversation the segments are that come from now on. */
  begin(conversation) { if (this.parts.at(-1) !== conversation) this.parts.push(conversation); }

  get part() { return Math.max(0, this.parts.length - 1); }

  /** Gives a speaker without a name the label under which the gateway keeps the voice. */
  label(event) {
    this.cast.label({ ...event, part: this.part }, event.label);
    this.changed = 0;
  }

  /** Takes segments, or newer forms of them. */
  take(segments, part = this.part) {
    for (const segment of segments) {
      const known = this.segments.get(segment.id);
      this.#remove([segment.id]);
      if (segment.text) this.#put({ ...segment, part: known?.part ?? part, count: wordsIn(segment.text).length });
    }
    this.interim = null;
  }

  #put(segment) {
    const { order } = this;
    let at = order.length;
    while (at && isBefore(segment, order[at - 1])) at--;
    order.splice(at, 0, segment);
    this.segments.set(segment.id, segment);
    this.#count(segment, 1, at);
  }

  #count(segment, sign, at) {
    const voice = this.cast.voiceOf(segment);
    this.words += sign * segment.count;
    this.spoken.set(voice, (this.spoken.get(voice) ?? 0) + sign * (segment.end - segment.start));
    this.changed = Math.min(this.changed, at);
  }

  /**
   * Takes what the gateway has stored of a conversation: words that never came here, and gaps.
   * @param {boolean} isWhole true: the session is over, and what is stored is newer than what came
   */
  fill(conversation, segments, gaps, isWhole) {
    const part = Math.max(0, this.parts.indexOf(conversation)), { interim } = this;
    const { words } = this;
    this.take(segments.filter(({ id }) => !this.gone.has(id) && (isWhole || !this.segments.has(id))), part);
    this.interim = interim;
    // What is repaired in the midst is no news at the end.
    this.late += this.words - words;
    if (gaps.length) {
      this.marks = this.marks.filter((mark) => mark.kind !== 'gap' || mark.isOurs || mark.part !== part);
      this.changed = 0;
    }
    for (const { start, end, why } of gaps) this.mark('gap', missing(end - start, why), { part, start });
  }

  /**
   * Takes away what was shown and is not stored, where something stored, or a gap, has its time: of a segment that is stored as it was before, its end.
   * @param {string[]} shown ids of the segments that may go
   * @param {number} from what ends before is not among `stored`
   */
  settle(conversation, stored, gaps, shown, from) {
    const part = this.parts.indexOf(conversation), forms = new Map(stored.map((form) => [form.id, form])), all = [...stored, ...gaps];
    for (const id of shown) {
      const segment = this.segments.get(id), form = forms.get(id), start = form?.end ?? segment?.start;
      if (segment?.part !== part || segment.end <= Math.max(from, start)) continue;
      if (!all.some((other) => other.id !== id && other.start < segment.end && other.end > start)) continue;
      this.#remove([id]);
      if (form) this.#put({ ...form, part, count: wordsIn(form.text).length });
    }
  }

  /** Forgets segments that became part of others. */
  drop(ids) {
    for (const id of ids) this.gone.add(id);
    this.#remove(ids);
  }

  #remove(ids) {
    for (const segment of ids.map((id) => this.segments.get(id)).filter(Boolean)) {
      const at = this.order.lastIndexOf(segment);
      this.order.splice(at, 1);
      this.segments.delete(segment.id);
      this.#count(segment, -1, at);
    }
  }

  /** The place where the captions end now; within a segment if that one grows. */
  get place() {
    const { words } = this, { part = 0, start = -1, id, text } = this.order.at(-1) ?? {};
    return { part, start, id, letters: text?.length, words };
  }

  /** True if something was said after a place. */
  hasGrown(since) { return this.words > since.words; }

  /** The place behind all that is in the parts that have begun. */
  get end() { return { part: this.part, start: Infinity }; }

  /**
   * Notes something that is no word.
   * @param {object} place where; otherwise where the captions end now. With `isOurs`, what the gateway has stored does not replace it
   */
  mark(kind, text, place = this.place) {
    this.marks.push({ ...place, key: `mark ${this.serial++}`, kind, text });
    this.changed = Math.min(this.changed, Math.max(0, this.order.lastIndexOf(this.segments.get(place.id))));
  }

  /**
   * Returns the lines in order. A line keeps its `key` while it grows, and is the same object until it changes: a caption costs as much after three
   * hours as at the beginning. `goesOn` is true where the voice of the line before goes on.
   * @returns {({key: string, voice, text: string, interim: string, goesOn: boolean}|{key: string, kind: string, text: string})[]}
   */
  get lines() {
    const { order, built, segments, changed, interim } = this;
    const marks = this.marks.filter(({ id }) => !segments.has(id)).sort((a, b) => isBefore(b, a) - isBefore(a, b));
    let next = 0, index = Math.min(changed, order.length), last;
    // The line before what has changed may go on in it, and a line may begin within a segment.
    while ((last = built.at(-1)) && (last.to >= changed || last.at >= index)) index = Math.min(index, built.pop().at);
    this.changed = Infinity;
    const before = (place) => {
      const from = next;
      while (next < marks.length && (!place || isBefore(marks[next], place))) next++;
      return marks.slice(from, next);
    };
    if (index) before(order[index - 1]);
    for (; index < order.length; index++) {
      const segment = order[index], { id, part, text } = segment, voice = this.cast.voiceOf(segment), to = index + 1;
      let at = index, from = 0;
      const add = (end) => {
        const words = text.slice(from, end), line = built.at(-1), goesOn = line?.voice === voice && line.part === part;
        if (goesOn && (from || line.text.length < longest)) {
          line.text += (from ? '' : blank(line.text, words)) + words;
          line.to = to;
        } else built.push({ key: id + (from ? ` ${from}` : ''), part, voice, text: words.trimStart(), interim: '', goesOn, at, to });
        at = built.at(-1).at;
      };
      for (const mark of before(segment)) built.push({ ...mark, at, to: at });
      for (const mark of this.marks.filter((one) => one.id === id)) {
        const place = Math.min(Math.max(from, mark.letters), text.length);
        if (place > from) add(place);
        built.push({ ...mark, at, to });
        from = place;
      }
      if (from < text.length) add();
    }
    const lines = [...built, ...before().map((mark) => ({ ...mark }))];
    last = lines.at(-1);
    if (interim && last?.voice) lines[lines.length - 1] = { ...last, interim };
    else if (interim) lines.push({ key: 'interim', voice: null, text: '', interim });
    return lines;
  }

  /** Seconds that each voice spoke. @returns {[import('./voices.js').Voice, number][]} */
  get shares() { return [...this.spoken].filter(([, seconds]) => seconds > 0.001); }
}

/** What screen readers get of captions: each final word once, and who says it where that is another one. */
export class CaptionLog {
  element = h('div.sr', { role: 'log' });
  told = 0;

  /** @param {?string} speech the language */
  tell({ order, cast, words, late }, speech) {
    const { element } = this, news = [];
    let fresh = words - late - this.told, at = order.length;
    this.told = words - late;
    // Words may have gone from one segment to another: as many as are new are told, the last ones.
    while (fresh > 0 && at--) {
      const last = wordsIn(order[at].text).slice(-fresh);
      fresh -= last.length;
      news.unshift([cast.voiceOf(order[at]), joined(last)]);
    }
    for (const [voice, text] of news) {
      element.append(h('p', voice !== this.voice && [said(voice.name), ': '], said(text, speech)));
      this.voice = voice;
    }
    while (element.children.length > logged) element.firstChild.remove();
  }
}

/** The end of what was said, so many letters: the final words, and grey ones behind them. */
export function newestWords(text, interim, amount) {
  const part = newest(text + blank(text, interim) + interim, amount), at = Math.max(0, part.length - interim.length);
  return [part.slice(0, at), h('i.interim', part.slice(at))];
}
