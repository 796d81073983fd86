"""Attacks a `harken serve` of its own as a stranger would, and measures what that costs it and its live sessions.

Each attack has a gateway of its own, with a fresh data folder. A line for each: PASS or FAIL, by how much its memory grew, how much longer than on an idle
gateway a live session waited, and what else was measured. What an attack is about (status codes, refusals) is judged too, and so is whether the process
lives. Memory is the kernel's peak of the resident set (VmHWM), over what it was after a warm-up; a stall is the worst time between a WebSocket ping and its
pong on paced live sessions, or of an answer to /health on one of eight kept connections, less the worst of an idle gateway or, where that is more, of a
process that only echoes at the same time (which is how long this machine keeps anybody waiting). Where that is more than 50 ms the machine is noisy, and 99 of
100 waits are judged in place of the worst; questions that were not asked while one waited count too. An attack whose stall is too long is run once more. Memory and stalls are
judged by `make bench` alone; other runs show them.

With --sessions N, the attacks that need no settings of their own are also run one after the other against one gateway under N live sessions with real speech,
and every word is counted.
"""

import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.append(os.path.dirname(HERE))
sys.path.append(os.path.join(os.path.dirname(HERE), "faults"))
sys.path.append(os.path.join(os.path.dirname(HERE), "vendors"))

import figures
import network
import wire
from gateway import dies_with_us
from attempt import ATTACKS, Attack, Attempt
from memory import MB, Memory, processor_seconds
from simulators import Simulator

# Each registers its attacks.
import access
import certificates
import connections
import database
import log
import media
import protocol
import proxies
import unread
import uploads

import count
import recording
from sessions import Sessions

ROOT = os.path.dirname(os.path.dirname(HERE))
# Seconds that nobody waits on a quiet machine: where an idle gateway or an echo took longer, 99 of 100 waits are judged and not the worst.
NOISE = 0.05
# Of the gateway that serves live sessions while it is attacked: small enough for an attacker to reach its limits.
SHARED = {"HARKEN_MAX_CONNECTIONS": "600"}


class Watching:
    """The watch of one gateway: see watch.py."""

    def __init__(self, attempt, sessions):
        told = {"url": attempt.server.url, "key": attempt.owner, "sessions": sessions, "connections": 8 if sessions else 2}
        self._process = subprocess.Popen([sys.executable, os.path.join(HERE, "watch.py"), json.dumps(told)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=dies_with_us)

    def period(self):
        """What was measured since the last call; a new period begins."""
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline() or "{}")
        except (OSError, ValueError):
            return {}

    def stop(self):
        try:
            self._process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


class Context:
    """What all attacks of a run share."""

    def __init__(self, args, vendor, oracle, has_network):
        self.harken, self.vendor, self.has_network, self.is_short = args.harken, vendor, has_network, args.short
        self.test_audio, self.oracle = args.test_audio, oracle


