// The transcript of a conversation: a list of any length in which the spoken word is lit.
import { h, spoken } from './elements.js';
import { clock } from './figures.js';
import { missing } from './gaps.js';
import { VirtualList } from './list.js';
import { who } from './pieces.js';
import { blanksOf } from './writing.js';

/** Milliseconds for which the list stays where somebody has scrolled. */
const patience = 4000;
/** Width of a letter and height of a line, in pixels: for heights before they are measured. */
const letterWidth = 8.6, lineHeight = 27;

/** Places of segments and gaps in the order of their beginning. */
const merged = (places, gaps) => [...places, ...gaps.map((gap) => ({ ...gap, isGap: true }))].sort((a, b) => a.start - b.start);

/** The list of segments and gaps of one conversation. */
export class Transcript {
  /**
   * @param {object} options
   * @param {(seconds: number) => void} options.seek
   * @param {?string} options.language of what was said
   * @param {(anchor: HTMLElement, place) => void} options.name somebody asks who speaks
   * @param {(anchor: HTMLElement, segment, index: number) => void} options.menu somebody asks what can be done with a segment, in a row of the list
   * @param {(index: number) => ?object} options.segment the segment of a number with its words; null while it is not here
   * @param {(first: number, last: number) => void} options.want segments of these numbers are in sight
   */
  constructor({ seek, language, name, menu, segment, want }) {
    Object.assign(this, {
      language, name, menu, segment, want, rows: [], rowOf: new Int32Array(), hits: new Set(), current: -1, lit: null, time: 0, scrolledAt: -patience,
    });
    this.element = h('div.vlist', { tabindex: 0, role: 'region', 'aria-label': 'Transcript' });
    this.back = h('button.btn.back-now', { hidden: true, onclick: () => {
      this.scrolledAt = -patience;
      this.list.show(this.indexAt(this.time), false);
    } }, 'Back to now');
    this.element.addEventListener('click', (event) => {
      const word = event.target.closest('.w');
      if (word) seek(Number(word.dataset.t) + 0.01);
    });
    for (const event of ['wheel', 'touchmove', 'pointerdown']) {
      this.element.addEventListener(event, () => { this.scrolledAt = performance.now(); }, { passive: true });
    }
    this.list = new VirtualList(this.element, { count: 0, estimate: (index, width) => this.estimate(index, width), render: (index) => this.row(index) });
    this.list.ondraw = () => {
      this.read();
      this.mark();
    };
  }

  /** Shows another conversation, or the same one after a change. The place in the list stays. */
  set(places, gaps, cast) {
    this.cast = cast;
    const top = this.element.scrollTop;
    this.rows = merged(places, gaps);
    this.rowOf = new Int32Array(places.length);
    this.rows.forEach((row, index) => { if (!row.isGap) this.rowOf[row.index] = index; });
    this.element.ariaLabel = `Transcript, ${places.length} segments`;
    this.list.setCount(this.rows.length);
    this.element.scrollTop = top;
    this.list.draw();
  }

  /** The numbers of the segments in sight; null when there are none. @returns {?[number, number]} */
  get seen() {
    let first = Infinity, last = -1;
    for (const index of this.list.shown.keys()) {
      const row = this.rows[index];
      if (row.isGap || !this.list.isInSight(index)) continue;
      first = Math.min(first, row.index);
      last = Math.max(last, row.index);
    }
    return last < 0 ? null : [first, last];
  }

  /** Asks for the words of what is in sight. */
  read() {
    const { seen } = this;
    if (!seen) return;
    this.want(...seen);
    let isWaiting = false;
    for (let index = seen[0]; index <= seen[1] && !isWaiting; index++) isWaiting = !this.segment(index);
    this.element.ariaBusy = isWaiting ? 'true' : null;
  }

  /** The words of segments are here: they are shown in their rows. */
  renew(first, end) {
    if (first >= this.rowOf.length || end <= first) return;
    this.list.renew(this.rowOf[first], this.rowOf[Math.min(end, this.rowOf.length) - 1] + 1);
  }

  /** Marks the segments that a search has found. @param {Set<string>} ids */
  found(ids) {
    this.hits = ids;
    for (const [index, row] of this.list.shown) row.firstChild.classList.toggle('found', this.isFound(index));
  }

