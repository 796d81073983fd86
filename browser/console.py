"""A browser with the console in it, watched: its errors, its requests, its sockets."""

import pathlib
import sys
import time
import urllib.parse
import wave

from playwright.sync_api import Error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance"))
from gateway import Server, ServerError  # noqa: E402

__all__ = ["HANG", "Browser", "Console", "Error", "Failure", "Server", "ServerError", "drop", "expect", "narrow", "wide"]

CHROMIUM = "/usr/bin/chromium"
HANG = 120  # seconds after which what is waited for does not come any more, however slow the machine is
wide, narrow = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


POLL = 40  # milliseconds between two looks at what is waited for
# Goes to a page; returns true when its address is the present one, so that nothing comes of that.
LEAVING = """(place) => {
    if (location.hash === `#/${place}`) return true;
    for (const page of document.querySelectorAll('main > *')) page.dataset.left = '';
    location.hash = `#/${place}`;
    return false;
}"""
# Transitions have an end, what turns or breathes has none.
STILL = "() => document.getAnimations().every((one) => one.playState === 'finished' || one.effect.getComputedTiming().endTime === Infinity)"


class Failure(Exception):
    """What was expected and did not happen."""


def expect(is_so, words):
    if not is_so:
        raise Failure(words)


def drop(routes):
    """Refuses requests that a play has held back and the page has given up. One without an answer would be waited for until the end of the run."""
    for route in routes:
        try:
            route.abort()
        except Error:
            pass  # its page is gone


def microphone_of(recording, folder):
    """The recording as a WAV file that is not played again from its beginning."""
    with wave.open(str(recording)) as clip:
        parameters, frames = clip.getparams(), clip.readframes(clip.getnframes())
    path = pathlib.Path(folder) / f"microphone-{pathlib.Path(recording).stem}.wav"
    with wave.open(str(path), "wb") as clip:
        clip.setparams(parameters)
        # Silence at the end, so that the last word is over.
        clip.writeframes(frames + bytes(30 * parameters.framerate * parameters.sampwidth * parameters.nchannels))
    return path


class Browser:
    """Chromium without a window. `recording` is what its microphone hears, once or over and over; None: beeps. `options` are further arguments. A calm one
    asks pages for no motion: nothing waits for a transition, and nothing is drawn for what turns or breathes."""

    def __init__(self, playwright, folder, recording=None, options=(), repeats=False, is_calm=False):
        self._settings = {"reduced_motion": "reduce"} if is_calm else {}
        options = [*options, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
                   "--no-sandbox", "--disable-dev-shm-usage"]
        if recording and repeats:
            options.append(f"--use-file-for-fake-audio-capture={recording}")
        elif recording:
            options.append(f"--use-file-for-fake-audio-capture={microphone_of(recording, folder)}%noloop")
        # A muted browser has no sound of a tab to share.
        self._browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options, ignore_default_args=["--mute-audio"])

    def open(self, server, path="/", viewport=None, **settings):
        return Console(self._browser, server, path, viewport or wide, {**self._settings, **settings})

    def leave(self):
        """Closes what a play that failed has left open: it would be beside the next one."""
        for context in self._browser.contexts:
            context.close()

    def close(self):
        self._browser.close()


class Console:
    """One visitor: a context of its own, so that no cookie is shared."""

    def __init__(self, browser, server, path, viewport, settings, context=None):
        self.server, self.problems, self.requests, self.sockets = server, [], [], []
        self._open = set()  # requests that are not answered; streams of events never are
        self.hang = HANG  # seconds for which `wait` and `until` wait
        self.has_line = False  # true: Playwright carries the messages of the page's WebSockets
        self.context = context or browser.new_context(base_url=server.url, viewport=viewport, accept_downloads=True, **settings)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        self.page = self.context.new_page()
        self.page.set_default_timeout(HANG * 1000)
        self.page.set_default_navigation_timeout(HANG * 1000)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.on("requestfinished", self._answered)
        self.page.on("requestfailed", self._answered)
        self.page.on("websocket", lambda socket: self.sockets.append(socket.url))
        self.page.goto(path)

    def beside(self, path):
        """Another tab of the same visitor."""
        return Console(None, self.server, path, None, {}, self.context)

    def _heard(self, message):
        # A gateway answers 404 to what it does not have, 401 to who has not logged in, and 409 to a name that is taken; Chromium notes them all.
        is_answer = "Failed to load resource" in message.text and any(code in message.text for code in ("401", "403", "404", "409", "503"))
        # The page sends on open connections only. Playwright carries what was under way to one that ends at that moment.
        is_carried = self.has_line and "already in CLOSING or CLOSED state" in message.text
        if message.type == "error" and not is_answer and not is_carried:
            self.problems.append(f"console: {message.text}")

    def _asked(self, request):
        self.requests.append(request.url)
        if request.resource_type not in ("eventsource", "websocket"):
            self._open.add(request)

    def _answered(self, request):
        self._open.discard(request)

    def go(self, place):
        """Goes to a page, such as `usage` or `/docs`, and waits until it is drawn and has what it asked for."""
        if place.startswith("/"):
            self.page.goto(place)
        # The page that is left has a heading, too: it is marked.
        elif self.page.evaluate(LEAVING, place):
            self.page.reload()
        self.wait("() => document.querySelector('main > :not([data-left]) h1') && !document.querySelector('main [aria-busy=true]')", f"{place} is drawn")
        self.settle()

    def settle(self):
        """Waits until nothing is asked for and nothing moves."""
        self.until(lambda: not self._open, lambda: f"answers to {sorted(request.url for request in self._open)[:3]}")
        self.wait(STILL, "nothing moves")

    def get(self, path):
        """What the API answers to this visitor, as JSON."""
        answer = self.context.request.get(path)
        expect(answer.ok, f"GET {path} was answered with {answer.status}")
        return answer.json()

    def wait(self, script, words, argument=None):
        """Waits until a script is true in the page."""
        try:
            self.page.wait_for_function(script, arg=argument, polling=POLL, timeout=self.hang * 1000)
        except Error as error:
            raise Failure(f"{words}: not within {self.hang} s; the page says: {self.page.inner_text('body')[:400]!r}") from error

    def until(self, fact, words):
        """Waits until a function of ours returns something true, and returns that. `words` name it, or are a function that does."""
        deadline = time.monotonic() + self.hang
        while not (found := fact()):
            expect(time.monotonic() < deadline, f"{words() if callable(words) else words}: not within {self.hang} s")
            self.page.wait_for_timeout(POLL)  # meanwhile the browser's events are heard
        return found

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
