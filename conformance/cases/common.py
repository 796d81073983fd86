"""What the cases share: arguments, clips, requests and WebSocket sessions. Needs the Python `clients`, and ffmpeg and espeak-ng on the path."""

import argparse
import asyncio
import base64
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import wave

import numpy as np
import requests
import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "harken"), os.path.join(os.path.dirname(HERE), "streaming")]

from conformance_common import normalise, word_error_rate
from gateway import Server

RATE = 16_000
HANG = 90  # seconds after which an answer counts as never coming
# What espeak-ng says so that Whisper understands it, and finds out in which language it is.
GERMAN = "Guten Morgen, heute fahren wir mit dem Zug nach Hamburg und besuchen unsere Freunde."
_BOOK = "librivox/sense_and_sensibility_01_austen_64kb-%s.wav"
# Read English of the models' test audio. A: 15.4 s, its sentences end at 7.1, 10.1 (a half) and 15.4 s. B: 9.3 s with other words. C: another voice, 19.9 s.
A, B, C = (_BOOK % "0870", _BOOK % "0880", _BOOK % "0890"), (_BOOK % "0920", _BOOK % "0930"), ("beckett.wav", "beckett.wav")
# What stands for them in the folder of the development recordings, with which the cases were first tried. A: a woman, 16 s. B: a man, 14 s.
SHARED = {A[0]: "asr/ls-5688-15787-0000.flac", B[0]: "asr/ls-3857-180923-0000.flac", C[0]: "asr/beckett.flac"}


def arguments(text, has_short=False):
    """`has_short` is for a case with a short form."""
    p = argparse.ArgumentParser(description=text)
    p.add_argument("--url", required=True, help="address of a gateway without keys and with the local engine")
    p.add_argument("--audio", required=True, help="folder of the models' test audio, or of the development recordings")
    if has_short:
        p.add_argument("--short", action="store_true", help="only the cells for which the gate has time")
    p.add_argument("--shared", help="folder of the development recordings")
    p.add_argument("--harken", required=True, help="the executable under test")
    a = p.parse_args()
    a.url = a.url.rstrip("/")
    a.ws = re.sub("^http", "ws", a.url)
    return a


def wait_until_loaded(server):
    """Returns once the gateway accepts connections and no engine loads a model any more."""
    server.wait_until_ready(HANG * 2)
    end = time.monotonic() + HANG * 2
    while any(e["state"] == "loading" for e in requests.get(server.url + "/api/v1/about", timeout=HANG).json()["engines"]):
        if time.monotonic() > end:
            raise TimeoutError("an engine that loads for ever")
        time.sleep(0.1)


@contextlib.contextmanager
def starting(harken, settings=None, port=0):
    """A gateway of a case's own that may yet refuse to start, in a temporary folder, without keys."""
    with tempfile.TemporaryDirectory(prefix="case-") as folder:
        server = Server(harken, os.path.join(folder, "data"), settings, port=port)
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def gateway(harken, settings=None, port=0):
    """A gateway of a case's own that is ready, in a temporary folder, without keys."""
    with starting(harken, settings, port) as server:
        wait_until_loaded(server)
        server.ws = re.sub("^http", "ws", server.url)
        yield server


class Verdict:
    """Prints each observation, and exits with 1 when one of them was wrong."""

    def __init__(self):
        self.bad = 0

    def see(self, right, what, saw="", known=None):
        """`known` is the reason why an observation is wrong by decision. It is an error when it turns out right: then the decision is over."""
        told = what + (f": {saw}" if saw != "" else "")
        if known and not right:
            print(f"known  {told} ({known})", flush=True)
        elif known:
            self.bad += 1
            print(f"WRONG  {told}: right now, though it is known to be wrong ({known}): take `known` away", flush=True)
        else:
            self.bad += not right
            print(("right  " if right else "WRONG  ") + told, flush=True)
        return right

    def note(self, what):
        print("       " + what, flush=True)

    def end(self):
        print("right" if not self.bad else f"WRONG: {self.bad}", flush=True)
        sys.exit(1 if self.bad else 0)


# sound
def ffmpeg(*args, data=None):
    r = subprocess.run(["ffmpeg", "-v", "error", "-nostdin" if data is None else "-hide_banner", *args], input=data, capture_output=True)
    if r.returncode:
        raise RuntimeError(r.stderr.decode(errors="replace"))
    return r.stdout


def is_shared(folder):
    """Whether the folder has the development recordings in place of the models' test audio."""
    return os.path.exists(os.path.join(folder, SHARED[A[0]]))


def load(folder, names, rate=RATE):
    """Recordings one after the other, as samples of one channel."""
    if names[0] in SHARED and is_shared(folder):
        names = [SHARED[name] for name in names if name in SHARED]
    files = [ffmpeg("-i", os.path.join(folder, name), "-f", "s16le", "-ac", "1", "-ar", str(rate), "-") for name in names]
    return np.frombuffer(b"".join(files), "<i2")


