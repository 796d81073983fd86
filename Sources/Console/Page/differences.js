// Two texts, word by word.
import { h, spoken } from './elements.js';
import { blank } from './writing.js';

const plain = (word) => word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}’']/gu, '').replaceAll('’', '\'');

/**
 * Aligns words with those of a reference.
 * @param {string[]} reference
 * @param {string[]} words
 * @returns {{steps: ['='|'~'|'+'|'-', ?string, ?string][], errors: number}} each step with the reference's word and the other
 */
export function align(reference, words) {
  const a = reference.map(plain), b = words.map(plain), width = b.length + 1, cost = new Uint32Array((a.length + 1) * width);
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      const at = i * width + j;
      if (!i || !j) cost[at] = i + j;
      else cost[at] = Math.min(cost[at - width - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), cost[at - width] + 1, cost[at - 1] + 1);
    }
  }
  const steps = [];
  let i = a.length, j = b.length;
  while (i || j) {
    const at = i * width + j, isSame = i > 0 && j > 0 && a[i - 1] === b[j - 1];
    if (i && j && cost[at] === cost[at - width - 1] + (isSame ? 0 : 1)) steps.push([isSame ? '=' : '~', reference[--i], words[--j]]);
    else if (j && cost[at] === cost[at - 1] + 1) steps.push(['+', null, words[--j]]);
    else steps.push(['-', reference[--i], null]);
  }
  return { steps: steps.reverse(), errors: cost.at(-1) };
}

/** Draws aligned words: those of the reference alone are struck, those of the other text alone are marked. */
export function drawn(steps) {
  const parts = steps.flatMap(([kind, theirs, ours]) => (kind === '=' ? [['', ours]] : [['del', theirs], ['ins', ours]])).filter(([, text]) => text);
  return h('p.diff', spoken(), parts.map(([tag, text], index) => [tag ? h(tag, text) : text, blank(text, parts[index + 1]?.[1])]));
}
