"""`/listen`, Harken's own protocol, spoken with `websockets` as its documentation says: a session of words, and a conversation.

`harken/listen` has each of its rules; here it is one client among those of the other protocols.
"""
import asyncio
import json
import urllib.parse

import websockets

from conformance_common import HANG, Pacer, Run, normalise, ws_url

PATH = "/v4/listen"


class Client:
    def __init__(self, run, audio, **query):
        self.run, self.audio = run, audio
        self.query = {"codec": "pcm16", "sample_rate": audio.rate, **query}
        self.ready = asyncio.Event()

    async def talk(self, take):
        """Sends the audio; `take` gets each message."""
        address = ws_url(self.run.args.url, PATH) + "?" + urllib.parse.urlencode(self.query)
        async with websockets.connect(address, additional_headers={"Authorization": "Bearer " + self.run.args.key}, max_size=None, proxy=None) as ws:
            receiver = asyncio.create_task(self.receive(ws, take))
            await asyncio.wait_for(self.ready.wait(), HANG)
            pacer = Pacer(self.run.args.speed)
            for pcm, at in self.audio.chunks(self.run.args.chunk_ms):
                await asyncio.sleep(pacer.delay(at))
                await ws.send(pcm)
            self.run.audio_sent()
            await ws.send('{"type": "finish"}')
            await asyncio.wait_for(receiver, self.run.args.timeout)
            if ws.close_code != 1000:
                self.run.error(f"closed with {ws.close_code} {ws.close_reason}")

    async def receive(self, ws, take):
        try:
            async for text in ws:
                message = None if text == "ping" else json.loads(text)
                if isinstance(message, dict) and message.get("type") == "service_status":
                    if message["status"] == "ready":
                        self.ready.set()
                    elif message["status"] in ("stt_failed", "stt_degraded"):
                        self.run.error(f"{message}")
                elif message is not None:
                    take(message)
        finally:
            self.ready.set()


async def words(run, audio):
    def take(message):
        kind = message["type"]
        if kind not in ("words", "interim"):
            run.event(kind, **{name: value for name, value in message.items() if name != "type"})
            return
        start, end = message["start"] / audio.rate, message["end"] / audio.rate
        said = [(word["text"], word["start"] / audio.rate, word["end"] / audio.rate) for word in message["words"]]
        text = " ".join(word for word, _, _ in said)
        if kind == "interim":
            run.interim(text, start, end)
            return
        # The ranges of words tile the session's time.
        if abs(start - run.through) > 0.001:
            run.error(f"words from {start:.3f} s follow what ended at {run.through:.3f} s")
        run.through = end
        run.final(text, start, end, said, reason=message["reason"], engine=message["engine"])

    run.through = 0.0
    await Client(run, audio, words="true").talk(take)
    if abs(run.through - audio.seconds) > 0.001:
        run.error(f"words reach to {run.through:.3f} s of {audio.seconds:.3f} s")


async def conversation(run, audio):
    """The segments: one may be sent again when it has grown."""
    segments = {}

    def take(message):
        if isinstance(message, list):
            segments.update((segment["id"], segment) for segment in message)
        elif message["type"] == "segments_deleted":
            for gone in message["segment_ids"]:
                segments.pop(gone, None)

    await Client(run, audio, source="plaud").talk(take)
    ordered = sorted(segments.values(), key=lambda segment: segment["start"])
    text = " ".join(segment["text"] for segment in ordered)
    run.event("conversation", text=text)
    if any(segment["end"] > audio.seconds + run.args.slack or segment["start"] < 0 for segment in ordered):
        run.error(f"a segment lies outside of the audio: {ordered}")
    if run.truth and normalise(text) != run.words_of_truth():
        run.error(f"the conversation is {text!r}")
    elif not normalise(text):
        run.error("the conversation is empty")


async def guard(run, audio):
    try:
        await asyncio.gather(words(run, audio), conversation(run, audio))
        run.terminated("finish, then close")
    except Exception as exc:
        run.error(f"{type(exc).__name__}: {exc}")


def main():
    run = Run("listen", "listen")
    audio = run.load()
    run.opened()
    asyncio.run(guard(run, audio))
    run.finish()


if __name__ == "__main__":
    main()