  isFound(index) { return !this.rows[index].isGap && this.hits.has(this.segment(this.rows[index].index)?.id); }

  /** The row at a position: the last that has begun. */
  indexAt(seconds) {
    let low = 0, high = Math.max(0, this.rows.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.rows[middle].start <= seconds) low = middle; else high = middle - 1;
    }
    return low;
  }

  goesOn(index) {
    const before = this.rows[index - 1], row = this.rows[index];
    return !!before && !before.isGap && this.cast.voiceOf(before).key === this.cast.voiceOf(row).key;
  }

  estimate(index, width) {
    const row = this.rows[index];
    if (row.isGap) return 46;
    const isNarrow = width < 620, letters = isNarrow ? (width - 32) / letterWidth : Math.min(62, (width - 280) / letterWidth);
    return 14 + Math.max(1, Math.ceil(row.letters / letters)) * lineHeight + (isNarrow && !this.goesOn(index) ? 26 : 0);
  }

  row(index) {
    const row = this.rows[index];
    if (row.isGap) {
      return h('div.segm', h('time', clock(row.start)), h('div.gap', missing(row)));
    }
    const voice = this.cast.voiceOf(row), segment = this.segment(row.index);
    return h('div.segm' + (this.goesOn(index) ? '.cont' : '') + (index === this.current ? '.cur' : '') + (this.isFound(index) ? '.found' : ''),
      h('button.time', {
        'aria-label': `${clock(row.start)}: edit, assign, split`,
        onclick: (event) => segment && this.menu(event.currentTarget, segment, index),
      }, clock(row.start)),
      who(voice, { 'aria-label': voice.isNamed ? voice.name : `${voice.name}: name this voice`, onclick: (event) => {
        event.stopPropagation();
        this.name(event.currentTarget, row);
      } }),
      segment ? this.words(segment) : this.waiting(index));
  }

  words(segment) {
    const words = segment.words?.length ? segment.words : [{ text: segment.text, start: segment.start }];
    const blanks = blanksOf(words.map((word) => word.text), segment.text);
    return h('div.body', spoken(this.language), words.flatMap((word, index) => {
      const isUnsure = word.confidence != null && word.confidence < 0.5;
      return [blanks[index] || null, h('span.w' + (isUnsure ? '.low' : ''), {
        'data-t': word.start, title: isUnsure ? `The engine was not sure: ${word.confidence.toFixed(2)}` : null,
      }, word.text)];
    }));
  }

  /** What stands for words that are not here yet: as high as they are estimated to be. */
  waiting(index) {
    const lines = Math.round((this.list.heights[index] - 14) / lineHeight);
    return h('div.body.waiting', { vars: { lines: Math.max(1, lines) } });
  }

  /** Says which position is played. @param {boolean} isFollowed true: the list goes there */
  at(seconds, isFollowed) {
    this.time = seconds;
    if (!this.rows.length) return;
    const index = this.indexAt(seconds);
    if (index !== this.current) {
      this.list.shown.get(this.current)?.firstChild.classList.remove('cur');
      this.current = index;
      if (isFollowed && performance.now() - this.scrolledAt > patience) this.follow(index);
    }
    this.mark();
  }

  follow(index) {
    const top = this.list.tops[index] - this.list.offset, height = this.element.clientHeight;
    if (top < 40 || top > height * 0.7) this.list.show(index, Math.abs(top) < height * 2);
  }

  /** Shows a position, wherever the list is. */
  show(seconds) {
    this.scrolledAt = -patience;
    this.list.show(this.indexAt(seconds), false);
  }

  mark() {
    const row = this.list.shown.get(this.current);
    row?.firstChild.classList.add('cur');
    this.back.hidden = !this.rows.length || this.list.isInSight(this.current);
    let word = null;
    if (row && !this.rows[this.current].isGap) {
      for (const candidate of row.querySelectorAll('.w')) {
        if (Number(candidate.dataset.t) > this.time + 0.02) break;
        word = candidate;
      }
    }
    if (word === this.lit) return;
    this.lit?.classList.remove('lit');
    word?.classList.add('lit');
    this.lit = word;
  }

  leave() { this.list.leave(); }
}
