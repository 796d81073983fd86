"""Soniox real-time transcription through LiveKit's `livekit-plugins-soniox`, as LiveKit's own `test_stream` drives it.

The plugin gives no language and asks which one it is: each final text must have its language. It sends no end of its input, so the silence behind the
speech ends the last utterance.
"""
import asyncio

from livekit.agents.stt import SpeechEventType
from livekit.plugins import soniox

from conformance_common import Run, ws_url
from livekit_common import drive, listen_to_plugin

QUIET = 4.0


def extra(p):
    p.add_argument("--language", default="en", help="of the speech, or several with commas; the server is not told")
    p.add_argument("--may-lack-language", action="store_true", help="the server's engine does not tell languages: a wrong one is an error, none is not")


def main():
    run = Run("livekit-plugins-soniox", "soniox-realtime", extra=extra, tail_default=3.5)
    args, audio = run.args, run.load(24_000)  # as in LiveKit's test; the plugin makes 16 kHz of it

    def on_event(event):
        if not run.open:
            run.opened(first=str(event.type.value))
        if event.type == SpeechEventType.FINAL_TRANSCRIPT:
            language = str(event.alternatives[0].language or "")
            is_right = language.lower().startswith(tuple(args.language.split(",")))
            if not is_right and (language or not args.may_lack_language):
                run.error(f"a final text has the language {language!r}", text=event.alternatives[0].text)

    listen_to_plugin(run, "livekit.plugins.soniox")

    def make(session):
        return soniox.STT(api_key=args.key, base_url=ws_url(args.url, "/transcribe-websocket"), http_session=session)

    asyncio.run(drive(run, audio, make, flush_at_end=False, on_event=on_event, quiet=QUIET))
    run.finish()


if __name__ == "__main__":
    main()
