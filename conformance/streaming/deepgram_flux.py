"""Deepgram's turn-based `/v2/listen` (Flux) through the official `deepgram-sdk`.

Its CloseStream does not end the open turn, so the driver forces the end first.
"""
import threading

from deepgram import DeepgramClient
from deepgram.core.events import EventType

from conformance_common import Pacer, Run, languages
from deepgram_sdk import make_environment


def extra(p):
    p.add_argument("--model", default="flux-general-en", help="flux-general-multi: the server finds the language out")
    p.add_argument("--eager", type=float, help="eager_eot_threshold")


class Turns:
    """The order that the turn events must keep."""

    def __init__(self, run):
        self.run, self.sequence, self.turn = run, 0, 0
        self.started, self.eager, self.transcript = False, None, ""
        self.idle = threading.Event()
        self.idle.set()

    def message(self, m):
        if m.sequence_id != self.sequence:
            self.run.error(f"sequence_id {m.sequence_id}, not {self.sequence}")
        self.sequence = m.sequence_id + 1
        if m.type == "Connected":
            if self.sequence != 1:
                self.run.error("Connected is not the first message")
            self.run.opened(request_id=m.request_id)
        elif m.type == "TurnInfo":
            self.info(m)
        elif m.type == "Error":
            self.run.error(f"server error {m.code}: {m.description}")

    def info(self, m):
        for field in ("request_id", "audio_window_start", "audio_window_end", "end_of_turn_confidence"):
            if getattr(m, field, None) is None:
                self.run.error(f"{m.event} lacks {field}")
        if m.turn_index != self.turn:
            self.run.error(f"turn_index {m.turn_index}, not {self.turn}")
        words = [(w.word, w.start, w.end) for w in m.words]
        if m.event == "Update" and not self.started and m.transcript:
            self.run.error("an Update has words before StartOfTurn")
        if m.event == "StartOfTurn":
            if self.started:
                self.run.error("StartOfTurn within a turn")
            self.started = True
            self.idle.clear()
        elif m.event != "Update" and not self.started:
            self.run.error(f"{m.event} before StartOfTurn")
        if m.event == "TurnResumed" and self.eager is None:
            self.run.error("TurnResumed without EagerEndOfTurn")
        if m.event == "EndOfTurn":
            if self.eager is not None and m.transcript != self.eager:
                self.run.error("EndOfTurn differs from the EagerEndOfTurn that it confirms")
            self.run.final(m.transcript, m.audio_window_start, m.audio_window_end, words, turn=m.turn_index, trigger=getattr(m, "trigger", None),
                           languages=languages(getattr(m, "languages", None) or []))
            self.turn, self.started = self.turn + 1, False
            self.idle.set()
        else:
            self.run.interim(m.transcript, m.audio_window_start, m.audio_window_end, of=m.event)
        self.eager = m.transcript if m.event == "EagerEndOfTurn" else None


def main():
    run = Run("deepgram-sdk", "deepgram-v2", extra=extra)
    args, audio = run.args, run.load()
    client = DeepgramClient(api_key=args.key, environment=make_environment(args.url))
    turns, closed = Turns(run), threading.Event()
    options = dict(model=args.model, encoding="linear16", sample_rate=str(audio.rate))
    if args.eager:
        options["eager_eot_threshold"] = str(args.eager)
    try:
        with client.listen.v2.connect(**options) as conn:
            conn.on(EventType.MESSAGE, turns.message)
            conn.on(EventType.ERROR, lambda e: run.error(f"socket error: {e}"))
            conn.on(EventType.CLOSE, lambda _: closed.set())
            threading.Thread(target=conn.start_listening, daemon=True).start()
            pacer = Pacer(args.speed)
            for pcm, at in audio.chunks(args.chunk_ms):
                pacer.wait(at - args.chunk_ms / 1000)
                if closed.is_set():
                    run.error("the socket closed while audio was still being sent")
                    break
                conn.send_media(pcm)
            pacer.wait(audio.seconds)
            run.audio_sent()
            if not closed.is_set():
                conn.send_force_end_turn()
                if not turns.idle.wait(args.timeout / 2):
                    run.error("no EndOfTurn followed ForceEndTurn")
                conn.send_close_stream()
                if closed.wait(args.timeout):
                    run.terminated("closed")
                else:
                    run.error("the server did not close the socket after CloseStream")
    except Exception as exc:  # a rejected handshake arrives here
        run.error(f"{type(exc).__name__}: {exc}")
    run.finish()


if __name__ == "__main__":
    main()
