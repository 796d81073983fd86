"""OpenAI Realtime and /v1/audio/transcriptions through LiveKit's `livekit-plugins-openai`."""
import asyncio
import sys
import time

import aiohttp
from livekit import rtc
from livekit.agents import APIConnectOptions
from livekit.agents.stt import SpeechEventType
import livekit.plugins.openai.stt
from livekit.plugins import openai

from conformance_common import HANG, Pacer, Run, http_url, normalise, word_error_rate
from livekit_common import listen_to_plugin

# The plugin has no end of its input: it is over when nothing more comes, or every word has come where they are known.
QUIET = 4.0


def extra(p):
    p.add_argument("--model", default="gpt-4o-mini-transcribe", help="of the realtime session; the plugin's default")


class PatientHTTP:
    """`httpx` for the plugin, which asks for limits of 5 s and 30 s."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return getattr(self.module, name)

    def Timeout(self, *_, **__):
        return self.module.Timeout(HANG)


class Plugin:
    def __init__(self, run, audio, http):
        self.run, self.audio, self.http = run, audio, http
        self.base = http_url(run.args.url, "/v1")
        self.options = APIConnectOptions(max_retry=0, timeout=HANG)

    def make(self, **options):
        plugin = openai.STT(api_key=self.run.args.key, base_url=self.base, language="en", **options)
        plugin._session = self.http  # what it would take from its job's context
        return plugin

    def frame(self, pcm):
        return rtc.AudioFrame(data=pcm, sample_rate=self.audio.rate, num_channels=1, samples_per_channel=len(pcm) // 2)

    async def recorded(self, model):
        """One recording, by HTTP."""
        said = await self.make(model=model).recognize(self.frame(self.audio.pcm), conn_options=self.options)
        text = said.alternatives[0].text
        self.run.event("recorded", model=model, text=text, language=str(said.alternatives[0].language))
        expected = self.run.args.expect_text
        if self.run.truth and normalise(text) != self.run.words_of_truth():
            self.run.error(f"the recording by {model} came back as {text!r}")
        elif not self.run.truth and expected and word_error_rate(expected, text) > self.run.args.max_wer:
            self.run.error(f"the recording by {model} came back as {text!r}")

    async def live(self):
        """The realtime session: turns are found by the server, words come as they are heard."""
        stream = self.make(model=self.run.args.model, use_realtime=True).stream(conn_options=self.options)
        self.run.opened()
        events = asyncio.Queue()

        async def receive():
            try:
                async for event in stream:
                    await events.put(event)
            except Exception as problem:
                self.run.error(f"{type(problem).__name__}: {problem}")
            await events.put(None)

        async def send():
            pacer = Pacer(self.run.args.speed)
            for pcm, at in self.audio.chunks(self.run.args.chunk_ms):
                await asyncio.sleep(pacer.delay(at - self.run.args.chunk_ms / 1000))
                stream.push_frame(self.frame(pcm))
            await asyncio.sleep(pacer.delay(self.audio.seconds))
            stream.flush()
            self.run.audio_sent()

        reader, sender = asyncio.create_task(receive()), asyncio.create_task(send())
        begun = time.monotonic()
        try:
            while time.monotonic() - begun < self.audio.seconds + self.run.args.timeout and not (self.run.truth and self.run.is_complete()):
                was_sent = sender.done()
                try:
                    event = await asyncio.wait_for(events.get(), QUIET)
                except asyncio.TimeoutError:
                    if was_sent and not self.run.truth:
                        break
                    continue
                if event is None:
                    break
                text = event.alternatives[0].text if event.alternatives else ""
                if event.type == SpeechEventType.FINAL_TRANSCRIPT:
                    self.run.final(text, None, None, [])
                elif event.type == SpeechEventType.INTERIM_TRANSCRIPT:
                    self.run.interim(text)
                else:
                    self.run.event(str(event.type.value))
        finally:
            sender.cancel()
            stream.end_input()
            await stream.aclose()
            reader.cancel()
        self.run.terminated("quiet")


async def judge(run, audio):
    async with aiohttp.ClientSession() as http:
        plugin = Plugin(run, audio, http)
        await plugin.live()
        for model in ("gpt-4o-mini-transcribe", "gpt-transcribe", "whisper-1"):
            try:
                await plugin.recorded(model)
            except Exception as problem:
                run.error(f"{model}: {type(problem).__name__}: {problem}")


def main():
    # Silence behind the speech ends the last turn: the server listens for it.
    run = Run("livekit-plugins-openai", "openai", extra=extra, tail_default=2.0)
    audio = run.load()
    livekit.plugins.openai.stt.httpx = PatientHTTP(livekit.plugins.openai.stt.httpx)
    if run.truth:
        # It tells an interim at most every half second of the clock.
        livekit.plugins.openai.stt._delta_transcript_interval = -1
    listen_to_plugin(run, "livekit.plugins.openai")
    asyncio.run(judge(run, audio))
    run.finish()


if __name__ == "__main__":
    sys.exit(main())
