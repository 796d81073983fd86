"""Two channels in opposite phase, which cancel each other in a mean: the words are there where channels are mixed."""

import asyncio

import numpy as np

from common import A, RATE, Verdict, arguments, assemblyai, connect, cut, deepgram, encoded, errors, gain, load, openai, solo, text, wav

a = arguments(__doc__, has_short=True)
v = Verdict()
# The short form has the first sentence of one clip, and two routes.
x = cut(load(a.audio, A), 0, 7.1) if a.short else load(a.audio, A)
zero, inverse = np.zeros(len(x), "<i2"), np.clip(-x.astype(int), -32768, 32767).astype("<i2")
pair = lambda l, r: np.stack([l, r], 1)
tone = (np.sin(2 * np.pi * 440 * np.arange(len(x)) / RATE) * 32768 * 10 ** (-12 / 20)).astype("<i2")
clips = {
    "right inverted": pair(x, inverse),
    "right inverted, 1 dB less": pair(x, gain(inverse, -1)),
    "right inverted, a tone over the left": pair(np.clip(x.astype(int) + tone, -32768, 32767).astype("<i2"), inverse),
    "left silent": pair(zero, x),
    "left a tone": pair(tone, x),
    "both alike": pair(x, x),
}
want = solo(a.url, x)
if a.short:
    data = wav(clips["right inverted"])
    r = openai(a.url, data, model="whisper-1").json()
    v.see(bool(want) and errors(r.get("text"), want) <= 0.15, "right inverted, WAV, OpenAI", repr(str(r.get("text"))[:50]))
    d = deepgram(a.url, data).json()["results"]["channels"][0]["alternatives"][0]["transcript"]
    v.see(errors(d, want) <= 0.15, "right inverted, Deepgram recorded", repr(d[:50]))
    v.end()
for name, s in clips.items():
    forms = {
        "WAV": wav(s),
        "FLAC": encoded(s, "-f", "flac"),
        "Ogg Vorbis": encoded(s, "-c:a", "libvorbis", "-q:a", "6", "-f", "ogg"),
        "MP3": encoded(s, "-b:a", "192k", "-joint_stereo", "0", "-f", "mp3"),
    }
    for form, data in forms.items():
        r = openai(a.url, data, model="whisper-1", response_format="verbose_json").json()
        v.see(errors(r["text"], want) <= 0.15 and abs(r["duration"] - len(x) / RATE) < 0.15, f"{name}, {form}, OpenAI", f"{r['text'][:50]!r} {r['duration']}")
    d = deepgram(a.url, forms["WAV"]).json()["results"]["channels"][0]["alternatives"][0]["transcript"]
    v.see(errors(d, want) <= 0.15, f"{name}, Deepgram recorded", repr(d[:50]))
    d = [c["alternatives"][0]["transcript"] for c in deepgram(a.url, forms["WAV"], "multichannel=true").json()["results"]["channels"]]
    v.see(errors(d[1], want) <= 0.15, f"{name}, Deepgram recorded, multichannel", repr(d[1][:50]))
    c, j = assemblyai(a.url, forms["WAV"])
    v.see(c == 200 and errors(j.get("text"), want) <= 0.15, f"{name}, AssemblyAI recorded", repr(str(j.get("text"))[:50]))


async def main():
    for name, s in clips.items():
        for form, query, data in (
            ("samples", "encoding=linear16&sample_rate=16000&channels=2", s.tobytes()),
            ("Ogg Opus", "", encoded(s, "-c:a", "libopus", "-b:a", "128k", "-f", "ogg")),
        ):
            w = await connect(f"{a.ws}/v1/listen?{query}")
            for i in range(0, len(data), 6400):
                await w.raw(data[i : i + 6400])
            await w.json({"type": "CloseStream"})
            await w.end()
            # A sine beside the voice and a lossy code are heard with a few more errors.
            v.see(errors(text(w), want) <= 0.2, f"{name}, live, {form}", repr(text(w)[:50]))


asyncio.run(main())
v.end()
