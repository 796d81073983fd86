"""Plays in which a dropped file does not reach its gateway, or is not heard to its end, at once."""

import base64
import io
import signal
import urllib.parse
import wave

from console import HANG, Server, expect
from disks import SmallDisk
from wires import Wire

# Drops a file, given as base64, on the page Start.
DROP = """([bytes, name]) => {
    const transfer = new DataTransfer();
    const options = {type: 'audio/wav', lastModified: Date.UTC(2025, 4, 6, 12)};
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name, options));
    document.querySelector('main h1').dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""
# True when a recording's row has a state, and words in it.
ROW = """([name, state, words]) => [...document.querySelectorAll(`.jobs li[data-state=${state}]`)]
    .some((row) => row.textContent.includes(name) && row.textContent.includes(words))"""
# The answer to the next file reaches the browser, and not the page. Counts how often a file is sent.
LOSE_ANSWER = """() => {
    const {open, send} = XMLHttpRequest.prototype;
    window.sent = 0;
    XMLHttpRequest.prototype.open = function (...order) {
        this.order = order.join(' ');
        return open.apply(this, order);
    };
    XMLHttpRequest.prototype.send = function (body) {
        if (this.order === 'POST /api/v1/jobs' && ++sent === 1) this.onload = this.onerror;
        return send.call(this, body);
    };
}"""
# Looks at an upload a hundred times as often.
HURRY = """() => {
    const {setInterval} = window;
    window.setInterval = (act, time) => setInterval(act, time === 5000 ? 50 : time);
}"""


def with_silence(recording, tenths):
    """The bytes of a recording with so many tenths of a second of silence behind it: another file."""
    made = io.BytesIO()
    with wave.open(str(recording)) as clip, wave.open(made, "wb") as other:
        other.setparams(clip.getparams())
        silence = bytes(clip.getframerate() // 10 * tenths * clip.getsampwidth() * clip.getnchannels())
        other.writeframes(clip.readframes(clip.getnframes()) + silence)
    return made.getvalue()


class Files:
    """Plays for `Plays`."""

    def _drops(self, console, name, silence):
        """Drops the recording with so many tenths of a second of silence behind it, which make it another file."""
        console.page.evaluate(DROP, [base64.b64encode(with_silence(self.recording, silence)).decode(), name])

    @staticmethod
    def _row(console, name, state, words=""):
        console.wait(ROW, f"the row of {name} is {state}: {words}", [name, state, words])

    @staticmethod
    def _asks(console):
        """True if the browser would ask before the page is closed."""
        return not console.page.evaluate("() => dispatchEvent(new Event('beforeunload', {cancelable: true}))")

    def _is_one(self, console, name):
        """The file is one conversation with its words, and has one row."""
        self._row(console, name, "completed")
        console.until(lambda: console.page.locator(".jobs li", has_text=name).count() == 1 and not self._asks(console),
                      f"{name} has one row, and nothing is left to send")
        titles = [one["title"] for one in console.get("/api/v1/conversations?limit=50")["conversations"]]
        jobs = [one for one in console.get("/api/v1/jobs")["jobs"] if one["name"] == name]
        expect(titles.count(name.split(".")[0]) == 1 and len(jobs) == 1, f"{name} has {len(jobs)} jobs; the conversations are {titles}")
        found = console.get(f"/api/v1/conversations/{jobs[0]['conversation_id']}")
        self.hearing.judge_recording(" ".join(segment["text"] for segment in found["segments"]))

    def sends_a_file_until_it_is_safe(self):
        """The gateway is killed, or stopped, while a file is sent: the page says so, asks before it is closed, and sends the file again by itself. The file
        has one conversation, also when the gateway had it, and only its answer was lost."""
        server = self._own("sent")
        port = int(server.url.rsplit(":", 1)[1])
        console = self.browser.open(server, "/#/usage")
        page, asked = console.page, []
        try:
            console.wait("() => document.querySelector('main h1')?.textContent === 'Usage'", "Usage is drawn")
            console.go("start")
            expect(not self._asks(console), "the browser asks, and nothing is sent")
            # A gateway that stands still takes the connection, and never answers.
            server.signal(signal.SIGSTOP)
            self._drops(console, "Killed.wav", 1)
            self._row(console, "Killed.wav", "sending", "keep this page open")
            # A browser asks only whoever has used the page.
            page.locator("main h1").first.click()
            page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
            page.evaluate("() => { setTimeout(() => location.reload()); }")
            console.until(lambda: asked, "the browser asks before the page is closed")
            server.kill()
            self._row(console, "Killed.wav", "waiting", "The gateway does not answer. The file is sent again by itself; keep this page open until then")
            expect(self._asks(console), "the browser does not ask while a file waits to be sent again")
            console.go("usage")
            console.go("start")
            self._row(console, "Killed.wav", "waiting")
            server = self._own("sent", port)
            self._is_one(console, "Killed.wav")

            server.signal(signal.SIGSTOP)
            self._drops(console, "Stopped.wav", 2)
            self._row(console, "Stopped.wav", "sending")
            server.signal(signal.SIGTERM)
            server.signal(signal.SIGCONT)
            expect(server.ended(HANG) is not None, "the gateway that is stopped ends")
            server = self._own("sent", port)
            self._is_one(console, "Stopped.wav")

            # The gateway takes the file, and the page never hears of it.
            page.evaluate(LOSE_ANSWER)
            self._drops(console, "Lost.wav", 3)
            console.wait("() => sent === 2", "the file is sent again")
            self._is_one(console, "Lost.wav")

            # Nothing comes on the connection any more, as after the sleep of the machine.
            page.evaluate(HURRY)
            server.signal(signal.SIGSTOP)
            self._drops(console, "Asleep.wav", 4)
            self._row(console, "Asleep.wav", "waiting", "The gateway does not answer. The file is sent again by itself")
            server.signal(signal.SIGCONT)
            self._is_one(console, "Asleep.wav")
        finally:
            server.signal(signal.SIGCONT)
            server.stop()
        console.close()

    def keeps_a_file_over_a_full_disk(self):
        """A file is dropped on a gateway whose disk is really full: its row waits and says so, and once there is room it is sent by itself, and heard."""
        with SmallDisk() as disk:
            server = Server(self.harken, f"{disk.folder}/data", self.server.environment)
            try:
                server.wait_until_ready(HANG)
                console = self.browser.open(server, "/#/start")
                console.page.wait_for_selector(".drop")
                console.settle()
                disk.fill()
                self._drops(console, "Full.wav", 7)
                self._row(console, "Full.wav", "waiting", "The gateway's disk is nearly full; try again later. The file is sent again by itself")
                expect(self._asks(console), "the browser does not ask while a file waits for room")
                console.go("live")
                console.go("start")
                self._row(console, "Full.wav", "waiting", "The gateway's disk is nearly full")
                jobs = console.get("/api/v1/jobs")["jobs"]
                expect(not jobs, f"a gateway without room has the jobs {jobs}")
                disk.empty()
                self._is_one(console, "Full.wav")
                console.close()
            finally:
                server.stop()

    def hears_a_file_again_after_a_kill(self):
        """The gateway is killed while a file is heard, which the page need not send any more: the next gateway hears it, and it is one conversation."""
        # The vendor takes the file, and does not answer until the gateway is gone.
        wire = Wire(urllib.parse.urlsplit(self.server.environment["DEEPGRAM_BASE_URL"]).port)
        server = self._own("heard", DEEPGRAM_BASE_URL=wire.url)
        try:
            console = self.browser.open(server, "/#/start")
            console.page.wait_for_selector(".drop")
            console.settle()
            wire.speaks.clear()
            self._drops(console, "Heard.wav", 8)
            self._row(console, "Heard.wav", "processing")
            console.until(lambda: wire.links, "the vendor is asked")
            expect(not self._asks(console), "the browser asks although the gateway has the file")
            server.kill()
            wire.speaks.set()
            server = self._own("heard", int(server.url.rsplit(":", 1)[1]), DEEPGRAM_BASE_URL=wire.url)
            self._is_one(console, "Heard.wav")
            console.close()
        finally:
            server.stop()

    def stops_a_file_when_the_page_is_left(self):
        """Stop, and the page is left before the time for Undo is over: the gateway is told. It is done with the file, which the page takes for one at work, so
        that its row alone goes."""
        console = self.visit("/#/usage")
        page, jobs = console.page, "/api/v1/jobs"
        content = {"name": "Left.wav", "mimeType": "audio/wav", "buffer": with_silence(self.recording, 9)}
        sent = console.context.request.post(jobs, multipart={"file": content})
        expect(sent.ok, f"the file is answered with {sent.status}")
        one = f"{jobs}/{sent.json()['job_id']}"
        console.until(lambda: console.get(one)["status"] == "completed", "the file is heard")
        shown = {**console.get(one), "status": "processing", "heard": 1.0, "duration": 9.0}
        page.route(lambda url: urllib.parse.urlsplit(url).path == jobs, lambda route: route.fulfill(json={"jobs": [shown], "next": None}))
        console.go("start")
        page.get_by_role("button", name="Stop: Left.wav").click()
        page.locator(".toast").filter(has_text="Left.wav stops").wait_for()
        page.unroute_all(behavior="wait")
        page.goto("about:blank")
        console.until(lambda: shown["job_id"] not in [job["job_id"] for job in console.get(f"{jobs}?limit=100")["jobs"]], "the gateway is told of Stop")
        console.judge()
        console.close()
