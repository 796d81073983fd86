"""Speechmatics realtime v2 through the vendor's Voice SDK, `speechmatics-voice`, which makes segments of the words that the server tells.

The SDK looks at its words only when a partial comes, and drops what comes while it closes. So a segment shows whether a partial follows each final:
without it the segment is made of the last guess. With `--external` the driver ends the turn, as the SDK does by default; otherwise the server's
`EndOfUtterance` ends turns.
"""
import asyncio
import time

import speechmatics.voice._client
from speechmatics.voice import AgentServerMessageType, VoiceAgentClient, VoiceAgentConfig, VoiceAgentConfigPreset

from conformance_common import HANG, Pacer, PatientAsyncio, Run, ws_url

# It waits 5 s for the end of the session, and 1 s for a turn that it ends.
speechmatics.voice._client.asyncio = PatientAsyncio()
VoiceAgentClient._wait_recognition_started.__defaults__ = (HANG,)
# Seconds without a message after which nothing more comes.
QUIET = 3


def extra(p):
    p.add_argument("--language", default="en")
    p.add_argument("--external", action="store_true", help="the client ends the turn")


class Order:
    """The words that the server made final, those of the SDK's segments, and the turns."""

    def __init__(self, run):
        self.run = run
        self.told, self.kept = [], []
        self.turns, self.turn = 0, False
        self.heard = time.monotonic()

    def final(self, m):
        for r in m["results"]:
            if r["type"] == "word":
                best = r["alternatives"][0]
                self.told.append((best["content"], r["start_time"], r["end_time"], best.get("speaker", "UU")))

    def segments(self, m):
        for s in m["segments"]:
            words = [(f["content"], f["start_time"], f["end_time"]) for f in s["fragments"] if f["type"] == "word"]
            self.kept += [(*word, s.get("speaker_id", "UU")) for word in words]
            self.run.final(s["text"], s["metadata"]["start_time"], s["metadata"]["end_time"], words, speaker=s.get("speaker_id", "UU"))

    def guesses(self, m):
        for s in m["segments"]:
            self.run.interim(s["text"], s["metadata"]["start_time"], s["metadata"]["end_time"])

    def start(self, m):
        if self.turn:
            self.run.error("StartOfTurn within a turn")
        self.turn = True

    def end(self, m):
        if not self.turn:
            self.run.error("EndOfTurn without a turn")
        self.turn, self.turns = False, self.turns + 1
        self.run.event("end_of_turn", **m["metadata"])

    def is_over(self):
        return self.turns and not self.turn and len(self.kept) >= len(self.told) and time.monotonic() - self.heard > QUIET

    def judge(self):
        """The segments have each final word once, as the server told it, with its speaker."""
        if self.kept != self.told:
            run = self.run
            run.error(f"words of no segment: {[word for word in self.told if word not in self.kept][:10]}; not final, or twice: "
                      f"{[word for at, word in enumerate(self.kept) if word not in self.told or word in self.kept[:at]][:10]}")


async def talk(run, audio):
    args = run.args
    overlay = VoiceAgentConfig(language=args.language, sample_rate=audio.rate, include_results=True)
    preset = VoiceAgentConfigPreset.EXTERNAL if args.external else VoiceAgentConfigPreset.FIXED
    client = VoiceAgentClient(api_key=args.key, url=ws_url(args.url, "/v2"), app="harken-conformance", config=preset(overlay))
    order = Order(run)

    def guarded(fn):
        def call(m):
            order.heard = time.monotonic()
            try:
                fn(m)
            except Exception as exc:
                run.error(f"malformed {m.get('message')}: {type(exc).__name__}: {exc}")
        return call

    handlers = {
        "RECOGNITION_STARTED": lambda m: run.opened(id=m["id"]),
        "ADD_PARTIAL_TRANSCRIPT": lambda m: None, "ADD_TRANSCRIPT": order.final, "END_OF_UTTERANCE": lambda m: None,
        "START_OF_TURN": order.start, "END_OF_TURN": order.end, "ADD_PARTIAL_SEGMENT": order.guesses, "ADD_SEGMENT": order.segments,
        "WARNING": lambda m: run.event("warning", type=m.get("type"), reason=m["reason"]),
        "ERROR": lambda m: run.error(f"error {m.get('type')}: {m['reason']}"),
        "END_OF_TRANSCRIPT": lambda m: run.terminated("EndOfTranscript"),
    }
    for name, handler in handlers.items():
        client.on(getattr(AgentServerMessageType, name), guarded(handler))
    try:
        await client.connect()
        pacer = Pacer(args.speed)
        for pcm, at in audio.chunks(args.chunk_ms):
            await asyncio.sleep(pacer.delay(at - args.chunk_ms / 1000))
            await client.send_audio(pcm)
        await asyncio.sleep(pacer.delay(audio.seconds))
        run.audio_sent()
        if args.external:
            client.finalize(end_of_turn=True)
        end = time.monotonic() + args.timeout
        while not order.is_over() and time.monotonic() < end:
            await asyncio.sleep(0.1)
        order.judge()
        if not order.turns:
            run.error("no turn has ended")
        await asyncio.wait_for(client.disconnect(), args.timeout)
    except asyncio.TimeoutError:
        run.error("no EndOfTranscript after EndOfStream")
    except Exception as exc:
        run.error(f"{type(exc).__name__}: {exc}")


def main():
    # The silence ends the last utterance: what comes while the SDK closes is not heard any more.
    run = Run("speechmatics-voice", "speechmatics-v2", extra=extra, tail_default=2.0)
    audio = run.load(16_000)  # the SDK takes 8 and 16 kHz
    asyncio.run(talk(run, audio))
    run.finish()


if __name__ == "__main__":
    main()
