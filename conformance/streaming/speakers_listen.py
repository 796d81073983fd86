"""`/listen`'s live speakers, spoken with `websockets` as its documentation says.

Those of words (`words=true`, `diarize=true`), or with `--segments` those of a conversation's segments.
"""
import asyncio
import json
import urllib.parse

import websockets

from conformance_common import HANG, ws_url
from speakers_common import RATE, main


def spread(segment, begins):
    """The words of a segment, each with its share of the segment's time. A conversation's times count from its first word.

    `begins`: seconds from the recording's beginning to that word.
    """
    words, start = segment["text"].split(), begins + segment["start"]
    length = (segment["end"] - segment["start"]) / max(1, len(words))
    return [(word, start + place * length, start + (place + 1) * length, segment["speaker"]) for place, word in enumerate(words)]


class Heard:
    """What a session says; `end` gives the play the segments as the client was left with them."""

    def __init__(self, it):
        self.it, self.segments = it, {}

    def take(self, message):
        if isinstance(message, list):
            for segment in message:
                self.segments[segment["id"]] = self.it.said(spread(segment, self.it.turns[0][0]))
                self.it.shown += self.segments[segment["id"]]
        elif message["type"] == "segments_deleted":
            for gone in message["segment_ids"]:
                self.segments.pop(gone, None)
        elif message["type"] in ("words", "interim") and not self.it.args.segments:
            words = [(word["text"], word["start"] / RATE, word["end"] / RATE, word.get("speaker")) for word in message["words"]]
            self.it.words(words, message["type"] == "words")
        elif message["type"] == "gap" or message["type"] == "service_status" and message["status"] in ("stt_failed", "stt_degraded"):
            self.it.error(f"{message}")

    def end(self):
        self.it.finals += sorted((word for words in self.segments.values() for word in words), key=lambda word: word[1])


async def talk(it):
    # Conversations of two devices do not mix.
    kind = {"source": "plaud", "device_id": it.name} if it.args.segments else {"words": "true", "diarize": "true", "interims": "true"}
    query = urllib.parse.urlencode({"codec": "pcm16", "sample_rate": RATE, "language": "en", **kind})
    heard, ready = Heard(it), asyncio.Event()
    async with websockets.connect(ws_url(it.args.url, "/v4/listen") + "?" + query, additional_headers={"Authorization": "Bearer " + it.args.key},
                                  max_size=None, proxy=None) as socket:

        async def receive():
            try:
                async for text in socket:
                    message = None if text == "ping" else json.loads(text)
                    if isinstance(message, dict) and message.get("status") == "ready":
                        ready.set()
                    elif message is not None:
                        heard.take(message)
            finally:
                ready.set()

        reader = asyncio.create_task(receive())
        await asyncio.wait_for(ready.wait(), HANG)
        it.begin()
        for pcm, at in it.chunks():
            await asyncio.sleep(it.delay(at))
            await socket.send(pcm)
        await socket.send('{"type": "finish"}')
        await asyncio.wait_for(reader, it.args.patience)
        heard.end()
        if socket.close_code != 1000:
            it.error(f"closed with {socket.close_code} {socket.close_reason}")


if __name__ == "__main__":
    main("listen", "listen", lambda it: asyncio.run(talk(it)),
         lambda parser: parser.add_argument("--segments", action="store_true", help="a conversation's segments in place of words"))