class Outcome:
    def __init__(self, attack):
        self.name, self.finding = attack.name, attack.finding
        self.problems, self.notes = [], []
        self.growth = self.below = self.stall = self.allowed = self.processor = None
        self.detail = self.slow = self.measure = None
        self.waits, self.seconds, self.skipped, self.tries = {}, 0.0, None, 1

    @property
    def passed(self):
        return not self.problems

    def judge(self, attack, memory, processor, idle, attacked):
        """What was measured during the attack, the waits of an idle gateway beside it."""
        self.processor = processor
        growth, below = memory
        self.growth, self.below = growth / MB, below / MB
        self.problems += figures.within(f"attack {attack.name}: growth of memory", self.growth, attack.growth, "MB")
        self.waits = {"idle": idle, "attack": attacked}

        def waited(measure, period, *kinds):
            return max((period[kind][measure] for kind in kinds if kind in period), default=0.0)

        def stalls(measure):
            self.allowed = max(waited(measure, idle, "live", "health"), waited(measure, attacked, "echo"))
            return max(0.0, waited(measure, attacked, "live", "health") - self.allowed)

        self.measure = "worst"
        self.stall = stalls(self.measure)
        if self.stall > attack.stall and self.allowed > NOISE:
            self.measure = "p99"
            self.stall = stalls(self.measure)
        if not attacked:
            self.problems.append("nothing was measured")
        for problem in figures.within(f"attack {attack.name}: wait of a live session or /health, over that of an idle gateway", self.stall, attack.stall):
            self.slow = problem
            self.problems.append(problem)
        self.problems += idle.get("problems", []) + attacked.get("problems", [])

    @property
    def is_slow_only(self):
        """Whether nothing but a stall is wrong."""
        return self.slow is not None and self.problems == [self.slow]

    def record(self):
        return {"name": self.name, "finding": self.finding, "passed": self.passed, "skipped": self.skipped, "problems": self.problems, "notes": self.notes,
                "detail": self.detail, "growth_mb": self.growth, "growth_of_children_mb": self.below, "stall_seconds": self.stall, "allowed_seconds": self.allowed, "stall_measure": self.measure,
                "processor_seconds": self.processor, "seconds": self.seconds, "tries": self.tries, "waits": self.waits}

    def show(self):
        verdict = "SKIP" if self.skipped else "PASS" if self.passed else "FAIL"
        parts = [self.skipped] if self.skipped else []
        if self.growth is not None:
            parts.append(f"+{self.growth:.0f} MB" + (f" ({self.below:.0f} in children)" if self.below and self.below >= 1 else ""))
            parts.append(f"stall {self.stall * 1000:.0f} ms ({self.measure}; idle {self.allowed * 1000:.0f})")
        parts += self.notes
        name = self.name + (f" ({self.finding})" if self.finding else "")
        tries = f", at try {self.tries}" if self.tries > 1 else ""
        print("\n      ".join([f"{verdict}  {name}: {'; '.join(parts)}{'; ' if parts else ''}{self.seconds:.0f} s{tries}", *dict.fromkeys(self.problems)]), flush=True)


def warm_up(attempt):
    """What a gateway does for the first time takes memory that it keeps."""
    if attempt.attack.local:
        with open(os.path.join(attempt.context.test_audio, "beckett.wav"), "rb") as file:
            speech = file.read()
        for _ in range(2):
            answer = attempt.ask("POST", "/v1/listen", {"Content-Type": "audio/wav", "X-Harken-Engine": "local"}, speech, key=attempt.owner, timeout=120)
            attempt.expect(answer and answer.status == 200, f"speech for the local engine is answered with {answer and answer.status}")
    for number in range(4):
        for target in ("/health", "/ready", "/metrics", "/api/v1/openapi.json"):
            attempt.ask("GET", target)
        # Of another address each time: those who show wrong keys are slowed.
        attempt.ask("GET", "/v2/transcript", key="a-wrong-key", number=500 + number)
        attempt.ask("GET", "/v2/transcript", key=attempt.owner)
        attempt.ask("POST", "/v1/listen", body=bytes(20_000), key=attempt.owner)
        attempt.ask("POST", "/v1/listen", body=bytes(20_000), key="a-wrong-key", number=600 + number)
        for target in ("/transcribe-websocket", "/v4/web/listen"):
            try:
                socket, _ = attempt.websocket(target)
                socket.sendall(wire.frame(wire.PING, b"x"))
                socket.close()
            except OSError:
                pass


def run_alone(attack, context, folder, is_verbose):
    """One attack against a gateway of its own."""
    outcome, began = Outcome(attack), time.monotonic()
    attempt = Attempt(attack, context, folder)
    try:
        if attack.alone:
            attack.run(attempt)
        else:
            options = attack.options
            if attack.certificate:
                chain, key = certificates.certificate(folder, "server")
                options += ("--tls-cert", chain, "--tls-key", key)
                attempt.tls = wire.trusting()
            server = attempt.start(attack.settings, attack.keys, options=options, descriptors=attack.descriptors)
            if not attack.certificate:
                server.wait_until_ready(120)
            measure(attack, attempt, outcome)
    except Exception as error:  # one attack that cannot be run must not take the others with it
        attempt.problems.append(f"{type(error).__name__}: {error}")
    finally:
        server = attempt.server
        if server is not None:
            server.read_log()
            if server.status is not None and not attempt.can_end_badly:
                attempt.problems.append(f"harken serve ended with the status {server.status}")
            status = server.stop()
            if status != 0 and not attempt.can_end_badly:
                attempt.problems.append(f"harken serve ended with the status {status} after SIGTERM")
            check_log(attempt)
            if is_verbose:
                print("".join("      | " + line for line in server.lines[-30:]), end="")
    outcome.problems += attempt.problems
    outcome.notes += attempt.notes
    outcome.skipped = attempt.skipped
    outcome.seconds = time.monotonic() - began
    return outcome


