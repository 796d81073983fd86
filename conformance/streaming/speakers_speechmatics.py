"""Speechmatics' live speakers (`diarization: speaker`) through the official `speechmatics-rt` package."""
import asyncio

from speechmatics.rt import AsyncClient, AudioEncoding, AudioFormat, ServerMessageType, TranscriptionConfig

from conformance_common import HANG, ws_url
from speakers_common import RATE, main

AsyncClient._wait_recognition_started.__defaults__ = (HANG,)
# A machine that other work shares may be late, and says so.
LATE = "late"


def words(message):
    return [(result["alternatives"][0]["content"], result["start_time"], result["end_time"], result["alternatives"][0].get("speaker"))
            for result in message["results"] if result["type"] == "word"]


async def talk(it):
    client = AsyncClient(api_key=it.args.key, url=ws_url(it.args.url, "/v2"))
    client.on(ServerMessageType.ADD_PARTIAL_TRANSCRIPT, lambda message: it.words(words(message), False))
    client.on(ServerMessageType.ADD_TRANSCRIPT, lambda message: it.words(words(message), True))
    client.on(ServerMessageType.WARNING, lambda message: None if message.get("type") == LATE
              else it.error(f"warning {message.get('type')}: {message.get('reason')}"))
    client.on(ServerMessageType.ERROR, lambda message: it.error(f"server error {message.get('type')}: {message.get('reason')}"))
    await client.start_session(
        transcription_config=TranscriptionConfig(language="en", enable_partials=True, max_delay=it.args.max_delay, diarization="speaker"),
        audio_format=AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=RATE))
    it.begin()
    for pcm, at in it.chunks():
        await asyncio.sleep(it.delay(at))
        await client.send_audio(pcm)
    await asyncio.wait_for(client.stop_session(), it.args.patience)


if __name__ == "__main__":
    main("speechmatics-rt", "speechmatics-v2", lambda it: asyncio.run(talk(it)),
         lambda parser: parser.add_argument("--max-delay", type=float, default=4.0))
