"""verbose_json: the figures by which programs throw a segment away are the model's own, or a server's own; no constant that says "certainly speech"."""

import http.server
import json
import os
import threading
import zlib

import numpy as np

from common import A, GERMAN, RATE, Verdict, arguments, cut, gain, gateway, is_shared, load, music, noise, openai, silence, spoken, wav

a = arguments(__doc__, has_short=True)
v = Verdict()
x = load(a.audio, A)
quiet = np.clip(gain(x, -25).astype(int) + noise(len(x) / RATE + 1, -45)[: len(x)], -32768, 32767).astype("<i2")
# The short form has silence, and two sentences in English of different lengths: no model of other languages, and no second gateway.
SILENT = (("zeros", silence(5)),) if a.short else (("zeros", silence(5)), ("pink noise", noise(10, -45)), ("music", music(10)))
SPOKEN = [("English, clear", cut(x, 0, 7.1) if a.short else x, "en")]
if a.short:
    SPOKEN.append(("English, a part", cut(x, 7.1, 10.1), "en"))
else:
    other = spoken("de", "Ich möchte gerne ein Glas Wasser und eine Tasse Kaffee.")
    SPOKEN += [("English, in noise", quiet, "en"), ("German, clear", spoken("de", GERMAN), "de"), ("German, another sentence", other, "de")]
    if a.shared and os.path.isdir(a.shared) and is_shared(a.shared):
        # The sentence with which the case was first tried.
        SPOKEN.append(("English, taken for German", load(a.shared, A), "de"))


def ask(samples, url=a.url, **fields):
    r = openai(url, wav(samples), model="whisper-1", response_format="verbose_json", **fields)
    return r.json()


for name, clip in SILENT:
    for language in ("en",) if a.short else ("en", "de"):
        j = ask(clip, language=language)
        v.see(j["text"] == "" and j["segments"] == [], f"{name}, {language}: no text, no segments", j["text"][:60])
seen = []
for name, clip, language in SPOKEN:
    answer = ask(clip, language=language)
    # What is heard in the wrong language may be nothing.
    v.see(answer["segments"] or "taken for" in name, f"{name}: has segments", len(answer["segments"]))
    for s in answer["segments"]:
        seen.append((name, s))
        v.see(s["no_speech_prob"] is None or 0 <= s["no_speech_prob"] < 0.6, f"{name}: no_speech_prob of speech", s["no_speech_prob"])
        # Whisper's own program takes the ratio of the window's text, which may be the segment's or that of several.
        ratios = [len(t) / len(zlib.compress(t)) for t in (s["text"].encode(), answer["text"].encode())]
        v.see(
            s["compression_ratio"] is not None and min(ratios) - 0.15 <= s["compression_ratio"] <= max(ratios) + 0.15,
            f"{name}: compression_ratio is that of the text",
            f"{s['compression_ratio']}, the segment has {ratios[0]:.2f}, the answer {ratios[1]:.2f}",
        )
ratios = {s["compression_ratio"] for _, s in seen}
v.see(len(ratios) > 1, "compression_ratio is a measure, not a constant", sorted(ratios, key=str)[:4])
if a.short:
    v.end()
probabilities = {s["no_speech_prob"] for name, s in seen if "German" in name}
v.see(
    len(probabilities) > 1 or probabilities == {None}, "no_speech_prob of Whisper's segments is a measure, not a constant", sorted(probabilities, key=str)[:4]
)

# An engine that says these figures itself.
OWN = {
    "id": 0,
    "seek": 0,
    "start": 0.0,
    "end": 3.0,
    "text": " Thank you for watching.",
    "tokens": [50364, 1044, 291],
    "temperature": 0.2,
    "avg_logprob": -0.73,
    "compression_ratio": 1.31,
    "no_speech_prob": 0.42,
}


class Server(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while n := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(n)
                self.rfile.readline()
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"task": "transcribe", "language": "english", "duration": 4.0, "text": "Thank you for watching.", "segments": [OWN]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
with gateway(a.harken, {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_address[1]}/v1", "HARKEN_ENGINES": "openai"}) as g:
    s = (ask(cut(x, 0, 4), g.url).get("segments") or [{}])[0]
    for key in ("no_speech_prob", "avg_logprob", "compression_ratio"):
        v.see(s.get(key) == OWN[key], f"a server's own {key} reaches the client", f"{s.get(key)}, the server said {OWN[key]}")
v.end()
