// A transcript as files: SRT, VTT, JSON and text.
import { address, send } from './api.js';
import { joined } from './writing.js';

const spoken = (passage) => (passage.speaker ? `${passage.speaker}: ${passage.text}` : passage.text);

/** Has the gateway make captions: it splits long passages, in any script. */
const captions = (format) => async (passages) => {
  const segments = passages.filter(({ text, start }) => start != null && text)
    .map(({ text, start, end, speaker }) => ({ text, start, end, ...(speaker ? { speaker } : {}) }));
  const headers = { 'Content-Type': 'application/json' };
  return (await send(address('/captions'), { method: 'POST', headers, body: JSON.stringify({ format, segments }) })).text();
};

/** Each format's name with what writes it. @type {Record<string, (passages) => string|Promise<string>>} */
export const formats = {
  SRT: captions('srt'),
  VTT: captions('vtt'),
  JSON: (passages) => JSON.stringify({ text: joined(passages.map((passage) => passage.text)), segments: passages }, null, 2) + '\n',
  Text: (passages) => passages.map(spoken).join('\n') + '\n',
};

/** Suffix and media type of each format's files. */
export const kinds = {
  SRT: ['srt', 'application/x-subrip'], VTT: ['vtt', 'text/vtt'], JSON: ['json', 'application/json'], Text: ['txt', 'text/plain'],
};
