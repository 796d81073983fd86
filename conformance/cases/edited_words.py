"""One word of a conversation is corrected: the other words keep their times, in the document and in every export."""

import asyncio
import re
import time
import uuid

import numpy as np
import requests

from common import A, HANG, Verdict, arguments, connect, cut, load, silence, words

a = arguments(__doc__)
v = Verdict()
U = a.url + "/api/v1"
x = load(a.audio, A)
clip = np.concatenate([cut(x, 0, 7), silence(1.2), cut(x, 7, 15.5)])


async def talk():
    s = await connect(f"{a.ws}/v4/listen?codec=pcm16&sample_rate=16000&language=en&source=desktop&create_speakers=false&device_id={uuid.uuid4()}")
    await s.audio(clip, speed=2)
    await s.json({"type": "finish"})
    await s.end()
    return next((m["conversation_id"] for m in s.of("conversation_session")), None)


def get(path, **query):
    return requests.get(U + path, params=query, timeout=HANG)


def cues(t):
    return [
        (int(h) * 3600 + int(m) * 60 + float(s.replace(",", ".")), int(h2) * 3600 + int(m2) * 60 + float(s2.replace(",", ".")), said.replace("\n", " "))
        for h, m, s, h2, m2, s2, said in re.findall(r"(\d+):(\d+):([\d.,]+) --> (\d+):(\d+):([\d.,]+)\n(.*?)(?:\n\n|\Z)", t, re.S)
    ]


c = asyncio.run(talk())
end = time.time() + 60
while time.time() < end and (doc := get(f"/conversations/{c}").json()).get("status") != "completed":
    time.sleep(0.5)
segment = max(doc["segments"], key=lambda g: len(g["words"]))
truth = [(w["text"], w["start"], w["end"]) for w in segment["words"]]
pause = max(((q[1] - p[2], p[2], q[1]) for p, q in zip(truth, truth[1:])), default=(0, 0, 0))
v.note(f"{len(doc['segments'])} segments; the longest has {len(truth)} words, with a pause of {pause[0]:.1f} s at {pause[1]:.1f}")
r = requests.patch(f"{U}/conversations/{c}/segments/{segment['id']}", json={"text": segment["text"]}, timeout=HANG).json()
v.see(len(r.get("words") or []) == len(truth), "the same text again: no word loses its time", f"{len(truth)} words before, {len(r.get('words') or [])} after")
number = len(truth) // 3
old = truth[number][0]
new = [w for w, _, _ in truth]
new[number] = "Zanzibar"
r = requests.patch(f"{U}/conversations/{c}/segments/{segment['id']}", json={"text": " ".join(new)}, timeout=HANG).json()
kept = {w["text"]: w["start"] for w in r.get("words") or []}
far = [w for n, (w, s, _) in enumerate(truth) if n != number and abs(kept.get(w, -99) - s) > 0.2 and sum(q[0] == w for q in truth) == 1]
v.see(bool(kept) and not far, "one word exchanged: the others keep their times", f"{len(kept)} words with times; moved or without: {len(far)}")
for format in ("srt", "vtt"):
    t = get(f"/conversations/{c}/export", format=format).text
    off = []
    for start, _, said in [q for q in cues(t) if q[0] < segment["end"] - 0.1]:
        first = next((w for w in words(re.sub(r"^[^:]{1,20}: ", "", said))), None)
        places = [s for w, s, _ in truth if words(w) and words(w)[0] == first]
        if places:
            off.append((round(min(abs(s - start) for s in places), 2), first))
    v.see(off and max(off)[0] <= 0.35, f"{format}: each caption begins with its first word", sorted(off)[-3:])
    if pause[0] >= 1:
        v.see(
            not any(s < pause[1] - 0.2 and e > pause[2] + 0.2 for s, e, _ in cues(t)),
            f"{format}: no caption stands over the pause",
            [(s, e) for s, e, _ in cues(t)],
        )
for format in ("json", "srt", "vtt", "markdown", "text"):
    v.see("Zanzibar" in get(f"/conversations/{c}/export", format=format).text, f"{format}: has the new word")
v.see(len(get("/search", q="Zanzibar", by="words", conversation=c).json()["hits"]) == 1, "search: the new word is found once")
v.end()
