"""Steps of a test, one after the other: each is a command, and a step that fails does not end the run.

The output of each step is in `.build/steps`. A table at the end has the verdict, the time and the load of each step; below it is, for each failed step, the
command that repeats it, its log and what it said last.
"""

import collections
import ctypes
import dataclasses
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / ".build/steps"
# A step that takes longer hangs: the longest needs a tenth of it.
HANG_LIMIT = 3_600
# Lines that tell of each of some thousand tests say nothing as long as the tests pass. Some are the end of a name with a line break.
QUIET = re.compile(r"^◇ |^. (Test|Suite) .* (passed|started)|^\[\d+/\d+\]|.* to \".+\" started\.$")
# A Swift test that failed, or a play with its reason.
FAILED_TEST = re.compile(r"^✘ Test (?!run with )(.+?) (?:with \d+ test cases? )?failed after|^FAIL  (.+)")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
SUMMARY = re.compile(r"^. Test run with .*")
_LIBC = ctypes.CDLL(None)


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    command: list
    # Steps without which this one cannot run.
    needs: tuple = ()
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Result:
    step: Step
    verdict: str  # passed, failed, not run
    seconds: float
    load: float
    log: pathlib.Path | None
    reason: str = ""
    tests: tuple = ()


def _dies_with_us():
    _LIBC.prctl(1, signal.SIGTERM)


class Neighbour:
    """A busy loop of equal priority on the one processor that this process and its children use from now on."""

    def __init__(self):
        processor = max(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processor})
        self._process = subprocess.Popen(["sh", "-c", "while :; do :; done"], preexec_fn=_dies_with_us)

    def stop(self):
        self._process.kill()
        self._process.wait()


class Runner:
    def __init__(self, name, logs=LOGS):
        self.name, self.logs, self.results, self._running = name, logs, [], None
        logs.mkdir(parents=True, exist_ok=True)
        for old in logs.glob("*"):
            if old.is_file():
                old.unlink()
        signal.signal(signal.SIGTERM, self._interrupted)
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, number, _):
        self._end_group()
        sys.exit(128 + number)

    def _end_group(self):
        if self._running:
            try:
                os.killpg(self._running.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def run(self, steps, suffix=""):
        """Runs the steps and returns their results."""
        found = {result.step.name: result.verdict for result in self.results}
        results = []
        for step in steps:
            missing = [name for name in step.needs if found.get(name, "passed") != "passed"]
            if missing:
                result = Result(step, "not run", 0, 0, None, f"{missing[0]} failed")
            else:
                result = self._run(step, suffix)
            found[step.name] = result.verdict
            results.append(result)
        self.results += results
        return results

    def _run(self, step, suffix):
        log = self.logs / (step.name.replace(" ", "-").replace("/", "-") + suffix + ".log")
        print(f"{self.name}: {step.name} ({time.strftime('%T')})", file=sys.stderr, flush=True)
        began = time.monotonic()
        reason, tests = "", []
        with log.open("wb") as file:
            process = subprocess.Popen(
                step.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, **step.environment}, preexec_fn=_dies_with_us)
            self._running = process
            hanging = threading.Event()

            def end():
                hanging.set()
                os.killpg(process.pid, signal.SIGKILL)

            limit = threading.Timer(HANG_LIMIT, end)
            limit.start()
            for line in process.stdout:
                file.write(line)
                file.flush()
                text = line.decode(errors="replace").rstrip("\n")
                plain = COLOURS.sub("", text)
                if test := FAILED_TEST.match(plain):
                    tests.append(test[1] or test[2][:400])
                if not QUIET.match(plain):
                    print(text, flush=True)
            status = process.wait()
            limit.cancel()
            # What a step leaves running would be beside the next one.
            self._end_group()
            self._running = None
        if hanging.is_set():
            reason = f"it hung: ended after {HANG_LIMIT} s"
        elif status != 0:
            reason = f"exit status {status}"
        return Result(step, "failed" if reason else "passed", time.monotonic() - began, os.getloadavg()[0], log, reason, tuple(tests))

    def table(self, results=None):
        """Prints the verdict, time and load of each step, and of each failure what is needed to look into it. Returns how many steps did not pass."""
        results = self.results if results is None else results
        failures = [result for result in results if result.verdict != "passed"]
        for result in failures:
            print(f"\n{self.name}: {result.step.name}: {result.verdict}, {result.reason}")
            for test in result.tests:
                print(f"    test    {test}")
            print(f"    again   {shlex.join(result.step.command)}")
            if result.log:
                print(f"    log     {result.log.relative_to(ROOT)}    load {result.load:.1f}")
                lines = [line for line in COLOURS.sub("", result.log.read_text(errors="replace")).splitlines() if not QUIET.match(line)]
                print("\n".join("    | " + line[:300] for line in lines[-15:]))
        print(f"\n{'verdict':8} {'seconds':>7} {'load':>5}  step")
        for result in results:
            print(f"{result.verdict:8} {result.seconds:7.0f} {result.load:5.1f}  {result.step.name}")
        print(f"{'':8} {sum(result.seconds for result in results):7.0f} {'':5}  all steps")
        for result in results:
            if result.log:
                for line in result.log.read_text(errors="replace").splitlines():
                    if SUMMARY.match(line):
                        print(line)
        # Last, where a reader of a log that was cut looks.
        for result in failures:
            print("\n".join(f"failed: {result.step.name}: {test}" for test in result.tests or [result.reason]))
        return len(failures)

    def repeat(self, steps, count):
        """Runs the steps so many times, and prints which failed how often. Returns the number of failures."""
        failures, seconds, worst = collections.Counter(), collections.defaultdict(list), []
        for number in range(1, count + 1):
            print(f"{self.name}: run {number} of {count}", file=sys.stderr, flush=True)
            results = self.run(steps, suffix=f"-{number}")
            for result in results:
                seconds[result.step.name].append(result.seconds)
                if result.verdict != "passed":
                    failures[result.step.name] += 1
                    worst.append(f"run {number}: {result.step.name}: {result.reason}; log {result.log and result.log.relative_to(ROOT)}; load {result.load:.1f}")
                for test in result.tests:
                    failures[f"{result.step.name}: {test}"] += 1
            print(f"{self.name}: run {number} took {sum(result.seconds for result in results):.0f} s, "
                  f"{sum(result.verdict != 'passed' for result in results)} steps failed", file=sys.stderr, flush=True)
        print(f"\n{'failures':>8} {'of':>4} {'seconds':>12}  step or test")
        for name in [step.name for step in steps] + sorted(name for name in failures if ": " in name):
            span = f"{min(seconds[name]):.0f} to {max(seconds[name]):.0f}" if seconds[name] else ""
            print(f"{failures[name]:8} {count:4} {span:>12}  {name}")
        print("\n".join(worst))
        return sum(failures[step.name] for step in steps)
