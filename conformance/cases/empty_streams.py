"""Live streams that end, or are silent, before any audio: none of them is told that its audio is broken, whether it announced raw samples or a container.

Deepgram's Python package found it (`examples/71-error-handling.py` opens `model=nova-3` alone, and only listens), and its JavaScript package
(`examples/27-deepgram-session-header.ts`, which names no encoding either). Browsers send WebM without `encoding`, and wait for the permission of the
microphone first. JavaScript's package comes from npm alone, so its opening is sent here: in Node.js by its headers, in a browser by its subprotocols.
"""

import asyncio
import threading
import uuid

from deepgram import DeepgramClient
from deepgram.core.events import EventType
from soniox import SonioxClient
from soniox.types import RealtimeSTTConfig
from speechmatics.rt import AsyncClient, AudioFormat, ServerMessageType, TranscriptionConfig

from common import A, HANG, Verdict, arguments, connect, cut, load, text, wav, words
from conformance_common import be_patient
from deepgram_sdk import make_environment

a = arguments(__doc__)
v = Verdict()
be_patient()
AsyncClient._wait_recognition_started.__defaults__ = (HANG,)  # it waits 5 s
JAVASCRIPT = "model=nova-3&language=en&punctuate=true&interim_results=true"


def kind(m):
    return m.get("type") if isinstance(m, dict) else getattr(m, "type", None)


def listen(version, end, **options):
    """What Deepgram's package hears: the messages, the error with which it ends, and the close code."""
    client, messages, errors = DeepgramClient(api_key="any", environment=make_environment(a.url)), [], []
    with getattr(client.listen, version).connect(**options) as connection:
        connection.on(EventType.MESSAGE, messages.append)
        connection.on(EventType.ERROR, errors.append)
        reader = threading.Thread(target=connection.start_listening, daemon=True)
        reader.start()
        if end:
            connection.send_close_stream()
        reader.join(HANG)
        hangs, protocol = reader.is_alive(), connection._websocket.protocol
        code, reason = protocol.close_code, protocol.close_reason
    told = f"{[kind(m) for m in messages]}, {code} {reason}" + (", and never ends" if hangs else "")
    broken = [m for m in messages if kind(m) == "Error"] or "DATA-0000" in (reason or "")
    return messages, code, reason or "", broken, told


def deepgram():
    for form, options in (("a container", {}), ("raw samples", {"encoding": "linear16", "sample_rate": 16000})):
        messages, code, _, broken, told = listen("v1", True, model="nova-3", **options)
        v.see(code == 1000 and [kind(m) for m in messages] == ["Metadata"] and not broken, f"Deepgram, {form}, closed at once: Metadata, 1000", told)
        messages, code, reason, broken, told = listen("v1", False, model="nova-3", **options)
        v.see(code == 1011 and "NET-0001" in reason and not broken, f"Deepgram, {form}, silent for 10 s: 1011 NET-0001", told)
        options = {name: str(value) for name, value in options.items()}
        messages, code, _, broken, told = listen("v2", True, model="flux-general-en", **options)
        v.see(code == 1000 and not broken, f"Flux, {form}, closed at once: 1000", told)


async def javascript():
    """The openings of Deepgram's JavaScript package: with the session's name, and with a whole WAV file in one breath, as its example sends one."""
    session = str(uuid.uuid4())
    data = wav(cut(load(a.audio, A), 0, 7.1))
    openings = {
        "Node.js": ({"Authorization": "Token any", "x-deepgram-session-id": session}, None),
        "a browser": ({}, ["token", "any", "x-deepgram-session-id", session]),
    }
    for where, (headers, protocols) in openings.items():
        s = await connect(f"{a.ws}/v1/listen?{JAVASCRIPT}", headers, subprotocols=protocols)
        await s.json({"type": "CloseStream"})
        await s.end()
        v.see(s.code == 1000 and [m["type"] for m in s.messages] == ["Metadata"], f"{where}, closed at once: Metadata, 1000", f"{s.code} {s.messages}")
        s = await connect(f"{a.ws}/v1/listen?{JAVASCRIPT}", headers, subprotocols=protocols)
        for at in range(0, len(data), 65_536):  # as a file is read there
            await s.raw(data[at : at + 65_536])
        await s.json({"type": "Finalize"})
        await s.wait(lambda m: m.get("from_finalize"))
        await s.json({"type": "CloseStream"})
        await s.end()
        v.see(s.code == 1000 and len(words(text(s))) > 10 and not s.of("Error"), f"{where}, a WAV file: words, 1000", f"{s.code} {text(s)[:60]!r}")


def soniox():
    client = SonioxClient(api_key="any", websocket_base_url=a.ws + "/transcribe-websocket")
    for form, options in (("auto", {}), ("pcm_s16le", {"sample_rate": 16000, "num_channels": 1})):
        config = RealtimeSTTConfig(model="stt-rt-v4", audio_format=form, **options)
        with client.realtime.stt.connect(config=config, connect_timeout_sec=HANG) as session:
            session.finish()
            told = []
            try:
                for event in session.receive_events():
                    told.append(f"{event.error_code} {event.error_message}")
            except Exception as problem:
                told.append(f"{type(problem).__name__}: {problem}")
        v.see(any("No audio received." in one for one in told), f"Soniox, {form}, ended at once: the vendor's words for it", told)
        v.see(not any("decode" in one.lower() for one in told), f"Soniox, {form}: nothing about its audio", told)


async def speechmatics():
    client, errors, ended = AsyncClient(api_key="any", url=a.ws + "/v2"), [], []
    client.on(ServerMessageType.ERROR, errors.append)
    client.on(ServerMessageType.END_OF_TRANSCRIPT, ended.append)
    # Without an encoding it announces a file.
    await client.start_session(transcription_config=TranscriptionConfig(language="en"), audio_format=AudioFormat())
    await asyncio.wait_for(client.stop_session(), HANG)
    v.see(ended and not errors, "Speechmatics, a file, ended at once: EndOfTranscript", errors or ended)


deepgram()
asyncio.run(javascript())
soniox()
asyncio.run(speechmatics())
v.end()