def spoken(voice, sentence, rate=RATE, pace=130):
    """A sentence as espeak-ng says it."""
    raw = subprocess.run(["espeak-ng", "-v", voice, "-s", str(pace), "--stdout", sentence], capture_output=True, check=True).stdout
    return np.frombuffer(ffmpeg("-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", str(rate), "-", data=raw), "<i2")


def music(seconds, rate=RATE):
    """A melody of struck bells, with an accompaniment."""
    out, t = np.zeros(int(seconds * rate)), np.arange(int(1.5 * rate)) / rate
    strike = lambda pitch: sum(np.sin(2 * np.pi * 440 * 2 ** (pitch / 12) * k * t) * np.exp(-t * 3 * k) / k for k in (1, 2, 3, 5))
    for n, pitch in enumerate((7, 11, 14, 19, 16, 14, 12, 11, 9, 12, 16, 21, 19, 16, 14, 12) * int(seconds)):
        for note, at in ((pitch, n * 0.25), (pitch % 5 - 19, n // 2 * 0.5)):
            i = int(at * rate)
            out[i : i + len(t)] += strike(note)[: max(0, len(out) - i)]
    return (out / np.abs(out).max() * 16000).astype("<i2")


def silence(seconds, rate=RATE):
    return np.zeros(int(seconds * rate), "<i2")


def cut(samples, start, end, rate=RATE):
    return samples[int(start * rate) : int(end * rate)]


def gain(samples, db):
    return np.clip(np.round(samples.astype(np.float64) * 10 ** (db / 20)), -32768, 32767).astype("<i2")


def noise(seconds, dbfs, kind="pink", rate=RATE, seed=7):
    r = np.random.default_rng(seed)
    x = r.standard_normal(int(seconds * rate))
    if kind == "pink":
        f = np.fft.rfft(x)
        k = np.arange(len(f))
        k[0] = 1
        x = np.fft.irfft(f / np.sqrt(k), len(x))
    x *= 10 ** (dbfs / 20) * 32768 / np.sqrt(np.mean(x * x))
    return np.clip(x, -32768, 32767).astype("<i2")


def wav(samples, rate=RATE):
    out = io.BytesIO()
    with wave.open(out, "wb") as w:
        w.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes(np.ascontiguousarray(samples, "<i2").tobytes())
    return out.getvalue()


def encoded(samples, *args, rate=RATE):
    return ffmpeg("-i", "pipe:0", *args, "-", data=wav(samples, rate))


# words
def words(text):
    return normalise(text or "")


def errors(got, want):
    """Word errors between two texts, as a share of the words of the second one."""
    return word_error_rate(want or "", got or "")


# requests
def openai(url, data, name="a.wav", kind="audio/wav", headers=None, **fields):
    form = [(k, (None, str(v))) for k, vs in fields.items() for v in (vs if isinstance(vs, list) else [vs])]
    form = [("file", (name, data, kind))] + form
    return requests.post(url + "/v1/audio/transcriptions", files=form, headers=headers or {}, timeout=HANG * 4)


def deepgram(url, data, query="", kind="audio/wav"):
    return requests.post(f"{url}/v1/listen?{query}", data=data, headers={"Content-Type": kind}, timeout=HANG * 4)


def assemblyai(url, data, **options):
    """Uploads and waits; the answer to the order if it was refused, else the transcript."""
    up = requests.post(url + "/v2/upload", data=data, headers={"Authorization": "any"}, timeout=HANG)
    if up.status_code != 200:
        return up.status_code, up.json()
    r = requests.post(url + "/v2/transcript", json={"audio_url": up.json()["upload_url"], **options}, headers={"Authorization": "any"}, timeout=HANG)
    if r.status_code != 200:
        return r.status_code, r.json()
    end = time.time() + HANG * 4
    while time.time() < end:
        t = requests.get(url + "/v2/transcript/" + r.json()["id"], headers={"Authorization": "any"}, timeout=HANG).json()
        if t["status"] in ("completed", "error"):
            return 200, t
        time.sleep(0.2)
    raise TimeoutError("a transcript that is never ready")


def solo(url, samples, rate=RATE, **fields):
    r = openai(url, wav(samples, rate), model="whisper-1", **fields)
    r.raise_for_status()
    return r.json()["text"]


# WebSockets
class Session:
    """A WebSocket whose messages are read all the time."""

    def __init__(self, socket):
        self.socket, self.messages, self.times, self.code, self.reason = socket, [], [], None, None
        self.news = asyncio.Event()
        self.reader = asyncio.create_task(self._read())

    async def _read(self):
        try:
            async for m in self.socket:
                try:
                    self.messages.append(json.loads(m) if isinstance(m, str) else m)
                except ValueError:
                    self.messages.append(m)  # such as "ping" of /listen
                self.times.append(time.monotonic())
                self.news.set()
        except websockets.ConnectionClosed:
            pass
        self.code, self.reason = self.socket.close_code, self.socket.close_reason
        self.news.set()

    @property
    def closed(self):
        return self.reader.done()

    async def raw(self, message):
        """Sends; a socket that the gateway has closed shows itself in what is read."""
        try:
            await self.socket.send(message)
        except websockets.ConnectionClosed:
            pass

    async def json(self, message):
        await self.raw(json.dumps(message))

    async def audio(self, samples, chunk=0.1, rate=RATE, speed=None, send=None):
        step, sent = max(1, int(chunk * rate)), 0
        start = time.monotonic()
        for i in range(0, len(samples), step):
            part = np.ascontiguousarray(samples[i : i + step], "<i2").tobytes()
            await (send or self.raw)(part)
            sent += min(step, len(samples) - i)
            if speed:
                await asyncio.sleep(max(0, start + sent / rate / speed - time.monotonic()))

    async def wait(self, test, timeout=HANG, since=0):
        """The first message from number `since` on that passes; None when the socket closed or time is over."""
        end, at = time.monotonic() + timeout, since
        while True:
            while at < len(self.messages):
                if isinstance(self.messages[at], dict) and test(self.messages[at]):
                    return self.messages[at]
                at += 1
            if self.closed or time.monotonic() >= end:
                return None
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), min(1, max(0.01, end - time.monotonic())))
            except asyncio.TimeoutError:
                pass

    async def end(self, timeout=HANG):
        try:
            await asyncio.wait_for(asyncio.shield(self.reader), timeout)
        except asyncio.TimeoutError:
            pass
        return self.closed

    def of(self, *kinds, key="type"):
        return [m for m in self.messages if isinstance(m, dict) and m.get(key) in kinds]


