#!/usr/bin/env python3
"""Key terms through every protocol: names that the recognizer writes wrong come right once the client names them, and only then.

Recordings are sent over HTTP, live audio through the vendors' own clients, in real time.
"""

import asyncio
import base64
import concurrent.futures
import json
import pathlib
import re
import sys
import threading
import time

import judging
from languages import SHARED, Gateway

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "streaming"))

CLIP = "asr/ls-1998-15444-0009.flac"
# What is said, and what is heard without the terms: "nocotic", "Epomorphine".
TERMS = ["apomorphine", "narcotic", "Cambridge"]
EXPECTED = {"apomorphine", "narcotic"}
RATE = 16_000


def words(text):
    return set(re.findall(r"[a-z']+", text.lower()))


class Recorded(Gateway):
    """Each call returns the text of the recording with these terms; none: without."""

    def openai_prompt(self, audio, terms):
        return self.form(audio, {"prompt": "Glossary: " + ", ".join(terms)} if terms else {})

    def openai_keywords(self, audio, terms):
        return self.form(audio, {"keywords[]": terms})

    def form(self, audio, fields):
        lines = []
        for name, value in ({"model": "whisper-1", "language": "en"} | fields).items():
            for each in value if isinstance(value, list) else [value]:
                lines.append(f'--mark\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{each}\r\n'.encode())
        lines += [b'--mark\r\nContent-Disposition: form-data; name="file"; filename="a.flac"\r\n\r\n', audio, b"\r\n--mark--\r\n"]
        status, answer = self.send("/v1/audio/transcriptions", b"".join(lines), "multipart/form-data; boundary=mark")
        return answer["text"] if status == 200 else f"{status} {answer}"

    def deepgram_keyterm(self, audio, terms):
        return self.deepgram_query(audio, "".join(f"&keyterm={term}" for term in terms))

    def deepgram_keywords(self, audio, terms):
        return self.deepgram_query(audio, "".join(f"&keywords={term}:2" for term in terms))

    def deepgram_query(self, audio, query):
        status, answer = self.send("/v1/listen?language=en" + query, audio, "audio/flac")
        return answer["results"]["channels"][0]["alternatives"][0]["transcript"] if status == 200 else f"{status} {answer}"

    def assemblyai_keyterms_prompt(self, audio, terms):
        _, upload = self.send("/v2/upload", audio, "application/octet-stream")
        order = {"audio_url": upload["upload_url"], "language_code": "en"} | ({"keyterms_prompt": terms} if terms else {})
        status, answer = self.send("/v2/transcript", json.dumps(order).encode(), "application/json")
        for _ in range(240):
            if status != 200 or answer["status"] in ("completed", "error"):
                break
            time.sleep(0.5)
            status, answer = self.send("/v2/transcript/" + answer["id"])
        return answer.get("text") or f"{status} {answer}" if status == 200 else f"{status} {answer}"


