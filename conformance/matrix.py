"""Every driver with every engine: one `harken serve` for each engine, the vendors played by the simulators of `vendors/`.

A cell is PASS, FAIL or a dash with its reason. FAIL is a driver that failed, a vendor that was not asked although it should have been, or
one that was treated against its rules. Engines run side by side, drivers of one engine one after the other.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import threading
import wave

from drivers import run
from gateway import Server, ServerError, environment
from simulators import KEY, VENDORS, Simulator

ENGINES = ("local", "assemblyai", "deepgram", "soniox", "speechmatics", "openai")
SHOWN = {"local": "local", "assemblyai": "AssemblyAI", "deepgram": "Deepgram", "soniox": "Soniox", "speechmatics": "Speechmatics",
         "openai": "OpenAI"}
# Where the gateway is told that the vendor is; {} is the simulator's address. As the vendors write their own.
ADDRESSES = {
    "assemblyai": {"BASE_URL": "{}", "STREAMING_URL": "{}"},
    "deepgram": {"BASE_URL": "{}"},
    "soniox": {"BASE_URL": "{}", "STREAMING_URL": "{}"},
    "speechmatics": {"BASE_URL": "{}", "STREAMING_URL": "{}"},
    "openai": {"BASE_URL": "{}/v1", "LIVE": "realtime"},
}
WER = ["--max-wer", "0.25"]
# What a vendor is sent that its protocol does not have, because that vendor's client sends it there too.
CLIENTS_OWN = {"streaming/pipecat_assemblyai": {"unknown parameter: formatted_finals"}}

# What a driver does not ask for where the engine does not tell it.
UNTOLD = {("streaming/livekit_soniox", "openai"): ["--may-lack-language"]}


class Column:
    """One engine behind the gateway."""

    def __init__(self, engine, args, oracle, folder, tell):
        self.engine, self.args, self.oracle, self.tell = engine, args, oracle, tell
        self.folder = os.path.join(folder, engine)
        self.cells = {}  # driver name → cell
        self.notes = []  # what is wrong and belongs to no cell
        os.makedirs(self.folder)

    def run(self, drivers):
        simulator = server = None
        try:
            settings = {"HARKEN_ENGINES": self.engine}
            if self.engine != "local":
                simulator = Simulator(self.engine, self.oracle, self.args.fault, self.args.fault_count)
                settings[self.engine.upper() + "_API_KEY"] = KEY
                settings |= {f"{self.engine.upper()}_{name}": form.format(simulator.url) for name, form in ADDRESSES[self.engine].items()}
            can = self._capabilities(settings)
            if can is None:
                for driver in drivers:
                    self._dash(driver, "this build has no such engine")
                return
            server = Server(self.args.harken, os.path.join(self.folder, "data"), settings)
            server.wait_until_ready(self.args.ready_seconds)
            key = server.make_key()
            for driver in drivers:
                if not can["streaming" if driver.is_live else "prerecorded"]:
                    self._dash(driver, "the engine takes " + ("recordings only" if driver.is_live else "live audio only"))
                elif server.get(driver.route)[0] == 404:
                    self._dash(driver, f"this build has no {driver.route}")
                else:
                    self._judge(driver, server, key, simulator)
            if any(secret in line for secret in (key, KEY) for line in server.lines):
                self.notes.append("harken serve wrote a key into its log")
        except (ServerError, RuntimeError, OSError, subprocess.SubprocessError, ValueError) as error:
            self.notes.append(f"{type(error).__name__}: {error}")
        finally:
            status = server.stop() if server else 0
            said = simulator.stop() if simulator else ""
        if status != 0:
            self.notes.append(f"harken serve ended with the status {status} after SIGTERM")
        if said:
            self.notes.append("the simulator said: " + said)

    def _capabilities(self, settings):
        """What `harken engines` says of this engine; None when it does not know it."""
        found = subprocess.run([self.args.harken, "engines", "--json"], capture_output=True, text=True, timeout=60,
                               env=environment({**settings, "HARKEN_ENGINES": "local"}))
        return next((engine for engine in json.loads(found.stdout) if engine["name"] == self.engine), None)

    def _judge(self, driver, server, key, simulator):
        before = (len(simulator.violations), len(simulator.sessions)) if simulator else (0, 0)
        outcome = run(driver, server.url, key, self.args.test_audio, self.folder, WER + UNTOLD.get((driver.name, self.engine), []))
        problems, violations = list(outcome.problems), []
        if simulator:
            with wave.open(os.path.join(self.args.test_audio, "beckett.wav")) as clip:
                seconds = clip.getnframes() / clip.getframerate()
            sessions = simulator.settled_sessions(before[1])
            # Added up: a stream that broke goes on in another.
            if outcome.passed and sum(session["audio_seconds"] for session in sessions) < seconds - 1:
                problems.append("the driver passed, but the vendor never got the audio")
            violations = [f"{one['kind']}: {one['detail']}" for one in simulator.violations[before[0]:]]
            violations = [one for one in violations if one not in CLIENTS_OWN.get(driver.name, ())]
            left = [session for session in sessions if session.get("end") == "open"]
            if left:
                violations.append(f"{len(left)} stream(s) still open after the client had its answer")
        passed = outcome.passed and not problems and not violations
        self.cells[driver.name] = {"driver": driver.name, "dialect": driver.dialect, "engine": self.engine, "status": "PASS" if passed else "FAIL",
                                   "seconds": round(outcome.seconds, 1), "wer": outcome.wer, "problems": problems, "violations": violations}
        self.tell(f"{'PASS' if passed else 'FAIL'}  {driver.name} over {SHOWN[self.engine]}  {outcome.seconds:.1f} s",
                  [*problems, *("violation: " + one for one in dict.fromkeys(violations))])

    def _dash(self, driver, reason):
        self.cells[driver.name] = {"driver": driver.name, "dialect": driver.dialect, "engine": self.engine, "status": "-", "reason": reason}


def main(args, drivers):
    engines = args.engine or list(ENGINES)
    lock = threading.Lock()

    def tell(line, details=()):
        with lock:
            print("\n      ".join([line, *details]), flush=True)

    with tempfile.TemporaryDirectory(prefix="harken-matrix-") as folder:
        oracle = os.path.join(folder, "oracle.json")
        command = [sys.executable, os.path.join(VENDORS, "oracle.py"), "--harken", args.harken, "--output", oracle,
                   os.path.join(args.test_audio, "beckett.wav")]
        subprocess.run(command + (["--cache", args.cache] if args.cache else []), check=True)
        columns = [Column(engine, args, oracle, folder, tell) for engine in engines]
        with concurrent.futures.ThreadPoolExecutor(args.jobs or 3) as pool:
            list(pool.map(lambda column: column.run(drivers), columns))
    show(columns, drivers)
    cells = [cell for column in columns for cell in column.cells.values()]
    passed = len(cells) == len(columns) * len(drivers) and all(cell["status"] != "FAIL" for cell in cells) and not any(
        column.notes for column in columns)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"passed": passed, "cells": cells, "notes": {column.engine: column.notes for column in columns}}, file, indent=1)
    return 0 if passed else 1


def show(columns, drivers):
    """The table, then the reason of each dash once, then what belongs to no cell."""
    width = max(len(driver.name) for driver in drivers)
    reasons = []
    print("\n" + " " * width + "".join(f"  {SHOWN[column.engine]:>12}" for column in columns))
    for driver in drivers:
        row = f"{driver.name:<{width}}"
        for column in columns:
            cell = column.cells.get(driver.name, {"status": "FAIL"})
            shown = cell["status"]
            if "reason" in cell:
                if cell["reason"] not in reasons:
                    reasons.append(cell["reason"])
                shown = f"- ({reasons.index(cell['reason']) + 1})"
            row += f"  {shown:>12}"
        print(row)
    for index, reason in enumerate(reasons, 1):
        print(f"({index}) {reason}")
    for column in columns:
        for note in column.notes:
            print(f"FAIL  {SHOWN[column.engine]}: {note}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit("run scripts/play conformance --matrix")
