"""Plays a person's day against `harken serve`: nothing that is said is lost, doubled or moved, on the page and in the store.

A file of two hours is dropped on the page, and the gateway is restarted when it has half of it. The page's microphone hears three hours, while the line is
silent and the gateway stands still, is restarted and killed. A recording that was made without a connection is delivered, a deletion is undone, and a
folder is imported. The vendor of all of it counts (`conformance/counting_vendor.py`), and the microphone is a script that speaks faster than people do.

What is on the page is read as people read it: by scrolling through all of a conversation, and by *Copy the transcript*.
"""

import argparse
import itertools
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import wave

from playwright.sync_api import sync_playwright

from console import Browser, Error, Failure, Server, ServerError, expect
from copies import copied
from microphone import LATE
from stored import SAID
from wires import Wire

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "conformance"))
from gateway import dies_with_us, environment  # noqa: E402

KEY = "counting-vendor-key-0123456789"
RATE = 16_000
AMOUNT = 370  # different words of the vendor: then they begin anew
LENGTH = RATE // 2  # samples of a word with its pause
NOWHERE = "/nowhere"  # no models: a square wave is no speech to a detector
AHEAD = 1200  # seconds that the page has and the gateway has not, at most: a third of what a page keeps
HANG = 600  # seconds after which what is waited for does not come: a core encodes the audio of hours at 30 to 100 times its pace

# The vendor as a program: prints its address. Its Python is not that of the browser.
VENDOR = "import counting_vendor, signal; vendor = counting_vendor.CountingVendor(%r); print(vendor.url, flush=True); signal.pause()" % KEY

# In the place of the worklet that reads the microphone: says words until there are `wanted`, `speed` times as fast as people do. A word of the vendor is
# 0.4 s of a square wave, whose height says which word it is, and a pause of 0.1 s.
SPEAKER = """(() => {
    if (!window.AudioContext) return;
    const rate = 16000, packet = 320, length = rate / 2, sound = 2 * rate / 5, amount = %d;
    let port = null;
    window.AudioWorkletNode = class {
        constructor() {
            port = this.port = {};
            // The page has the module by now: it asks nothing of a gateway that may be away.
            import('/console/listening.js').then(({ listening }) => { speaker.client = () => listening.client; });
        }
    };
    AudioContext.prototype.createMediaStreamSource = () => ({ connect() {} });
    window.speaker = { samples: 0, wanted: 0, speed: 0, client: () => null };
    // The gateway may hear less fast than that: whoever speaks waits for it long before the page has all that it can keep.
    const isAhead = () => (speaker.client()?.waiting ?? 0) > %d;
    const samples = () => {
        const out = new Int16Array(packet);
        for (let i = 0; i < packet; i++) {
            const at = speaker.samples + i, within = at %% length, level = 3000 + 80 * (Math.floor(at / length) %% amount + 1);
            out[i] = within < sound ? (within %% 100 < 50 ? level : -level) : 0;
        }
        speaker.samples += packet;
        return out.buffer;
    };
    let before = performance.now();
    setInterval(() => {
        const now = performance.now();
        let due = Math.round((now - before) / 1000 * speaker.speed * rate / packet);
        before = now;
        // At most a minute at once: a page that was busy does not jump.
        for (due = Math.min(due, 60 * rate / packet); port && due > 0 && speaker.samples < speaker.wanted * length && !isAhead(); due--) {
            port.onmessage({ data: { samples: samples(), level: 0.2 } });
        }
        // Nothing is said, but the microphone is not dead.
        if (port && speaker.samples >= speaker.wanted * length) port.onmessage({ data: { samples: new ArrayBuffer(packet * 2), level: 0 } });
    }, 50);
})();""" % (AMOUNT, AHEAD)

# The rows of a conversation as they are drawn, each with its words, while somebody scrolls from the first one to the last; and how many it has. Words that
# do not come within so many milliseconds are not waited for.
SCROLL = """async (patience) => {
    const list = document.querySelector('.vlist'), rows = new Map(), end = performance.now() + patience;
    let amount = 0;
    list.scrollTop = 0;
    while (performance.now() < end) {
        // The list draws with the next frame.
        for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
        const drawn = [...list.querySelectorAll('.vrow')];
        if (!drawn.length || list.querySelector('.waiting')) continue;
        for (const row of drawn) rows.set(Number(row.ariaPosInSet), row.querySelector('.body')?.textContent ?? '');
        amount = Number(drawn[0].ariaSetSize);
        const top = list.scrollTop;
        list.scrollTop += list.clientHeight;
        if (list.scrollTop === top) break;
    }
    return [[...rows].sort(([one], [other]) => one - other).map(([, text]) => text), amount];
}"""
# What Chromium notes of a gateway that is away for a while: a request, or a connection, that nobody answered.
AWAY = re.compile("console: (Failed to load resource: net::ERR_|WebSocket connection to )")


