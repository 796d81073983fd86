"""LiveKit's plugin as a client: live streams of one dialect, and how long each answer took from the frame that caused it.

`plugin.py DIALECT PORT STREAMS SECONDS` prints `open`, then one line of JSON.
"""
import asyncio
import json
import re
import sys
import time

import aiohttp
from livekit import rtc
from livekit.plugins import assemblyai, deepgram

dialect, port, streams, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
FRAME = b"\1" * 1_600
PERIOD = 0.05
PER_ANSWER = 10
WORD = re.compile(r"[nN](\d+)")
latencies = []


def engine(session):
    if dialect == "deepgram":
        return deepgram.STT(api_key="bench", base_url=f"http://127.0.0.1:{port}/v1/listen", http_session=session)
    return assemblyai.STT(api_key="bench", base_url=f"ws://127.0.0.1:{port}", http_session=session)


class Stream:
    def __init__(self, stt):
        self.stream = stt.stream()
        self.sent = 0
        self.asked = {}

    async def listen(self):
        async for event in self.stream:
            for alternative in event.alternatives[:1]:
                if (word := WORD.match(alternative.text)) and (at := self.asked.pop(word[1], None)):
                    latencies.append((time.perf_counter() - at) * 1e3)

    async def send(self, start, end):
        due = start
        while due < end:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            self.sent += 1
            if self.sent % PER_ANSWER == 0:
                self.asked[str(self.sent)] = time.perf_counter()
            self.stream.push_frame(rtc.AudioFrame(FRAME, 16_000, 1, 800))
            due += PERIOD


def at(share):
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))] if latencies else 0


async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        stt = engine(session)
        all_streams = [Stream(stt) for _ in range(streams)]
        listeners = [asyncio.create_task(stream.listen()) for stream in all_streams]
        await asyncio.sleep(2)  # for their connections
        print("open", flush=True)
        start = time.perf_counter() + 0.02
        await asyncio.gather(*(s.send(start + PERIOD * i / streams, start + seconds) for i, s in enumerate(all_streams)))
        await asyncio.sleep(0.5)
        latencies.sort()
        print(json.dumps({
            "streams": streams, "answers": len(latencies), "expected": sum(s.sent // PER_ANSWER for s in all_streams),
            "p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "max_ms": at(1)}), flush=True)
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*(s.stream.aclose() for s in all_streams), return_exceptions=True)


asyncio.run(main())
