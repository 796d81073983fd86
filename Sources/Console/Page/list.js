// A list of any length at 60 frames a second: rows at their measured heights, only those in sight in the document.
import { h, calm } from './elements.js';

/** Browsers do not place elements much farther down than this; longer lists scale the place of the scroll bar. */
const farthest = 15_000_000;

/** The rows of an element that scrolls. */
export class VirtualList {
  /**
   * @param {HTMLElement} element what scrolls
   * @param {object} rows
   * @param {number} rows.count
   * @param {(index: number, width: number) => number} rows.estimate a row's height before it was measured, in pixels
   * @param {(index: number) => Node} rows.render
   */
  constructor(element, { count, estimate, render }) {
    Object.assign(this, { element, estimate, render, shown: new Map() });
    this.space = h('div.vspace', { role: 'list' });
    element.append(this.space);
    this.setCount(count);
    element.addEventListener('scroll', () => {
      this.due ||= requestAnimationFrame(() => {
        this.due = 0;
        this.draw();
      });
    }, { passive: true });
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(element);
  }

  /** Gives the list another number of rows; all are rendered again. */
  setCount(count) {
    this.count = count;
    this.heights = new Float32Array(count);
    this.tops = new Float64Array(count + 1);
    this.measured = new Uint8Array(count);
    this.clear();
    this.place(0);
  }

  resized() {
    if (this.width !== this.element.clientWidth) {
      this.width = this.element.clientWidth;
      const first = this.at(this.offset);
      this.measured.fill(0);
      this.clear();
      this.place(0);
      this.element.scrollTop = this.tops[first] / this.scale;
    }
    this.draw();
  }

  /** Places the rows from an index on. */
  place(from) {
    const width = this.element.clientWidth || 800;
    for (let i = from; i < this.count; i++) {
      if (!this.measured[i]) this.heights[i] = this.estimate(i, width);
      this.tops[i + 1] = this.tops[i] + this.heights[i];
    }
    const total = this.tops[this.count];
    this.scale = Math.max(1, total / farthest);
    this.space.style.height = total / this.scale + 'px';
  }

  /** The position in the rows that is at the top of what is seen. */
  get offset() { return this.element.scrollTop * this.scale; }

  /** Returns the row at a position. */
  at(y) {
    let low = 0, high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= y) low = middle; else high = middle - 1;
    }
    return low;
  }

  /** Takes all rows out of the document; `draw` renders them again. */
  clear() {
    for (const row of this.shown.values()) row.remove();
    this.shown.clear();
  }

  /** Renders the rows of a range again: what is in them has changed. */
  renew(first, end) {
    const fresh = [];
    for (let i = first; i < end; i++) {
      this.measured[i] = 0;
      const row = this.shown.get(i);
      if (!row) continue;
      row.replaceChildren(this.render(i));
      fresh.push(i);
    }
    this.measure(fresh, this.at(this.offset));
    this.move();
    this.ondraw?.();
  }

  /** Returns true if a row is in sight, or next to what is. */
  isInSight(index) { return index >= this.first && index <= this.last; }

  draw() {
    if (!this.count) return;
    const top = this.offset, first = Math.max(0, this.at(top) - 4), last = Math.min(this.count - 1, this.at(top + this.element.clientHeight) + 6);
    const fresh = [], { anchorNode, focusNode, isCollapsed } = getSelection();
    Object.assign(this, { first, last });
    let next = null;
    for (const [i, row] of this.shown) {
      if (i >= first && i <= last) continue;
      // The ends of a selection stay in the document, so that it goes on over rows that are not.
      if (!isCollapsed && (row.contains(anchorNode) || row.contains(focusNode))) {
        if (i > last && !(next?.ariaPosInSet <= i)) next = row;
        continue;
      }
      // Focus is kept when its row leaves: it goes to the list.
      if (row.contains(document.activeElement)) this.element.focus({ preventScroll: true });
      row.remove();
      this.shown.delete(i);
    }
    // Rows stand in the document in their order, which is that of a selection and of a screen reader.
    for (let i = last; i >= first; next = this.shown.get(i--)) {
      if (this.shown.has(i)) continue;
      const row = h('div.vrow', { role: 'listitem', 'aria-posinset': i + 1, 'aria-setsize': this.count }, this.render(i));
      this.shown.set(i, row);
      this.space.insertBefore(row, next);
      if (!this.measured[i]) fresh.push(i);
    }
    this.measure(fresh, this.at(top));
    this.move();
    this.ondraw?.();
  }

  /** Corrects heights that were estimated, without a jump of what is seen. */
  measure(indices, anchor) {
    let lowest = -1, shift = 0;
    const heights = indices.map((i) => this.shown.get(i).getBoundingClientRect().height);
    indices.forEach((i, n) => {
      this.measured[i] = 1;
      const change = heights[n] - this.heights[i];
      if (Math.abs(change) <= 0.5) return;
      if (i < anchor) shift += change;
      this.heights[i] = heights[n];
      if (lowest < 0 || i < lowest) lowest = i;
    });
    if (lowest < 0) return;
    this.place(lowest);
    if (shift) this.element.scrollTop += shift / this.scale;
  }

  move() {
    const ahead = this.offset - this.element.scrollTop;
    for (const [i, row] of this.shown) row.style.transform = `translateY(${this.tops[i] - ahead}px)`;
  }

  /** Scrolls to a row. */
  show(index, isSmooth) {
    const top = (this.tops[index] - this.element.clientHeight * 0.35) / this.scale;
    this.element.scrollTo({ top, behavior: isSmooth && !calm() ? 'smooth' : 'auto' });
    this.draw();
  }

  /** Ends the list's observation of its element. */
  leave() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.due);
  }
}
