"""Judges the speakers of live conversations that come at 2.5 times their pace, beside two processes that are busy all the time.

The vendors' own clients play conversations of two and three people (streaming/speakers_*.py), each client with a user of its own. What they are told is
compared with who really spoke: at most 5 % of the final words may have the wrong speaker or none, and there may not be fewer labels than people. Labels may
come late.
"""

import argparse
import concurrent.futures
import os
import sys
import time

from drivers import Way, chosen, speak
from gateway import Server, judged
from paced_finals import BUSY_PROCESSES, HANG, ROOT, busy_processes
from speech import AUDIO

SPEED = 2.5

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
    return [f"    {one['recording']}: {one['wrong']} of {one['words']} words have the wrong speaker or none ({one['unlabelled']} none), "
            f"{len(one['labels'])} labels; {len(one['late'])} of {one['turns']} turns are told late" for one in report["recordings"]]


def judge_way(server, folder, number, way):
    """What one way tells, and what is wrong with it."""
    key, began = server.make_key("--user", f"user-{number}"), time.monotonic()
    arguments = ["--speed", f"{SPEED:g}", "--patience", f"{HANG:g}"]
    lines, problems = speak(way, server.url, key, os.path.join(folder, str(number)), arguments, told)
    return [f"{way.name}: {time.monotonic() - began:.0f} s", *(lines or [])], problems


def judge(args, folder, ways):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:BUSY_PROCESSES])
    # `make bench` judges on a quiet machine how late labels are.
    os.environ.pop("HARKEN_FIGURES", None)
    server, problems = Server(args.harken, os.path.join(folder, "data"), {"HARKEN_ENGINES": "local"}), []
    try:
        server.wait_until_ready(HANG)
        with busy_processes(), concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for lines, wrong in pool.map(lambda way: judge_way(server, folder, *way), enumerate(ways)):
                print("\n".join(lines), flush=True)
                problems += wrong
    finally:
        problems += server.stop_well()
    return problems


def main():
    parser = argparse.ArgumentParser(prog="scripts/play paced-labels", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--jobs", type=int, default=2, help="clients at a time, each with two conversations (default: %(default)s)")
    parser.add_argument("--way", metavar="DRIVER", help="only the ways of this driver, such as speakers_deepgram")
    args = parser.parse_args()
    ways = chosen(WAYS, parser, args.way)
    return judged("paced-labels", lambda folder: judge(args, folder, ways), needs=AUDIO)


if __name__ == "__main__":
    sys.exit(main())
