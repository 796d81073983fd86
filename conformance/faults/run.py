"""The fault table: real speech through `harken serve`, by a client of each engine's own protocol, while engines fail in every way.

    scripts/play faults [--short] [--scenario NAME…] [--engine NAME…] [--kit | --livekit] [--json FILE]

A line for each cell as it ends, then the table. The exit status is 0 only if every cell keeps the goals: no word lost, none doubled, times within
20 ms of the uninterrupted run, faults noticed within 5 s, no wait for a final over 4 s from there, nothing else that a client would mind.
"""

import argparse
import concurrent.futures
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import cell
import count
import figures
import kit
import kit_gateway
import outage
import recording
from matrix import SHOWN
from scenarios import CLEAN, DOWN, LOCAL, SCENARIOS, SECOND, SERVICES

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TITLES = SHOWN | {"agent-stt": "Agent STT"}

ALONE = 2  # cells at a time whose programs have only their own local engine


def main():
    parser = argparse.ArgumentParser(prog="scripts/play faults", description=__doc__.splitlines()[0], epilog="scenarios: " + ", ".join(one.name for one in SCENARIOS))
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and beckett.txt")
    parser.add_argument("--cache", help="folder where what the simulators hear is kept")
    parser.add_argument("--shared", default=os.path.join(ROOT, "../shared/audio"), help="folder of the development audio")
    parser.add_argument("--short", action="store_true", help="the few scenarios that `make verify` runs, with 10 s of speech")
    parser.add_argument("--scenario", action="append", metavar="NAME", help="only these; what does not fail runs too, times are compared with it")
    parser.add_argument("--engine", action="append", choices=list(SECOND), help="only these")
    parser.add_argument("--livekit", "--beside-livekit", action="store_true",
                        help="the same scenarios through LiveKit's fallback adapter, in columns of the same table")
    parser.add_argument("--only-livekit", action="store_true", help="that alone")
    parser.add_argument("--kit", metavar="PROGRAM", help="instead of the gateway: a program that uses HarkenKit, Examples/Caption's `pipe`")
    parser.add_argument("--live", action="store_true", help="instead: `harken live`, while its connection breaks and its gateway is killed and restarted")
    parser.add_argument("--ignore-waits", action="store_true", help="waits are shown and not judged: for a machine that is busy with other things")
    parser.add_argument("--outage", type=int, metavar="N", help="instead: one vendor's outage under N live sessions")
    parser.add_argument("--jobs", type=int, default=12, help="cells at a time (12)")
    parser.add_argument("--json", metavar="FILE", help="writes everything there as well")
    args = parser.parse_args()
    if not os.access(args.harken, os.X_OK):
        parser.error(f"{args.harken} is not there: make build first, or name another with --harken")
    unknown = set(args.scenario or ()) - {one.name for one in SCENARIOS}
    if unknown:
        parser.error(f"no scenario is called {sorted(unknown)[0]!r}; there are: " + ", ".join(one.name for one in SCENARIOS))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="harken-faults-") as folder:
        return Table(args, folder).run()


