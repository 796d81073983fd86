"""Live audio from a server that takes recordings only: how right the live words are against the server's own recordings, words out of sounds
that are no speech, and how soon words are shown.

The clips are played in real time to a gateway whose only engine for live audio is the server, over Deepgram's protocol.
"""

import argparse
import asyncio
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "local"))
import audio_set  # noqa: E402
import numpy  # noqa: E402
import websockets  # noqa: E402
from faster_whisper import decode_audio  # noqa: E402

rate = 16_000


def pcm_of(path):
    samples = decode_audio(str(path), sampling_rate=rate)
    return (samples * 32_768).clip(-32_768, 32_767).astype("<i2").tobytes()


def sounds():
    """Sounds of ten seconds that are no speech, by their names."""
    time = numpy.arange(10 * rate) / rate
    noise = numpy.random.default_rng(1).standard_normal(10 * rate)
    beep = numpy.sin(2 * numpy.pi * 440 * time) * (time % 1 < 0.5)
    sweep = numpy.sin(2 * numpy.pi * (100 + 150 * time) * time)
    swell = noise * (0.5 + 0.5 * numpy.sin(2 * numpy.pi * 3 * time)) / 4
    return {name: (0.3 * 32_767 * sound.clip(-1, 1)).astype("<i2").tobytes() for name, sound in [("beeps", beep), ("sweep", sweep), ("swell", swell)]}


def wav_of(pcm):
    def number(value, size):
        return value.to_bytes(size, "little")

    head = b"RIFF" + number(36 + len(pcm), 4) + b"WAVEfmt " + number(16, 4) + number(1, 2) + number(1, 2)
    return head + number(rate, 4) + number(2 * rate, 4) + number(2, 2) + number(16, 2) + b"data" + number(len(pcm), 4) + pcm


def recorded(base, pcm, model):
    boundary = uuid.uuid4().hex
    fields = {"model": model, "response_format": "json", "language": "en"}
    body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items())
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'.encode()
    body += wav_of(pcm) + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        base + "/audio/transcriptions", body,
        {"Content-Type": f"multipart/form-data; boundary={boundary}", "Authorization": "Bearer none"})
    return json.load(urllib.request.urlopen(request, timeout=300))["text"]


async def live(gateway, pcm):
    """Returns the text, and for each word the seconds from its end to the first message that shows it."""
    query = f"encoding=linear16&sample_rate={rate}&channels=1&interim_results=true&language=en&smart_format=true&engine=openai"
    url = gateway.replace("http", "ws") + "/v1/listen?" + query
    texts, delays = [], []
    async with websockets.connect(url, max_size=None) as socket:
        start = time.monotonic()
        # Silence behind the clip, so that its last turn ends as turns do.
        audio = pcm + bytes(2 * rate)

        async def send():
            step = rate // 20 * 2
            for index in range(0, len(audio), step):
                due = start + index / 2 / rate
                await asyncio.sleep(max(0, due - time.monotonic()))
                await socket.send(audio[index : index + step])
            await socket.send(json.dumps({"type": "CloseStream"}))

        sending = asyncio.create_task(send())
        shown = []
        async for message in socket:
            now = time.monotonic() - start
            answer = json.loads(message)
            if answer["type"] != "Results":
                continue
            best = answer["channel"]["alternatives"][0]
            while len(shown) < len(best["words"]):
                shown.append(now)
            if answer["is_final"]:
                texts.append(best["transcript"])
                delays += [seen - word["end"] for seen, word in zip(shown, best["words"])]
                shown = []
        await sending
    return " ".join(filter(None, texts)), delays


def wait_for(url, seconds=60):
    limit = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(url, timeout=2).read()
        except OSError:
            if time.monotonic() > limit:
                sys.exit(f"{url} does not answer")
            time.sleep(0.2)