def measure(attack, attempt, outcome):
    warm_up(attempt)
    watching = Watching(attempt, attack.watched)
    try:
        time.sleep(attempt.seconds(4.0, 1.5))
        watching.period()
        time.sleep(attempt.seconds(4.0, 2.0))
        run_measured(attack, attempt, outcome, watching, watching.period())
    finally:
        watching.stop()


def run_measured(attack, attempt, outcome, watching, idle):
    """The attack itself."""
    memory, processor = Memory(attempt.server.pid), processor_seconds(attempt.server.pid)
    watching.period()
    began = time.monotonic()
    try:
        attack.run(attempt)
    finally:
        # What is over at once has a consequence, if any, a moment later.
        time.sleep(max(0.2, began + 1 - time.monotonic()))
        attacked = watching.period()
        used = processor_seconds(attempt.server.pid) - processor
        outcome.judge(attack, memory.stop(), used, idle, attacked)


def under_sessions(attacks, context, folder, count, recording, is_verbose):
    """The attacks one after the other against one gateway, under so many live sessions: an outcome for each, and one of the sessions."""
    whole = Attack("live-sessions", "", "", None)
    outcome, outcomes, began = Outcome(whole), [], time.monotonic()
    attempt = Attempt(whole, context, folder)
    simulator = Simulator("deepgram", recording.oracle)
    context.vendor, vendor = simulator, context.vendor
    sessions = watching = None
    try:
        server = attempt.start(SHARED)
        server.wait_until_ready(120)
        speaker = attempt.key("--user", "bob")
        warm_up(attempt)
        sessions = Sessions(server.url, speaker, count, recording, folder)
        watching = Watching(attempt, 4)
        # Until all have begun.
        time.sleep(recording.seconds + 2)
        watching.period()
        time.sleep(attempt.seconds(6.0, 3.0))
        idle = watching.period()
        for attack in attacks:
            for number in (1, 2):
                one, at = Outcome(attack), time.monotonic()
                one.name += f", under {count} sessions"
                one.tries = number
                each = Attempt(attack, context, folder)
                each.server, each.owner = server, attempt.owner
                try:
                    run_measured(attack, each, one, watching, idle)
                except Exception as error:  # one attack that cannot be run must not take the others with it
                    each.problems.append(f"{type(error).__name__}: {error}")
                server.read_log()
                one.problems += each.problems
                one.notes += each.notes
                attempt.secrets += each.secrets
                one.seconds = time.monotonic() - at
                if not one.is_slow_only or server.status is not None:
                    break
                time.sleep(1)
            one.show()
            outcomes.append(one)
            if server.status is not None:
                outcome.problems.append(f"harken serve ended with the status {server.status}")
                break
            time.sleep(1)
        found = sessions.finish()
        outcome.notes.append(sessions.told(found))
        outcome.problems += sessions.problems(found, server, speaker)
        outcome.detail = found
    except Exception as error:
        outcome.problems.append(f"{type(error).__name__}: {error}")
    finally:
        if sessions:
            sessions.stop()
        if watching:
            watching.stop()
        if attempt.server:
            if attempt.server.stop() != 0:
                outcome.problems.append("harken serve did not end well")
            check_log(attempt)
            if is_verbose:
                print("".join("      | " + line for line in attempt.server.lines[-30:]), end="")
        simulator.stop()
        context.vendor = vendor
    outcome.problems += attempt.problems
    outcome.seconds = time.monotonic() - began
    outcome.show()
    return [*outcomes, outcome]


def check_log(attempt):
    log = "".join(attempt.server.lines)
    for secret in attempt.secrets:
        if secret in log:
            attempt.problems.append("harken serve wrote a key into its log")
    if re.search(r"Fatal error|Crash:|Thread \d+ crashed", log):
        attempt.problems.append("harken serve crashed: " + re.search(r"[^\n]*(Fatal error|crashed)[^\n]*", log)[0][:300])


