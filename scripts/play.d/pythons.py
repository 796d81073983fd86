"""Pythons with pinned packages: virtual environments in the cache, each named for its requirements and made when it is first asked for."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("HARKEN_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "harken")
MODELS = pathlib.Path(os.environ.get("HARKEN_MODELS") or CACHE / "models-v1")

REQUIREMENTS = {
    "clients": "conformance/requirements.txt",  # vendors' clients, for most plays
    "livekit-speechmatics": "conformance/livekit_speechmatics.txt",  # the plug-in's pins contradict those of Pipecat's
    "judges": "Tests/Judges/requirements.txt",  # libraries that Swift tests compare with: HARKEN_JUDGES
    "browser": "browser/requirements.txt",
    "deploy": "conformance/deploy/requirements.txt",
    "local": "Benchmarks/local/requirements.txt",
    "segmented": "Benchmarks/segmented/requirements.txt",
}


def python(name):
    """The path of the Python."""
    requirements = ROOT / REQUIREMENTS[name]
    environment = CACHE / ("venv-" + hashlib.sha256(requirements.read_bytes()).hexdigest()[:16])
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be making it
        if not os.access(environment / "bin/python", os.X_OK):
            print(f"{name}: installing {REQUIREMENTS[name]}", file=sys.stderr, flush=True)
            _make(environment, requirements)
    return str(environment / "bin/python")


def _make(environment, requirements):
    partial = environment.with_name(environment.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    subprocess.run(["/usr/bin/python3", "-m", "venv", partial], check=True, stdout=sys.stderr)
    # Every package is pinned, so there is nothing to resolve. `python -m pip` and not `pip`: the folder is still to be renamed.
    subprocess.run([partial / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--use-pep517", "--requirement", requirements],
                   check=True, stdout=sys.stderr)
    partial.rename(environment)
