// What a live session's client was shown, from the session's trace. Pure: no page, no requests.

/** The versions of a word in the order in which they were shown; the last is the final, or the repair. */
const finalOf = (word) => word.versions.at(-1);

/** The words of a trace, each with its engine and whether it was repaired. */
export const wordsOf = (trace) => trace.words.map((word) => {
  const { engine, kind, at } = finalOf(word);
  return { ...word, engine, isRepaired: kind === 'repair', finalAt: at };
});

/** The engines of a trace, in the order in which they served. */
export const enginesOf = (trace) => [...new Set([...trace.legs.map((leg) => leg.engine), ...trace.words.map((word) => finalOf(word).engine)])].filter(Boolean);

/** Seconds between the end of a word and the moment at which it was shown first, and was final; null where that is not known. */
export function latency(word) {
  const first = word.versions[0].at, final = word.finalAt;
  return { first: first == null ? null : Math.max(0, first - word.end), final: final == null ? null : Math.max(0, final - word.end) };
}

/** Returns the finals and each channel's interim that the client saw when the gateway had received `time` seconds; `words` are those of `wordsOf`. */
export function seen(trace, words, time) {
  // Without the changes the end of a word has to do.
  if (!trace.shown.length) return { finals: words.filter((word) => word.start < time), interims: [] };
  const interims = new Map();
  for (const change of trace.shown) {
    if (change.at > time) break;
    const before = interims.get(change.channel) ?? [];
    interims.set(change.channel, change.words ? [...before.slice(0, change.kept), ...change.words]
      : before.filter(([, start, end]) => (start + end) / 2 >= change.through));
  }
  return {
    finals: words.filter((word) => word.finalAt != null && word.finalAt <= time),
    interims: [...interims.values()].map((list) => list.map(([text]) => text).filter(Boolean)).filter((list) => list.length),
  };
}

/** The speech and the judgments of pauses that lie in a span of time. Older gateways have neither. */
export function heard(trace, first, last) {
  return {
    speech: (trace.vad ?? []).filter((part) => part.end >= first && part.start <= last),
    judgments: (trace.judgments ?? []).filter((judgment) => judgment.at >= first && judgment.at <= last),
  };
}

/** The judgment that is nearest to a moment, of those at most half a second away; null when there is none. */
export function judgmentAt(trace, time) {
  const near = (trace.judgments ?? []).filter((judgment) => Math.abs(judgment.at - time) <= 0.5);
  return near.reduce((best, one) => (!best || Math.abs(one.at - time) < Math.abs(best.at - time) ? one : best), null);
}

/** Why a version of a word took the place of the version before it. */
export function reason(trace, word, index) {
  const version = word.versions[index], before = word.versions[index - 1], leg = trace.legs.find(({ id }) => id === version.leg);
  if (version.kind === 'repair') return 'No engine had recognised it in time, so it was recognised again from the journal.';
  if (before && before.engine !== version.engine) return `${version.engine} took over from ${before.engine}${leg?.after ? '' : ' here'}.`;
  if (version.kind === 'interim') return before ? 'The engine changed its mind as it heard more.' : 'The engine\'s first guess.';
  const cause = { end_of_turn: 'the turn was over', pause: 'the speaker paused', length: 'the text had grown long', flush: 'the client asked for it',
    end_of_audio: 'the audio ended' }[version.reason];
  return `Final${cause ? `: ${cause}` : ''}.`;
}
