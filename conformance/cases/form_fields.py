"""OpenAI recordings: references of known speakers as the vendor takes them (2 to 10 s each, up to four) are used or named as ignored, never refused."""

import base64

import numpy as np

from common import A, C, RATE, Verdict, arguments, cut, load, openai, wav

a = arguments(__doc__, has_short=True)
v = Verdict()
x, y = load(a.audio, A), load(a.audio, C)
# The short form has one reference, which is longer than 64 KiB, and the long prompt.
talk = wav(np.concatenate([cut(x, 0, 3), cut(y, 0, 3)] if a.short else [cut(x, 0, 6), cut(y, 0, 6), cut(x, 6, 12), cut(y, 6, 12)]))
url = lambda samples, rate=RATE: "data:audio/wav;base64," + base64.b64encode(wav(samples, rate)).decode()
stereo = lambda samples: np.repeat(samples[:, None], 2, axis=1)
MODEL = "gpt-4o-transcribe-diarize"
references = {"2 s": [url(cut(x, 0, 2))]}
if not a.short:
    wide = [load(a.audio, names, 48000) for names in (A, C)]
    references |= {
        "1 s": [url(cut(x, 0, 1))],
        "10 s": [url(cut(x, 0, 10))],
        "10 s at 44.1 kHz": [url(load(a.audio, A, 44100)[:441000], 44100)],
        "four of 10 s": [url(cut(s, t, t + 10)) for s in (x, y) for t in (0, 3)],
        "four of 10 s of stereo at 48 kHz": [url(stereo(cut(s, t, t + 10, 48000)), 48000) for s in wide for t in (0, 3)],
    }
for what, urls in references.items():
    for format in ("diarized_json",) if a.short else ("diarized_json", "json"):
        r = openai(
            a.url,
            talk,
            model=MODEL,
            response_format=format,
            chunking_strategy="auto",
            **{"known_speaker_names[]": [f"Person {i}" for i in range(len(urls))], "known_speaker_references[]": urls},
        )
        ok = v.see(r.status_code == 200, f"{what}, {format}: accepted", f"{r.status_code} {r.text[:160] if r.status_code != 200 else ''}")
        if ok:
            ignored = r.headers.get("X-Harken-Ignored", "")
            names = {s["speaker"] for s in r.json().get("segments", [])}
            v.see(
                "known_speaker" in ignored or any(n.startswith("Person") for n in names),
                f"{what}, {format}: used, or named in X-Harken-Ignored",
                ignored or names,
            )
long = "word " * 60000
r = openai(a.url, talk, model="whisper-1", prompt=long)
v.see(
    r.status_code == 200 or r.status_code == 400 and r.json()["error"].get("param") == "prompt",
    "a prompt of 300 kB: accepted, or an error that names the field in param",
    r.text[:200],
)
v.end()
