"""Steps of a test: each is a command, and a step that fails does not end the run. The steps of a lane run one after the other, and lanes side by side.

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
import traceback

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
# What a Swift program says when it crashes: why, and the frames of the thread that did.
CRASH = re.compile(r"Fatal error: |^\*\*\* Program crashed")
CRASHED_THREAD = re.compile(r"^Thread \d+ .*crashed:")
FRAME = re.compile(r"^\s*\d+ .* in ")
BEGUN_TEST = re.compile(r"^◇ Test (?!case |run )(.+) started\.$")
ENDED_TEST = re.compile(r"^. Test (?!case |run )(.+?) (?:with \d+ test cases? )?(?:passed|failed|skipped)\b")
_LIBC = ctypes.CDLL(None)


def crash(log):
    """Why the program of this log ended before its time: its message, the frames of the thread, and the Swift tests that had begun and had not ended."""
    message, frames, running, is_crashed_thread = [], [], {}, False
    for line in COLOURS.sub("", log.read_text(errors="replace")).splitlines():
        if begun := BEGUN_TEST.match(line):
            running[begun[1]] = True
        elif ended := ENDED_TEST.match(line):
            running.pop(ended[1], None)
        elif CRASH.search(line):
            message.append(line.strip("* "))
        elif CRASHED_THREAD.match(line):
            is_crashed_thread = True
        elif line.startswith("Thread "):
            is_crashed_thread = False
        elif is_crashed_thread and FRAME.match(line):
            frames.append(line.strip())
    return [line[:240] for line in message[:3] + frames[:12]] + [f"had begun: {test}" for test in list(running)[:12]]


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    command: list
    # Steps without which this one cannot run.
    needs: tuple = ()
    environment: dict = dataclasses.field(default_factory=dict)
    lane: str = ""


@dataclasses.dataclass
class Result:
    step: Step
    verdict: str  # passed, failed, not run
    seconds: float
    load: float
    log: pathlib.Path | None
    reason: str = ""
    # The tests that failed. After a crash also what crash() tells.
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
    """Runs steps. Without side_by_side, all steps are one lane."""

    def __init__(self, name, logs=LOGS, side_by_side=True):
        self.name, self.logs, self.side_by_side, self.results, self.seconds = name, logs, side_by_side, [], 0
        self._running, self._is_stopped, self._writing = set(), False, threading.Lock()
        logs.mkdir(parents=True, exist_ok=True)
        for old in logs.glob("*"):
            if old.is_file():
                old.unlink()
        signal.signal(signal.SIGTERM, self._interrupted)
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, number, _):
        self._is_stopped = True
        for process in list(self._running):
            self._end_group(process)
        sys.exit(128 + number)

    @staticmethod
    def _end_group(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def run(self, steps, suffix=""):
        """Runs the steps and returns their results, in the order of the steps. A step may need those before it in its lane, and those of earlier runs."""
        began, lanes, results = time.monotonic(), {}, {}
        for step in steps:
            lanes.setdefault(step.lane if self.side_by_side else "", []).append(step)
        found = {result.step.name: result.verdict for result in self.results}

        def run_lane(lane):
            for step in lane:
                missing = [name for name in step.needs if found.get(name, "passed") != "passed"]
                if self._is_stopped:
                    return
                if missing:
                    results[step.name] = Result(step, "not run", 0, 0, None, f"{missing[0]} failed")
                else:
                    try:
                        results[step.name] = self._run(step, suffix, f"{step.lane}: " if len(lanes) > 1 else "")
                    except Exception as error:
                        # An error of a thread would be that of a missing result.
                        traceback.print_exc()
                        results[step.name] = Result(step, "failed", 0, os.getloadavg()[0], None, f"it could not be run: {error!r}")
                found[step.name] = results[step.name].verdict

        # A child dies with the thread that began it. Signals come to this one.
        threads = [threading.Thread(target=run_lane, args=(lane,), daemon=True) for lane in lanes.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ordered = [results[step.name] for step in steps]
        self.results += ordered
        self.seconds += time.monotonic() - began
        return ordered

    def _say(self, line, file=sys.stdout):
        with self._writing:
            print(line, file=file, flush=True)

    def _run(self, step, suffix, prefix):
        log = self.logs / (step.name.replace(" ", "-").replace("/", "-") + suffix + ".log")
        self._say(f"{self.name}: {step.name} ({time.strftime('%T')})", sys.stderr)
        began = time.monotonic()
        reason, tests = "", []
        with log.open("wb") as file:
            process = subprocess.Popen(
                step.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, **step.environment}, preexec_fn=_dies_with_us)
            self._running.add(process)
            hanging = threading.Event()

            def end():
                hanging.set()
                os.killpg(process.pid, signal.SIGKILL)

            limit = threading.Timer(HANG_LIMIT, end)
            limit.start()
            try:
                for line in process.stdout:
                    file.write(line)
                    file.flush()
                    text = line.decode(errors="replace").rstrip("\n")
                    plain = COLOURS.sub("", text)
                    if test := FAILED_TEST.match(plain):
                        tests.append(test[1] or test[2][:400])
                    if not QUIET.match(plain):
                        self._say(prefix + text)
                status = process.wait()
            finally:
                limit.cancel()
                # What a step leaves running would be beside the next one.
                self._end_group(process)
                self._running.discard(process)
        if hanging.is_set():
            reason = f"it hung: ended after {HANG_LIMIT} s"
        elif status != 0:
            reason = f"exit status {status}"
            if status < 0:
                reason += f" ({signal.Signals(-status).name})"
                tests += [reason, *crash(log)]
        return Result(step, "failed" if reason else "passed", time.monotonic() - began, os.getloadavg()[0], log, reason, tuple(tests))

    def table(self, results=None):
        """Prints the verdict, time and load of each step, and of each failure what is needed to look into it. Returns how many steps did not pass."""
        results = self.results if results is None else results
        failures = [result for result in results if result.verdict != "passed"]
        for result in failures:
            print(f"\n{self.name}: {result.step.name}: {result.verdict}, {result.reason}")
            for test in result.tests:
                print(f"    test    {test}")
            environment = [f"{name}={value}" for name, value in result.step.environment.items()]
            print(f"    again   {shlex.join([*(['env'] if environment else []), *environment, *result.step.command])}")
            if result.log:
                print(f"    log     {result.log.relative_to(ROOT)}    load {result.load:.1f}")
                lines = [line for line in COLOURS.sub("", result.log.read_text(errors="replace")).splitlines() if not QUIET.match(line)]
                print("\n".join("    | " + line[:300] for line in lines[-15:]))
        print(f"\n{'verdict':8} {'seconds':>7} {'load':>5}  step")
        for result in results:
            print(f"{result.verdict:8} {result.seconds:7.0f} {result.load:5.1f}  {result.step.name}")
        print(f"{'':8} {self.seconds:7.0f} {'':5}  all steps")
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
            began = time.monotonic()
            results = self.run(steps, f"-{number}")
            for result in results:
                seconds[result.step.name].append(result.seconds)
                if result.verdict != "passed":
                    failures[result.step.name] += 1
                    worst.append(f"run {number}: {result.step.name}: {result.reason}; log {result.log and result.log.relative_to(ROOT)}; load {result.load:.1f}")
                for test in result.tests:
                    failures[f"{result.step.name}: {test}"] += 1
            print(f"{self.name}: run {number} took {time.monotonic() - began:.0f} s, "
                  f"{sum(result.verdict != 'passed' for result in results)} steps failed", file=sys.stderr, flush=True)
        print(f"\n{'failures':>8} {'of':>4} {'seconds':>12}  step or test")
        for name in [step.name for step in steps] + sorted(name for name in failures if ": " in name):
            span = f"{min(seconds[name]):.0f} to {max(seconds[name]):.0f}" if seconds[name] else ""
            print(f"{failures[name]:8} {count:4} {span:>12}  {name}")
        print("\n".join(worst))
        return sum(failures[step.name] for step in steps)
