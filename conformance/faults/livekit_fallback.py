"""The scenarios through LiveKit: its fallback adapter straight at the simulated vendors, and its Deepgram plugin through `harken serve`.

Deepgram comes first, AssemblyAI second. Started by run.py, whose table has its rows beside the gateway's.
"""

import argparse
import asyncio
import json
import logging
import pickle
import sys
import tempfile
import time

import aiohttp
from livekit import rtc
from livekit.agents.stt import FallbackAdapter, SpeechEventType
from livekit.agents.types import APIConnectOptions
from livekit.plugins import assemblyai, deepgram

import cell
from clients import FRAME, PATIENCE, RATE, Heard
from count import Word
from gateway import Server
from matrix import ADDRESSES
from scenarios import CLEAN, DEAD, LOCAL, SCENARIOS
from simulators import KEY

TUNED = {"attempt_timeout": 2.0, "max_retry_per_stt": 0, "retry_interval": 0.5}


class Adapter:
    """The fallback adapter over both vendors."""

    def __init__(self, name, title, options):
        self.name, self.title, self.options = name, title, options

    async def hear(self, scenario, vendors, recording, folder):
        async with aiohttp.ClientSession() as session:
            engines = [deepgram.STT(api_key=KEY, base_url=vendors.urls["deepgram"] + "/v1/listen", http_session=session)]
            if "second" in scenario.engines:
                address = vendors.urls["assemblyai"].replace("http", "ws", 1)
                engines.append(assemblyai.STT(api_key=KEY, base_url=address, http_session=session))
            adapter = FallbackAdapter(engines, **self.options)
            try:
                return await drive(adapter.stream(), scenario, vendors, recording), []
            finally:
                await adapter.aclose()


class OverHarken:
    """The Deepgram plugin alone, and the gateway as its vendor."""

    def __init__(self, name, title, harken):
        self.name, self.title, self.harken = name, title, harken

    async def hear(self, scenario, vendors, recording, folder):
        names = [{"first": "deepgram", "second": "assemblyai"}.get(place, place) for place in scenario.engines]
        settings = {"HARKEN_ENGINES": ",".join(names)}
        for vendor, url in vendors.urls.items():
            settings[vendor.upper() + "_API_KEY"] = KEY
            settings |= {f"{vendor.upper()}_{name}": form.format(url) for name, form in ADDRESSES[vendor].items()}
        server = await asyncio.to_thread(Server, self.harken, tempfile.mkdtemp(dir=folder), settings)
        try:
            await asyncio.to_thread(cell.wait_for_all, server)
            async with aiohttp.ClientSession() as session:
                engine = deepgram.STT(api_key="any", base_url=server.url + "/v1/listen", http_session=session)
                stream = engine.stream(conn_options=APIConnectOptions(max_retry=0, timeout=10.0))
                return await drive(stream, scenario, vendors, recording), cell.failures_logged(server)
        finally:
            await asyncio.to_thread(server.stop)


async def drive(stream, scenario, vendors, recording):
    heard = Heard(began=time.monotonic())
    step = int(RATE * FRAME) * 2

    async def speak():
        for number, at in enumerate(range(0, len(recording.pcm), step), 1):
            await asyncio.sleep(max(0.0, heard.began + number * FRAME - time.monotonic()))
            pcm = recording.pcm[at:at + step]
            stream.push_frame(rtc.AudioFrame(data=pcm, sample_rate=RATE, num_channels=1, samples_per_channel=len(pcm) // 2))
        stream.end_input()

    async def meddle():
        if scenario.outage:
            await asyncio.sleep(vendors.mid)
            await vendors.outage(scenario.outage)

    async def listen():
        async for event in stream:
            if event.type == SpeechEventType.FINAL_TRANSCRIPT and event.alternatives:
                now = time.monotonic()
                heard.words += [Word(str(word), word.start_time, word.end_time, now) for word in event.alternatives[0].words or []]

    tasks = [asyncio.create_task(speak()), asyncio.create_task(meddle())]
    try:
        await asyncio.wait_for(listen(), recording.seconds + PATIENCE)
    except TimeoutError:
        heard.problems.append(f"no end within {PATIENCE} s")
    except Exception as error:  # whatever the library has to say of the loss of its engines
        heard.problems.append(f"{type(error).__name__}: {error}")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await asyncio.wait_for(stream.aclose(), 10)
        except Exception as error:
            heard.problems.append(f"at its close: {type(error).__name__}: {error}")
    return heard


async def one(way, scenario, recording, folder):
    outcome = cell.Outcome(scenario.name, "deepgram", len(recording.words))
    vendors = await asyncio.to_thread(cell.Vendors, scenario, "deepgram", recording)
    try:
        heard, logged = await way.hear(scenario, vendors, recording, folder)
        fault_at = heard.began + vendors.mid if scenario.outage else heard.began if scenario.first == DEAD else None
        cell.judge(outcome, recording, heard, await asyncio.to_thread(vendors.sessions), logged, fault_at, scenario.nobody_for)
    except Exception as error:
        outcome.problems.append(f"{type(error).__name__}: {error}")
    finally:
        await asyncio.to_thread(vendors.stop)
    return outcome


async def run(args):
    with open(args.recording, "rb") as file:
        recording = pickle.load(file)
    scenarios = [one for one in SCENARIOS if one.name in args.scenario]
    ways = [Adapter("LiveKit's adapter", "its fallback adapter as it comes, Deepgram first, then AssemblyAI; no local engine", {}),
            Adapter("the same, tuned", ", ".join(f"{name} {value}" for name, value in TUNED.items()), TUNED),
            OverHarken("LiveKit over Harken", "its Deepgram plugin, with the gateway as its vendor", args.harken)]
    room = asyncio.Semaphore(args.jobs)

    async def limited(way, scenario, folder):
        async with room:
            return await one(way, scenario, recording, folder)

    with tempfile.TemporaryDirectory(prefix="harken-faults-livekit-") as folder:
        parts = []
        for way in ways:
            able = [scenario for scenario in scenarios if scenario.name != LOCAL or isinstance(way, OverHarken)]
            outcomes = await asyncio.gather(*(limited(way, scenario, folder) for scenario in able))
            clean = [outcome for outcome in outcomes if outcome.scenario in (CLEAN, LOCAL) and "pairs" in outcome.detail]
            for outcome in outcomes:
                if "pairs" in outcome.detail:
                    cell.compare(outcome, clean)
            parts.append({"name": way.name, "title": way.title, "rows": [outcome.record() for outcome in outcomes]})
    with open(args.output, "w") as file:
        json.dump(parts, file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recording", required=True, help="pickled by run.py")
    parser.add_argument("--harken", required=True)
    parser.add_argument("--scenario", action="append", required=True)
    parser.add_argument("--jobs", type=int, default=10)
    parser.add_argument("--output", required=True)
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what fails is in the rows
    asyncio.run(run(args))


if __name__ == "__main__":
    sys.exit(main())
