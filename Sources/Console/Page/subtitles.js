// A transcript as files: SRT, VTT, JSON and text.
import { joined } from './writing.js';

const two = (number) => String(number).padStart(2, '0');
const stamp = (seconds, mark) => {
  const milliseconds = Math.round(seconds * 1000), whole = Math.floor(milliseconds / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${mark}${String(milliseconds % 1000).padStart(3, '0')}`;
};
const timed = (passages) => passages.filter((passage) => passage.start != null && passage.text);
const spoken = (passage) => (passage.speaker ? `${passage.speaker}: ${passage.text}` : passage.text);

/** Each format's name with what writes it. @type {Record<string, (passages) => string>} */
export const formats = {
  SRT: (passages) => timed(passages).map((passage, index) =>
    `${index + 1}\n${stamp(passage.start, ',')} --> ${stamp(passage.end, ',')}\n${spoken(passage)}\n`).join('\n'),
  VTT: (passages) => 'WEBVTT\n\n' + timed(passages).map((passage) => {
    const text = passage.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return `${stamp(passage.start, '.')} --> ${stamp(passage.end, '.')}\n${passage.speaker ? `<v ${passage.speaker}>` : ''}${text}\n`;
  }).join('\n'),
  JSON: (passages) => JSON.stringify({ text: joined(passages.map((passage) => passage.text)), segments: passages }, null, 2) + '\n',
  Text: (passages) => passages.map(spoken).join('\n') + '\n',
};

/** Suffix and media type of each format's files. */
export const kinds = {
  SRT: ['srt', 'application/x-subrip'], VTT: ['vtt', 'text/vtt'], JSON: ['json', 'application/json'], Text: ['txt', 'text/plain'],
};
