#!/usr/bin/env python3
"""A client of `/listen` that was written from its specification alone: every codec, every event, every close code, resumption and push-to-talk.

It starts a gateway of its own, because some closes need keys with little credit, an engine that is not there, or the gateway's end. Audio is made by the
reference libraries (libopus, liblc3, libav), and each message is checked against the schema in `listen_schema.py`. Needs `websockets`, `av`, `numpy`
and `soxr`.
"""

import argparse
import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import wave

import numpy
import websockets

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "streaming"))
sys.path.insert(0, HERE)

import listen_codecs as codecs
from conformance_common import word_error_rate
from gateway import OPENER, Server
from listen_schema import EVENTS, NEVER, STATUSES, faults

RATE = 16_000
DEVICE, WEB, PUSH_TO_TALK = "/v4/listen", "/v4/web/listen", "/v2/voice-message/transcribe-stream"
# Nobody listens there.
NOWHERE = "http://127.0.0.1:9"
OPUS = {"codec": "opus", "sample_rate": RATE}
# Words that the client brings itself: no engine is opened, and nothing waits for one.
OWN_WORDS = {"custom_stt": "enabled"}


class Judge:
    def __init__(self):
        self.failures, self.ran, self.seen, self.statuses = [], 0, {}, set()

    def __call__(self, condition, name, detail=""):
        self.ran += 1
        if not condition:
            self.failures.append(f"{name}: {str(detail)[:400]}")
            print(f"FAIL  {name}: {str(detail)[:400]}", flush=True)

    def message(self, message):
        kind = "segments" if isinstance(message, list) else message.get("type") if isinstance(message, dict) else None
        self.seen[kind] = self.seen.get(kind, 0) + 1
        if kind == "service_status":
            self.statuses.add(message.get("status"))
        wrong = faults(message)
        self(not wrong, f"schema of {kind}", (wrong, message))


class Gateway:
    """A server that is the driver's own, with keys of its own."""

    def __init__(self, harken, folder, judge, settings=None):
        self.judge, self.harken, self.data = judge, harken, os.path.join(folder, "data")
        self.server = Server(harken, self.data, {
            "HARKEN_ENGINES": "local", "DEEPGRAM_API_KEY": "nobody-will-see-this", "DEEPGRAM_BASE_URL": NOWHERE,
            **(settings or {})})
        self.keys = {}

    def make_key(self, name, *options):
        done = subprocess.run([self.harken, "keys", "create", "--json", "--name", name, "--user", name, "--data", self.data, *options],
                              capture_output=True, text=True, timeout=120, check=True)
        self.keys[name] = json.loads(done.stdout)
        return self.keys[name]["key"]

    def revoke(self, name):
        subprocess.run([self.harken, "keys", "revoke", self.keys[name]["id"], "--data", self.data], capture_output=True, timeout=120, check=True)

    def call(self, method, path, key, body=None):
        request = urllib.request.Request(self.server.url + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={
            "Authorization": "Bearer " + key, "Content-Type": "application/json"})
        with OPENER.open(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def status(self, method, path, key):
        request = urllib.request.Request(self.server.url + path, method=method, headers={"Authorization": "Bearer " + key})
        try:
            with OPENER.open(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    async def api(self, method, path, key, body=None):
        return await asyncio.to_thread(self.call, method, path, key, body)

    def address(self, path, query):
        return self.server.url.replace("http", "ws", 1) + path + ("?" + urllib.parse.urlencode(query) if query else "")

    async def session(self, query=None, path=DEVICE, key="main", headers=None, first=None, subprotocols=None):
        shown = {"Authorization": "Bearer " + self.keys[key]["key"]} if key and first is None and subprotocols is None else {}
        connection = await websockets.connect(
            self.address(path, query), additional_headers={**shown, **(headers or {})}, proxy=None, open_timeout=60, max_size=None, ping_interval=None,
            subprotocols=subprotocols)
        session = Session(connection, self.judge)
        if first is not None:
            await session.say(first)
        return session


class Session:
    """One socket: what came on it, and when."""

    def __init__(self, connection, judge):
        self.connection, self.judge = connection, judge
        self.began, self.pings, self.events, self.segments = time.monotonic(), [], [], {}
        self.changed = asyncio.Event()
        self.reader = asyncio.create_task(self.read())

    async def read(self):
        try:
            async for text in self.connection:
                if text == "ping":
                    self.pings.append(time.monotonic() - self.began)
                else:
                    self.take(json.loads(text))
                self.changed.set()
        except websockets.ConnectionClosed:
            pass
        self.changed.set()

    def take(self, message):
        self.judge.message(message)
        self.events.append(message)
        if isinstance(message, list):
            for segment in message:
                self.segments[segment["id"]] = segment
        elif message.get("type") == "segments_deleted":
            for gone in message["segment_ids"]:
                self.segments.pop(gone, None)

    @property
    def text(self):
        return " ".join(segment["text"] for segment in sorted(self.segments.values(), key=lambda one: one["start"]))

    @property
    def statuses(self):
        return [event["status"] for event in self.of("service_status")]

    def of(self, kind):
        return [event for event in self.events if isinstance(event, dict) and event["type"] == kind]

    async def until(self, condition, seconds=30):
        """Whether it came true in time."""
        deadline = time.monotonic() + seconds
        while not (reached := condition()):
            left = deadline - time.monotonic()
            if left <= 0 or self.reader.done():
                return bool(condition())
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), left)
            except TimeoutError:
                pass
        return bool(reached)

    async def event(self, kind, seconds=30, **members):
        def matching():
            return [event for event in self.of(kind) if all(event.get(name) == value for name, value in members.items())]
        await self.until(matching, seconds)
        return (matching() or [None])[-1]

    async def say(self, message):
        try:
            await self.connection.send(message if isinstance(message, (str, bytes)) else json.dumps(message))
        except websockets.ConnectionClosed:
            pass

    async def send(self, messages, speed=None, seconds=0.0):
        """- seconds: of audio in each message, for a pace; without one they go at once."""
        began = time.monotonic()
        for index, message in enumerate(messages):
            await self.say(message)
            if speed:
                await asyncio.sleep(max(0, began + (index + 1) * seconds / speed - time.monotonic()))

    async def finish(self, seconds=60):
        await self.say({"type": "finish"})
        return await self.closed(seconds)

    async def closed(self, seconds=30):
        """The code and reason of the close; None when it does not come."""
        try:
            await asyncio.wait_for(asyncio.shield(self.reader), seconds)
        except TimeoutError:
            return None
        return self.connection.close_code, self.connection.close_reason

    async def leave(self, code=1000):
        await self.connection.close(code)
        await self.reader

    async def vanish(self):
        """As a phone in a tunnel: no close frame."""
        self.connection.transport.abort()
        await self.reader


