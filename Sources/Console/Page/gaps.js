// Gaps: what is missing from a conversation.

/** Returns gaps as `{start, end, why}` in order, from `[start, end, why]` or from objects. */
export const gapsOf = (list) => (list ?? []).map((gap) => (Array.isArray(gap) ? { start: gap[0], end: gap[1], why: gap[2] ?? null }
  : { start: gap.start, end: gap.end, why: gap.why ?? gap.reason ?? null })).sort((a, b) => a.start - b.start);
