"""Plays in which a transcript leaves the page: on the clipboard, on paper and as a file, whatever is drawn of it."""

import pathlib
import re

from console import expect
from stored import store

# As many segments as a talk of half an hour has; no two have the same words.
TALK = [(number % 4, number * 5.0, number * 5.0 + 4.0, f"Sentence {number} of the talk has word{number}a and word{number}b.") for number in range(400)]
SCRIPTS = [(0, 0.0, 4.0, "مرحبا بكم في اجتماع اليوم."), (1, 5.0, 9.0, "電車は九時に出発します。"), (0, 10.0, 14.0, "The meeting is over.")]

CLIPBOARD = """async () => {
    const [copied] = await navigator.clipboard.read(), forms = {};
    for (const type of copied.types) forms[type] = await (await copied.getType(type)).text();
    return forms;
}"""
# The middle of a word of a row, by their numbers.
POINT = """([row, word]) => {
    const box = document.querySelector(`.vrow[aria-posinset="${row + 1}"]`).querySelectorAll('.w')[word].getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
}"""
# The number of a row in the middle of the list that has its words; 0 while there is none far from the beginning.
MIDDLE = """() => ([...document.querySelectorAll('.vrow')].find((row) => {
    const box = row.getBoundingClientRect();
    return row.ariaPosInSet > 100 && box.top > innerHeight / 2 && box.bottom < innerHeight * 0.75 && row.querySelectorAll('.w').length > 3;
})?.ariaPosInSet ?? 1) - 1"""
# What is seen on paper: the lines, and those that begin above the end of the line before.
PAPER = """() => {
    const lines = [...document.querySelectorAll('.sheet > *')], boxes = lines.map((one) => one.getBoundingClientRect());
    return {
        lines: lines.map((one) => one.textContent),
        over: boxes.filter((box, at) => at && box.top < boxes[at - 1].bottom).length,
        others: [...document.body.children].filter((one) => !one.matches('.sheet') && one.checkVisibility()).map((one) => one.id || one.tagName),
    };
}"""


def lines_of(console, conversation):
    """The lines that a transcript has, by the API's segments."""
    def clock(seconds):
        return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}" if seconds >= 3600 else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    return [f"[{clock(one['start'])}] Speaker {one['speaker_id'] + 1}: {one['text']}" for one in console.get(f"/api/v1/conversations/{conversation}")["segments"]]


def copied(console, act):
    """What an act has copied: the lines of the text, and the HTML."""
    console.page.evaluate("() => navigator.clipboard.writeText('nothing')")
    act()
    console.until(lambda: console.page.evaluate("() => navigator.clipboard.readText()") != "nothing", "something is copied")
    forms = console.page.evaluate(CLIPBOARD)
    return forms["text/plain"].splitlines(), forms.get("text/html", "")


class Copies:
    """Plays for `Plays`."""

    def _transcript(self, console, lines, language="en"):
        """Stores a conversation and opens it; returns its id and the lines that are expected."""
        conversation = store(console, lines, language)
        console.go(f"conversation/{conversation}")
        console.page.wait_for_selector(".vrow .w")
        return conversation, lines_of(console, conversation)

    @staticmethod
    def _forget(console, conversation):
        console.judge()
        expect(console.context.request.delete(f"/api/v1/conversations/{conversation}?for_good=true").ok, "the conversation is deleted")
        console.close()

    def copies_the_transcript(self):
        """The whole transcript is copied by its entry and by the keys, a segment by its menu: with names and times, as text and as HTML."""
        console = self.visit("/#/start")
        page = console.page
        conversation, expected = self._transcript(console, TALK)
        expect(page.locator(".vrow").count() < len(expected) / 2, "the list draws a part of the rows only")

        def by_entry():
            page.get_by_role("button", name="Export").click()
            page.get_by_role("button", name="Copy the transcript").click()

        def by_keys():
            page.locator("h1").click()
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.press("ControlOrMeta+c")

        def by_menu():
            page.locator(".vrow button.time").nth(2).click()
            page.get_by_role("button", name="Copy this part").click()

        for act in (by_entry, by_keys):
            text, html = copied(console, act)
            expect(text == expected, f"{act.__name__}: {len(text)} lines were copied, of {len(expected)}: {text[:3]}")
            expect(html.count("<p") == len(expected) and html.count("Speaker 1</bdi></b>:") == sum("Speaker 1:" in one for one in expected), html[:400])
        text, _ = copied(console, by_menu)
        expect(text == expected[2:3], f"the menu of a segment copied {text}")
        self._forget(console, conversation)

    def copies_what_is_selected(self):
        """A selection over several rows goes on over rows that are not drawn, and is copied with names and times; one within a row is copied as it is."""
        console = self.visit("/#/start")
        page = console.page
        conversation, expected = self._transcript(console, TALK)
        end = []

        def point(*place):
            return page.evaluate(POINT, place)

        def select():
            page.mouse.move(*point(1, 3))
            page.mouse.down()
            page.mouse.move(*point(3, 1), steps=4)
            page.mouse.up()
            page.evaluate("() => { document.querySelector('.vlist').scrollTop = 8000; }")
            end.append(console.until(lambda: page.evaluate(MIDDLE), "words in the middle of the list"))
            expect(page.locator(".vrow[aria-posinset='2']").count() == 1, "the beginning of the selection is in the document")
            page.keyboard.down("Shift")
            page.mouse.click(*point(end[0], 1))
            page.keyboard.up("Shift")
            page.keyboard.press("ControlOrMeta+c")

        text, html = copied(console, select)
        words = expected[1].split(" ")
        first, last = " ".join(words[:3] + words[6:]), " ".join(expected[end[0]].split(" ")[:5])
        expect(text == [first, *expected[2:end[0]], last], f"{len(text)} lines were copied: {text[:2]} to {text[-1:]}")
        expect(html.count("<p") == len(text), f"the HTML has {html.count('<p')} lines")
        drawn = page.evaluate("() => [...document.querySelectorAll('.vrow')].map((row) => Number(row.ariaPosInSet))")
        expect(drawn == sorted(drawn), f"the rows stand in the order {drawn}")

        def within():
            page.mouse.click(*point(end[0], 1), click_count=3)
            page.keyboard.press("ControlOrMeta+c")

        text, _ = copied(console, within)
        expect([line for line in text if line.strip()] == [expected[end[0]].split(": ", 1)[1]], f"of one row {text} was copied")
        self._forget(console, conversation)

    def copies_every_script(self):
        """Words from the right stand apart from the time and the name beside them, and no blank comes into words without blanks."""
        console = self.visit("/#/start")
        page = console.page
        conversation, expected = self._transcript(console, SCRIPTS, "multi")

        def copy():
            page.get_by_role("button", name="Export").click()
            page.get_by_role("button", name="Copy the transcript").click()

        text, html = copied(console, copy)
        expect([re.sub("[\u2068\u2069]", "", line) for line in text] == expected, f"{text} were copied")
        expect([line.endswith("\u2069") for line in text] == ["\u0645" in line for line in expected], f"{text} are apart from what is beside them")
        expect(html.count('<p dir="auto"') == len(expected), html)
        self._forget(console, conversation)

    def prints_the_transcript(self):
        """Paper has the title, the date and every line once, one under the other, and nothing of the page around them."""
        console = self.visit("/#/start", color_scheme="dark")
        page = console.page
        conversation, expected = self._transcript(console, TALK)
        expect(console.context.request.patch(f"/api/v1/conversations/{conversation}", data={"title": "A long talk"}).ok, "the conversation is renamed")
        console.go(f"conversation/{conversation}")
        page.wait_for_selector(".vrow .w")
        page.evaluate("""() => {
            window.print = () => dispatchEvent(new Event('beforeprint'));
            addEventListener('beforeprint', () => { window.paper = [...document.querySelectorAll('.sheet > *')].map((one) => one.textContent); });
        }""")

        def judge(lines, act):
            expect(lines[0] == "A long talk" and re.match(r"\d+ \w+ \d{4}", lines[1]), f"{act}: the paper begins with {lines[:2]}")
            expect(lines[2:] == expected, f"{act}: {len(lines) - 2} lines are printed, of {len(expected)}")

        printed = page.pdf()
        judge(page.evaluate("() => paper"), "the browser's own printing")
        pages = len(re.findall(rb"/Type\s*/Page\b", printed))
        expect(pages >= 6, f"{len(expected)} lines are on {pages} pages")
        expect(page.locator(".sheet").count() == 0, "the sheet is gone after printing")
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="Print", exact=True).click()
        judge(page.evaluate("() => paper"), "Print")
        page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="print")
        page.wait_for_selector(".sheet p")
        paper = page.evaluate(PAPER)
        judge(paper["lines"], "a page that is shown as on paper")
        expect(paper["over"] == 0 and not paper["others"], f"{paper['over']} lines are over others; {paper['others']} are beside the lines")
        page.emulate_media(media="screen")
        expect(not page.locator(".sheet").is_visible() and page.locator("#nav").is_visible(), "the page is back")
        self._forget(console, conversation)

    def saves_the_transcript_as_text(self):
        """Export has the transcript as text, with names and times."""
        console = self.visit("/#/start")
        page = console.page
        conversation, expected = self._transcript(console, TALK[:20])
        with page.expect_download() as saved:
            page.get_by_role("button", name="Export").click()
            page.get_by_role("button", name="Text TXT").click()
        expect(saved.value.suggested_filename.endswith(".txt"), saved.value.suggested_filename)
        text = pathlib.Path(saved.value.path()).read_text().splitlines()
        expect(text == expected, f"the file has {text[:3]}")
        self._forget(console, conversation)
