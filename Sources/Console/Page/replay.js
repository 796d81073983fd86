// Another engine's words for a session's audio, beside the words that are kept.
import { address, get, send } from './api.js';
import { align, drawn } from './differences.js';
import { h } from './elements.js';
import { gateway } from './gateway.js';
import { busy, tag } from './pieces.js';
import { wordsIn } from './writing.js';

/** Has an engine recognise the audio of a conversation, and returns both texts. */
async function again(conversation, engine) {
  const [kept, audio] = await Promise.all([get(`/conversations/${conversation}`), send(address(`/conversations/${conversation}/audio`))]);
  const answer = await send(`/v1/listen?${new URLSearchParams({ engine, punctuate: 'true', smart_format: 'true' })}`,
    { method: 'POST', headers: { 'Content-Type': audio.headers.get('Content-Type') ?? 'application/octet-stream' }, body: await audio.blob() });
  const { results } = await answer.json();
  return {
    kept: kept.segments.flatMap((segment) => wordsIn(segment.text)),
    heard: results.channels.flatMap((channel) => wordsIn(channel.alternatives[0]?.transcript ?? '')),
  };
}

/** A form that replays the session; null when no audio of the session is kept. */
export function replay(trace) {
  const conversation = trace.conversations[0]?.id;
  if (!conversation) return null;
  const select = h('select.select', { 'aria-label': 'Engine' }, gateway.engines.map(({ name }) => h('option', { value: name }, name)));
  const out = h('div', { 'aria-live': 'polite' }), problem = h('div');
  const go = h('button.btn', 'Recognise again');
  go.onclick = () => busy(go, async () => {
    const { kept, heard } = await again(conversation, select.value), { steps, errors } = align(kept, heard);
    out.replaceChildren(h('div.row', tag(errors ? '' : 'ok', errors ? `${errors} of ${kept.length} words differ` : 'the same words')),
      drawn(steps));
  }, problem);
  return h('section.sect.stack', h('h2', 'Replay'), h('p.small.dim', 'The audio of the session\'s conversation, by another engine. Struck: as kept. '
    + 'Underlined: what this engine hears. Nothing is changed.'), h('div.row.nowrap', h('div.grow', select), go), problem, out);
}
