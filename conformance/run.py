"""Starts `harken serve` on a free port, makes a key, and lets each driver judge the server.

One line per driver: PASS or FAIL, its name, its time. The exit status is 0 only if every driver passed and the server
ended well. The server is ended whatever happens.
"""

import argparse
import concurrent.futures
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
DRIVERS = {
    "streaming/deepgram_sdk": [],
    "streaming/livekit_deepgram": [],
    "streaming/pipecat_deepgram": [],
    "prerecorded/deepgram_sdk": [],
    "prerecorded/openai_sdk": ["--skip", "translations"],
    "harken/bad_input": [],
    "harken/browser": [],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("drivers", nargs="*", metavar="DRIVER", help=f"which to run; all by default: {', '.join(DRIVERS)}")
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and beckett.txt")
    parser.add_argument("--jobs", type=int, default=1, help="drivers at a time (default 1: a busy machine gets fewer interims)")
    parser.add_argument("--ready-seconds", type=float, default=60, help="patience until the models are loaded (default 60)")
    args = parser.parse_args()
    unknown = [name for name in args.drivers if name not in DRIVERS]
    if unknown:
        parser.error(f"no driver is called {unknown[0]}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    with tempfile.TemporaryDirectory(prefix="harken-conformance-") as folder:
        server = Server(args.harken, os.path.join(folder, "data"))
        key = None
        try:
            server.wait_until_ready(args.ready_seconds)
            key = server.make_key()
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                runs = [pool.submit(run, name, server.url, key, args.test_audio, folder) for name in args.drivers or DRIVERS]
                passed = all([job.result() for job in runs])
        except ServerError as error:
            print(f"FAIL  {error}", flush=True)
            passed = False
        finally:
            status = server.stop()
        if key and any(key in line for line in server.lines):
            print("FAIL  harken serve wrote the key into its log", flush=True)
            passed = False
    if status != 0:
        print(f"FAIL  harken serve ended with the status {status} after SIGTERM", flush=True)
    if not passed or status != 0:
        print("harken serve said last:\n" + "".join(server.lines[-20:]), file=sys.stderr)
    return 0 if passed and status == 0 else 1


class ServerError(Exception):
    pass


class Server:
    """`harken serve` with a data folder of its own, on a port that the system picks."""

    def __init__(self, harken, data):
        self.harken, self.data, self.lines = harken, data, []
        self.url = None
        self._announced = threading.Event()
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        # Dies with this script, even if the script is killed.
        parent_death = lambda library=ctypes.CDLL(None): library.prctl(1, signal.SIGKILL)
        self._process = subprocess.Popen(
            [harken, "serve", "--listen", "127.0.0.1:0", "--data", data, "--drain-seconds", "5"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
            preexec_fn=parent_death)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self._process.stderr:
            self.lines.append(line)
            found = re.search(r"harken: ready on (http\S+)", line)
            if found:
                self.url = found.group(1)
                self._announced.set()
        self._announced.set()

    def wait_until_ready(self, seconds):
        """Returns once the server accepts connections and says on /ready that its engine is loaded."""
        deadline = time.monotonic() + seconds
        self._announced.wait(seconds)
        if self.url is None:
            raise ServerError("harken serve did not say that it is ready")
        last = "no answer"
        while time.monotonic() < deadline:
            try:
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + "/ready", timeout=5).close()
                return
            except urllib.error.HTTPError as error:
                last = f"{error.code} {error.read(200).decode(errors='replace')}"
            except OSError as error:
                last = str(error)
            time.sleep(0.2)
        raise ServerError(f"/ready was not answered with success within {seconds:g} s; last: {last}")

    def make_key(self):
        done = subprocess.run([self.harken, "keys", "create", "--name", "conformance", "--data", self.data],
                              capture_output=True, text=True, timeout=30)
        key = done.stdout.strip()
        if done.returncode != 0 or not key:
            raise ServerError(f"harken keys create ended with the status {done.returncode}: {done.stderr.strip()}")
        time.sleep(1)  # a running gateway accepts a new key within a second
        return key

    def stop(self):
        """The exit status; SIGTERM first, SIGKILL to a server that does not heed it."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def run(name, url, key, test_audio, folder):
    """Whether the driver passed; prints its line, and on failure what it found."""
    report = os.path.join(folder, name.replace("/", "-") + ".json")
    command = [
        sys.executable, os.path.join(HERE, name + ".py"), "--url", url, "--key", key,
        "--audio", os.path.join(test_audio, "beckett.wav"), "--expect-text", transcript(test_audio), "--json", report,
        *DRIVERS[name],
    ]
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
        passed, output = done.returncode == 0, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        passed, output = False, (error.stdout or b"").decode(errors="replace") + "\nstopped after 300 s"
    line = f"{'PASS' if passed else 'FAIL'}  {name}  {time.monotonic() - began:.1f} s"
    found = [] if passed else [problem[:300] for problem in problems(report, output)]
    print("\n      ".join([line, *dict.fromkeys(found)]), flush=True)  # each problem once
    return passed


def transcript(test_audio):
    with open(os.path.join(test_audio, "beckett.txt")) as file:
        return file.read().strip()


def problems(report, output):
    """What the driver's report blames, else the end of what it printed."""
    try:
        with open(report) as file:
            found = json.load(file)
        if "verdict" in found:
            return found["verdict"]["problems"]
        return [f"{check['name']}: {check.get('detail', '')}" for check in found["checks"] if not check["ok"]]
    except (OSError, ValueError, KeyError):
        return output.strip().splitlines()[-15:]


if __name__ == "__main__":
    sys.exit(main())