class Table:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        shared = None if args.short else args.shared
        self.recording = recording.load(folder, args.harken, args.cache, args.test_audio, shared)
        wanted = [one for one in SCENARIOS if one.name in (CLEAN, LOCAL) or not args.scenario or one.name in args.scenario]
        self.scenarios = [one for one in wanted if one.in_test or one.name in (CLEAN, LOCAL)] if args.short and not args.scenario else wanted
        if args.kit:
            self.scenarios = [one for one in self.scenarios if kit.can(one)]
        self.engines = args.engine or (["assemblyai", "deepgram"] if args.short else list(SECOND))
        if args.kit:
            self.engines = [one for one in self.engines if one not in SERVICES]
        self._lock = threading.Lock()
        self._started = 0
        self.load = []

    def run(self):
        broken = count.check(self.recording.words)
        print(f"{self.recording.seconds:.1f} s of speech, {self.recording.spoken} words, {len(self.recording.words)} countable", flush=True)
        if broken:
            print("FAIL  the count does not count right: " + "; ".join(broken))
            return 1
        if self.args.outage:
            return self._outage()
        if self.args.live:
            with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
                # A short recording is over before a gateway that drains ends.
                scenarios = [one for one in kit_gateway.SCENARIOS if not (self.args.short and one == kit_gateway.RESTARTED)]
                outcomes = list(pool.map(self._gateway, scenarios))
            passed = all(outcome.keeps_words for outcome in outcomes)
            if self.args.json:
                with open(self.args.json, "w") as file:
                    json.dump({"passed": passed, "cells": [outcome.record() for outcome in outcomes]}, file, indent=1)
            return 0 if passed else 1
        began = time.monotonic()
        watch = threading.Event()
        threading.Thread(target=self._watch, args=(watch,), daemon=True).start()
        beside = self._beside() if self.args.livekit or self.args.only_livekit else None
        outcomes = []
        if not self.args.only_livekit:
            cells = [(scenario, engine) for scenario in self.scenarios for engine in self.engines]
            # Each gateway or program has its own local engine: where only that one hears, a dozen of them are slower than speech.
            alone = [pair for pair in cells if pair[0].name in (LOCAL, DOWN)]
            for some, jobs in (([pair for pair in cells if pair not in alone], self.args.jobs), (alone, ALONE)):
                with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                    outcomes += pool.map(lambda pair: self._cell(*pair), some)
        for outcome in outcomes:
            if "pairs" in outcome.detail:
                names = (LOCAL,) if outcome.scenario == LOCAL else (CLEAN, LOCAL)
                cell.compare(outcome, [one for one in outcomes if one.engine == outcome.engine and one.scenario in names and "pairs" in one.detail])
        gateways = [self._gateway(scenario) for scenario in kit_gateway.SCENARIOS] if self.args.kit and not self.args.scenario else []
        others = beside() if beside else []
        watch.set()
        seconds = time.monotonic() - began
        show(outcomes, self.scenarios, self.engines, others)
        load = f"{min(self.load):.1f} to {max(self.load):.1f}, mean {sum(self.load) / len(self.load):.1f}, on {os.cpu_count()} processors"
        for outcome in outcomes:
            name = f"fault {outcome.scenario}, {outcome.engine}"
            figures.within(name + ": until it is detected", outcome.detected_after or 0, cell.MOST_DETECTION)
            figures.within(name + ": a final, from the detection", outcome.wait_from_detection or 0, cell.MOST_WAIT)
        kept = sum(outcome.passed for outcome in outcomes)
        passed = all(outcome.keeps_words if self.args.ignore_waits else outcome.passed for outcome in outcomes)
        passed = passed and all(outcome.keeps_words for outcome in gateways)
        total = {name: sum(getattr(outcome, name) for outcome in outcomes) for name in ("spoken", "lost", "doubled", "misheard", "invented")}
        told_of = (f"{kept} of {len(outcomes)} cells keep the goals; {total['lost']} of {total['spoken']} words lost, {total['doubled']} doubled, "
                   f"{total['misheard']} misheard, {total['invented']} invented; ") if outcomes else ""
        print(f"\n{told_of}{seconds:.0f} s; load {load}", flush=True)
        if self.args.json:
            with open(self.args.json, "w") as file:
                json.dump({"passed": passed, "seconds": round(seconds, 1), "load": self.load, "countable": len(self.recording.words),
                           "recording_seconds": self.recording.seconds, "cells": [outcome.record() for outcome in outcomes + gateways],
                           "beside": others}, file, indent=1)
        return 0 if passed else 1

    def _outage(self):
        found = outage.run(self.args.outage, self.recording, self.args.harken, self.folder)
        found["load"] = os.getloadavg()[0]
        outage.show(found)
        if self.args.json:
            with open(self.args.json, "w") as file:
                json.dump(found, file, indent=1)
        return 0 if found["passed"] else 1

    def _cell(self, scenario, engine):
        # Not all at once: a start costs more than all that follows.
        with self._lock:
            self._started += 1
            wait = 1.0 if self._started <= self.args.jobs else 0.0
            time.sleep(wait)
        if self.args.kit:
            outcome = kit.run(scenario, engine, self.recording, self.args.kit, self.folder)
        else:
            outcome = cell.run(scenario, engine, self.recording, self.args.harken, self.folder)
        with self._lock:
            # Times are compared at the end.
            well = outcome.keeps_words and (self.args.ignore_waits or outcome.keeps_waits)
            print(f"{'ok  ' if well else 'FAIL'}  {scenario.name}, {TITLES[engine]}: {told(outcome)}", flush=True)
        return outcome

    def _gateway(self, scenario):
        outcome = kit_gateway.run(scenario, self.recording, self.args.kit, self.args.harken, self.folder)
        title = "a gateway as the engine" if self.args.kit else "harken live"
        print(f"{'ok  ' if outcome.keeps_words else 'FAIL'}  {title}, {scenario}: {told(outcome)}", flush=True)
        return outcome

    def _beside(self):
        """LiveKit's adapter, in a process of its own."""
        place, pickled = os.path.join(self.folder, "livekit.json"), os.path.join(self.folder, "recording.pickle")
        with open(pickled, "wb") as file:
            pickle.dump(self.recording, file)
        here = os.path.dirname(os.path.abspath(__file__))
        command = [sys.executable, os.path.join(here, "livekit_fallback.py"), "--output", place, "--jobs", str(self.args.jobs),
                   "--harken", self.args.harken, "--recording", pickled]
        # It has no such modes, and its own client sends the speech.
        command += [f"--scenario={one.name}" for one in self.scenarios if one.hearing is None and not one.noise]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)

        def finish():
            process.wait()
            with open(place) as file:
                return json.load(file)
        return finish

    def _watch(self, ended):
        while not ended.wait(5) or not self.load:
            self.load.append(os.getloadavg()[0])


