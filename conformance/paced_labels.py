"""Judges the speakers of live conversations that come at 2.5 times their pace, beside two processes that are busy all the time.

The vendors' own clients play conversations of two and three people (streaming/speakers_*.py), each client with a user of its own. What they are told is
compared with who really spoke: at most 5 % of the final words may have the wrong speaker or none, and there may not be fewer labels than people. Labels may
come late.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import signal
import sys
import tempfile
import time

from drivers import BY_NAME, execute
from gateway import Server, ServerError
from paced_finals import AUDIO, BUSY_PROCESSES, HANG, ROOT, busy_processes

SPEED = 2.5


@dataclasses.dataclass(frozen=True)
class Way:
    name: str
    driver: str
    arguments: tuple = ()


WAYS = [
    Way("Deepgram", "streaming/speakers_deepgram"),
    Way("AssemblyAI", "streaming/speakers_assemblyai"),
    Way("Soniox", "streaming/speakers_soniox"),
    Way("Speechmatics", "streaming/speakers_speechmatics"),
    Way("words of /listen", "streaming/speakers_listen"),
    Way("segments of /listen", "streaming/speakers_listen", ("--segments",)),
]


def told(report):
    """A line for each conversation of a driver's report."""
    with open(report) as file:
        found = json.load(file)["recordings"]
    return [f"    {one['recording']}: {one['wrong']} of {one['words']} words have the wrong speaker or none ({one['unlabelled']} none), "
            f"{len(one['labels'])} labels; {len(one['late'])} of {one['turns']} turns are told late" for one in found]


def speak(server, folder, number, way):
    """What one way tells, and what is wrong with it."""
    driver, place = BY_NAME[way.driver], os.path.join(folder, str(number))
    os.mkdir(place)
    key, began = server.make_key("--user", f"user-{number}"), time.monotonic()
    outcome = execute(driver, server.url, key, place, ["--speed", f"{SPEED:g}", "--patience", f"{HANG:g}", *way.arguments])
    lines = [f"{way.name}: {time.monotonic() - began:.0f} s"]
    problems = [f"{way.name}: {problem}" for problem in outcome.problems]
    try:
        lines += told(os.path.join(place, driver.name.replace("/", "-") + ".json"))
    except (OSError, ValueError, KeyError) as error:
        problems = problems or [f"{way.name}: no report: {error}"]
    if not outcome.passed and not problems:
        problems.append(f"{way.name}: the driver failed")
    return lines, problems


def run(args, folder, ways):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:BUSY_PROCESSES])
    # `make bench` judges on a quiet machine how late labels are.
    os.environ.pop("HARKEN_FIGURES", None)
    server, problems = Server(args.harken, os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"}), []
    try:
        server.wait_until_ready(HANG)
        busy = busy_processes()
        try:
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                for lines, wrong in pool.map(lambda way: speak(server, folder, *way), enumerate(ways)):
                    print("\n".join(lines), flush=True)
                    problems += wrong
        finally:
            for process in busy:
                process.kill()
                process.wait()
    finally:
        status = server.stop()
    if status != 0:
        problems.append(f"harken serve ended with the status {status}: {''.join(server.lines[-5:])}")
    return problems


def main():
    parser = argparse.ArgumentParser(prog="scripts/play paced-labels", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--jobs", type=int, default=2, help="clients at a time, each with two conversations (default: %(default)s)")
    parser.add_argument("--way", metavar="DRIVER", help="only the ways of this driver, such as speakers_deepgram")
    args = parser.parse_args()
    ways = [way for way in WAYS if not args.way or way.driver.endswith("/" + args.way)]
    if not ways:
        parser.error(f"no way is of {args.way}: {', '.join(dict.fromkeys(way.driver.split('/')[1] for way in WAYS))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not os.path.isdir(AUDIO):
        print("SKIP  paced-labels: ../shared/audio is not here")
        return 0
    with tempfile.TemporaryDirectory(prefix="harken-labels-") as folder:
        try:
            problems = run(args, folder, ways)
        except (ServerError, OSError) as error:
            problems = [f"{type(error).__name__}: {error}"]
    for problem in problems:
        print(f"FAIL  paced-labels: {problem}")
    if not problems:
        print("PASS  paced-labels")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