def main():
    parser = argparse.ArgumentParser(prog="scripts/play attack", description=__doc__.splitlines()[0], epilog="attacks: " + ", ".join(ATTACKS))
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these attacks; without it, all")
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and beckett.txt")
    parser.add_argument("--shared", default=os.path.join(ROOT, "../shared/audio"), help="folder of the development audio, which whole runs speak")
    parser.add_argument("--cache", help="folder where what the simulators hear is kept")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--short", action="store_true", help="fewer attacks, each shorter: what `make verify` runs")
    length.add_argument("--whole", action="store_true", help="every attack at its full length (the default)")
    parser.add_argument("--sessions", type=int, metavar="N", help="live sessions during the attacks (10 with --short, else 50; with NAME, none); 0: none")
    parser.add_argument("--json", metavar="FILE", help="writes everything there as well")
    parser.add_argument("--list", action="store_true", help="shows the attacks, their findings, and which run with --short")
    parser.add_argument("--verbose", action="store_true", help="shows the last lines of each gateway's log")
    args = parser.parse_args()
    if args.list:
        for one in ATTACKS.values():
            print(f"{one.name:<30} {one.finding:<4} {'short' if one.short else '':<6} {one.summary}")
        return 0
    if not os.access(args.harken, os.X_OK):
        parser.error(f"{args.harken} is not there: make build first, or name another with --harken")
    unknown = [name for name in args.names if name not in ATTACKS]
    if unknown:
        parser.error(f"no attack is called {unknown[0]!r}; there are: " + ", ".join(ATTACKS))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = [ATTACKS[name] for name in args.names] or [one for one in ATTACKS.values() if one.short or not args.short]
    reason = network.enter()
    if reason:
        print(f"      {reason}: strangers come from loopback", flush=True)
    with tempfile.TemporaryDirectory(prefix="harken-attack-") as folder:
        return Run(args, chosen, folder, reason).run()


class Run:
    def __init__(self, args, chosen, folder, no_network):
        self.args, self.chosen, self.folder, self.no_network = args, chosen, folder, no_network
        self.sessions = args.sessions if args.sessions is not None else 0 if args.names else 10 if args.short else 50

    def run(self):
        began, outcomes = time.monotonic(), []
        oracle = os.path.join(self.folder, "nothing.json")
        with open(oracle, "w") as file:
            json.dump([], file)
        vendor = Simulator("deepgram", oracle)
        try:
            context = Context(self.args, vendor, oracle, not self.no_network)
            shared = [one for one in self.chosen if one.shared and not (one.network and self.no_network)] if self.sessions else []
            # In the short form each attack is run once.
            own = [one for one in self.chosen if one not in shared or not self.args.short]
            # Where nothing is measured, several go on at a time.
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                outcomes += pool.map(lambda attack: self._attack(attack, context), [one for one in own if one.alone])
            outcomes += [self._attack(one, context) for one in own if not one.alone]
            if self.sessions:
                shared_audio = None if self.args.short else self.args.shared
                speech = recording.load(self.folder, self.args.harken, self.args.cache, self.args.test_audio, shared_audio)
                if broken := count.check(speech.words):
                    print("FAIL  the count does not count right: " + "; ".join(broken), flush=True)
                    return 1
                outcomes += under_sessions(shared, context, self.folder, self.sessions, speech, self.args.verbose)
        finally:
            vendor.stop()
        failed = sum(not one.passed for one in outcomes)
        print(f"{'FAIL' if failed else 'PASS'}  attacks: {len(outcomes) - failed} of {len(outcomes)}; {time.monotonic() - began:.0f} s; "
              f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
        if self.args.json:
            with open(self.args.json, "w") as file:
                json.dump({"passed": not failed, "seconds": time.monotonic() - began, "attacks": [one.record() for one in outcomes]}, file, indent=1)
        return 1 if failed else 0

    def _attack(self, attack, context):
        if attack.network and self.no_network:
            outcome = Outcome(attack)
            outcome.skipped = self.no_network
            outcome.show()
            return outcome
        for number in (1, 2):
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                outcome = run_alone(attack, context, folder, self.args.verbose)
            outcome.tries = number
            if not outcome.is_slow_only:
                break
        outcome.show()
        return outcome


if __name__ == "__main__":
    sys.exit(main())
