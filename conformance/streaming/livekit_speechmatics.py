"""Speechmatics' Agent STT through LiveKit's `livekit-plugins-speechmatics`, with the version of the vendor's client that the plug-in pins."""
import asyncio

from livekit.plugins import speechmatics
from livekit.plugins.speechmatics.stt import TurnDetectionMode

from conformance_common import Run, ws_url
from livekit_common import drive, listen_to_plugin
from speechmatics_plugin import extra, tap


def main():
    run = Run("livekit-plugins-speechmatics", "speechmatics-agent", extra=extra)
    audio = run.load(16_000)  # the plug-in takes 16 kHz only
    listen_to_plugin(run, "livekit.plugins.speechmatics")
    tap(run)

    def make(session):
        return speechmatics.STT(
            api_key=run.args.key, base_url=ws_url(run.args.url, "/v2/agent"), language=run.args.language, include_partials=True,
            turn_detection_mode=TurnDetectionMode.VAD)

    asyncio.run(drive(run, audio, make, flush_at_end=False))
    run.finish()


if __name__ == "__main__":
    main()
