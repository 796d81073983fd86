#!/usr/bin/env python3
"""Which language is heard: recordings in English, German, Spanish and French through each protocol, with the language named, asked for, or not said.

A gateway with Whisper must answer in the right language, with the words that were spoken. One without must refuse; it must never answer with English
words, unless the client named English, or the protocol means English when nothing is said. A language that no engine knows is refused by both.
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.request
import uuid

import judging

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "streaming"))

from conformance_common import word_error_rate

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "audio"
CLIPS = {"de": "multilingual/pv-leopard-de.flac", "es": "multilingual/pv-leopard-es.flac", "fr": "multilingual/pv-leopard-fr.flac"}
ENGLISH_NAMES = {"english": "en", "german": "de", "spanish": "es", "french": "fr"}
UNKNOWN = "tlh"  # Klingon
WORD_ERRORS = 0.3
NAMED, NOBODY_HAS, ASKED, SILENT = "named", "a language that nobody has", "to be found out", "not said"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Gateway:
    def __init__(self, url, key):
        self.url, self.key = url, key

    def send(self, path, body=None, kind=None):
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Content-Type": kind} if kind else {})
        try:
            with OPENER.open(urllib.request.Request(self.url + path, data=body, headers=headers), timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def openai(self, audio, way, language):
        fields = {"model": "whisper-1", "response_format": "verbose_json"} | ({"language": language} if language else {})
        mark = uuid.uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
        parts += [f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.flac"\r\n\r\n'.encode(), audio, f"\r\n--{mark}--\r\n".encode()]
        status, answer = self.send("/v1/audio/transcriptions", b"".join(parts), f"multipart/form-data; boundary={mark}")
        return status, answer if status != 200 else (ENGLISH_NAMES.get(answer["language"], answer["language"]), answer["text"])

    def deepgram(self, audio, way, language):
        query = f"?language={language}" if language else "?detect_language=true" if way == ASKED else ""
        status, answer = self.send("/v1/listen" + query, audio, "audio/flac")
        if status != 200:
            return status, answer
        channel = answer["results"]["channels"][0]
        return status, (channel.get("detected_language", language or "en"), channel["alternatives"][0]["transcript"])

    def assemblyai(self, audio, way, language):
        _, upload = self.send("/v2/upload", audio, "application/octet-stream")
        order = {"audio_url": upload["upload_url"]} | ({"language_code": language} if language else {"language_detection": True} if way == ASKED else {})
        status, answer = self.send("/v2/transcript", json.dumps(order).encode(), "application/json")
        for _ in range(240):
            if status != 200 or answer["status"] in ("completed", "error"):
                break
            time.sleep(0.5)
            status, answer = self.send("/v2/transcript/" + answer["id"])
        if status != 200 or answer["status"] != "completed":
            return status if status != 200 else 422, answer
        return status, (answer["language_code"][:2], answer["text"] or "")


def run(args, check, _):
    gateway = Gateway(args.url, args.key)
    texts = {}
    with open(SHARED / "manifest.jsonl") as file:
        for line in file:
            entry = json.loads(line)
            texts.setdefault(entry["file"], entry["text"])
    clips = [("en", pathlib.Path(args.audio), args.expect_text or "")] + [(code, SHARED / path, texts[path]) for code, path in CLIPS.items()]
    has_whisper = gateway.openai(clips[1][1].read_bytes(), NAMED, "de")[0] == 200
    print("with Whisper" if has_whisper else "without Whisper")
    for protocol in ("openai", "deepgram", "assemblyai"):
        # These two mean English when nothing is said.
        defaults_to_english = protocol != "openai"
        for code, path, text in clips:
            audio = path.read_bytes()
            for way in (NAMED, NOBODY_HAS, ASKED, SILENT):
                name = f"{protocol}, {code}, language {way}"
                status, answer = getattr(gateway, protocol)(audio, way, {NAMED: code, NOBODY_HAS: UNKNOWN}.get(way))
                if way == NOBODY_HAS or (code != "en" and not has_whisper and not (way == SILENT and defaults_to_english)):
                    check(name + ": refused", 400 <= status < 500, (status, answer))
                    continue
                expected = "en" if way == SILENT and defaults_to_english else code
                check(name + f": {expected}", status == 200 and answer[0] == expected, (status, answer))
                if status == 200 and expected == code:
                    check(name + ": the words", word_error_rate(text, answer[1]) <= WORD_ERRORS, answer[1])


def missing(_):
    return None if all((SHARED / path).exists() for path in CLIPS.values()) else "the development recordings (../shared/audio) are not here"


if __name__ == "__main__":
    sys.exit(judging.main(__doc__, run, missing=missing))
