#!/usr/bin/env python3
"""People who are enrolled after they were heard, in the four orders in which people do it: everywhere they have their name, the past included.

It starts a gateway of its own with the local engine; each order has a user of its own. A stranger speaks in the first recordings too, and must stay
one. Without `../shared/audio` it is skipped. Needs `av` and `numpy`.
"""

import io
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import wave
from concurrent.futures import ThreadPoolExecutor

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AUDIO = os.path.join(os.path.dirname(ROOT), "shared", "audio")
sys.path.insert(0, os.path.dirname(HERE))

import figures
from gateway import OPENER, Server, dies_with_us, environment, make_key
from judging import main
from speech import RATE, load

# Twice as fast as they spoke.
SPEED = 2
PAUSE = 0.6
# Clips of three readers: what is said first, what they are enrolled with, and what is said last.
VERA = ("ls-367-130732-", ["0002", "0007"], ["0003"], ["0005", "0004"])
STRANGER = ("ls-1688-142285-", ["0006", "0007"], [], [])
# Within which an open session must be told.
TOLD = 2.0
# Share of her speech that must have her name; nobody else's name is ever right.
LEAST = 0.8


def clips(reader, part):
    return [load(os.path.join(AUDIO, "asr", reader[0] + number + ".flac")) for number in reader[part]]


def joined(pieces):
    silence = numpy.zeros(int(PAUSE * RATE), numpy.int16)
    return numpy.concatenate([part for piece in pieces for part in (piece, silence)])


def share(segments, condition):
    """The share of the segments' time for which it holds."""
    whole = sum(segment["end"] - segment["start"] for segment in segments)
    return sum(segment["end"] - segment["start"] for segment in segments if condition(segment)) / whole if whole else 0


def wav(samples):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


class Session:
    """`harken live` on samples, in the background; the time and the text of what it prints."""

    def __init__(self, user, samples):
        path = user.file(samples)
        self.lines = []
        self.process = subprocess.Popen(
            [user.harken, "live", "--url", user.url, "--key", user.key, "--protocol", "listen", "--speed", str(SPEED), "--json", path],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(), preexec_fn=dies_with_us)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), json.loads(line)))

    def end(self):
        """Waits for its end; gives its conversation and the segments as the client was left with."""
        self.reader.join(120)
        self.process.wait()
        segments, conversation = {}, None
        for _, event in self.lines:
            if event["type"] == "conversation":
                conversation = event["id"]
            for segment in event.get("segments", []):
                segments[segment["id"]] = segment
            for gone in event.get("ids", []) if event["type"] == "removed" else []:
                segments.pop(gone, None)
        return conversation, list(segments.values())


