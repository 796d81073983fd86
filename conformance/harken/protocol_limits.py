#!/usr/bin/env python3
"""Clients of unusual manners, all at once, over Deepgram's live protocol: whatever they do, the text is right and the engine is treated well.

What the engine thinks of it is for its simulator to say: the matrix counts its violations.
"""

import argparse
import asyncio
import json
import os
import sys
import time
import urllib.parse
import wave

import aiohttp
import numpy
import soxr

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "streaming"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "vendors"))

import counting_vendor
from audio import ALAW, MULAW
from conformance_common import HANG, word_error_rate

KEEP_ALIVE, CLOSE = '{"type":"KeepAlive"}', '{"type":"CloseStream"}'


class Recording:
    def __init__(self, path, counted=0):
        """`counted`: the words of the counting vendor that it has; 0: it is speech."""
        self.counted = counted
        with wave.open(path) as clip:
            self.rate = clip.getframerate()
            self.samples = numpy.frombuffer(clip.readframes(clip.getnframes()), "<i2").astype(numpy.float32) / 32768
        self.seconds = len(self.samples) / self.rate

    def at(self, rate):
        """As numbers; those of the counting vendor stay exact."""
        if self.counted:
            return numpy.frombuffer(counting_vendor.audio(self.counted, rate), "<i2").astype(numpy.float32) / 32768
        return self.samples if rate == self.rate else soxr.resample(self.samples, self.rate, rate)


def linear(samples):
    return numpy.clip(samples * 32768, -32768, 32767).astype("<i2").tobytes()


def companded(samples, table):
    order = numpy.argsort(table)
    return order[numpy.clip(numpy.searchsorted(table[order], samples), 0, 255)].astype(numpy.uint8).tobytes()


class Session:
    """One live session: what is sent at which moment, and what came back."""

    def __init__(self, args, http, **options):
        query = {"model": "nova-3", "encoding": "linear16", "sample_rate": 16000, "smart_format": "true", "interim_results": "true",
                 "endpointing": 300, **options}
        self.address = args.url.replace("http", "ws", 1) + "/v1/listen?" + urllib.parse.urlencode(query)
        self.args, self.http = args, http
        self.finals, self.last_words, self.metadata, self.code = {}, [], None, None
        self.problems, self.expected = [], args.truth

    async def __aenter__(self):
        self.ws = await self.http.ws_connect(self.address, headers={"Authorization": "Token " + self.args.key}, max_msg_size=0)
        self.reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_):
        self.reader.cancel()
        await self.ws.close()

    async def _read(self):
        async for message in self.ws:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            if said["type"] == "Results" and said["is_final"]:
                best = said["channel"]["alternatives"][0]
                self.finals.setdefault(said["channel_index"][0], []).append(best["transcript"])
                self.last_words += [(said["channel_index"][0], word["start"], word["end"]) for word in best["words"]]
            elif said["type"] == "Metadata":
                self.metadata = said
            elif said["type"] == "Error":
                self.problems.append(f"{said.get('variant')}: {said.get('description')}")
        self.code = self.ws.close_code

    async def audio(self, data, chunk, seconds_each, speed=1.0):
        """`data` in pieces of `chunk` bytes, each of which is `seconds_each` long; a piece goes out when it has been spoken, or at once where words are
        counted."""
        speed = 0 if self.args.truth else speed
        began = time.monotonic()
        for index, at in enumerate(range(0, len(data), chunk)):
            if speed:
                await asyncio.sleep(max(0.0, began + (index + 1) * seconds_each / speed - time.monotonic()))
            await self.ws.send_bytes(data[at:at + chunk])

    async def idle(self, seconds):
        for _ in range(round(seconds / 4)):
            await asyncio.sleep(4)
            await self.ws.send_str(KEEP_ALIVE)

    async def close(self, seconds, channels=1):
        """Ends the stream; what is wrong with what came."""
        await self.ws.send_str(CLOSE)
        try:
            await asyncio.wait_for(asyncio.shield(self.reader), HANG)
        except (TimeoutError, asyncio.TimeoutError):
            self.problems.append(f"the stream did not end within {HANG:g} s")
        if self.code != 1000:
            self.problems.append(f"closed with {self.code}")
        if self.metadata is None:
            self.problems.append("no Metadata")
        elif abs(self.metadata["duration"] - seconds) > 0.5:
            self.problems.append(f"Metadata says {self.metadata['duration']} s, {seconds:.2f} s were sent")
        for channel in range(channels):
            if self.args.truth:
                self.judge_exactly(channel)
                continue
            text = " ".join(filter(None, self.finals.get(channel, [])))
            rate = word_error_rate(self.args.expect_text, text)
            if rate > self.args.max_wer:
                self.problems.append(f"channel {channel}: word error rate {rate:.2f}: {text!r}")
            spans = [(start, end) for index, start, end in self.last_words if index == channel]
            if any(later[0] < sooner[0] - 0.01 for sooner, later in zip(spans, spans[1:])):
                self.problems.append(f"channel {channel}: word times go back")
            if any(end > seconds + 0.35 for _, end in spans):
                self.problems.append(f"channel {channel}: a word ends after the audio")
        return self.problems

    def judge_exactly(self, channel):
        """All words, once, in order and at their times; the second channel has them half a second later."""
        said = self.finals.get(channel, [])
        if " ".join(filter(None, said)).split() != [word for word, _, _ in self.expected]:
            self.problems.append(f"channel {channel}: {said}")
        spans = [(start, end) for index, start, end in self.last_words if index == channel]
        if any(max(abs(start - begins - 0.5 * channel), abs(end - ends - 0.5 * channel)) > 0.011
               for (start, end), (_, begins, ends) in zip(spans, self.expected)):
            self.problems.append(f"channel {channel}: words at {spans}")


