"""A browser with the console in it, watched: its errors, its requests, its sockets."""

import pathlib
import sys
import urllib.parse
import wave

from playwright.sync_api import Error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance"))
from gateway import Server  # noqa: E402

__all__ = ["Browser", "Console", "Error", "Failure", "Server", "expect", "narrow", "wide"]

CHROMIUM = "/usr/bin/chromium"
wide, narrow = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


class Failure(Exception):
    """What was expected and did not happen."""


def expect(is_so, words):
    if not is_so:
        raise Failure(words)


def microphone_of(recording, folder):
    """The recording as Chromium's fake microphone wants it: a WAV file that is not played again from its beginning."""
    with wave.open(str(recording)) as clip:
        parameters, frames = clip.getparams(), clip.readframes(clip.getnframes())
    path = pathlib.Path(folder) / f"microphone-{pathlib.Path(recording).stem}.wav"
    with wave.open(str(path), "wb") as clip:
        clip.setparams(parameters)
        # Silence at the end, so that the last word is over.
        clip.writeframes(frames + bytes(30 * parameters.framerate * parameters.sampwidth * parameters.nchannels))
    return path


class Browser:
    """Chromium without a window. `recording` is what its microphone hears; None: beeps. `options` are further arguments."""

    def __init__(self, playwright, folder, recording=None, options=()):
        options = [*options, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
                   "--no-sandbox", "--disable-dev-shm-usage"]
        if recording:
            options.append(f"--use-file-for-fake-audio-capture={microphone_of(recording, folder)}%noloop")
        # A muted browser has no sound of a tab to share.
        self._browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options, ignore_default_args=["--mute-audio"])

    def open(self, server, path="/", viewport=None, **settings):
        return Console(self._browser, server, path, viewport or wide, settings)

    def close(self):
        self._browser.close()


class Console:
    """One visitor: a context of its own, so that no cookie is shared."""

    def __init__(self, browser, server, path, viewport, settings, context=None):
        self.server, self.problems, self.requests, self.sockets = server, [], [], []
        self.context = context or browser.new_context(base_url=server.url, viewport=viewport, accept_downloads=True, **settings)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.sockets.append(socket.url))
        self.page.goto(path)

    def beside(self, path):
        """Another tab of the same visitor."""
        return Console(None, self.server, path, None, {}, self.context)

    def _heard(self, message):
        # An older gateway answers 404 to what it does not have, and 401 to who has not logged in; Chromium notes both.
        is_answer = "Failed to load resource" in message.text and any(code in message.text for code in ("401", "403", "404", "503"))
        if message.type == "error" and not is_answer:
            self.problems.append(f"console: {message.text}")

    def go(self, place):
        """Goes to a page, such as `usage` or `/docs`, and waits until it is drawn."""
        self.page.goto(place if place.startswith("/") else f"/#/{place}")
        self.page.wait_for_selector("main h1")
        self.page.wait_for_function("() => !document.querySelector('main [aria-busy=true]')")

    def get(self, path):
        """What the API answers to this visitor, as JSON."""
        answer = self.context.request.get(path)
        expect(answer.ok, f"GET {path} was answered with {answer.status}")
        return answer.json()

    def wait(self, script, words, seconds=15, argument=None):
        """Waits until a script is true in the page."""
        try:
            self.page.wait_for_function(script, arg=argument, timeout=seconds * 1000)
        except Error as error:
            raise Failure(f"{words} within {seconds} s; the page says: {self.page.inner_text('body')[:400]!r}") from error

    def text(self, selector="main"):
        return self.page.inner_text(selector)

    def judge(self):
        """Nothing went wrong, and nobody else was asked for anything."""
        expect(not self.problems, "; ".join(self.problems[:3]))
        host = urllib.parse.urlsplit(self.server.url).netloc
        strangers = [url for url in self.requests if urllib.parse.urlsplit(url).netloc not in (host, "") and not url.startswith("blob:")]
        expect(not strangers, f"other hosts were asked: {strangers[:3]}")

    def close(self):
        self.context.close()
