// Gaps: what is missing from a conversation.
import { length } from './figures.js';

/** Returns gaps in order, whether they come as `[start, end]` or as objects. @returns {{start: number, end: number, why: ?string}[]} */
export const gapsOf = (list) => (list ?? []).map((gap) => (Array.isArray(gap) ? { start: gap[0], end: gap[1], why: null }
  : { start: gap.start, end: gap.end, why: gap.reason?.replaceAll('_', ' ') ?? null })).sort((a, b) => a.start - b.start);

/** Says how much is missing, and why. */
export const missing = ({ start, end, why }) => `${length(end - start)} missing${why ? `: ${why}` : ''}`;
