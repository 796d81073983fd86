"""Arabic, Hebrew, Japanese and Thai on the pages: each text runs its own way, and the overlay shows the newest part of a long line. Needs Chromium."""

import asyncio
import json
import threading
import time
import uuid

import requests

from common import HANG, Verdict, arguments, connect, words
from page import Page, clean

a = arguments(__doc__, has_short=True)
v = Verdict()
PAUSE = 0.3 if a.short else 1.5  # seconds between texts of a session
TEXTS = {
    "Arabic": ("مرحبا بكم في اجتماع اليوم، الإصدار 2.5 جاهز.", "rtl"),
    "Hebrew with Latin": ("הקוד הוא ABC 123, נתראה מחר.", "rtl"),
    "English": ("The meeting is over.", "ltr"),
}
LONG = {
    "Japanese": "今日はとても天気がいいので駅の近くの公園まで歩いて行って友達と一緒にお弁当を食べながら来週の旅行の計画について話し合いました。電車は九時に出発しますから八時半までに改札口の前に集まってください。雨が降ったら中止です。",
    "Thai": "วันนี้อากาศดีมากเราจึงเดินไปสวนสาธารณะใกล้สถานีรถไฟและกินข้าวกล่องกับเพื่อนพร้อมทั้งคุยเรื่องแผนการเดินทางสัปดาห์หน้ารถไฟออกเวลาเก้าโมงเช้า",
    "English": "the train leaves at nine in the morning so please come to the gate in front of the station by half past eight and bring your ticket with you",
}
# The elements that hold a text, with the direction in which they are written.
FOUND = """(needle) => {
  const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (walk.currentNode.textContent.includes(needle) && e.getClientRects().length) out.push([e.tagName.toLowerCase() + '.' + e.className, getComputedStyle(e).direction]);
  }
  return out;
}"""


async def say(text, speech=None):
    """A conversation whose words the client brings, and its id. With a `speech`, the text comes again until that is over."""
    s = await connect(f"{a.ws}/v4/listen?codec=pcm16&sample_rate=16000&language=multi&source=desktop&custom_stt=enabled&device_id={uuid.uuid4()}")
    at = 0.0
    while True:
        await s.json(
            {
                "type": "suggested_transcript",
                "segments": [{"text": text, "speaker": "SPEAKER_00", "speaker_id": 0, "is_user": False, "person_id": None, "start": at, "end": at + 8}],
            }
        )
        at += 10
        if speech is None or speech.is_over:
            break
        speech.count += 1
        await asyncio.sleep(PAUSE)
    conversation = await s.wait(lambda m: m.get("type") == "conversation_session")
    await s.json({"type": "finish"})
    await s.end()
    return conversation and conversation["conversation_id"]


class Speech:
    """A session in a thread of its own, from the first time that its text was sent until it is left."""

    def __init__(self, text):
        self.count, self.is_over = 0, False
        self.thread = threading.Thread(target=lambda: asyncio.run(say(text, self)), daemon=True)

    def wait(self, count):
        """Returns once the text was sent so many times."""
        end = time.monotonic() + HANG
        while self.count < count:
            if time.monotonic() > end or not self.thread.is_alive():
                raise TimeoutError("a session that takes no text")
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        self.wait(1)
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()


def store(text):
    """A conversation with a title, which comes after its end."""
    conversation, end = asyncio.run(say(text)), time.monotonic() + 30
    while time.monotonic() < end and not requests.get(f"{a.url}/api/v1/conversations/{conversation}", timeout=HANG).json().get("title"):
        time.sleep(0.1)
    return conversation


def reader(page, name, conversation):
    t, way = TEXTS[name]
    needle = words(t)[-1]
    page.go(f"{a.url}/#/conversation/{conversation}")
    page.until("document.querySelector('.segm .w')")
    found = page.until(f"(() => {{ const f = ({FOUND})({json.dumps(needle)}); return f.length ? f : null; }})()")
    v.see(bool(found) and all(d == way for _, d in found), f"reader, {name}: runs {way}", found)


def titles(page):
    page.go(f"{a.url}/#/conversations")
    page.until("document.querySelector('[data-row]')")
    for name, (t, way) in TEXTS.items():
        found = page.value(f"({FOUND})({json.dumps(words(t)[0] if name != 'English' else 'meeting is over')})")
        v.see(bool(found) and all(d == way for _, d in found), f"list of conversations, {name}: runs {way}", found[:2])


def overlay(page, text):
    """What the overlay shows, and the directions of its lines, after the text came twice more."""
    with Speech(text) as speech:
        page.go(f"{a.url}/captions?ground")
        page.until("document.querySelector('#captions p')?.innerText.length > 9")
        speech.wait(speech.count + 2)
        return (
            page.value("document.querySelector('#captions').innerText"),
            page.value("[...document.querySelectorAll('#captions p')].map((p) => getComputedStyle(p).direction)"),
        )


def long_line(page, name):
    shown, _ = overlay(page, LONG[name])
    v.see(len(shown) >= 60, f"overlay, a long line of {name}: its newest part is shown", f"{len(shown)} letters: {clean(shown, 40)!r}")


def short():
    conversation = store(TEXTS["Hebrew with Latin"][0])
    with Page() as page:
        reader(page, "Hebrew with Latin", conversation)
        long_line(page, "Japanese")


def whole():
    ids = {name: store(t) for name, (t, _) in TEXTS.items()}
    with Page() as page:
        for name, conversation in ids.items():
            reader(page, name, conversation)
        titles(page)
        for name, (t, way) in TEXTS.items():
            _, ways = overlay(page, t)
            v.see(ways and all(w == way for w in ways), f"overlay, {name}: runs {way}", ways)
        for name in LONG:
            long_line(page, name)


if a.short:
    short()
else:
    whole()
v.end()
