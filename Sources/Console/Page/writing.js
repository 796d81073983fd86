// How scripts write: letters as people count them, and words with blanks between them or without. Pure: no page, no requests.

// Letters that are words of their own, as in the gateway's search: Thai, Lao, Burmese, Khmer, Japanese, Chinese (`UnspacedScript`).
const unspaced = '\\u0E00-\\u0EFF\\u1000-\\u109F\\u1780-\\u17FF\\u3005-\\u3007\\u3040-\\u30FF\\u3400-\\u4DBF\\u4E00-\\u9FFF'
  + '\\uF900-\\uFAFF\\u{20000}-\\u{3FFFF}';
const parts = new RegExp(`[${unspaced}][^\\p{L}\\p{N}\\s]*|[^\\s${unspaced}]+`, 'gu');
// Kinds of letters at the ends of words, in the gateway's order (`WordSpacing`); '' are marks, beside which the letter decides.
const edges = [
  ['digit', /[0-9]/], ['latin', /[A-Za-z]/],
  ['', /[\0-\xBF\u0300-\u036F\u2000-\u2BFF\uFE00-\uFE0F\uFEFF\u{1F000}-\u{1FAFF}\u{E0000}-\u{E0FFF}]/u],
  ['latin', /[\xC0-\u052F\u1E00-\u1FFF]/],
  ['southern', /[\u0E00-\u109F\u1780-\u17FF\u19E0-\u19FF\uA9E0-\uA9FF\uAA60-\uAA7F]/],
  ['chinese', /[\u2E80-\u2FFF\u3005-\u3007\u3021-\u3029\u3038-\u303B\u3100-\u312F\u3190-\u31EF\u3200-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{3FFFF}]/u],
  ['kana', /[\u3040-\u30FF\u31F0-\u31FF\uFF66-\uFF9F\u{1AFF0}-\u{1B16F}]/u],
  ['wide', /[\u3000-\u303F\uFE10-\uFE1F\uFE30-\uFE6F\uFF00-\uFF65\uFFE0-\uFFE6]/], ['other', /[^]/u],
];
const edge = (marks) => marks.slice(0, 16).map((mark) => edges.find(([, kind]) => kind.test(mark))[0]).find(Boolean);
const isEastern = (kind) => kind === 'chinese' || kind === 'kana', isUnspaced = (kind) => isEastern(kind) || kind === 'southern';

/** Returns true if no blank stands between letters of these kinds. */
function touch(before, after) {
  if (before === 'wide' || after === 'wide') return true;
  if (!before || !after) return isEastern(before ?? after);
  if (isUnspaced(before) && isUnspaced(after)) return true;
  const [own, other] = isUnspaced(before) ? [before, after] : [after, before];
  return (isEastern(own) && other === 'digit') || (own === 'kana' && other === 'latin');
}

// Browsers of before 2024 cut by code points.
const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter();
// Letters within which a cut looks for the beginning of a word.
const longestWord = 24;

/** Returns what stands between two texts by the gateway's rule: a blank, or nothing. */
export function blank(text, next) {
  if (!text || !next) return '';
  const end = text.slice(-32), start = next.slice(0, 32);
  if (/[0-9A-Za-z]$/.test(end) && /^[0-9A-Za-z]/.test(start)) return ' ';
  if (/\s$/.test(end) || /^[\s,]/.test(start) || /^[,.?!;:…)\]}»”’،؛؟۔।॥។៕၊။]+$/.test(next)) return '';
  return touch(edge([...end].reverse()), edge([...start])) ? '' : ' ';
}

/** Returns what stands before each of the words in a text: what the text has, and the rule's where the text does not have the words. */
export function blanksOf(words, text) {
  let at = 0;
  return words.map((word, index) => {
    const from = at, found = from < 0 ? -1 : text.indexOf(word, from);
    at = found < 0 || text.slice(from, found).trim() ? -1 : found + word.length;
    return !index ? '' : at < 0 ? blank(words[index - 1], word) : found > from ? ' ' : '';
  });
}

/** Returns texts as one. @param {string[]} texts */
export const joined = (texts) => texts.filter(Boolean).map((text, index, all) => blank(all[index - 1], text) + text).join('');

/** Returns the words of a text. In a script without blanks each letter is one, with the marks behind it. @returns {string[]} */
export const wordsIn = (text) => text.match(parts) ?? [];

/** Returns the letters of a text as people count them: a flag, a family and é with a mark of its own are one each. @returns {string[]} */
export const letters = (text) => (segmenter ? Array.from(segmenter.segment(text), (part) => part.segment) : Array.from(text));

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
