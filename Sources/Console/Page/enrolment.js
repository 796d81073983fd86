// One's own voice becomes known: read a sentence, or choose a file.
import { send } from './api.js';
import { bars } from './drawing.js';
import { h } from './elements.js';
import { heightOf, openSound, rate, wav } from './microphone.js';
import { busy, dialog, failure, toast } from './pieces.js';

/** Seconds of speech that are asked for. */
const wanted = 12;

/** Opens the dialog. @param {() => Promise} changed called when the voice is known */
export function enrolment(changed) {
  const level = bars('bars'), bar = h('div.bar', { role: 'progressbar', 'aria-label': 'Seconds of sound' }, h('i')), problem = h('div');
  let sound = null, packets = [];
  const seconds = () => packets.reduce((sum, packet) => sum + packet.byteLength, 0) / 2 / rate;
  const keep = h('button.btn.primary', { disabled: true }, 'Keep'), record = h('button.btn', 'Record'), choose = h('button.btn', 'Choose a file');
  const file = h('input.sr', { type: 'file', accept: 'audio/*', tabindex: -1, 'aria-hidden': 'true' });
  const stop = () => {
    sound?.stop();
    sound = null;
    record.textContent = 'Record';
  };
  const enrol = (recording) => async () => {
    const body = new FormData();
    body.append('file', recording, recording.name ?? 'voice.wav');
    await send('/v3/upload-audio', { method: 'POST', body });
    opened.close();
    toast('Your voice is known');
    await changed();
  };
  const closed = new AbortController();
  record.onclick = async () => {
    if (sound) return stop();
    record.disabled = true;
    problem.replaceChildren();
    packets = [];
    try {
      sound = await openSound('microphone', {
        signal: closed.signal,
        onaudio: (samples) => {
          packets.push(samples);
          bar.firstChild.style.setProperty('--v', Math.min(100, seconds() / wanted * 100));
          keep.disabled = seconds() < 5;
          if (seconds() >= 60) stop();
        },
        onlevel: (value) => level.push(heightOf(value)),
      });
      record.textContent = 'Stop';
    } catch (error) {
      problem.replaceChildren(failure(error));
    } finally {
      record.disabled = false;
    }
  };
  keep.onclick = () => {
    stop();
    busy(keep, enrol(wav(packets)), problem);
  };
  choose.onclick = () => file.click();
  file.onchange = () => file.files[0] && busy(choose, enrol(file.files[0]), problem);
  const opened = dialog('Enrol your voice', h('div.stack',
    h('p.small.dim', 'Read this aloud, or choose a file of 5 to 180 seconds in which only you speak.'),
    h('p', { lang: 'en' }, '“There was a table set out under a tree in front of the house, and the March Hare and the Hatter were having tea at it.”'),
    level, bar, problem, file, h('p.tiny.faint', 'The recording and the voiceprint stay on this gateway. Afterwards, what you say is shown as yours.')),
  [choose, record, h('button.btn', { onclick: () => opened.close() }, 'Cancel'), keep]);
  opened.addEventListener('close', () => {
    closed.abort();
    stop();
  });
}
