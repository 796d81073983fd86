"""A page in Debian's Chromium without a window, over its own protocol: what a browser case needs, without a library for browsers."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

from websockets.sync.client import connect

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


class Page:
    def __init__(self, width=1200, height=800):
        self.folder = tempfile.mkdtemp(prefix="page-")
        self.process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--no-first-run",
                f"--window-size={width},{height}",
                "--remote-debugging-port=0",
                f"--user-data-dir={self.folder}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port, end = None, time.time() + 60
        while not port and time.time() < end:
            time.sleep(0.1)
            try:
                port = open(os.path.join(self.folder, "DevToolsActivePort")).read().split()[0]
            except (OSError, IndexError):
                pass
        pages = []
        while not pages and time.time() < end:
            pages = [t for t in json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list")) if t["type"] == "page"]
        self.socket, self.count = connect(pages[0]["webSocketDebuggerUrl"], max_size=None), 0
        self("Page.enable")

    def __call__(self, method, **params):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            m = json.loads(self.socket.recv(timeout=60))
            if m.get("id") == self.count:
                if "error" in m:
                    raise RuntimeError(f"{method}: {m['error']['message']}")
                return m["result"]

    def value(self, script):
        r = self("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"].get("exception", {}).get("description", "an error in the page"))
        return r["result"].get("value")

    def until(self, script, seconds=90):
        end = time.time() + seconds
        while time.time() < end:
            if (found := self.value(script)) not in (None, False, 0, ""):  # an element comes as {}
                return found or True
            time.sleep(0.1)
        return None

    def go(self, address):
        """Opens an address, always anew."""
        self("Page.navigate", url="about:blank")
        self("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def key(self, name, code):
        self("Input.dispatchKeyEvent", type="rawKeyDown", windowsVirtualKeyCode=code, nativeVirtualKeyCode=code, key=name, code=name)
        self("Input.dispatchKeyEvent", type="keyUp", windowsVirtualKeyCode=code, nativeVirtualKeyCode=code, key=name, code=name)

    def write(self, text):
        self("Input.insertText", text=text)

    def end(self):
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def clean(text, most=80):
    return re.sub(r"\s+", " ", text or "").strip()[-most:]