async def play(gateway, clips, count):
    """- clips: names and what gives their audio."""
    waiting, results = list(clips), {}

    async def one():
        while waiting:
            name, audio = waiting.pop(0)
            results[name] = await live(gateway, audio())
            print(f"{len(results)}/{len(clips)} {name}: {results[name][0]}", file=sys.stderr, flush=True)

    await asyncio.gather(*(one() for _ in range(count)))
    return results


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("results", type=pathlib.Path)
    arguments.add_argument("--harken", required=True, help="the program")
    server = arguments.add_mutually_exclusive_group(required=True)
    server.add_argument("--server", help="the server's address with its path: http://127.0.0.1:8000/v1")
    server.add_argument("--whisper", help="a folder with a model of faster-whisper")
    arguments.add_argument("--beam", type=int, default=1, help="beam of faster-whisper")
    arguments.add_argument("--model", default="whisper-1")
    arguments.add_argument("--audio", type=pathlib.Path, required=True, help="a folder with a manifest.jsonl")
    arguments.add_argument("--minutes", type=float, default=6, help="minutes of English speech")
    arguments.add_argument("--streams", type=int, default=1)
    arguments.add_argument("--interim", type=float, default=1, help="OPENAI_INTERIM_SECONDS")
    given = arguments.parse_args()

    clips = audio_set.load(given.audio)
    silent = [clip for clip in clips if "no speech" in clip.subsets]
    english = [clip for clip in clips if "english" in clip.subsets]
    random.Random(1).shuffle(english)
    chosen, length = [], 0.0
    for clip in english:
        if length < 60 * given.minutes:
            chosen.append(clip)
            length += clip.seconds

    played_clips = [(clip.name, lambda clip=clip: pcm_of(clip.path)) for clip in chosen + silent]
    played_clips += [(name, lambda pcm=pcm: pcm) for name, pcm in sounds().items()]
    quiet = [clip.name for clip in silent] + list(sounds())

    server = None
    if given.whisper:
        command = [sys.executable, here / "whisper_server.py", given.whisper, "--threads", "2", "--beam", str(given.beam)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        given.server = f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}/v1"

    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ, OPENAI_API_KEY="none", OPENAI_BASE_URL=given.server, OPENAI_STT_MODEL=given.model, OPENAI_LIVE="true",
            OPENAI_INTERIM_SECONDS=str(given.interim))
        port = 20_000 + os.getpid() % 20_000
        log = open(folder + "/log", "w")
        gateway = subprocess.Popen(
            [given.harken, "serve", "--listen", f"127.0.0.1:{port}", "--data", folder + "/data"], env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address + "/ready")
            played = asyncio.run(play(address, played_clips, given.streams))
            own = {clip.name: recorded(given.server, pcm_of(clip.path), given.model) for clip in chosen}
        except BaseException:
            print(pathlib.Path(folder + "/log").read_text()[-4_000:], file=sys.stderr)
            raise
        finally:
            gateway.terminate()
            gateway.wait()
            if server:
                server.terminate()
    texts = {name: text for name, (text, _) in played.items()}
    delays = sorted(delay for clip in chosen for delay in played[clip.name][1])
    result = {
        "recorded": audio_set.score(chosen, own)["english"],
        "live": audio_set.score(chosen, texts)["english"],
        "no speech": {"clips": len(quiet), "invented": [f"{name}: {texts[name]}" for name in quiet if texts[name]]},
        "delay of words": {
            "count": len(delays), **{f"p{share}": round(delays[min(len(delays) - 1, len(delays) * share // 100)], 3) for share in (50, 90, 95, 99)}},
    }
    result["relative WER"] = result["live"]["wer"] / result["recorded"]["wer"] - 1
    given.results.parent.mkdir(parents=True, exist_ok=True)
    given.results.write_text(json.dumps(result | {"texts": {n: {"live": texts[n], "recorded": own.get(n)} for n in texts}}, indent=1))
    print(json.dumps(result, indent=1))


main()
