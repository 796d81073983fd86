"""OpenAI realtime's beta, through OpenAI's Python package: the names of events follow the request, not the header alone.

Lemonade's tests found it (`test/server_whisper.py`, 006 to 008), which drive this package: it opens without `intent=transcription`, waits for
`session.created`, sends `session.update` with the model, and waits for `session.updated`. Lemonade itself is a server; its tests cannot be had as a package.
"""

import asyncio
import base64

from openai import AsyncOpenAI

from common import A, HANG, Verdict, arguments, cut, errors, load, solo

a = arguments(__doc__)
v = Verdict()
MODEL = "whisper-1"
PIECE = 2048  # bytes
VAD = {"type": "server_vad", "silence_duration_ms": 6000}
SPOKEN = "conversation.item.input_audio_transcription."


async def open_session(turns, client):
    """A connection with its settings, as the tests make one; the types of the first two events."""
    connection = await client.beta.realtime.connect(model=MODEL).enter()
    created = await asyncio.wait_for(connection.recv(), HANG)
    await connection.session.update(session={"model": MODEL, **turns})
    updated = await asyncio.wait_for(connection.recv(), HANG)
    return connection, created, updated


async def main():
    client = AsyncOpenAI(api_key="unused", base_url=a.url + "/v1", websocket_base_url=a.ws + "/v1")
    clip = cut(load(a.audio, A, 24_000), 0, 7.1, 24_000)
    want = await asyncio.to_thread(solo, a.url, cut(load(a.audio, A), 0, 7.1))
    for name, turns in (("as opened", {}), ("turns of the server", {"turn_detection": VAD}), ("turns of the client", {"turn_detection": None})):
        connection, created, updated = await open_session(turns, client)
        v.see(created.type == "session.created" and created.session is not None, f"{name}: session.created comes first", created.type)
        v.see(updated.type == "session.updated", f"{name}: session.update is answered with session.updated", updated.type)
        if turns:
            data = clip.tobytes()
            for at in range(0, len(data), PIECE):
                await connection.input_audio_buffer.append(audio=base64.b64encode(data[at : at + PIECE]).decode())
            await connection.input_audio_buffer.commit()
            kinds, transcript = [], None
            while transcript is None and "error" not in kinds:
                event = await asyncio.wait_for(connection.recv(), HANG)
                kinds.append(event.type)
                transcript = event.transcript if event.type == SPOKEN + "completed" else None
            v.see(transcript is not None and errors(transcript, want) <= 0.15, f"{name}: a commit gives the words", transcript or kinds)
            if turns["turn_detection"] is None:
                own = {"input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"} & set(kinds)
                v.see(not own, f"{name}: no turn of the server's", own)
                early = kinds.index("input_audio_buffer.committed") if "input_audio_buffer.committed" in kinds else len(kinds)
                v.see(early == 0, f"{name}: nothing comes before the commit", kinds[: early + 1])
        await connection.close()


asyncio.run(main())
v.end()
