// In the audio thread: sound of any rate becomes 16 kHz mono, in packets of 20 ms.

const rate = 16_000, packet = 320;
/** Half the taps of the low-pass, and the steps between two samples at which it is known. */
const reach = 24, steps = 64;

/** A low-pass for a resampler: a windowed sinc, at every step of `1 / steps` of a sample. */
function lowPass(cutoff) {
  const table = new Float32Array((2 * reach + 1) * steps);
  for (let i = 0; i < table.length; i++) {
    const x = i / steps - reach, at = Math.PI * x * cutoff * 2;
    const sinc = x === 0 ? 1 : Math.sin(at) / at;
    table[i] = 2 * cutoff * sinc * (0.5 + 0.5 * Math.cos(Math.PI * x / (reach + 1)));
  }
  return table;
}

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / rate;
    this.filter = lowPass(0.46 * Math.min(1, 1 / this.step));
    this.history = new Float32Array(2 * reach + 128);
    this.filled = 2 * reach;
    // Of the next output, from the first sample of the history that has `reach` samples before it.
    this.position = 0;
    this.out = new Int16Array(packet);
    this.count = 0;
    this.energy = 0;
    this.heard = 0;
  }

  process([input]) {
    const block = this.mono(input);
    if (this.history.length < this.filled + block.length) {
      const longer = new Float32Array(2 * (this.filled + block.length));
      longer.set(this.history.subarray(0, this.filled));
      this.history = longer;
    }
    this.history.set(block, this.filled);
    this.filled += block.length;
    while (this.position + 2 * reach + 1 < this.filled) {
      this.write(this.step === 1 ? this.history[this.position + reach] : this.convolve());
      this.position += this.step;
    }
    const used = Math.floor(this.position);
    this.history.copyWithin(0, used, this.filled);
    this.filled -= used;
    this.position -= used;
    return true;
  }

  /** The mean of the channels; silence when nothing is connected. */
  mono(channels) {
    const [first, ...rest] = channels;
    if (!first) return new Float32Array(128);
    if (!rest.length) return first;
    const sum = Float32Array.from(first);
    for (const channel of rest) for (let i = 0; i < sum.length; i++) sum[i] += channel[i];
    for (let i = 0; i < sum.length; i++) sum[i] /= channels.length;
    return sum;
  }

  convolve() {
    const whole = Math.floor(this.position), fraction = this.position - whole, phase = Math.round((1 - fraction) * steps);
    let sum = 0;
    for (let tap = 0; tap < 2 * reach; tap++) sum += this.history[whole + tap + 1] * this.filter[tap * steps + phase];
    return sum;
  }

  write(value) {
    const clipped = Math.max(-1, Math.min(1, value));
    this.energy += clipped * clipped;
    this.out[this.count++] = Math.round(clipped * 32767);
    if (this.count < packet) return;
    this.heard += packet;
    // Levels ten times a second.
    const level = this.heard >= rate / 10 ? Math.sqrt(this.energy / this.heard) : null;
    if (level !== null) this.heard = this.energy = 0;
    this.port.postMessage({ samples: this.out.buffer, level }, [this.out.buffer]);
    this.out = new Int16Array(packet);
    this.count = 0;
  }
}

registerProcessor('capture', Capture);