class Clip:
    def __init__(self, path):
        self.path = path
        with wave.open(path) as recording:
            self.rate = recording.getframerate()
            self.samples = numpy.frombuffer(recording.readframes(recording.getnframes()), "<i2").astype(numpy.float32) / 32768

    def cut(self, seconds):
        return self.samples[:int(seconds * self.rate)]


# MARK: - The start

async def start(gateway, judge, clip):
    order = ["initiating", "in_progress_conversations_processing", "conversation_session", "stt_initiating", "ready"]

    async def sequence(path):
        session = await gateway.session({"codec": "pcm16", "sample_rate": RATE, "source": "plaud"}, path)
        await session.event("service_status", status="ready")
        names = [event.get("status") if event["type"] == "service_status" else event["type"] for event in session.events]
        judge(session.pings and session.pings[0] < 2, f"{path}: ping comes at once", session.pings)
        await session.leave()
        return names, session.of("service_status")

    for path in ("/v4/listen", "/listen", "/v3/listen"):
        names, statuses = await sequence(path)
        judge([name for name in names if name != "last_memory"] == order, f"{path}: the order at the start", names)
        judge(names.index("last_memory") == 1 if "last_memory" in names else True, f"{path}: where the last memory is told", names)
        judge(statuses[-1].get("provider") == "local" and "reason" not in statuses[-1], f"{path}: who serves", statuses[-1])
        judge([status["status_text"] for status in statuses[:3]] == ["Service Starting", "Processing Conversations", "STT Service Starting"],
              f"{path}: the texts of statuses", statuses)


async def web(gateway, judge, clip):
    key = gateway.keys["main"]["key"]

    async def silent():
        session = await gateway.session(OPUS, WEB, key=None)
        end = await session.closed(20)
        judge(end == (1008, "Auth timeout") and 4.5 < time.monotonic() - session.began < 7, "web: nobody says who they are", end)

    async def wrong(first, reason, name):
        session = await gateway.session(OPUS, WEB, first=first)
        end = await session.closed(20)
        judge(end is not None and end[0] == 1008 and reason in end[1], f"web: {name}", end)
        judge([event["success"] for event in session.of("auth_response")] == [False], f"web: {name} is answered", session.events)

    async def right():
        session = await gateway.session({**OPUS, **OWN_WORDS}, WEB, first={"type": "auth", "token": key})
        await session.event("service_status", status="ready")
        judge(session.events[0] == {"type": "auth_response", "success": True}, "web: the right token", session.events[:2])
        await session.leave()

    await asyncio.gather(
        silent(), right(), wrong({"type": "auth", "token": "nobody's"}, "Invalid token", "a wrong token"), wrong("hello", "JSON", "no JSON"),
        wrong({"type": "hello"}, "Auth error", "another message"), wrong({"type": "auth"}, "Invalid token", "no token"),
        wrong(b"\0" * 320, "Auth error", "audio"))


async def strangers(gateway, judge, clip):
    for path in (DEVICE, "/listen", PUSH_TO_TALK):
        for headers in ({}, {"Authorization": "Bearer nobody's"}):
            try:
                await gateway.session(OPUS, path, key=None, headers=headers)
                judge(False, f"{path}: a stranger", "was let in")
            except websockets.InvalidStatus as error:
                judge(error.response.status_code == 401, f"{path}: a stranger", error.response)
    ticket = await gateway.api("POST", "/api/v1/tickets", gateway.keys["main"]["key"], {"path": DEVICE})
    session = await gateway.session({**OPUS, **OWN_WORDS, "ticket": ticket["ticket"]}, key=None)
    judge(await session.event("service_status", status="ready") is not None, "a ticket lets in", session.events)
    await session.leave()
    try:
        await gateway.session({**OPUS, "ticket": ticket["ticket"]}, key=None)
        judge(False, "a ticket is good once", "was let in twice")
    except websockets.InvalidStatus as error:
        judge(error.response.status_code == 401, "a ticket is good once", error.response)
    session = await gateway.session({**OPUS, **OWN_WORDS}, subprotocols=["bearer", gateway.keys["main"]["key"]])
    judge(session.connection.subprotocol == "bearer", "a key as a subprotocol", session.connection.subprotocol)
    await session.leave()


async def refusals(gateway, judge, clip):
    for query in ({"codec": "lc3", "sample_rate": RATE}, {"codec": "wax"}, {"codec": "opus", "sample_rate": 44100}, {"codec": "pcm16", "sample_rate": 7999},
                  {"codec": "pcm16", "sample_rate": 48001}, {"codec": "pcm16", "sample_rate": "much"}, {"codec": "lc3_fs1030", "sample_rate": 44100},
                  {"codec": "mulaw8", "sample_rate": RATE}, {"channels": 9}, {"channels": 0}):
        session = await gateway.session(query)
        end = await session.closed(10)
        judge(end is not None and end[0] == 1003 and end[1] and not session.events, f"refused: {query}", (end, session.events))
    for language, reason in (("tlh", "The language is not supported, tlh"), ("no such language", 'language is "no such language"; it must be ')):
        session = await gateway.session({**OPUS, "language": language})
        end = await session.closed(10)
        judge(end is not None and end[0] == 1008 and end[1].startswith(reason) and not session.events, f"refused: {language}", (end, session.events))
    session = await gateway.session({**OPUS, "source": "a toaster", "conversation_timeout": "soon", "x": "y", **OWN_WORDS})
    judge(await session.event("service_status", status="ready") is not None, "cosmetic options are passed over", session.events)
    await session.leave()


