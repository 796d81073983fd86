// A recording becomes words: sent to /v1/audio/transcriptions, read as the events come.
import { CallError, send } from './api.js';
import { eventsOf } from './events.js';

/**
 * @typedef {object} Notice
 * @property {string} warning what the gateway says about the recording: other sound tracks, a cut
 * @property {?number} tracks how many sound tracks the file has, when one of them was heard
 *
 * @typedef {object} Passage
 * @property {string} text
 * @property {?number} start seconds; null: the engine does not say
 * @property {?number} end
 * @property {?string} speaker the engine's letter for the speaker
 */

async function* passages(file, form, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(form)) body.append(name, value);
  body.append('file', file, file.name || 'recording');
  const answer = await send('/v1/audio/transcriptions', { method: 'POST', body, signal });
  let isSegmented = false, isComplete = false;
  for await (const data of eventsOf(answer)) {
    if (data === '[DONE]') break;
    const event = JSON.parse(data);
    if (event.type === 'error' || event.error) throw new CallError(500, event.error?.code ?? '', event.error?.message ?? 'The engine failed.');
    if (event.type === 'transcript.text.segment') {
      isSegmented = true;
      yield { text: event.text.trim(), start: event.start, end: event.end, speaker: event.speaker ?? null };
    } else if (event.type === 'transcript.text.delta' && !event.segment_id) {
      yield { text: event.delta, start: null, end: null, speaker: null };
    } else if (event.type === 'transcript.text.done') {
      isComplete = true;
      for (const warning of event.warnings ?? []) yield { warning, tracks: event.sound_tracks ?? null };
    }
  }
  if (!isComplete && !isSegmented) throw new CallError(0, 'cut', 'The answer was cut off.');
}

/**
 * Has a recording recognised, with speakers where an engine tells them apart, without them elsewhere.
 * @param {File} file
 * @param {AbortSignal} signal
 * @param {?string} track the sound track, a number from 1, or `all`; null: the gateway's choice
 * @returns {AsyncGenerator<Passage|Notice>}
 */
export async function* transcribe(file, signal, track = null) {
  const more = track ? { track, stream: 'true' } : { stream: 'true' };
  try {
    yield* passages(file, { model: 'gpt-4o-transcribe-diarize', response_format: 'diarized_json', chunking_strategy: 'auto', ...more }, signal);
  } catch (error) {
    if (error.status !== 400) throw error;
    yield* passages(file, { model: 'whisper-1', ...more }, signal);
  }
}
