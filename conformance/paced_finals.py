"""Has the local engine hear the same speech twice, and compares what is said for good, byte for byte: finals, words' times and languages, turns, speakers.

First as fast as the gateway takes it, in large frames. Then at the pace of the speakers, in small frames, beside two processes that are busy all the time;
two conversations come at 2.5 times their pace then. Finals may come late there, but may not say anything else. Both times each stream has a user of its
own, so that no voice is known from before.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.parse

import aiohttp
import numpy

from gateway import Server, dies_with_us, judged
from speech import AUDIO, RATE, load

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Seconds after which what is waited for does not come. Busy processors make a stream's last words minutes late.
HANG = 900
# All share as many processors, however many the machine has.
BUSY_PROCESSES = 2
# Streams at a time: with the conversations, more than what is left of two processors carries with interims.
AT_ONCE = 4
# Silence between the clips of a stream, and behind the last one: its words are final before the client is done.
PAUSE, TAIL = 0.8, 1.2
# Where recordings are that are not in "asr", by the beginnings of their names.
FOLDERS = {"conv-": "diarization", "pv-leopard-": "multilingual"}
# Milliseconds.
LARGE_FRAME, SMALL_FRAME = 250, 20


@dataclasses.dataclass(frozen=True)
class Stream:
    # Recordings of the development audio, one after the other.
    clips: tuple
    protocol: str = "deepgram"
    options: dict = dataclasses.field(default_factory=dict)
    # How much faster than it was spoken the second run sends it.
    speed: float = 1.0
    # Languages that are spoken, where the stream has them found.
    languages: frozenset = frozenset()
    # Seconds of silence between the clips.
    pause: float = PAUSE

    @property
    def name(self):
        return f"{'+'.join(self.clips)}, {self.protocol}"

    @property
    def is_talk(self):
        """Whether several people speak."""
        return len({clip.rsplit("-", 1)[0] for clip in self.clips}) > 1 or self.clips[0].startswith("conv-")

    def samples(self):
        parts = []
        for clip in self.clips:
            folder = next((folder for start, folder in FOLDERS.items() if clip.startswith(start)), "asr")
            parts += [load(os.path.join(AUDIO, folder, clip + ".flac")), numpy.zeros(int(self.pause * RATE), numpy.int16)]
        return numpy.concatenate([*parts[:-1], numpy.zeros(int(TAIL * RATE), numpy.int16)]).astype("<i2").tobytes()


# Both settings of finals: captions, and quick for a client that waits for turns.
CAPTIONS, QUICK, TURNS = {}, {"endpointing": 300}, {"endpointing": 400}
STREAMS = [
    Stream(("ls-1688-142285-0001",), options=CAPTIONS),
    Stream(("ls-367-130732-0002",), options=QUICK),
    Stream(("ls-2414-128291-0005",), options=TURNS),
    Stream(("ls-1998-15444-0000",), options=CAPTIONS),
    Stream(("jfk",), options=QUICK),
    Stream(("lj-LJ001-0003",), options=TURNS),
    Stream(("beckett",), "listen"),
    Stream(("austen-0870", "austen-0920"), "listen"),
    Stream(("ls-1688-142285-0006", "ls-367-130732-0007", "ls-1688-142285-0007"), options=QUICK),
    Stream(("ls-2033-164914-0000", "ls-2414-128291-0001", "ls-2033-164914-0002"), options=CAPTIONS),
    Stream(("ls-1998-15444-0004", "ls-39-121914-0000", "ls-1998-15444-0005"), options=TURNS),
    Stream(("ls-5688-15787-0000", "ls-8629-261139-0000"), "listen"),
    Stream(("pv-leopard-de",), options={**QUICK, "language": "de"}),
    # A stream may change its language at pauses of about a second.
    Stream(("ls-1688-142285-0007", "pv-leopard-de", "pv-leopard-fr", "ls-1998-15444-0001"), options={**CAPTIONS, "language": "multi"},
           languages=frozenset({"en", "de", "fr"}), pause=2.0),
    Stream(("pv-leopard-es", "ls-2414-128291-0005", "pv-leopard-de", "pv-leopard-es"), "listen", {"language": "multi"},
           languages=frozenset({"es", "en", "de"}), pause=1.5),
]
CONVERSATIONS = [Stream(("conv-2spk",), options=QUICK, speed=2.5), Stream(("conv-3spk",), options=CAPTIONS, speed=2.5)]


@dataclasses.dataclass
class Heard:
    """What one stream said for good."""

    finals: list = dataclasses.field(default_factory=list)
    words: int = 0
    speakers: set = dataclasses.field(default_factory=set)
    languages: set = dataclasses.field(default_factory=set)
    # Seconds from the time at which the end of a final's audio was sent to the final.
    late: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)

    def add(self, kept, words, seconds_late):
        self.finals.append(json.dumps(kept, sort_keys=True))
        self.words += len(words)
        self.speakers |= {word["speaker"] for word in words if word.get("speaker") is not None}
        self.languages |= {word["language"].split("-")[0] for word in words if word.get("language")}
        if words:
            self.late.append(seconds_late)


class Deepgram:
    path, end = "/v1/listen", '{"type": "CloseStream"}'

    @staticmethod
    def query(options):
        return {"model": "nova-3", "language": "en", "encoding": "linear16", "sample_rate": RATE, "interim_results": "true", "punctuate": "true",
                "diarize": "true", **options}

    @staticmethod
    def is_ready(_):
        return True

    @staticmethod
    def take(message, heard, lateness):
        if message["type"] == "Error":
            heard.problems.append(f"{message.get('description')}")
        if message["type"] != "Results" or not message["is_final"]:
            return
        words = message["channel"]["alternatives"][0]["words"]
        # A final without words tells of silence, whose pieces are no part of what is said. One that ends a turn counts.
        if words or message["speech_final"]:
            kept = {name: message[name] for name in ("channel_index", "start", "duration", "speech_final", "channel")}
            heard.add(kept, words, lateness(message["start"] + message["duration"]))


class Listen:
    path, end = "/v4/listen", '{"type": "finish"}'

    @staticmethod
    def query(options):
        return {"codec": "pcm16", "sample_rate": RATE, "language": "en", "words": "true", "diarize": "true", "interims": "true", **options}

    @staticmethod
    def is_ready(message):
        return message["type"] == "service_status" and message["status"] == "ready"

    @staticmethod
    def take(message, heard, lateness):
        if message["type"] == "gap" or message["type"] == "service_status" and message["status"] == "stt_failed":
            heard.problems.append(f"{message}")
        elif message["type"] == "words" and message["words"]:
            heard.add(message, message["words"], lateness(message["end"] / RATE))
        elif message["type"] == "turn_ended":
            heard.add(message, [], 0)


PROTOCOLS = {"deepgram": Deepgram, "listen": Listen}


async def hear(http, url, key, stream, pcm, frame, speed):
    """What the stream says. With the speed 0 it goes as fast as the gateway takes it."""
    protocol, heard, ready, began = PROTOCOLS[stream.protocol], Heard(), asyncio.Event(), time.monotonic()
    address = url.replace("http", "ws", 1) + protocol.path + "?" + urllib.parse.urlencode(protocol.query(stream.options))

    def lateness(position):
        return time.monotonic() - began - position / speed if speed else 0.0

    async with http.ws_connect(address, headers={"Authorization": "Bearer " + key}, max_msg_size=0) as socket:

        async def read():
            async for message in socket:
                if message.type != aiohttp.WSMsgType.TEXT or message.data == "ping":
                    continue
                said = json.loads(message.data)
                if isinstance(said, dict):
                    if protocol.is_ready(said):
                        ready.set()
                    protocol.take(said, heard, lateness)

        reader = asyncio.create_task(read())
        if protocol is Listen:
            await asyncio.wait_for(ready.wait(), HANG)
        began = time.monotonic()
        step = frame * RATE // 1000 * 2
        for at in range(0, len(pcm), step):
            if speed:
                await asyncio.sleep(max(0.0, began + (at + step) / 2 / RATE / speed - time.monotonic()))
            await socket.send_bytes(pcm[at:at + step])
        await socket.send_str(protocol.end)
        await asyncio.wait_for(reader, HANG)
        if socket.close_code != 1000:
            heard.problems.append(f"closed with {socket.close_code}")
    return heard


async def run(url, keys, streams, frame, paced):
    """What each stream says. AT_ONCE of the streams run at a time; where it is paced, the conversations run beside them."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(http, stream, key):
        pcm = stream.samples()
        if paced and stream.speed > 1:
            return await hear(http, url, key, stream, pcm, frame, stream.speed)
        async with places:
            return await hear(http, url, key, stream, pcm, frame, stream.speed if paced else 0)

    async with aiohttp.ClientSession() as http:
        return await asyncio.gather(*(one(http, stream, key) for stream, key in zip(streams, keys)))