class Live:
    """Each call streams the audio with these terms through a vendor's client, and returns the text of its finals."""

    def __init__(self, url, key, pcm):
        self.url, self.key, self.pcm = url, key, pcm

    def pieces(self, pcm=None, rate=RATE):
        """The audio in pieces of 100 ms, in real time."""
        pcm, begun = pcm or self.pcm, time.monotonic()
        for index, at in enumerate(range(0, len(pcm), rate // 5)):
            time.sleep(max(0, begun + index / 10 - time.monotonic()))
            yield pcm[at:at + rate // 5]

    def deepgram(self, terms, later=False):
        from deepgram import DeepgramClient
        from deepgram.core.events import EventType
        from deepgram_sdk import control, make_environment
        texts, closed = [], threading.Event()

        def on_message(message):
            if getattr(message, "type", None) == "Results" and message.is_final:
                texts.append(message.channel.alternatives[0].transcript)

        client = DeepgramClient(environment=make_environment(self.url), api_key=self.key)
        with client.listen.v1.connect(
                model="nova-3", language="en", encoding="linear16", sample_rate=RATE, channels=1, interim_results=True, keyterm=terms) as socket:
            socket.on(EventType.MESSAGE, on_message)
            socket.on(EventType.CLOSE, lambda _: closed.set())
            threading.Thread(target=socket.start_listening, daemon=True).start()
            for piece in self.pieces():
                socket.send_media(piece)
            control(socket, "CloseStream")
            closed.wait(60)
        return " ".join(texts)

    def assemblyai(self, terms, later=False):
        from assemblyai.streaming.v3 import (
            StreamingClient, StreamingClientOptions, StreamingEvents, StreamingParameters, StreamingSessionParameters)
        from conformance_common import ws_url
        turns = {}

        def on_turn(_, turn):
            if turn.end_of_turn:
                turns[turn.turn_order] = turn.transcript

        client = StreamingClient(StreamingClientOptions(api_host=ws_url(self.url), api_key=self.key, connect_timeout=5))
        client.on(StreamingEvents.Turn, on_turn)
        client.connect(StreamingParameters(
            sample_rate=RATE, encoding="pcm_s16le", speech_model="universal-streaming-english", format_turns=True,
            **({} if later or not terms else {"keyterms_prompt": terms})))
        for index, piece in enumerate(self.pieces()):
            client.stream(piece)
            if later and index == 2:
                client.set_params(StreamingSessionParameters(keyterms_prompt=terms))
        client._options.terminate_timeout = 60
        client.disconnect(terminate=True)
        return " ".join(text for _, text in sorted(turns.items()))

    def assemblyai_update(self, terms):
        return self.assemblyai(terms, later=True)

    def soniox(self, terms):
        from conformance_common import ws_url
        from soniox import SonioxClient
        from soniox.types import RealtimeSTTConfig, StructuredContext
        texts = []
        client = SonioxClient(api_key=self.key, websocket_base_url=ws_url(self.url, "/transcribe-websocket"))
        config = RealtimeSTTConfig(
            model="stt-rt-v4", audio_format="pcm_s16le", sample_rate=RATE, num_channels=1, language_hints=["en"], enable_endpoint_detection=True,
            **({"context": StructuredContext(terms=terms)} if terms else {}))

        def receive(session):
            for event in session.receive_events():
                texts.extend(token.text for token in event.tokens if token.is_final and not token.text.startswith("<"))

        with client.realtime.stt.connect(config=config) as session:
            reader = threading.Thread(target=receive, args=(session,), daemon=True)
            reader.start()
            for piece in self.pieces():
                session.send_byte_chunk(piece)
            session.finish()
            reader.join(60)
        return "".join(texts)

    # Terms go in when a phrase ends: with a short `max_delay`, words would be sent before.
    def speechmatics(self, terms):
        from conformance_common import ws_url
        from speechmatics.rt import AsyncClient, AudioEncoding, AudioFormat, ServerMessageType, TranscriptionConfig
        texts = []

        async def talk():
            client = AsyncClient(api_key=self.key, url=ws_url(self.url, "/v2"))
            client.on(ServerMessageType.ADD_TRANSCRIPT, lambda message: texts.append(message["metadata"]["transcript"]))
            vocabulary = {"additional_vocab": [{"content": term} for term in terms]} if terms else {}
            await client.start_session(
                transcription_config=TranscriptionConfig(language="en", enable_partials=True, max_delay=20, **vocabulary),
                audio_format=AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=RATE))
            for at in range(0, len(self.pcm), RATE // 5):
                await client.send_audio(self.pcm[at:at + RATE // 5])
                await asyncio.sleep(0.1)
            await asyncio.wait_for(client.stop_session(), 60)

        asyncio.run(talk())
        return "".join(texts)

    def openai_realtime(self, terms):
        import numpy
        import soxr
        from conformance_common import http_url
        from openai import AsyncOpenAI
        pcm = soxr.resample(numpy.frombuffer(self.pcm, numpy.int16), RATE, 24_000).astype("<i2").tobytes()
        texts = []

        async def talk():
            client = AsyncOpenAI(api_key=self.key, base_url=http_url(self.url, "/v1"), max_retries=0)
            transcription = {"model": "gpt-4o-transcribe", "language": "en"} | ({"prompt": ", ".join(terms)} if terms else {})
            session = {"type": "transcription", "audio": {"input": {
                "format": {"type": "audio/pcm", "rate": 24_000}, "transcription": transcription, "turn_detection": None}}}
            async with client.realtime.connect(extra_query={"intent": "transcription"}) as socket:
                await socket.session.update(session=session)
                for at in range(0, len(pcm), 4_800):
                    await socket.input_audio_buffer.append(audio=base64.b64encode(pcm[at:at + 4_800]).decode())
                    await asyncio.sleep(0.1)
                await socket.input_audio_buffer.commit()
                async for event in socket:
                    if event.type == "conversation.item.input_audio_transcription.completed":
                        texts.append(event.transcript)
                        return

        asyncio.run(asyncio.wait_for(talk(), 120))
        return " ".join(texts)


def run(args, check, _):
    import speech
    audio = (SHARED / CLIP).read_bytes()
    recorded = Recorded(args.url, args.key)
    plain = recorded.deepgram_keyterm(audio, [])
    check("recorded, no terms: the words are written wrong", not EXPECTED & words(plain), plain)
    for name in ("openai_prompt", "openai_keywords", "deepgram_keyterm", "deepgram_keywords", "assemblyai_keyterms_prompt"):
        text = getattr(recorded, name)(audio, TERMS)
        check(f"recorded, {name}", EXPECTED <= words(text) and "cambridge" not in words(text), text)
    # A second of silence, so that the last turn ends.
    live = Live(args.url, args.key, speech.load(str(SHARED / CLIP)).tobytes() + bytes(2 * RATE))
    names = ("deepgram", "assemblyai", "assemblyai_update", "soniox", "speechmatics", "openai_realtime")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        texts = {name: pool.submit(getattr(live, name), TERMS) for name in names}
        silent = pool.submit(live.deepgram, [])
        for name in names:
            try:
                text = texts[name].result()
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
            check(f"live, {name}", EXPECTED <= words(text) and "cambridge" not in words(text), text)
        check("live, no terms: the words are written wrong", not EXPECTED & words(silent.result()), silent.result())


def missing(_):
    return None if (SHARED / CLIP).exists() else "the development recordings (../shared/audio) are not here"


if __name__ == "__main__":
    sys.exit(judging.main(__doc__, run, missing=missing))