# MARK: - Audio

def every_codec(clip):
    audio, rate = clip.cut(2), clip.rate
    yield from (codecs.opus(audio, rate, 16000, length) for length in (2.5, 5, 10, 20, 40, 60, 80, 100, 120))
    yield from (codecs.opus(audio, rate, hertz, 20) for hertz in (8000, 12000, 24000, 48000))
    yield codecs.opus(audio, rate, 16000, 20, "opus_fs320")
    yield codecs.ogg_opus(audio, rate)
    yield from (codecs.plain("pcm8", audio, rate, hertz, codecs.pcm8) for hertz in (8000, 16000))
    yield from (codecs.plain("pcm16", audio, rate, hertz, codecs.pcm16) for hertz in (8000, 16000, 44100, 48000))
    yield codecs.plain("linear16", audio, rate, 16000, codecs.pcm16)
    yield from (codecs.plain("mulaw", audio, rate, hertz, codecs.mulaw) for hertz in (8000, 16000))
    yield codecs.plain("mulaw8", audio, rate, 8000, codecs.mulaw)
    yield codecs.plain("mulaw16", audio, rate, 16000, codecs.mulaw)
    yield from (codecs.aac(audio, rate, hertz) for hertz in (16000, 44100, 48000))
    yield from (codecs.lc3(audio, rate, hertz) for hertz in (8000, 16000, 24000, 32000, 48000))


async def codecs_counted(gateway, judge, clip):
    """What is durable is what was sent, counted in samples at the rate that was named."""
    async def one(frames, name):
        session = await gateway.session({**frames.query, **OWN_WORDS, "ack": "true"})
        await session.send(frames.messages)
        least = frames.samples - frames.slack
        await session.until(lambda: any(event["samples"] >= least for event in session.of("audio_ack")), 20)
        heard = [event["samples"] for event in session.of("audio_ack")]
        judge(heard and least <= heard[-1] <= frames.samples + frames.slack, f"codec {name}", (heard, frames.samples))
        await session.leave()

    made = [(frames, f"{frames.query['codec']} at {frames.query['sample_rate']}, {len(frames.messages)} messages") for frames in every_codec(clip)]
    await asyncio.gather(*(one(*each) for each in made))


async def codecs_heard(gateway, judge, clip, expected):
    """The words are those of the recording, whatever brings them."""
    async def one(frames, seconds):
        session = await gateway.session({**frames.query, "vad_gate": "disabled"})
        await session.send(frames.messages, speed=4, seconds=seconds)
        end = await session.finish(80)
        rate = word_error_rate(expected, session.text)
        judge(end == (1000, ""), f"{frames.query}: the end", end)
        judge(rate <= 0.34, f"{frames.query}: the words", (rate, session.text))
        starts = [segment["start"] for segment in sorted(session.segments.values(), key=lambda one: one["start"])]
        judge(starts == sorted(starts) and all(start >= 0 for start in starts), f"{frames.query}: times", starts)

    audio, rate = clip.samples, clip.rate
    await asyncio.gather(
        one(codecs.opus(audio, rate, 16000, 20), 0.02), one(codecs.plain("mulaw", audio, rate, 8000, codecs.mulaw), 0.1),
        one(codecs.aac(audio, rate, 44100), 1024 / 44100), one(codecs.lc3(audio, rate, 16000), 0.01))


