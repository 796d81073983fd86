"""Files with two sound tracks: both are heard, or the answer says that there is another; a silent track does not hide the other one's speech."""

import json
import os
import re
import shutil
import subprocess
import tempfile

from common import A, B, Verdict, arguments, assemblyai, cut, deepgram, errors, ffmpeg, load, openai, silence, solo, wav, words

a = arguments(__doc__, has_short=True)
v = Verdict()
SECONDS = 7.1 if a.short else 10
SILENT = "silence on the first track, speech on the second"
# The name of each file, its tracks, and further options of ffmpeg.
FILES = {
    SILENT: ("none", "none.wav", "a.wav"),
    "speech on both tracks": ("two", "b.wav", "a.wav"),
    "the second track marked as default": ("def", "b.wav", "a.wav", "-disposition:a:0", "0", "-disposition:a:1", "default"),
}
folder = tempfile.mkdtemp(prefix="case-")
place = lambda name: os.path.join(folder, name)
x, y = cut(load(a.audio, A), 0, SECONDS), cut(load(a.audio, B), 0, SECONDS)
for name, samples in (("a", x), ("b", y), ("none", silence(SECONDS))):
    open(place(name + ".wav"), "wb").write(wav(samples))
# The short form has no file in which B speaks.
wa, wb = solo(a.url, x), "" if a.short else solo(a.url, y)


def make(name, first, second, *more):
    ffmpeg(
        "-y",
        "-f",
        "lavfi",
        "-i",
        f"testsrc=size=160x120:rate=10:duration={SECONDS}",
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
    if wb and len(got) > 0.7 * len(both):
        return "both"
    return "A" if errors(t, wa) <= 0.25 else "B" if errors(t, wb) <= 0.25 else "other words"


def contents(path):
    return open(path, "rb").read()


def by_openai(path):
    r = openai(a.url, contents(path), os.path.basename(path), "video/mp4", model="whisper-1")
    return r.json().get("text"), r.text + str(dict(r.headers))


def by_deepgram(path):
    r = deepgram(a.url, contents(path), kind="video/mp4")
    return r.json()["results"]["channels"][0]["alternatives"][0]["transcript"], json.dumps(r.json()["metadata"]) + str(dict(r.headers))


def by_assemblyai(path):
    _, j = assemblyai(a.url, contents(path))
    return j["text"], json.dumps({k: w for k, w in j.items() if k not in ("text", "words")})


def by_harken(path):
    c = subprocess.run([a.harken, "transcribe", path], capture_output=True, text=True)
    return c.stdout, c.stderr


# Each gives the words of a file, and what else is told.
ROUTES = {"OpenAI": by_openai, "Deepgram": by_deepgram}
if not a.short:
    ROUTES |= {"AssemblyAI": by_assemblyai, "harken transcribe": by_harken}
for kind in ("mkv",) if a.short else ("mkv", "mp4"):
    for what in (SILENT,) if a.short else FILES:
        name, *sound = FILES[what]
        path = make(f"{name}.{kind}", *sound)
        for route, answer in ROUTES.items():
            t, told = answer(path)
            got = heard(t)
            says = bool(re.search(r"\btracks?\b", told, re.I))
            v.see(
                got == "both" or says and got != "nothing",
                f"{kind}, {what}, {route}: both are heard, or the other track is named",
                f"heard {got}, another track {'named' if says else 'not named'}",
            )
shutil.rmtree(folder)
v.end()
