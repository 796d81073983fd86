"""Speechmatics' Agent STT through Pipecat's SpeechmaticsSTTService.

The pipeline ends the turn, as with a voice-activity detector of its own. With `--vad` and `--tail-silence 2` the server does.
"""
import asyncio

from pipecat.services.speechmatics.stt import SpeechmaticsSTTService, TurnDetectionMode

from conformance_common import Run, ws_url
from pipecat_common import capture_log, drive
import speechmatics_plugin


def extra(p):
    speechmatics_plugin.extra(p)
    p.add_argument("--vad", action="store_true", help="the server ends the turns")


def main():
    run = Run("pipecat SpeechmaticsSTTService", "speechmatics-agent", extra=extra)
    audio = run.load(16_000)  # the service takes 8 and 16 kHz
    capture_log(run, lambda text: None)
    speechmatics_plugin.tap(run)

    def make():
        mode = TurnDetectionMode.VAD if run.args.vad else TurnDetectionMode.EXTERNAL
        return SpeechmaticsSTTService(
            api_key=run.args.key, base_url=ws_url(run.args.url, "/v2/agent"), sample_rate=audio.rate,
            settings=SpeechmaticsSTTService.Settings(language=run.args.language, turn_detection_mode=mode, enable_partials=True))

    # Its frames have no times.
    asyncio.run(_guard(run, drive(run, audio, make, lambda result: (None, None, []))))
    run.finish()


async def _guard(run, work):
    try:
        await work
    except Exception as exc:
        run.error(f"{type(exc).__name__}: {exc}")


if __name__ == "__main__":
    main()
