"""The simulated vendors of `vendors/` as processes of this run."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from gateway import OPENER, dies_with_us, environment

VENDORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vendors")
KEY = "simulated-vendor-key-0123456789"


class Simulator:
    """One vendor on a port of its own, hearing what the file `oracle` has. `python` has the packages of requirements.txt."""

    def __init__(self, vendor, oracle, faults=(), fault_count=0, python=sys.executable):
        command = [python, os.path.join(VENDORS, f"sim_{vendor}.py"), "--oracle", oracle, "--key", KEY]
        command += [f"--fault={fault}" for fault in faults] + [f"--fault-count={fault_count}"]
        self.vendor, self.errors = vendor, tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=self.errors, text=True, env=environment(), preexec_fn=dies_with_us)
        line = self._process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"the simulator of {vendor} did not start: {self._said()}")
        self.url = line.split()[1]
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    @property
    def pid(self):
        return self._process.pid

    def _ask(self, path):
        with OPENER.open(self.url + path, timeout=30) as answer:
            return json.load(answer)

    @property
    def violations(self):
        return self._ask("/_violations")

    @property
    def sessions(self):
        return self._ask("/_sessions")

    def settled_sessions(self, first, seconds=60):
        """The sessions from number `first` on, once none is open any more, or after some seconds."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.sessions[first:]
            if time.monotonic() > deadline or not any(session.get("end") == "open" for session in found):
                return found
            time.sleep(0.2)

    def _said(self):
        self.errors.seek(0)
        return "".join(line for line in self.errors if not line.startswith("violation "))[-2000:]

    def stop(self):
        """What the simulator printed beside violations: nothing, if all is well."""
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        said = self._said()
        self.errors.close()
        return said
