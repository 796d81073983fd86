// QR codes: a text becomes a square of dark and light modules (ISO/IEC 18004:2015, byte mode, correction level M).
import { s } from './elements.js';

/** For each version from 1: bytes of correction in each block, and the number of blocks (table 9, level M). */
const correction = [[10, 1], [16, 1], [26, 1], [18, 2], [24, 2], [16, 4], [18, 4], [22, 4], [22, 5], [26, 5], [30, 5], [22, 8], [22, 9], [24, 9], [24, 10]];
/** Modules of light ground on each side. */
const quiet = 4;

// MARK: Correction (Reed and Solomon's, over the field of 256 elements)

const product = (a, b) => {
  let z = 0;
  for (let bit = 7; bit >= 0; bit--) z = (z << 1) ^ ((z >> 7) * 0x11D) ^ ((b >> bit & 1) * a);
  return z;
};

/** The generator polynomial's factors without the first, which is 1. */
function generator(degree) {
  const factors = new Uint8Array(degree);
  factors[degree - 1] = 1;
  for (let step = 0, root = 1; step < degree; step++, root = product(root, 2)) {
    for (let i = 0; i < degree; i++) factors[i] = product(factors[i], root) ^ (factors[i + 1] ?? 0);
  }
  return factors;
}

function remainder(bytes, factors) {
  const rest = new Uint8Array(factors.length);
  for (const byte of bytes) {
    const factor = byte ^ rest[0];
    rest.copyWithin(0, 1);
    rest[rest.length - 1] = 0;
    for (let i = 0; i < rest.length; i++) rest[i] ^= product(factors[i], factor);
  }
  return rest;
}

/** The text's bytes with their correction, the blocks interleaved; null when the version is too small. */
function codewords(text, version, total) {
  const [each, count] = correction[version - 1], room = total - each * count, countBits = version < 10 ? 8 : 16;
  if (4 + countBits + 8 * text.length > 8 * room) return null;
  let bits = [];
  const put = (value, length) => { for (let bit = length - 1; bit >= 0; bit--) bits.push(value >> bit & 1); };
  put(0b0100, 4);
  put(text.length, countBits);
  for (const byte of text) put(byte, 8);
  put(0, Math.min(4, 8 * room - bits.length));
  put(0, (8 - bits.length % 8) % 8);
  for (let filler = 0xEC; bits.length < 8 * room; filler ^= 0xEC ^ 0x11) put(filler, 8);
  const data = Array.from({ length: room }, (_, index) => bits.slice(8 * index, 8 * index + 8).reduce((byte, bit) => byte << 1 | bit, 0));
  // The last blocks have one byte more when the bytes cannot be dealt out evenly.
  const short = Math.floor(room / count), longer = room % count, factors = generator(each);
  let at = 0;
  const blocks = Array.from({ length: count }, (_, index) => data.slice(at, at += short + (index >= count - longer ? 1 : 0)));
  const rests = blocks.map((block) => remainder(block, factors));
  const dealt = (lists, length) => Array.from({ length }, (_, index) => lists.map((list) => list[index])).flat().filter((byte) => byte !== undefined);
  return [...dealt(blocks, short + 1), ...dealt(rests, each)];
}

// MARK: Modules

class Grid {
  constructor(version) {
    this.version = version;
    this.size = 17 + 4 * version;
    this.dark = new Uint8Array(this.size ** 2);
    this.taken = new Uint8Array(this.size ** 2);
    this.patterns();
  }

