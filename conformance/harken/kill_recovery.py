#!/usr/bin/env python3
"""A conversation over `/v4/listen` whose gateway is killed (`kill -9`) while somebody speaks, and once more while the next one recovers it.

It starts a gateway of its own with the local engine. After the last start the conversation must be there with every word that its client was shown and
those that were only in the journal, it must be over when its own silence is, with a title, and be found by what was said.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.parse
import wave

import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "streaming"))

from conformance_common import normalise, word_error_rate
from gateway import Server, environment
from judging import main

RATE = 16_000
PIECE = RATE // 10 * 2
# The least that a client may ask for.
SILENCE = 120


def load(path):
    """At least twenty seconds of a recording's speech."""
    with wave.open(path) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2), path
        audio = file.readframes(file.getnframes())
    while len(audio) < 20 * 2 * RATE:
        audio += audio
    return audio


class Client:
    """What was sent, and what of the conversation was shown."""

    def __init__(self):
        self.conversation, self.segments, self.sent = None, {}, 0

    @property
    def words(self):
        return [word for one in sorted(self.segments.values(), key=lambda one: one["start"]) for word in normalise(one["text"])]

    async def run(self, url, key, audio, kill):
        """Speaks until twelve words were shown, and two seconds on; then `kill` is called."""
        target = url.replace("http", "ws", 1) + f"/v4/listen?language=en&codec=pcm16&sample_rate={RATE}&conversation_timeout={SILENCE}"
        async with websockets.connect(
                target, additional_headers={"Authorization": "Bearer " + key}, max_size=None, proxy=None, ping_interval=None) as socket:
            reader = asyncio.create_task(self.read(socket))
            began, until = time.monotonic(), None
            while self.sent < len(audio) and (until is None or self.sent < until):
                await socket.send(audio[self.sent:self.sent + PIECE])
                self.sent = min(self.sent + PIECE, len(audio))
                if until is None and len(self.words) >= 12:
                    until = self.sent + 2 * 2 * RATE
                await asyncio.sleep(max(0, began + self.sent / (2 * RATE) - time.monotonic()))
            await asyncio.to_thread(kill)
            await asyncio.wait([reader], timeout=10)

    async def read(self, socket):
        try:
            async for text in socket:
                if text == "ping":
                    continue
                said = json.loads(text)
                if isinstance(said, list):
                    self.segments.update({one["id"]: one for one in said})
                elif said.get("type") == "conversation_session":
                    self.conversation = said["conversation_id"]
                elif said.get("type") == "segments_deleted":
                    for id_ in said["segment_ids"]:
                        self.segments.pop(id_, None)
        except websockets.ConnectionClosed:
            pass


def stored(server, key, id_):
    status, body = server.get("/api/v1/conversations/" + id_, key)
    return json.loads(body) if status == 200 else {"status": status, "segments": []}


def words_of(conversation):
    return [word for segment in conversation["segments"] for word in normalise(segment["text"])]


def reference(harken, audio, folder):
    """What the local engine hears of it in one piece."""
    path = os.path.join(folder, "said.wav")
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(audio)
    done = subprocess.run([harken, "transcribe", path], capture_output=True, text=True, timeout=300, env=environment())
    return done.stdout


def is_within(shown, said):
    """Whether all that was shown stands there, in order and in one piece."""
    return any(said[start:start + len(shown)] == shown for start in range(len(said) - len(shown) + 1))


def run(args, check, folder):
    data, settings = os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"}
    audio = load(args.audio)
    server = Server(args.harken, data, settings)
    try:
        server.wait_until_ready(120)
        key = server.make_key()
        client = Client()
        asyncio.run(client.run(server.url, key, audio, server.kill))
        killed = time.monotonic()
        check("words are shown before the gateway is killed", len(client.words) >= 12, f"{len(client.words)} in {client.sent / 2 / RATE:.1f} s")
        check("and their conversation is named", client.conversation is not None)
        if not client.conversation:
            return
        # The next one is killed as well, as soon as it is there.
        server = Server(args.harken, data, settings)
        server.wait_until_announced(60)
        server.kill()
        server = Server(args.harken, data, settings)
        server.wait_until_announced(60)
        began = time.monotonic()
        said = None
        while time.monotonic() < began + 60:
            said = stored(server, key, client.conversation)
            if is_within(client.words, words_of(said)):
                break
            time.sleep(0.2)
        check("the next gateway has the conversation, which is not over", said["status"] == "in_progress", said["status"])
        # The client may come back to it until then.
        while time.monotonic() < killed + SILENCE + 60 and said["status"] in ("in_progress", "processing"):
            time.sleep(1)
            said = stored(server, key, client.conversation)
        over = time.monotonic() - killed
        check("it is completed when its silence is over", said["status"] == "completed" and SILENCE - 15 <= over,
              f"{said['status']} after {over:.0f} s")
        words = words_of(said)
        check("with every word that was shown", is_within(client.words, words), f"shown {client.words}; stored {words}")
        truth = reference(args.harken, audio[:client.sent], folder)
        rate = word_error_rate(truth, " ".join(words))
        # The kill cuts through a word, of which each hearing makes what it can.
        check("and those that were only in the journal", rate <= 0.15, f"word error rate {rate:.3f}, {len(words)} words, {len(words) - len(client.words)} not shown")
        check("with a title", bool(said.get("title")), said.get("title"))
        rare = max(client.words, key=len)
        status, body = server.get("/api/v1/search?q=" + urllib.parse.quote(rare), key)
        hits = json.loads(body)["hits"] if status == 200 else []
        check("and is found by what was said", any(hit["conversation_id"] == client.conversation for hit in hits), rare)
        starts = [segment["start"] for segment in said["segments"]]
        check("in order, from its first word on", starts == sorted(starts) and all(start >= 0 for start in starts), starts)
        check("the gateway ends well", server.stop() == 0)
        check("and has not written the key into its log", not any(key in line for line in server.lines))
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