# Each takes (args, http session, recording) and gives what was wrong.

async def all_at_once(args, http, clip):
    """The whole recording in no time: the engine gets it no faster than it wants."""
    async with Session(args, http) as session:
        await session.audio(linear(clip.samples), 3200, 0.1, speed=0)
        return await session.close(clip.seconds)


async def tiny_frames(args, http, clip):
    """7 ms a message."""
    async with Session(args, http) as session:
        await session.audio(linear(clip.samples), 224, 0.007)
        return await session.close(clip.seconds)


async def large_frames(args, http, clip):
    """2.5 s a message."""
    async with Session(args, http) as session:
        await session.audio(linear(clip.samples), 80_000, 2.5)
        return await session.close(clip.seconds)


async def odd_frames(args, http, clip):
    """Messages that end in the middle of a sample."""
    async with Session(args, http) as session:
        await session.audio(linear(clip.samples), 2001, 2001 / 32_000)
        return await session.close(clip.seconds)


async def mu_law(args, http, clip):
    """8 kHz mu-law, as from a telephone."""
    async with Session(args, http, encoding="mulaw", sample_rate=8000) as session:
        await session.audio(companded(clip.at(8000), MULAW), 160, 0.02)
        return await session.close(clip.seconds)


async def a_law(args, http, clip):
    """8 kHz A-law."""
    async with Session(args, http, encoding="alaw", sample_rate=8000) as session:
        await session.audio(companded(clip.at(8000), ALAW), 400, 0.05)
        return await session.close(clip.seconds)


async def hertz_44100(args, http, clip):
    """44.1 kHz."""
    async with Session(args, http, sample_rate=44_100) as session:
        await session.audio(linear(clip.at(44_100)), 8820, 0.1)
        return await session.close(clip.seconds)


async def hertz_48000(args, http, clip):
    """48 kHz in messages of 10 ms."""
    async with Session(args, http, sample_rate=48_000) as session:
        await session.audio(linear(clip.at(48_000)), 960, 0.01)
        return await session.close(clip.seconds)