async def connect(url, headers=None, **options):
    return Session(await websockets.connect(url, additional_headers=headers or {}, max_size=None, open_timeout=HANG, **options))


async def refusal(url, headers=None, **options):
    """Status and body of a refused opening; None when it was accepted, with the session."""
    try:
        return None, await connect(url, headers, **options)
    except websockets.InvalidStatus as e:
        return e.response.status_code, (e.response.body or b"").decode(errors="replace")


# realtime
class Realtime:
    """OpenAI's realtime protocol: one session."""

    def __init__(self, session, rate):
        self.s, self.rate = session, rate

    async def append(self, samples, chunk=0.1, speed=None):
        async def send(part):
            await self.s.json({"type": "input_audio_buffer.append", "audio": base64.b64encode(part).decode()})

        await self.s.audio(samples, chunk, self.rate, speed, send)

    async def update(self, message):
        """The answer to an update, whichever it is."""
        at = len(self.s.messages)
        await self.s.json(message)
        return await self.s.wait(lambda m: m["type"] in ("error", "session.updated", "transcription_session.updated"), since=at)

    async def commit(self):
        await self.s.json({"type": "input_audio_buffer.commit"})

    async def completed(self, count=1, timeout=HANG):
        kind = "conversation.item.input_audio_transcription.completed"
        await self.s.wait(lambda m: len(self.s.of(kind)) >= count, timeout)
        return [m["transcript"] for m in self.s.of(kind)]


async def realtime(ws, query="intent=transcription", headers=None, rate=24_000, subprotocols=None):
    s = await connect(f"{ws}/v1/realtime?{query}", headers or {"Authorization": "Bearer x"}, subprotocols=subprotocols)
    return Realtime(s, rate)


# Deepgram, live
async def live(ws, samples, query="", tail=(), chunk=0.1, speed=None, rate=RATE, raw=None, encoding=True):
    """A Deepgram session: everything is sent, then CloseStream; the session after its end."""
    e = f"encoding=linear16&sample_rate={rate}&" if encoding else ""
    s = await connect(f"{ws}/v1/listen?{e}{query}")
    if raw is None:
        await s.audio(samples, chunk, rate, speed)
    else:
        for part in raw:
            await s.raw(part)
    for message in tail:
        await s.json(message)
    await s.json({"type": "CloseStream"})
    await s.end()
    return s


def finals(session, channel=None):
    return [m for m in session.of("Results") if m["is_final"] and (channel is None or m["channel_index"][0] == channel)]


def text(session, channel=None):
    return " ".join(m["channel"]["alternatives"][0]["transcript"] for m in finals(session, channel)).strip()


def final_words(session, channel=None):
    return [w for m in finals(session, channel) for w in m["channel"]["alternatives"][0]["words"]]


def usual_realtime(model="gpt-4o-transcribe", rate=24_000, turns=None, **transcription):
    return {
        "type": "session.update",
        "session": {
            "type": "transcription",
            "audio": {"input": {"format": {"type": "audio/pcm", "rate": rate}, "transcription": {"model": model, **transcription}, "turn_detection": turns}},
        },
    }
