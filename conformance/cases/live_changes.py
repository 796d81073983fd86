"""Options that a client changes while it speaks: they are in force afterwards, or the client is told; its own vendor gets what it wrote."""

import asyncio
import contextlib
import json
import logging
import re
import time
import urllib.parse

import numpy as np
import websockets

from common import A, GERMAN, Verdict, arguments, connect, cut, errors, finals, gateway, load, silence, spoken

logging.getLogger("websockets.server").setLevel(logging.CRITICAL)  # the stub is asked for recordings, too, and has none

a = arguments(__doc__)
v = Verdict()


async def asked(s, message, kinds=("ConfigureSuccess", "ConfigureFailure", "Error", "Warning")):
    at = len(s.messages)
    await s.json(message)
    await s.wait(lambda m: m.get("type") in kinds, 20, at)
    await asyncio.sleep(0.5)
    return [m for m in s.messages[at:] if m.get("type") in kinds]


def told(answers):
    """True if the client learns that something had no effect."""
    return any(m["type"] != "ConfigureSuccess" or m.get("warnings") or m.get("warning") for m in answers)


async def nova():
    clip = np.concatenate([spoken("en-us", "I have thirty seven horses and twenty one cows."), silence(1.5)])
    s = await connect(f"{a.ws}/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&numerals=false&keyterm=Zarathustra")

    async def say():
        before, at = len(finals(s)), len(s.messages)
        await s.audio(clip, speed=4)
        await s.json({"type": "Finalize"})
        await s.wait(lambda m: m.get("from_finalize"), since=at)
        return " ".join(m["channel"]["alternatives"][0]["transcript"] for m in finals(s)[before:]).strip()

    off = await say()
    v.see(re.search(r"\d", off) is None, "numerals=false: words", repr(off))
    answers = await asked(s, {"type": "Configure", "features": {"numerals": True}})
    on = await say()
    v.see(len(answers) == 1 and (re.search("37.*21", on) is not None or told(answers)), "Configure numerals on: digits, or told", f"{on!r} after {answers}")
    v.see("keyterms" not in answers[0], "ConfigureSuccess has keyterms only where they were replaced", answers)
    answers = await asked(s, {"type": "Configure", "features": {"numerals": False}})
    again = await say()
    v.see(re.search(r"\d", again) is None or told(answers), "Configure numerals off: words again, or told", repr(again))
    for message in ({"features": {"smart_format": True}}, {"features": {"no_such_feature": True}}, {"no_such_member": 1}, {"keyterms": "no list"}):
        answers = await asked(s, {"type": "Configure", **message})
        v.see(told(answers), f"Configure {message}: what has no effect is told", answers)
    answers = await asked(s, {"type": "Configure", "keyterms": [f"word{i}" for i in range(600)]})
    v.see([m["type"] for m in answers] == ["ConfigureFailure"], "600 terms: one ConfigureFailure", answers)
    answers = await asked(s, {"type": "Configure", "keyterms": ["Gigaverse"]})
    v.see(answers and answers[0].get("keyterms") == ["Gigaverse"], "other terms: in force", answers)
    answers = await asked(s, {"type": "Configure", "keyterms": None, "features": {}})
    v.see([m["type"] for m in answers] == ["ConfigureSuccess"] and "keyterms" not in answers[0], "null: the terms are kept, and not named as replaced", answers)
    answers = await asked(s, {"type": "Configure", "keyterms": []})
    v.see([m["type"] for m in answers] == ["ConfigureSuccess"] and answers[0].get("keyterms") == [], "an empty list: no terms", answers)
    await s.json({"type": "CloseStream"})
    await s.end()


async def flux():
    de = np.concatenate([spoken("de", GERMAN), silence(4)])
    s = await connect(f"{a.ws}/v2/listen?model=flux-general-multi&encoding=linear16&sample_rate=16000&language_hint=en")
    answers = await asked(s, {"type": "Configure", "language_hints": ["de"]})
    v.see(len(answers) == 1 and (answers[0].get("language_hints") == ["de"] or told(answers)), "Flux: the answer has the hints that are in force", answers)
    await s.audio(de, speed=2)
    await s.wait(lambda m: m.get("event") == "EndOfTurn", 60)
    await s.json({"type": "CloseStream"})
    await s.end()
    turns = s.of("TurnInfo")
    heard = max((t["transcript"] for t in turns), key=len, default="")
    v.see(errors(heard, GERMAN) <= 0.5 or told(answers), "Flux: German words after the hint for German", repr(heard))
    v.see(any(t.get("languages") == ["de"] for t in turns) or told(answers), "Flux: TurnInfo has languages", sorted({str(t.get("languages")) for t in turns}))
    v.see(any(t.get("languages_hinted") == ["de"] for t in turns) or told(answers), "Flux: TurnInfo has languages_hinted")
    s = await connect(f"{a.ws}/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000")
    for message in ({"numerals": True}, {"no_such_member": 1}):
        answers = await asked(s, {"type": "Configure", **message})
        v.see(
            told(answers) or "numerals" in message and answers and answers[0].get("numerals") is True, f"Flux, Configure {message}: in force, or told", answers
        )
    await s.json({"type": "CloseStream"})
    await s.end()


SENT = {
    "/v3/ws": [
        {"type": "UpdateConfiguration", "mode": "max_accuracy"},
        {"type": "UpdateConfiguration", "interruption_delay": 200},
        {"type": "UpdateConfiguration", "agent_context": "What is your order number?"},
        {"type": "UpdateConfiguration", "prompt": "Order numbers"},
        {"type": "UpdateConfiguration", "vad_threshold": 0.3},
        {"type": "UpdateConfiguration", "max_turn_silence": 900},
        {"type": "UpdateConfiguration", "keyterms_prompt": ["Zora"]},
    ],
    "/v1/listen": [{"type": "Configure", "features": {"numerals": True}}, {"type": "Configure", "keyterms": ["New"]}],
    "/v2/listen": [
        {"type": "Configure", "language_hints": ["de"]},
        {"type": "Configure", "numerals": True},
        {"type": "Configure", "thresholds": {"eot_threshold": 0.8}},
    ],
}


ALSO = {"language_hints": "language_hint", "keyterms": "keyterm"}  # names in the query


def guess(path, seconds):
    """What a vendor says while speech goes on."""
    if path.startswith("/v3/ws"):
        word = {"text": "hello", "start": 100, "end": 400, "confidence": 0.9, "word_is_final": True}
        return {
            "type": "Turn",
            "turn_order": 0,
            "turn_is_formatted": False,
            "end_of_turn": False,
            "end_of_turn_confidence": 0.1,
            "transcript": "hello",
            "words": [word],
        }
    word = {"word": "hello", "start": 0.1, "end": 0.4, "confidence": 0.9}
    if path.startswith("/v2/listen"):
        return {
            "type": "TurnInfo",
            "request_id": "r",
            "sequence_id": 2,
            "event": "Update",
            "turn_index": 0,
            "audio_window_start": 0,
            "audio_window_end": seconds,
            "transcript": "hello",
            "words": [word],
            "end_of_turn_confidence": 0.1,
        }
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "start": 0.0,
        "duration": seconds,
        "is_final": False,
        "speech_final": False,
        "from_finalize": False,
        "channel": {"alternatives": [{"transcript": "hello", "confidence": 0.9, "words": [word]}]},
        "metadata": {"request_id": "r", "model_uuid": "m"},
    }


def holds(sent, key, value):
    """True if a message to the vendor, or the query of a stream, has this setting."""
    if sent.startswith("{"):
        d = json.loads(sent)
        return d.get(key) == value or isinstance(value, dict) and all(d.get(key, {}).get(k) == w for k, w in value.items())
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(sent).query)
    if isinstance(value, dict):
        return all(str(w).lower() in query.get(k, []) for k, w in value.items())
    texts = [str(t) for t in (value if isinstance(value, list) else [value])]
    return any(all(t in given or json.dumps(t) in given for t in texts) for name in (key, ALSO.get(key)) for given in query.get(name, []))


async def vendors():
    """Stubs of the vendors write down what they get."""
    got = []

    async def serve(ws):
        path = ws.request.path
        got.append(path)
        if path.startswith("/v3/ws"):
            await ws.send(json.dumps({"type": "Begin", "id": "s", "expires_at": int(time.time()) + 3600}))
        if path.startswith("/v2/listen"):
            await ws.send(json.dumps({"type": "Connected", "request_id": "r", "sequence_id": 0}))
        heard = 0
        try:
            async for m in ws:
                if isinstance(m, bytes):
                    heard += len(m)
                    if heard % 16000 < len(m):  # a guess each half second, so that nobody takes the stub for dead
                        await ws.send(json.dumps(guess(path, heard / 32000)))
                    continue
                got.append(m)
                d = json.loads(m)
                if d.get("type") == "Configure":
                    await ws.send(
                        json.dumps({"type": "ConfigureSuccess", "request_id": "r", "sequence_id": 1, "thresholds": {}, "keyterms": d.get("keyterms") or []})
                    )
                if d.get("type") in ("Terminate", "CloseStream"):
                    await ws.close()
        except websockets.ConnectionClosed:
            pass

    x = load(a.audio, A)
    opened = {
        "/v3/ws": "speech_model=universal-3-6-pro&sample_rate=16000",
        "/v1/listen": "model=nova-3&encoding=linear16&sample_rate=16000&keyterm=Old",
        "/v2/listen": "model=flux-general-multi&encoding=linear16&sample_rate=16000&language_hint=en",
    }
    async with websockets.serve(serve, "127.0.0.1", 0) as stub:
        port = stub.sockets[0].getsockname()[1]
        for path, messages in SENT.items():
            engine = "assemblyai" if path == "/v3/ws" else "deepgram"
            own = contextlib.ExitStack()
            g = await asyncio.to_thread(
                own.enter_context,
                gateway(
                    a.harken,
                    {
                        "HARKEN_ENGINES": engine,
                        "ASSEMBLYAI_API_KEY": "a-key-of-the-stub",
                        "ASSEMBLYAI_STREAMING_URL": f"ws://127.0.0.1:{port}",
                        "DEEPGRAM_API_KEY": "a-key-of-the-stub",
                        "DEEPGRAM_BASE_URL": f"http://127.0.0.1:{port}",
                    },
                ),
            )
            try:
                got.clear()
                s = await connect(f"{g.ws}{path}?{opened[path]}", {"Authorization": "Token x"})
                await s.audio(cut(x, 0, 1), speed=1)
                first = [m for m in got if m.startswith("/")]
                v.see(
                    any("flux-general-multi" in m for m in first) or path != "/v2/listen", f"{engine} {path}: the vendor is asked for the client's model", first
                )
                for i, message in enumerate(messages):
                    await s.json(message)
                    await s.audio(cut(x, 1 + i * 0.5, 1.5 + i * 0.5), speed=1)
                wanted = [next((k, w) for k, w in message.items() if k != "type") for message in messages]
                end = time.monotonic() + 15
                while time.monotonic() < end and not all(any(holds(m, k, w) for m in got if m not in first) for k, w in wanted):
                    await asyncio.sleep(0.5)
                    await s.audio(silence(0.5), speed=1)
                for key, value in wanted:
                    late = [m for m in got if m not in first]
                    v.see(
                        any(holds(m, key, value) for m in late),
                        f"{engine} {path}: its own vendor gets {key}",
                        [m[:140] for m in late if key in m or m.startswith("/")][:2] or [m[:140] for m in late][:2],
                    )
                await s.socket.close()
            finally:
                await asyncio.to_thread(own.close)


async def main():
    await nova()
    await flux()
    await vendors()


asyncio.run(main())
v.end()
