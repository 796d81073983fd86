"""OpenAI recordings with stream=true: include[]=logprobs is answered in the deltas and in the end, as it is without stream."""

import json

import numpy as np
import requests

from common import A, B, HANG, Verdict, arguments, load, openai, silence, wav

a = arguments(__doc__, has_short=True)
v = Verdict()
clip = wav(np.concatenate([load(a.audio, A[:1]), silence(1), load(a.audio, B[:1])]))


def events(**fields):
    form = [("file", ("a.wav", clip, "audio/wav")), ("model", (None, "gpt-4o-transcribe")), ("stream", (None, "true"))]
    form += [(k, (None, w)) for k, w in fields.items()]
    r = requests.post(a.url + "/v1/audio/transcriptions", files=form, stream=True, timeout=HANG * 4)
    return [json.loads(line[5:]) for line in r.iter_lines() if line.startswith(b"data:") and b"[DONE]" not in line]


r = openai(a.url, clip, model="gpt-4o-transcribe", **{"include[]": "logprobs"}).json()
v.see(len(r.get("logprobs") or []) > 20, "without stream: logprobs", len(r.get("logprobs") or []))
for format in ("json",) if a.short else ("json", "text"):
    said = events(response_format=format, **{"include[]": "logprobs"})
    deltas, done = [e for e in said if e["type"] == "transcript.text.delta"], [e for e in said if e["type"] == "transcript.text.done"]
    v.see(len(done) == 1 and "".join(e["delta"] for e in deltas) == done[0]["text"] == r["text"], f"{format}: one end, deltas are its text")
    v.see(all(e.get("logprobs") for e in deltas), f"{format}: each delta has its logprobs", f"{sum(bool(e.get('logprobs')) for e in deltas)} of {len(deltas)}")
    v.see(
        bool(done) and len(done[0].get("logprobs") or []) == len(r.get("logprobs") or []),
        f"{format}: the end has all logprobs",
        len(done[0].get("logprobs") or []),
    )
    entries = [p for e in deltas for p in e.get("logprobs") or []]
    v.see(bool(entries) and all(set(p) >= {"token", "logprob", "bytes"} for p in entries), f"{format}: an entry has token, logprob and bytes")
    said = events(response_format=format)
    v.see(not any(e.get("logprobs") for e in said), f"{format}: none where nobody asked")
v.end()
