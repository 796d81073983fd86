"""One scenario with one engine: a gateway of its own, simulators of its own, a client, and what came of it."""

import asyncio
import json
import os
import socket
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass, field

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from clients import FRAME, stream
from count import count
from gateway import OPENER, Server
from matrix import ADDRESSES
from scenarios import DEAD, SERVICES, UNTIMED, vendors_of
from simulators import KEY, Simulator

MOST_ERROR = 20.0  # milliseconds
MOST_WAIT = 4.0  # seconds from the detection of a fault
MOST_DETECTION = 5.0  # seconds from a fault to its detection: the stall limit of 3 s counts speech
READY_SECONDS = 90


@dataclass
class Outcome:
    scenario: str
    engine: str
    spoken: int = 0
    lost: int = 0
    doubled: int = 0
    misheard: int = 0
    invented: int = 0
    error_ms: float | None = None  # against the uninterrupted run; None: there is none
    # Longest waits for a final, in seconds: from the end of its last word; and from there or the detection, whichever is later.
    wait_from_speech: float | None = None
    wait_from_detection: float | None = None
    detected_after: float | None = None  # seconds from the fault
    problems: list = field(default_factory=list)
    violations: list = field(default_factory=list)
    detail: dict = field(default_factory=dict)
    words: list = field(default_factory=list)  # as the client had them
    seconds: float = 0.0

    @property
    def keeps_words(self):
        is_late = (self.error_ms or 0) > MOST_ERROR and self.engine not in UNTIMED
        return not (self.lost or self.doubled or self.problems or self.violations or is_late)

    @property
    def keeps_waits(self):
        return (self.detected_after or 0) <= MOST_DETECTION and (self.wait_from_detection or 0) <= MOST_WAIT

    @property
    def passed(self):
        return self.keeps_words and self.keeps_waits

    def record(self):
        return {**asdict(self), "passed": self.passed}


class Vendors:
    """The simulators of one cell."""

    def __init__(self, scenario, engine, recording):
        self.simulators, self.urls = {}, {}
        places = vendors_of(engine)
        moments = {"mid": round(recording.inside_word(0.58), 3), "third": round(recording.inside_word(0.24), 3)}
        self.mid = moments["mid"]
        try:
            for place in scenario.engines:
                if place == "local":
                    continue
                faults = scenario.first if place == "first" else scenario.second
                vendor = places[place]
                if faults == DEAD:
                    with socket.socket() as unused:
                        unused.bind(("127.0.0.1", 0))
                        self.urls[vendor] = f"http://127.0.0.1:{unused.getsockname()[1]}"
                    continue
                self.simulators[vendor] = Simulator(vendor, recording.oracle, [fault.format(**moments) for fault in faults], scenario.count)
                self.urls[vendor] = self.simulators[vendor].url
        except BaseException:
            self.stop()
            raise

    def sessions(self):
        return [{**session, "vendor": vendor} for vendor, simulator in self.simulators.items() for session in simulator.sessions]

    def violations(self):
        found = []
        for vendor, simulator in self.simulators.items():
            broken = {session["id"] for session in simulator.sessions if session.get("fault") is not None}
            found += [f"{vendor}: {one['kind']}: {one['detail']}" for one in simulator.violations
                      # What is noted on a stream that the simulator has broken is no fault of the gateway's.
                      if one["session"] not in broken or one["kind"] == "pace"]
        return list(dict.fromkeys(found))

    async def outage(self, seconds):
        for url in self.urls.values():
            await asyncio.to_thread(self._end, url, seconds)

    def _end(self, url, seconds):
        OPENER.open(urllib.request.Request(f"{url}/_outage?seconds={seconds}", method="POST"), timeout=10).close()

    def stop(self):
        said = "".join(simulator.stop() for simulator in self.simulators.values())
        return [f"a simulator said: {said[-400:]}"] if said else []


