"""What a person does with the console, as plays in a real browser against a real gateway. Each play is named for what must hold."""

import base64
import http.server
import io
import json
import pathlib
import re
import signal
import subprocess
import tarfile
import threading
import time
import urllib.parse
import wave

from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from codes import code_picture, read_code
from console import HANG, drop, expect, narrow, wide
from copies import Copies
from figures import within
from files import DROP, ROW, Files, with_silence
from lists import Lists
from microphone import BEHIND, EVENTS, FINALS, NEXT, NOTICE, STANDING, Line, Microphone
from modules import EXPECTED
from scripted_vendor import plain
from stored import HOLD, LONG_DAY, SAID, TEA, VOICES_ASKED, recognise, samples_of, store, tells_voices
from writings import Writings

PAGES = ["start", "live", "playground", "conversations", "people", "microscope", "engines", "usage", "settings"]
# Sets the page's stopwatch by so many milliseconds ahead, and stops it there: the time in which something can be undone does not pass.
STAND = "(ahead) => { const at = performance.now() + ahead; performance.now = () => at; }"
HARMLESS = {"minor", "moderate"}
# Leaves every tenth operation on the page /docs.
EVERY_TENTH = "() => { [...document.querySelectorAll('.docs-operation')].forEach((one, at) => { if (at % 10) one.remove(); }); }"
PICTURE = {"width": 1200, "height": 760}


def talk_of(recording, folder):
    """A talk of two voices, one after the other, twice."""
    path = pathlib.Path(folder) / "talk.wav"
    parts = [recording, *sorted(pathlib.Path(recording).parent.glob("librivox/*.wav"))[:2]]
    with wave.open(str(path), "wb") as talk:
        talk.setnchannels(1)
        talk.setsampwidth(2)
        talk.setframerate(16_000)
        for part in parts + parts:
            with wave.open(str(part)) as clip:
                # A second of silence between them.
                talk.writeframes(clip.readframes(clip.getnframes()) + bytes(32_000))
    return str(path)


SCROLLING = """async () => {
    const list = document.querySelector('.vlist'), frames = [];
    let last = await new Promise(requestAnimationFrame), most = 0;
    for (let i = 0; i < 180; i++) {
        // A flick of 240 px a frame; now and then a jump to somewhere else.
        list.scrollTop += i % 60 ? 240 : list.scrollHeight / 5;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
        most = Math.max(most, document.querySelectorAll('.vrow').length);
    }
    frames.sort((a, b) => a - b);
    return {median: frames[90], late: frames[171], rows: most};
}"""

# The words of the second passage, each with its time.
WORDS = "() => [...document.querySelectorAll('.segm')[1].querySelectorAll('.w')].map((word) => [word.textContent, Number(word.dataset.t)])"

# Presses keys one after the other with so little between them: nothing, some turns of the queue of promises, a task, a frame.
PRESS = """async ([keys, rest, turns]) => {
    const rests = {nothing: () => null, promise: () => null, task: () => new Promise((done) => setTimeout(done)), frame: () => new Promise(requestAnimationFrame)};
    document.activeElement.blur();
    for (const key of keys) {
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
        for (let turn = 0; turn < turns; turn++) await rests[rest]();
    }
}"""
RESTS = [("nothing", 1), ("promise", 1), ("promise", 4), ("promise", 12), ("task", 1), ("task", 2), ("frame", 1)]

# Opens a conversation in the page.
OPENING = """async (id) => {
    performance.clearResourceTimings();
    const began = performance.now();
    location.hash = `#/conversation/${id}`;
    while (!document.querySelector('.vrow .w')) await new Promise(requestAnimationFrame);
    const size = performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/api/v1/conversations/'))
        .reduce((sum, entry) => sum + entry.decodedBodySize, 0);
    return [performance.now() - began, size];
}"""


# Plays a recording, given as base64, in a page.
PLAY = """async (data) => {
    const context = new AudioContext(), source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer);
    source.connect(context.destination);
    source.start();
}"""

# A folder with another one in it is dropped, as a browser tells of it: in parts. Gets the names with their bytes, those of the inner folder last. Returns
# true if the browser itself would open what is dropped.
DROP_FOLDER = """(files) => {
    const types = {wav: 'audio/wav', jpg: 'image/jpeg', txt: 'text/plain'};
    const entry = ([path, bytes]) => {
        const name = path.split('/').pop(), content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
        return {isDirectory: false, name, file: (done, fail) => (name.startsWith('broken') ? fail(new Error('It is gone.'))
            : done(new File([content], name, {type: types[name.split('.').pop()] ?? ''})))};
    };
    const folder = (name, content) => ({isDirectory: true, name, createReader: () => {
        const parts = content.map((one) => [one]);
        return {readEntries: (done) => done(parts.shift() ?? [])};
    }});
    const inner = files.filter(([path]) => path.includes('/')).map(entry), outer = files.filter(([path]) => !path.includes('/')).map(entry);
    const event = new Event('drop', {bubbles: true, cancelable: true}), top = folder('memos', [...outer, folder('deeper', inner)]);
    Object.defineProperty(event, 'dataTransfer', {value: {types: ['Files'], items: [{webkitGetAsEntry: () => top, getAsFile: () => null}]}});
    return document.querySelector('main').dispatchEvent(event);
}"""
# Words are dragged over the page. Returns true if the page leaves them to the browser.
DRAG_WORDS = """() => {
    const transfer = new DataTransfer();
    transfer.setData('text/plain', 'words');
    return document.querySelector('main').dispatchEvent(new DragEvent('dragover', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""
# A file of 40 MB is dropped, which is more than goes on the way to a gateway that stands still.
DROP_LARGE = """() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(40e6)], 'Large.wav', {type: 'audio/wav'}));
    document.querySelector('main h1').dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""

# Bytes in a code: the most that each size holds, and one more.
CODE_LENGTHS = [size + more for size in (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362) for more in (0, 1)] + [412]


