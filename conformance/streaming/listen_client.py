"""`/listen`, Harken's own protocol, spoken with `websockets` as its documentation says: a session of words, a conversation, and push-to-talk.

`harken/listen` has each of its rules; here it is one client among those of the other protocols.
"""
import asyncio
import json
import urllib.parse

import websockets

from conformance_common import HANG, Pacer, Run, languages, normalise, word_error_rate, ws_url

PATH, PUSH_TO_TALK = "/v4/listen", "/v2/voice-message/transcribe-stream"


def extra(p):
    p.add_argument("--language", help="default: none is named")
    p.add_argument("--push-to-talk", action="store_true", help="a session of push-to-talk too")


class Client:
    def __init__(self, run, audio, path=PATH, **query):
        self.run, self.audio, self.path = run, audio, path
        named = {"language": run.args.language} if run.args.language else {}
        self.query = {"codec": "pcm16", "sample_rate": audio.rate, **named, **query}
        self.ready = asyncio.Event()

    async def talk(self, take):
        """Sends the audio; `take` gets each message."""
        address = ws_url(self.run.args.url, self.path) + "?" + urllib.parse.urlencode(self.query)
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
        run.final(text, start, end, said, reason=message["reason"], engine=message["engine"],
                  languages=languages(word.get("language") for word in message["words"]))

    run.through = 0.0
    await Client(run, audio, words="true").talk(take)
    if abs(run.through - audio.seconds) > 0.001:
        run.error(f"words reach to {run.through:.3f} s of {audio.seconds:.3f} s")


async def segments(run, audio, name, **options):
    """The segments of a conversation, or of push-to-talk: one may be sent again when it has grown."""
    found = {}

    def take(message):
        if isinstance(message, list):
            found.update((segment["id"], segment) for segment in message)
        elif message["type"] == "segments_deleted":
            for gone in message["segment_ids"]:
                found.pop(gone, None)

    await Client(run, audio, **options).talk(take)
    ordered = sorted(found.values(), key=lambda segment: segment["start"])
    text = " ".join(segment["text"] for segment in ordered)
    run.event(name, text=text)
    if any(segment["end"] > audio.seconds + run.args.slack or segment["start"] < 0 for segment in ordered):
        run.error(f"a segment lies outside of the audio: {ordered}")
    if not normalise(text):
        run.error(f"the {name} is empty")
    elif run.truth and normalise(text) != run.words_of_truth():
        run.error(f"the {name} is {text!r}")
    elif run.args.expect_text and (rate := word_error_rate(run.args.expect_text, text)) > run.args.max_wer:
        run.error(f"the {name} has the word error rate {rate:.2f}: {text!r}")


async def guard(run, audio):
    try:
        sessions = [words(run, audio), segments(run, audio, "conversation", source="plaud")]
        if run.args.push_to_talk:
            sessions.append(segments(run, audio, "push-to-talk", path=PUSH_TO_TALK))
        await asyncio.gather(*sessions)
        run.terminated("finish, then close")
    except Exception as exc:
        run.error(f"{type(exc).__name__}: {exc}")


def main():
    run = Run("listen", "listen", extra=extra)
    audio = run.load()
    run.opened()
    asyncio.run(guard(run, audio))
    run.finish()


if __name__ == "__main__":
    main()
