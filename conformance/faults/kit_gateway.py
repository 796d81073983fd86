"""A program that uses HarkenKit with a gateway as its engine, while the connection breaks and the gateway is killed and restarted.

Started by run.py --kit, and by run.py --live with `harken live` as the program. The gateway's own engine is a simulated vendor, so a word that is missing was lost on the way.
"""

import asyncio
import concurrent.futures
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import cell
from clients import PATIENCE, Client
from gateway import Server, dies_with_us, environment
from kit import Program
from matrix import ADDRESSES
from simulators import KEY, Simulator

ENGINE = "deepgram"
BROKEN, OFTEN, KILLED, RESTARTED = "the connection breaks", "it breaks five times", "the gateway is killed", "the gateway is restarted"
REPLACED = "another gateway takes its place"
SCENARIOS = ("nothing fails", BROKEN, OFTEN, KILLED, RESTARTED, REPLACED)


class Proxy:
    """A way to a port that can be cut: both ends then see a reset."""

    def __init__(self, port):
        self.target, self._pairs, self._lock = port, [], threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs.append((near, far))
                self.connections += 1
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source, target):
        try:
            while data := source.recv(65_536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()

    def stop(self):
        self._listener.close()
        self.cut()


class Captions(Client):
    """`harken live` with a recording, in place of a program that uses the kit."""

    def __init__(self, harken, url, file):
        super().__init__(KEY)
        self.command = [harken, "live", file, "--url", url, "--json"]
        self.lost, self.said, self.errors, self.process = [], [], tempfile.TemporaryFile("w+"), None

    def play(self, pcm, at=None):
        """Runs the command, which sends the recording in real time. `at` is (seconds of audio, what is awaited then)."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env=environment(), preexec_fn=dies_with_us)
        self.heard.began = time.monotonic()
        if at is not None:
            meddler = threading.Timer(at[0], lambda: asyncio.run(at[1]()))
            meddler.daemon = True
            meddler.start()
        hurry = threading.Timer(len(pcm) / 32_000 + PATIENCE, self.process.kill)
        hurry.start()
        for line in self.process.stdout:
            self.read(json.loads(line))
        hurry.cancel()
        if not self.is_over:
            self.problem("it ended without saying so")

    def read(self, message):
        self.said.append({**message, "at": time.monotonic()})
        if message["type"] == "final":
            self.final((word["text"], word["start"], word["end"]) for word in message["words"])
        elif message["type"] == "end":
            self.is_over = True
            if message["error"]:
                self.problem(f"it ended: {message['error']}")

    def stop(self):
        if self.process is None:
            return []
        if self.process.poll() is None:
            self.process.kill()
        status = self.process.wait()
        self.errors.seek(0)
        text = self.errors.read()[-400:]
        self.errors.close()
        # A lost gateway is told, and the command goes on.
        self.lost = [1 for line in text.splitlines() if "was lost" in line]
        return [f"the command ended with the status {status}: {text}"] if status else []


def run(scenario, recording, program, harken, folder):
    """The outcome of one scenario. `program` is the kit's; None: `harken live`."""
    began = time.monotonic()
    outcome = cell.Outcome(scenario, "a gateway", len(recording.words))
    data = os.path.join(folder, ("kit-" if program else "live-") + scenario.replace(" ", "-"))
    vendor = Simulator(ENGINE, recording.oracle)
    server = other = proxy = client = None
    # A gateway ends with the thread that started it.
    starter = concurrent.futures.ThreadPoolExecutor(1)
    mid = recording.inside_word(0.58)

    def serve(port=0, data=data):
        settings = {"HARKEN_ENGINES": ENGINE, "DEEPGRAM_API_KEY": KEY, "HARKEN_FSYNC": "always"}
        settings |= {f"DEEPGRAM_{name}": form.format(vendor.url) for name, form in ADDRESSES[ENGINE].items()}
        started = Server(harken, data, settings, port=port)
        started.wait_until_announced(cell.READY_SECONDS)
        return started

    async def meddle():
        nonlocal server
        if scenario in (BROKEN, OFTEN):
            for _ in range(5 if scenario == OFTEN else 1):
                proxy.cut()
                time.sleep(1.3)
        elif scenario in (KILLED, RESTARTED):
            port = int(server.url.rsplit(":", 1)[1])
            server.signal(signal.SIGKILL if scenario == KILLED else signal.SIGTERM)
            while server.status is None:
                time.sleep(0.05)
            server = starter.submit(serve, port).result()
        elif scenario == REPLACED:
            # A balancer sends the program to a gateway that knows nothing of its session.
            proxy.target = int(other.url.rsplit(":", 1)[1])
            server.signal(signal.SIGKILL)

    try:
        server = serve()
        if scenario == REPLACED:
            other = serve(data=data + "-other")
        proxy = Proxy(int(server.url.rsplit(":", 1)[1]))
        address = f"http://127.0.0.1:{proxy.port}"
        client = Program(program, "failover", {"harken": address}) if program else Captions(harken, address, recording.file)
        client.play(recording.pcm, None if scenario == SCENARIOS[0] else (mid, meddle))
        cell.judge(outcome, recording, client.heard, vendor.sessions, client.lost)
        if scenario in (BROKEN, OFTEN) and client.lost:
            outcome.problems.append("the session was not resumed: another one was begun")
        if scenario != SCENARIOS[0] and proxy.connections < 2:
            outcome.problems.append("the program did not connect again")
    except Exception as error:  # one cell that cannot be run must not take the table with it
        outcome.problems.append(f"{type(error).__name__}: {error}")
    finally:
        if client is not None:
            outcome.problems += client.stop()
            outcome.detail["log"] = client.said[-40:]
        if proxy is not None:
            proxy.stop()
        for one in (server, other):
            if one is not None and (status := one.stop()) != (-signal.SIGKILL if one is server and other is not None else 0):
                outcome.problems.append(f"harken serve ended with the status {status}")
        starter.shutdown()
        said = vendor.stop()
        outcome.problems += [f"a simulator said: {said[-400:]}"] if said else []
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome
