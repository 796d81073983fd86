"""Plays with texts of scripts that run from the right, or have no blanks between words, and with input methods."""

import json
import urllib.parse

from console import expect, narrow
from stored import HOLD, VOICES_ASKED, store, tells_voices

# Each text with its direction, and letters of its beginning and its end that nothing else on a page has.
TEXTS = {
    "Arabic": ("مرحبا بكم في اجتماع اليوم، الإصدار 2.5 جاهز.", "rtl", "مرحبا", "جاهز"),
    "Hebrew with Latin": ("זה הקוד ABC 123.", "rtl", "הקוד", "123"),
    "Japanese": ("電車は九時に出発します。", "ltr", "電車", "。"),
    "Thai": ("รถไฟออกเวลาเก้าโมงเช้า", "ltr", "รถไฟ", "า"),
    "English": ("The meeting is over.", "ltr", "meeting", "over"),
}
# Lines that are longer than the overlay's, with the letters of their ends.
LONG = {
    "Japanese": ("今日はとても天気がいいので駅の近くの公園まで歩いて行って友達と一緒にお弁当を食べながら来週の旅行の計画について話し合いました。"
                 "電車は九時に出発しますから八時半までに改札口の前に集まってください。雨が降ったら中止です。次の日に行きましょうか。", "行きましょうか"),
    "Chinese": ("今天天气很好所以我们走到车站附近的公园和朋友一起吃午饭并且讨论了下个星期的旅行计划火车九点出发请大家八点半在检票口前面集合"
                "如果下雨就取消改到第二天再去大家觉得怎么样请告诉我谢谢各位的合作", "各位的合作"),
    "Thai": ("วันนี้อากาศดีมากเราจึงเดินไปสวนสาธารณะใกล้สถานีรถไฟและกินข้าวกล่องกับเพื่อนพร้อมทั้งคุยเรื่องแผนการเดินทางสัปดาห์หน้า"
             "รถไฟออกเวลาเก้าโมงเช้า", "เก้าโมงเช้า"),
    "English": ("the train leaves at nine in the morning so please come to the gate in front of the station by half past eight and bring your ticket with you",
                "bring your ticket"),
}
# What is said and typed where every text of a page is looked at. The first name has no place to break.
SPOKEN, NAME, OTHER = "זה הקוד ABC 123, נתראה מחר.", "רות" + "א" * 45, "נועה"

# The texts of a page that have these letters: the element, its direction, and the side of the word on which a full stop stands.
RUNS = """(letters) => {
    const found = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode, place = text.parentElement, end = text.length;
        if (!text.data.includes(letters) || !place.checkVisibility() || place.closest('.sr, option')) continue;
        const left = (at) => {
            const range = document.createRange();
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            return range.getBoundingClientRect().left;
        };
        const mark = !/[^.。][.。]$/.test(text.data) ? null : left(end - 1) < left(end - 2) ? 'left' : 'right';
        found.push([`${place.tagName.toLowerCase()}.${place.className}`, getComputedStyle(place).direction, mark]);
    }
    return found;
}"""

# Texts with Hebrew letters that do not run by the first letter of an element of their own, fields without a direction, words of the page that run from the
# right; and the number of the texts. Lines for a program are left out.
ASTRAY = """() => {
    const hebrew = /[\\u0590-\\u05FF]/, fromRight = /[\\u0590-\\u08FF]/, wrong = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let amount = 0;
    while (walk.nextNode()) {
        const text = walk.currentNode, place = text.parentElement;
        if (!hebrew.test(text.data) || place.closest('option, script, pre') || !place.checkVisibility()) continue;
        amount += 1;
        const own = place.closest('[dir=auto], bdi')?.cloneNode(true);
        for (const inner of own?.querySelectorAll('[dir], bdi') ?? []) inner.remove();
        const way = fromRight.test(/\\p{L}/u.exec(own?.textContent)?.[0]) ? 'rtl' : 'ltr';
        if (!own || getComputedStyle(place).direction !== way) wrong.push(`${place.outerHTML.slice(0, 90)} runs its neighbour's way`);
        if (place.id !== 'say' && place.closest('[lang]') === document.documentElement) wrong.push(`${place.outerHTML.slice(0, 90)} is said to be English`);
    }
    for (const field of document.querySelectorAll('input, textarea, option')) {
        if (!/^(checkbox|radio|range|file)$/.test(field.type) && (field.dir !== 'auto' || !field.hasAttribute('lang'))) {
            wrong.push(`${field.outerHTML.slice(0, 90)} has no direction or is said to be English`);
        }
    }
    for (const word of document.querySelectorAll('h2, legend, label, th, dt')) {
        if (!hebrew.test(word.textContent) && getComputedStyle(word).direction !== 'ltr') wrong.push(`${word.outerHTML.slice(0, 90)} runs from the right`);
    }
    return [wrong, amount];
}"""

# A key that is pressed outside of fields.
KEY = "(values) => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...values}))"

TRACE = {
    "id": "hebrew", "duration": 3, "started_at": "2026-11-01T10:00:00Z", "source": "desktop", "cost": [], "gaps": [], "repairs": [], "turns": [], "shown": [],
    "conversations": [], "legs": [{"id": "a", "engine": "local", "from": 0, "to": 3}],
    "words": [{"text": word, "start": at, "end": at + 0.4, "channel": 0, "turn": 0,
               "versions": [{"at": at + 0.5, "text": word, "kind": "final", "engine": "local", "leg": "a"}]} for at, word in enumerate(("זה", "הקוד."))],
}


class Writings:
    """Plays of `Plays`."""

    def runs_each_script_its_way(self):
        """Each text runs from the side of its first letter in the reader, the list and the search, with its last mark at its end."""
        console = self.visit("/#/start")
        page, wrong = console.page, []

        def see(place, letters, way):
            found = page.evaluate(RUNS, letters)
            is_right = found and all(one[1] == way and one[2] in (None, "left" if way == "rtl" else "right") for one in found)
            if not is_right:
                wrong.append(f"{place}: {found}")

        ids = {name: store(console, [(0, 1.0, 5.0, text)], "multi") for name, (text, *_) in TEXTS.items()}
        for name, (text, way, _, last) in TEXTS.items():
            console.until(lambda: console.get(f"/api/v1/conversations/{ids[name]}")["title"], f"{name}: a title")
            console.go(f"conversation/{ids[name]}")
            page.wait_for_selector(".segm .w")
            see(f"reader, {name}", last, way)
            shown = page.evaluate("() => document.querySelector('.segm .body').textContent")
            if shown != text:
                wrong.append(f"reader, {name}: {shown!r}")
        console.go("conversations")
        for name, (_, way, first, _) in TEXTS.items():
            see(f"list, {name}", first, way)
        for name in ("Arabic", "Hebrew with Latin"):
            _, way, first, _ = TEXTS[name]
            query = urllib.parse.quote(first)
            console.until(lambda: console.get(f"/api/v1/search?q={query}")["hits"], f"{name}: the gateway finds the word")
            console.go(f"conversations?q={query}")
            page.wait_for_selector(".hit mark")
            see(f"search, {name}", first, way)
        expect(not wrong, "; ".join(wrong))
        console.judge()
        console.close()

    def captions_every_script(self):
        """The page Live and the overlay run each line its way, and the overlay shows the newest part of a long line in any script."""
        console = self.visit("/#/live")
        other = console.beside("/#/start")
        other.page.wait_for_selector("main h1")
        other.page.evaluate(HOLD, {"custom_stt": "enabled", "language": "multi"})
        session = other.until(lambda: other.page.evaluate("() => held.session"), "the other page's session begins")
        console.page.reload()
        console.page.wait_for_selector(f"option[value='session:{session}']", state="attached")
        console.page.get_by_label("Source").select_option(f"session:{session}")
        console.page.get_by_role("button", name="Start listening").click()
        overlay = console.beside(f"/captions?ground&lines=1&session={session}")
        overlay.page.wait_for_selector("#captions", state="attached")
        wrong, at = [], 0
        for name, (text, way, _, last) in TEXTS.items():
            self._suggest(other, at, text)
            at += 1
            for place, selector, seen in (("Live", ".live-text .said", console), ("overlay", "#captions p", overlay)):
                seen.wait("([selector, text]) => [...document.querySelectorAll(selector)].at(-1)?.textContent.includes(text)", f"{place}, {name}",
                          [selector, text])
                found = [one for one in seen.page.evaluate(RUNS, text) if one[2] in (None, "left" if way == "rtl" else "right") and one[1] == way]
                line = seen.page.evaluate("(selector) => getComputedStyle([...document.querySelectorAll(selector)].at(-1)).direction", selector)
                if not found or line != way:
                    wrong.append(f"{place}, {name}: {line}, {seen.page.evaluate(RUNS, text)}")
        for name, (text, end) in LONG.items():
            self._suggest(other, at, text)
            at += 1
            overlay.wait("(end) => document.querySelector('#captions p')?.textContent.includes(end)", f"overlay, a long line of {name}", end)
            shown = overlay.page.inner_text("#captions p")
            if not 60 <= len(shown) or not 0 < len(shown.partition("…")[2]) < len(text):
                wrong.append(f"overlay, a long line of {name}: {len(shown)} of {len(text)} letters: {shown!r}")
        other.page.evaluate("() => held.finish()")
        code = other.until(lambda: other.page.evaluate("() => held.code"), "the other page's session ends")
        expect(code == 1000, f"the session ended with {code}")
        self._ends(console)
        expect(not wrong, "; ".join(wrong))
        for one in (console, other, overlay):
            one.judge()
        console.context.close()

    @staticmethod
    def _suggest(other, number, text):
        """Says a text as another voice."""
        other.page.evaluate("([number, text]) => held.suggest(number, text)", [number, text])

    def gives_every_text_its_direction(self):
        """All that was said or typed has an element that gives it its direction, on every page and in every dialog; the page's own words run from the left."""
        console = self.visit("/#/start")
        page, wrong = console.page, []
        later, mine = store(console, [(0, 1.0, 5.0, SPOKEN)], "multi"), store(console, [(0, 1.0, 5.0, SPOKEN), (1, 6.0, 9.0, "קוד" * 40)], "multi")
        people = [console.context.request.post("/api/v1/people", data={"name": name}).json()["id"] for name in (NAME, OTHER)]
        console.context.request.post(f"/api/v1/conversations/{mine}/segments/assign", data={"speaker_id": 0, "person_id": people[0]})
        self._answer_in_hebrew(console, people[1], mine)

        def see(place, least=1):
            found, amount = page.evaluate(ASTRAY)
            wrong.extend(f"{place}: {one}" for one in found)
            if amount < least:
                wrong.append(f"{place}: {amount} texts are there, {least} were expected")

        def opens(place, *names, least=1):
            for name in names:
                page.get_by_role("button", name=name).first.click()
            page.wait_for_selector("dialog[open]")
            see(place, least)
            page.keyboard.press("Escape")
            console.wait("() => !document.querySelector('dialog, .pop')", f"{place} closes")

        for place in ("live", "microscope", "engines", "usage", "settings", "login"):
            console.go(place)
            see(place, 0)
        console.go("start")
        page.set_input_files("input[type=file]", files=[{"name": "הקלטה.wav", "mimeType": "audio/wav", "buffer": b"RIFF"}])
        page.wait_for_selector(".jobs li:not([data-state=sending])")
        see("Start", 3)
        console.go("playground")
        page.set_input_files("input[type=file]", files=[{"name": "הקלטה.wav", "mimeType": "audio/wav", "buffer": b"RIFF"}])
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_selector(".diff")
        see("Playground", 2)
        console.go("microscope/hebrew")
        page.locator(".saw .w").first.click()
        see("Microscope", 3)
        console.go("conversations")
        see("Conversations", 2)
        query = urllib.parse.quote("הקוד")
        console.until(lambda: console.get(f"/api/v1/search?q={query}")["hits"], "the gateway finds the word")
        console.go(f"conversations?q={query}")
        page.wait_for_selector(".hit mark")
        see("the search", 2)
        console.go(f"conversation/{mine}")
        page.wait_for_selector(".segm .w")
        see("the reader", 5)
        languages = page.evaluate("() => ['.reader-head h1', '.segm .body'].map((one) => document.querySelector(one).lang)")
        expect(languages == ["he", "he"], f"the languages are {languages}")
        page.locator(".vrow .who").last.click()
        page.wait_for_selector(".pop")
        see("the question for a name", 1)
        page.keyboard.press("Escape")
        console.wait("() => !document.querySelector('.pop')", "the question closes")
        opens("the title", "More", "Rename", least=0)
        opens("the merging of conversations", "More", "Merge with another", least=0)
        page.get_by_role("button", name="More").first.click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Undo").wait_for()
        see("the deletion", 1)
        page.locator(".facets").get_by_text("Deleted").click()
        opens("the deletion for good", "Delete for good")
        page.get_by_role("button", name="Restore").click()
        page.get_by_text("Nothing deleted").wait_for()
        console.go(f"conversation/{mine}")
        page.wait_for_selector(".segm .w")
        for name, least in (("Edit the words", 0), ("Somebody else said this", 1), ("Split here", 1)):
            opens(name, ": edit, assign, split", name, least=least)
        console.go("people")
        page.wait_for_selector(".voice .sample")
        see("People", 4)
        for name in (f"Rename {NAME}", f"Merge {NAME}", f"Delete {NAME}", "Forget אורח 1"):
            opens(f"{name.split()[0]} at People", name)
        page.set_viewport_size(narrow)
        for place in ("conversations", f"conversation/{mine}", "people", "start"):
            console.go(place)
            wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wider > 0:
                wrong.append(f"{place}, narrow: a long word makes the page {wider} px too wide")
        expect(not wrong, "; ".join(wrong[:9]))
        console.judge()
        console.context.unroute_all(behavior="ignoreErrors")
        for one in [f"people/{person}" for person in people] + [f"conversations/{later}", f"conversations/{mine}"]:
            expect(console.context.request.delete(f"/api/v1/{one}").ok, f"{one} is deleted")
        console.close()

    @staticmethod
    def _answer_in_hebrew(console, person, conversation):
        """What engines and voices say to the page, in Hebrew; the conversation's language is known."""
        voice = {"id": "unnamed", "label": "אורח 1", "evidence": 30, "created_at": "2026-11-01T10:00:00Z", "person_id": None, "is_user": False}
        heard = {"samples": [{"conversation_id": conversation, "text": SPOKEN, "start": 0, "end": 3}], "near": [{"person_id": person, "distance": 0.4}]}
        recognised = {"results": {"channels": [{"alternatives": [{"transcript": SPOKEN}]}]}, "metadata": {"duration": 3}}
        events = [{"type": "transcript.text.segment", "text": SPOKEN, "start": 0, "end": 3, "speaker": "A"}, {"type": "transcript.text.done", "text": SPOKEN}]

        def says(value):
            return lambda route: route.fulfill(json=value)

        console.context.route(VOICES_ASKED, tells_voices([voice]))
        for pattern, value in (("**/api/v1/voices/unnamed/samples", heard), ("**/api/v1/sessions/hebrew/trace", TRACE), ("**/v1/listen?*", recognised)):
            console.context.route(pattern, says(value))
        console.context.route("**/v1/audio/transcriptions", lambda route: route.fulfill(
            content_type="text/event-stream", body="".join(f"data: {json.dumps(event)}\n\n" for event in events)))

        def outline(route):
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "language": "he"})

        console.context.route("**/outline", outline)

    def leaves_keys_to_input_methods(self):
        """While an input method composes, Enter opens nothing and sends no form, and single keys are no commands; afterwards they are."""
        console = self.visit("/#/start")
        page = console.page
        conversation = store(console, [(0, 1.0, 4.0, "紅茶がいいですね。"), (1, 5.0, 8.0, "そうですね。")], "multi")
        query = urllib.parse.quote("紅茶")
        console.until(lambda: console.get(f"/api/v1/search?q={query}")["hits"], "the gateway finds the word")
        console.go("conversations")
        keys = console.context.new_cdp_session(page)

        def compose(text):
            keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

        def enter():
            """Enter as an input method hands it on, and as the browser's protocol makes it."""
            for code, text in ((229, ""), (13, "\r")):
                key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": code}
                keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **key})
                keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})

        page.focus("input[type=search]")
        compose("紅茶")
        page.wait_for_selector(".hit mark")
        enter()
        expect(page.evaluate("location.hash").startswith("#/conversations"), "Enter opens a conversation while a word is composed")
        keys.send("Input.insertText", {"text": "紅茶"})
        expect(page.input_value("input[type=search]") == "紅茶", f"the search has {page.input_value('input[type=search]')!r}")
        page.keyboard.press("Enter")
        console.wait("(id) => location.hash.includes(id) && document.querySelector('.vrow .w')", "Enter opens the conversation", conversation)
        page.locator(".vrow .who").first.click()
        page.focus(".pop input")
        compose("みか")
        enter()
        expect(page.locator(".pop").count() == 1, "Enter sends the form while a name is composed")
        keys.send("Input.insertText", {"text": "みか"})
        page.keyboard.press("Enter")
        console.wait("() => [...document.querySelectorAll('.spk .who')].some((who) => who.textContent.includes('みか'))", "Enter names the voice")
        names = [person["name"] for person in console.get("/api/v1/people")["people"]]
        expect(names.count("みか") == 1, f"the people are {names}")
        console.wait("() => !document.querySelector('.pop')", "the question closes")
        for values in ({"key": "?", "isComposing": True}, {"key": "?", "keyCode": 229}, {"key": "Process", "keyCode": 229}):
            page.evaluate(KEY, values)
        expect(page.locator("dialog").count() == 0, "a key of an input method is a command")
        page.evaluate(KEY, {"key": "?"})
        page.wait_for_selector("dialog[open]")
        console.judge()
        console.close()