  set(x, y, isDark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y * this.size + x] = isDark;
    this.taken[y * this.size + x] = 1;
  }

  /** A square of rings about a module: dark where the distance is among `rings`. */
  rings(x, y, reach, rings) {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) this.set(x + dx, y + dy, rings.includes(Math.max(Math.abs(dx), Math.abs(dy))) ? 1 : 0);
    }
  }

  patterns() {
    const { size, version } = this, far = size - 4;
    for (let i = 0; i < size; i++) {
      this.set(6, i, (i + 1) % 2);
      this.set(i, 6, (i + 1) % 2);
    }
    for (const [x, y] of [[3, 3], [far, 3], [3, far]]) this.rings(x, y, 4, [0, 1, 3]);
    const places = this.alignment();
    for (const x of places) {
      for (const y of places) {
        const isCorner = (x === 6 && y === 6) || (x === 6 && y === size - 7) || (x === size - 7 && y === 6);
        if (!isCorner) this.rings(x, y, 2, [0, 2]);
      }
    }
    this.format(0);
    if (version < 7) return;
    const bits = version << 12 | this.check(version, 12, 0x1F25);
    for (let i = 0; i < 18; i++) {
      const along = Math.floor(i / 3), across = size - 11 + i % 3;
      this.set(across, along, bits >> i & 1);
      this.set(along, across, bits >> i & 1);
    }
  }

  alignment() {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2, step = Math.ceil((this.size - 13) / (2 * count - 2)) * 2;
    return [6, ...Array.from({ length: count - 1 }, (_, index) => this.size - 7 - index * step).reverse()];
  }

  /** Check bits of a word: the remainder of a polynomial of the degree. */
  check(word, degree, polynomial) {
    let rest = word;
    for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * polynomial);
    return rest;
  }

  /** Level M and the mask, twice. */
  format(mask) {
    const { size } = this, bits = (mask << 10 | this.check(mask, 10, 0x537)) ^ 0x5412, bit = (i) => bits >> i & 1;
    for (let i = 0; i < 15; i++) {
      const near = i < 6 ? i : i < 8 ? i + 1 : 14 - i;
      if (i < 8) this.set(8, near, bit(i)); else this.set(i === 8 ? 7 : near, 8, bit(i));
      if (i < 8) this.set(size - 1 - i, 8, bit(i)); else this.set(8, size - 15 + i, bit(i));
    }
    this.set(8, size - 8, 1);
  }

  /** Places of the free modules, in the order in which they are filled: in pairs of columns from the right, up and down in turn. */
  get free() {
    const places = [];
    for (let right = this.size - 1, isUp = true; right > 0; right -= 2, isUp = !isUp) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const y = isUp ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) if (!this.taken[y * this.size + x]) places.push(y * this.size + x);
      }
    }
    return places;
  }

  /** How hard the square is to read (section 7.8.3). */
  get penalty() {
    const { size, dark } = this;
    let sum = 0, amount = 0;
    for (const [along, across] of [[1, size], [size, 1]]) {
      for (let line = 0; line < size; line++) {
        let run = 0, last = -1, text = '';
        for (let i = 0; i < size; i++) {
          const module = dark[line * across + i * along];
          run = module === last ? run + 1 : 1;
          last = module;
          text += module;
          if (run === 5) sum += 3; else if (run > 5) sum += 1;
        }
        sum += 40 * [...text.matchAll(/(?=00001011101|10111010000)/g)].length;
      }
    }
    for (let i = 0; i < dark.length; i++) {
      amount += dark[i];
      const isInside = (i + 1) % size && i + size < dark.length;
      if (isInside && dark[i] === dark[i + 1] && dark[i] === dark[i + size] && dark[i] === dark[i + size + 1]) sum += 3;
    }
    return sum + 10 * Math.floor(Math.abs(amount * 20 - dark.length * 10) / dark.length);
  }
}

const masks = [(x, y) => (x + y) % 2, (_, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => x * y % 2 + x * y % 3, (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2];

/**
 * Returns the modules of a text's code, row by row: 1 is dark.
 * @param {string} text at most 412 bytes of UTF-8
 * @returns {{size: number, dark: Uint8Array}}
 */
export function modules(text) {
  const bytes = new TextEncoder().encode(text);
  for (let version = 1; version <= correction.length; version++) {
    const grid = new Grid(version), { free, size } = grid, words = codewords(bytes, version, Math.floor(free.length / 8));
    if (!words) continue;
    const plain = free.map((_, index) => (words[index >> 3] ?? 0) >> (7 - index % 8) & 1);
    const fill = (mask) => {
      grid.format(mask);
      free.forEach((place, index) => { grid.dark[place] = plain[index] ^ (masks[mask](place % size, Math.floor(place / size)) === 0); });
    };
    const hardness = masks.map((_, mask) => {
      fill(mask);
      return grid.penalty;
    });
    fill(hardness.indexOf(Math.min(...hardness)));
    return { size, dark: grid.dark };
  }
  throw new RangeError('The text is too long for a code.');
}

/** Returns a picture of a text's code, dark on light in both themes. @param {string} label what it says, for screen readers */
export function code(text, label) {
  const { size, dark } = modules(text), whole = size + 2 * quiet;
  const path = [...dark].map((isDark, i) => (isDark ? `M${i % size + quiet} ${Math.floor(i / size) + quiet}h1v1h-1z` : '')).join('');
  return s('svg', { class: 'qr', viewBox: `0 0 ${whole} ${whole}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges' },
    s('rect', { width: whole, height: whole }), s('path', { d: path }));
}