async def two_channels(args, http, clip):
    """Two channels that are to be recognised apart, the second half a second late."""
    late = numpy.zeros(clip.rate // 2, numpy.float32)
    left, right = numpy.concatenate([clip.samples, late]), numpy.concatenate([late, clip.samples])
    async with Session(args, http, channels=2, multichannel="true") as session:
        await session.audio(linear(numpy.stack([left, right], axis=1)), 6400, 0.1)
        return await session.close(clip.seconds + 0.5, channels=2)


async def pause(args, http, clip):
    """24 s in the middle with nothing but KeepAlive."""
    half = 2 * int(3.3 * clip.rate)  # between two words
    async with Session(args, http) as session:
        await session.audio(linear(clip.samples)[:half], 3200, 0.1)
        await session.idle(24)
        await session.audio(linear(clip.samples)[half:], 3200, 0.1)
        return await session.close(clip.seconds)


async def late_start(args, http, clip):
    """16 s of KeepAlive before the first audio."""
    async with Session(args, http) as session:
        await session.idle(16)
        await session.audio(linear(clip.samples), 3200, 0.1)
        return await session.close(clip.seconds)


async def hang_up(args, http, clip):
    """Gone in the middle of a word: the engine's stream must be ended well all the same."""
    async with Session(args, http) as session:
        await session.audio(linear(clip.samples[:int((2.2 if args.truth else 4) * clip.rate)]), 3200, 0.1)
        session.ws._writer.transport.abort()
    return []


async def never_speaks(args, http, clip):
    """Opened and closed without audio."""
    async with Session(args, http) as session:
        if not args.truth:
            await asyncio.sleep(1)
        session.args, session.expected = argparse.Namespace(**{**vars(args), "expect_text": ""}), []
        return await session.close(0)


MANNERS = [pause, late_start, all_at_once, tiny_frames, large_frames, odd_frames, mu_law, a_law, hertz_44100, hertz_48000, two_channels, hang_up,
           never_speaks]
# Those that wait for nothing, and whose audio stays exact.
COUNTED = [all_at_once, tiny_frames, large_frames, odd_frames, hertz_44100, hertz_48000, two_channels, hang_up, never_speaks]


async def judge(args):
    clip, checks = Recording(args.audio, len(args.truth or [])), []
    gate = asyncio.Semaphore(args.at_once)

    async def one(manner, http):
        async with gate:
            try:
                problems = await asyncio.wait_for(manner(args, http, clip), 2 * HANG)
            except Exception as problem:
                problems = [f"{type(problem).__name__}: {problem}"]
        checks.append({"name": manner.__name__, "ok": not problems, "detail": "; ".join(problems)})
        print(f"{'FAIL' if problems else 'ok  '}  {manner.__name__}  {'; '.join(problems)}".rstrip(), flush=True)

    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(one(manner, http) for manner in (COUNTED if args.truth else MANNERS) if not args.only or manner.__name__ in args.only))
    return checks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--audio", required=True, help="16-bit PCM WAV file, mono")
    parser.add_argument("--expect-text")
    parser.add_argument("--exact", metavar="FILE", help="JSON of [[WORD, START, END], ...] of the counting vendor: exactly these words must come, and nothing waits")
    parser.add_argument("--max-wer", type=float, default=0.25)
    parser.add_argument("--at-once", type=int, default=6, help="sessions at a time (default 6)")
    parser.add_argument("--only", nargs="*", help=f"some of {', '.join(manner.__name__ for manner in MANNERS)}")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    if not args.exact and args.expect_text is None:
        parser.error("--expect-text or --exact")
    args.truth = None
    if args.exact:
        with open(args.exact) as file:
            args.truth = json.load(file)
    checks = asyncio.run(judge(args))
    passed = all(check["ok"] for check in checks)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"passed": passed, "checks": checks}, file, indent=1)
    print("PASS" if passed else "FAIL")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