class User:
    def __init__(self, orders, name):
        self.harken, self.url, self.data, self.folder, self.name = orders.args.harken, orders.server.url, orders.data, orders.folder, name
        self.key = make_key(self.harken, self.data, "--user", name)
        self.count = 0

    def file(self, samples):
        self.count += 1
        path = os.path.join(self.folder, f"{self.name}-{self.count}.wav")
        with open(path, "wb") as file:
            file.write(wav(samples))
        return path

    def send(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": kind}
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        with OPENER.open(request, timeout=120) as answer:
            return answer.read()

    def api(self, path):
        return json.loads(self.send("GET", "/api/v1" + path))

    def command(self, *words):
        done = subprocess.run([self.harken, *words, "--data", self.data, "--user", self.name], capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def person(self, name):
        return next(person["id"] for person in self.api("/people")["people"] if person["name"] == name)

    def profile(self, samples):
        body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + wav(samples) + b"\r\n--b--\r\n"
        self.send("POST", "/v3/upload-audio", body, "multipart/form-data; boundary=b")

    def recording(self, samples):
        """A recording that comes in chunks; gives its conversation."""
        body = json.dumps({"language": "en", "source": "desktop"}).encode()
        conversation = json.loads(self.send("POST", "/v2/desktop/background-conversation/start", body))["conversation_id"]
        for start in range(0, len(samples), 15 * RATE):
            self.send("POST", f"/v2/desktop/background-transcribe?conversation_id={conversation}&chunk_id=c{start}"
                      f"&chunk_start_ms={start * 1000 // RATE}&sample_rate={RATE}&channels=1&encoding=wav&language=en",
                      wav(samples[start:start + 15 * RATE]), "application/octet-stream")
        self.send("POST", f"/v2/desktop/background-conversation/{conversation}/finish", b"{}")
        return conversation

    def session(self, samples):
        session = Session(self, samples)
        return session.end()

    def segments(self, conversation):
        return self.api(f"/conversations/{conversation}")["segments"]


class Orders:
    def __init__(self, args, checks, folder):
        self.args, self.check, self.folder = args, checks, folder
        self.data = os.path.join(folder, "data")
        self.server = Server(args.harken, self.data, {"HARKEN_ENGINES": "local"})
        self.server.wait_until_ready(300)
        time.sleep(0.1)
        self.first, self.strangers = joined(clips(VERA, 1)), joined(clips(STRANGER, 1))
        self.sample = joined(clips(VERA, 2))
        self.last = joined(clips(VERA, 3))

    def judge(self, order, user, stranger, first, last, is_hers, person, name):
        """That she has her name in both conversations, and the stranger has none."""
        wrong = share(user.segments(stranger), is_hers)
        self.check(f"{order}: the stranger stays one", wrong == 0, f"{wrong:.0%} has her name")
        for which, conversation in (("past", first), ("later", last)):
            hers = user.segments(conversation)
            self.check(f"{order}: the {which} conversation has her", share(hers, is_hers) >= LEAST, f"{share(hers, is_hers):.0%} of what she says")
            named = [segment for segment in hers if segment["is_user"] or segment["person_id"]]
            self.check(f"{order}: the {which} conversation has nobody else", all(is_hers(segment) for segment in named))
            hers = [segment for segment in hers if is_hers(segment)] or hers
            word = max(hers[0]["text"].split(), key=len).strip(".,;!?\"'").lower()
            found = user.api(f"/search?q={word}&by=words&person={person}")["hits"]
            self.check(f"{order}: the {which} conversation is found by her", conversation in [hit["conversation_id"] for hit in found], word)
            text = user.send("GET", f"/api/v1/conversations/{conversation}/export?format=text").decode()
            self.check(f"{order}: and exported with her name", name + ":" in text, "" if name + ":" in text else text)

    def profile(self):
        user = User(self, "profile")
        stranger, _ = user.session(self.strangers)
        first, _ = user.session(self.first)
        user.profile(self.sample)
        last, shown = user.session(self.last)
        self.check("session, profile, session: is shown", share(shown, lambda segment: segment["is_user"]) >= LEAST)
        self.judge("session, profile, session", user, stranger, first, last, lambda segment: segment["is_user"], "user", "You")

    def added(self):
        user = User(self, "added")
        stranger, _ = user.session(self.strangers)
        first, _ = user.session(self.first)
        sample = user.file(self.sample)
        # She speaks on while somebody adds her.
        session = Session(user, joined(clips(VERA, 1) + clips(VERA, 3) + clips(VERA, 2) + clips(VERA, 1)))
        def is_heard():
            newest = user.api("/conversations")["conversations"][0]
            return newest["id"] != first and any(person["voice_id"] for person in newest["people"])
        while not is_heard():
            time.sleep(0.1)
        user.command("people", "add", "Vera", sample)
        added = time.monotonic()
        person = user.person("Vera")
        last, shown = session.end()
        told = [at - added for at, event in session.lines if any(segment["person_id"] == person for segment in event.get("segments", []))]
        late = figures.within("an open session is told of an added person", told[0], TOLD) if told else ["never"]
        self.check("an open session is told of an added person", not late, "; ".join(late))
        self.check("session, people add, session: is shown", share(shown, lambda segment: segment["person_id"] == person) >= LEAST)
        self.judge("session, people add, session", user, stranger, first, last, lambda segment: segment["person_id"] == person, person, "Vera")
        adopted = json.loads(user.command("people", "adoptions", "--json"))
        self.check("the adoption is listed", [voice["name"] for voice in adopted] == ["Vera"], adopted)
        user.command("people", "adoptions", "--undo", adopted[0]["label"])
        self.check("and undone", not any(segment["person_id"] for segment in user.segments(first)))
        user.command("people", "add", "Vera", sample)
        self.check("for good", not any(segment["person_id"] for segment in user.segments(first)))

    def chunks(self):
        user = User(self, "chunks")
        stranger = user.recording(self.strangers)
        first = user.recording(self.first)
        user.profile(self.sample)
        last = user.recording(self.last)
        segments = user.segments(last)
        self.check("chunk, profile, chunk: the later conversation has her", share(segments, lambda segment: segment["is_user"]) >= LEAST)
        early = user.segments(first)
        self.check("chunk, profile, chunk: the stranger stays one", not any(segment["is_user"] for segment in user.segments(stranger)))
        self.check("chunk, profile, chunk: the past conversation has her", share(early, lambda segment: segment["is_user"]) >= LEAST)

    def named(self):
        user = User(self, "named")
        stranger, _ = user.session(self.strangers)
        first, _ = user.session(self.first)
        last, _ = user.session(self.last)
        ids = [person["voice_id"] for item in user.api("/conversations")["conversations"] if item["id"] == first for person in item["people"]]
        label = next(voice["label"] for voice in user.api("/voices")["voices"] if voice["id"] in ids)
        user.command("people", "name", label, "Vera")
        person = user.person("Vera")
        self.judge("two sessions, name", user, stranger, first, last, lambda segment: segment["person_id"] == person, person, "Vera")


def run(args, checks, folder):
    orders = Orders(args, checks, folder)
    try:
        make_key(args.harken, orders.data)
        # Each order has a user of its own. Two at a time: most of their time is speech.
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(order) for order in (orders.added, orders.profile, orders.named, orders.chunks)]:
                done.result()
    finally:
        orders.server.stop()


if __name__ == "__main__":
    sys.exit(main(__doc__, run, missing=lambda args: None if os.path.isdir(AUDIO) else "../shared/audio is not here"))