@contextlib.contextmanager
def busy_processes():
    """Beside the body, as many processes as processors compute all the time."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=dies_with_us) for _ in range(BUSY_PROCESSES)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def different(stream, fast, paced):
    """What a stream says otherwise at its pace."""
    for which, heard in (("as fast as it is taken", fast), ("at its pace", paced)):
        yield from (f"{stream.name}, {which}: {problem}" for problem in heard.problems)
        if not heard.words:
            yield f"{stream.name}, {which}: no words"
        # A voice that is heard for a few seconds may stay without a label.
        if stream.is_talk and not heard.speakers:
            yield f"{stream.name}, {which}: no speaker"
        if stream.languages and heard.languages != stream.languages:
            found, spoken = (", ".join(sorted(languages)) or "no language" for languages in (heard.languages, stream.languages))
            yield f"{stream.name}, {which}: words in {found}; {spoken} were spoken"
    if fast.finals != paced.finals:
        place = next((number for number, pair in enumerate(zip(fast.finals, paced.finals)) if pair[0] != pair[1]), min(len(fast.finals), len(paced.finals)))
        yield "\n    ".join([
            f"{stream.name}: {len(fast.finals)} finals as fast as it is taken, {len(paced.finals)} at its pace; they differ from number {place + 1} on",
            f"fast   {(fast.finals + ['nothing more'])[place]}", f"paced  {(paced.finals + ['nothing more'])[place]}"])


def judge(args, folder, streams):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:BUSY_PROCESSES])
    server = Server(args.harken, os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"})
    try:
        server.wait_until_ready(HANG)
        keys = [[server.make_key("--user", f"{which}-{number}") for number in range(len(streams))] for which in ("fast", "paced")]
        began = time.monotonic()
        fast = asyncio.run(run(server.url, keys[0], streams, LARGE_FRAME, paced=False))
        print(f"as fast as it is taken: {time.monotonic() - began:.0f} s", flush=True)
        with busy_processes():
            began = time.monotonic()
            paced = asyncio.run(run(server.url, keys[1], streams, SMALL_FRAME, paced=True))
        late = sorted(seconds for heard in paced for seconds in heard.late)
        print(f"at its pace beside {BUSY_PROCESSES} busy processes: {time.monotonic() - began:.0f} s; finals after the end of their audio: "
              + (f"{statistics.median(late):.1f} s, the last one {late[-1]:.1f} s" if late else "none"), flush=True)
        for stream, one, other in zip(streams, fast, paced):
            print(f"    {stream.name}: {one.words} words, {len(one.finals)} finals and ends of turns, {len(one.speakers)} speakers"
                  + (f", languages {', '.join(sorted(one.languages))}" if one.languages else ""), flush=True)
            yield from different(stream, one, other)
    finally:
        ending = server.stop_well()
    yield from ending


def main():
    parser = argparse.ArgumentParser(prog="scripts/play paced-finals", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--stream", action="append", type=int, metavar="N", help="only the Nth stream, from 1")
    args = parser.parse_args()
    streams = [stream for number, stream in enumerate(STREAMS + CONVERSATIONS, 1) if not args.stream or number in args.stream]
    return judged("paced-finals", lambda folder: judge(args, folder, streams), needs=AUDIO,
                  errors=(aiohttp.ClientError, TimeoutError, asyncio.TimeoutError))


if __name__ == "__main__":
    sys.exit(main())
