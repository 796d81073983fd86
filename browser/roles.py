"""A gateway with keys: who logs in sees what the key may do."""

import json
import re
import subprocess
import time
import types
import urllib.parse

from codes import read_code
from console import HANG, Server, expect
from gateway import make_key
from microphone import BEHIND, BETWEEN, NO_NOTE, NOTE, Line
from stored import SAID

# A microphone that whistles, and hears nothing while its track is not enabled; which recording the others hear does not matter.
WHISTLING = """(() => {
    if (!navigator.mediaDevices) return;
    const { AudioContext } = window;
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext(), whistle = context.createOscillator(), ear = context.createMediaStreamDestination();
        whistle.connect(ear);
        whistle.start();
        return ear.stream;
    };
})();"""
# Whole seconds that the phone has heard.
HEARD = "() => { const [minutes, seconds] = document.querySelector('.login .mono').textContent.split(':'); return 60 * minutes + +seconds; }"
# True when the browser asks before the page is closed.
ASKS = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"


class Roles:
    """Plays with the gateway `server`, which has keys. `browser` knows it as `gateway.test`, too. `settings` are those of a gateway like it."""

    def __init__(self, browser, server, harken, data, hearing, settings):
        self.browser, self.server, self.harken, self.data, self.hearing, self.settings, self.notes = browser, server, harken, data, hearing, settings, []

    @staticmethod
    def address_of(server):
        """A name in the network, as a phone would need it."""
        return f"http://gateway.test:{urllib.parse.urlsplit(server.url).port}"

    @staticmethod
    def options(server):
        """Options of a browser that allows the microphone on that address as on https."""
        return ["--host-resolver-rules=MAP gateway.test 127.0.0.1", f"--unsafely-treat-insecure-origin-as-secure={Roles.address_of(server)}"]

    def _key(self, *options):
        """A new key, which the gateway knows."""
        key = make_key(self.harken, self.server.data, *options)
        deadline = time.monotonic() + HANG
        while self.server.get("/api/v1/users/me", key)[0] == 401:
            expect(time.monotonic() < deadline, f"the gateway knows a new key: not within {HANG} s")
            time.sleep(0.05)
        return key

    def _enter(self, path="/", options=(), place=None):
        """A page behind a login with a new key, and the key. The key is there before the page: a gateway without keys asks for none."""
        key = self._key(*options)
        console = self.browser.open(place or self.server, path)
        self._log_in(console, key)
        return console, key

    def _log_in(self, console, key):
        console.page.wait_for_selector("input[type=password]")
        console.page.fill("input[type=password]", key)
        console.page.get_by_role("button", name="Log in").click()
        console.wait("() => [...document.querySelectorAll('#nav button')].some((button) => button.textContent.includes('Log out'))"
                     " && !document.body.classList.contains('bare')", "the page comes after the login")

    def makes_the_first_key(self):
        """On a gateway without keys, the page makes the first one, shows it, and goes on with it; other pages ask for it."""
        server = Server(self.harken, self.data, self.settings)
        try:
            server.wait_until_announced(HANG)
            console, other = self.browser.open(server, "/#/settings"), self.browser.open(server, "/#/start")
            other.wait("() => document.querySelector('main h1')", "the page is drawn for nobody")
            page = console.page
            page.get_by_role("button", name="Make a key").click()
            page.get_by_role("button", name="Make the key").click()
            page.wait_for_selector("dialog .secret code")
            key = page.inner_text("dialog .secret code")
            page.get_by_role("button", name="I have kept it").click()
            page.get_by_role("button", name="Log out").wait_for()
            console.until(lambda: server.get("/api/v1/conversations")[0] == 401, "programs without a key are refused")
            expect(server.get("/api/v1/conversations", key)[0] == 200, "the key works")
            # A page that was drawn for nobody has nothing to keep: the login comes in its place.
            other.page.evaluate("() => { location.hash = '#/people'; }")
            other.wait("() => location.hash === '#/login?to=people'", "the other page asks for the key")
            self._log_in(other, key)
            expect(other.page.evaluate("() => location.hash") == "#/people", "the page that was wanted comes after the login")
            other.judge()
            other.close()
            page.reload()
            console.go("settings")
            page.get_by_role("button", name="Revoke").wait_for()
            console.judge()
            console.close()
        finally:
            server.stop()

    def asks_for_a_key(self):
        """Without a login no page shows anything: the login comes. A wrong key gets a sentence."""
        self._key()
        console = self.browser.open(self.server, "/#/conversations")
        console.wait("() => location.hash.startsWith('#/login') && document.querySelector('h1')?.textContent === 'Log in'", "the login comes")
        console.page.fill("input[type=password]", "hk_wrong")
        console.page.get_by_role("button", name="Log in").click()
        console.wait("() => (document.querySelector('#login-problem')?.textContent ?? '').length > 30", "a sentence about the wrong key")
        expect(console.page.evaluate("() => !localStorage.getItem('key') && !document.cookie"), "nothing of the key is kept for scripts")
        console.judge()
        console.close()

    def logs_in_and_out(self):
        """A key logs in; the cookie is out of the scripts' reach and of other sites'; logging out ends it."""
        console, key = self._enter("/#/conversations")
        console.wait("() => location.hash === '#/conversations'", "the page that was wanted comes after the login")
        cookie = next((one for one in console.context.cookies() if one["httpOnly"]), None)
        expect(cookie and cookie["sameSite"] == "Strict" and key not in cookie["value"], f"the cookie is {cookie}")
        expect(console.page.evaluate("() => document.cookie") == "", "scripts see no cookie")
        console.go("conversations")
        console.wait("() => document.body.innerText.includes('No conversations yet')", "the page says that there are no conversations")
        console.page.get_by_role("button", name="Log out").click()
        console.wait("() => location.hash === '#/login'", "the login comes after logging out")
        expect(console.context.request.get("/api/v1/conversations").status == 401, "the cookie is worth nothing any more")
        console.judge()
        console.close()

    def keeps_what_is_typed_over_a_logout(self):
        """Whoever was logged out in another tab is asked for the key over the page, is told why, and goes on with what was typed."""
        console, key = self._enter()
        console.go("settings")
        page, words = console.page, "treacle\nwriting-desk"
        page.get_by_role("button", name=re.compile(r"^\d+ words?$")).click()
        page.fill("dialog textarea", words)
        other = console.beside("/#/start")
        other.page.get_by_role("button", name="Log out").click()
        other.wait("() => location.hash === '#/login'", "the other tab has logged out")
        page.get_by_role("button", name="Keep").click()
        again = page.locator("dialog", has_text="somebody logged out in another tab")

        def log_in():
            again.locator("input[type=password]").fill(key)
            again.get_by_role("button", name="Log in").click()
            again.wait_for(state="detached")

        log_in()
        expect(page.input_value("dialog textarea") == words, f"of what was typed is left {page.input_value('dialog textarea')!r}")
        page.get_by_role("button", name="Keep").click()
        page.get_by_role("button", name="2 words").wait_for()
        here = page.eval_on_selector_all("#nav [aria-current=page]", "(links) => links.map((link) => link.hash)")
        expect(here == ["#/settings"], f"after the login the navigation marks {here}")
        # What is popped up on the page is closed by the login over it, and comes back with the name that is typed there.
        page.evaluate("""async () => {
            const { nameVoice } = await import('/console/naming.js');
            nameVoice(document.querySelector('main h1'), { name: 'Speaker 1', mark: '1', color: 0, isNamed: false },
                { samples: [], play: null, effect: '', assign: async () => true });
        }""")
        name, give = page.get_by_label("Name of this voice"), page.get_by_role("button", name="Name", exact=True)
        name.fill("Dormouse")
        other.page.evaluate("async () => { await fetch('/api/v1/logout', { method: 'POST' }); }")
        give.click()
        again.wait_for()
        log_in()
        name.wait_for()
        expect(name.input_value() == "Dormouse", f"of the name that was typed is left {name.input_value()!r}")
        give.click()
        name.wait_for(state="detached")
        console.judge()
        console.context.close()

    def searches_keys(self):
        """A page with more than twenty keys has a field that finds them by all that their rows show."""
        console = self.browser.open(self.server)
        answers = [20]

        def keys(route):
            if route.request.method != "GET":
                return route.continue_()
            count = answers[-1]
            key = {"scopes": ["read"], "created_at": "2026-01-31T12:00:00Z", "expires_at": None, "revoked_at": None, "credits": None, "languages": []}
            listed = [dict(key, id=f"k{n}", prefix=f"hk_{n:03}", name=f"Phone {n:03}", user="Zoë" if n == 7 else "ann") for n in range(count)]
            route.fulfill(json={"keys": listed})

        page = console.page
        console.context.route("**/api/v1/admin/keys", keys)
        self._log_in(console, self._key("--scope", "admin", "--scope", "read", "--scope", "write"))
        field, rows = page.get_by_label("Search keys"), page.locator("tbody tr:visible")
        console.go("settings")
        console.until(lambda: rows.count() == 20, "all keys are there")
        expect(field.count() == 0, "twenty keys need no field")
        answers.append(201)
        console.go("start")
        console.go("settings")
        console.until(lambda: rows.count() == 201, "all keys are there")
        for words, count in [("phone 01", 10), ("zoë", 1), ("hk_200", 1), ("nobody", 0), ("", 201)]:
            field.fill(words)
            console.until(lambda count=count: rows.count() == count, f"{words!r} finds {count}")
        console.judge()
        console.close()

    def makes_and_revokes_keys(self):
        """A key of an administrator makes a key, which works, and revokes it."""
        console, _ = self._enter(options=["--scope", "admin", "--scope", "read", "--scope", "write"])
        console.go("settings")
        page = console.page
        page.get_by_role("button", name="Make a key").click()
        page.locator("dialog input.input").first.fill("Phone")
        page.get_by_label("Credit, minutes").fill("10")
        page.get_by_label("Languages, one in each line").fill("de\nFrench")
        page.get_by_role("button", name="Make the key").click()
        page.wait_for_selector("dialog .secret code")
        key = page.inner_text("dialog .secret code")
        page.get_by_role("button", name="I have kept it").click()
        console.until(lambda: self.server.get("/api/v1/conversations", key)[0] == 200, "the new key works")
        row = page.locator("tr", has_text="Phone")
        row.get_by_text("10 min").wait_for()
        row.get_by_text("in German, French").wait_for()
        row.get_by_role("button", name="Top up").click()
        row.get_by_text("1 h 10 min").wait_for()
        row.get_by_role("button", name="Revoke").click()
        page.locator("dialog").get_by_role("button", name="Revoke").click()
        row.get_by_text("Revoked").wait_for()
        console.until(lambda: self.server.get("/api/v1/conversations", key)[0] == 401, "the revoked key is refused")
        console.judge()
        console.close()

    def shows_a_key_what_it_may_do(self):
        """A key that may only read has no page for what it may not do."""
        console, _ = self._enter(options=["--scope", "read"])
        console.wait("() => document.querySelector('#nav a[href=\"#/conversations\"]')", "Conversations is there")
        places = console.page.eval_on_selector_all("#nav li a", "(links) => links.map((link) => link.getAttribute('href').slice(2))")
        expect("live" not in places and "engines" not in places and "usage" in places, f"the pages are {places}")
        console.close()

    def _place(self):
        """The gateway as a phone reaches it."""
        return types.SimpleNamespace(url=self.address_of(self.server))

    def _phone(self, *scripts):
        """A page with the code, a phone that has opened it and may speak, with scripts in it, the phone's line, and the address in the code."""
        place = self._place()
        console, _ = self._enter("/#/live", place=place)
        console.page.get_by_role("button", name="Use a phone").click()
        console.page.wait_for_selector("dialog .qr")
        address = read_code(console.page.locator("dialog .qr").screenshot())
        expect(address and address.startswith(f"{place.url}/#/phone?ticket="), f"the code says {address}")
        phone = self.browser.open(place, "about:blank", {"width": 360, "height": 740}, has_touch=True)
        for script in scripts:
            phone.context.add_init_script(script)
        line = Line(phone)
        phone.page.goto(address)
        phone.wait("() => document.querySelector('.login button')?.disabled === false", "the phone may speak")
        return console, phone, line, address

    def listens_through_a_phone(self):
        """A code on the page makes a phone the microphone: it needs no login, and its captions come on the page; it says when they are late."""
        console, phone, line, address = self._phone()
        speak = phone.page.get_by_role("button", name="Speak")
        # A hand that trembles: the second tap comes in the same moment.
        phone.page.evaluate("() => { const now = performance.now(); performance.now = () => now; }")
        speak.tap()
        phone.page.get_by_role("button", name="Stop").tap()
        expect(phone.page.get_by_role("button", name="Stop").is_enabled(), "the second of two taps has stopped the phone")
        phone.page.evaluate("() => { delete performance.now; }")
        expect("ticket" not in phone.page.url, f"the ticket stays in {phone.page.url}")
        console.wait("() => !document.querySelector('dialog')", "the phone's session on the page")
        console.until(lambda: self.hearing.is_enough(console.page.evaluate(SAID)), "the phone's words on the page")
        phone.wait("() => document.querySelector('.phone-text').textContent.length > 20", "the words on the phone")
        line.is_silent = True
        phone.wait("() => /Captions are late: [1-9]\\d* s/.test(document.querySelector('.login').textContent)", "the phone says how late the captions are")
        line.speak()
        phone.wait("() => !document.querySelector('.login').textContent.includes('Captions are late')", "the captions are not late any more")
        for status, shown in (("stt_late", ""), ("stt_in_time", "!")):
            line.mine.send('{"type":"service_status","status":"%s","status_text":null}' % status)
            phone.wait(f"(words) => {shown}document.querySelector('.login').textContent.includes(words)", f"the phone hears {status}", BEHIND)
        phone.page.get_by_role("button", name="Stop").tap()
        console.wait("() => document.querySelector('.live-bar').textContent.includes('Start listening')", "the session ends on the page, too")
        self.hearing.judge(console.page.evaluate(SAID))
        phone.wait("() => document.body.textContent.includes('The session is over')", "the phone says that it is over")
        again = self.browser.open(self._place(), address)
        again.wait("() => document.querySelector('.note.bad')?.textContent.includes('run out')", "a used code is refused in words")
        console.judge()
        phone.judge()
        for one in (console, phone, again):
            one.close()

    @staticmethod
    def _tap(phone, words):
        """Presses the phone's button, which says so. A press that comes too soon after another one is none."""
        phone.page.evaluate("""async () => {
            const began = performance.now();
            while (performance.now() - began < 550) await new Promise(requestAnimationFrame);
        }""")
        phone.page.get_by_role("button", name=words, exact=True).tap()

    def says_on_a_phone_what_live_says(self):
        """A phone says what Live says of its microphone, its gateway and its disk, each by itself, asks before it is closed, and says what is not safe."""
        console, phone, line, _ = self._phone(WHISTLING, BETWEEN)
        page = phone.page
        page.evaluate("() => { sound.isHeld = true; }")
        self._tap(phone, "Speak")
        phone.wait(NOTE, "the question is told of", "Allow the microphone in the browser")
        expect(not page.evaluate(ASKS), "a phone that has heard nothing asks before it is closed")
        self._tap(phone, "Stop")
        phone.wait(NO_NOTE, "the question is taken back", "Allow the microphone in the browser")
        page.evaluate("() => { sound.isHeld = false; for (const answer of sound.answers) answer(); }")
        phone.wait("() => sound.streams.length === 1 && sound.live() === 0", "the late permission's track is stopped")
        page.evaluate("() => { sound.refusal = 'NotAllowedError'; }")
        self._tap(phone, "Speak")
        phone.wait(NOTE, "the refusal is told", "The microphone is not allowed")
        page.evaluate("() => { sound.refusal = null; }")
        self._tap(phone, "Speak")
        phone.until(lambda: page.evaluate(HEARD) > 0, "the phone hears")
        expect(page.evaluate(NO_NOTE, "The microphone is not allowed"), "the refusal is still told")
        expect(page.evaluate(ASKS), "a phone that hears is closed without a question")
        page.evaluate("() => { sound.track().enabled = false; }")
        phone.wait(NOTE, "the silent microphone is told", "No sound at all comes")
        page.evaluate("() => { sound.track().enabled = true; }")
        phone.wait(NO_NOTE, "the microphone that is heard is told", "No sound at all comes")
        status = '{"type":"service_status","status":"storage_%s","status_text":null}'
        line.mine.send(status % "full")
        phone.wait(NOTE, "the full disk is told", "of what you said are safe there")
        page.evaluate("() => { sound.refusal = 'NotFoundError'; sound.track().dispatchEvent(new Event('ended')); }")
        phone.wait(NOTE, "the device that is gone is told", "The microphone is gone")
        expect(page.evaluate("() => sound.live()") == 0, "the track of the device that is gone is open")
        expect(page.evaluate(NOTE, "The gateway’s disk is full"), "the disk is told no more")
        line.mine.send(status % "recovered")
        phone.wait(NO_NOTE, "the room is told", "The gateway’s disk is full")
        expect(page.evaluate(NOTE, "The microphone is gone"), "the device that is gone is told no more")
        before = page.evaluate(HEARD)
        page.evaluate("() => { sound.refusal = null; navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }")
        phone.wait(NO_NOTE, "the device that is back is told", "The microphone is gone")
        phone.until(lambda: page.evaluate(HEARD) > before, "the phone hears again")
        line.is_silent = True
        phone.wait(NOTE, "how late the captions are", "Captions are late")
        line.mine.send(status % "full")
        phone.wait(NOTE, "the disk that is full again is told", "The gateway’s disk is full")
        self._tap(phone, "Stop")
        phone.wait(NOTE, "what is not sent is told", "The gateway does not have all yet")
        expect(page.evaluate("() => sound.live()") == 0, "a track is open after Stop")
        expect(page.evaluate(ASKS), "a phone that has what the gateway does not have is closed without a question")
        line.speak()
        phone.wait(NOTE, "the end tells of the full disk", "Stopped while the gateway’s disk is full")
        words = phone.text(".notes")
        expect(re.search(r"\d+:\d\d of \d+:\d\d are safe on it", words), f"the phone says {words!r}")
        expect(not page.evaluate(ASKS), "a phone that has sent all asks before it is closed")
        expect(page.get_by_role("button", name="Speak", exact=True).is_disabled(), "a code is good for a second session")
        for one in (console, phone):
            one.judge()
            one.close()

    def mends_a_phones_line(self):
        """A phone without a login goes on with its session when its line breaks, by its ticket, and sends what was said meanwhile. The ticket opens no other
        session: after a restart of the gateway the phone says what is lost."""
        console, phone, line, address = self._phone(WHISTLING, BETWEEN)
        page = phone.page
        ticket = address.split("ticket=")[1].split("&")[0]
        self._tap(phone, "Speak")
        phone.until(lambda: line.safe, "the gateway confirms audio")
        safe = line.safe
        line.break_down()
        # What the page and the gateway say on the next connection waits.
        line.is_silent = True
        line.kept.clear()
        phone.wait(NOTE, "the broken line is told", "The connection broke")
        phone.until(lambda: line.links > 1, "the phone connects again")
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(line.mine.url).query)
        expect(query.get("ticket") == [ticket] and {"session_id", "resume_from"} <= query.keys(), f"the phone does not resume its session with its ticket: {sorted(query)}")
        expect(int(query["resume_from"][0]) >= safe // 320 * 320, f"the phone goes on at sample {query['resume_from']}; {safe} were safe")
        began = page.evaluate(HEARD)
        phone.until(lambda: page.evaluate(HEARD) > began + 1, "the phone hears while the line is broken")
        meanwhile = page.evaluate(HEARD)
        expect(line.safe < meanwhile * 16_000, "what is said meanwhile has reached the gateway before the line is mended")
        line.speak()
        phone.wait(NO_NOTE, "the line is mended", "The connection broke")
        phone.until(lambda: line.safe >= meanwhile * 16_000, "the gateway has what was said meanwhile")
        expect(line.links == 2, f"the phone has connected {line.links} times")
        again = self.browser.open(self._place(), address)
        again.wait("() => document.querySelector('.note.bad')?.textContent.includes('run out')", "the ticket opens another session")
        line.go_down()
        phone.wait(NOTE, "why the session is over", "The gateway goes on with it no more")
        words = phone.text(".notes")
        expect(re.search(r"The last \d+ s are not kept", words), f"the phone says {words!r}")
        expect(page.evaluate("() => sound.live()") == 0, "a track is open after the end")
        for one in (console, phone):
            one.judge()
        for one in (console, phone, again):
            one.close()

    def asks_before_it_logs_out(self):
        """Whoever logs out while the page records is asked, and is logged out when the gateway has what was said."""
        console, _ = self._enter("/#/start")
        page = console.page
        for script in (WHISTLING, BETWEEN):
            console.context.add_init_script(script)
        line = Line(console)
        page.reload()
        console.go("live")
        page.get_by_role("button", name="Start listening").click()
        console.until(lambda: line.safe, "the gateway has something of what is said")
        out = page.get_by_role("button", name="Log out", exact=True)
        out.click()
        page.locator("dialog", has_text="Log out while recording?").get_by_role("button", name="Cancel").click()
        expect(page.evaluate("() => sound.live()") == 1, "a question that was taken back ends the recording")
        line.is_silent = True
        console.wait(NOTE, "how late the captions are", "Captions are late")
        out.click()
        page.get_by_role("button", name="Stop and log out").click()
        console.wait(NOTE, "what is not sent is told", "The gateway does not have all yet")
        expect(page.evaluate("() => [sound.live(), location.hash]") == [0, "#/live"], "the login is over before all is sent, or the microphone is open")
        line.speak()
        console.wait("() => location.hash === '#/login'", "the login comes after logging out")
        console.wait("() => !document.querySelector('dialog')", "the question is closed")
        expect(console.context.request.get("/api/v1/conversations").status == 401, "the cookie is worth something")
        console.judge()
        console.close()

    def says_when_its_key_was_revoked(self):
        """A key is revoked while it records: the page says when the session ended and why, and shows what was said."""
        console, key = self._enter("/#/live")
        page = console.page
        page.get_by_role("button", name="Start listening").click()
        # Grey words go with the session.
        console.wait("() => document.querySelector('.live-text .said')?.firstChild.data", "the first words that are final")
        keys = json.loads(self.server.get("/api/v1/admin/keys", self._key("--scope", "admin"))[1])["keys"]
        identity = next(one["id"] for one in keys if key.startswith(one["prefix"]))
        subprocess.run([self.harken, "keys", "revoke", identity, "--data", self.server.data], capture_output=True, timeout=HANG, check=True)
        note = page.locator(".notes .note.bad")
        note.wait_for()
        words = note.inner_text()
        expect(re.search(r"The session ended at \d\d:\d\d", words) and "it was revoked, or has expired" in words, f"the page says {words!r}")
        expect(page.evaluate(SAID), "what was said is gone from the screen")
        page.get_by_role("button", name="Start listening").wait_for()
        console.judge()
        console.close()