class RefusingReceiver:
    """A user's server that refuses the first conversation, and accepts those that follow."""

    def __init__(self):
        self.keys = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                handler.rfile.read(int(handler.headers["Content-Length"]))
                self.keys.append(handler.headers["Idempotency-Key"])
                handler.send_response(404 if len(self.keys) == 1 else 200)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            def log_message(handler, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def stop(self):
        self._server.shutdown()


class Plays(Writings, Microphone, Lists, Copies, Files):
    """Plays with a gateway without keys. Each makes what it needs. `hearing` is what the gateway hears."""

    def __init__(self, browser, server, recording, folder, harken, hearing):
        self.browser, self.server, self.recording, self.folder, self.harken, self.hearing = browser, server, recording, folder, harken, hearing
        self.notes = []

    def visit(self, path="/", **settings):
        return self.browser.open(self.server, path, **settings)

    # MARK: The page itself

    def paints_at_once(self):
        """First paint within 0.5 s, interactive within 1 s."""
        self.visit().close()  # The browser itself is warm then.
        console = self.visit()
        console.page.wait_for_selector("main h1")
        paint = console.page.evaluate("""() => ({
            first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
            ready: performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('.js'))
                .reduce((last, entry) => Math.max(last, entry.responseEnd), 0),
        })""")
        expect(paint["first"] is not None, "the page was painted")
        self.notes.append(f"first paint {paint['first']:.0f} ms, modules there {paint['ready']:.0f} ms")
        self._judge_figures(within("first paint of the page", paint["first"], 500, "ms"), within("last module of the page", paint["ready"], 1000, "ms"))
        console.close()

    @staticmethod
    def _judge_figures(*problems):
        missed = [problem for some in problems for problem in some]
        expect(not missed, "; ".join(missed))

    def is_small(self):
        """All files of the page have at most 300 KB."""
        console = self.visit()
        for place in PAGES:
            console.go(place)
        files = {url for url in console.requests if "/console/" in url or url.rstrip("/") == self.server.url}
        total = sum(len(console.context.request.get(url).body()) for url in files)
        self.notes.append(f"{len(files)} files, {total / 1024:.0f} KB")
        expect(len(files) > len(PAGES), f"only {len(files)} files were asked for")
        expect(total <= 300 * 1024, f"all files have {total} bytes")
        console.judge()
        console.close()

    def is_cached(self):
        """What the browser has is not sent again, and what is sent is compressed."""
        console = self.visit()
        answer = console.context.request.get("/console/app.js")
        tag = answer.headers["etag"]
        again = console.context.request.get("/console/app.js", headers={"If-None-Match": tag, "Accept-Encoding": "gzip, deflate, br"})
        expect(again.status == 304, f"a file that did not change was answered with {again.status}")
        expect(answer.headers.get("content-encoding") == "gzip", f"the answer's encoding is {answer.headers.get('content-encoding')}")
        console.close()

    def computes_right(self):
        """The modules return what they promise."""
        console, wrong = self.visit(), []
        console.page.wait_for_selector("main h1")
        for module, expression, value in EXPECTED:
            found = console.page.evaluate(f"(async () => {{ const m = await import('/console/{module}'); return await ({expression}); }})()")
            if found != value:
                wrong.append(f"{module}: {expression[:80]} is {found!r}, not {value!r}")
        expect(not wrong, "; ".join(wrong))
        console.close()

    def draws_codes(self):
        """Codes of all sizes are read by a decoder that is not ours, and are still read with dirt on them."""
        console, wrong = self.visit(), []
        console.page.wait_for_selector("main h1")
        for length in CODE_LENGTHS:
            text = ("https://gateway.example/#/phone?ticket=aZ09-_&language=ü " * 9).encode()[:length].decode(errors="ignore")
            drawn = console.page.evaluate("async (text) => { const {size, dark} = (await import('/console/qr.js')).modules(text); return [size, [...dark]]; }",
                                          text)
            for dirt in (0, 1):
                if read_code(code_picture(*drawn, dirt)) != text:
                    wrong.append(f"{length} bytes{', dirty' if dirt else ''}")
        expect(not wrong, f"not read: {wrong}")
        console.close()

    def goes_by_keyboard(self):
        """Pages, search and help by single keys; the skip link first."""
        console = self.visit()
        page = console.page
        page.wait_for_selector("main h1")
        page.locator(".skip").press("Enter")
        console.wait("() => document.activeElement.id === 'main' && document.querySelector('h1').textContent !== 'There is no such page'",
                     "the skip link goes to the page")
        # The clock stands still: a key belongs to the `g` before it for 0.9 s.
        began = time.time()
        page.clock.set_fixed_time(began)
        for key, place in (("c", "conversations"), ("u", "usage"), ("s", "start")):
            page.keyboard.press("g")
            page.keyboard.press(key)
            console.wait("(place) => location.hash.endsWith(place) && document.activeElement.id === 'main'", f"g {key} goes to {place}", place)
        page.keyboard.press("g")
        page.clock.set_fixed_time(began + 1)
        page.keyboard.press("u")
        expect(page.evaluate("location.hash") == "#/start", "a key that comes a second after g is no command")
        page.keyboard.press("/")
        self._is_at_the_search(console, "/")
        # A key that is typed into the search is no command.
        page.keyboard.press("?")
        expect(page.locator("dialog").count() == 0 and page.input_value("input[type=search]") == "?", "a key goes into the search")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        page.keyboard.press("Escape")
        console.wait("() => !document.querySelector('dialog')", "Escape closes the dialog")
        console.judge()
        console.close()

    @staticmethod
    def _is_at_the_search(console, keys):
        console.wait("() => location.hash === '#/conversations' && document.activeElement.matches('#main input[type=search]')", f"{keys} goes to the search")

    def searches_before_a_page_comes(self, is_whole=True):
        """The key of the search right after one that changes the page: the search has the focus in the end, however little time is between them.

        Not whole: of the pages, the rests and the keys each pair of two.
        """
        console = self.visit()
        page = console.page
        page.wait_for_selector("main h1")
        page.clock.set_fixed_time(time.time())
        # A page that has not come yet: its module is held back.
        held = []
        page.route("**/console/usage.js", lambda route: held.append(route))
        page.keyboard.press("g")
        page.keyboard.press("u")
        console.until(lambda: held, "the module of the page is asked for")
        page.keyboard.press("/")
        held[0].continue_()
        page.unroute("**/console/usage.js")
        self._is_at_the_search(console, "/ before a page has come")
        # Every pair of pages: the one that is left may have a search of its own, or be that of all.
        presses = [("g", "u", "/"), ("g", "c", "/"), ("g", "c", "g", "u", "/")]
        for first, here in enumerate(("start", "conversations", "usage")):
            for second, (rest, turns) in enumerate(RESTS):
                for keys in presses if is_whole else [presses[(first + second) % len(presses)]]:
                    console.go(here)
                    page.evaluate(PRESS, [keys, rest, turns])
                    console.settle()
                    self._is_at_the_search(console, f"{' '.join(keys)} on {here} with {turns} × {rest} between them")
        for _ in range(10):
            page.evaluate("document.activeElement.blur()")
            for key in ("g", "u", "/"):
                page.keyboard.press(key)
            self._is_at_the_search(console, "g u / on the keyboard")
        # The wish ends with the page that it was meant for.
        console.go("start")
        page.evaluate(PRESS, [("/", "g", "u"), "nothing", 1])
        console.wait("() => location.hash === '#/usage' && document.activeElement.id === 'main'", "/ g u goes to usage")
        console.judge()
        console.close()

    def survives_a_lost_gateway(self):
        """The page stays when the gateway is gone, and says so."""
        console = self.visit("/#/usage")
        console.wait("() => document.querySelector('main h1')?.textContent === 'Usage'", "Usage is drawn")
        console.context.route("**/api/**", lambda route: route.abort())
        console.context.route("**/health", lambda route: route.abort())
        console.page.goto("/#/conversations")
        console.wait("() => document.querySelector('#lost .note')?.textContent.includes('does not answer')", "the note of the lost gateway")
        console.context.unroute("**/api/**")
        console.context.unroute("**/health")
        console.page.get_by_role("button", name="Try now").click()
        console.wait("() => !document.querySelector('#lost .note')", "the note goes")
        console.close()

    def warns_of_a_full_disk(self):
        """Start says that the disk fills up, and what takes the room."""
        console = self.visit("/#/usage")
        storage = {"state": "low", "disks": [{"path": "/data", "state": "low", "free_bytes": 900_000_000, "size_bytes": 8_000_000_000}],
                   "parts": [{"part": "database", "bytes": 1_900_000_000}, {"part": "audio", "bytes": 2_300_000_000}]}
        console.context.route("**/api/v1/admin/storage", lambda route: route.fulfill(json=storage))
        console.go("start")
        console.wait("() => [...document.querySelectorAll('.note')].some((note) => note.checkVisibility() && note.textContent.includes('The disk fills up'))",
                     "the note of the disk")
        words = console.text()
        for part in ("900 MB of 8.0 GB are free on the disk of /data", "audio 2.3 GB, database 1.9 GB"):
            expect(part in words, words[:600])
        console.context.unroute("**/api/v1/admin/storage")
        console.judge()
        console.close()

    def describes_the_api(self):
        """/docs has every operation of the description, is searched, and is copied as a command that works."""
        console = self.visit("/docs")
        page = console.page
        page.wait_for_selector(".docs-operation")
        paths = console.get("/api/v1/openapi.json")["paths"]
        amount = sum(method in operations for operations in paths.values() for method in ("get", "post", "put", "patch", "delete"))
        expect(page.locator(".docs-operation").count() == amount, f"{page.locator('.docs-operation').count()} of {amount} operations are there")
        page.fill("input[type=search]", "get people")
        found = page.eval_on_selector_all(".docs-operation:not([hidden]) h3 code", "(all) => all.map((one) => one.textContent)")
        expect("/api/v1/people" in found and "/api/v1/usage" not in found, f"found: {found}")
        page.get_by_role("button", name="Copy: GET /api/v1/people", exact=True).click()
        command = page.evaluate("() => navigator.clipboard.readText()")
        done = subprocess.run(["bash", "-c", command + " -sf"], capture_output=True, text=True)
        expect(done.returncode == 0 and "people" in json.loads(done.stdout), f"{command}: {done.stdout or done.stderr}")
        console.judge()
        console.close()

    # MARK: Recordings

    def keeps_a_dropped_file(self):
        """A file is dropped on the page, which is left and opened again: the file is a conversation with its name, its date, words and audio."""
        console = self.visit("/#/start")
        console.page.wait_for_selector(".drop")
        data = pathlib.Path(self.recording).read_bytes()
        console.page.evaluate(DROP, [base64.b64encode(data).decode(), "A talk.wav"])
        console.wait("() => [...document.querySelectorAll('.jobs li:not([data-state=sending], [data-state=waiting])')]"
                     ".some((row) => row.textContent.includes('A talk.wav'))", "the gateway has the file")
        console.page.goto("about:blank")
        console.page.goto("/#/conversations")
        console.go("start")
        console.wait("() => document.querySelector('.jobs [data-state=completed] a')", "the recording is a conversation")
        saved = {}
        for name in ("SRT", "VTT", "JSON", "Text"):
            with console.page.expect_download() as download:
                console.page.locator(".jobs").get_by_role("link", name=f"{name}: A talk.wav", exact=True).click()
            saved[name] = pathlib.Path(download.value.path()).read_text()
        expect(re.match(r"1\n00:00:0\d,\d{3} --> 00:00:", saved["SRT"]), saved["SRT"][:80])
        expect(saved["VTT"].startswith("WEBVTT\n\n00:00:0"), saved["VTT"][:80])
        console.page.locator(".jobs").get_by_role("link", name="Open conversation: A talk.wav").click()
        console.wait("() => document.querySelector('main h1')?.textContent.includes('A talk')", "the conversation has the file's name")
        identity = console.page.url.split("/conversation/")[1].split("?")[0]
        conversation = console.get(f"/api/v1/conversations/{identity}")
        self.hearing.judge_recording(" ".join(segment["text"] for segment in conversation["segments"]))
        # The file's date is the time of the recording's end.
        expect(conversation["started_at"].startswith("2025-05-06T11:5"), conversation["started_at"])
        expect(console.context.request.get(f"/api/v1/conversations/{identity}/audio").ok, "the conversation has audio")
        # The same file again is the same conversation.
        console.go("start")
        console.page.evaluate(DROP, [base64.b64encode(data).decode(), "Another name.wav"])
        console.wait("() => [...document.querySelectorAll('.toast')].some((one) => one.textContent === 'Another name.wav is there already')", "the file is known")
        names = [job["name"] for job in console.get("/api/v1/jobs")["jobs"]]
        expect("A talk.wav" in names and "Another name.wav" not in names, f"one file has one job: {names}")
        console.judge()
        console.close()

    def takes_what_is_dropped_on_every_page(self):
        """A folder that is dropped on Conversations is walked: its recordings become rows of Start, and what is no recording is told. A drop over a dialog is
        taken, and leaves the dialog. Words that are dragged are the browser's."""
        console = self.visit("/#/conversations")
        page = console.page
        console.wait("() => document.querySelector('main h1')?.textContent === 'Conversations'", "Conversations is drawn")
        one, two, three = (base64.b64encode(with_silence(self.recording, tenths)).decode() for tenths in (4, 5, 6))
        folder = [["One.wav", one], [".hidden.wav", one], ["cover.jpg", ""], ["deeper/Two.wav", two], ["deeper/broken.wav", ""], ["deeper/notes.txt", ""]]
        expect(not page.evaluate(DROP_FOLDER, folder), "the browser opens what is dropped")
        console.wait("() => location.hash === '#/start'", "Start comes")
        told = page.get_by_role("alert").filter(has_text="No recordings")
        told.wait_for()
        expect(told.inner_text().startswith("Left out: cover.jpg, broken.wav, notes.txt. No recordings, or they cannot be read."), told.inner_text())
        told.get_by_role("button", name="Close").click()
        for name in ("One.wav", "Two.wav"):
            console.wait(ROW, f"{name} is heard", [name, "completed", ""])
        names = [job["name"] for job in console.get("/api/v1/jobs?limit=100")["jobs"]]
        expect(not any(name in names for name in (".hidden.wav", "cover.jpg", "broken.wav", "notes.txt")), f"the jobs are {names}")
        console.go("usage")
        expect(page.evaluate(DRAG_WORDS), "the page takes words that are dragged")
        page.keyboard.press("?")
        page.locator("dialog[open]").wait_for()
        page.evaluate(DROP, [three, "Three.wav"])
        console.wait("() => [...document.querySelectorAll('.toast')].some((one) => one.textContent === 'Three.wav added')", "the drop is told")
        expect(page.locator("dialog[open]").count() == 1 and page.url.endswith("#/usage"), f"the dialog is left for {page.url}")
        page.keyboard.press("Escape")
        console.go("start")
        console.wait(ROW, "Three.wav is heard", ["Three.wav", "completed", ""])
        console.judge()
        console.close()

    def says_how_much_is_sent(self):
        """While a file is sent, its row has how much of it has gone, with a bar."""
        server = self._own("sending")
        console = self.browser.open(server, "/#/start")
        page = console.page
        try:
            page.wait_for_selector(".drop")
            console.settle()
            server.signal(signal.SIGSTOP)
            page.evaluate(DROP_LARGE)
            console.wait("() => /^Sending, [\\d.]+ of 40 MB; keep this page open until then$/.test(document.querySelector('.jobs li p')?.textContent)",
                         "how much is sent is told")
            bar = page.locator(".jobs [data-state=sending] .bar[aria-valuenow]:not(.going)")
            bar.wait_for()
            expect(0 <= int(bar.get_attribute("aria-valuenow")) < 100, f"the bar is at {bar.get_attribute('aria-valuenow')}")
            page.get_by_role("button", name="Stop: Large.wav").click()
            page.locator(".jobs [data-state=sending]").wait_for(state="detached")
        finally:
            server.signal(signal.SIGCONT)
            server.stop()
        console.close()

    def stops_a_file_with_undo(self):
        """Stop takes a recording that is being heard from the list, and tells the gateway when that cannot be undone any more."""
        console = self.visit("/#/usage")
        page, asked = console.page, []
        jobs = [{"job_id": "talk", "status": "processing", "status_url": "/api/v1/jobs/talk", "conversation_id": None, "conversations": [], "error": None,
                 "name": "A talk.wav", "bytes": 9, "heard": 30.0, "duration": 120.0}]

        def stopped(route):
            if route.request.method == "GET":
                return route.fulfill(json=jobs[0])
            asked.append(route.request.method)
            jobs.clear()
            route.fulfill(status=204)

        page.route(lambda url: urllib.parse.urlsplit(url).path == "/api/v1/jobs", lambda route: route.fulfill(json={"jobs": jobs, "next": None}))
        page.route("**/api/v1/jobs/talk", stopped)
        page.evaluate(STAND, 0)
        console.go("start")
        row, stop = page.locator(".jobs [data-state=processing]"), page.get_by_role("button", name="Stop: A talk.wav")
        toast = page.locator(".toast").filter(has_text="A talk.wav stops, and its words go")
        stop.click()
        toast.wait_for()
        row.wait_for(state="detached")
        toast.get_by_role("button", name="Undo").click()
        row.wait_for()
        expect(not asked, f"the gateway was asked to stop: {asked}")
        stop.click()
        toast.wait_for()
        row.wait_for(state="detached")
        page.evaluate(STAND, 11_000)
        console.until(lambda: asked, "the gateway is told")
        toast.wait_for(state="detached")
        expect(asked == ["DELETE"] and row.count() == 0, f"the gateway was asked {asked}")
        page.unroute_all(behavior="ignoreErrors")
        console.judge()
        console.close()

    def shows_how_far_a_file_is(self):
        """The row of a recording has a bar, which grows, how fast the gateway hears it and how long that takes; a length that nobody knows has no share."""
        console = self.visit("/#/usage")
        page = console.page
        job = {"job_id": "talk", "status": "queued", "status_url": "/api/v1/jobs/talk", "conversation_id": None, "conversations": [], "error": None,
               "name": "A talk.wav", "bytes": 9, "heard": None, "duration": None}
        page.route(lambda url: urllib.parse.urlsplit(url).path == "/api/v1/jobs", lambda route: route.fulfill(json={"jobs": [job], "next": None}))
        page.evaluate(STAND, 0)
        console.go("start")
        bar, line = page.locator(".jobs [role=progressbar]"), page.locator(".jobs p")
        page.locator(".jobs [data-state=queued]").wait_for()
        expect(bar.count() == 0, "a recording that waits has a bar")
        job.update(status="processing", heard=30.0)
        page.locator(".jobs .bar.going").wait_for()
        expect(bar.get_attribute("aria-valuenow") is None and line.inner_text() == "0:30", f"of an unknown length is told {line.inner_text()!r}")
        job.update(duration=120.0)
        page.locator(".jobs .bar[aria-valuenow='25']:not(.going)").wait_for()
        # Ten seconds later, half a minute more is heard.
        page.evaluate(STAND, 10_000)
        job.update(heard=60.0)
        page.locator(".jobs .bar[aria-valuenow='50']").wait_for()
        expect(line.inner_text() == "1:00 of 2:00, 3× real time, 0:20 left", f"the row says {line.inner_text()!r}")
        widths = page.evaluate("() => { const bar = document.querySelector('.jobs .bar'); return [bar.firstChild.offsetWidth, bar.clientWidth]; }")
        expect(abs(widths[0] / widths[1] - 0.5) < 0.03, f"half is drawn as {widths}")
        page.unroute_all(behavior="ignoreErrors")
        console.judge()
        console.close()

    def says_why_a_file_fails(self):
        """A file that is no recording gets a sentence, not a silence, and may be tried again."""
        console = self.visit("/#/start")
        console.page.wait_for_selector(".drop")
        console.page.set_input_files("input[type=file]", files=[{"name": "talk.mp3", "mimeType": "audio/mpeg", "buffer": b"this is no sound"}])
        row = ".jobs [data-state=failed]"
        console.page.wait_for_selector(row)
        expect(len(console.text(f"{row} p")) > 30, console.text(f"{row} p"))
        console.page.locator(row).get_by_role("button", name="Try again: talk.mp3", exact=True).click()
        # The file is sent again, or the gateway hears it again.
        console.wait("() => !document.querySelector('.jobs [aria-busy]') && document.querySelector('.jobs [data-state=failed]')", "it has failed again")
        console.page.locator(row).get_by_role("button", name="Remove talk.mp3").click()
        console.wait("() => ![...document.querySelectorAll('.jobs li')].some((item) => item.textContent.includes('talk.mp3'))", "the row is gone")
        console.close()

    def hears_all_tracks(self):
        """A film with two sound tracks has a note, and buttons that have the gateway hear one or all of them; where the file is gone, it is chosen again."""
        console = self.visit("/#/start")
        page = console.page
        warning = 'The file has 2 sound tracks ("Mic", "Desktop"); track 1 was heard.'
        job = {"job_id": "film", "status": "completed", "status_url": "/api/v1/jobs/film", "conversation_id": None, "conversations": [], "error": None,
               "name": "film.mkv", "bytes": 9, "heard": None, "duration": None}
        told, asked, sent = {"sound_tracks": 2, "warnings": [warning]}, [], []
        file = {"name": "film.mkv", "mimeType": "video/x-matroska", "buffer": b"film"}

        def retry(route):
            asked.append(route.request.url.split("/api/v1")[1])
            if len(asked) == 1:
                route.fulfill(status=409, json={"error": {"code": "conflict", "message": "The job has not failed."}})
            elif len(asked) == 2:
                route.fulfill(status=409, json={"error": {"code": "file_gone", "message": "The file is not kept any more."}})
            else:
                told.clear()
                told.update(conversation_id="all", conversations=["all"])
                route.fulfill(status=202, json={**job, "status": "queued"})

        def jobs(route):
            if route.request.method == "POST":
                sent.append(route.request)
                route.fulfill(status=202, json={**job, "job_id": "again", "status": "queued"})
            else:
                route.fulfill(json={"jobs": [{**job, **told}], "next": None})

        page.route("**/api/v1/jobs/film/retry*", retry)
        page.route(lambda url: urllib.parse.urlsplit(url).path == "/api/v1/jobs", jobs)
        # A browser does not show what a form with a file has.
        page.add_init_script("""window.fields = [];
            const append = FormData.prototype.append;
            FormData.prototype.append = function (...field) {
                fields.push(field[0] + '=' + field[1]);
                return append.apply(this, field);
            };""")
        page.reload()
        note = page.locator(".jobs .note")
        note.get_by_text("About the file").wait_for()
        expect(warning in note.inner_text(), note.inner_text())
        # Another tab was first: nothing is chosen.
        choosers = []
        page.on("filechooser", lambda chooser: choosers.append(chooser))
        note.get_by_role("button", name="Hear track 2").click()
        page.get_by_role("alert").filter(has_text="The job has not failed.").get_by_role("button", name="Close").click()
        expect(asked == ["/jobs/film/retry?track=2"], str(asked))
        # The gateway has the file no more: it is chosen again, and goes with the choice of the tracks.
        with page.expect_file_chooser() as chooser:
            note.get_by_role("button", name="Hear all tracks").click()
        expect(len(choosers) == 1, f"{len(choosers)} times a file was to be chosen")
        chooser.value.set_files(file)
        console.until(lambda: sent, "the file is sent again")
        fields = page.evaluate("() => fields.splice(0)")
        expect("track=all" in fields, str(fields))
        # A file that is chosen later has no choice of tracks.
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose a file").click()
        chooser.value.set_files(file)
        console.until(lambda: len(sent) == 2, "another file is sent")
        fields = page.evaluate("() => fields.splice(0)")
        expect(not any(field.startswith("track=") for field in fields), str(fields))
        page.locator(".jobs .note").get_by_role("button", name="Hear all tracks").click()
        page.locator(".jobs .note").wait_for(state="detached")
        expect(asked[1:] == ["/jobs/film/retry?track=all"] * 2, str(asked))
        page.unroute_all(behavior="ignoreErrors")
        console.judge()
        console.close()

    def hears_each_channel(self):
        """A call whose channels were mixed has a note, and a button that has the gateway hear each channel by itself."""
        console = self.visit("/#/usage")
        page, asked = console.page, []
        warning = "The file has 2 channels with different sound, which were mixed to one. Hear each by itself with channels=true."
        job = {"job_id": "call", "status": "completed", "status_url": "/api/v1/jobs/call", "conversation_id": None, "conversations": [], "error": None,
               "name": "call.wav", "bytes": 9, "heard": None, "duration": None}
        told = {"mixed_channels": 2, "warnings": [warning]}

        def retry(route):
            asked.append(route.request.url.split("/api/v1")[1])
            told.clear()
            told.update(conversation_id="apart", conversations=["apart"])
            route.fulfill(status=202, json={**job, "status": "queued"})

        page.route("**/api/v1/jobs/call/retry*", retry)
        page.route(lambda url: urllib.parse.urlsplit(url).path == "/api/v1/jobs", lambda route: route.fulfill(json={"jobs": [{**job, **told}], "next": None}))
        console.go("start")
        note = page.locator(".jobs .note")
        note.wait_for()
        expect(warning in note.inner_text(), note.inner_text())
        note.get_by_role("button", name="Hear each channel: call.wav").click()
        note.wait_for(state="detached")
        expect(asked == ["/jobs/call/retry?channels=true"], str(asked))
        page.unroute_all(behavior="ignoreErrors")
        console.judge()
        console.close()

    def compares_engines(self):
        """The playground recognises a clip and compares it with a reference."""
        console = self.visit("/#/playground")
        console.page.wait_for_selector("textarea")
        console.page.set_input_files("input[type=file]", self.recording)
        console.page.fill("textarea", self.hearing.reference)
        console.page.get_by_role("button", name="Run", exact=True).click()
        console.wait("() => document.querySelector('.lanes3 .tag')?.textContent.includes('WER')", "a word error rate")
        console.judge()
        console.close()

    # MARK: Live

    def captions_the_microphone(self):
        """A fake microphone with real speech becomes captions; the conversation is kept, played, and each word lit."""
        console = self.visit("/#/live")
        page = console.page
        page.get_by_role("button", name="Start listening").click()
        console.wait("() => document.querySelector('aside.side .ok')?.textContent === 'I hear you'", "I hear you")
        session = page.locator("dl.dl a").get_attribute("href").split("/")[-1]
        self._hears(console)
        console.wait("() => /^\\d+:\\d\\d\\.\\d$/.test([...document.querySelectorAll('dl.dl dd')].map((entry) => entry.textContent)[2])", "safe on disk")
        self._stops(console)
        page.get_by_role("link", name="Read it").click()
        page.wait_for_selector(".vrow .w")
        page.locator(".vrow .w").nth(2).click()
        expect(page.locator(".w.lit").count() == 1, "one word is lit")
        lit = page.locator(".w.lit").inner_text()
        console.wait("() => !document.querySelector('.player .btn.primary').disabled", "there is audio to play")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Play", exact=True).click()
        console.wait("(before) => { const lit = document.querySelector('.w.lit'); return lit && lit.textContent !== before; }", "the next word is lit", lit)
        page.get_by_role("button", name="Pause").click()
        console.judge()
        console.close()
        self._explains_a_word(session)

    def _hears(self, console):
        """Waits until as many words are said on the page as a play needs."""
        console.until(lambda: self.hearing.is_enough(console.page.evaluate(SAID)), "enough words to judge the session by")

    def _stops(self, console):
        """Ends the session of the page, and judges its words."""
        console.page.get_by_role("button", name="Stop").click()
        self._ends(console)
        self.hearing.judge(console.page.evaluate(SAID))

    @staticmethod
    def _ends(console):
        console.wait("() => document.querySelector('.live-bar').textContent.includes('Start listening')", "the session ends")
        # The last captions are drawn with the next frame.
        console.page.evaluate("() => new Promise(requestAnimationFrame)")

    def mends_a_broken_connection(self):
        """The connection breaks while somebody speaks: the session is resumed, and nothing is lost."""
        url = self._interrupted(Line.break_down)
        expect("resume_from=" in url and "session_id=" in url, url)

    def follows_a_gateway_that_goes_down(self):
        """The gateway says from which sample on a new session goes on: the page follows, with the audio that it has kept."""
        url = self._interrupted(Line.go_down)
        expect("session_id=" not in url, url)

    def _interrupted(self, end):
        """Ends a session's connection after its first caption, and returns the address of the connection that follows."""
        console = self.browser.open(self.server, "/#/start")
        line = Line(console)
        console.go("live")
        console.page.get_by_role("button", name="Start listening").click()
        console.wait("() => document.querySelector('.live-text .said')", "the first caption")
        console.until(lambda: line.safe, "the gateway confirms audio")
        end(line)
        console.until(lambda: line.links > 1, "the page connects again")
        self._hears(console)
        self._stops(console)
        console.close()
        return line.mine.url

    def captions_a_tab(self):
        """The sound of another tab becomes captions."""
        talk = self.visit("/#/settings")
        talk.page.wait_for_selector("main h1")
        console = talk.beside("/#/live")
        console.page.wait_for_selector("select")
        console.page.get_by_label("Source").select_option("tab")
        talk.page.evaluate("document.title = 'Talk'")
        console.page.get_by_role("button", name="Start listening").click()
        console.wait("() => document.querySelector('aside.side dl').textContent.includes('local')", "the session begins")
        talk.page.evaluate(PLAY, base64.b64encode(pathlib.Path(self.recording).read_bytes()).decode())
        self._hears(console)
        self._stops(console)
        console.judge()
        console.close()

    def watches_an_open_session(self):
        """A session that another page holds open is watched on the page Live and on the overlay: its words, that they come late for a while, its end."""
        console = self.visit("/#/live")
        console.context.add_init_script(EVENTS)
        other = console.beside("/#/start")
        other.page.wait_for_selector("main h1")
        other.page.evaluate(HOLD)
        session = other.until(lambda: other.page.evaluate("() => held.session"), "the other page's session begins")
        console.page.reload()
        console.page.wait_for_selector(f"option[value='session:{session}']", state="attached")
        console.page.get_by_label("Source").select_option(f"session:{session}")
        console.page.get_by_role("button", name="Start listening").click()
        overlay = console.beside("/captions?size=30&lines=1")
        overlay.page.wait_for_selector("#captions", state="attached")
        audio = samples_of(self.recording)
        other.page.evaluate("(audio) => held.say(audio)", audio)
        self._hears(console)
        overlay.wait("() => document.querySelector('#captions p')?.textContent.length > 12", "words on the overlay")
        expect(overlay.page.evaluate("() => document.querySelectorAll('#captions p').length") == 1, "one line was asked for")
        behind = "(words) => document.querySelector('.reading').textContent.includes(words)"
        for name, is_told in (("late", True), ("in_time", False), ("late", True)):
            console.page.evaluate(NOTICE, name)
            console.wait(behind if is_told else behind.replace("document", "!document"), f"{name} is told", BEHIND)
        last = overlay.page.evaluate("() => { (%s)(); return document.querySelector('#captions p:last-child').textContent; }" % NEXT)
        expect("Beware the Jabberwock" in last, f"the words of the next conversation are not the last ones of the overlay: {last!r}")
        console.page.evaluate(NEXT)
        console.wait("() => document.querySelector('.live-text').textContent.includes('Beware the Jabberwock')", "words of the next conversation")
        standing = console.page.evaluate(STANDING)
        first = standing.index(["event", "A new conversation begins"])
        expect("Beware the Jabberwock" in standing[first + 1][1], f"the next conversation stands elsewhere: {standing}")
        self.hearing.judge_beginning(" ".join(text for kind, text in standing[:first] if kind == "line"))
        other.page.evaluate("() => held.finish()")
        code = other.until(lambda: other.page.evaluate("() => held.code"), "the other page's session ends")
        expect(code == 1000, f"the session ended with {code}")
        self._ends(console)
        console.wait(behind.replace("document", "!document"), "a session that is over is told to be behind", BEHIND)
        self.hearing.judge_beginning(console.page.evaluate(SAID))
        for page in (console, other, overlay):
            page.judge()
        console.context.close()

    def watches_a_session(self):
        """A session of another program is watched on the page Live and on the overlay, until it ends; who comes later sees what was said before."""
        program = self._program("3")
        try:
            console = self._watch()
            overlay = console.beside("/captions?size=30&lines=1")
            console.wait("() => document.querySelector('.live-text').textContent.split(' ').length >= 8", "words of the session")
            overlay.wait("() => document.querySelector('#captions p')?.textContent.length > 12", "words on the overlay")
            expect(overlay.page.evaluate("() => document.querySelectorAll('#captions p').length") == 1, "one line was asked for")
            late = self._watch()
            late.until(lambda: plain(late.page.evaluate(FINALS))[:3] == plain(console.page.evaluate(FINALS))[:3] != [], "what was said before")
            late.judge()
            late.close()
            self._ends(console)
            expect(program.wait(HANG) == 0, f"harken live ended with the status {program.returncode}")
        finally:
            program.kill()
            program.wait()
        console.judge()
        overlay.judge()
        console.context.close()

    def _session(self):
        """The id of a session that has heard the recording as fast as it was spoken."""
        program = subprocess.Popen([self.harken, "live", str(self.recording), "--protocol", "listen", "--url", self.server.url],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        console = self.visit("/#/start")
        try:
            running = console.until(lambda: console.get("/api/v1/sessions?open=true")["sessions"], "the session of harken live")
            expect(program.wait(HANG) == 0, f"harken live ended with the status {program.returncode}")
        finally:
            program.kill()
            program.wait()
            console.close()
        return running[0]["id"]

    def _program(self, speed):
        """A program that streams a talk to the gateway."""
        return subprocess.Popen([self.harken, "live", talk_of(self.recording, self.folder), "--protocol", "listen", "--url", self.server.url, "--speed", speed],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _watch(self, **settings):
        """The page Live with the session that is open."""
        console = self.visit("/#/live", **settings)
        console.wait("async () => (await (await fetch('/api/v1/sessions?open=true')).json()).sessions.some((session) => session.state === 'open')",
                     "the session is open")
        console.page.reload()
        console.page.wait_for_selector("option[value^='session:']", state="attached")
        running = console.page.get_attribute("option[value^='session:']", "value")
        console.page.get_by_label("Source").select_option(running)
        console.page.get_by_role("button", name="Start listening").click()
        return console

    def names_voices(self):
        """Voices that nobody has named are heard by their samples and named; Undo takes the name from the voice, and deletes nobody."""
        console = self.visit("/#/start")
        program = self._program("4")
        try:
            expect(program.wait(HANG) == 0, f"harken live ended with the status {program.returncode}")
        finally:
            program.kill()
            program.wait()
        console.until(lambda: console.get("/api/v1/voices")["voices"], "the voices of the talk")
        console.go("people")
        page = console.page
        page.wait_for_selector(".voice .sample")
        sample = page.locator(".voice .sample").first
        sample.click()
        console.wait("() => document.querySelector('.voice .sample').ariaPressed === 'true'", "the sample plays")
        console.wait("() => document.querySelector('.voice .sample').ariaPressed === 'false'", "the sample ends")
        deleted = []
        page.on("request", lambda request: deleted.append(request.url) if request.method == "DELETE" else None)
        page.evaluate(STAND, 0)
        card = page.locator(".voice").first
        label = card.locator("h3").inner_text()
        card.get_by_label("Name for").fill("Iris")
        with page.expect_request("**/segments/assign") as naming:
            card.get_by_role("button", name="Name", exact=True).click()
        identity = naming.value.post_data_json["voice_id"]
        page.locator(".table tr", has_text="Iris").wait_for()
        voice = next(one for one in console.get("/api/v1/voices")["voices"] if one["id"] == identity)
        expect(voice["person_id"] in [person["id"] for person in console.get("/api/v1/people")["people"]], "the voice is somebody's")
        page.get_by_role("button", name="Undo").click()
        page.locator(".voice").get_by_role("heading", name=label, exact=True).wait_for()
        named = next(one for one in console.get("/api/v1/voices")["voices"] if one["id"] == identity)
        expect(named["person_id"] is None, "the voice has a name after Undo")
        # Other voices may have become hers meanwhile: they would go with her.
        expect(not deleted, f"Undo has deleted {deleted}")
        expect(page.locator(".table tr", has_text="Iris").count() == 1, "Iris is not there after Undo")
        expect(console.context.request.delete(f"/api/v1/people/{voice['person_id']}").ok, "Iris is deleted")
        page.get_by_role("button", name="Undo").wait_for(state="detached")
        page.get_by_role("button", name=f"Forget {label}", exact=True).click()
        page.locator("dialog").get_by_role("button", name="Forget").click()
        page.locator(".voice").get_by_role("heading", name=label, exact=True).wait_for(state="detached")
        self._undo_is_over(console)
        console.until(lambda: identity not in {one["id"] for one in console.get("/api/v1/voices")["voices"]}, "the gateway has forgotten the voice")
        console.judge()
        console.close()

    def asks_for_voices_that_can_be_heard(self):
        """A voice without a sample has no card: nobody could tell whose it is."""
        console = self.visit("/#/start")
        page = console.page
        voices = [
            {"id": name, "label": label, "person_id": None, "is_user": False, "is_silent": is_silent, "adoption": None, "evidence": 20.0,
             "created_at": "2019-10-01T10:00:00Z", "heard_at": "2019-11-01T10:00:00Z"}
            for name, label, is_silent in (("dodo", "Speaker 7", False), ("mouse", "Speaker 8", True))]
        page.route(VOICES_ASKED, lambda route: tells_voices(voices)(route))
        page.route("**/api/v1/voices/count", lambda route: route.fulfill(json={"voices": len(voices)}))
        page.route("**/api/v1/voices/*/samples", lambda route: route.fulfill(json={"samples": [], "near": []}))
        console.go("people")
        page.locator(".voice").get_by_role("heading", name="Speaker 7", exact=True).wait_for()
        expect(page.locator(".voice").count() == 1, f"the page asks for {page.locator('.voice h3').all_inner_texts()}")
        del voices[0]
        console.go("start")
        console.go("people")
        page.get_by_text("Every voice has a name.").wait_for()
        expect(page.locator(".voice").count() == 0, "the page asks for a voice that nobody can hear")
        console.judge()
        console.close()

    def keeps_people(self):
        """People are renamed, merged and deleted."""
        console = self.visit("/#/start")
        for name in ("Ada", "Ned"):
            expect(console.context.request.post("/api/v1/people", data={"name": name}).ok, f"{name} is added")
        console.go("people")
        page = console.page
        page.get_by_role("button", name="Rename Ned").click()
        page.fill("dialog input", "Edward")
        page.locator("dialog").get_by_role("button", name="Rename").click()
        page.locator(".table tr", has_text="Edward").wait_for()
        page.get_by_role("button", name="Merge Edward").click()
        page.locator("dialog select").select_option(label="Ada")
        page.locator("dialog").get_by_role("button", name="Merge").click()
        page.locator(".table tr", has_text="Edward").wait_for(state="detached")
        self._undo_is_over(console)

        def known():
            return {person["name"] for person in console.get("/api/v1/people")["people"]}

        console.until(lambda: "Edward" not in known(), "the gateway has merged them")
        page.get_by_role("button", name="Delete Ada").click()
        page.locator("dialog").get_by_role("button", name="Delete Ada").click()
        page.locator(".table tr", has_text="Ada").wait_for(state="detached")
        self._undo_is_over(console)
        console.until(lambda: not {"Ada", "Ned", "Edward"} & known(), lambda: f"the gateway still knows {known()}")
        console.judge()
        console.close()

    @staticmethod
    def _undo_is_over(console):
        """Lets the time for Undo go by."""
        console.page.mouse.move(0, 0)
        console.page.evaluate(STAND, 11_000)
        console.page.get_by_role("button", name="Undo").wait_for(state="detached")

    def holds_back_what_cannot_be_undone(self):
        """A merge, a deletion and a forgotten voice reach the gateway in order: when ten seconds for Undo are over, at the next one, or when the page is left.

        Undo leaves all as it was, and a name that is typed meanwhile stays. The page tells that a voice is being forgotten until its bytes are gone.
        """
        console = self.visit("/#/start")
        page, people = console.page, "/api/v1/people"
        ids = {name: console.context.request.post(people, data={"name": name}).json()["id"] for name in ("Tweedledum", "Tweedledee", "Humpty", "Dumpty")}
        voice = {"id": "dodo", "label": "Speaker 7", "person_id": None, "is_user": False, "adoption": None, "evidence": 20.0,
                 "created_at": "2019-10-01T10:00:00Z", "heard_at": "2019-11-01T10:00:00Z"}
        answers, told, merged, is_erased = [503, 204], [], [], [False]
        page.on("request", lambda request: merged.append(request.url) if request.url.endswith("/merge") else None)
        page.route("**/api/v1/voices/count", lambda route: route.fulfill(json={"to_name": 7 if merged else 5}))

        def forget(route):
            status = answers.pop(0)
            told.append(status)
            if status == 204:
                route.fulfill(status=status)
            else:
                route.fulfill(status=status, json={"error": {"message": "There is no room."}})

        page.route(VOICES_ASKED, lambda route: tells_voices([] if 204 in told else [voice])(route))
        page.route("**/api/v1/voices/dodo", forget)
        page.route("**/api/v1/erasure", lambda route: route.fulfill(json={"erased": is_erased[0]}))
        page.route("**/api/v1/voices/dodo/samples", lambda route: route.fulfill(json={"samples": [], "near": []}))
        console.go("people")
        page.evaluate(STAND, 0)
        undo, forgotten = page.get_by_role("button", name="Undo"), page.get_by_text("Being forgotten…")

        def row(name):
            return page.locator(".table tr", has_text=name)

        def known():
            return set(ids) & {person["name"] for person in console.get(people)["people"]}

        def merges():
            page.get_by_role("button", name="Merge Tweedledee").click()
            page.locator("dialog select").select_option(label="Tweedledum")
            page.locator("dialog").get_by_role("button", name="Merge").click()
            row("Tweedledee").wait_for(state="detached")

        merges()
        undo.click()
        row("Tweedledee").wait_for()
        undo.wait_for(state="detached")
        merges()
        expect(known() == set(ids), "they are merged before the time for Undo is over")
        card = page.locator(".voice")
        card.locator("input").fill("Dodo")
        self._undo_is_over(console)
        console.until(lambda: known() == set(ids) - {"Tweedledee"}, lambda: f"the gateway knows {known()}")
        console.wait("() => document.querySelector('#nav .count')?.textContent === '7'", "the voices are counted after the merge")
        expect(card.locator("input").input_value() == "Dodo", "a name that is typed stays when the time for Undo is over")
        for status in tuple(answers):
            page.get_by_role("button", name="Forget Speaker 7").click()
            page.locator("dialog").get_by_role("button", name="Forget").click()
            card.wait_for(state="detached")
            expect(status not in told, "the voice is forgotten before the time for Undo is over")
            self._undo_is_over(console)
            console.until(lambda status=status: status in told, "the gateway is told")
            if status == 503:
                page.get_by_role("alert").filter(has_text="There is no room.").get_by_role("button", name="Close").click()
                card.wait_for()
                expect(not forgotten.is_visible(), "a voice that stays is being forgotten")
        forgotten.wait_for()
        is_erased[0] = True
        forgotten.wait_for(state="hidden")
        page.unroute_all(behavior="wait")
        page.get_by_role("button", name="Merge Humpty").click()
        page.locator("dialog select").select_option(label="Dumpty")
        page.locator("dialog").get_by_role("button", name="Merge").click()
        row("Humpty").wait_for(state="detached")
        page.get_by_role("button", name="Delete Dumpty").click()
        page.locator("dialog").get_by_role("button", name="Delete Dumpty").click()
        row("Dumpty").wait_for(state="detached")
        expect(known() == {"Tweedledum", "Dumpty"}, f"a merge waits for no deletion that follows it: the gateway knows {known()}")
        # Another page of the console is no reason to hurry.
        console.go("usage")
        expect("Dumpty" in known(), "somebody is deleted before the time for Undo is over")
        console.go("people")
        expect(row("Dumpty").count() == 0, "who is deleted is there again")
        page.goto("about:blank")
        console.until(lambda: known() == {"Tweedledum"}, lambda: f"the page is left, and the gateway knows {known()}")
        expect(console.context.request.delete(f"{people}/{ids['Tweedledum']}").ok, "the last one is deleted")
        console.judge()
        console.close()

    def merges_two_of_one_name(self):
        """Two people of one name, as an import leaves them, are marked; a merge makes one of them, and a name is never given twice."""
        console = self.visit("/#/start")
        page, people = console.page, "/api/v1/people"
        expect(console.context.request.post(people, data={"name": "Zoë"}).ok, "Zoë is added")
        second = console.context.request.post(people, data={"name": "ZOE\u0308"})
        expect(second.status == 409 and "/merge" in second.json()["error"]["message"], f"a second Zoë is answered with {second.status}: {second.text()[:200]}")
        archive, files = io.BytesIO(), {"export.json": {"format": 1}, "people.json": {"people": [
            {"id": "the-other", "name": "zoë ", "created_at": "2026-01-02T03:04:05Z"}]}}
        with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name, content in files.items():
                data = json.dumps(content).encode()
                entry = tarfile.TarInfo(f"harken-export/{name}")
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        answer = console.context.request.post("/api/v1/users/me/import", data=archive.getvalue(), headers={"Content-Type": "application/x-tar"})
        expect(answer.ok and len(answer.json()["namesakes"]) == 1, f"the import is answered with {answer.status}: {answer.text()[:300]}")
        console.go("people")
        console.wait("() => document.querySelector('.table').textContent.split('same name twice').length === 3", "both are marked")
        page.get_by_role("button", name="Rename zoë", exact=True).click()
        page.fill("dialog input", "ZOË")
        page.locator("dialog").get_by_role("button", name="Rename").click()
        page.locator("dialog").get_by_text("is the name of another person").wait_for()
        page.keyboard.press("Escape")
        console.wait("() => !document.querySelector('dialog')", "the question closes")
        page.get_by_role("button", name="Merge zoë", exact=True).click()
        page.locator("dialog").get_by_role("button", name="Merge").click()
        console.wait("() => !document.querySelector('.table').textContent.includes('same name twice')", "nobody is marked")
        self._undo_is_over(console)

        def left():
            return [person for person in console.get(people)["people"] if person["name"].strip().lower() == "zoë"]

        console.until(lambda: [person["name"] for person in left()] == ["Zoë"], lambda: f"the people are {left()}")
        expect(console.context.request.delete(f"{people}/{left()[0]['id']}").ok, "Zoë is deleted")
        console.judge()
        console.close()

    def enrols_a_voice(self):
        """One's own voice is recorded by the page, and known from then on."""
        console = self.visit("/#/people")
        page = console.page
        page.get_by_role("button", name="Enrol your voice").click()
        page.get_by_role("button", name="Record").click()
        keep = page.get_by_role("button", name="Keep")
        console.wait("() => [...document.querySelectorAll('dialog button')].some((button) => button.textContent === 'Keep' && !button.disabled)",
                     "enough is heard")
        page.wait_for_timeout(2000)  # more of the voice
        keep.click()
        console.wait("() => document.querySelector('.toast')?.textContent === 'Your voice is known'", "the voice is known")
        console.judge()
        console.close()

    def merges_conversations(self):
        """Two conversations become one when the time for Undo is over."""
        console = self.visit("/#/start")
        second, first = store(console, TEA[:6]), store(console, TEA[6:12])
        amounts = [len(console.get(f"/api/v1/conversations/{one}")["segments"]) for one in (first, second)]
        console.go(f"conversation/{second}")
        page = console.page
        page.evaluate(STAND, 0)
        undo = page.get_by_role("button", name="Undo")

        def asks():
            page.get_by_role("button", name="More").click()
            page.get_by_role("button", name="Merge with another").click()

        for is_undone in (True, False):
            asks()
            page.locator("dialog select").select_option(first)
            page.locator("dialog").get_by_role("button", name="Merge").click()
            undo.wait_for()
            console.wait("() => !document.querySelector('dialog')", "the dialog closes")
            expect(console.context.request.get(f"/api/v1/conversations/{first}").ok, "they are merged before the time for Undo is over")
            if is_undone:
                undo.click()
                undo.wait_for(state="detached")
        # The reader that is opened meanwhile is the one that shows it, and does not offer what is on its way.
        console.go("usage")
        console.go(f"conversation/{second}")
        asks()
        console.wait("() => document.querySelector('dialog select') || document.querySelector('#toasts').textContent.includes('no other conversation')",
                     "what can be merged is known")
        expect(page.locator(f"dialog option[value='{first}']").count() == 0, "a conversation that moves is offered again")
        page.keyboard.press("Escape")
        console.wait("() => !document.querySelector('dialog')", "the question closes")
        self._undo_is_over(console)
        console.until(lambda: console.context.request.get(f"/api/v1/conversations/{first}").status == 404, "the other conversation is gone")
        console.wait("(words) => document.querySelector('.vlist')?.ariaLabel === words", "the page shows both", f"Transcript, {sum(amounts)} segments")
        expect(len(console.get(f"/api/v1/conversations/{second}")["segments"]) == sum(amounts), "all segments are here")
        console.judge()
        console.close()

    def shows_captions_for_obs(self):
        """/captions is transparent, and shows a session where the gateway sends its events."""
        console = self.visit("/captions?ground")
        console.page.wait_for_selector("#captions", state="attached")
        ground = console.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        expect(ground == "rgba(0, 0, 0, 0)", f"the ground is {ground}")
        console.judge()
        console.close()

    # MARK: Conversations

    def searches_as_one_types(self):
        """A word finds its place, and Enter opens it there."""
        console = self.visit("/#/start")
        place = store(console, [(0, 1.0, 4.0, "Beware the Jabberwock."), (1, 5.0, 8.0, "The slithy toves did gyre."), (0, 9.0, 12.0, "All mimsy were they.")])
        console.until(lambda: console.get("/api/v1/search?q=toves")["hits"], "the gateway finds the word")
        console.go("conversations")
        console.page.fill("input[type=search]", "toves")
        console.wait("() => document.querySelector('.hit mark')?.textContent === 'toves'", "a hit for the word")
        expect("conversation" in console.text("p[role=status]"), console.text("p[role=status]"))
        console.page.keyboard.press("Enter")
        console.wait("() => location.hash.includes('?t=') && document.querySelector('.segm.cur')?.textContent.includes('toves')", "the reader opens at the hit")
        expect(place in console.page.evaluate("location.hash"), "the reader has another conversation")
        console.page.goto("/#/conversations?q=xyzzyplugh")
        console.wait("() => document.querySelector('.conv, .empty')", "an answer to a word that nobody said")
        console.judge()
        console.close()

    def draws_what_no_list_had(self):
        """A place in a conversation that no list has shown yet gets the conversation's strip and length."""
        console = self.visit("/#/start")
        store(console, [(0, 1.0, 4.0, "The borogoves were all mimsy."), (1, 5.0, 8.0, "And the mome raths outgrabe.")])
        console.until(lambda: console.get("/api/v1/search?q=borogoves")["hits"], "the gateway finds the word")
        console.context.route("**/api/v1/conversations?limit=50", lambda route: route.fulfill(json={"conversations": [], "next": None}))
        console.go("conversations")
        console.page.fill("input[type=search]", "borogoves")
        console.wait("() => document.querySelector('.hit mark') && document.querySelector('.conv .m canvas')", "the strip beside the hit")
        expect(" s" in console.text(".conv .m"), f"no length: {console.text('.conv')!r}")
        console.context.unroute("**/api/v1/conversations?limit=50")
        console.judge()
        console.close()

    def corrects_by_hand(self):
        """A speaker gets a name, words are edited, a conversation is renamed and split; one is deleted, comes back and is deleted for good."""
        console = self.visit("/#/start")
        page = console.page
        conversation = store(console, TEA[:5])
        path = f"/api/v1/conversations/{conversation}"
        console.go(f"conversation/{conversation}")
        page.wait_for_selector(".vrow .who")
        # Undo stays for as long as the play needs.
        page.evaluate(STAND, 0)
        vera = "[...document.querySelectorAll('.spk .who')].some((who) => who.textContent.includes('Vera'))"

        def names():
            page.locator(".vrow .who").first.click()
            page.fill(".pop input", "Vera")
            page.get_by_role("button", name="Name", exact=True).last.click()
            console.wait(f"() => {vera}", "Vera is named")

        undo, unnamed = page.get_by_role("button", name="Undo", exact=True), console.get(path)["segments"]
        names()
        expect(console.get(path)["segments"] != unnamed, "the gateway has Vera's segments")
        undo.click()
        console.wait(f"() => !({vera})", "nobody is named after Undo")
        expect(console.get(path)["segments"] == unnamed, "the gateway has the speakers of before")
        undo.wait_for(state="detached")
        page.evaluate("() => { delete performance.now; }")
        names()
        expect("Vera" in [person["name"] for person in console.get(path)["people"]], "the gateway knows Vera")
        page.locator(".vrow button.time").first.click()
        page.get_by_role("button", name="Edit the words").click()
        page.fill("dialog textarea", "Ever tried, said the porcupine.")
        page.get_by_role("button", name="Keep").click()
        console.wait("() => document.querySelector('.vrow .body').textContent.includes('said the porcupine')", "the words are changed")
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Rename").click()
        page.fill("dialog input", "Trying again")
        page.locator("dialog").get_by_role("button", name="Rename").click()
        console.wait("() => document.querySelector('h1').textContent === 'Trying again'", "the title is changed")
        with page.expect_download() as saved:
            page.get_by_role("button", name="Export").click()
            page.get_by_role("button", name="Subtitles").click()
        subtitles = pathlib.Path(saved.value.path()).read_text()
        expect("porcupine" in subtitles, f"the subtitles have the edited words: {subtitles[:300]!r}")
        page.locator(".vrow button.time").nth(1).click()
        page.get_by_role("button", name="Split here").click()
        page.locator("dialog").get_by_role("button", name="Split").click()
        console.wait("(id) => !location.hash.includes(id) && document.querySelector('.vrow .w')", "the later part opens", conversation)
        expect(len(console.get(path)["segments"]) == 1, "the earlier part has one segment")
        page.get_by_role("button", name="More").click()
        later = page.evaluate("() => /conversation.([^?]+)/.exec(location.hash)[1]")
        page.get_by_role("button", name="Delete", exact=True).click()
        console.wait("() => location.hash === '#/conversations'", "the list comes after the deletion")
        row = f".conv[href^='#/conversation/{later}']"
        page.get_by_text("Kept for 7 days.").wait_for()
        console.wait("() => !document.querySelector('main [aria-busy=true]') && document.querySelector('.conv, main .empty')", "the list is there")
        expect(page.locator(row).count() == 0, "the list does not have the deleted conversation")
        page.get_by_role("button", name=re.compile("^Undo: ")).click()
        console.wait("(row) => document.querySelector(row) === document.activeElement", "the conversation is in the list again, with the focus", row)
        expect(page.get_by_text("Kept for 7 days.").count() == 0, "the line is gone after Undo")
        page.locator(row).click()
        page.wait_for_selector(".vrow .w")
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name=re.compile("^Undo: ")).wait_for()
        page.locator(".facets").get_by_text("Deleted").click()
        page.get_by_role("button", name="Restore").click()
        page.get_by_text("Nothing deleted").wait_for()
        page.locator(".facets").get_by_text("Deleted").click()
        page.wait_for_selector(row)
        console.get(f"/api/v1/conversations/{later}")
        page.locator(row).click()
        page.wait_for_selector(".vrow .w")
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name=re.compile("^Undo: ")).wait_for()
        page.locator(".facets").get_by_text("Deleted").click()
        page.get_by_role("button", name="Delete for good").click()
        page.locator("dialog").get_by_role("button", name="Delete for good").click()
        page.get_by_text("Nothing deleted").wait_for()
        expect(console.get("/api/v1/deleted-conversations")["conversations"] == [], "nothing can be restored")
        console.go("people")
        console.wait("() => document.querySelector('.table')?.textContent.includes('Vera')", "People has Vera")
        console.judge()
        console.close()

    def follows_edited_words(self):
        """Words that stay in an edited text keep their times: what is clicked is lit, a link goes there, and a new word is between its neighbours."""
        console = self.visit("/#/start")
        page = console.page
        conversation = store(console, TEA[:5])
        console.go(f"conversation/{conversation}")
        page.wait_for_selector(".segm .w")

        def times():
            return dict(page.evaluate(WORDS))

        def edit(before, after):
            page.locator(".vrow button.time").nth(1).click()
            page.get_by_role("button", name="Edit the words").click()
            page.fill("dialog textarea", page.input_value("dialog textarea").replace(before, after))
            page.get_by_role("button", name="Keep").click()
            console.wait("(words) => document.querySelectorAll('.segm')[1].querySelector('.body').textContent.includes(words)", "the words are changed", after)

        def follows(word, at):
            page.locator(".segm").nth(1).locator(".w", has_text=word).first.click()
            console.wait("(word) => document.querySelector('.segm.cur .w.lit')?.textContent === word", f"{word} is lit", word)
            shown, wanted = console.text(".player .clock b"), f"{int(at + 0.01) // 60}:{int(at + 0.01) % 60:02}"
            expect(shown == wanted, f"{word} is at {at}, and the player goes to {shown}")

        first = times()
        edit("make personal", "make quite personal")
        second = times()
        moved = {word: (at, second.get(word)) for word, at in first.items() if abs(second.get(word, -9) - at) > 0.001}
        expect(not moved, f"words that stay have moved: {moved}")
        expect(first["make"] < second["quite"] <= first["personal"], f"the new word is at {second['quite']}, not between {first['make']} and {first['personal']}")
        edit("learn not", "learn never")
        third = times()
        moved = {word: (at, third.get(word)) for word, at in second.items() if word != "not" and abs(third.get(word, -9) - at) > 0.001}
        expect(not moved and first["learn"] < third["never"] <= first["to"], f"the second edit has moved words: {moved}, never: {third.get('never')}")
        # A new word between two that touch has no time of its own: what is lit there is the word behind it.
        for word in ("personal", "remarks."):
            follows(word, third[word])
        # A link to the moment, on a page that was loaded anew.
        page.goto("/#/start")
        page.reload()
        page.wait_for_selector("main h1")
        console.go(f"conversation/{conversation}?t={third['remarks.'] + 0.05:.2f}")
        console.wait("() => document.querySelector('.segm.cur .w.lit')?.textContent === 'remarks.'", "the link goes to the word")
        console.judge()
        expect(console.context.request.delete(f"/api/v1/conversations/{conversation}?for_good=true").ok, "the conversation is deleted")
        console.close()

    def undoes_what_a_hand_did(self):
        """New words, another speaker, a speaker's name and a split can be undone for ten seconds; what failed is told until somebody closes it."""
        console = self.visit("/#/start")
        page = console.page
        conversation = store(console, TEA[:5])
        path = f"/api/v1/conversations/{conversation}"
        page.clock.install()
        console.go(f"conversation/{conversation}")
        page.evaluate(STAND, 0)
        first = "document.querySelector('.vrow .segm')?.textContent"

        def opens(name):
            page.locator(".vrow button.time").first.click()
            page.get_by_role("button", name=name).click()

        def edits(words):
            opens("Edit the words")
            page.fill("dialog textarea", words)
            page.get_by_role("button", name="Keep").click()
            console.wait(f"(words) => {first}.includes(words)", "the words are changed", words)

        def assigns(name):
            opens("Somebody else said this")
            page.fill("dialog input", name)
            page.locator("dialog").get_by_role("button", name="Assign").click()
            console.wait(f"(name) => {first}.includes(name) && !document.querySelector('dialog')", f"{name} is named", name)

        undo = page.get_by_role("button", name="Undo")
        edits("Your hair wants brushing.")
        undo.click()
        console.wait(f"() => {first}.includes('wants cutting')", "the words are those of before")
        expect(console.get(path)["segments"][0]["text"] == TEA[0][3], "the gateway has the words of before")
        undo.wait_for(state="detached")
        # The time for Undo ends, unless the pointer is there.
        edits("Your hair wants combing.")
        undo.wait_for()
        page.mouse.move(0, 0)
        page.evaluate(STAND, 11_000)
        undo.wait_for(state="detached")
        # A speaker without a name, whom nobody has named by hand afterwards either.
        unnamed = console.get(path)["segments"][0]
        expect(unnamed["speaker_identity_source"] != "manual", f"before, a hand has said who speaks: {unnamed}")
        assigns("Lorina")
        undo.click()
        console.wait(f"() => {first}.includes('Lorina') === false", "the speaker without a name")
        expect(console.get(path)["segments"][0] == unnamed, f"the gateway has {console.get(path)['segments'][0]}, and had {unnamed}")
        undo.wait_for(state="detached")
        # A speaker whom a hand has named.
        assigns("Lorina")
        named = console.get(path)["segments"][0]
        undo.wait_for()
        page.mouse.move(0, 0)
        page.evaluate(STAND, 11_000)
        undo.wait_for(state="detached")
        assigns("Edith")
        undo.click()
        console.wait(f"() => {first}.includes('Lorina')", "the speaker of before")
        names = {person["name"]: person["id"] for person in console.get("/api/v1/people")["people"]}
        expect(named["person_id"] == names["Lorina"] and console.get(path)["segments"][0] == named, "the gateway has the speaker of before")
        undo.wait_for(state="detached")
        # A guess: what a machine has found out counts as that again. A conversation that is stored by the play has none.
        guess = {"segment_id": named["id"], "person_id": names["Lorina"], "speaker_identity_source": "spoken_name"}
        console.context.request.post(f"{path}/segments/assign", data={"former": [guess]})
        guessed = console.get(path)["segments"][0]
        expect(guessed["speaker_identity_source"] == "spoken_name", f"there is no guess: {guessed}")
        assigns("Edith")
        undo.click()
        console.wait(f"() => {first}.includes('Lorina')", "the guess of before")
        expect(console.get(path)["segments"][0] == guessed, f"the gateway has {console.get(path)['segments'][0]}, and had {guessed}")
        undo.wait_for(state="detached")
        # A name for all that a speaker said: of the speaker's segments, one is that guess, and the others have no name.
        before = console.get(path)["segments"]
        page.locator(".vrow", has_text="Why is a raven").locator(".who").click()
        page.fill(".pop input", "Edith")
        page.get_by_role("button", name="Name", exact=True).last.click()
        console.wait(f"() => {first}.includes('Edith') && !document.querySelector('.pop')", "all that the speaker said is Edith's")
        owners = [segment["person_id"] for segment in console.get(path)["segments"] if segment["speaker_id"] == before[0]["speaker_id"]]
        expect(len(owners) > 1 and set(owners) == {names["Edith"]}, f"the speaker's segments are {owners}, and Edith is {names['Edith']}")
        undo.click()
        console.wait(f"() => {first}.includes('Lorina')", "each segment has the speaker of before")
        expect(console.get(path)["segments"] == before, f"the gateway has {console.get(path)['segments']}, and had {before}")
        undo.wait_for(state="detached")
        page.locator(".vrow button.time").nth(2).click()
        page.get_by_role("button", name="Split here").click()
        page.locator("dialog").get_by_role("button", name="Split").click()
        console.wait("(id) => !location.hash.includes(id) && document.querySelector('.vrow .w')", "the later part opens", conversation)
        undo.click()
        console.wait("(id) => location.hash.includes(id) && document.querySelector('.vlist')?.ariaLabel === 'Transcript, 5 segments'", "it is one again", conversation)
        texts = [segment["text"] for segment in console.get(path)["segments"]]
        expect(texts == ["Your hair wants combing.", *[line[3] for line in TEA[1:5]]], f"after Undo the conversation has {texts}")
        console.go("settings")
        console.context.route("**/api/v1/users/me/settings", lambda route: route.fulfill(status=503, json={"error": {"message": "There is no room."}}))
        page.get_by_role("switch", name="Learn voices").click()
        problem = page.get_by_role("alert").filter(has_text="There is no room.")
        problem.wait_for()
        page.clock.fast_forward(60_000)
        expect(problem.is_visible(), "what failed is told no more, and nobody has closed it")
        problem.get_by_role("button", name="Close").click()
        problem.wait_for(state="detached")
        console.context.unroute_all(behavior="ignoreErrors")
        console.judge()
        for name in ("Lorina", "Edith"):
            expect(console.context.request.delete(f"/api/v1/people/{names[name]}").ok, f"{name} is deleted")
        expect(console.context.request.delete(f"{path}?for_good=true").ok, "the conversation is deleted")
        console.close()

    def scrolls_eight_hours(self):
        """A conversation of eight hours: words at once, few rows in the document, frames in time, and places that are found."""
        console = self.visit("/#/start")
        began = time.monotonic()
        longest = store(console, LONG_DAY)
        stored = time.monotonic() - began
        duration = console.get(f"/api/v1/conversations/{longest}")["duration"]
        expect(duration > 28_000, f"the conversation has {duration} s")
        brief, _ = self._opens(console, store(console, TEA))
        shown, size = self._opens(console, longest)
        whole = len(console.context.request.get(f"/api/v1/conversations/{longest}").body())
        frames = console.page.evaluate(SCROLLING)
        self.notes.append(f"5050 segments stored in {stored:.0f} s, shown in {shown:.0f} ms (a short talk: {brief:.0f} ms) after {size / 1000:.0f} of "
                          f"{whole / 1000:.0f} KB; frames {frames['median']:.1f} ms, 95 % {frames['late']:.1f} ms, {frames['rows']} rows")
        expect(size < whole / 8, f"{size} bytes were read before words were shown; the whole conversation has {whole}")
        expect(frames["rows"] <= 60, f"{frames['rows']} rows are in the document")
        self._judge_figures(within("words of a conversation of eight hours, opened", shown, max(1000, 6 * brief), "ms"),
                            within("frame while eight hours are scrolled, median", frames["median"], 25, "ms"))
        console.page.goto(f"/#/conversation/{longest}?t=20000")
        console.wait("() => document.querySelector('.segm.cur .time')?.textContent.startsWith('5:3')", "a link opens the sixth hour")
        console.wait("() => document.querySelector('.segm.cur .w')", "the words of the sixth hour")
        console.page.locator(".segm.cur .w").nth(3).click()
        console.wait("() => document.querySelector('.segm.cur .w.lit')?.textContent === 'number'", "the word that is clicked is lit")
        console.page.get_by_label("Find in this conversation").fill('"number 4321"')
        console.wait("() => document.querySelector('.segm.found')?.textContent.includes('number 4321 of')", "a sentence of the seventh hour is found")
        expect(console.text(".find [role=status]") == "1 of 1", console.text(".find [role=status]"))
        console.judge()
        console.close()

    def _opens(self, console, conversation):
        """Opens a conversation, and returns the milliseconds until words are seen and the bytes of the API's answers until then."""
        console.page.goto("/#/start")
        console.page.reload()
        console.page.wait_for_selector("main h1")
        console.page.wait_for_timeout(500)
        return console.page.evaluate(OPENING, conversation)

    # MARK: The gateway

    def counts_usage(self):
        """What was recognised is counted, by day and by engine."""
        console = self.visit("/#/start")
        now = time.time()
        recognise(console, self.recording)
        console.until(lambda: any(row["provider"] == self.hearing.engine for row in console.get("/api/v1/usage?by=provider")["rows"]), "the usage of the engine")
        # The page shows the month of its own clock, which may have begun since.
        console.page.clock.set_fixed_time(now)
        console.go("usage")
        console.page.wait_for_selector(".plot .b")
        expect(self.hearing.engine in console.text(".table"), console.text(".table"))
        console.page.get_by_text("Money", exact=True).click()
        console.wait("() => document.querySelector('.plot').getAttribute('aria-label').startsWith('Dollars')", "the chart shows money")
        console.judge()
        console.close()

    def keeps_what_is_typed_in_a_dialog(self):
        """A dialog closes by a press outside of it, and by Back, until something is typed there; never by a mark that ends outside, or a press in its margin."""
        console = self.visit("/#/people")
        console.go("settings")
        page, words = console.page, "treacle\nwriting-desk\ndormouse"
        area = page.locator("dialog textarea")

        def opened():
            page.get_by_role("button", name=re.compile(r"^\d+ words?$")).click()
            area.wait_for()
            console.settle()
            return page.locator("dialog").bounding_box(), area.bounding_box()

        def drag(*places):
            page.mouse.move(*places[0])
            page.mouse.down()
            page.mouse.move(*places[1], steps=5)
            page.mouse.up()

        def stays(act):
            expect(page.locator("dialog[open]").count() == 1, f"the dialog is closed by {act}")

        def shut(act):
            console.wait("() => !document.querySelector('dialog')", f"the dialog is closed by {act}")

        def middle(box):
            return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        def keep():
            page.locator("dialog").get_by_role("button", name="Keep").click()
            shut("Keep")

        frame, box = opened()
        kept, outside, margin = area.input_value(), (4, 4), (middle(frame)[0], frame["y"] + 6)
        for act, places in (("a mark that ends outside", (middle(box), outside)), ("a press that ends inside", (outside, margin)),
                            ("a press in its margin", (margin, margin))):
            drag(*places)
            stays(act)
        page.mouse.click(*outside)
        shut("a press outside, though nothing is typed")
        opened()
        page.go_back()
        console.wait("() => location.hash === '#/people'", "Back goes back")
        shut("Back, though nothing is typed")
        console.go("settings")
        for act, leave in (("Escape", lambda: page.keyboard.press("Escape")),
                           ("Cancel", lambda: page.locator("dialog").get_by_role("button", name="Cancel").click())):
            opened()
            area.fill(words)
            leave()
            shut(act)
        _, box = opened()
        expect(area.input_value() == kept, "what was given up is kept")
        area.fill(words)
        drag(middle(box), outside)
        stays("a mark that ends outside")
        for act, place in (("a press in its margin", margin), ("a press outside", outside)):
            page.mouse.click(*place)
            stays(act)
        page.go_back()
        console.wait("() => document.querySelector('main h1')?.textContent === 'People'", "Back goes back")
        stays("Back")
        expect(area.input_value() == words, f"of what was typed is left {area.input_value()!r}")
        keep()
        expect(console.get("/api/v1/users/me/settings")["vocabulary"] == words.split("\n"), "the gateway does not have what was typed")
        # As it was before this play.
        console.go("settings")
        opened()
        area.fill(kept)
        keep()
        console.judge()
        console.close()

    def keeps_settings(self):
        """A setting that is changed here is changed at the gateway, and stays."""
        console = self.visit("/#/settings")
        switch = console.page.get_by_role("switch", name="Learn voices")
        was = switch.is_checked()
        switch.click()
        console.wait("() => document.querySelector('.toast')?.textContent.startsWith('Learn voices')", "the change is said")
        expect(console.get("/api/v1/users/me/settings")["learn_voices"] is not was, "the gateway has the change")
        console.page.get_by_role("button", name="0 words").click()
        console.page.fill("dialog textarea", "treacle\nwriting-desk")
        console.page.get_by_role("button", name="Keep").click()
        console.page.get_by_role("button", name="2 words").wait_for()
        for typed, shown, kept in (("de\nEnglish", "German, English", ["de", "en"]), ("", "Every language", [])):
            console.page.locator(".set", has_text="Allowed languages").get_by_role("button").click()
            console.page.fill("dialog textarea", "Klingon")
            console.page.get_by_role("button", name="Keep").click()
            console.page.locator("dialog").get_by_text("must be a list of languages").wait_for()
            console.page.fill("dialog textarea", typed)
            console.page.get_by_role("button", name="Keep").click()
            console.page.get_by_role("button", name=shown).wait_for()
            expect(console.get("/api/v1/users/me/settings")["languages"] == kept, "the gateway has the languages")
        console.page.get_by_role("button", name="The gateway’s").click()
        console.page.fill("dialog input", "Asia/Kathmandu")
        console.page.get_by_role("button", name="Keep").click()
        console.page.get_by_role("button", name="Asia/Kathmandu").wait_for()
        expect(console.get("/api/v1/users/me/settings")["time_zone"] == "Asia/Kathmandu", "the gateway has the time zone")
        console.page.get_by_label("Live segments").fill("http://127.0.0.1:9/live")
        console.page.get_by_label("Live segments").press("Tab")
        console.wait("() => document.querySelector('.toast')?.textContent === 'Live segments: kept'", "the webhook is said to be kept")
        console.page.get_by_role("button", name="Show the secret").click()
        secret = console.page.locator("dialog code").inner_text()
        expect(secret.startswith("whsec_"), "the secret is shown")
        console.page.get_by_role("button", name="Make another one").click()
        console.wait(f"() => document.querySelector('dialog code')?.textContent.startsWith('whsec_') && document.querySelector('dialog code').textContent !== {secret!r}",
                     "another secret is shown")
        console.page.get_by_role("button", name="Done").click()
        console.page.reload()
        console.page.get_by_role("button", name="2 words").wait_for()
        expect(console.page.get_by_label("Live segments").input_value() == "http://127.0.0.1:9/live", "the webhook stays")
        expect(console.page.get_by_role("switch", name="Learn voices").is_checked() is not was, "the change stays")
        # Chromium notes the two refusals of a language that there is not.
        refused = [problem for problem in console.problems if "status of 400" in problem]
        expect(len(refused) == 2, f"{len(refused)} changes are refused")
        console.problems = [problem for problem in console.problems if problem not in refused]
        console.judge()
        console.close()

    def moves_to_another_gateway(self):
        """*Take everything with you* saves a file; *Import an archive* brings it to another gateway, twice is once, and says what is no archive."""
        console = self.visit("/#/start")
        conversation = store(console, TEA[:3])
        console.go("settings")
        with console.page.expect_download() as saved:
            console.page.get_by_role("link", name="Download", exact=True).click()
        archive = pathlib.Path(self.folder) / "everything.tar"
        saved.value.save_as(archive)
        texts = [segment["text"] for segment in console.get(f"/api/v1/conversations/{conversation}")["segments"]]
        expect(console.context.request.delete(f"/api/v1/conversations/{conversation}?for_good=true").ok, "the conversation is deleted")
        console.judge()
        console.close()
        server = self._own("moved")
        try:
            other = self.browser.open(server, "/#/settings")
            words = "() => document.querySelector('dialog .stack')?.innerText ?? ''"
            self._brings(other, archive)
            other.wait("() => /conversations: [1-9]\\d* added, 0 there already/.test(document.querySelector('dialog')?.textContent)", "all is added")
            added = re.search(r"conversations: (\d+) added", other.page.evaluate(words))[1]
            other.page.get_by_role("button", name="Done").click()
            found = [segment["text"] for segment in other.get(f"/api/v1/conversations/{conversation}")["segments"]]
            expect(found == texts, f"the other gateway has {found}, not {texts}")
            other.wait("() => !document.querySelector('dialog')", "the dialog closes")
            self._brings(other, archive)
            other.wait("(words) => document.querySelector('dialog')?.textContent.includes(words)", "nothing is added twice",
                       f"conversations: 0 added, {added} there already")
            other.page.get_by_role("button", name="Done").click()
            # An import that is given up while it is sent.
            held = []
            other.page.route("**/api/v1/users/me/import", lambda route: held.append(route))
            self._brings(other, archive)
            other.until(lambda: held, "the archive is sent")
            other.page.get_by_role("button", name="Cancel").click()
            other.settle()
            expect(other.page.locator("dialog").count() == 0, "the dialog stays after Cancel")
            drop(held)
            other.page.unroute_all(behavior="ignoreErrors")
            other.judge()
            self._brings(other, {"name": "talk.tar", "mimeType": "application/x-tar", "buffer": b"this is no archive" * 99})
            other.wait("() => (document.querySelector('dialog .note p')?.textContent ?? '').length > 20", "a sentence about what is no archive")
            other.close()
        finally:
            server.stop()

    @staticmethod
    def _brings(console, archive):
        """Chooses an archive that is imported."""
        with console.page.expect_file_chooser() as chooser:
            console.page.get_by_role("button", name="Choose a file").click()
        chooser.value.set_files(archive)

    def sends_deliveries_again(self):
        """A delivery that a webhook's receiver refused is on the page with the reason, is removed and kept again, and is sent again."""
        receiver = RefusingReceiver()
        console = self.visit("/#/settings")
        page = console.page
        page.get_by_label("Finished conversations").fill(receiver.url)
        page.get_by_label("Finished conversations").press("Tab")
        console.wait("() => document.querySelector('.toast')?.textContent === 'Finished conversations: kept'", "the webhook is said to be kept")
        store(console, TEA[:3])
        console.until(lambda: console.get("/api/v1/users/me/webhook-deliveries")["given_up"] == 1, "the delivery is given up")
        page.reload()
        row = page.get_by_role("group", name="Deliveries").locator(".set").first
        row.get_by_text("refused the delivery with status 404. Tried 1 time. Given up").wait_for()
        expect(receiver.url not in console.text("[aria-label=Deliveries]"), "the list has no address")
        row.get_by_role("button", name="Remove").click()
        row.get_by_text("Removed: it is not sent").wait_for()
        row.get_by_role("button", name="Undo").click()
        row.get_by_role("button", name="Send").click()
        page.get_by_text("refused the delivery with status 404").wait_for(state="detached")
        console.until(lambda: len(receiver.keys) == 2, "the delivery is sent again")
        expect(receiver.keys[0] == receiver.keys[1], "both attempts have one key")
        page.get_by_label("Finished conversations").fill("")
        page.get_by_label("Finished conversations").press("Tab")
        console.until(lambda: console.get("/api/v1/users/me/settings")["webhook_conversation"] is None, "the webhook is removed")
        console.judge()
        console.close()
        receiver.stop()

    def lists_engines(self):
        """The engines are there with their states."""
        console = self.visit("/#/engines")
        console.wait("() => document.querySelector('.table .tag.ok')?.textContent === 'Serving'", "the engine serves")
        engine = self.hearing.engine
        console.page.get_by_role("button", name=f"Try {engine} now").click()
        console.wait("(start) => document.querySelector('.toast')?.textContent.startsWith(start)", "the outcome of the trial", f"{engine} works")
        console.judge()
        console.close()

    def _explains_a_word(self, session):
        """The microscope says of a word of a live session who recognised it, and how sure."""
        console = self.visit(f"/#/microscope/{session}")
        page = console.page
        page.wait_for_selector(".saw .w")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.locator(".saw .w").last.click()
        told = console.text(".micro-low section:last-child")
        expect(self.hearing.engine in told and "Confidence" in told, told)
        expect("Final: " in told and "after its end" in told, told)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save for a report").click()
        expect(session in saved.value.suggested_filename and saved.value.path().stat().st_size > 200, saved.value.suggested_filename)
        page.locator("input[type=range]").fill("0")
        console.wait("() => document.querySelector('.saw').textContent.includes('Nothing yet')", "the beginning has no words")
        console.judge()
        console.close()

    # MARK: For everybody

    def is_accessible(self, looks=None, is_whole=True):
        """axe finds nothing serious on any page, in both themes, wide and narrow.

        Not whole: axe sees each page in one look, and the looks in turn. Every page is opened on the narrow screen, where one may be too wide; on the wide
        one are those that axe sees there. Of the operations of /docs, which are drawn alike, axe sees every tenth.
        """
        axe, serious = Axe(), []
        console = self.visit("/#/start")
        conversation = store(console, TEA)
        expect(console.context.request.post("/api/v1/people", data={"name": "Alice"}).ok, "Alice is added")
        recognise(console, self.recording)
        console.close()
        places = [*PAGES, "login", "phone", f"conversation/{conversation}", "/docs"]
        looks = looks or [("light", wide), ("dark", wide), ("light", narrow), ("dark", narrow)]
        for first, (theme, viewport) in enumerate(looks):
            console = self.visit(viewport=viewport, color_scheme=theme)
            for second, place in enumerate(places):
                is_seen = is_whole or second % len(looks) == first
                if not is_seen and viewport is wide:
                    continue
                console.go(place)
                wider = console.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wider > 0:
                    serious.append(f"{place} ({theme}, {viewport['width']}): the page is {wider} px too wide")
                if not is_whole and place == "/docs":
                    console.page.evaluate(EVERY_TENTH)
                for violation in axe.run(console.page).response["violations"] if is_seen else []:
                    if violation["impact"] not in HARMLESS:
                        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
                        serious.append(f"{place} ({theme}, {viewport['width']}): {violation['id']}: {nodes}")
            console.close()
        expect(not serious, "\n    ".join([f"{len(serious)} findings"] + serious[:12]))

    # MARK: Pictures

    def pictures(self, folder):
        """Pictures for the documents, of a conversation that is stored for them."""
        console = self.visit()
        conversation = store(console, TEA)
        for number, name in enumerate(("Iris", "Ned")):
            person = console.context.request.post("/api/v1/people", data={"name": name}).json()
            console.context.request.post(f"/api/v1/conversations/{conversation}/segments/assign",
                                         data={"speaker_id": number, "person_id": person["id"]})
        console.close()
        program = self._program("4")
        try:
            console = self._watch(viewport=PICTURE)
            console.wait("() => document.querySelectorAll('.live-text .line').length >= 3", "a few lines")
            console.page.wait_for_timeout(1500)
            self._keep(console, folder, "live")
            overlay = console.beside("/captions?ground&size=36&lines=2")
            overlay.page.set_viewport_size({"width": 1200, "height": 220})
            overlay.wait("() => document.querySelector('#captions p')?.textContent.length > 40", "a caption")
            self._keep(overlay, folder, "captions")
            overlay.page.close()
            self._ends(console)
            console.close()
        finally:
            program.kill()
            program.wait()
        session = self._session()
        for name, place, theme in (("start", "start", "light"), ("conversations", "conversations?q=tea", "dark"), ("people", "people", "light"),
                                   ("reader", f"conversation/{conversation}?t=21", "light"), ("naming", f"conversation/{conversation}", "light"),
                                   ("find", f"conversation/{conversation}", "light"), ("microscope", f"microscope/{session}?t=6", "light"),
                                   ("playground", "playground", "light")):
            console = self.visit(viewport=PICTURE, color_scheme=theme)
            console.go(place)
            if name == "naming":
                console.page.locator("[aria-label^='Name Speaker']").last.click()
                console.page.wait_for_selector(".sample")
            elif name == "find":
                console.page.get_by_label("Find in this conversation").fill("mean")
                console.page.wait_for_selector(".segm.found")
            elif name == "microscope":
                console.wait("() => document.querySelectorAll('.saw .w').length > 3", "words")
            elif name == "playground":
                console.page.wait_for_timeout(500)
                console.page.set_input_files("input[type=file]", self.recording)
                console.page.fill("textarea", self.hearing.reference)
                console.page.get_by_role("button", name="Run", exact=True).click()
                console.wait("() => document.querySelector('.lanes3 .tag')?.textContent.includes('WER')", "a word error rate")
            console.page.wait_for_timeout(800)
            self._keep(console, folder, name)
            console.close()

    @staticmethod
    def _keep(console, folder, name):
        """A picture of what is seen, in few colours: they are plain areas and letters."""
        picture = Image.open(io.BytesIO(console.page.screenshot())).convert("RGB")
        picture.quantize(96, dither=Image.Dither.NONE).save(pathlib.Path(folder) / f"console-{name}.png", optimize=True)