def sound(count):
    """So many words as 16-bit samples, in pieces."""
    for number in range(count):
        level = 3000 + 80 * (number % AMOUNT + 1)
        wave_ = level.to_bytes(2, "little", signed=True) * 50 + (-level).to_bytes(2, "little", signed=True) * 50
        yield wave_ * (2 * RATE // 5 // 100) + bytes(2 * (RATE // 10))


def spoken(count, first=0):
    return [f"w{number % AMOUNT + 1}" for number in range(first, first + count)]


def write(path, count, lead=0.0):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes(bytes(2 * int(lead * RATE)))
        for piece in sound(count):
            out.writeframes(piece)


def words(text):
    return re.findall(r"w\d+", text)


def judge(what, heard, wanted):
    """Every word is there, once, in its order."""
    if heard == wanted:
        return
    at = next((place for place, (one, other) in enumerate(zip(heard, wanted)) if one != other), min(len(heard), len(wanted)))
    raise Failure(f"{what}: {len(heard)} words of {len(wanted)}; from word {at} on {heard[at:at + 6]} and not {wanted[at:at + 6]}")


class Day:
    def __init__(self, chosen, playwright, folder):
        self.chosen, self.folder = chosen, pathlib.Path(folder)
        self.vendor = subprocess.Popen([chosen.simulators, "-c", VENDOR], cwd=ROOT / "conformance", stdout=subprocess.PIPE, text=True, env=environment(),
                                       preexec_fn=dies_with_us)
        url = self.vendor.stdout.readline().strip()
        self.settings = {"HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": KEY, "DEEPGRAM_BASE_URL": url,
                         # The vendor is this machine's: it hears faster than the microphone speaks.
                         "DEEPGRAM_PACE": f"{1.5 * chosen.speed:g}", "HARKEN_MODELS": NOWHERE}
        self.line, self.server = Wire(), None
        self.begin()
        self.browser = Browser(playwright, self.folder)
        self.console = self.browser.open(self.server, self.line.url + "/#/start")
        self.console.hang, self.page = HANG, self.console.page
        # What is copied is read again. The page is at the line's address, not at the gateway's.
        self.console.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.line.url)
        self.console.context.add_init_script(SPEAKER)
        self.page.reload()

    def begin(self):
        """Starts the gateway, or another one with its data on its port."""
        self.server = Server(self.chosen.harken, str(self.folder / "data"), self.settings, port=self.line.port or 0)
        self.server.wait_until_ready(HANG)
        self.line.port = int(self.server.url.rsplit(":", 1)[1])

    def say(self, what):
        print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)

    def get(self, path):
        return self.console.get(f"{self.server.url}/api/v1{path}")

    def run(self, *words, url=None, **more):
        done = subprocess.run([self.chosen.harken, *words, "--url", url or self.server.url], capture_output=True, text=True, timeout=10 * HANG,
                              env={**environment(), "NO_PROXY": "*", "HARKEN_DATA": str(self.folder / "client"), "HARKEN_MODELS": NOWHERE}, stdin=subprocess.DEVNULL, **more)
        expect(done.returncode == 0, f"harken {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        return done.stdout

    # MARK: Acts

    def record_offline(self, seconds):
        """A recorder whose gateway is not there keeps what it hears."""
        card = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error", "--use-pid-file=no", "-L",
             "module-null-sink sink_name=quiet rate=16000 channels=1", "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native"],
            env={**os.environ, "HOME": str(self.folder), "PULSE_RUNTIME_PATH": str(self.folder)}, stderr=subprocess.DEVNULL, preexec_fn=dies_with_us)
        pulse = {**environment(), "PULSE_SERVER": f"unix:{self.folder}/native", "HARKEN_DATA": str(self.folder / "client"), "NO_PROXY": "*",
                 "HARKEN_MODELS": NOWHERE}
        self.console.until(lambda: subprocess.run(["pactl", "set-default-source", "quiet.monitor"], env=pulse, capture_output=True).returncode == 0,
                           "PulseAudio starts")
        recorder = subprocess.Popen(
            [self.chosen.harken, "record", "--url", self.server.url, "--device", "pulse", "--language", "en", "--json"], env=pulse,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=dies_with_us)
        try:
            for said in recorder.stdout:
                if '"listening"' in said:
                    break
            player = subprocess.Popen(["pacat", "--playback", "--raw", "--rate=16000", "--format=s16le", "--channels=1", "--device=quiet"],
                                      stdin=subprocess.PIPE, env=pulse, preexec_fn=dies_with_us)
            for piece in itertools.chain([bytes(RATE)], sound(2 * seconds), [bytes(2 * RATE)]):
                player.stdin.write(piece)
            player.stdin.close()
            player.wait(HANG)
            kept = self.folder / "client/recorder"
            self.console.until(lambda: sum(file.stat().st_size for file in kept.rglob("*") if file.is_file()) >= 2 * RATE * (seconds + 1),
                               "the recorder has what was played")
            recorder.send_signal(signal.SIGKILL)
            recorder.wait(HANG)
        finally:
            recorder.kill()
            card.kill()
            card.wait()

    def drop(self, path):
        """Drops a file on the page. When half of it has gone, the gateway is restarted; the page leaves the file to the one that follows."""
        console = self.console
        self.line.most = path.stat().st_size // 2
        self.page.set_input_files("input[type=file]", str(path))
        console.until(lambda: not self.line.speaks.is_set(), "half of the file has gone")
        self.say("the gateway is restarted")
        expect(self.server.terminate(HANG) is not None, "the gateway that is stopped while a file comes does not end")
        self.begin()
        expect(self.page.locator(".jobs li").first.get_attribute("data-state") == "sending", "the file was not on its way when the gateway was restarted")
        self.line.speaks.set()
        console.wait("() => document.querySelector('.jobs li')"
                     " && !document.querySelector('.jobs li:is([data-state=sending], [data-state=waiting])')", "the gateway has the file")

    def speak(self, until):
        """The microphone hears more words; the gateway may be away."""
        self.page.evaluate("(wanted) => { speaker.wanted = wanted; }", until)
        self.console.wait("() => speaker.samples >= speaker.wanted * 8000", f"{until} words are said")

    def interrupt(self, what):
        """Waits until the page has room for what is said while the gateway does not hear, and half of its words are still on their way."""
        self.console.wait("(most) => speaker.client().waiting < most", "the gateway follows", AHEAD / 2)
        self.say(what)

    def captions(self, count):
        console, page = self.console, self.page
        console.go("live")
        page.evaluate("(speed) => { speaker.speed = speed; }", self.chosen.speed)
        page.locator(".live-bar .btn.primary").click()
        self.speak(count // 6)
        self.interrupt("the line is silent")
        self.line.speaks.clear()
        console.wait("() => document.querySelector('.notes')?.textContent.includes('Captions are late')", "the page says that captions are late")
        self.speak(count // 5)
        self.line.speaks.set()
        self.speak(count // 4)
        self.interrupt("the gateway stands still")
        self.server.signal(signal.SIGSTOP)
        console.wait(LATE, "the page says how late captions are")
        self.speak(count // 4 + count // 50)
        self.server.signal(signal.SIGCONT)
        self.speak(count // 3)
        self.interrupt("the gateway is restarted")
        self.server.terminate(HANG)
        self.speak(count // 3 + count // 20)
        self.begin()
        self.speak(2 * count // 3)
        self.interrupt("the gateway is killed")
        self.server.kill()
        self.speak(2 * count // 3 + count // 20)
        self.begin()
        self.speak(count)
        self.say("Stop")
        page.locator(".live-bar .btn.primary").click()
        console.wait("() => document.querySelector('.live-bar .btn.primary')?.textContent === 'Start listening'", "the session is over")

    def made(self, before):
        """The conversations that were not there before, in the order in which they began."""
        return [one["id"] for one in sorted(self.listed(), key=lambda one: one["started_at"]) if one["id"] not in before]

    def live_words(self, before):
        """What is stored of the sessions that were not there before."""
        return [word for one in self.made(before) for word in self.stored(one)]

    def read(self, conversation):
        """Opens a conversation, and returns its words as the page draws them from the first row to the last one, and as it copies them."""
        console, page = self.console, self.page
        console.go(f"conversation/{conversation}")
        page.wait_for_selector(".vrow .w")
        rows, amount = page.evaluate(SCROLL, 1000 * HANG)
        expect(len(rows) == amount, f"{len(rows)} rows of {amount} are drawn")

        def copy():
            page.get_by_role("button", name="Export").click()
            page.get_by_role("button", name="Copy the transcript").click()

        text, _ = copied(console, copy)
        return words(" ".join(rows)), words(" ".join(text))

    def judge_everywhere(self, what, conversations, wanted):
        """Judges conversations in the store, on the screen and on the clipboard."""
        judge(f"{what}, in the store", [word for one in conversations for word in self.stored(one)], wanted)
        ways = [self.read(one) for one in conversations]
        judge(f"{what}, on the screen", [word for drawn, _ in ways for word in drawn], wanted)
        judge(f"{what}, on the clipboard", [word for _, text in ways for word in text], wanted)

    def listed(self):
        return self.get("/conversations?limit=100")["conversations"]

    def stored(self, conversation):
        return words(" ".join(segment["text"] for segment in self.get(f"/conversations/{conversation}")["segments"]))

    def titled(self, title):
        found = [one for one in self.listed() if one["title"] == title]
        expect(len(found) == 1, f"{len(found)} conversations are called {title}")
        return found[0]["id"]

    def play(self):
        console, page, hours = self.console, self.page, self.chosen.hours
        long, said = int(7200 * 2 * hours / 3), int(hours * 7200)
        self.say("a recording without a connection")
        self.line.speaks.clear()
        self.server.stop()
        self.record_offline(20)
        self.line.speaks.set()
        self.begin()
        console.go("start")
        self.say(f"a file of {long} words is dropped")
        write(self.folder / "A long talk.wav", long)
        self.drop(self.folder / "A long talk.wav")
        console.until(lambda: any(job["status"] == "completed" for job in self.get("/jobs")["jobs"]), "the file is a conversation")
        talk = self.titled("A long talk")
        self.judge_everywhere("the dropped file", [talk], spoken(long))

        self.say("a folder is imported")
        (self.folder / "memos").mkdir()
        counts = {f"Memo {number}": 20 + number for number in range(5)}
        for title, count in counts.items():
            # Two files that are equal would be one conversation.
            write(self.folder / "memos" / f"{title}.wav", count)
        self.run("import", str(self.folder / "memos"))
        for title, count in counts.items():
            self.judge_everywhere(title, [self.titled(title)], spoken(count))

        before = {one["id"] for one in self.listed()}
        self.say(f"{said} words are said")
        self.captions(said)
        console.until(lambda: len(self.live_words(before)) >= said, lambda: f"{len(self.live_words(before))} words of {said} are stored")
        judge("what is stored of the microphone", self.live_words(before), spoken(said))
        console.until(lambda: len(words(page.evaluate(SAID))) >= said, lambda: f"{len(words(page.evaluate(SAID)))} words of {said} are shown")
        judge("what the page shows of the microphone", words(page.evaluate(SAID)), spoken(said))

        self.say("the recording is delivered")
        before = {one["id"] for one in self.listed()}
        self.run("record", "--send")
        console.until(lambda: len(self.live_words(before)) >= 40, lambda: f"{self.live_words(before)} is delivered")
        self.judge_everywhere("the delivery", self.made(before), spoken(40))

        self.say("a deletion is undone")
        memo = self.titled("Memo 3")
        console.go(f"conversation/{memo}")
        page.wait_for_selector(".vrow .w")
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        console.wait("() => location.hash === '#/conversations'", "the list comes after the deletion")
        expect(memo not in {one["id"] for one in self.listed()}, "the conversation is deleted")
        page.get_by_role("button", name=re.compile("^Undo: ")).click()
        console.until(lambda: memo in {one["id"] for one in self.listed()}, "the conversation is there again")
        self.judge_everywhere("what was deleted and came back", [memo], spoken(counts["Memo 3"]))
        self.judge_everywhere("the dropped file at the end of the day", [talk], spoken(long))
        problems = [problem for problem in console.problems if not AWAY.match(problem)]
        expect(not problems, "; ".join(problems[:3]))

    def end(self):
        self.browser.close()
        self.server.signal(signal.SIGCONT)
        self.server.stop()
        self.vendor.terminate()


def main():
    parser = argparse.ArgumentParser(prog="scripts/play day", description=__doc__.splitlines()[0])
    parser.add_argument("--harken", default=str(ROOT / ".build/release/harken"), help="the executable (default: .build/release/harken)")
    parser.add_argument("--simulators", required=True, metavar="PYTHON", help="a Python with the packages of conformance/requirements.txt")
    parser.add_argument("--hours", type=float, default=3, help="hours of captions; the dropped file has two thirds of them (default: 3)")
    parser.add_argument("--speed", type=float, default=40, help="how much faster than people the microphone's words come (default: 40)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="harken-day-") as folder, sync_playwright() as playwright:
        day = Day(chosen, playwright, folder)
        try:
            day.play()
            verdict, reason = "PASS", (f"{chosen.hours:g} hours of captions, a file of {2 * chosen.hours / 3:g}: 0 words lost, doubled or moved, "
                                       "on the screen and in the store")
        except (Failure, ServerError) as error:
            verdict, reason = "FAIL", str(error)
        except Error as error:
            verdict, reason = "FAIL", " ".join(str(error).split())[:600]
        finally:
            day.end()
    print(f"{verdict}  day  {time.monotonic() - began:.0f} s  {reason}")
    return 0 if verdict == "PASS" else 1


if __name__ == "__main__":
    sys.exit(main())
