"""Arabic, Hebrew, Japanese and Thai on the pages: each text runs its own way, and the overlay shows the newest part of a long line. Needs Chromium."""

import asyncio
import json
import threading
import time
import uuid

from common import Verdict, arguments, connect, words
from page import Page, clean

a = arguments(__doc__)
v = Verdict()
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


async def say(texts, seconds=0.6):
    """A conversation whose words the client brings; each text comes again while it runs."""
    s = await connect(f"{a.ws}/v4/listen?codec=pcm16&sample_rate=16000&language=multi&source=desktop&custom_stt=enabled&device_id={uuid.uuid4()}")
    at, end = 0.0, time.monotonic() + seconds
    while at == 0 or time.monotonic() < end:
        for t in texts:
            await s.json(
                {
                    "type": "suggested_transcript",
                    "segments": [{"text": t, "speaker": "SPEAKER_00", "speaker_id": 0, "is_user": False, "person_id": None, "start": at, "end": at + 8}],
                }
            )
            at += 10
        await asyncio.sleep(min(1.5, seconds))
    await s.json({"type": "finish"})
    await s.end()
    return next((m["conversation_id"] for m in s.of("conversation_session")), None)


ids = {name: asyncio.run(say([t])) for name, (t, _) in TEXTS.items()}
time.sleep(2)
with Page() as page:
    for name, (t, way) in TEXTS.items():
        needle = words(t)[-1]
        page.go(f"{a.url}/#/conversation/{ids[name]}")
        page.until("document.querySelector('.segm .w')")
        found = page.until(f"(() => {{ const f = ({FOUND})({json.dumps(needle)}); return f.length ? f : null; }})()")
        v.see(bool(found) and all(d == way for _, d in found), f"reader, {name}: runs {way}", found)
    page.go(f"{a.url}/#/conversations")
    page.until("document.querySelector('[data-row]')")
    for name, (t, way) in TEXTS.items():
        found = page.value(f"({FOUND})({json.dumps(words(t)[0] if name != 'English' else 'meeting is over')})")
        v.see(bool(found) and all(d == way for _, d in found), f"list of conversations, {name}: runs {way}", found[:2])
    for name, t in {**{n: t for n, (t, _) in TEXTS.items()}, **{"a long line of " + n: t for n, t in LONG.items()}}.items():
        speaker = threading.Thread(target=lambda: asyncio.run(say([t], 9)))
        speaker.start()
        time.sleep(0.5)
        page.go(f"{a.url}/captions?ground")
        page.until("document.querySelector('#captions p')?.innerText.length > 9", 12)
        time.sleep(2)
        shown, ways = (
            page.value("document.querySelector('#captions').innerText"),
            page.value("[...document.querySelectorAll('#captions p')].map((p) => getComputedStyle(p).direction)"),
        )
        if name in TEXTS:
            v.see(ways and all(w == TEXTS[name][1] for w in ways), f"overlay, {name}: runs {TEXTS[name][1]}", ways)
        else:
            v.see(len(shown) >= 60, f"overlay, {name}: its newest part is shown", f"{len(shown)} letters: {clean(shown, 40)!r}")
        speaker.join()
v.end()
