"""`harken serve` as the one that is judged."""

import ctypes
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import wave

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy: everything is on this machine
_LIBC = ctypes.CDLL(None)


def dies_with_us():
    """For a child process: it ends with the thread that started it, even if that is killed."""
    _LIBC.prctl(1, signal.SIGKILL)


def environment(settings=None):
    """This process's environment without anyone's keys and addresses, and with the given settings; the log is text, which drivers read."""
    ours = ("_API_KEY", "_BASE_URL", "_STREAMING_URL")
    kept = {name: value for name, value in os.environ.items() if not name.endswith(ours) and name != "HARKEN_ENGINES"}
    return {**kept, "HARKEN_LOG_FORMAT": "text", **(settings or {})}


class ServerError(Exception):
    pass


def make_key(harken, data, *options, settings=None):
    """A new key to the gateway with this data folder and, if it has any, these settings; it may be running."""
    done = subprocess.run([harken, "keys", "create", "--name", "conformance", "--data", data, *options],
                          capture_output=True, text=True, timeout=300, env={**os.environ, **(settings or {})})
    key = done.stdout.strip()
    if done.returncode != 0 or not key:
        raise ServerError(f"harken keys create ended with the status {done.returncode}: {done.stderr.strip()}")
    return key


def judged(play, judge, needs=None, errors=()):
    """Says what is wrong with what a play judges; the status for the shell.

    `judge` takes a folder, which is removed afterwards, and gives what is wrong. `errors` are what it may raise besides ServerError and OSError. Where the
    folder `needs` is not there, the play is skipped.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if needs and not os.path.isdir(needs):
        print(f"SKIP  {play}: ../{'/'.join(needs.split(os.sep)[-2:])} is not here")
        return 0
    problems = []
    with tempfile.TemporaryDirectory(prefix=f"harken-{play}-") as folder:
        try:
            problems += judge(folder)
        except (ServerError, OSError, *errors) as error:
            problems.append(f"{type(error).__name__}: {error}")
    for problem in problems:
        print(f"FAIL  {play}: {problem}")
    if not problems:
        print(f"PASS  {play}")
    return 1 if problems else 0


class Server:
    """`harken serve` with a data folder of its own, on a port that the system picks unless `port` is one.

    `address` is where it listens, `options` are further arguments, `descriptors` is its limit of open files.
    """

    def __init__(self, harken, data, settings=None, drain_seconds=5, address="127.0.0.1", options=(), descriptors=None, port=0):
        self.harken, self.data, self.lines = harken, data, []
        self.said_at = []  # when each line came, on the monotonic clock
        self.url = None
        self._announced = threading.Event()
        self._reads_log = threading.Event()
        self._reads_log.set()
        self.environment = environment(settings)

        def prepare():
            dies_with_us()
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self._process = subprocess.Popen(
            [harken, "serve", "--listen", f"{address}:{port}", "--data", data, "--drain-seconds", f"{drain_seconds:g}", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
            env=self.environment, preexec_fn=prepare)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self):
        return self._process.pid

    def _listen(self):
        # A play keeps logs: scripts/play.
        kept = os.environ.get("PLAY_LOGS")
        log = open(f"{kept}/gateway-{self.pid}.log", "a", buffering=1) if kept else None
        for line in self._process.stderr:
            self._reads_log.wait()
            self.said_at.append(time.monotonic())
            self.lines.append(line)
            if log:
                log.write(line)
            found = re.search(r"harken: ready on (http\S+)", line)
            if found:
                self.url = found.group(1)
                self._announced.set()
        self._announced.set()

    def wait_until_ready(self, seconds):
        """Returns once the server accepts connections and says on /ready that its engine is loaded."""
        deadline = time.monotonic() + seconds
        self.wait_until_announced(seconds)
        last = "no answer"
        while time.monotonic() < deadline:
            try:
                OPENER.open(self.url + "/ready", timeout=5).close()
                return
            except urllib.error.HTTPError as error:
                last = f"{error.code} {error.read(200).decode(errors='replace')}"
            except OSError as error:
                last = str(error)
            time.sleep(0.2)
        raise ServerError(f"/ready was not answered with success within {seconds:g} s; last: {last}")

    def wait_until_announced(self, seconds):
        """Returns once the server accepts connections."""
        self._announced.wait(seconds)
        if self.url is None:
            raise ServerError("harken serve did not say that it is ready: " + "".join(self.lines[-3:]).strip())

    def wait_for(self, pattern, seconds):
        """Returns once a line of the log has the pattern, or when time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not any(re.search(pattern, line) for line in list(self.lines)):
            time.sleep(0.02)

    def make_key(self, *options):
        # A running gateway accepts a new key from the next request on.
        return make_key(self.harken, self.data, *options)

    def leave_log(self):
        """Reads no more of the log: it stays in the pipe."""
        self._reads_log.clear()

    def read_log(self):
        self._reads_log.set()

    @property
    def status(self):
        """The exit status; None while the process lives."""
        return self._process.poll()

    def signal(self, number):
        self._process.send_signal(number)

    def get(self, path, key=None):
        """The status and body that a plain GET is answered with."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer " + key} if key else {})
        try:
            with OPENER.open(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def effort(self, key, recording):
        """Seconds that the gateway needs for each second of a WAV file, now."""
        with wave.open(recording) as clip:
            length = clip.getnframes() / clip.getframerate()
        with open(recording, "rb") as file:
            request = urllib.request.Request(self.url + "/v1/listen", data=file.read(), headers={"Authorization": "Token " + key})
        began = time.monotonic()
        OPENER.open(request, timeout=300).close()
        return (time.monotonic() - began) / length

    def ended(self, seconds):
        """The exit status of a gateway that ends by itself; None when it does not in time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self, seconds, twice=False):
        """The exit status after SIGTERM, or after two of them; None when it did not end in time."""
        self._process.terminate()
        if twice:
            # A second signal that comes before the first one is taken is none.
            self.wait_for(r"\bdraining\b", seconds)
            self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        """As `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def stop(self):
        """The exit status; SIGTERM first, SIGKILL to a server that does not heed it."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def stop_well(self):
        """Stops the server. Gives what is wrong with its end."""
        status = self.stop()
        return [] if status == 0 else [f"harken serve ended with the status {status}: {''.join(self.lines[-5:])}"]
