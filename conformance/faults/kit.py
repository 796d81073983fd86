"""One scenario with one engine, as cell.py has it, for a program that uses HarkenKit in place of a gateway: `pipe` of Examples/Caption."""

import asyncio
import json
import subprocess
import tempfile
import threading
import time

import cell
from cell import Outcome, Vendors
from clients import FRAME, PATIENCE, RATE, Client
from gateway import dies_with_us, environment
from scenarios import SHADOW, vendors_of
from simulators import KEY


def can(scenario):
    """A program has no shadows: they compare engines for an operator."""
    return SHADOW not in scenario.settings


class Program(Client):
    """The program, its words as a client's, and when it said that an engine was lost."""

    def __init__(self, program, mode, engines):
        super().__init__(KEY)
        self.lost, self.said, self.errors = [], [], tempfile.TemporaryFile("w+")
        keys = {name.upper() + "_API_KEY": KEY for name in engines if name != "local"}
        command = [program, mode, *(f"{name}={url}" if url else name for name, url in engines.items())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, bufsize=0,
                                         env=environment(keys), preexec_fn=dies_with_us)
        self._ready, self._ended = threading.Event(), threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self._process.stdout:
            self.read(json.loads(line))
        self._ready.set()
        self._ended.set()

    def read(self, message):
        self.said.append({**message, "at": time.monotonic()})
        match message["event"]:
            case "ready":
                self._ready.set()
            case "final":
                self.final((word["text"], word["start"], word["end"]) for word in message["words"])
            case "lost":
                self.lost.append(time.monotonic())
            case "end":
                self.is_over = True
                if message.get("text"):
                    self.problem(f"it ended: {message['text']}")

    def play(self, pcm, at=None):
        """The audio in real time. `at` is (seconds of audio, what is awaited then)."""
        if not self._ready.wait(cell.READY_SECONDS):
            raise TimeoutError(f"the program was not ready within {cell.READY_SECONDS} s")
        step = int(RATE * FRAME) * 2
        self.heard.began = time.monotonic()
        if at is not None:
            meddler = threading.Timer(at[0], lambda: asyncio.run(at[1]()))
            meddler.daemon = True
            meddler.start()
        try:
            for number, start in enumerate(range(0, len(pcm), step), 1):
                time.sleep(max(0.0, self.heard.began + number * FRAME - time.monotonic()))
                self._process.stdin.write(pcm[start:start + step])
            self._process.stdin.close()
        except BrokenPipeError:
            self.problem("it ended before its audio")
        if not self._ended.wait(PATIENCE):
            self.problem(f"no end within {PATIENCE} s")
        elif not self.is_over:
            self.problem("it ended without saying so")

    def stop(self):
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self.errors.seek(0)
        text = self.errors.read()[-400:]
        self.errors.close()
        return [f"the program ended with the status {status}: {text}"] if status or text else []


def run(scenario, engine, recording, program, folder):
    """The outcome of one cell; its times are not compared yet."""
    began = time.monotonic()
    if scenario.noise:
        recording = recording.behind_noise(scenario.noise)
    outcome = Outcome(scenario.name, engine, len(recording.words))
    vendors = Vendors(scenario, engine, recording)
    client = None
    try:
        places = vendors_of(engine)
        names = [places.get(place, place) for place in scenario.engines]
        client = Program(program, scenario.mode or "failover", {name: vendors.urls.get(name) for name in names})
        at = (vendors.mid, lambda: vendors.outage(scenario.outage)) if scenario.outage else None
        client.play(recording.pcm, at)
        heard = client.heard
        fault_at = heard.began + vendors.mid if scenario.outage else heard.began if scenario.first == cell.DEAD else None
        cell.judge(outcome, recording, heard, vendors.sessions(), client.lost, fault_at, scenario.nobody_for)
        if scenario.noise and client.lost:
            outcome.problems.append(f"an engine was given up at {outcome.detail['logged']} s")
        if scenario.hearing is not None:
            cell.check_hearing(outcome, {places[place] for place in scenario.hearing}, vendors.sessions(), heard.began)
        outcome.violations += vendors.violations()
    except Exception as error:  # one cell that cannot be run must not take the table with it
        outcome.problems.append(f"{type(error).__name__}: {error}")
    finally:
        if client is not None:
            outcome.problems += client.stop()
            outcome.detail["log"] = client.said[-40:]
        outcome.problems += vendors.stop()
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome
