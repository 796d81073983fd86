"""Plays with the microphone's session, which belongs to the shell: on every page, once a press, over breaks of all kinds, and told as it is."""

import json
import re
import signal

from console import HANG, Server, expect
from disks import SmallDisk
from figures import within
from scripted_vendor import plain
from stored import SAID

# Stands between the page and its microphone: holds the browser's question back, refuses, pulls the device out; counts what is open.
BETWEEN = """(() => {
    if (!navigator.mediaDevices) return;
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices), { AudioContext } = window;
    Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => {
        sound.awake += 1;
        return { release: async () => { sound.awake -= 1; } };
    } } });
    window.sound = {
        awake: 0, asked: 0, streams: [], contexts: [], answers: [], isHeld: false, refusal: null,
        live: () => sound.streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === 'live').length,
        track: () => sound.streams.at(-1).getAudioTracks()[0],
    };
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        sound.asked += 1;
        if (sound.isHeld) await new Promise((answer) => sound.answers.push(answer));
        if (sound.refusal) throw new DOMException('', sound.refusal);
        const stream = await ask(wanted);
        sound.streams.push(stream);
        return stream;
    };
    window.AudioContext = class extends AudioContext {
        constructor(...all) {
            super(...all);
            sound.contexts.push(this);
        }
    };
})();"""

# Keeps the page's streams of events, so that a play can say what the gateway would.
EVENTS = """(() => {
    const { EventSource } = window;
    window.streams = [];
    window.EventSource = class extends EventSource {
        constructor(...all) {
            super(...all);
            streams.push(this);
        }
    };
    window.tell = (name, data) => streams.at(-1).dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
})();"""
# Says on the page's newest stream that final words come late, or in time again.
NOTICE = "(name) => tell('notice', { name, text: 'Final words come late, or in time again.' })"
BEHIND = "The gateway is behind"

# Says on the page's newest stream that another conversation begins in the session, and its first words, whose times count from its own start.
NEXT = """() => {
    tell('conversation', { id: 'next' });
    tell('segment', { id: 'next-1', text: 'Beware the Jabberwock.', start: 0, end: 2, speaker_id: 0, is_user: false, person_id: null });
}"""

# The seconds that the session of the page has heard, and the words that it shows.
SECONDS = "async () => (await import('/console/listening.js')).listening.seconds"
WORDS = "async () => (await import('/console/listening.js')).listening.lines.words"
# The captions as they stand: `said`, `event` or `gap`, with the text.
STANDING = """() => [...document.querySelectorAll('.live-text > .line, .live-text > .event, .live-text > .gap')].map((line) =>
    [line.className, (line.querySelector('.said') ?? line).textContent])"""
# Words at the end of the captions that may still change, with their colour, that of the words that are final, and those words; null: there are none.
GUESS = """() => {
    const guess = document.querySelector('.live-text .line:last-child .interim');
    if (!guess?.textContent.trim()) return null;
    const finals = [...document.querySelectorAll('.live-text .said')].map((line) => line.firstChild.data);
    return [guess.textContent, getComputedStyle(guess).color, getComputedStyle(guess.parentElement).color, finals.join(' ')];
}"""
FINALS = "() => [...document.querySelectorAll('.live-text .said')].map((line) => line.firstChild.data).join(' ')"
NOTE = "(words) => [...document.querySelectorAll('.notes .note')].some((note) => note.checkVisibility() && note.textContent.includes(words))"
# True when the page says that captions are late, by more than what it says first.
LATE = "() => /Captions are late: ([5-9]|[1-9]\\d+) s/.test(document.querySelector('.notes')?.textContent)"
# Watches the captions while the microphone speaks: the longest time without a change of their words, where in the speech it ended, how much was said, all in
# seconds, and the changes. Levels come for every tenth of a second of sound, also when they come late; a breath does not end what somebody says.
STANDSTILL = """async () => {
    const {listening} = await import('/console/listening.js'), captions = document.querySelector('.live-text'), audible = 0.012, breath = 0.5;
    const text = () => [...captions.querySelectorAll('.said')].map((line) => line.textContent).join('\\n');
    window.standstill = {longest: 0, at: 0, speech: 0, changes: 0};
    let shown = text(), changed = 0, began = 0, quiet = Infinity;
    new MutationObserver(() => {
        const now = text();
        if (now === shown) return;
        shown = now;
        changed = performance.now();
        standstill.changes += 1;
    }).observe(captions, {subtree: true, childList: true, characterData: true});
    listening.addEventListener('level', () => {
        const now = performance.now();
        if (listening.value <= audible) return void (quiet += 0.1);
        if (quiet > breath) began = now;
        quiet = 0;
        standstill.speech += 0.1;
        const still = (now - Math.max(changed, began)) / 1000;
        if (still > standstill.longest) Object.assign(standstill, {longest: still, at: standstill.speech});
    });
}"""
SPEECH = 40  # seconds of speech in which captions are watched
# Ten minutes go by at once, of which the page hears so many samples.
SLEEP = """async (heard) => {
    const {listening} = await import('/console/listening.js'), {now} = Date;
    Date.now = () => now.call(Date) + 600_000;
    listening.samples += heard;
}"""
NO_NOTE = "(words) => ![...document.querySelectorAll('.notes .note')].some((note) => note.textContent.includes(words))"


class Line:
    """The line between a page and its gateway: silent, when it is so, both ways. With `only`, no other message of the gateway reaches the page."""

    def __init__(self, console):
        self.console, self.is_silent, self.kept, self.only, self.links, self.safe = console, False, [], None, 0, 0
        self.mine = self.theirs = None
        console.has_line = True
        console.page.route_web_socket(re.compile("/v4/listen"), self._between)

    def _between(self, route):
        theirs = route.connect_to_server()
        self.mine, self.theirs = route, theirs
        self.links += 1
        route.on_message(lambda message: self._pass(theirs.send, message))
        theirs.on_message(lambda message: self._hear(route.send, message))

    def _hear(self, send, message):
        if isinstance(message, str):
            if '"audio_ack"' in message:
                self.safe = json.loads(message)["samples"]
            if self.only and self.only not in message:
                return
        self._pass(send, message)

    def _pass(self, send, message):
        if self.is_silent:
            self.kept.append((send, message))
        else:
            send(message)

    def speak(self):
        """Passes all that was kept, in order, and is silent no more."""
        while self.kept:
            send, message = self.kept.pop(0)
            send(message)
        self.is_silent = False

    def break_down(self):
        """Ends the connection, as a network does; the page makes another one."""
        self.theirs.close(code=1001)
        self.mine.close(code=1001)

    def go_down(self, meanwhile=lambda: None):
        """Ends the session in order, as a gateway that goes down does, and says so: the page goes on as a new session. A session that waited for its
        client would go on in the conversations of those after it. `meanwhile` is called before the page is told."""
        over = []
        self.theirs.on_close(lambda code, reason: over.append(code))
        self.theirs.send('{"type":"finish"}')
        self.console.until(lambda: over, "the session ends at the gateway")
        meanwhile()
        self.mine.send(json.dumps({"type": "reconnect", "samples": self.safe}))
        self.mine.close(code=1001)


