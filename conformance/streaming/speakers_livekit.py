"""Live speakers through LiveKit's plugins: `enable_diarization` of Deepgram's, `speaker_labels` of AssemblyAI's. Both give a speaker to a whole final."""
import asyncio

import aiohttp
from livekit import rtc
from livekit.agents import APIConnectOptions
from livekit.agents.stt import SpeechEventType
from livekit.plugins import assemblyai, deepgram

from conformance_common import http_url, ws_url
from speakers_common import RATE, main


def make(it, session):
    if it.args.plugin == "deepgram":
        return deepgram.STT(api_key=it.args.key, base_url=http_url(it.args.url, "/v1/listen"), model="nova-3", language="en-US", sample_rate=RATE,
                            endpointing_ms=300, enable_diarization=True, http_session=session)
    return assemblyai.STT(api_key=it.args.key, base_url=ws_url(it.args.url), model="universal-3-6-pro", sample_rate=RATE, speaker_labels=True,
                          http_session=session)


async def talk(it):
    async with aiohttp.ClientSession() as session:
        stream = make(it, session).stream(conn_options=APIConnectOptions(max_retry=0, timeout=10.0))

        async def send():
            it.begin()
            for pcm, at in it.chunks():
                await asyncio.sleep(it.delay(at))
                stream.push_frame(rtc.AudioFrame(data=pcm, sample_rate=RATE, num_channels=1, samples_per_channel=len(pcm) // 2))
            stream.end_input()

        async def receive():
            async for event in stream:
                if event.alternatives and event.type in (SpeechEventType.FINAL_TRANSCRIPT, SpeechEventType.INTERIM_TRANSCRIPT):
                    said = event.alternatives[0]
                    words = [(str(word), word.start_time, word.end_time, said.speaker_id) for word in said.words or []]
                    it.words(words, event.type == SpeechEventType.FINAL_TRANSCRIPT)

        sender = asyncio.create_task(send())
        try:
            await asyncio.wait_for(receive(), it.seconds / it.args.speed + 30)
        finally:
            sender.cancel()
            await stream.aclose()


if __name__ == "__main__":
    main("livekit", "deepgram-v1 and assemblyai-v3", lambda it: asyncio.run(talk(it)),
         lambda parser: parser.add_argument("--plugin", choices=["deepgram", "assemblyai"], default="deepgram"))
