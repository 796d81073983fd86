// The microphone, or the sound of a tab, as 16 kHz mono in packets of 20 ms.

/** Samples per second. */
export const rate = 16_000;

/** Why there is no sound, in words for people. */
class SoundError extends Error {
  constructor(title, message) {
    super(message);
    this.title = title;
  }
}

const refusals = {
  NotAllowedError: ['The microphone is not allowed', 'The browser blocks it for this address. Allow it beside the address bar, then start again.'],
  NotFoundError: ['There is no microphone', 'Connect one, then start again.'],
  NotReadableError: ['The microphone cannot be read', 'Another program may hold it. Close that program, then start again.'],
};

async function stream(source) {
  const devices = navigator.mediaDevices;
  if (!devices) {
    throw new SoundError('This address has no microphone',
      'Browsers give it only to localhost and to https. Give the gateway a certificate, or open the page on its own machine.');
  }
  // What was said reaches the engine as it was.
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
  if (source !== 'tab') return devices.getUserMedia({ audio });
  if (!devices.getDisplayMedia) throw new SoundError('This browser has no tab audio', 'Use the microphone, or a Chromium browser.');
  const shared = await devices.getDisplayMedia({ video: true, audio: { ...audio, channelCount: 2 } });
  for (const track of shared.getVideoTracks()) track.stop();
  if (!shared.getAudioTracks().length) throw new SoundError('That tab shares no sound', 'Choose a tab, and tick “Also share tab audio”.');
  return shared;
}

/** Milliseconds between two looks at the sound, and looks in a row without a level after which it is said to have stopped: a page that was busy has one. */
const pause = 500, patience = 4;

/**
 * Opens the sound. `onaudio` gets an ArrayBuffer of 320 signed 16-bit samples, `onlevel` the level (0…1) ten times a second. `onend` is called when the
 * source is gone: the device was pulled out, or the tab is shared no more. `onstate` is called when the sound stops and when it goes on: 'muted' (the
 * system, or a call, has the device), 'paused' (the browser paused it), null (it goes on).
 * @param {'microphone'|'tab'} source
 * @param {{signal: ?AbortSignal}} options `signal` takes the question back: a permission that comes later opens nothing
 * @returns {Promise<{name: string, resume: () => void, stop: () => void}>} `resume` asks the browser to go on, `stop` ends every track
 */
export async function openSound(source, { onaudio, onlevel, onend, onstate, signal }) {
  let input;
  try {
    input = await stream(source);
  } catch (error) {
    const words = refusals[error.name];
    throw words ? Object.assign(new SoundError(...words), { name: error.name }) : error;
  }
  const [track] = input.getAudioTracks();
  let context = null, isOver = false, state = null, missed = 0, watch = null, awake = null;
  const resume = () => context.resume().catch(() => {});
  const look = () => {
    if (isOver) return;
    const now = track.muted ? 'muted' : missed >= patience ? 'paused' : null;
    // A call that is over leaves the context as it was: it is asked to go on.
    if (context.state !== 'running' && !track.muted) resume();
    if (now !== state) onstate?.(state = now);
  };
  // The screen of whoever reads captions stays on. The browser ends that when the page is hidden.
  const wake = async () => {
    const lock = await navigator.wakeLock?.request('screen').catch(() => {});
    if (isOver) lock?.release(); else awake = lock;
  };
  const stop = () => {
    isOver = true;
    clearInterval(watch);
    awake?.release();
    for (const act of [look, wake]) document.removeEventListener('visibilitychange', act);
    for (const each of input.getTracks()) each.stop();
    if (context && context.state !== 'closed') context.close();
  };
  try {
    signal?.throwIfAborted();
    context = new AudioContext({ latencyHint: 'interactive' });
    await context.audioWorklet.addModule(new URL('worklet.js', import.meta.url));
    // Without a gesture the browser may hold this back for good.
    resume();
    signal?.throwIfAborted();
    const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }) => {
      if (isOver) return;
      onaudio(data.samples);
      if (data.level === null) return;
      missed = 0;
      onlevel?.(data.level);
      if (state) look();
    };
    context.createMediaStreamSource(input).connect(capture);
    track.addEventListener('ended', () => { if (!isOver) onend?.(); });
    for (const name of ['mute', 'unmute']) track.addEventListener(name, look);
    context.addEventListener('statechange', () => {
      // 'suspended', or Safari's 'interrupted'.
      if (context.state !== 'running') missed = patience;
      look();
    });
    for (const act of [look, wake]) document.addEventListener('visibilitychange', act);
    wake();
    watch = setInterval(() => {
      missed += 1;
      look();
    }, pause);
  } catch (error) {
    stop();
    throw error;
  }
  return { name: track.label, resume, stop };
}

/** Milliseconds within which a second press is a hand that trembles. */
const bounce = 500;

/** Returns a function that tells of each press whether it comes so soon after another one. */
export function trembling() {
  let last = -bounce;
  return () => -last + (last = performance.now()) < bounce;
}

/** Returns the height of a bar, 0…1, for a level: a scale of 60 dB. */
export const heightOf = (level) => Math.max(0, Math.min(1, 1 + Math.log10(Math.max(level, 1e-4) * 1.4) / 2.6));

/** Returns packets of samples as a WAV file. */
export function wav(packets) {
  const bytes = packets.reduce((sum, packet) => sum + packet.byteLength, 0), head = new DataView(new ArrayBuffer(44));
  const text = (at, word) => [...word].forEach((letter, index) => head.setUint8(at + index, letter.charCodeAt(0)));
  text(0, 'RIFF');
  head.setUint32(4, 36 + bytes, true);
  text(8, 'WAVEfmt ');
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, rate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, 'data');
  head.setUint32(40, bytes, true);
  return new Blob([head, ...packets], { type: 'audio/wav' });
}
