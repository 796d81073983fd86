"""Proves what deploy/ has for operators: the Helm chart, the compose file, and the configurations of HAProxy and nginx, with real gateways behind them.

    scripts/play deploy [--harken FILE] [chart | compose | metric | pod | balancers]…

Exit status: 0 when all parts hold, 1 when one does not, 77 when one was left out for what this machine lacks.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import balancers
import compose_file
import metric
import pod
from gateway import ServerError
from skipped import Skipped

try:
    import chart
except ImportError:
    if platform.machine() == "x86_64":
        raise
    chart = None  # Helm's library is there for x86-64 only

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTIAL = 77  # as automake has it


def judge_chart(harken, _):
    if chart is None:
        raise Skipped(f"Helm's library is there for x86-64 only, and this machine is {platform.machine()}", is_usual=True)
    return chart.judge(harken)


PARTS = {
    "chart": judge_chart,
    "compose": lambda harken, folder: compose_file.judge(harken),
    "metric": lambda harken, folder: metric.judge(folder),
    "pod": lambda harken, folder: pod.judge(harken, folder, chart),
    "balancers": lambda harken, folder: balancers.judge(harken, folder),
}


def main():
    parser = argparse.ArgumentParser(prog="scripts/play deploy", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable (default: .build/release/harken)")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=f"parts to prove: {', '.join(PARTS)} (default: all)")
    chosen = parser.parse_args()
    chosen.harken = os.path.abspath(chosen.harken)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = is_partial = False
    for name in chosen.parts or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="harken-deploy-") as folder:
            try:
                problems = list(PARTS[name](chosen.harken, folder))
            except Skipped as reason:
                is_partial = is_partial or not reason.is_usual
                print(f"SKIP  {name}: {reason}")
                continue
            except (ServerError, OSError, subprocess.SubprocessError) as error:
                problems = [f"{type(error).__name__}: {error}"]
        failed = failed or bool(problems)
        for problem in problems[:20]:
            print(f"FAIL  {name}: {problem}")
        if not problems:
            print(f"PASS  {name} ({time.monotonic() - began:.0f} s)")
    return 1 if failed else PARTIAL if is_partial else 0


if __name__ == "__main__":
    sys.exit(main())
