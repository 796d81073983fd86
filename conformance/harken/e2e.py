#!/usr/bin/env python3
"""`scripts/e2e` on a fresh installation: with the local engine, with a vendor for background work, and where something is wrong."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, HERE)

from evaluate import KEY, simulator
from gateway import Server
from judging import ROOT, main


def e2e(*arguments):
    command = [sys.executable, os.path.join(ROOT, "scripts/e2e"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def failed(done):
    return f"status {done.returncode}\n" + "\n".join(line for line in done.stdout.splitlines() if not line.startswith("pass")) + done.stderr[-500:]


def run(args, checks, folder):
    fresh = Server(args.harken, os.path.join(folder, "data"))
    fresh.wait_until_ready(300)
    done = e2e("--all", "--api", fresh.url, "--language", "en", "--poll", "0.5")
    checks("a fresh installation passes everything by its own engine", done.returncode == 0, failed(done))
    checks("which is counted", "every minute is accounted for" in done.stdout, done.stdout[-300:])

    process, address = simulator(fresh.url, "assemblyai")
    settings = {"ASSEMBLYAI_API_KEY": KEY, "ASSEMBLYAI_BASE_URL": address, "ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true",
                "ASSEMBLYAI_POLL_INTERVAL_SECONDS": "0.2"}
    vendors = Server(args.harken, os.path.join(folder, "vendors"), settings)
    vendors.wait_until_ready(300)
    done = e2e("--background-batch", "--api", vendors.url, "--language", "en", "--provider", "assemblyai")
    checks("an installation whose background work a vendor does passes in chunks", done.returncode == 0, failed(done))
    done = e2e("--background-chunk", "--api", vendors.url, "--provider", "deepgram")
    checks("another provider than the one that is asked for is noticed", done.returncode == 1 and "FAIL  by deepgram" in done.stdout, failed(done))
    process.stdin.close()
    process.wait(timeout=10)
    done = e2e("--background-chunk", "--api", vendors.url)
    checks("so is a vendor that is gone", done.returncode == 1 and "FAIL" in done.stdout, failed(done))
    vendors.stop()
    address = fresh.url
    fresh.stop()
    done = e2e("--api", address)
    checks("so is an installation that is not there", done.returncode == 1 and "FAIL  the server is reachable" in done.stdout, failed(done))
    done = e2e("--background-chunk", "--background-batch")
    checks("two modes at once are wrong usage", done.returncode == 2, failed(done))


if __name__ == "__main__":
    sys.exit(main(__doc__, run))
