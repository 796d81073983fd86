"""A vendor of Deepgram's protocol that says a known text: a word for each 0.25 s of audio, whatever the audio is.

A browser's fake microphone distorts sound, and a recogniser is late on a slow machine; the words of this vendor depend on the amount of audio alone.
Live it says the text over and over, so that audio never goes unanswered; of a recording it says the text once. Run as a program (aiohttp is needed),
it prints `ready URL`.
"""

import argparse
import asyncio
import io
import json
import pathlib
import re
import subprocess
import sys
import threading
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance"))
from gateway import dies_with_us, environment  # noqa: E402

KEY = "scripted-vendor-key-0123456789"
STEP = 0.25  # seconds of audio for a word
# "The Walrus and the Carpenter", Lewis Carroll.
TEXT = ("The time has come, the Walrus said, to talk of many things. Of shoes and ships and sealing wax. Of cabbages and kings. "
        "And why the sea is boiling hot, and whether pigs have wings.")
SAID = TEXT.split()


def plain(text):
    """The words of a text, in small letters and without signs."""
    return re.findall(r"[a-z]+", text.lower())


def said(count):
    """The words that are said live of so much audio: `count` times 0.25 s."""
    return [plain(SAID[number % len(SAID)])[0] for number in range(count)]


def word(number, after=0):
    """A word of the text, behind the audio that is final without it."""
    text, start, end = SAID[number % len(SAID)], max(number * STEP, after), (number + 0.8) * STEP
    return {"word": plain(text)[0], "punctuated_word": text, "start": round(start, 3), "end": round(end if end > start else (number + 1) * STEP, 3),
            "confidence": 0.97}


def alternatives(words):
    return [{"transcript": " ".join(one["punctuated_word"] for one in words), "confidence": 0.97 if words else 0.0, "words": words}]


class Stream:
    """One live stream: how much audio came, and how many words of it are said and final; `through` are the seconds of audio that are final."""

    def __init__(self, socket, query):
        self.socket, self.samples, self.said, self.final, self.through = socket, 0, 0, 0, 0
        self.rate, self.channels = int(query.get("sample_rate", 16_000)), int(query.get("channels", 1))
        self.has_interims = query.get("interim_results") == "true"

    async def hear(self, data):
        self.samples += len(data) // (2 * self.channels)
        while (self.said + 1) * STEP * self.rate <= self.samples:
            self.said += 1
            is_end = SAID[(self.said - 1) % len(SAID)].endswith(".")
            if is_end:
                await self.finish()
            elif self.has_interims:
                await self.send(False, False)

    async def finish(self, from_finalize=False):
        """All that is said is final."""
        await self.send(True, from_finalize)
        self.final = self.said

    async def send(self, is_final, from_finalize):
        words = [word(number, self.through) for number in range(self.final, self.said)]
        start, end = self.through, max(self.said * STEP, self.samples / self.rate if from_finalize else self.through)
        if is_final:
            self.through = end
        await self.socket.send_json({
            "type": "Results", "channel_index": [0, self.channels], "start": start, "duration": end - start, "is_final": is_final, "speech_final": is_final,
            "from_finalize": from_finalize, "channel": {"alternatives": alternatives(words)},
            "metadata": {"request_id": "1", "model_info": {"name": "scripted", "version": "1", "arch": "none"}, "model_uuid": "1"}})

    async def run(self):
        async for message in self.socket:
            if isinstance(message.data, bytes):
                await self.hear(message.data)
                continue
            kind = json.loads(message.data)["type"]
            if kind in ("Finalize", "CloseStream"):
                await self.finish(from_finalize=kind == "Finalize")
            if kind == "CloseStream":
                await self.socket.send_json({"type": "Metadata", "request_id": "1", "sha256": "0", "created": "2026-01-01T00:00:00.000Z",
                                             "duration": self.samples / self.rate, "channels": self.channels})
                return await self.socket.close()


def length_of(data, query):
    """The seconds of a recording: a WAV file or samples."""
    if data[:4] == b"RIFF":
        with wave.open(io.BytesIO(data)) as clip:
            return clip.getnframes() / clip.getframerate()
    if "encoding" in query:
        return len(data) / (2 * int(query["sample_rate"]) * int(query.get("channels", 1)))
    return None


def answer(data, query):
    """The answer to a recording; None when it is none."""
    length = length_of(data, query)
    if length is None:
        return None
    words = [word(number) for number in range(min(len(SAID), int(length / STEP)))]
    return {
        "metadata": {"transaction_key": "deprecated", "request_id": "1", "sha256": "0", "created": "2026-01-01T00:00:00.000Z", "duration": length, "channels": 1,
                     "models": ["1"], "model_info": {"1": {"name": "scripted", "version": "1", "arch": "none"}}},
        "results": {"channels": [{"alternatives": alternatives(words)}]},
    }


def serve():
    from aiohttp import web

    async def live(request):
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        await Stream(socket, request.query).run()
        return socket

    async def recorded(request):
        found = answer(await request.read(), request.query)
        if found is None:
            return web.json_response({"err_code": "Bad Request", "err_msg": "Bad Request: failed to process audio: corrupt or unsupported data",
                                      "request_id": "1"}, status=400)
        return web.json_response(found)

    @web.middleware
    async def authorised(request, handler):
        if request.headers.get("Authorization") != f"Token {KEY}":
            return web.json_response({"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "1"}, status=401)
        return await handler(request)

    async def run():
        application = web.Application(middlewares=[authorised], client_max_size=64 << 20)
        application.add_routes([web.get("/v1/listen", live), web.post("/v1/listen", recorded)])
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.Future()

    asyncio.run(run())


class ScriptedVendor:
    """The vendor as a process, at `url`. `python` has aiohttp."""

    def __init__(self, python=sys.executable):
        self._process = subprocess.Popen([python, __file__], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment(),
                                         preexec_fn=dies_with_us)
        line = self._process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError("the scripted vendor did not start")
        self.url = line.split()[1]
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    @property
    def settings(self):
        """What a gateway needs so that this vendor, and nothing else, recognises."""
        return {"HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": self.url, "HARKEN_MODELS": "/nowhere"}

    def stop(self):
        self._process.terminate()
        self._process.wait()


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    serve()
