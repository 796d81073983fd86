"""A vendor of Deepgram's protocols, live and for recordings, that hears numbers: 0.4 s of a square wave with the amplitude 3,000 + 80 × n is the word wn.

It needs so little of the processor that hundreds of sessions can be heard beside the gateway, and it hears exactly what came: audio that was lost,
doubled or moved gives words that are lost, doubled or moved.

What it says depends on nothing but the audio, however that is cut and whenever it comes. Where interims are asked for, each word comes as one when half
of it was heard. Every third word ends a turn, and the speakers take turns.
"""

import array
import asyncio
import json
import multiprocessing
import uuid
import wave

from aiohttp import WSMsgType, web

RATE = 16_000
WORD = 2 * RATE // 5  # samples of a word
PAUSE = RATE // 10  # samples of silence after a word
SPACING = 0.5  # seconds from the beginning of a word to that of the next one
LENGTH = 0.4  # seconds of a word
TURN = 3  # words

LOWEST, STEP = 3_000, 80  # amplitudes. A gateway expects no words where it is silent, or where sound never changes.


def audio(count, rate=RATE):
    """The words w1, w2, … as 16-bit little-endian PCM; at most 370. A word has two fifths of the rate's samples, in waves of 100."""
    levels, length = (LOWEST + STEP * number for number in range(1, count + 1)), 2 * rate // 5
    return b"".join((array.array("h", [level] * 50 + [-level] * 50) * -(-length // 100))[:length].tobytes() + bytes(2 * (rate // 10)) for level in levels)


def write(path, count, rate=RATE):
    """A WAV file with these words."""
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(audio(count, rate))


def number(level):
    """The word with this amplitude; 0 for other sound."""
    return (level - LOWEST) // STEP if level > LOWEST and (level - LOWEST) % STEP == 0 else 0


def words(count):
    return [f"w{number}" for number in range(1, count + 1)]


def placed(count):
    """The words with their beginnings and ends in seconds."""
    return [[word, round(SPACING * at, 3), round(SPACING * at + LENGTH, 3)] for at, word in enumerate(words(count))]


def runs(samples):
    """The runs of samples of one amplitude: the amplitude, the start and the end of each."""
    start = 0
    while start < len(samples):
        level, end = abs(samples[start]), start
        # No run is shorter than a hundred samples, but for its parts in two messages.
        while end + 100 <= len(samples) and abs(samples[end + 99]) == level:
            end += 100
        while end < len(samples) and abs(samples[end]) == level:
            end += 1
        yield level, start, end
        start = end


class Ear:
    """One channel: where it is, and the run that it is in."""

    def __init__(self, rate):
        self.rate, self.word = rate, 2 * rate // 5
        self.at, self.level, self.count = 0, None, 0

    @property
    def settled(self):
        """Where the word begins that is not whole yet, else where it is, in samples."""
        return self.at - self.count if self.level and number(self.level) and self.count < self.word else self.at

    def hear(self, samples):
        """What is heard: the number of a word, its beginning and its end so far in samples, and whether it is whole."""
        for level, start, end in runs(samples):
            if level != self.level:
                self.level, self.count = level, 0
            before, self.count = self.count, self.count + end - start
            for part in (self.word // 2, self.word):
                if before < part <= self.count:
                    reached = self.at + part - before
                    yield number(level), reached - part, reached, part == self.word
            self.at += end - start


def said(word, start, end, options):
    """A word as the vendor writes it; `start` and `end` in seconds."""
    item = {"word": f"w{word}", "punctuated_word": f"w{word}", "start": start, "end": end, "confidence": 1.0}
    if options.get("diarize") == "true":
        item |= {"speaker": (word - 1) // TURN % 2, "speaker_confidence": 1.0}
    return item


class Stream:
    """One stream, of one or several channels."""

    def __init__(self, socket, vendor, options):
        self.socket, self.vendor, self.options = socket, vendor, options
        self.rate, channels = int(options.get("sample_rate", RATE)), int(options.get("channels", 1))
        self.ears, self.id = [Ear(self.rate) for _ in range(channels)], str(uuid.uuid4())

    @property
    def seconds(self):
        return self.ears[0].at / self.rate

    async def hear(self, message):
        samples, count = array.array("h", message), len(self.ears)
        self.vendor["seconds"] += len(samples) / self.rate
        for channel, ear in enumerate(self.ears):
            for word, start, end, is_whole in ear.hear(samples[channel::count] if count > 1 else samples):
                await self.heard(channel, word, start / self.rate, end / self.rate, is_whole)

    async def heard(self, channel, word, start, end, is_whole):
        words = [said(word, start, end, self.options)] if word else []
        if is_whole:
            await self.results(channel, start, end - start, words, is_end=word % TURN == 0)
        elif words and self.options.get("interim_results") == "true":
            await self.results(channel, start, end - start, words, is_final=False)

    async def results(self, channel, start, duration, words, is_end=False, is_final=True, from_finalize=False):
        await self.send({
            "type": "Results", "channel_index": [channel, len(self.ears)], "start": start, "duration": duration, "is_final": is_final,
            "speech_final": is_end, "from_finalize": from_finalize,
            "channel": {"alternatives": [{"transcript": " ".join(word["word"] for word in words), "confidence": 1.0, "words": words}]},
            "metadata": {"request_id": self.id, "model_info": {"name": "counting", "version": "1", "arch": "none"}, "model_uuid": self.id}})

    async def send(self, message):
        await self.socket.send_str(json.dumps(message))

    async def begin(self):
        pass

    async def told(self, kind):
        """Does what the client's message says. Returns true when the stream is over."""
        if kind == "Finalize":
            for channel, ear in enumerate(self.ears):
                await self.results(channel, ear.settled / self.rate, 0, [], is_end=True, from_finalize=True)
        elif kind == "CloseStream":
            await self.send({
                "type": "Metadata", "request_id": self.id, "sha256": "0", "created": "2026-01-01T00:00:00.000Z", "duration": self.seconds,
                "channels": len(self.ears)})
            return True
        return False

    async def run(self):
        await self.begin()
        async for message in self.socket:
            if message.type is WSMsgType.BINARY:
                await self.hear(message.data)
            elif message.type is WSMsgType.TEXT and await self.told(json.loads(message.data)["type"]):
                return


class TurnStream(Stream):
    """One stream of `/v2/listen`: a turn is told again whenever it has grown."""

    def __init__(self, socket, vendor, options):
        super().__init__(socket, vendor, options)
        self.sequence = self.turn = 0
        self.start, self.words = 0.0, []

    async def begin(self):
        await self.message({"type": "Connected"})

    async def message(self, members):
        await self.send({**members, "request_id": self.id, "sequence_id": self.sequence})
        self.sequence += 1

    async def heard(self, channel, word, start, end, is_whole):
        if not word:
            return
        begins = not self.words
        self.words = [*self.words[:-1 if is_whole else None], said(word, start, end, self.options)]
        if not is_whole:
            await self.told_turn("StartOfTurn" if begins else "Update", end)
        elif word % TURN == 0:
            await self.end_turn(end)
        else:
            await self.told_turn("Update", end)

    async def told_turn(self, event, end):
        await self.message({
            "type": "TurnInfo", "event": event, "turn_index": self.turn, "audio_window_start": self.start, "audio_window_end": end,
            "transcript": " ".join(word["word"] for word in self.words), "words": self.words, "end_of_turn_confidence": 1.0 if event == "EndOfTurn" else 0.1})

    async def end_turn(self, end):
        await self.told_turn("EndOfTurn", end)
        self.turn, self.start, self.words = self.turn + 1, end, []

    async def told(self, kind):
        if kind == "ForceEndTurn" and self.words:
            await self.end_turn(self.seconds)
        return kind == "CloseStream"


def recorded(data, options):
    """The channels of a recording, each with its words, and its length in seconds; nothing if it is none."""
    rate, channels = int(options.get("sample_rate", RATE)), int(options.get("channels", 1))
    if data.startswith(b"RIFF"):
        rate, channels, at = int.from_bytes(data[24:28], "little"), int.from_bytes(data[22:24], "little"), data.find(b"data")
        if at < 0:
            return None
        data = data[at + 8:at + 8 + int.from_bytes(data[at + 4:at + 8], "little")]
    elif options.get("encoding") != "linear16":
        return None
    samples = array.array("h", data[:len(data) // (2 * channels) * 2 * channels])
    heard = [[said(word, start / rate, end / rate, options) for word, start, end, is_whole in Ear(rate).hear(samples[channel::channels]) if word and is_whole]
             for channel in range(channels if options.get("multichannel") == "true" else 1)]
    return heard, len(samples) / channels / rate


def answer(heard, seconds, options):
    channels = []
    for words in heard:
        channel = {"alternatives": [{"transcript": " ".join(word["word"] for word in words), "confidence": 1.0, "words": words}]}
        if options.get("detect_language") == "true":
            channel |= {"detected_language": "en", "language_confidence": 1.0}
        channels.append(channel)
    return {"metadata": {"request_id": str(uuid.uuid4()), "duration": seconds, "channels": len(channels), "models": ["1"],
                         "model_info": {"1": {"name": "counting", "version": "1", "arch": "none"}}},
            "results": {"channels": channels}}


def routes(key):
    """`key`: without this key nobody is served; None: everybody is."""
    heard = {"streams": 0, "recordings": 0, "seconds": 0.0, "refused": 0}

    def refusal(status, code, said):
        heard["refused"] += 1
        return web.json_response({"err_code": code, "err_msg": said, "request_id": str(uuid.uuid4())}, status=status)

    def is_known(request):
        return key is None or request.headers.get("Authorization") == "Token " + key

    def live(kind):
        async def handle(request):
            if not is_known(request):
                return refusal(401, "INVALID_AUTH", "Invalid credentials.")
            socket = web.WebSocketResponse(compress=False, max_msg_size=0, timeout=60)
            try:
                await socket.prepare(request)
                heard["streams"] += 1
                await kind(socket, heard, dict(request.query)).run()
                await socket.close()
            except ConnectionError:  # the client is gone
                pass
            return socket if socket.prepared else web.Response()
        return handle

    async def post(request):
        data = await request.read()
        if not is_known(request):
            return refusal(401, "INVALID_AUTH", "Invalid credentials.")
        found = recorded(data, dict(request.query))
        if found is None:
            return refusal(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data")
        heard["recordings"] += 1
        heard["seconds"] += found[1] * len(found[0])
        return web.json_response(answer(*found, dict(request.query)))

    async def tell(_):
        return web.json_response(heard)

    return [web.get("/v1/listen", live(Stream)), web.get("/v2/listen", live(TurnStream)), web.post("/v1/listen", post), web.get("/_heard", tell)]


def _serve(pipe, key):
    async def run():
        app = web.Application(client_max_size=1 << 30)
        app.add_routes(routes(key))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Future()
    asyncio.run(run())


class CountingVendor:
    """The vendor as a process of its own, at `url`. `GET /_heard` says what it has heard so far: streams, recordings, seconds of
    all channels, and who was refused."""

    def __init__(self, key=None):
        pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=[other, key], daemon=True)
        self._process.start()
        self.url = f"http://127.0.0.1:{pipe.recv()}"

    def stop(self):
        self._process.terminate()
        self._process.join(10)