def told(outcome):
    parts = [f"{outcome.lost} lost", f"{outcome.doubled} doubled"]
    parts += [f"{outcome.misheard} misheard"] if outcome.misheard else []
    parts += [f"{outcome.invented} invented"] if outcome.invented else []
    parts += [f"{outcome.wait_from_speech:.1f} s from speech"] if outcome.wait_from_speech is not None else []
    parts += [f"detected after {outcome.detected_after:.1f} s"] if outcome.detected_after is not None else []
    parts += [f"{outcome.wait_from_detection:.1f} s from there"] if outcome.wait_from_detection is not None else []
    return ", ".join(parts) + "".join(f"\n      {line[:300]}" for line in [*outcome.problems, *outcome.violations])


def show(outcomes, scenarios, engines, others):
    """The table: a row for each scenario, a column for each engine of the gateway's, then those of `others`, which know no detection."""
    rows = {(outcome.scenario, outcome.engine): outcome.record() for outcome in outcomes}
    rows |= {(row["scenario"], part["name"]): row for part in others for row in part["rows"]}
    columns = [(engine, TITLES[engine]) for engine in (engines if outcomes else ())] + [(part["name"], part["name"]) for part in others]
    width = max(len(scenario.name) for scenario in scenarios)
    print("\nlost + doubled, worst time error in ms, seconds: fault to detection, longest wait for a final from there (from the end of "
          "speech); ! misses a goal, * something else is wrong")
    for number, part in enumerate(others):
        print(f"{'beside: ' if number == 0 else '        '}{part['name']}: {part['title']}")
    print(" " * width + "".join(f"  {title:^30}" for _, title in columns))
    for scenario in scenarios:
        print(f"{scenario.name:<{width}}" + "".join("  " + shown(rows.get((scenario.name, column))) for column, _ in columns))
    if others:
        sums = [[sum(row[name] for (_, column), row in rows.items() if column == wanted) for name in ("lost", "doubled", "spoken")] for wanted, _ in columns]
        print(f"{'all':<{width}}" + "".join(f"  {f'{lost:>3} + {doubled:<3} of {spoken}':<30}" for lost, doubled, spoken in sums))
    sys.stdout.flush()


def shown(row):
    if row is None:
        return " " * 30
    error = "–" if row["error_ms"] is None else f"{row['error_ms']:.0f}"
    after, wait, speech = ("–" if row[name] is None else f"{row[name]:.1f}" for name in ("detected_after", "wait_from_detection", "wait_from_speech"))
    mark = ("" if row["passed"] else "!") + ("*" if any(row[name] for name in ("problems", "violations", "misheard", "invented")) else "")
    return f"{row['lost']:>3} + {row['doubled']:<3}{error:>4} {after:>5} {wait:>4} ({speech:>4}) {mark:<2}"


if __name__ == "__main__":
    sys.exit(main())