class Microphone:
    """Plays for `Plays`, which hears, stops and judges."""

    def _live(self, server=None, viewport=None):
        """The page Live, with `BETWEEN` in it."""
        console = self.browser.open(server or self.server, "/#/start", viewport)
        console.context.add_init_script(BETWEEN)
        console.page.reload()
        console.go("live")
        return console

    @staticmethod
    def _press(console):
        """Presses the button of Live. A press that comes too soon after another one is none."""
        console.page.evaluate("""async () => {
            const began = performance.now();
            while (performance.now() - began < 550) await new Promise(requestAnimationFrame);
            document.querySelector('.live-bar .btn.primary').click();
        }""")

    @staticmethod
    def _button(console, words):
        console.wait("(words) => document.querySelector('.live-bar .btn.primary')?.textContent === words", f"the button says {words}", words)

    def _goes_on(self, console):
        """Waits until more is heard, and more words are shown."""
        seconds, words = console.page.evaluate(SECONDS), console.page.evaluate(WORDS)
        console.until(lambda: console.page.evaluate(SECONDS) > seconds, "the microphone is heard")
        console.until(lambda: console.page.evaluate(WORDS) > words, "more words are shown")

    def _start(self, console):
        """Starts, and waits for the first caption."""
        self._press(console)
        console.wait("() => document.querySelector('.live-text .said')?.textContent", "the first caption")

    @staticmethod
    def _stored(console):
        """The words of all conversations, in the order in which they were said."""
        listed = console.get("/api/v1/conversations?limit=50")["conversations"]
        texts = [segment["text"] for one in reversed(listed) for segment in console.get(f"/api/v1/conversations/{one['id']}")["segments"]]
        return plain(" ".join(texts))

    def _shows_what_is_stored(self, console):
        """Every word that the gateway has stands on the page, once and in its order."""
        console.until(lambda: self._stored(console) and plain(console.page.evaluate(SAID)) == self._stored(console),
                      lambda: f"the page shows what is stored: {plain(console.page.evaluate(SAID))} and {self._stored(console)}")

    @staticmethod
    def _open(console):
        """The sessions that are open. Those of other plays may end meanwhile."""
        return {session["id"] for session in console.get("/api/v1/sessions?open=true")["sessions"]}

    def records_on_every_page(self):
        """The session goes on elsewhere: the bar is on every page, the window is not closed without a question, and Live has what was said meanwhile."""
        console = self._live()
        page, asked = console.page, []
        self._start(console)
        expect(page.locator("#recording").is_hidden(), "Live has no bar")
        console.go("conversations")
        console.wait("() => /^Recording \\d+:\\d\\d/.test(document.querySelector('#recording a').textContent)", "the bar says for how long")
        self._goes_on(console)
        # A browser asks only whoever has used the page.
        page.locator("main h1").first.click()
        page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.evaluate("() => { setTimeout(() => location.reload()); }")
        console.until(lambda: asked, "the browser asks before the window is closed")
        expect(asked == ["beforeunload"], f"the browser asks {asked}")
        page.get_by_role("link", name="Recording; go to Live").click()
        console.wait("() => [...document.querySelectorAll('.live-text .event')].some((line) => line.textContent === 'Said while you were on Conversations')",
                     "the line before what was said meanwhile")
        lines = page.evaluate(STANDING)
        expect(lines[-1][0] == "line" and lines[-1][1], f"the captions end with {lines[-2:]}")
        self._hears(console)
        expect(page.evaluate("() => sound.awake") == 1, "the screen may go to sleep")
        console.go("usage")
        page.locator("#recording button").focus()
        page.keyboard.press("Enter")
        console.wait("() => document.querySelector('#recording').hidden && document.activeElement.id === 'main'", "Stop has ended the session")
        console.wait(NOTE, "what was kept is told", "Kept")
        expect(page.evaluate("() => [sound.live(), sound.awake]") == [0, 0], "a track is open after Stop, or the screen is held awake")
        console.go("live")
        console.wait("() => document.querySelector('.live-text .said')?.textContent", "the captions")
        self.hearing.judge(page.evaluate(SAID))
        console.judge()
        console.close()

    def draws_guesses_grey(self):
        """What a gateway has heard and may still change is grey behind the words that are final; then it is ink, and after Stop nothing is grey."""
        console = self.visit("/#/live", color_scheme="light")
        page = console.page
        page.get_by_role("button", name="Start listening").click()
        guess, grey, ink, finals = console.until(lambda: page.evaluate(GUESS), "words that may still change")
        shade, dark = ([int(part) for part in re.findall(r"\d+", color)[:3]] for color in (grey, ink))
        expect(max(shade) - min(shade) < 16 and min(shade) > max(dark) + 40, f"words that may still change are {grey}, and those that are final {ink}")
        amount = len(plain(finals)) + len(plain(guess))
        console.until(lambda: len(plain(page.evaluate(FINALS))) >= amount, f"{guess!r} becomes final behind {finals[-60:]!r}")
        self._hears(console)
        self._stops(console)
        expect(page.evaluate(GUESS) is None, f"after Stop, {page.evaluate(GUESS)} is grey")
        console.judge()
        console.close()

    def changes_while_somebody_speaks(self):
        """While somebody speaks without a pause, the captions change all the time: never 4 s without a change on a quiet machine; `make bench` allows 2 s."""
        console = self.visit("/#/live")
        page = console.page
        page.wait_for_selector(".live-text")
        page.evaluate(STANDSTILL)
        self._press(console)
        console.wait("(wanted) => standstill.speech >= wanted", f"{SPEECH} s of speech", SPEECH)
        seen = page.evaluate("() => standstill")
        self._stops(console)
        told = f"{seen['longest']:.2f} s without a change, at {seen['at']:.0f} of {seen['speech']:.0f} s of speech; {seen['changes']} changes"
        self.notes.append(told)
        expect(seen["longest"] <= 4, told)
        self._judge_figures(within("captions without a change while somebody speaks", seen["longest"], 2))
        console.judge()
        console.close()

    def begins_one_session_a_press(self):
        """Two presses, one right after the other, begin one session; Stop leaves no track and no session."""
        console = self._live(viewport={"width": 390, "height": 800})
        page = console.page
        before = self._open(console)
        page.evaluate("() => { sound.isHeld = true; const button = document.querySelector('.live-bar .btn.primary'); button.click(); button.click(); }")
        self._button(console, "Stop")
        page.evaluate("() => { sound.isHeld = false; for (const answer of sound.answers) answer(); }")
        self._hears(console)
        expect(page.evaluate("() => sound.asked") == 1, "the browser was asked twice")
        began = self._open(console) - before
        expect(len(began) == 1, f"{len(began)} sessions began")
        self._stops(console)
        expect(page.evaluate("() => sound.live()") == 0, "a track is open after Stop")
        console.until(lambda: not began & self._open(console), "the session is over")
        console.judge()
        console.close()

    def keeps_two_pages_apart(self):
        """Two pages of one person record at once: each has a conversation of its own, and goes on with it when the other one stops."""
        console = self._live()
        other = console.beside("/#/live")
        other.page.wait_for_selector(".live-bar .btn.primary")
        place, talks = "async () => (await import('/console/listening.js')).listening.conversation", []
        for one in (console, other):
            self._start(one)
            talks.append(one.until(lambda page=one.page: page.evaluate(place), "the conversation"))
        expect(talks[0] != talks[1], f"both pages speak in the conversation {talks[0]}")
        self._press(other)
        self._ends(other)
        self._goes_on(console)
        events = [text for kind, text in console.page.evaluate(STANDING) if kind == "event"]
        expect(not events and console.page.evaluate(place) == talks[0], f"the page that goes on has the lines {events}")
        self._press(console)
        self._ends(console)
        console.judge()
        console.close()

    def takes_the_question_back(self):
        """Stop while the browser asks: a permission that comes later opens nothing. A refusal is told, and the next press works."""
        console = self._live()
        page = console.page
        page.evaluate("() => { sound.isHeld = true; }")
        self._press(console)
        console.wait(NOTE, "the question is told of", "Allow the microphone in the browser")
        self._press(console)
        self._button(console, "Start listening")
        page.evaluate("() => { sound.isHeld = false; for (const answer of sound.answers) answer(); }")
        console.wait("() => sound.streams.length === 1 && sound.live() === 0", "the late permission's track is stopped")
        expect(not any("/v4/listen" in url for url in console.sockets), "a session began without a microphone")
        page.evaluate("() => { sound.refusal = 'NotAllowedError'; }")
        self._press(console)
        console.wait(NOTE, "the refusal is told", "The microphone is not allowed")
        self._button(console, "Start listening")
        page.evaluate("() => { sound.refusal = null; }")
        self._start(console)
        console.wait(NO_NOTE, "the refusal is told no more", "The microphone is not allowed")
        self._press(console)
        self._ends(console)
        expect(page.evaluate("() => sound.live()") == 0, "a track is open after Stop")
        console.judge()
        console.close()

    def waits_for_its_microphone(self):
        """A device that is pulled out, a call and a context that the browser pauses are told at once; the session goes on when they end."""
        console = self._live()
        page = console.page
        self._start(console)
        page.evaluate("() => { sound.refusal = 'NotFoundError'; sound.track().dispatchEvent(new Event('ended')); }")
        console.wait(NOTE, "the device that is gone is told", "The microphone is gone")
        expect(page.evaluate("() => sound.live()") == 0, "the track of the device that is gone is open")
        page.evaluate("() => { sound.refusal = null; navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }")
        console.wait(NO_NOTE, "the device that is back is told", "The microphone is gone")
        console.until(lambda: any(kind == "gap" and "the microphone was away" in text for kind, text in page.evaluate(STANDING)), "the gap")
        self._goes_on(console)
        page.evaluate("""() => {
            Object.defineProperty(sound.track(), 'muted', {value: true, configurable: true});
            sound.track().dispatchEvent(new Event('mute'));
        }""")
        console.wait(NOTE, "the call is told", "A call or the system has it")
        page.evaluate("() => { delete sound.track().muted; sound.track().dispatchEvent(new Event('unmute')); }")
        console.wait(NO_NOTE, "the end of the call is told", "A call or the system has it")
        page.evaluate("() => { const context = sound.contexts.at(-1); context.resume = async () => {}; return context.suspend(); }")
        console.wait(NOTE, "the paused context is told", "the browser paused it")
        # The page asks the browser by itself, too, but not while the button is pressed.
        asked = page.evaluate("""() => {
            const context = sound.contexts.at(-1);
            let asked = 0;
            context.resume = async () => { asked += 1; };
            document.querySelector('.notes .note button').click();
            delete context.resume;
            return asked;
        }""")
        expect(asked == 1, f"the button asked the browser {asked} times to go on")
        console.wait(NO_NOTE, "the context that runs is told", "the browser paused it")
        self._goes_on(console)
        self._stops(console)
        expect(page.evaluate("() => sound.live()") == 0, "a track is open after Stop")
        console.judge()
        console.close()

    def tells_of_a_silent_microphone(self):
        """A microphone from which no sound at all comes is told within seconds, on Live and in the bar of every other page, until it is heard."""
        console = self._live()
        self._start(console)
        console.page.evaluate("() => { sound.track().enabled = false; }")
        console.wait("() => document.querySelector('.side').textContent.includes('No sound at all comes')", "Live tells it")
        bar = "(words) => document.querySelector('#recording a').textContent.startsWith(words)"
        for place in ("usage", "people"):
            console.go(place)
            console.wait(bar, f"the bar tells it on {place}", "No sound · ")
        console.page.evaluate("() => { sound.track().enabled = true; }")
        console.wait(bar, "the bar tells that it is heard", "Recording ")
        console.go("live")
        self._goes_on(console)
        self._stops(console)
        console.judge()
        console.close()

    def says_how_late_it_is(self):
        """A line that is silent and refuses nothing: after 3 s the page says how late the captions are, and keeps what is said; no word is lost."""
        console = self.visit("/#/start")
        line = Line(console)
        console.go("live")
        self._start(console)
        line.is_silent = True
        console.wait("() => /Captions are late: [1-9]\\d* s/.test(document.querySelector('.notes')?.textContent)", "how late it is")
        console.wait(NOTE, "what is said is kept", "What you say is kept in this page")
        console.go("usage")
        console.wait(NOTE, "other pages tell it, too", "Captions are late")
        line.speak()
        console.wait(NO_NOTE, "the line that speaks is told", "Captions are late")
        console.go("live")
        self._hears(console)
        self._stops(console)
        console.judge()
        console.close()

    def waits_for_a_slow_gateway(self):
        """A gateway that stands still for seconds: the page says how late captions are, and keeps what is said; then they go on, whole and in order."""
        # A gateway that stood still takes its vendor for the one that did, and would have another stream begin the vendor's text anew.
        server = self._own("slow", HARKEN_STALL_SECONDS="0", DEEPGRAM_PACE="10")
        try:
            console = self._live(server)
            page = console.page
            self._start(console)
            server.signal(signal.SIGSTOP)
            console.wait(LATE, "how late it is")
            console.wait(NOTE, "what is said is kept", "What you say is kept in this page")
            amount = self.hearing.least(page.evaluate(SECONDS))
            server.signal(signal.SIGCONT)
            console.wait(NO_NOTE, "the gateway that goes on is told", "Captions are late")
            console.until(lambda: len(plain(page.evaluate(SAID))) >= amount, f"the {amount} words that were said until the gateway went on")
            self._stops(console)
            self._shows_what_is_stored(console)
            events = [text for kind, text in page.evaluate(STANDING) if kind != "line"]
            expect(not events, f"the gateway was slow, and the page tells of {events}")
            console.judge()
            console.close()
        finally:
            server.signal(signal.SIGCONT)
            server.stop()

    def sends_what_a_full_page_has(self):
        """A page that has an hour which the gateway does not have hears no more, and says so; what it has is sent when the gateway goes on."""
        server = self._own("full", HARKEN_STALL_SECONDS="0", DEEPGRAM_PACE="10")
        try:
            console = self._live(server)
            page = console.page
            self._start(console)
            server.signal(signal.SIGSTOP)
            console.wait(LATE, "how late it is")
            amount = self.hearing.least(page.evaluate(SECONDS))
            # An hour of packets without a sample: the gateway need not hear it.
            page.evaluate("""async () => {
                const {listening} = await import('/console/listening.js'), {client} = listening, empty = new ArrayBuffer(0);
                while (!client.isFinishing) client.push(empty);
            }""")
            console.wait(NOTE, "the page that is full is told", "this page was full")
            console.wait(NOTE, "that it is being sent is told", "The rest is sent: keep this page open")
            expect(page.evaluate("() => sound.live()") == 0, "a track of a page that is full is open")
            server.signal(signal.SIGCONT)
            self._ends(console)
            console.wait(NOTE, "why it ended is told", "this page was full")
            heard = plain(page.evaluate(SAID))
            expect(len(heard) >= amount, f"{len(heard)} words are shown, and at least {amount} were said")
            self._shows_what_is_stored(console)
            console.judge()
            console.close()
        finally:
            server.signal(signal.SIGCONT)
            server.stop()

    def tells_of_a_gateway_that_is_behind(self):
        """The gateway says that final words come late, to the session or to its watchers: the page says so everywhere, and no more once it has caught up."""
        console = self.visit("/#/start")
        console.context.add_init_script(EVENTS)
        line = Line(console)
        console.page.reload()
        console.go("live")
        self._start(console)
        console.until(lambda: console.page.evaluate("() => streams.length"), "the page watches its own session")
        status = '{"type":"service_status","status":"%s","status_text":null}'
        ways = [(lambda: line.mine.send(status % "stt_late"), lambda: line.mine.send(status % "stt_in_time")),
                (lambda: console.page.evaluate(NOTICE, "late"), lambda: console.page.evaluate(NOTICE, "in_time"))]
        for say_late, say_in_time in ways:
            say_late()
            console.wait(NOTE, "Live tells it", BEHIND)
            console.go("usage")
            console.wait(NOTE, "other pages tell it, too", BEHIND)
            expect(not console.page.locator(".notes .note.warn, .notes .note.bad", has_text=BEHIND).count(), "the note alarms")
            say_in_time()
            console.wait(NO_NOTE, "the gateway that has caught up is told", BEHIND)
            console.go("live")
        ways[0][0]()
        console.wait(NOTE, "the gateway that is behind again is told", BEHIND)
        self._hears(console)
        self._stops(console)
        console.wait(NO_NOTE, "a session that is over is told to be behind", BEHIND)
        expect(all("Final words" not in text for _, text in console.page.evaluate(STANDING)), "the captions tell it, too")
        console.judge()
        console.close()

    def tells_of_a_full_disk(self):
        """The gateway says that its disk is full: the page says so at once, with what is safe, and at Stop."""
        console = self.visit("/#/start")
        line = Line(console)
        console.go("live")
        self._start(console)
        status = '{"type":"service_status","status":"storage_%s","status_text":null}'
        for _ in range(2):
            line.mine.send(status % "full")
            console.wait(NOTE, "the full disk is told", "The gateway’s disk is full")
            expect("are safe there" in console.text(".notes .note.bad"), console.text(".notes"))
            line.mine.send(status % "recovered")
            console.wait(NO_NOTE, "the room is told", "The gateway’s disk is full")
        line.mine.send(status % "full")
        self._hears(console)
        self._stops(console)
        console.wait(NOTE, "Stop tells of the full disk", "Stopped while the gateway’s disk is full")
        expect(re.search(r"\d+:\d\d of \d+:\d\d are safe on it", console.text(".notes")), console.text(".notes"))
        console.judge()
        console.close()

    def keeps_words_over_a_full_disk(self):
        """The disk of a gateway is really full while somebody speaks, and again at Stop: the page says so, and what is safe. With room again, all is kept."""
        with SmallDisk() as disk:
            server = Server(self.harken, f"{disk.folder}/data", self.server.environment)
            try:
                server.wait_until_ready(HANG)
                console = self._live(server)
                self._start(console)
                self._goes_on(console)
                disk.fill()
                for words in ("The gateway’s disk is full", "are safe there"):
                    console.wait(NOTE, "the full disk is told", words)
                self._goes_on(console)
                disk.empty()
                console.wait(NO_NOTE, "the room is told", "The gateway’s disk is full")
                self._goes_on(console)
                disk.fill()
                console.wait(NOTE, "the disk that is full again is told", "The gateway’s disk is full")
                self._hears(console)
                self._stops(console)
                console.wait(NOTE, "Stop tells of the full disk", "Stopped while the gateway’s disk is full")
                expect(re.search(r"\d+:\d\d of \d+:\d\d are safe on it", console.text(".notes")), console.text(".notes"))
                disk.empty()
                self._shows_what_is_stored(console)
                console.close()
            finally:
                server.stop()

    def goes_on_after_a_reload(self):
        """A page that is loaded anew offers to go on: the same session, with what was said before."""
        console = self._live()
        page = console.page
        page.on("dialog", lambda dialog: dialog.accept())
        self._start(console)
        session = page.locator("dl.dl a").get_attribute("href")
        self._goes_on(console)
        page.reload()
        console.wait(NOTE, "the offer", "The recording was interrupted")
        page.get_by_role("button", name="Go on").click()
        console.wait("() => [...document.querySelectorAll('.live-text .event')].some((line) => line.textContent.startsWith('The page was away for'))",
                     "the line where the page was away")
        lines = page.evaluate(STANDING)
        expect(lines[0][0] == "line" and lines[0][1], f"the captions begin with {lines[:2]}")
        self._goes_on(console)
        expect(page.locator("dl.dl a").get_attribute("href") == session, "another session began")
        self._press(console)
        self._ends(console)
        console.go("live")  # the page is loaded anew
        expect(page.locator(".notes .note").count() == 0, "what is over is not offered")
        console.judge()
        console.close()

    def offers_the_newest_of_what_was_left(self):
        """A browser that crashed is back within seconds: its sessions are offered when their pages had the time to tell of them, the newest first.
        One that another tab records is not offered, and one that another tab goes on with is offered no more. What a page had and its gateway had not is
        told."""
        console = self._live()
        page = console.page
        page.evaluate("""() => {
            window.left = (session, seconds, ago, more) => localStorage.setItem(`harken.listening.${session}`, JSON.stringify({
                source: 'microphone', language: 'en', engine: '', session, conversation: null, seconds, sent: 0, seen: 0, offset: 0, window: 600,
                at: Date.now() - ago, isLeft: false, ...more,
            }));
            left('gone', 90, 60_000, { lost: 30, window: 1 });
            left('old', 61, 40_000, { lost: 20 });
            left('first', 122, 2000);
            left('second', 183, 1000);
            // It is written on while the page is loaded anew.
            addEventListener('pagehide', () => left('elsewhere', 244, 0));
        }""")
        page.reload()
        page.evaluate("""() => {
            window.elsewhere = setInterval(() => {
                const key = 'harken.listening.elsewhere';
                localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), at: Date.now() }));
            }, 200);
        }""")
        console.wait(NOTE, "what was left before is offered", "loaded anew after 1:01. The last 20 s may be lost. It can go on")
        console.wait(NOTE, "the newest is offered when it is known to be left", "loaded anew after 3:03")
        expect(page.locator(".notes .note").count() == 1, console.text(".notes"))
        page.evaluate("""() => {
            const key = 'harken.listening.second';
            localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), at: Date.now() }));
        }""")
        page.get_by_role("button", name="Go on").click()
        console.wait(NO_NOTE, "what another tab goes on with is offered no more", "The recording was interrupted")
        expect(page.evaluate("() => sound.asked") == 0, "the microphone was opened for a session of another tab")
        page.evaluate("""() => {
            clearInterval(elsewhere);
            for (const session of ['old', 'first', 'second', 'elsewhere']) localStorage.removeItem(`harken.listening.${session}`);
        }""")
        page.reload()
        console.wait(NOTE, "a session that cannot go on is told", "This page was closed. 1:00 are kept. The last 30 s may be lost")
        console.judge()
        console.close()

    def _own(self, name, port=0, **settings):
        """A gateway of this play's own, with the engines of the others and further settings; on the port of the one before it."""
        server = Server(self.harken, f"{self.folder}/{name}", {**self.server.environment, **settings}, port=port)
        server.wait_until_ready(HANG)
        return server

    def _over(self, name, end):
        """Listens while a gateway ends and another one with its data comes; returns the page, which still listens, and the new gateway."""
        server = self._own(name)
        try:
            console = self._live(server)
            self._start(console)
            self._goes_on(console)
        finally:
            end(server)
        console.wait(NOTE, "the break is told", "The connection broke")
        expect("What you say meanwhile is kept in this page" in console.text(".notes"), console.text(".notes"))
        server = self._own(name, int(server.url.rsplit(":", 1)[1]))
        console.wait(NO_NOTE, "the mended connection is told", "The connection broke")
        self._goes_on(console)
        return console, server

    def follows_a_restarted_gateway(self):
        """A gateway is stopped and started: new captions stand below a thin line, and all that is stored is shown in its order."""
        console, server = self._over("restarted", lambda gateway: gateway.terminate(HANG))
        try:
            self._press(console)
            self._ends(console)
            lines = console.page.evaluate(STANDING)
            places = [place for place, (kind, text) in enumerate(lines) if kind == "event" and text == "The gateway was restarted"]
            expect(len(places) == 1 and 0 < places[0] < len(lines) - 1, f"the line of the restart stands at {places} in {lines}")
            self._shows_what_is_stored(console)
        finally:
            server.stop()
        console.close()

    def shows_what_a_killed_gateway_stored(self):
        """A gateway is killed: what its journal had is recognised by the next one, and comes on the page in its place."""
        console, server = self._over("killed", lambda gateway: gateway.kill())
        try:
            self._press(console)
            self._ends(console)
            expect(any(kind == "event" for kind, _ in console.page.evaluate(STANDING)), "a thin line stands where the gateway was killed")
            self._shows_what_is_stored(console)
        finally:
            server.stop()
        console.close()

    def says_what_is_not_kept(self):
        """A gateway is killed, and whoever has stopped does not wait for another one: how much is not kept is told, and not that all is kept."""
        server = self._own("left")
        try:
            console = self._live(server)
            self._start(console)
        finally:
            server.kill()
        console.wait(NOTE, "the break is told", "The connection broke")
        self._press(console)
        console.wait(NOTE, "what is not sent is told", "The gateway does not have all yet")
        self._button(console, "Do not wait")
        self._press(console)
        self._ends(console)
        expect(re.search(r"The last [1-9]\d* s are not kept", console.text(".notes")), console.text(".notes"))
        expect(console.page.evaluate(NO_NOTE, "Kept"), "what is not kept is told as kept")
        console.close()

    def draws_a_break_in_its_own_session(self):
        """A session that ends right after a break has the line of the break; the session that follows has none."""
        console = self.visit("/#/start")
        line = Line(console)
        console.go("live")
        before = self._open(console)
        self._start(console)
        console.until(lambda: line.safe and console.page.evaluate(WORDS), "the gateway confirms audio, and words of it")
        # The gateway goes down; the session that goes on ends before anything is said in it.
        line.only = '"session_started"'
        line.go_down()
        console.until(lambda: line.links == 2, "the page connects again")
        console.wait(NO_NOTE, "the mended connection is told", "The connection broke")
        line.theirs.send('{"type":"finish"}')
        line.mine.close(code=1000)
        self._ends(console)
        console.wait("() => document.querySelector('.live-text > .event')", "the line of the break")
        events = [text for kind, text in console.page.evaluate(STANDING) if kind == "event"]
        expect(events == ["The gateway was restarted"], f"the lines of the session that ended are {events}")
        # The page did not wait for its gateway. A session that began before the end would go on in the same conversation, and begin another one after it.
        console.until(lambda: not self._open(console) - before, "the session is over at the gateway, too")
        line.only = None
        self._start(console)
        self._goes_on(console)
        events = [text for kind, text in console.page.evaluate(STANDING) if kind == "event"]
        expect(not events, f"the next session has the lines {events}")
        self._press(console)
        self._ends(console)
        console.judge()
        console.close()

    def tells_of_a_device_that_slept(self):
        """A device that was asleep for ten minutes hears nothing meanwhile, and its line is gone when it wakes: the captions have the gap and for how long the
        line was broken, and no restart of a gateway that was never restarted. A page that had no time, and heard all, has no gap."""
        console = self.visit("/#/start")
        line, page = Line(console), console.page
        console.go("live")
        self._start(console)
        page.evaluate(SLEEP, 600 * 16_000)
        self._goes_on(console)
        expect(page.evaluate(NO_NOTE, "this device was asleep"), "a page that has heard all says that it was asleep")
        console.until(lambda: line.safe and page.evaluate(WORDS), "the gateway confirms audio, and words of it")
        line.go_down(lambda: page.evaluate(SLEEP, 0))
        console.until(lambda: line.links == 2, "the page connects again")
        console.wait(NOTE, "the sleep is told", "this device was asleep")
        self._goes_on(console)
        lines = page.evaluate(STANDING)
        gaps = [text for kind, text in lines if kind == "gap" and "asleep" in text]
        expect(len(gaps) == 1 and 590 < float(gaps[0].split()[0]) < 610, f"the gaps are {gaps}")
        events = [text for kind, text in lines if kind == "event"]
        expect(len(events) == 1 and re.fullmatch(r"The line was broken for (59|60|61)\d s", events[0]), f"the lines are {events}")
        self._press(console)
        self._ends(console)
        console.judge()
        console.close()

    def takes_away_what_is_not_stored(self):
        """A caption that came before a break and was never stored goes when its time has something that is stored; all others stay."""
        console = self.visit("/#/start")
        line = Line(console)
        console.go("live")
        self._start(console)
        self._show_a_ghost(console, line)
        line.break_down()
        console.wait("() => !document.querySelector('.live-text').textContent.includes('Never stored')", "what is not stored goes")
        self._hears(console)
        self._stops(console)
        console.judge()
        console.close()

    @staticmethod
    def _show_a_ghost(console, line):
        """Sends the page a caption that the gateway has not stored, in the time of the last one: what is stored is read from a little before it on."""
        console.until(lambda: console.page.evaluate(WORDS), "words that are final")
        ghost = console.page.evaluate("""async () => {
            const {listening} = await import('/console/listening.js');
            // The gateway has not sent this message: it does not count it.
            listening.client.seen -= 1;
            return {...[...listening.lines.segments.values()].at(-1), id: 'ghost', text: 'Never stored.'};
        }""")
        line.mine.send(json.dumps([ghost]))
        console.wait("() => document.querySelector('.live-text').textContent.includes('Never stored')", "the caption that is not stored")

    def reads_a_broken_session_once(self):
        """After a session with a break in it, its conversation is read once from its beginning; the looks that follow read its end."""
        console = self.visit("/#/start")
        line = Line(console)
        console.go("live")
        self._start(console)
        # So long that its beginning is no part of its end.
        place = "async () => (await import('/console/listening.js')).listening.lines.place.start"
        console.until(lambda: console.page.evaluate(place) > 15, "15 s are heard")
        line.break_down()
        console.until(lambda: line.links == 2, "the page connects again")
        self._goes_on(console)
        self._press(console)
        amount = len(console.requests)
        self._ends(console)

        def reads():
            return [url for url in console.requests[amount:] if "/segments?" in url]

        # The looks of the break and those of the end.
        console.until(lambda: len(reads()) >= 5, "the page looks again")
        whole = [url for url in reads() if "from=0&" in url]
        expect(len(whole) == 1, f"{len(whole)} of {len(reads())} times the conversation was read from its beginning: {reads()}")
        console.judge()
        console.close()

    def watches_over_a_restart(self):
        """The gateway of a watched session is killed: the page that watches and the overlay say so, find the session at the next one, and go on."""
        server = self._own("watched")
        console = self._live(server)
        self._start(console)
        session = console.page.locator("dl.dl a").get_attribute("href").split("/")[-1]
        watcher = console.beside("/#/live")
        watcher.page.wait_for_selector(f"option[value='session:{session}']", state="attached")
        watcher.page.get_by_label("Source").select_option(f"session:{session}")
        self._press(watcher)
        watcher.wait("() => document.querySelector('.live-text .said')?.textContent", "words of the session")
        overlay = console.beside(f"/captions?session={session}&lines=6")
        overlay.wait("() => document.querySelector('#captions b, #captions .interim')", "words on the overlay")
        # What was said before is read; the last sentence may be lost with the gateway, and be read otherwise from its journal.
        watcher.until(lambda: plain(watcher.page.evaluate(FINALS))[:3] == plain(console.page.evaluate(FINALS))[:3] != [], "what was said before")
        before = watcher.until(lambda: plain(watcher.page.evaluate(FINALS))[:-12], "words that are stored")
        away = "() => document.querySelector('#captions p:last-child')?.textContent === 'The gateway is away'"
        server.kill()
        gone = "() => [...document.querySelectorAll('.reading .note')].some((note) => note.textContent.includes('The gateway is gone'))"
        watcher.wait(gone, "the lost gateway is told")
        overlay.wait(away, "the overlay tells of the lost gateway")
        server = self._own("watched", int(server.url.rsplit(":", 1)[1]))
        try:
            watcher.wait("() => [...document.querySelectorAll('.live-text .event')].some((line) => line.textContent === 'The gateway was away')", "it goes on")
            amount = len(plain(watcher.page.evaluate(SAID)))
            watcher.until(lambda: len(plain(watcher.page.evaluate(SAID))) > amount, "new words on the page that watches")
            kinds = [kind for kind, text in watcher.page.evaluate(STANDING)]
            words = plain(watcher.page.evaluate(FINALS))
            expect(words[:len(before)] == before, f"the words from before the end of the gateway, {before}, do not stand first: {words}")
            expect("line" in kinds[kinds.index("event"):], f"no words stand behind the end of the gateway: {kinds}")
            overlay.wait(f"() => document.querySelector('#captions p') && !({away})()", "the overlay goes on")
            shown = overlay.text("#captions")
            overlay.until(lambda: overlay.text("#captions") != shown, "new words on the overlay")
            self._press(console)
            self._ends(watcher)
        finally:
            server.stop()
        console.context.close()
