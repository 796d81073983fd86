"""MPEG transport streams (television, cameras, HLS) by every route for recordings."""

import os
import shutil
import subprocess
import tempfile

from common import A, Verdict, arguments, assemblyai, cut, deepgram, errors, ffmpeg, load, openai, solo, wav

a = arguments(__doc__, has_short=True)
v = Verdict()
folder = tempfile.mkdtemp(prefix="case-")
x = load(a.audio, A)
if a.short:
    x = cut(x, 0, 7.1)
open(os.path.join(folder, "a.wav"), "wb").write(wav(x))
want = solo(a.url, x)
FILES = {
    "AAC": ("a.ts", "-c:a", "aac"),
    "MPEG audio": ("b.ts", "-c:a", "mp2"),
    "of a camera": ("c.m2ts", "-c:a", "aac", "-f", "mpegts", "-mpegts_m2ts_mode", "1"),
    "with a service named in a table of its own": ("d.ts", "-c:a", "aac", "-metadata", "service_name=Ünïcode", "-metadata", "service_provider=Sender"),
}
# A name of a service made the confined decoder ask for a table of letters, which it may not open.
for what in ("with a service named in a table of its own",) if a.short else FILES:
    name, *options = FILES[what]
    path = os.path.join(folder, name)
    ffmpeg("-y", "-i", os.path.join(folder, "a.wav"), *options, path)
    data = open(path, "rb").read()
    r = openai(a.url, data, name, "video/mp2t", model="whisper-1")
    v.see(r.status_code == 200 and errors(r.json()["text"], want) <= 0.1, f"{what}, OpenAI: the words", r.text[:150] if r.status_code != 200 else "")
    if a.short:
        continue
    d = deepgram(a.url, data, kind="video/mp2t")
    v.see(d.status_code == 200, f"{what}, Deepgram: the words", d.text[:150] if d.status_code != 200 else "")
    _, j = assemblyai(a.url, data)
    v.see(j["status"] == "completed", f"{what}, AssemblyAI: the words", j.get("error"))
    c = subprocess.run([a.harken, "transcribe", path], capture_output=True, text=True)
    v.see(errors(c.stdout, want) <= 0.1, f"{what}, harken transcribe: the words", c.stderr.strip()[-120:])
shutil.rmtree(folder)
v.end()
