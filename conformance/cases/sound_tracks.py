"""Files with two sound tracks: both are heard, or the answer says that there is another; a silent track does not hide the other one's speech."""

import json
import os
import re
import shutil
import subprocess
import tempfile

from common import A, B, Verdict, arguments, assemblyai, cut, deepgram, errors, ffmpeg, load, openai, silence, solo, wav, words

a = arguments(__doc__)
v = Verdict()
folder = tempfile.mkdtemp(prefix="case-")
place = lambda name: os.path.join(folder, name)
x, y = cut(load(a.audio, A), 0, 10), load(a.audio, B)
for name, samples in (("a", x), ("b", y), ("none", silence(10))):
    open(place(name + ".wav"), "wb").write(wav(samples))
wa, wb = solo(a.url, x), solo(a.url, y)


def make(name, first, second, *more):
    ffmpeg(
        "-y",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=160x120:rate=10:duration=10",
        "-i",
        place(first),
        "-i",
        place(second),
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-map",
        "2:a",
        "-c:v",
        "mpeg4",
        "-c:a",
        "aac",
        *more,
        place(name),
    )
    return place(name)


def heard(t):
    got, both = words(t), words(wa) + words(wb)
    if not got:
        return "nothing"
    if len(got) > 0.7 * len(both):
        return "both"
    return "A" if errors(t, wa) <= 0.25 else "B" if errors(t, wb) <= 0.25 else "other words"


for kind in ("mkv", "mp4"):
    for what, path in (
        (f"{kind}, silence on the first track, speech on the second", make(f"none.{kind}", "none.wav", "a.wav")),
        (f"{kind}, speech on both tracks", make(f"two.{kind}", "b.wav", "a.wav")),
        (f"{kind}, the second track marked as default", make(f"def.{kind}", "b.wav", "a.wav", "-disposition:a:0", "0", "-disposition:a:1", "default")),
    ):
        data = open(path, "rb").read()
        r, d = openai(a.url, data, os.path.basename(path), "video/mp4", model="whisper-1"), deepgram(a.url, data, kind="video/mp4")
        _, j = assemblyai(a.url, data)
        answers = {
            "OpenAI": (r.json().get("text"), r.text + str(dict(r.headers))),
            "Deepgram": (d.json()["results"]["channels"][0]["alternatives"][0]["transcript"], json.dumps(d.json()["metadata"]) + str(dict(d.headers))),
            "AssemblyAI": (j["text"], json.dumps({k: w for k, w in j.items() if k not in ("text", "words")})),
        }
        c = subprocess.run([a.harken, "transcribe", path], capture_output=True, text=True)
        answers["harken transcribe"] = (c.stdout, c.stderr)
        for route, (t, told) in answers.items():
            got = heard(t)
            says = bool(re.search(r"\btracks?\b", told, re.I))
            v.see(
                got == "both" or says and got != "nothing",
                f"{what}, {route}: both are heard, or the other track is named",
                f"heard {got}, another track {'named' if says else 'not named'}",
            )
shutil.rmtree(folder)
v.end()
