"""Speechmatics' Agent STT, `/v2/agent`, through the official `speechmatics-agent-stt` package, which LiveKit's and Pipecat's plug-ins use too.

With `--external` the driver ends each turn itself, where `--turns` says in seconds of the audio; otherwise the server does.
"""
import asyncio

import speechmatics.agent_stt._client
from speechmatics.agent_stt import (
    AgentSttAsyncClient,
    AudioEncoding,
    AudioFormat,
    ServerMessageType,
    TranscriptionConfig,
    TurnConfig,
    TurnDetectionMode,
)

from conformance_common import HANG, Pacer, Run, ws_url


def extra(p):
    p.add_argument("--language", default="en")
    p.add_argument("--external", action="store_true", help="the client ends the turns")
    p.add_argument("--turns", default="", help="with --external: seconds of the audio at which a turn ends, with commas; the end is always one")
    p.add_argument("--sentences", action="store_true", help="emit_sentences")
    p.add_argument("--speakers", action="store_true", help="diarization: speaker")


AgentSttAsyncClient._wait_recognition_started.__defaults__ = (HANG,)
# It waits 5 s for the end of the session.
speechmatics.agent_stt._client.DISCONNECT_TIMEOUT_S = HANG


class Order:
    """The order that the messages must keep."""

    def __init__(self, run):
        self.run = run
        self.turn = self.speech = False
        self.acks = self.turns = 0
        self.through = 0.0

    def check(self, message):
        kind, meta = message["message"], message.get("metadata", {})
        run = self.run
        if kind == "AudioAdded":
            self.acks += 1
            if message["seq_no"] != self.acks:
                run.error(f"AudioAdded seq_no {message['seq_no']}, not {self.acks}")
        elif kind == "StartOfTurn":
            if self.turn:
                run.error("StartOfTurn within a turn")
            self.turn = True
            if meta["start_time"] < self.through:
                run.error(f"a turn starts at {meta['start_time']}, before {self.through}, where the last one ended")
        elif kind == "EndOfTurn":
            if not self.turn:
                run.error("EndOfTurn without a turn")
            self.turn, self.turns, self.through = False, self.turns + 1, meta["end_time"]
            run.event("end_of_turn", at=meta["end_time"])
        elif kind in ("AddSegment", "AddPartialSegment"):
            if not self.turn:
                run.error(f"{kind} outside of a turn")
            if not message["segment"]["transcript"]:
                run.error(f"{kind} without text")
            if self.run.args.speakers and kind == "AddSegment" and not message["segment"].get("speaker"):
                run.event("unknown speaker", text=message["segment"]["transcript"])
        elif kind in ("SpeechStarted", "SpeechEnded"):
            if self.run.args.external:
                run.error(f"{kind} although the client ends turns")
            if self.speech == (kind == "SpeechStarted"):
                run.error(f"{kind} twice")
            self.speech = kind == "SpeechStarted"
            meta["start_time" if self.speech else "end_time"]


async def talk(run, audio):
    args = run.args
    mode = TurnDetectionMode.EXTERNAL if args.external else TurnDetectionMode.VAD
    config = TranscriptionConfig(language=args.language, enable_partials=True, diarization="speaker" if args.speakers else None,
                                 emit_sentences=True if args.sentences else None)
    client = AgentSttAsyncClient(
        api_key=args.key, url=ws_url(args.url, "/v2"), app="harken-conformance", transcription_config=config,
        turn_config=TurnConfig(turn_detection_mode=mode),
        audio_format=AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=audio.rate, chunk_size=1024))
    order, sent = Order(run), 0

    def guarded(fn):
        def call(m):
            try:
                order.check(m)
                fn(m)
            except Exception as exc:
                run.error(f"malformed {m.get('message')}: {type(exc).__name__}: {exc}")
        return call

    def span(m):
        return m["segment"]["transcript"], m["metadata"]["start_time"], m["metadata"]["end_time"]

    handlers = {
        "RECOGNITION_STARTED": lambda m: run.opened(id=m["id"], language_pack_info=m["language_pack_info"]),
        "AUDIO_ADDED": lambda m: None, "START_OF_TURN": lambda m: None, "END_OF_TURN": lambda m: None,
        "SPEECH_STARTED": lambda m: None, "SPEECH_ENDED": lambda m: None,
        "ADD_PARTIAL_SEGMENT": lambda m: run.interim(*span(m)),
        "ADD_SEGMENT": lambda m: run.final(*span(m), [], speaker=m["segment"].get("speaker")),
        "WARNING": lambda m: run.event("warning", type=m.get("type"), reason=m["reason"]),
        "ERROR": lambda m: run.error(f"server error {m['type']}: {m['reason']}"),
        "END_OF_TRANSCRIPT": lambda m: run.terminated("EndOfTranscript"),
    }
    for name, handler in handlers.items():
        client.on(getattr(ServerMessageType, name), guarded(handler))

    cuts = [float(text) for text in args.turns.split(",") if text] if args.external else []
    try:
        await client.connect()
        pacer = Pacer(args.speed)
        for pcm, at in audio.chunks(args.chunk_ms):
            await asyncio.sleep(pacer.delay(at - args.chunk_ms / 1000))
            await client.send_audio(pcm)
            sent += 1
            while cuts and at >= cuts[0]:
                await client.force_end_of_utterance(timestamp=cuts.pop(0))
        await asyncio.sleep(pacer.delay(audio.seconds))
        run.audio_sent()
        if args.external:
            await client.force_end_of_utterance()
        await asyncio.wait_for(client.disconnect(), args.timeout)
        if order.turn:
            run.error("the last turn has no end")
        if not order.turns:
            run.error("no turn has ended")
        if order.acks < sent:
            run.error(f"{sent} audio messages sent, {order.acks} acknowledged")
        if client.transcript.split() != " ".join(run.finals).split():
            run.error("the client's own transcript differs from its segments")
    except asyncio.TimeoutError:
        run.error("no EndOfTranscript after EndOfStream")
    except Exception as exc:
        run.error(f"{type(exc).__name__}: {exc}")


def main():
    run = Run("speechmatics-agent-stt", "speechmatics-agent", extra=extra)
    audio = run.load(16_000)  # the service takes 8 and 16 kHz
    asyncio.run(talk(run, audio))
    run.finish()


if __name__ == "__main__":
    main()