async def damage(gateway, judge, clip):
    frames = codecs.opus(clip.cut(2), clip.rate, 16000, 20)
    bad = b"\xff" * 40

    async def some():
        session = await gateway.session({**OPUS, **OWN_WORDS, "ack": "true"})
        messages = [message for index, packet in enumerate(frames.messages) for message in ((bad, packet) if index % 10 == 0 else (packet,))]
        await session.send(messages)
        await session.until(lambda: any(event["samples"] >= frames.samples for event in session.of("audio_ack")), 15)
        judge(session.of("audio_ack") and not session.reader.done(), "a packet that cannot be decoded is left out", session.events)
        await session.leave()

    async def all_of_it(query, message, name):
        session = await gateway.session({**query, **OWN_WORDS})
        await session.send([message] * 51)
        end = await session.closed(20)
        judge(end is not None and end[0] == 1003, f"{name}: the close", end)
        judge(any(event["status"] == "stt_failed" and event.get("outcome") == "invalid_input" and event["retryable"] is False
                  for event in session.of("service_status")), f"{name}: the status", session.events)

    async def odd():
        session = await gateway.session({"codec": "pcm16", "sample_rate": RATE, **OWN_WORDS, "ack": "true"})
        pcm = codecs.pcm16(clip.cut(1))
        await session.send(codecs.pieces(pcm, 333))
        await session.until(lambda: any(event["samples"] == len(pcm) // 2 for event in session.of("audio_ack")), 15)
        judge(any(event["samples"] == len(pcm) // 2 for event in session.of("audio_ack")), "bytes that make half a sample are carried over",
              session.of("audio_ack"))
        await session.leave()

    async def short():
        session = await gateway.session({"codec": "pcm16", "sample_rate": RATE, **OWN_WORDS, "ack": "true"})
        await session.send([b"", b"\1", b"\1\2"] * 50 + [b"\0" * 3200])
        await session.until(lambda: session.of("audio_ack"), 10)
        judge([event["samples"] for event in session.of("audio_ack")] == [1600], "two bytes and fewer are no audio", session.of("audio_ack"))
        await session.leave()

    async def large():
        session = await gateway.session({"codec": "pcm16", "sample_rate": RATE, **OWN_WORDS})
        await session.say(b"\0" * ((1 << 20) + 2))
        end = await session.closed(20)
        judge(end is not None and end[0] == 1009, "a message that is too large", end)

    async def wide():
        session = await gateway.session({"codec": "pcm8", "sample_rate": 8000, **OWN_WORDS})
        await session.send(codecs.plain("pcm16", clip.cut(3), clip.rate, 8000, codecs.pcm16).messages)
        end = await session.closed(20)
        judge(end is not None and end[0] == 1003, "16-bit samples that are said to have 8", end)

    await asyncio.gather(
        some(), all_of_it(OPUS, bad, "nothing but damage"), all_of_it({"codec": "aac", "sample_rate": RATE}, b"\x12" * 100, "no AAC"), odd(), short(),
        large(), wide())


# MARK: - Time

async def heartbeats(gateway, judge, clip):
    session = await gateway.session({**OPUS, **OWN_WORDS})
    for _ in range(3):
        await session.say(b"\0")
        await asyncio.sleep(7.2)
    gaps = [after - before for before, after in zip(session.pings, session.pings[1:])]
    judge(session.pings[0] < 2 and len(gaps) == 2 and all(9 <= gap <= 11 for gap in gaps), "ping every ten seconds", session.pings)
    await session.leave()


async def idle(gateway, judge, clip):
    """Nothing comes for ninety seconds."""
    session = await gateway.session({**OPUS, **OWN_WORDS})
    end = await session.closed(110)
    took = time.monotonic() - session.began
    judge(end == (1001, "idle") and 89 < took < 96, "nothing comes for long", (end, took))


async def limited(gateway, judge, clip):
    """A gateway whose sessions may last three seconds."""
    with tempfile.TemporaryDirectory(prefix="harken-listen-") as folder:
        short = Gateway(gateway.harken, folder, judge, {"HARKEN_MAX_SESSION_SECONDS": "3"})
        try:
            await asyncio.to_thread(short.server.wait_until_announced, 60)
            await asyncio.to_thread(short.make_key, "main")
            await asyncio.sleep(1)
            session = await short.session({**OPUS, **OWN_WORDS})
            end = await session.closed(30)
            took = time.monotonic() - session.began
            judge(end == (1001, "session_limit") and took > 2.5, "a session lasts as long as it may", (end, took))
        finally:
            await asyncio.to_thread(short.server.stop)


# MARK: - What clients say

def words(text, start, end, **more):
    return {"text": text, "start": start, "end": end, **more}


async def own_words(gateway, judge, clip):
    session = await gateway.session({**OPUS, **OWN_WORDS, "source": "desktop", "client_conversation_id": "0f0e0d0c-1111-4222-8333-444455556666"})
    ready = await session.event("service_status", status="ready")
    judge(ready is not None and "provider" not in ready and "reason" not in ready, "own words: nobody else serves", ready)
    told = session.of("conversation_session")
    judge(told and told[0]["conversation_id"] == "0f0e0d0c-1111-4222-8333-444455556666", "the client's own name of a conversation", told)
    # Nothing of this means anything, and none of it ends the session.
    for text in ("hello", "[1,2", "[]", "7", "null", "{}", "{" * 2000, '{"type":"dance"}', '{"type":7}', '{"type":"speaker_assigned","speaker_id":0}',
                 '{"type":"finalization_reason","reason":"because"}', '{"type":"suggested_transcript"}', '{"type":"skip_question"}',
                 '{"type":"start_onboarding"}', "finalize"):
        await session.say(text)
    await session.say({"type": "suggested_transcript", "stt_provider": "pocket", "segments": [
        words("We met at the harbour.", 0, 2, speaker="SPEAKER_0"), {"text": "no times"}, words("It was late.", 2.5, 4, speaker="SPEAKER_1"), 5]})
    judge(await session.until(lambda: len(session.segments) == 2, 10), "own words: those that are whole", session.segments)
    ignored = [name for event in session.of("message_ignored") for name in event["names"]]
    names = ["message", "dance", "speaker_assigned", "finalization_reason", "suggested_transcript", "skip_question", "start_onboarding", "finalize",
             "suggested_transcript.segments"]
    judge(ignored == names, "what means nothing is named once", ignored)
    first = min(session.segments.values(), key=lambda one: one["start"])
    judge(first["stt_provider"] == "pocket" and first["text"] == "We met at the harbour.", "own words: whose", first)
    # Who it is, now and later.
    await session.say({"type": "speaker_assigned", "speaker_id": first["speaker_id"], "person_id": "user", "person_name": "Me", "segment_ids": [first["id"]]})
    judge(await session.until(lambda: session.segments[first["id"]]["is_user"], 10), "a speaker is the user", session.segments)
    judge(session.segments[first["id"]]["person_id"] is None, "the user is no person", session.segments)
    # A person whom there is not is not shown either.
    await session.say({"type": "speaker_assigned", "speaker_id": first["speaker_id"], "person_id": "nobody-there", "person_name": "X", "segment_ids": []})
    judge(await session.event("service_status", 10, status="unknown_person") is not None, "nobody is taken for a person whom there is not", session.events[-2:])
    judge(not any(one["person_id"] for one in session.segments.values()), "a person whom there is not is not shown", session.segments)
    await session.say({"type": "suggested_transcript", "segments": [words("I said so again.", 10, 12, speaker="SPEAKER_0")]})
    await session.until(lambda: len(session.segments) == 3, 10)
    judge([one["is_user"] for one in session.segments.values() if one["start"] == 10] == [True], "a speaker stays the user", session.segments)
    # A short sentence between two speakers is given back to the one who was not done: its own segment goes.
    await session.say({"type": "suggested_transcript", "segments": [
        words("because of the weather in the north", 20, 22, speaker="SPEAKER_2"), words("Yes.", 22, 22.5, speaker="SPEAKER_3")]})
    await session.until(lambda: session.text.endswith("Yes."), 10)
    await session.say({"type": "suggested_transcript", "segments": [words("We stayed at home.", 22.5, 24, speaker="SPEAKER_3")]})
    judge(await session.event("segments_deleted", 10) is not None, "a segment that became part of another", session.events[-3:])
    await session.say({"type": "finalization_reason", "reason": "user_stop"})
    end = await session.finish()
    judge(end == (1000, ""), "own words: the end", end)
    started, created = session.of("memory_processing_started"), session.of("memory_created")
    judge(len(started) == 1 and len(created) == 1, "a desktop's conversation is over with its session", [event.get("type") for event in session.events[-4:] if isinstance(event, dict)])
    if created:
        memory = created[0]["memory"]
        judge(memory["status"] == "completed" and memory["finalization_reason"] == "user_stop", "why it ended is kept", memory)
        texts = [segment["text"] for segment in memory["transcript_segments"]]
        judge(" ".join(texts) == session.text, "what is kept is what was shown", (texts, session.text))
    # The next session is told of it.
    after = await gateway.session({**OPUS, **OWN_WORDS, "source": "bee"})
    await after.event("service_status", status="ready")
    judge(after.of("last_memory"), "the last memory", after.events)
    await after.leave()


async def pictures(gateway, judge, clip):
    def part(index, total, name="one", data="QUJD"):
        return {"type": "image_chunk", "id": name, "index": index, "total": total, "data": data}

    session = await gateway.session({**OPUS, **OWN_WORDS})
    for index in (2, 0, 0, 1):
        await session.say(part(index, 3))
    described = await session.event("photo_described", 10)
    processing = session.of("photo_processing")
    judge(processing and processing[0]["temp_id"] == "one" and described and described["discarded"] is True, "a picture in parts", session.events)
    await session.leave()
    for name, messages in {
        "a negative index": [part(-1, 3)], "an index beyond": [part(3, 3)], "no parts": [part(0, 0)], "too many parts": [part(0, 4097)],
        "another total": [part(0, 3), part(1, 4)], "no data": [part(0, 3, data="")], "no name": [part(0, 3, name="")],
        "a member is missing": [{"type": "image_chunk", "id": "x"}],
    }.items():
        session = await gateway.session({**OPUS, **OWN_WORDS})
        for message in messages:
            await session.say(message)
        end = await session.closed(10)
        judge(end is not None and end[0] == 1008, f"a picture: {name}", end)


async def onboarding(gateway, judge, clip):
    session = await gateway.session({**OPUS, **OWN_WORDS, "onboarding": "enabled"})
    await session.say({"type": "start_onboarding"})
    told = await session.event("onboarding_complete", 10)
    judge(told is not None and told["error"] == "not_configured", "onboarding says that there is none", told)
    await session.leave()


async def translation(gateway, judge, clip):
    await gateway.api("PATCH", "/api/v1/users/me/settings", gateway.keys["owner"]["key"], {"language": "de"})
    session = await gateway.session({**OPUS, "language": "auto"}, key="owner")
    told = await session.event("service_status", 30, status="translation_unavailable")
    judge(told is not None and told["outcome"] == "config_error", "translation says that there is none", session.events)
    await session.leave()
    await gateway.api("PATCH", "/api/v1/users/me/settings", gateway.keys["owner"]["key"], {"single_language_mode": True, "language": "tlh"})
    session = await gateway.session({**OPUS, "language": "multi"}, key="owner")
    end = await session.closed(10)
    judge(end == (1008, "The language is not supported, tlh"), "who wants one language gets that one", (end, session.events))
    await gateway.api("PATCH", "/api/v1/users/me/settings", gateway.keys["owner"]["key"], {"single_language_mode": None, "language": None})


# MARK: - Several channels

async def channels(gateway, judge, clip):
    key = gateway.keys["calls"]["key"]
    packets = codecs.opus(clip.cut(4.3), clip.rate, 16000, 20).messages

    session = await gateway.session({**OPUS, "channels": 2, "source": "phone_call", "call_id": "call-7"}, key="calls")
    # The other one begins to speak when the first is through, and what it says is silence until then.
    await session.send([b"\1" + packet for packet in packets], speed=2, seconds=0.02)
    await session.send([b"\2" + packet for packet in packets] + [b"\7" + packets[0]] * 3, speed=2, seconds=0.02)
    end = await session.finish()
    judge(end == (1000, ""), "channels: the end", end)
    by_speaker = {name: [one for one in session.segments.values() if one["speaker"] == name] for name in ("SPEAKER_00", "SPEAKER_01")}
    judge(sum(map(len, by_speaker.values())) == len(session.segments) and all(by_speaker.values()), "channels: the labels", session.segments)
    judge(all(one["is_user"] for one in by_speaker["SPEAKER_00"]) and not any(one["is_user"] for one in by_speaker["SPEAKER_01"]),
          "channels: who is the user", session.segments)
    judge(all(one["start"] >= 2 for one in by_speaker["SPEAKER_01"]), "channels: a channel's words are where it was said", session.segments)
    judge(session.statuses.count("unknown_channel") == 1, "channels: one that there is not is told of once", session.statuses)
    conversations = []
    for _ in range(50):
        conversations = (await gateway.api("GET", "/api/v1/conversations", key))["conversations"]
        if conversations and conversations[0]["status"] == "completed":
            break
        await asyncio.sleep(0.2)
    judge(conversations and conversations[0]["status"] == "completed", "channels: processed when the client leaves", conversations)
    judge(conversations and conversations[0].get("call_id") == "call-7", "channels: the call's name is kept", conversations)


async def known_voice(gateway, judge, clip):
    """A voice that was given a name is known in the next session, and the client is told whose it is."""
    key = gateway.keys["reader"]["key"]
    folder = os.path.join(os.path.dirname(clip.path), "librivox")

    async def read(numbers, source):
        session = await gateway.session({**OPUS, "source": source, "speaker_auto_assign": "enabled"}, key="reader")
        for number in numbers:
            part = Clip(os.path.join(folder, f"sense_and_sensibility_01_austen_64kb-{number}.wav"))
            await session.send(codecs.opus(part.samples, part.rate, 16000, 20).messages, speed=4, seconds=0.02)
        return session

    session = await read(("0870", "0880", "0890"), "desktop")
    await session.finish()
    created = session.of("memory_created")
    judge(created and created[0]["memory"]["transcript_segments"], "voices: the first session", session.statuses)
    if not created:
        return
    person = await gateway.api("POST", "/api/v1/people", key, {"name": "Reader"})
    # The speakers' numbers may have changed since the client was told of the conversation: voices are compared in the background.
    memory = await gateway.api("GET", f"/api/v1/conversations/{created[0]['memory']['id']}", key)
    await gateway.api("POST", f"/api/v1/conversations/{memory['id']}/segments/assign", key,
                      {"person_id": person["id"], "speaker_id": memory["segments"][0]["speaker_id"]})
    # The voice is learned in the background, which takes longer than a short session on a busy machine.
    for _ in range(2):
        session = await read(("0920", "0930"), "omi")
        told = await session.event("speaker_label_suggestion", 20)
        if told is not None:
            break
        await session.leave()
    judge(told is not None and told["person_id"] == person["id"] and told["person_name"] == "Reader", "voices: whose it is", (told, session.text))
    judge(any(one["person_id"] == person["id"] for one in session.segments.values()), "voices: the segments say so", session.segments)
    await session.leave()


# MARK: - A client that comes back

async def resumption(gateway, judge, clip, expected):
    query = {"codec": "pcm16", "sample_rate": RATE, "ack": "true", "vad_gate": "disabled", "source": "limitless"}
    pcm = codecs.pcm16(codecs.at(clip.samples, clip.rate, RATE))
    step = RATE // 5 * 2

    async def going(breaks):
        session, at, seen, segments, conversations, acks, name = None, 0, 0, {}, set(), [], None
        pending = sorted(breaks)
        while True:
            more = {} if name is None else {"session_id": name, "resume_from": at // 2, "seen": seen}
            session = await gateway.session({**query, **more})
            if name is None:
                started = await session.event("session_started", 10)
                judge(session.events[0] == started and started["resume_window"] == 120, "resume: the session's name comes first", session.events[:1])
                name = started["session_id"]
            else:
                resumed = await session.event("session_resumed", 10)
                judge(resumed is not None and resumed["samples"] >= at // 2, "resume: it goes on", session.events[:3])
            stop = pending[0] if pending else None
            while at < len(pcm) and (stop is None or at < stop):
                await session.say(pcm[at:at + step])
                at += step
                await asyncio.sleep(0.1)
            times = [event["samples"] for event in session.of("audio_ack")]
            acks += times
            if stop is None:
                end = await session.finish(80)
                judge(end == (1000, ""), "resume: the end", end)
            else:
                pending.pop(0)
                await session.vanish()
            seen += sum(1 for event in session.events if isinstance(event, list) or event["type"] not in
                        ("session_started", "session_resumed", "audio_ack", "auth_response"))
            for event in session.events:
                if isinstance(event, list):
                    segments.update({one["id"]: one for one in event})
                elif event["type"] == "segments_deleted":
                    for gone in event["segment_ids"]:
                        segments.pop(gone, None)
                elif event["type"] == "conversation_session":
                    conversations.add(event["conversation_id"])
            if stop is None:
                break
            # Once more from what is durable.
            at = 2 * max(acks, default=0)
            await asyncio.sleep(0.5)
        text = " ".join(one["text"] for one in sorted(segments.values(), key=lambda one: one["start"]))
        rate = word_error_rate(expected, text)
        judge(rate <= 0.34, "resume: each word once", (rate, text))
        judge(len(conversations) == 1, "resume: the same conversation", conversations)
        judge(acks == sorted(acks) and acks, "resume: what is durable grows", acks)
        return name

    name = await going([4 * RATE, 9 * RATE])
    for gone in (name, "no-such-session"):
        session = await gateway.session({**query, "session_id": gone, "resume_from": 0})
        end = await session.closed(10)
        judge(end is not None and end[0] == 4404 and session.events == [{"type": "session_expired"}], "resume: a session that is over", (end, session.events))

    session = await gateway.session({**query, **OWN_WORDS, "source": "frame"})
    name = (await session.event("session_started", 10))["session_id"]
    await session.send([b"\0" * 3200] * 10)
    await session.event("audio_ack", 10)
    # Not twice a second.
    moments = []
    for _ in range(30):
        await session.send([b"\0" * 3200])
        before = len(session.of("audio_ack"))
        await asyncio.sleep(0.1)
        if len(session.of("audio_ack")) > before:
            moments.append(time.monotonic())
    judge(all(after - before > 0.8 for before, after in zip(moments, moments[1:])), "resume: at most once a second", moments)
    await session.vanish()
    stranger = await gateway.session({**query, "session_id": name, "resume_from": 0}, key="calls")
    end = await stranger.closed(10)
    judge(end is not None and end[0] == 4404, "resume: nobody else's session", end)
    session = await gateway.session({**query, "session_id": name, "resume_from": 200_000})
    judge(await session.event("service_status", 10, status="stt_degraded") is not None, "resume: audio that nobody has is told of", session.events)
    await session.leave()

    # While the first connection stands; and words after what was lost.
    first = await gateway.session({**query, "source": "bee"})
    name = (await first.event("session_started", 10))["session_id"]
    await first.send(codecs.pieces(pcm[:4 * RATE], step))
    await first.event("audio_ack", 10)
    session = await gateway.session({**query, "source": "bee", "session_id": name, "resume_from": 5 * RATE})
    end = await first.closed(10)
    judge(end == (1001, "replaced"), "resume: a connection that another takes the place of", end)
    await session.send(codecs.pieces(pcm, step), speed=2, seconds=0.2)
    await session.finish(60)
    changes = [status for status in session.of("service_status") if status["status"] in ("stt_degraded", "stt_recovered")]
    judge([status["status"] for status in changes] == ["stt_degraded", "stt_recovered"] and changes[1].get("provider") == "local",
          "resume: words after what was lost", changes)


# MARK: - A full disk

# Bytes of a disk that is filled in an instant. A gateway keeps room for deletions on it (`DiskReserve`), which takes four times those 32 MB.
SMALL_DISK = 256 << 20


async def full_disk(gateway, judge, clip):
    """A gateway of its own on a small disk, which somebody else fills and empties while a client speaks. On the full disk something can be deleted."""
    with tempfile.TemporaryDirectory(prefix="harken-listen-disk-") as folder:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=700", "tmpfs", folder], capture_output=True, text=True)
        judge(made.returncode == 0, "full disk: a small disk can be mounted (as root, or under `unshare -rm`)", made.stderr.strip())
        if made.returncode != 0:
            return
        small = Gateway(gateway.harken, folder, judge, {"HARKEN_ENGINES": "local"})
        try:
            await asyncio.to_thread(small.server.wait_until_ready, 300)
            await asyncio.to_thread(small.make_key, "main")
            session = await small.session({"codec": "pcm16", "sample_rate": RATE, "ack": "true"})
            await session.event("service_status", status="ready")
            pcm = codecs.pcm16(codecs.at(clip.samples, clip.rate, RATE)) * 6
            speech = asyncio.create_task(session.send(codecs.pieces(pcm, RATE * 2 // 5), speed=1, seconds=0.2))
            judge(await session.event("audio_ack", 20) is not None, "full disk: audio is acknowledged before", session.events)
            await asyncio.to_thread(fill, os.path.join(folder, "filler"))
            judge(await session.event("service_status", 20, status="storage_full") is not None, "full disk: the client is told", session.statuses)
            await asyncio.to_thread(os.remove, os.path.join(folder, "filler"))
            judge(await session.event("service_status", 20, status="storage_recovered") is not None, "full disk: the client is told when it has room again",
                  session.statuses)
            speech.cancel()
            await session.finish(60)
            await deletions_on_a_full_disk(small, judge, os.path.join(folder, "filler"))
        finally:
            await asyncio.to_thread(small.server.stop)
            subprocess.run(["umount", "--lazy", folder], capture_output=True)


async def deletions_on_a_full_disk(gateway, judge, filler):
    key, reserve = gateway.keys["main"]["key"], os.path.join(gateway.data, "harken.reserve")
    conversations = (await gateway.api("GET", "/api/v1/conversations", key))["conversations"]
    judge(conversations, "full disk: the conversation is stored", conversations)
    people = [(await gateway.api("POST", "/api/v1/people", key, {"name": name}))["id"] for name in ("Anna", "Bert")]
    # An erasure leaves the database's log empty, so that the next change needs room.
    await gateway.api("DELETE", f"/api/v1/people/{people[0]}", key)
    for _ in range(60):
        if is_erased := (await gateway.api("GET", "/api/v1/erasure", key))["erased"]:
            break
        await asyncio.sleep(0.5)
    judge(is_erased, "full disk: somebody who is forgotten is erased", is_erased)
    judge(os.path.exists(reserve), "full disk: room for deletions is kept on a small disk", os.listdir(gateway.data))
    await asyncio.to_thread(fill, filler)
    gone = [f"/api/v1/conversations/{conversation['id']}" for conversation in conversations[:1]] + [f"/api/v1/people/{people[1]}"]
    statuses = [await asyncio.to_thread(gateway.status, "DELETE", path, key) for path in gone]
    judge(statuses == [204, 204], "full disk: a conversation and a person can be deleted", statuses)
    judge(not os.path.exists(reserve), "full disk: the deletion took the room that was kept", os.listdir(gateway.data))
    statuses = [await asyncio.to_thread(gateway.status, "GET", path, key) for path in gone[:1]]
    judge(statuses == [404], "full disk: what was deleted is gone", statuses)
    await asyncio.to_thread(os.remove, filler)


def fill(path):
    """Writes a file until the disk has no room for one more byte."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


# MARK: - Push-to-talk

async def push_to_talk(gateway, judge, clip, expected):
    session = await gateway.session({**OPUS, "language": "en"}, PUSH_TO_TALK, key="calls")
    ready = await session.event("service_status", status="ready")
    judge(ready is not None and not session.of("conversation_session"), "push-to-talk: no conversation", session.events)
    await session.send(codecs.opus(clip.samples, clip.rate, 16000, 20).messages, speed=4, seconds=0.02)
    await session.say("finalize")
    judge(await session.event("service_status", 40, status="finalized") is not None, "push-to-talk: finalize is answered", session.statuses)
    rate = word_error_rate(expected, session.text)
    judge(rate <= 0.34, "push-to-talk: the words", (rate, session.text))
    end = await session.finish()
    judge(end == (1000, ""), "push-to-talk: the end", end)


# MARK: - Keys and engines

async def credit(gateway, judge, clip):
    async def spent():
        # Who brings their own words pays for none.
        session = await gateway.session({"codec": "pcm16", "sample_rate": RATE, **OWN_WORDS, "ack": "true"}, key="poor")
        await session.send([b"\0" * 3200] * 50)
        await session.until(lambda: any(event["samples"] == 80_000 for event in session.of("audio_ack")), 10)
        judge(not session.of("freemium_threshold_reached") and not session.reader.done(), "credit: own words cost none", session.events)
        await session.leave()
        session = await gateway.session({"codec": "pcm16", "sample_rate": RATE}, key="poor")
        first = await session.event("freemium_threshold_reached", 10)
        judge(first is not None and first["action"] == "none" and first["remaining_seconds"] <= 3, "credit: little is left", first)
        told = [event for event in session.of("service_status") if event["status"] == "freemium_threshold_reached"]
        judge(told and json.loads(told[0]["status_text"]) == {name: value for name, value in first.items() if name != "type"},
              "credit: for older clients, too", told)
        began = time.monotonic()
        await session.send([b"\0" * 3200] * 50)
        end = await session.closed(20)
        judge(end == (1008, "trial_expired"), "credit: nothing is left", end)
        last = session.of("freemium_threshold_reached")[-1]
        judge(last["remaining_seconds"] == 0 and last["action"] == "setup_on_device_stt" and time.monotonic() - began >= 0.5, "credit: said before", last)
        await asyncio.sleep(1.5)
        session = await gateway.session(OPUS, key="poor")
        end = await session.closed(10)
        judge(end == (1008, "trial_expired") and session.of("freemium_threshold_reached") and time.monotonic() - session.began >= 0.45,
              "credit: nobody without it gets in", (end, session.events))

    async def revoked():
        session = await gateway.session({**OPUS, **OWN_WORDS}, key="gone")
        await session.event("service_status", status="ready")
        await asyncio.to_thread(gateway.revoke, "gone")
        end = await session.closed(10)
        judge(end == (1008, "Invalid token"), "a key that is taken back", end)

    await asyncio.gather(spent(), revoked())


async def engines(gateway, judge, clip):
    session = await gateway.session({**OPUS, "stt_service": "deepgram"})
    ready = await session.event("service_status", 30, status="ready")
    judge(ready is not None and ready["provider"] == "local" and ready.get("reason") == "fallback_from_deepgram", "another engine than was wished", ready)
    await session.leave()
    session = await gateway.session(OPUS, headers={"X-Harken-Engine": "deepgram"})
    end = await session.closed(60)
    failed = [event for event in session.of("service_status") if event["status"] == "stt_failed"]
    judge(end == (1011, "transcription_service_unavailable"), "no engine: the close", end)
    judge(len(failed) == 1 and session.events[-1] == failed[0] and failed[0]["retryable"] and NOWHERE.split("/")[-1] not in json.dumps(failed),
          "no engine: the status", failed)


async def own_keys(gateway, judge, clip):
    """A key that is not the enrolled one is refused before any engine hears of it."""
    key = gateway.keys["owner"]["key"]
    await gateway.api("PUT", "/api/v1/users/me/provider-keys/deepgram", key, {"key": "the-enrolled-key"})
    session = await gateway.session(OPUS, key="owner", headers={"X-BYOK-Deepgram": "another-key"})
    end = await session.closed(10)
    judge(end is not None and end[0] == 4003 and end[1] and "another-key" not in end[1] and not session.of("service_status"), "an own key that is another",
          (end, session.events))
    # The right one is used, and nobody else's when it is of no use: not the operator's, not the local engine's.
    session = await gateway.session(OPUS, key="owner", headers={"X-BYOK-Deepgram": "the-enrolled-key"})
    end = await session.closed(60)
    judge(end == (1011, "transcription_service_unavailable") and "ready" not in session.statuses, "an own key is the only one that is used",
          (end, session.statuses))
    await gateway.api("DELETE", "/api/v1/users/me/provider-keys/deepgram", key)


async def ends(gateway, judge, clip):
    """The gateway goes down: the last of all checks."""
    session = await gateway.session({**OPUS, **OWN_WORDS})
    await session.event("service_status", status="ready")
    returning = await gateway.session({"codec": "pcm16", "sample_rate": RATE, "ack": "true"})
    await returning.event("session_started", 10)
    waiting = await gateway.session(OPUS, WEB, key=None)
    status = await asyncio.to_thread(gateway.server.terminate, 30)
    end = await session.closed(10)
    judge(end == (1001, "going_away"), "the gateway goes down", end)
    end = await waiting.closed(10)
    judge(end in ((1001, "going_away"), (1008, "Auth timeout")), "the gateway goes down before anybody said who they are", end)
    end = await returning.closed(10)
    judge(end == (1001, "going_away") and returning.of("reconnect"), "the gateway goes down, and says where a client may go on", (end, returning.events))
    judge(status == 0, "the gateway ends well", status)


async def drive(args, gateway, judge):
    clip = Clip(args.audio)
    expected = args.expect_text or ""

    async def timed(check, *more):
        began = time.monotonic()
        try:
            await asyncio.wait_for(check(gateway, judge, clip, *more), 120)
        except Exception as error:  # one check's trouble is not the others'
            judge(False, check.__name__, repr(error))
        if args.verbose:
            print(f"      {check.__name__}  {time.monotonic() - began:.1f} s", flush=True)

    checks = {check.__name__: (check, more) for check, *more in (
        (start,), (web,), (strangers,), (refusals,), (codecs_counted,), (damage,), (heartbeats,), (idle,), (limited,), (own_words,), (pictures,),
        (onboarding,), (translation,), (channels,), (credit,), (engines,), (own_keys,), (known_voice,), (full_disk,), (resumption, expected), (push_to_talk, expected),
        (codecs_heard, expected))}
    chosen = args.only or list(checks)
    await asyncio.gather(*(timed(check, *more) for name, (check, more) in checks.items() if name in chosen))
    if not args.only:
        await timed(ends)
        missing = sorted({*EVENTS, "segments"} - {*judge.seen, *NEVER})
        judge(not missing, "every event of the schema was seen", missing)
        judge(judge.statuses == STATUSES, "every status was seen", STATUSES ^ judge.statuses)
        judge(not NEVER & set(judge.seen), "nothing pretends", judge.seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--harken", required=True, help="the executable")
    parser.add_argument("--audio", required=True)
    parser.add_argument("--expect-text")
    parser.add_argument("--json")
    parser.add_argument("--only", action="append", help="only this check")
    parser.add_argument("--verbose", action="store_true")
    # The gateway that the other drivers judge.
    parser.add_argument("--url")
    parser.add_argument("--key")
    args = parser.parse_args()
    judge = Judge()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="harken-listen-") as folder:
        gateway = Gateway(args.harken, folder, judge)
        try:
            gateway.server.wait_until_ready(300)
            for name, options in (("main", ()), ("calls", ()), ("gone", ()), ("owner", ()), ("reader", ()), ("poor", ("--credits", "3"))):
                gateway.make_key(name, *options)
            time.sleep(1)
            asyncio.run(drive(args, gateway, judge))
        finally:
            gateway.server.stop()
        leaked = [name for name, key in gateway.keys.items() if any(key["key"] in line for line in gateway.server.lines)]
        judge(not leaked, "no key is in the log", leaked)
        if judge.failures and args.verbose:
            print("".join(gateway.server.lines[-40:]), file=sys.stderr)
    print(f"{'PASS' if not judge.failures else 'FAIL'}  listen: {judge.ran - len(judge.failures)}/{judge.ran} checks, {time.monotonic() - began:.0f} s, "
          f"messages: {judge.seen}")
    return 1 if judge.failures else 0


if __name__ == "__main__":
    sys.exit(main())
