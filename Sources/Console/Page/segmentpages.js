// The words of a conversation, read page by page: what is seen, what is next to it, and nothing more.
import { get } from './api.js';

/** Segments of a page. */
const size = 60;
/** Pages that are kept, those that were used last. */
const kept = 40;
/** Requests at a time: a scroll through hours leaves none behind that nobody waits for. */
const atOnce = 2;
/** Time after which a page is asked for again when the gateway did not give it, in milliseconds. */
const pause = 2000;

/** Segments of one conversation, by their numbers. */
export class SegmentPages {
  /**
   * @param {string} id of the conversation
   * @param {object} listener
   * @param {(first: number, end: number, total: number) => void} listener.loaded segments that are there now, and how many the conversation has
   * @param {(error: Error) => void} listener.failed
   */
  constructor(id, { loaded, failed }) {
    Object.assign(this, { id, loaded, failed, pages: new Map(), wanted: [], reading: new Map(), isOver: false });
  }

  /** Returns a segment; null when its page is not here. */
  segment(index) { return this.pages.get(Math.floor(index / size))?.[index % size] ?? null; }

  /** Wants a range of segments. Pages that only an earlier range needed are not asked for any more. */
  want(first, last) {
    const from = Math.floor(first / size), to = Math.floor(last / size), wanted = [];
    for (let page = from; page <= to; page++) wanted.push(page);
    wanted.push(to + 1, from - 1);
    for (const page of wanted) {
      const segments = this.pages.get(page);
      if (!segments) continue;
      this.pages.delete(page);
      this.pages.set(page, segments);
    }
    this.wanted = wanted.filter((page) => page >= 0 && (this.total == null || page * size < this.total));
    this.next();
  }

  next() {
    while (this.reading.size < atOnce && !this.isOver) {
      const page = this.wanted.find((one) => !this.pages.has(one) && !this.reading.has(one));
      if (page == null) return;
      this.page(page).then(() => this.next(), (error) => {
        if (this.isOver) return;
        this.failed(error);
        setTimeout(() => this.next(), pause);
      });
    }
  }

  /** Reads the page of a segment, unless it is here, and returns the segment. */
  async read(index) {
    const number = Math.floor(index / size);
    return (this.pages.get(number) ?? await this.page(number))[index % size] ?? null;
  }

  page(number) {
    if (!this.reading.has(number)) {
      this.reading.set(number, this.ask(number).finally(() => this.reading.delete(number)));
    }
    return this.reading.get(number);
  }

  async ask(number) {
    const { segments, total } = await get(`/conversations/${this.id}/segments`, { index: number * size, limit: size });
    if (this.isOver) return segments;
    this.total = total;
    this.pages.set(number, segments);
    for (const oldest of this.pages.keys()) {
      if (this.pages.size <= kept) break;
      this.pages.delete(oldest);
    }
    this.loaded(number * size, number * size + segments.length, total);
    return segments;
  }

  leave() { this.isOver = true; }
}
