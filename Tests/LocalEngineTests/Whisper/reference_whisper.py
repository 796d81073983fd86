"""Whisper by the book, in numpy on ONNX Runtime: prints what `WhisperRecognizer` must find. Not run by the tests; its numbers stand in them.

Usage: reference_whisper.py FOLDER LANGUAGE WAV [FIRST LAST]. FOLDER has encoder.onnx, decoder.onnx and tokens.txt; WAV is 16-bit mono at 16 kHz.
Needs numpy and onnxruntime.
"""

import sys
import wave

import numpy as np
import onnxruntime

BEAM, RATE, HOP = 5, 16_000, 160


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def filters(bands):
    step = np.log(6.4) / 27
    edges = np.linspace(0, 15 + np.log(8) / step, bands + 2)
    edges = np.where(edges < 15, edges * 200 / 3, 1000 * np.exp(step * (edges - 15)))
    f = (np.arange(201) * RATE / 400)[None, :]
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.minimum((f - left) / (middle - left), (right - f) / (right - middle)).clip(0) * 2 / (right - left)


def features(samples, seconds, bands):
    """OpenAI's log_mel_spectrogram of the samples with silence up to the window's end."""
    frames = min(-(-int(seconds * 100) // 8) * 8, 3000)
    x = np.zeros(frames * HOP)
    x[:min(len(samples), len(x))] = samples[:len(x)]
    x = np.pad(x, 200, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    rows = np.stack([x[f * HOP:f * HOP + 400] * window for f in range(frames)])
    power = np.abs(np.fft.rfft(rows, axis=1)) ** 2
    level = np.log10(np.maximum(power @ filters(bands).T, 1e-10))
    return ((np.maximum(level, level.max() - 8) + 4) / 4).T.astype(np.float32)


class Whisper:
    def __init__(self, folder):
        self.encoder, self.decoder = session(folder + "/encoder.onnx"), session(folder + "/decoder.onnx")
        self.facts = self.encoder.get_modelmeta().custom_metadata_map
        self.sot, self.eot, self.no_speech = (int(self.facts[k]) for k in ("sot", "eot", "no_speech"))
        self.languages = dict(zip(self.facts["all_language_codes"].split(","), map(int, self.facts["all_language_tokens"].split(","))))

    def numbers(self, key):
        return [int(v) for v in self.facts[key].split(",")]

    def encode(self, samples, seconds):
        names = [o.name for o in self.encoder.get_outputs()]
        mel = features(samples, seconds, int(self.facts["n_mels"]))
        return dict(zip(names, self.encoder.run(None, {"mel": mel[None]})))

    def step(self, cross, tokens, past=None):
        layers, heads = int(self.facts["n_text_layer"]), int(self.facts["n_text_head"])
        if past is None:
            past = [np.zeros((layers, len(tokens), heads, 0, int(self.facts["n_text_state"]) // heads), np.float32)] * 2
        feeds = {"tokens": np.array(tokens, np.int64), "past_k": past[0], "past_v": past[1], **cross}
        logits, k, v, alignment = self.decoder.run(["logits", "present_k", "present_v", "alignment"], feeds)
        return logits, [k, v], alignment

    def decode(self, samples, language, seconds):
        cross = self.encode(samples, seconds)
        logits, past, _ = self.step(cross, [[self.sot]])
        no_speech = np.exp(logits[0, -1] - logits[0, -1].max())
        no_speech = no_speech[self.no_speech] / no_speech.sum()
        prompt = [self.languages[language], int(self.facts["transcribe"]), int(self.facts["no_timestamps"])]
        logits, past, _ = self.step(cross, [prompt], past)
        live, ended = [([], 0.0)], []
        for count in range(min(int(len(samples) * 40 / RATE) + 12, 220)):
            forbidden = self.numbers("non_speech_tokens") + (self.numbers("suppress_begin") if count == 0 else [])
            y = logits[:, -1, :self.eot + 1].astype(np.float64)
            y[:, [t for t in forbidden if t <= self.eot]] = -np.inf
            y = y - np.log(np.exp(y - y.max(1, keepdims=True)).sum(1, keepdims=True)) - y.max(1, keepdims=True)
            found = [(s + y[row, t], row, t) for row, (_, s) in enumerate(live) for t in np.argsort(-y[row])[:BEAM + 1]]
            next_live, parents = [], []
            for score, row, token in sorted(found, key=lambda c: -c[0]):
                if len(next_live) == BEAM:
                    break
                if token == self.eot:
                    if len(ended) < BEAM:
                        ended.append((live[row][0], score))
                else:
                    next_live.append((live[row][0] + [int(token)], score))
                    parents.append(row)
            live = next_live
            if len(ended) >= BEAM:
                break
            past = [c[:, parents] for c in past]
            logits, past, _ = self.step(cross, [[tokens[-1]] for tokens, _ in live], past)
        tokens, score = max(ended or live, key=lambda h: h[1] / (len(h[0]) + 1))
        return {"tokens": tokens, "mean": round(score / (len(tokens) + 1), 4), "no_speech": round(float(no_speech), 4), "ended": len(ended),
                "starts": self.starts(cross, [self.sot] + prompt, tokens, len(samples))}

    def starts(self, cross, prompt, tokens, count):
        """OpenAI's find_alignment: the attention's path through tokens and frames."""
        weights = self.step(cross, [prompt + tokens + [self.eot]])[2][0][:, :, :-(-count // 320)].astype(np.float64)
        weights = (weights - weights.mean(1, keepdims=True)) / np.maximum(weights.std(1, keepdims=True), 1e-10)
        padded = np.pad(weights, ((0, 0), (0, 0), (3, 3)), mode="reflect")
        weights = np.median(np.lib.stride_tricks.sliding_window_view(padded, 7, axis=2), axis=3).mean(0)[len(prompt) - 1:-1]
        rows, frames = weights.shape
        cost, trace = np.full((rows + 1, frames + 1), np.inf), np.zeros((rows + 1, frames + 1), int)
        cost[0, 0] = 0
        for i in range(1, rows + 1):
            for j in range(1, frames + 1):
                c = cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1]
                t = 0 if c[0] < c[1] and c[0] < c[2] else 1 if c[1] < c[0] and c[1] < c[2] else 2
                cost[i, j], trace[i, j] = c[t] - weights[i - 1, j - 1], t
        i, j, starts = rows, frames, [0] * rows
        while i > 0 and j > 0:
            starts[i - 1] = j - 1
            t = trace[i, j]
            i, j = i - (t < 2), j - (t != 1)
        return starts


def main(folder, language, path, first=0, last=None):
    with wave.open(path) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / np.float32(32768)
    samples = samples[int(first):int(last) if last else None]
    model = Whisper(folder)
    print(model.decode(samples, language, min(max(len(samples) / RATE + 7, 10), 30)))


if __name__ == "__main__":
    main(*sys.argv[1:])
