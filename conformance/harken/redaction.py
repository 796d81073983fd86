#!/usr/bin/env python3
"""Redaction of real speech by the vendors' own clients: names that are said are in no message, and the other words are.

Recordings are sent over HTTP, live audio through the vendors' own clients, in real time.
"""

import concurrent.futures
import json
import sys
import threading
import time

import judging
import key_terms
from languages import SHARED

CLIP = "asr/ls-1688-142285-0001.flac"
SECRET = {"margaret", "hale"}
# Words around the names.
OTHERS = {"said", "returned", "showing", "guest"}


class Recorded(key_terms.Recorded):
    def deepgram(self, audio):
        status, answer = self.send("/v1/listen?language=en&punctuate=true&utterances=true&redact=name", audio, "audio/flac")
        return json.dumps(answer)

    def assemblyai(self, audio, **options):
        _, upload = self.send("/v2/upload", audio, "application/octet-stream")
        order = {"audio_url": upload["upload_url"], "language_code": "en", "redact_pii": True, "redact_pii_policies": ["person_name"], **options}
        status, answer = self.send("/v2/transcript", json.dumps(order).encode(), "application/json")
        for _ in range(240):
            if status != 200 or answer["status"] in ("completed", "error"):
                break
            time.sleep(0.5)
            status, answer = self.send("/v2/transcript/" + answer["id"])
        return json.dumps(answer)


class Live(key_terms.Live):
    """Each call returns all texts that a client got, interims too."""

    def deepgram(self):
        from deepgram import DeepgramClient
        from deepgram.core.events import EventType
        from deepgram_sdk import control, make_environment
        texts, closed = [], threading.Event()

        def on_message(message):
            if getattr(message, "type", None) == "Results":
                texts.append(message.channel.alternatives[0].transcript)

        client = DeepgramClient(environment=make_environment(self.url), api_key=self.key)
        with client.listen.v1.connect(
                model="nova-3", language="en", encoding="linear16", sample_rate=key_terms.RATE, channels=1, interim_results=True, punctuate=True,
                redact="name") as socket:
            socket.on(EventType.MESSAGE, on_message)
            socket.on(EventType.CLOSE, lambda _: closed.set())
            threading.Thread(target=socket.start_listening, daemon=True).start()
            for piece in self.pieces():
                socket.send_media(piece)
            control(socket, "CloseStream")
            closed.wait(60)
        return " ".join(texts)

    def assemblyai(self):
        from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions, StreamingEvents, StreamingParameters
        from conformance_common import ws_url
        texts = []
        client = StreamingClient(StreamingClientOptions(api_host=ws_url(self.url), api_key=self.key, connect_timeout=5))
        client.on(StreamingEvents.Turn, lambda _, turn: texts.append(turn.transcript))
        client.connect(StreamingParameters(
            sample_rate=key_terms.RATE, encoding="pcm_s16le", speech_model="universal-streaming-english", format_turns=True, redact_pii=True,
            redact_pii_policies=["person_name"], redact_pii_sub="entity_name"))
        for piece in self.pieces():
            client.stream(piece)
        client._options.terminate_timeout = 60
        client.disconnect(terminate=True)
        return " ".join(texts)


def run(args, check, _):
    import speech
    audio = (SHARED / CLIP).read_bytes()
    recorded = Recorded(args.url, args.key)
    plain = recorded.deepgram_query(audio, "")
    check("recorded, not asked for: the names are there", SECRET <= key_terms.words(plain), plain)

    def judge(name, text, label):
        heard = key_terms.words(text)
        check(name, not SECRET & heard and len(OTHERS & heard) > 1 and label in text, text)

    judge("recorded, deepgram", recorded.deepgram(audio), "[NAME_1]")
    judge("recorded, assemblyai, hash", recorded.assemblyai(audio), "####")
    judge("recorded, assemblyai, entity_name", recorded.assemblyai(audio, redact_pii_sub="entity_name"), "[PERSON_NAME]")
    live = Live(args.url, args.key, speech.load(str(SHARED / CLIP)).tobytes() + bytes(2 * key_terms.RATE))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        texts = {name: pool.submit(getattr(live, name)) for name in ("deepgram", "assemblyai")}
        for name, label in (("deepgram", "[NAME_1]"), ("assemblyai", "[PERSON_NAME]")):
            try:
                text = texts[name].result()
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
            judge(f"live, {name}", text, label)


def missing(_):
    return None if (SHARED / CLIP).exists() else "the development recordings (../shared/audio) are not here"


if __name__ == "__main__":
    sys.exit(judging.main(__doc__, run, missing=missing))