def run(scenario, engine, recording, harken, folder):
    """The outcome of one cell; its times are not compared yet."""
    began = time.monotonic()
    if scenario.noise:
        recording = recording.behind_noise(scenario.noise)
    outcome = Outcome(scenario.name, engine, len(recording.words))
    vendors = Vendors(scenario, engine, recording)
    server = None
    try:
        places = vendors_of(engine)
        names = [places.get(place, place) for place in scenario.engines]
        settings = {"HARKEN_ENGINES": ",".join(names), **dict(scenario.settings)}
        if engine in SERVICES:
            settings |= SERVICES[engine][1]
        for vendor, url in vendors.urls.items():
            settings[vendor.upper() + "_API_KEY"] = KEY
            settings |= {f"{vendor.upper()}_{name}": form.format(url) for name, form in ADDRESSES[vendor].items()}
        server = Server(harken, os.path.join(folder, f"{engine}-{scenario.name}".replace(" ", "-")), settings)
        wait_for_all(server)
        at = (vendors.mid, lambda: vendors.outage(scenario.outage)) if scenario.outage else None
        opened = time.monotonic()
        heard = asyncio.run(stream(engine, server.url, "any", recording.pcm, at, mode=scenario.mode))
        fault_at = heard.began + vendors.mid if scenario.outage else opened if scenario.first == DEAD else None
        judge(outcome, recording, heard, vendors.sessions(), failures_logged(server), fault_at, scenario.nobody_for)
        if scenario.noise and outcome.detail["logged"]:
            outcome.problems.append(f"an engine was given up at {outcome.detail['logged']} s")
        if scenario.hearing is not None:
            check_hearing(outcome, {places[place] for place in scenario.hearing}, vendors.sessions(), heard.began)
        outcome.violations += vendors.violations()
    except Exception as error:  # one cell that cannot be run must not take the table with it
        outcome.problems.append(f"{type(error).__name__}: {error}")
    finally:
        if server is not None:
            status = server.stop()
            if status != 0:
                outcome.problems.append(f"harken serve ended with the status {status}")
            outcome.detail["log"] = [line.rstrip() for line in server.lines][-40:]
        outcome.problems += vendors.stop()
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def wait_for_all(server):
    """Until every engine can be used, the local one's models included."""
    server.wait_until_ready(READY_SECONDS)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        states = json.loads(server.get("/ready")[1])["engines"]
        if all(state == "ready" for state in states.values()):
            return
        time.sleep(0.2)
    raise TimeoutError(f"/ready after {READY_SECONDS} s: {states}")


def check_hearing(outcome, wanted, sessions, began):
    """Who hears the session from its beginning: those that its mode wants, and nobody else."""
    hearing = {session["vendor"] for session in sessions if session.get("live") and session["opened"] < began + 1}
    if hearing != wanted:
        outcome.problems.append(f"from the beginning {sorted(hearing)} hear it, and not {sorted(wanted)}")


def failures_logged(server):
    """When the gateway said that an engine had failed, on the monotonic clock."""
    return [when for when, line in zip(server.said_at, server.lines) if "engine stream" in line]


def judge(outcome, recording, heard, sessions, logged, fault_at=None, nobody_for=0.0):
    found = count(recording.words, heard.words)
    outcome.lost, outcome.doubled = len(found.lost), len(found.doubled)
    outcome.misheard, outcome.invented = len(found.misheard), len(found.invented)
    outcome.detail |= {
        "lost": [f"{word.text} {word.start:.2f}" for word in found.lost], "doubled": [f"{word.text} {word.start:.2f}" for word in found.doubled],
        "misheard": [f"{a.text} → {b.text} {a.start:.2f}" for a, b in found.misheard],
        "invented": [f"{word.text} {word.start:.2f}" for word in found.invented],
        "streams": [{name: session.get(name) for name in ("vendor", "path", "live", "audio_seconds", "end")}
                    | {name: rounded(session.get(name), heard.began) for name in ("opened", "fault")} for session in sessions],
        "logged": [rounded(when, heard.began) for when in logged]}
    outcome.problems += heard.problems
    outcome.words = [(word.text, round(word.start, 3), round(word.end, 3), rounded(word.arrived, heard.began)) for word in heard.words]
    outcome.detail["pairs"] = {str(at): [round(word.start - recording.before, 4), round(word.end - recording.before, 4)] for at, word in found.pairs.items()}

    # Each final by its last word: frames are sent once they are spoken, so a word is there at most a frame later.
    finals = {}
    for word in heard.words:
        finals[word.arrived] = max(finals.get(word.arrived, 0.0), word.end)
    waits = {arrived: arrived - (heard.began + end) for arrived, end in finals.items()}
    outcome.wait_from_speech = round(max(waits.values()), 2) if waits else None
    faults = [session["fault"] for session in sessions if session.get("fault") is not None] + ([fault_at] if fault_at else [])
    if not faults:
        return
    fault = min(faults)
    # Detected is what the gateway has said, or done by asking another.
    signs = [when for when in logged if when >= fault - 0.05]
    signs += [session["opened"] for session in sessions if session.get("live") and session["opened"] > fault + 0.001]
    if not signs:
        return
    detected = max(min(signs), fault)
    outcome.detected_after = round(detected - fault, 2)
    since = max(detected, fault + nobody_for, heard.began)
    after = [arrived - max(since, heard.began + end) for arrived, end in finals.items() if arrived > since]
    outcome.wait_from_detection = round(max(after), 2) if after else None


def rounded(when, began):
    return None if when is None else round(when - began, 2)


def compare(outcome, uninterrupted):
    """The worst time error against the uninterrupted runs of the same client, in milliseconds: of each word against the nearest of them."""
    worst = None
    for at, (start, end) in outcome.detail["pairs"].items():
        others = [run.detail["pairs"][at] for run in uninterrupted if at in run.detail["pairs"]]
        if others:
            error, other = min((max(abs(start - other[0]), abs(end - other[1])) * 1000, other) for other in others)
            if worst is None or error > worst[0]:
                worst = (error, at, other)
    if worst is not None:
        outcome.error_ms = round(worst[0], 1)
        outcome.detail["worst time"] = [int(worst[1]), outcome.detail["pairs"][worst[1]], worst[2]]
