// How scripts write: letters as people count them, and words with blanks between them or without. Pure: no page, no requests.

// Letters of scripts without blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese. The gateway has the same (`UnspacedScript`).
const unspaced = '\\u0E00-\\u0EFF\\u1000-\\u109F\\u1780-\\u17FF\\u3005-\\u3007\\u3040-\\u30FF\\u3400-\\u4DBF\\u4E00-\\u9FFF'
  + '\\uF900-\\uFAFF\\u{20000}-\\u{3FFFF}';
// Punctuation of full width.
const wide = '\\u3000-\\u303F\\uFF00-\\uFF65';
const begins = new RegExp(`^[${unspaced}${wide}]`, 'u'), ends = new RegExp(`[${unspaced}${wide}]\\p{M}*$`, 'u');
const parts = new RegExp(`[${unspaced}][^\\p{L}\\p{N}\\s]*|[^\\s${unspaced}]+`, 'gu');
const segmenter = new Intl.Segmenter();
// Letters within which a cut looks for the beginning of a word.
const longestWord = 24;

/** Returns what stands between two texts: a blank, or nothing inside of a script without blanks, and where one of them has a blank there. */
export function blank(text, next) {
  if (!text || !next || /^\s/.test(next)) return '';
  const end = text.slice(-8);
  return /\s$/.test(end) || (begins.test(next) && ends.test(end)) ? '' : ' ';
}

/** Returns texts as one. @param {string[]} texts */
export const joined = (texts) => texts.filter(Boolean).map((text, index, all) => blank(all[index - 1], text) + text).join('');

/** Returns the words of a text. In a script without blanks each letter is one, with the marks behind it. @returns {string[]} */
export const wordsIn = (text) => text.match(parts) ?? [];

/** Returns the letters of a text as people count them: a flag, a family and é with a mark of its own are one each. @returns {string[]} */
export const letters = (text) => Array.from(segmenter.segment(text), (part) => part.segment);

/** Returns the end of a text: so many letters, from the beginning of a word on where one is near. */
export function newest(text, amount) {
  // Where letters have more than twelve of JavaScript's characters, fewer are shown.
  const tail = text.slice(-12 * amount), all = letters(tail);
  if (tail === text && all.length <= amount) return text;
  const kept = all.slice(-Math.min(amount, Math.max(1, all.length - 1)));
  const word = kept.slice(0, longestWord).findIndex((letter) => !letter.trim());
  // A mark that closes something does not begin a line.
  return '…' + kept.slice(Math.max(0, word)).join('').replace(/^[\p{Po}\p{Pe}\p{Pf}]+/u, '');
}

/** Returns the letter that stands for a name. */
export function initial(name) {
  const first = letters(name.normalize().replace(/^[\p{C}\p{Z}]+/u, ''))[0] ?? '?', capital = first.toUpperCase();
  // Georgian has capitals for headings only; ß has two letters.
  return /\p{sc=Geor}/u.test(first) || letters(capital).length > 1 ? first : capital;
}
