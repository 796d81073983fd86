"""One live client for each protocol, as a microphone drives it: frames of 100 ms, each sent when it has been spoken.

    heard = await stream(protocol, url, key, pcm)

`heard.words` is what a program would keep: the words that the protocol calls final, in the order of their coming. A stream that breaks is a
problem, and is not opened again.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field

import aiohttp

from count import Word

RATE, FRAME = 16_000, 0.1
PATIENCE = 30  # seconds for the end, once the audio has ended


@dataclass
class Heard:
    began: float = 0.0  # when the first sample was spoken, on the monotonic clock
    id: str | None = None  # the gateway's name of the session
    words: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    finals: int = 0


class Client:
    path, headers = "", {}

    def __init__(self, key):
        self.key = key
        self.heard = Heard()
        self.frames = 0  # of audio, sent
        self.is_over = False

    async def open(self, ws):
        """What comes before the audio."""

    def end(self):
        """The text that ends the audio."""
        raise NotImplementedError

    def read(self, message):
        """Takes one message."""
        raise NotImplementedError

    def final(self, words):
        now = time.monotonic()
        self.heard.finals += 1
        before = self.heard.words[-1] if self.heard.words else None
        for text, start, end in words:
            word = Word(text, start, end, now)
            if before is not None and word.start < before.start - 0.001:
                self.problem(f"{word.text!r} at {word.start:.2f} s came after {before.text!r} at {before.start:.2f} s")
            if word.end < word.start:
                self.problem(f"{word.text!r} ends before it starts")
            self.heard.words.append(word)
            before = word

    def problem(self, text):
        if len(self.heard.problems) < 20:
            self.heard.problems.append(text)


class Deepgram(Client):
    path = "/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true&punctuate=true&endpointing=300"

    def __init__(self, key):
        super().__init__(key)
        self.headers = {"Authorization": "Token " + key}
        self.covered = 0.0

    def end(self):
        return '{"type":"CloseStream"}'

    def read(self, message):
        if message["type"] == "Metadata":
            self.is_over = True
        elif message["type"] == "Error":
            self.problem(f"Error: {message.get('description')}")
        elif message["type"] == "Results":
            start, end = message["start"], message["start"] + message["duration"]
            if message["is_final"]:
                # Segments tile the stream.
                if abs(start - self.covered) > 0.011:
                    self.problem(f"a final begins at {start:.3f} s, the one before ended at {self.covered:.3f} s")
                self.covered = end
                self.final((word.get("punctuated_word", word["word"]), word["start"], word["end"])
                           for word in message["channel"]["alternatives"][0]["words"])


class AssemblyAI(Client):
    path = "/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"

    def __init__(self, key):
        super().__init__(key)
        self.headers = {"Authorization": key}
        self.turn, self.has_begun = 0, False

    def end(self):
        return '{"type":"Terminate"}'

    def read(self, message):
        kind = message["type"]
        if kind == "Begin":
            if self.has_begun:
                self.problem("Begin came twice")
            self.has_begun = True
        elif kind == "Termination":
            self.is_over = True
        elif kind == "Error":
            self.problem(f"Error {message.get('error_code')}: {message.get('error')}")
        elif kind == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
            if message["turn_order"] != self.turn:
                self.problem(f"turn {message['turn_order']} was finished, turn {self.turn} was to be")
            self.turn = message["turn_order"] + 1
            self.final((word["text"], word["start"] / 1000, word["end"] / 1000) for word in message["words"])


class Soniox(Client):
    path = "/transcribe-websocket"

    def __init__(self, key):
        super().__init__(key)
        self.headers = {"Authorization": "Bearer " + key}
        self.open_word = None  # tokens of the last word: more may come

    async def open(self, ws):
        await ws.send_str(json.dumps({"model": "stt-rt-v5", "audio_format": "pcm_s16le", "sample_rate": RATE, "num_channels": 1,
                                      "enable_endpoint_detection": True}))

    def end(self):
        return ""

    def read(self, message):
        if "error_code" in message:
            self.problem(f"error {message['error_code']}: {message.get('error_message')}")
            return
        words = []
        for token in message["tokens"]:
            if not token["is_final"]:
                continue
            if token["text"] in ("<end>", "<fin>"):
                words += self._closed()
            elif self.open_word is None or token["text"].startswith(" "):
                words += self._closed()
                self.open_word = (token["text"].strip(), token["start_ms"], token["end_ms"])
            else:
                text, start, end = self.open_word
                self.open_word = (text + token["text"], start, max(end, token["end_ms"]))
        # A word whose message has ended is taken as whole: a mark that follows alone changes no count.
        words += self._closed()
        if words:
            self.final(words)
        self.is_over = self.is_over or bool(message.get("finished"))

    def _closed(self):
        if self.open_word is None:
            return []
        (text, start, end), self.open_word = self.open_word, None
        return [(text, start / 1000, end / 1000)]


class Speechmatics(Client):
    path = "/v2"
    config = {"language": "en", "max_delay": 2, "enable_partials": True, "conversation_config": {"end_of_utterance_silence_trigger": 0.6}}

    def __init__(self, key):
        super().__init__(key)
        self.headers = {"Authorization": "Bearer " + key}

    async def open(self, ws):
        await ws.send_str(json.dumps({
            "message": "StartRecognition", "audio_format": {"type": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
            "transcription_config": self.config}))
        while True:
            message = await ws.receive_json()
            if message["message"] == "RecognitionStarted":
                return
            self.read(message)

    def end(self):
        return json.dumps({"message": "EndOfStream", "last_seq_no": self.frames})

    def read(self, message):
        kind = message["message"]
        if kind == "EndOfTranscript":
            self.is_over = True
        elif kind == "Error":
            self.problem(f"Error {message.get('type')}: {message.get('reason')}")
        elif kind == "AddTranscript":
            self.final((item["alternatives"][0]["content"], item["start_time"], item["end_time"])
                       for item in message["results"] if item["type"] == "word")


class SpeechmaticsAgent(Speechmatics):
    """Agent STT: segments of turns, whose words have no times of their own."""

    path = "/v2/agent"
    config = {"language": "en", "model": "linden-1", "enable_partials": True}

    def __init__(self, key):
        super().__init__(key)
        self.is_turn = False

    def read(self, message):
        kind = message["message"]
        if kind in ("StartOfTurn", "EndOfTurn"):
            if self.is_turn == (kind == "StartOfTurn"):
                self.problem(f"{kind} {'within' if self.is_turn else 'outside'} a turn")
            self.is_turn = kind == "StartOfTurn"
        elif kind == "AddSegment":
            if not self.is_turn:
                self.problem("a segment outside a turn")
            times = message["metadata"]
            self.final(spread(message["segment"]["transcript"].split(), times["start_time"], times["end_time"]))
        else:
            super().read(message)


def spread(words, start, end):
    """The words of a segment with estimates of their times, in proportion to the letters."""
    letters, at = sum(map(len, words)), 0
    for word in words:
        yield word, start + (end - start) * at / letters, start + (end - start) * (at + len(word)) / letters
        at += len(word)


# OpenAI's own protocol has no times of words, which the scenarios compare: its engine is heard over Deepgram's protocol.
CLIENTS = {"assemblyai": AssemblyAI, "deepgram": Deepgram, "soniox": Soniox, "speechmatics": Speechmatics, "agent-stt": SpeechmaticsAgent,
           "openai": Deepgram}


async def stream(protocol, url, key, pcm, at=None, patience=PATIENCE, mode=None):
    """16-bit mono PCM at 16 kHz through a client of the protocol, in real time.

    `at` is (seconds of audio, what is called and awaited then), or None; `patience` the seconds for the end, once the audio has ended; `mode` what is
    asked for in `X-Harken-Mode`.
    """
    client = CLIENTS[protocol](key)
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=10)) as session:
            headers = {**client.headers, **({"X-Harken-Mode": mode} if mode else {})}
            async with session.ws_connect(url + client.path, headers=headers, max_msg_size=0) as ws:
                client.heard.id = ws._response.headers.get("X-Harken-Session")
                await asyncio.wait_for(client.open(ws), patience)
                await _converse(client, ws, pcm, at, patience)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
        client.problem(f"{type(error).__name__}: {error}")
    return client.heard


async def _converse(client, ws, pcm, at, patience):
    step = int(RATE * FRAME) * 2
    client.heard.began = time.monotonic()

    async def speak():
        for number, at in enumerate(range(0, len(pcm), step), 1):
            await asyncio.sleep(max(0.0, client.heard.began + number * FRAME - time.monotonic()))
            await ws.send_bytes(pcm[at:at + step])
            client.frames = number
        await ws.send_str(client.end())

    async def meddle():
        if at is not None:
            await asyncio.sleep(at[0])
            await at[1]()

    async def listen():
        while True:
            message = await ws.receive()
            if message.type == aiohttp.WSMsgType.TEXT:
                client.read(json.loads(message.data))
            elif message.type == aiohttp.WSMsgType.BINARY:
                client.problem("a binary frame came")
            else:
                if not client.is_over:
                    client.problem(f"the stream broke: {message.type.name}, close code {ws.close_code}, {message.extra or ''}")
                return

    speaker, listener, meddler = asyncio.create_task(speak()), asyncio.create_task(listen()), asyncio.create_task(meddle())
    try:
        await asyncio.wait([speaker, listener], return_when=asyncio.FIRST_COMPLETED)
        if not listener.done():
            await speaker
            await asyncio.wait([listener], timeout=patience)
            if not listener.done():
                client.problem(f"no end within {patience} s")
        else:
            await listener
    finally:
        for task in (speaker, listener, meddler):
            task.cancel()
        await asyncio.gather(speaker, listener, meddler, return_exceptions=True)
