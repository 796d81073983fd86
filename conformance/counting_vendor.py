"""A vendor of Deepgram's live protocol that hears numbers: 0.4 s of a square wave with the amplitude 3,000 + 80 × n is the word wn.

It needs so little of the processor that hundreds of sessions can be heard beside the gateway, and it hears exactly what came: audio that was lost,
doubled or moved gives words that are lost, doubled or moved.
"""

import array
import asyncio
import json
import multiprocessing

import websockets

RATE = 16_000
WORD = 2 * RATE // 5  # samples of a word
PAUSE = RATE // 10  # samples of silence after a word


LOWEST, STEP = 3_000, 80  # amplitudes. A gateway expects no words where it is silent, or where sound never changes.


def audio(count):
    """The words w1, w2, … as 16-bit little-endian PCM; at most 370."""
    levels = (LOWEST + STEP * number for number in range(1, count + 1))
    return b"".join(array.array("h", [level] * 50 + [-level] * 50).tobytes() * (WORD // 100) + bytes(2 * PAUSE) for level in levels)


def number(level):
    """The word with this amplitude; 0 for other sound."""
    return (level - LOWEST) // STEP if level > LOWEST and (level - LOWEST) % STEP == 0 else 0


def words(count):
    return [f"w{number}" for number in range(1, count + 1)]


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


class Stream:
    """One stream: where it is, and the run that it is in."""

    def __init__(self, socket):
        self.socket, self.at, self.level, self.count = socket, 0, None, 0

    async def hear(self, message):
        for level, start, end in runs(array.array("h", message)):
            if level != self.level:
                self.level, self.count = level, 0
            before = self.count
            self.count += end - start
            if before < WORD <= self.count:
                await self.say(number(level), self.at + WORD - before)
            self.at += end - start

    async def say(self, word, at):
        start, end = (at - WORD) / RATE, at / RATE
        said = {"word": f"w{word}", "punctuated_word": f"w{word}", "start": start, "end": end, "confidence": 1.0}
        await self.results(start, end - start, [said] if word else [], word % 5 == 0)

    async def results(self, start, duration, words, is_end, from_finalize=False):
        text = " ".join(word["word"] for word in words)
        await self.socket.send(json.dumps({
            "type": "Results", "channel_index": [0, 1], "start": start, "duration": duration, "is_final": True, "speech_final": is_end,
            "from_finalize": from_finalize, "channel": {"alternatives": [{"transcript": text, "confidence": 1.0, "words": words}]},
            "metadata": {"request_id": "1", "model_info": {"name": "counting", "version": "1", "arch": "none"}, "model_uuid": "1"}}))

    async def run(self):
        async for message in self.socket:
            if isinstance(message, bytes):
                await self.hear(message)
                continue
            kind = json.loads(message)["type"]
            if kind == "Finalize":
                await self.results(self.at / RATE, 0, [], True, from_finalize=True)
            elif kind == "CloseStream":
                await self.socket.send(json.dumps({
                    "type": "Metadata", "request_id": "1", "sha256": "0", "created": "2026-01-01T00:00:00.000Z", "duration": self.at / RATE,
                    "channels": 1}))
                return


def _serve(pipe):
    async def run():
        async def handle(socket):
            try:
                await Stream(socket).run()
            except websockets.ConnectionClosed:
                pass
        async with websockets.serve(handle, "127.0.0.1", 0, ping_interval=None, compression=None, backlog=1024) as server:
            pipe.send(server.sockets[0].getsockname()[1])
            await asyncio.Future()
    asyncio.run(run())


class CountingVendor:
    """The vendor as a process of its own, at `url`."""

    def __init__(self):
        pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=[other], daemon=True)
        self._process.start()
        self.url = f"http://127.0.0.1:{pipe.recv()}"

    def stop(self):
        self._process.terminate()
        self._process.join(10)
