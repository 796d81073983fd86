#!/usr/bin/env python3
"""`harken record --managed` against a proxy that speaks as the older desktop client reads it: `{"type":"ready"}`, transcripts of `text` and `is_final`
alone, `credits_low`, `session_end` and `error{code,message}`. Needs PulseAudio, and says so where it is not there.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "vendors"), os.path.join(os.path.dirname(HERE), "streaming")]

from gateway import dies_with_us, environment
from judging import main
from record import PROGRAMS, SoundCard

# Seconds of audio for each final.
EACH = 0.5
FINALS = 6
# Within which Ctrl-C ends a recording whose proxy does not answer.
PATIENCE = 6
# Seconds after which a proxy answers `end` with a final, and the final's text.
LATE = (0, 0.2, 0.6, 2)
LAST = "Last."
# In place of a message: the connection breaks.
CUT = "cut"


class Proxy:
    """Says a final for each half second of audio. The arguments have what else it does: a message behind a number of finals, what it leaves out, and the
    seconds after which it answers `end` with the last final; None: it has no last final. `refusal` is what it says in place of `ready`."""

    def __init__(self, times=False, behind=None, ready=True, answers_end=True, last_after=None, refusal=None):
        self.times, self.behind, self.ready, self.answers_end, self.last_after = times, behind or {}, ready, answers_end, last_after
        self.refusal = refusal
        self.connections, self.audio, self.finals = 0, 0, 0
        self._server = serve(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _serve(self, socket):
        self.connections += 1
        try:
            assert json.loads(socket.recv())["type"] == "auth"
            if self.refusal:
                socket.send(json.dumps(self.refusal))
            elif self.ready:
                socket.send(json.dumps({"type": "ready"}))
            for message in socket:
                if isinstance(message, bytes):
                    self._hear(socket, len(message) / 32_000)
                elif json.loads(message)["type"] == "end" and self.answers_end:
                    if self.last_after is not None:
                        time.sleep(self.last_after)
                        socket.send(json.dumps({"type": "transcript", "text": LAST, "is_final": True}))
                    socket.send(json.dumps({"type": "session_end", "seconds_used": self.audio, "reason": "client_end"}))
                    return
        except ConnectionClosed:
            pass

    def _hear(self, socket, seconds):
        self.audio += seconds
        while self.audio >= (self.finals + 1) * EACH:
            self.finals += 1
            message = {"type": "transcript", "text": f"word {self.finals}", "is_final": True}
            if self.times:
                message |= {"start": (self.finals - 1) * EACH, "end": self.finals * EACH}
            socket.send(json.dumps({**message, "is_final": False}))
            socket.send(json.dumps(message))
            for extra in self.behind.get(self.finals, ()):
                if extra == CUT:
                    socket.close(1011)
                    return
                socket.send(json.dumps(extra))
                if extra["type"] == "session_end" or extra.get("fatal"):
                    socket.close()
                    return

    def stop(self):
        self._server.shutdown()


class Recording:
    def __init__(self, harken, card, proxy):
        self.events, self.notes = [], []
        self._process = subprocess.Popen(
            [harken, "record", "--managed", "--url", proxy.url, "--key", "t0ken", "--device", "pulse", "--json"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**environment(), **card.environment, "NO_PROXY": "*"}, preexec_fn=dies_with_us)
        self._readers = [
            threading.Thread(target=lambda stream=stream, lines=lines: lines.extend(stream), daemon=True)
            for stream, lines in ((self._process.stdout, self.events), (self._process.stderr, self.notes))]
        for reader in self._readers:
            reader.start()

    def until(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        return condition()

    def stop(self):
        """Ctrl-C. Returns the exit status and the seconds that it took."""
        start = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        return self.end(), time.monotonic() - start

    def end(self, seconds=30):
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return None
        for reader in self._readers:
            reader.join(5)
        return status

    @property
    def finals(self):
        return [json.loads(line)["text"] for line in list(self.events) if json.loads(line)["type"] == "final"]

    def says(self, text):
        return any(text in line for line in list(self.notes))


def expected(count):
    return [f"word {number}" for number in range(1, count + 1)]


def judge_all(checks, harken, card):
    for times in (False, True):
        proxy = Proxy(times)
        recording = Recording(harken, card, proxy)
        checks(f"finals are told, times {times}", recording.until(lambda: len(recording.finals) >= FINALS), recording.finals)
        status, seconds = recording.stop()
        checks("Ctrl-C ends the recording", status == 0 and seconds < PATIENCE, (status, seconds))
        checks("each final once", recording.finals == expected(proxy.finals), (recording.finals, proxy.finals))
        checks("the end of the session is told", recording.says("the server ended the session (client_end) after 00:0"), recording.notes)
        checks("one connection", proxy.connections == 1, proxy.connections)
        proxy.stop()

    proxy = Proxy(behind={2: [{"type": "error", "code": "slow_engine", "message": "The engine is late."}], 3: [{"type": "credits_low", "seconds_remaining": 61}]})
    recording = Recording(harken, card, proxy)
    checks("the recording goes on after an error", recording.until(lambda: len(recording.finals) >= FINALS), recording.finals)
    checks("the error is told", recording.says("[slow_engine] The engine is late."), recording.notes)
    checks("the rest of the credit is told", recording.says("01:01"), recording.notes)
    checks("an error that was survived is no failure", recording.stop()[0] == 0, recording.notes)
    proxy.stop()

    proxy = Proxy(behind={3: [CUT]})
    recording = Recording(harken, card, proxy)
    checks("the recording goes on after a lost connection", recording.until(lambda: len(recording.finals) >= FINALS), recording.finals)
    checks("a lost connection is told", recording.says("the connection was lost, and is made again"), recording.notes)
    checks("a lost connection is no failure", recording.stop()[0] == 0, recording.notes)
    checks("each final once over two connections", recording.finals == expected(proxy.finals), (recording.finals, proxy.finals))
    checks("it is made again once", proxy.connections == 2, proxy.connections)
    proxy.stop()

    for code, told in (("plan_ended", "[plan_ended] Renew the plan."), (None, "Renew the plan.")):
        name = f"an error in place of ready, code {code}"
        proxy = Proxy(refusal={"type": "error", **({"code": code} if code else {}), "message": "Renew the plan."})
        recording = Recording(harken, card, proxy)
        checks(f"{name}, ends the recording", recording.end() == 1, recording.notes)
        said = [line for line in recording.notes if "Renew the plan." in line]
        checks(f"{name}, is told once", len(said) == 1 and told in said[0] and (code or "[" not in said[0]), recording.notes)
        time.sleep(1)
        checks(f"{name}: no further connection, and no audio", (proxy.connections, proxy.audio) == (1, 0), (proxy.connections, proxy.audio))
        proxy.stop()

    ends = [
        ("an end without a reason", [{"type": "session_end", "seconds_used": 1.5}], 0, "the server ended the session after 00:0"),
        ("an end by the client that it did not ask for", [{"type": "session_end", "seconds_used": 1.5, "reason": "client_end"}], 0,
         "the server ended the session (client_end) after 00:0"),
        ("max_duration", [{"type": "session_end", "seconds_used": 1.5, "reason": "max_duration"}], 0, "max_duration"),
        ("used-up credit", [{"type": "session_end", "seconds_used": 1.5, "reason": "credits_exhausted"}], 1, "credit is used up"),
        ("a fatal error", [{"type": "error", "code": "no_credits", "message": "Buy some.", "fatal": True}], 1, "[no_credits] Buy some.")]
    for name, messages, status, text in ends:
        proxy = Proxy(behind={3: messages})
        recording = Recording(harken, card, proxy)
        checks(f"{name} ends the recording", recording.end() == status, recording.notes)
        checks(f"{name} is told", recording.says(text), recording.notes)
        checks(f"{name} is no lost connection", not recording.says("is made again"), recording.notes)
        checks(f"{name}: what was said before is told", recording.finals == expected(3), recording.finals)
        time.sleep(1)
        checks(f"{name}: no further connection", proxy.connections == 1, proxy.connections)
        proxy.stop()

    for late in LATE:
        proxy = Proxy(last_after=late)
        recording = Recording(harken, card, proxy)
        recording.until(lambda: len(recording.finals) >= 2)
        status, seconds = recording.stop()
        checks(f"a final {late} s after `end` is told", recording.finals == expected(proxy.finals) + [LAST], (recording.finals, proxy.finals))
        checks(f"a final {late} s after `end` is waited for", status == 0 and seconds <= PATIENCE, (status, seconds, recording.notes))
        proxy.stop()

    proxy = Proxy(answers_end=False)
    recording = Recording(harken, card, proxy)
    recording.until(lambda: len(recording.finals) >= 2)
    status, seconds = recording.stop()
    checks("Ctrl-C does not wait for a proxy that never answers", status == 0 and seconds <= PATIENCE, (status, seconds, recording.notes))
    proxy.stop()

    proxy = Proxy(ready=False)
    recording = Recording(harken, card, proxy)
    recording.until(lambda: proxy.connections == 1)
    status, seconds = recording.stop()
    checks("Ctrl-C ends a start", status == 0 and seconds <= PATIENCE, (status, seconds, recording.notes))
    checks("a start that was stopped sends nothing", proxy.audio == 0, proxy.audio)
    proxy.stop()


def run(args, checks, folder):
    card = SoundCard(folder)
    try:
        judge_all(checks, args.harken, card)
    finally:
        card.stop()


def missing(args):
    return next((f"{program} is not installed" for program in PROGRAMS if not shutil.which(program)), None)


if __name__ == "__main__":
    sys.exit(main(__doc__, run, missing=missing))
