"""A program that uses HarkenKit with a gateway as its engine, while the connection breaks and the gateway is killed and restarted.

Started by run.py --kit. The gateway's own engine is a simulated vendor, so a word that is missing was lost on the way.
"""

import concurrent.futures
import os
import signal
import socket
import struct
import threading
import time

import cell
from gateway import Server
from kit import Program
from matrix import ADDRESSES
from simulators import KEY, Simulator

ENGINE = "deepgram"
BROKEN, OFTEN, KILLED, RESTARTED = "the connection breaks", "it breaks five times", "the gateway is killed", "the gateway is restarted"
SCENARIOS = ("nothing fails", BROKEN, OFTEN, KILLED, RESTARTED)


class Proxy:
    """A way to a port that can be cut: both ends then see a reset."""

    def __init__(self, port):
        self._port, self._pairs, self._lock = port, [], threading.Lock()
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
                far = socket.create_connection(("127.0.0.1", self._port), timeout=5)
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


def run(scenario, recording, program, harken, folder):
    began = time.monotonic()
    outcome = cell.Outcome(scenario, "a gateway", len(recording.words))
    data = os.path.join(folder, "kit-" + scenario.replace(" ", "-"))
    vendor = Simulator(ENGINE, recording.oracle)
    server = proxy = client = None
    # A gateway ends with the thread that started it.
    starter = concurrent.futures.ThreadPoolExecutor(1)
    mid = recording.inside_word(0.58)

    def serve(port=0):
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

    try:
        server = serve()
        proxy = Proxy(int(server.url.rsplit(":", 1)[1]))
        client = Program(program, "failover", {"harken": f"http://127.0.0.1:{proxy.port}"})
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
        if server is not None and (status := server.stop()) != 0:
            outcome.problems.append(f"harken serve ended with the status {status}")
        starter.shutdown()
        said = vendor.stop()
        outcome.problems += [f"a simulator said: {said[-400:]}"] if said else []
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome
