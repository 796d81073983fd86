// The transcript of a conversation: a list of any length in which the spoken word is lit.
import { h } from './elements.js';
import { clock, length } from './figures.js';
import { VirtualList } from './list.js';
import { who } from './pieces.js';

/** Milliseconds for which the list stays where somebody has scrolled. */
const patience = 4000;
/** Width of a letter and height of a line, in pixels: for heights before they are measured. */
const letterWidth = 8.6, lineHeight = 27;

/** Segments and gaps in the order of their beginning. */
const merged = (segments, gaps) => [...segments, ...gaps.map((gap) => ({ ...gap, isGap: true }))].sort((a, b) => a.start - b.start);

/** The list of segments and gaps of one conversation. */
export class Transcript {
  /**
   * @param {object} options
   * @param {(seconds: number) => void} options.seek
   * @param {(anchor: HTMLElement, segment) => void} options.name somebody asks who speaks
   * @param {(anchor: HTMLElement, segment) => void} options.menu somebody asks what can be done with a segment
   */
  constructor({ seek, name, menu }) {
    Object.assign(this, { name, menu, rows: [], current: -1, lit: null, time: 0, scrolledAt: -patience });
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
    this.list.ondraw = () => this.mark();
  }

  /** Shows other words. The place in the list stays. */
  set(segments, gaps, cast) {
    this.cast = cast;
    const top = this.element.scrollTop;
    this.rows = merged(segments, gaps);
    this.element.setAttribute('aria-label', `Transcript, ${segments.length} segments`);
    this.list.setCount(this.rows.length);
    this.element.scrollTop = top;
    this.list.draw();
  }

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
    return 14 + Math.max(1, Math.ceil(row.text.length / letters)) * lineHeight + (isNarrow && !this.goesOn(index) ? 26 : 0);
  }

  row(index) {
    const row = this.rows[index];
    if (row.isGap) {
      return h('div.segm', h('time', clock(row.start)), h('div.gap', `${length(row.end - row.start)} missing${row.why ? `: ${row.why}` : ''}`));
    }
    const voice = this.cast.voiceOf(row), words = row.words?.length ? row.words : [{ text: row.text, start: row.start }];
    return h('div.segm' + (this.goesOn(index) ? '.cont' : '') + (index === this.current ? '.cur' : ''),
      h('button.time', {
        'aria-haspopup': 'menu', 'aria-label': `${clock(row.start)}: edit, assign, split`, onclick: (event) => this.menu(event.currentTarget, row),
      }, clock(row.start)),
      who(voice, { 'aria-label': voice.isNamed ? voice.name : `${voice.name}: name this voice`, onclick: (event) => {
        event.stopPropagation();
        this.name(event.currentTarget, row);
      } }),
      h('div.body', words.flatMap((word) => {
        const isUnsure = word.confidence != null && word.confidence < 0.5;
        return [h('span.w' + (isUnsure ? '.low' : ''), {
          'data-t': word.start, title: isUnsure ? `The engine was not sure: ${word.confidence.toFixed(2)}` : null,
        }, word.text), ' '];
      })));
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
    this.back.hidden = !this.rows.length || !!row;
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
