"""Plays with lists that are longer than a screen: their order, their pages, what they ask the gateway for, and when."""

import re

from console import drop, expect, narrow
from stored import TEA, VOICES_ASKED, store, tells_voices
from writings import TRACE

# Notes what a page asks for, so that `OPEN` knows what it still waits for.
ASKS = """(() => {
    const ask = window.fetch;
    window.asked = [];
    window.fetch = async (path, init) => {
        const one = {path: String(path), isOpen: true};
        asked.push(one);
        try {
            return await ask(path, init);
        } finally {
            one.isOpen = false;
        }
    };
})();"""
OPEN = """(words) => asked.filter((one) => one.isOpen && (words.endsWith('people') ? one.path.endsWith(words) : one.path.includes(words)))
    .map((one) => one.path)"""
HEADINGS = "(all) => all.map((one) => one.textContent)"

# Signs whose letters are beyond their boxes, and lines of cards that are wider than the card.
SPILLED = """() => {
    const spilled = [...document.querySelectorAll('.voice .glyph')].filter((sign) => {
        const words = document.createRange();
        words.selectNodeContents(sign);
        const inner = words.getBoundingClientRect(), outer = sign.getBoundingClientRect();
        return inner.left < outer.left || inner.right > outer.right;
    });
    return [...spilled, ...[...document.querySelectorAll('.voice p')].filter((line) => line.scrollWidth > line.clientWidth)].map((one) => one.textContent);
}"""

# Gives the page Live captions, as a session would: so many, each of another voice than the one before, from a number on. Then a frame is drawn.
CAPTIONS = """async ([from, amount, interim]) => {
    const {listening} = await import('/console/listening.js'), {lines} = listening;
    lines.take(Array.from({length: amount}, (_, index) => ({id: `caption ${from + index}`, text: `Line ${from + index} is said.`, start: from + index,
        end: from + index + 1, speaker_id: (from + index) % 3, is_user: false, person_id: null})));
    lines.interim = interim;
    listening.dispatchEvent(new Event('lines'));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# The same, and returns the number of changes in the document.
CHANGES = """async (captions) => {
    const changes = [], eye = new MutationObserver((records) => changes.push(...records));
    eye.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
    await (%s)(captions);
    changes.push(...eye.takeRecords());
    eye.disconnect();
    return changes.reduce((sum, one) => sum + Math.max(1, one.addedNodes.length + one.removedNodes.length), 0);
}""" % CAPTIONS
# Marks the first line with the mouse's hand, as somebody does who copies it.
SELECT = """() => {
    const words = document.querySelector('.live-text .said');
    getSelection().selectAllChildren(words);
    return String(getSelection());
}"""

# A reading cursor, as a screen reader has one: a place in the words of the newest line, which grows then; and whether it is there still, and in what.
READ = """async () => {
    const {listening} = await import('/console/listening.js'), {lines} = listening, last = [...lines.segments.values()].at(-1);
    window.cursor = document.createRange();
    cursor.setStart(document.querySelector('.live-text .line:last-child .said').firstChild, 5);
    lines.take([{...last, text: `${last.text} Quite so.`}]);
    listening.dispatchEvent(new Event('lines'));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
PLACE = "() => [cursor.startContainer.isConnected, cursor.startOffset, cursor.startContainer.data]"

PEOPLE = [{"id": "ada", "name": "Ada", "created_at": "2019-02-01T10:00:00Z"}]
# Three voices of each length, which were heard last in the opposite order to that in which they were heard first. The newest come first.
VOICES = [{"id": f"voice{number}", "label": f"Speaker {3000 + number}", "person_id": None, "is_user": False, "adoption": None,
           "evidence": 20.0 * (number % 10 + 1), "created_at": f"2019-10-{number + 1:02}T10:00:00Z", "heard_at": f"2019-11-{30 - number:02}T10:00:00Z"}
          for number in range(30)]
ORDER = [voice["id"] for voice in sorted(sorted(VOICES, key=lambda voice: voice["created_at"], reverse=True), key=lambda voice: -voice["evidence"])]


def hit(number):
    """A place in a conversation of its own that a search finds."""
    return {"conversation_id": f"found{number}", "segment_id": f"segment{number}", "start": 1.0, "started_at": "2019-11-01T10:00:00Z",
            "title": f"Found {number}", "snippet": "The slithy <mark>toves</mark>", "score": 1.0, "speaker": None, "person_id": None, "voice_id": None,
            "is_user": False}


def listed(number):
    return {"id": f"listed{number}", "title": f"Listed {number}", "status": "completed", "started_at": "2019-11-01T10:00:00Z",
            "finished_at": "2019-11-01T10:10:00Z", "duration": 600.0, "turns": None, "people": [], "language": "en", "summary": None}


def says(value):
    """Answers a request with a value."""
    return lambda route: route.fulfill(json=value)


class Lists:
    """Plays for `Plays`."""

    def asks_whose_voices_these_are(self):
        """Known people come first, then voices by how long they were heard, twelve at a time; their samples are read when they are seen.

        After a change all that were shown are there.
        """
        console = self.visit("/#/start", viewport=narrow)
        page, asked, pages = console.page, [], []

        def voices(route):
            pages.append(route.request.url)
            tells_voices(VOICES)(route)

        def samples(route):
            asked.append(route.request.url.split("/voices/")[1].split("/")[0])
            route.fulfill(json={"samples": [], "near": []})

        console.context.route("**/api/v1/people", says({"people": PEOPLE}))
        console.context.route("**/api/v1/people/ada", says({**PEOPLE[0], "name": "Ada L."}))
        console.context.route(VOICES_ASKED, voices)
        console.context.route("**/api/v1/voices/*/samples", samples)

        def cards():
            labels = page.eval_on_selector_all(".voice h3", HEADINGS)
            return [f"voice{int(label.split()[1]) - 3000}" for label in labels]

        console.go("people")
        headings = page.eval_on_selector_all("main h2", HEADINGS)
        expect(headings == ["Known", "Who is this?"], f"the parts of the page are {headings}")
        expect(cards() == ORDER[:12], f"the first cards are {cards()}, not {ORDER[:12]}")
        console.until(lambda: asked, "the samples of the first card")
        expect(ORDER[0] in asked and ORDER[11] not in asked and set(asked) < set(ORDER[:12]), f"the samples of {asked} were read before they were seen")
        page.locator(".voice").nth(11).scroll_into_view_if_needed()
        console.until(lambda: ORDER[11] in asked, "the samples of the last card, which is seen now")
        expect(not [url for url in pages if "unnamed=true" in url and "limit=12" not in url], f"more voices are read than are shown: {pages}")
        more = page.get_by_role("button", name="Show more", exact=True)
        more.click()
        console.until(lambda: len(cards()) > 12, "the next cards")
        expect(cards() == ORDER[:24], f"the next cards are {cards()[12:]}, not {ORDER[12:24]}")
        expect(ORDER[23] not in asked, "the samples of a card that nobody has seen were read")
        more.click()
        console.until(lambda: len(cards()) > 24, "the last cards")
        expect(cards() == ORDER, f"the last cards are {cards()[24:]}, not {ORDER[24:]}")
        more.wait_for(state="hidden")
        expect(len(asked) == len(set(asked)), f"samples were read twice: {asked}")
        facts = console.text(".voice p")
        expect(re.search(r"of speech, heard \d+ November 2019$", facts), facts)
        spilled = page.evaluate(SPILLED)
        expect(not spilled, f"beyond their boxes are {spilled[:6]}")
        page.evaluate("() => { document.querySelector('.voice').dataset.old = ''; }")
        page.get_by_role("button", name="Rename Ada").click()
        page.fill("dialog input", "Ada L.")
        page.locator("dialog").get_by_role("button", name="Rename").click()
        page.locator(".voice[data-old]").wait_for(state="detached")
        expect(cards() == ORDER, f"after a change the page has {len(cards())} of the {len(ORDER)} cards that were asked for")
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        console.close()

    def heads_days_in_the_users_zone(self):
        """The days and times of the list are those of the user's zone, where the browser is in another one."""
        console = self.visit("/#/start", timezone_id="America/Los_Angeles")
        page = console.page
        settings = console.get("/api/v1/users/me/settings") | {"time_zone": "Asia/Tokyo"}
        # Half past midnight of the 27th in Tokyo. In Los Angeles the first two are of one day, and so are the others.
        page.clock.set_fixed_time("2026-11-26T15:30:00Z")
        times = ["2026-11-26T15:00:00Z", "2026-11-26T14:59:00Z", "2026-11-25T15:00:00Z", "2026-11-25T14:59:00Z"]
        found = [listed(number) | {"started_at": began, "finished_at": began} for number, began in enumerate(times)]
        console.context.route("**/api/v1/users/me/settings", says(settings))
        console.context.route(re.compile(r"/conversations\?limit="), says({"conversations": found, "next": None}))
        page.reload()
        page.wait_for_selector("main h1")
        console.go("conversations")
        days = page.eval_on_selector_all("h2.day", HEADINGS)
        expect(days == ["Today", "Yesterday", "25 November"], f"the days are {days}")
        expect("00:00" in console.text() and "23:59" in console.text(), console.text())
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        console.close()

    def asks_nothing_for_pages_that_are_left(self):
        """What a list has asked for ends when its page is left: the list itself, samples of voices, a search, and what belongs to its places."""
        console = self.visit("/#/start")
        page = console.page
        console.context.add_init_script(ASKS)
        page.reload()
        page.wait_for_selector("main h1")
        none = says({"conversations": [], "next": None})
        found = says({"hits": [hit(number) for number in range(3)], "next": None})
        for place, text, held, others in (
                ("people", None, "/api/v1/voices?named=", {}),
                ("people", None, "/api/v1/voices?unnamed=", {}),
                ("people", None, "/api/v1/people", {}),
                ("people", None, "/samples", {r"/api/v1/people$": says({"people": PEOPLE}), VOICES_ASKED: tells_voices(VOICES)}),
                ("conversations", None, "/conversations?limit=", {}),
                ("conversations", "toves", "/search?", {r"/conversations\?limit=": none}),
                ("conversations", "toves", "/conversations?ids=", {r"/conversations\?limit=": none, r"/search\?": found})):
            waiting = []
            for pattern, answer in others.items():
                console.context.route(re.compile(pattern), answer)
            console.context.route(re.compile(re.escape(held) + ("$" if held.endswith("people") else "")), lambda route: waiting.append(route))
            page.evaluate("(place) => { location.hash = `#/${place}`; }", place)
            if text:
                page.fill("input[type=search]", text)
            console.until(lambda: page.evaluate(OPEN, held), f"{place} asks for {held}")
            page.evaluate("() => { location.hash = '#/usage'; }")
            console.wait("() => document.querySelector('main h1')?.textContent === 'Usage'", "another page comes")
            left = page.evaluate(OPEN, held)
            expect(not left, f"{place} is left, and still waits for {left}")
            drop(waiting)
            console.context.unroute_all(behavior="ignoreErrors")
        expect(page.locator("#lost .note").count() == 0, "what was given up is told as a gateway that is lost")
        console.judge()
        console.close()

    def reads_four_waves_at_a_time(self):
        """The microscope asks for the levels of a session's conversations four at a time, and gives them up when it is left."""
        console = self.visit("/#/start")
        page, held = console.page, []
        console.context.add_init_script(ASKS)
        page.reload()
        page.wait_for_selector("main h1")
        parts = [{"id": f"part{number}", "shift": 10.0 * number} for number in range(9)]
        console.context.route("**/api/v1/sessions/long/trace", says({**TRACE, "id": "long", "conversations": parts}))
        console.context.route(re.compile(r"/peaks\?"), lambda route: held.append(route))

        def asked():
            return page.evaluate("() => asked.filter((one) => one.path.includes('/peaks?')).map((one) => one.path.split('/')[4])")

        page.evaluate("() => { location.hash = '#/microscope/long'; }")
        console.until(lambda: len(held) == 4, "four conversations' levels are asked for")
        expect(asked() == [f"part{number}" for number in range(4)], f"the levels of {asked()} are asked for at once")
        held[0].fulfill(json={"duration": 3.0, "peaks": [0.5] * 300})
        console.until(lambda: len(held) == 5, "the next one's levels are asked for")
        page.evaluate("() => { location.hash = '#/usage'; }")
        console.wait("() => document.querySelector('main h1')?.textContent === 'Usage'", "another page comes")
        left = page.evaluate(OPEN, "/peaks?")
        expect(not left, f"the microscope is left, and still waits for {left}")
        expect(asked() == [f"part{number}" for number in range(5)], f"the levels of {asked()} were asked for")
        drop(held[1:])
        console.context.unroute_all(behavior="ignoreErrors")
        console.judge()
        console.close()

    def shows_places_page_by_page(self):
        """Scrolling in what a search found adds only what it found; the number of places is told as all of them only when they are all."""
        console = self.visit("/#/start")
        page = console.page
        first, second = [hit(number) for number in range(40)], [hit(number) for number in range(30, 50)]
        is_capped = []
        console.context.route(re.compile(r"/api/v1/conversations\?"), lambda route: route.fulfill(json={
            "conversations": [] if "ids=" in route.request.url else [listed(number) for number in range(50)], "next": "more"}))
        console.context.route(re.compile(r"/api/v1/search\?"), lambda route: route.fulfill(
            json={"is_capped": bool(is_capped), **({"hits": second, "next": None} if "cursor=two" in route.request.url else {"hits": first, "next": "two"})}))
        console.go("conversations")
        page.fill("input[type=search]", "toves")
        console.wait("() => document.querySelectorAll('.conv .hit').length === 40", "the first page of places")
        words = console.text("p[role=status]")
        expect(re.match(r"40 places in 40 conversations and more", words), words)
        page.locator(".conv").nth(20).focus()
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        console.wait("() => document.querySelectorAll('.conv').length === 50", "the second page of places")
        expect("found20" in page.evaluate("() => document.activeElement.href ?? ''"), "the row that had the keyboard lost it")
        words = console.text("p[role=status]")
        expect(words == "60 places in 50 conversations", words)
        # A search that ends at its limit has not found all places.
        is_capped.append(True)
        page.evaluate("() => scrollTo(0, 0)")
        page.evaluate("async () => { for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame); }")
        page.fill("input[type=search]", "mimsy")
        console.wait("() => /^40 /.test(document.querySelector('p[role=status]').textContent)", "the first page of a search that has an end")
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        console.wait("() => document.querySelectorAll('.conv').length === 50", "the second page of the search that has an end")
        words = console.text("p[role=status]")
        expect(words == "The first 60 places in 50 conversations", words)
        console.settle()
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        # Whatever comes into sight is told of within two frames.
        page.evaluate("async () => { for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame); }")
        console.settle()
        rows = page.evaluate("() => [...document.querySelectorAll('.conv')].map((row) => row.querySelectorAll('.hit mark').length)")
        expect(len(rows) == 50 and all(rows) and sum(rows) == 60, f"{len(rows)} rows have {rows} places")
        expect(not any("/conversations?" in url and "cursor=" in url for url in console.requests), "the list of all conversations was read on")
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        console.close()

    def searches_in_what_is_deleted(self):
        """While *Deleted* is ticked, the search looks there; what is restored or deleted for good leaves the focus at its place."""
        console = self.visit("/#/start")
        page = console.page
        names = {title: store(console, TEA[:2]) for title in ("Mock Turtle", "Gryphon")}
        for title, identity in names.items():
            expect(console.context.request.patch(f"/api/v1/conversations/{identity}", data={"title": title}).ok, f"{title} is renamed")
            expect(console.context.request.delete(f"/api/v1/conversations/{identity}").ok, f"{title} is deleted")
        console.go("conversations")
        page.locator(".facets").get_by_text("Deleted").click()
        page.get_by_role("button", name="Restore: Mock Turtle").wait_for()
        page.fill("input[type=search]", "gryph")
        console.wait("() => document.querySelectorAll('main .set').length === 1", "one is found")
        expect("Gryphon" in console.text("main .set") and console.text("p[role=status]") == "1 conversation deleted", console.text())
        page.fill("input[type=search]", "xyzzyplugh")
        page.get_by_text("Of what is deleted, only titles are searched").wait_for()
        expect(page.get_by_label("Last week").is_disabled(), "a filter that is not used can be ticked")

        def has_more(route):
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "next": "older"})

        # The page has only the first of several pages of what is deleted.
        page.route("**/api/v1/deleted-conversations*", has_more)
        page.fill("input[type=search]", "plughxyzzy")
        page.get_by_text(re.compile(r"Of what is deleted, only titles of the \d+ deleted last are searched")).wait_for()
        page.unroute_all(behavior="wait")
        page.fill("input[type=search]", "")
        page.get_by_role("button", name="Restore: Mock Turtle").click()
        page.get_by_role("button", name="Restore: Mock Turtle").wait_for(state="detached")
        console.wait("() => document.activeElement.textContent === 'Restore'", "the focus is at the next one")
        page.get_by_role("button", name="Delete for good: Gryphon").click()
        page.locator("dialog").get_by_role("button", name="Delete for good").click()
        page.get_by_role("button", name="Delete for good: Gryphon").wait_for(state="detached")
        console.wait("() => document.activeElement.matches('main .set button, main [role=region]')", "the focus is in the list")
        expect(console.get(f"/api/v1/conversations/{names['Mock Turtle']}")["title"] == "Mock Turtle", "the conversation is restored")
        expect(console.context.request.delete(f"/api/v1/conversations/{names['Mock Turtle']}?for_good=true").ok, "it is deleted for good")
        console.judge()
        console.close()

    def draws_captions_at_one_cost(self):
        """A caption changes as much of the page Live after thousands of lines as at its beginning; what is marked stays, and who reads above is told of more."""
        console = self.visit("/#/start")
        page = console.page
        page.evaluate(CAPTIONS, [0, 1, None])
        console.go("live")
        console.wait("() => document.querySelectorAll('.live-text .line').length === 1", "the first line")
        # Captions grow from below.
        low = page.evaluate("() => { const list = document.querySelector('.live-text').getBoundingClientRect(); const line = "
                            "document.querySelector('.live-text .line').getBoundingClientRect(); return (line.top - list.top) / list.height; }")
        expect(low > 0.5, f"the first line stands {low:.2f} of the height from the top")
        page.locator(".live-text").focus()
        marked = page.evaluate(SELECT)
        expect(marked == "Line 0 is said.", f"{marked!r} is marked")
        page.evaluate(CAPTIONS, [1, 39, "grey"])
        page.evaluate(READ)
        page.evaluate(CHANGES, [40, 1, "grey wor"])
        early = page.evaluate(CHANGES, [41, 1, "grey words"])
        page.evaluate(CAPTIONS, [42, 3000, "grey"])
        page.evaluate(CHANGES, [3042, 1, "grey wor"])
        late = page.evaluate(CHANGES, [3043, 1, "grey words"])
        expect(0 < late <= early, f"{early} changes for a caption among forty lines, {late} among three thousand")
        expect(page.evaluate("() => String(getSelection())") == marked, "captions take away what is marked")
        expect(page.evaluate("() => document.activeElement.matches('.live-text')"), "captions take the keyboard away")
        place = page.evaluate(PLACE)
        expect(place == [True, 5, "Line 39 is said. Quite so."], f"a reading cursor is at {place}")
        expect(page.evaluate("() => document.querySelector('.live-text .line:last-child .interim').textContent") == " grey words", "grey words are at the end")
        said = page.evaluate("() => document.querySelector('[role=log]').textContent")
        expect(said.count("Line 3043 is said.") == 1 and "grey" not in said, f"a screen reader is told {said[-200:]!r}")
        # The end is followed until somebody scrolls up.
        expect(page.evaluate("() => { const {scrollTop, clientHeight, scrollHeight} = document.querySelector('.live-text');"
                             "return scrollHeight - clientHeight - scrollTop < 2; }"), "the end is in sight")
        back = page.locator(".reading .back-now")
        expect(not back.is_visible(), "who reads the newest line is shown a way to it")
        page.evaluate("() => { document.querySelector('.live-text').scrollTop = 0; }")
        console.wait("() => document.querySelector('.live-text').scrollTop === 0", "the beginning is in sight")
        page.evaluate(CAPTIONS, [3044, 3, None])
        console.wait("() => document.querySelector('.reading .back-now').textContent === '3 new lines ↓'", "three new lines are told")
        expect(page.evaluate("() => document.querySelector('.live-text').scrollTop") == 0, "the list went on by itself")
        # Space scrolls the captions where they have the focus, and starts nothing.
        page.locator(".live-text").focus()
        page.keyboard.press("Space")
        console.wait("() => document.querySelector('.live-text').scrollTop > 0", "Space scrolls")
        expect(console.page.get_by_role("button", name="Start listening").count() == 1, "Space has begun a session")
        back.click()
        console.wait("() => document.querySelector('.reading .back-now').hidden", "the newest line is in sight")
        console.judge()
        console.close()

    def keeps_the_search_over_back(self):
        """The search and its filters are in the address; Back from a hit and a reload bring them again, with the place in the list. No word found is told."""
        console = self.visit("/#/start")
        page = console.page
        hits, asked, is_said = [hit(number) for number in range(40)], [], [True]

        def conversations(route):
            ids = re.search("ids=([^&]*)", route.request.url)
            names = ids[1].replace("%2C", ",").split(",") if ids else []
            route.fulfill(json={"conversations": [{**listed(0), "id": name, "title": name} for name in names] or [listed(0)], "next": None})

        def search(route):
            asked.append(route.request.url)
            route.fulfill(json={"hits": hits, "next": None, "words_found": is_said[0]})

        def is_back(words):
            console.wait("() => document.querySelectorAll('.conv .hit').length === 40", f"{words}: the hits")
            expect(page.input_value("input[type=search]") == "the toves", f"{words}: the query")
            expect(page.get_by_label("Last week").is_checked() and not page.get_by_label("Last day").is_checked(), f"{words}: the filter")
            expect("from=" in asked[-1] and "q=the" in asked[-1], f"{words}: asked for is {asked[-1]}")

        console.context.route(re.compile(r"/api/v1/conversations\?"), conversations)
        console.context.route(re.compile(r"/api/v1/search\?"), search)
        console.go("conversations")
        entries = page.evaluate("history.length")
        page.fill("input[type=search]", "the toves")
        console.wait("() => document.querySelectorAll('.conv .hit').length === 40", "the hits")
        page.locator(".facets").get_by_text("Last week").click()
        console.wait("() => location.hash === '#/conversations?q=the+toves&days=7'", "the search is in the address")
        console.settle()
        expect(page.evaluate("history.length") == entries, "typing made entries of the history")
        row = page.locator(".conv").nth(30)
        row.scroll_into_view_if_needed()
        console.settle()
        top = page.evaluate("scrollY")
        expect(top > 300, f"the list is not scrolled: {top}")
        row.click()
        console.wait("() => location.hash.startsWith('#/conversation/found30') && !document.querySelector('main input[type=search]')", "the reader comes")
        page.go_back()
        is_back("Back")
        console.wait("(top) => Math.abs(scrollY - top) < 4", "Back: the place in the list", top)
        expect("found30" in page.evaluate("() => document.activeElement.href ?? ''"), "Back: the keyboard is elsewhere")
        # The keys of the page work at the address that was changed.
        page.keyboard.press("j")
        expect("found31" in page.evaluate("() => document.activeElement.href ?? ''"), "j goes to no other row")
        page.reload()
        is_back("a reload")
        # The link to the page begins anew.
        page.locator("#nav a", has_text="Conversations").click()
        console.wait("() => location.hash === '#/conversations' && document.querySelector('main input[type=search]').value === ''", "no search")
        is_said[0] = False
        for one in hits:
            one["snippet"] = "Something else"
        page.fill("input[type=search]", "the momerath")
        page.get_by_role("heading", name="Nothing with these words. Near in meaning:").wait_for()
        words = console.text("p[role=status]")
        expect(words.startswith("Nothing with these words. Near in meaning: 40 places"), words)
        expect("same meaning" not in console.text("main"), "places that are near are told as the same")
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        console.close()

    def comes_back_far_down_a_list(self):
        """Back from a conversation far down the list, or far down a search, brings its place and its row again, however many pages were read before."""
        console = self.visit("/#/start")
        page = console.page

        def part(route, name, items, most):
            """Answers with the page of the items that is asked for; the cursor is the number of items before it."""
            asked = {word: int(value) for word, value in re.findall(r"[?&](cursor|limit)=(\d+)", route.request.url)}
            first, limit = asked.get("cursor", 0), asked["limit"]
            expect(limit <= most, f"{limit} {name} are asked for")
            route.fulfill(json={name: items[first:first + limit], "next": str(first + limit) if first + limit < len(items) else None})

        def conversations(route):
            if ids := re.search("ids=([^&]*)", route.request.url):
                names = ids[1].replace("%2C", ",").split(",")
                route.fulfill(json={"conversations": [{**listed(0), "id": name, "title": name} for name in names], "next": None})
            else:
                part(route, "conversations", [listed(number) for number in range(420)], 200)

        def goes_and_comes_back(words, rows):
            while (count := page.locator(".conv").count()) < rows:
                page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
                console.wait("(count) => document.querySelectorAll('.conv').length > count", f"{words}: more than {count} rows", count)
            row = page.locator(".conv").nth(rows - 20)
            row.scroll_into_view_if_needed()
            console.settle()
            place = [page.evaluate("scrollY"), row.get_attribute("href")]
            row.click()
            console.wait("() => location.hash.startsWith('#/conversation/')", f"{words}: the reader comes")
            page.go_back()
            console.wait("([top, row]) => Math.abs(scrollY - top) < 4 && document.activeElement.getAttribute('href') === row",
                         f"{words}: the place in the list", place)

        console.context.route(re.compile(r"/api/v1/conversations\?"), conversations)
        console.context.route(re.compile(r"/api/v1/search\?"), lambda route: part(route, "hits", [hit(number) for number in range(260)], 100))
        console.go("conversations")
        goes_and_comes_back("the list", 350)
        while (count := page.locator(".conv").count()) < 420:
            page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
            console.wait("(count) => document.querySelectorAll('.conv').length > count", f"more than {count} rows", count)
        console.wait("() => document.querySelector('p[role=status]').textContent === '420 conversations'", "the number of all, at the end of the list")
        page.evaluate("() => scrollTo(0, 0)")
        page.fill("input[type=search]", "the toves")
        console.wait("() => document.querySelectorAll('.conv .hit').length === 50", "the hits")
        goes_and_comes_back("a search", 250)
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        console.close()

    def filters_by_a_gap(self):
        """*A gap* leaves conversations in which something was not recognised, in the list and in a search; the address keeps it."""
        console = self.visit("/#/start")
        page = console.page

        def some(route, make):
            """What the gateway has: nine, of which one has a gap. Nothing of what a search found is in a list."""
            url = route.request.url
            return [] if "ids=" in url else [make(number) for number in ([7] if "gaps=true" in url else range(9))]

        console.context.route(re.compile(r"/api/v1/conversations\?"), lambda route: route.fulfill(
            json={"conversations": some(route, listed), "next": None}))
        console.context.route(re.compile(r"/api/v1/search\?"), lambda route: route.fulfill(
            json={"hits": some(route, hit), "next": None, "is_capped": False}))
        console.go("conversations")
        console.wait("() => document.querySelectorAll('.conv').length === 9", "the list")
        page.locator(".facets").get_by_text("a gap", exact=True).click()
        console.wait("() => location.hash === '#/conversations?gaps=true' && document.querySelectorAll('.conv').length === 1", "the conversation with a gap")
        page.fill("input[type=search]", "toves")
        found = """() => location.hash === '#/conversations?q=toves&gaps=true' && document.querySelectorAll('.conv .hit').length === 1
            && [...document.querySelectorAll('.facets label')].some((one) => one.textContent === 'a gap' && one.querySelector('input').checked)"""
        console.wait(found, "the place in the conversation with a gap")
        page.reload()
        console.wait(found, "the same after the page was loaded again")
        page.locator(".facets").get_by_text("a gap", exact=True).click()
        console.wait("() => location.hash === '#/conversations?q=toves' && document.querySelectorAll('.conv .hit').length === 9", "all places")
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        for one in console.get("/api/v1/conversations?gaps=true")["conversations"]:
            expect(console.get(f"/api/v1/conversations/{one['id']}/gaps")["gaps"], f"{one['id']} has no gap")
        console.close()

    def filters_by_any_of_many_people(self):
        """Each of forty people can be chosen as the one who speaks."""
        console = self.visit("/#/start")
        page = console.page
        console.context.route("**/api/v1/people", lambda route: route.fulfill(json={
            "people": [{"id": f"person{number}", "name": f"Person {number}", "created_at": "2019-11-01T10:00:00Z"} for number in range(40)]}))
        console.go("conversations")
        page.locator(".facets").get_by_text("Person 39").click()
        console.wait("() => location.hash === '#/conversations?person=person39'", "the list of the last person")
        console.until(lambda: any("person=person39" in url for url in console.requests), "the gateway is asked for the last person")
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        console.close()
