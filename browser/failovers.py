"""A gateway with a vendor that fails: what the page says of it."""

import json
import pathlib
import subprocess
import tempfile

from console import Server, expect
from simulators import KEY, VENDORS, Simulator


class Failovers:
    """`python` runs the simulated vendor: it has the packages of conformance/requirements.txt."""

    def __init__(self, launch, recording, harken, data, python):
        self.launch, self.recording, self.harken, self.data, self.python = launch, recording, harken, data, python
        self.notes, self.server, self.vendor = [], None, None

    def begin(self):
        with tempfile.NamedTemporaryFile(suffix=".json") as oracle:
            subprocess.run([self.python, f"{VENDORS}/oracle.py", "--harken", self.harken, "--output", oracle.name, self.recording], check=True)
            # The first stream breaks after 4 s of audio; the vendor works afterwards.
            self.vendor = Simulator("deepgram", oracle.name, ["drop-after=4"], 1, self.python)
        settings = {"HARKEN_ENGINES": "deepgram,local", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": self.vendor.url}
        self.server = Server(self.harken, self.data, settings)
        self.server.wait_until_ready(120)

    def end(self):
        if self.server:
            self.server.stop()
        if self.vendor:
            self.vendor.stop()

    def tells_of_a_failover(self):
        """A vendor breaks off: one line among the captions, no word lost, and the page Engines says why."""
        browser = self.launch(recording=self.recording)
        console = browser.open(self.server, "/#/live")
        page = console.page
        page.get_by_role("button", name="Start listening").click()
        console.wait("() => [...document.querySelectorAll('.live-text .event')].some((line) => line.textContent.startsWith('local took over from deepgram'))",
                     "the line of the failover")
        console.wait("() => /better/i.test(document.querySelector('.live-text').textContent)", "the last word")
        page.get_by_role("button", name="Stop").click()
        console.wait("() => document.querySelector('.live-bar').textContent.includes('Start listening')", "the session ends")
        reference = pathlib.Path(self.recording).with_suffix(".txt").read_text().lower()
        heard = console.text(".live-text").lower()
        missing = [word for word in ("tried", "failed", "matter", "better") if word in reference and word not in heard]
        expect(not missing, f"{missing} are not in {heard!r}")
        console.go("engines")
        console.wait("() => document.querySelector('main').textContent.includes('deepgram → local')", "the failover among the last ones")
        failover = console.get("/api/v1/admin/failovers")["failovers"][0]
        expect(failover["reason"] in console.text(), json.dumps(failover))
        page.get_by_role("link", name=failover["session"][:8]).first.click()
        page.wait_for_selector(".saw .w")
        console.judge()
        browser.close()
