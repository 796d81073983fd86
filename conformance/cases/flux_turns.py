"""Flux: a client that ends turns itself (`eot_threshold=1.0`, `ForceEndTurn`), and ends that say what their eager message said."""

import asyncio

import numpy as np

from common import A, B, C, Verdict, arguments, connect, cut, errors, is_shared, load, silence, solo

a = arguments(__doc__)
v = Verdict()
x, y = load(a.audio, A), load(a.audio, B)
if is_shared(a.audio):
    WHOLE = {"a sentence of a woman": cut(x, 0, 8.4), "a sentence of a man": cut(y, 0, 5.2)}
else:
    WHOLE = {"a sentence": cut(x, 0, 7.1), "short sentences": cut(load(a.audio, C), 0, 5.6)}


async def start(query):
    return await connect(f"{a.ws}/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&{query}")


def ends(s):
    return [m for m in s.of("TurnInfo") if m["event"] == "EndOfTurn"]


def last(m):
    return m and (m["trigger"], round(m["audio_window_end"], 1), m["transcript"][-24:])


async def close(s):
    await s.json({"type": "CloseStream"})
    await s.end()


async def own_turns():
    for name, clip in WHOLE.items():
        want = await asyncio.to_thread(solo, a.url, clip)
        for how in ("in the query", "by Configure"):
            s = await start("eot_threshold=1.0&eot_timeout_ms=30000" if how == "in the query" else "eot_timeout_ms=30000")
            if how == "by Configure":
                await s.json({"type": "Configure", "thresholds": {"eot_threshold": 1.0}})
                await s.wait(lambda m: m["type"].startswith("Configure"), 10)
            await s.audio(clip, speed=1)
            await s.audio(silence(4), speed=1)
            v.see(not ends(s), f"{name}, eot_threshold 1.0 {how}: no end of its own in 4 s of silence", [last(m) for m in ends(s)])
            had = len(ends(s))
            at = len(s.messages)
            await s.json({"type": "ForceEndTurn"})
            m = await s.wait(lambda m: m.get("event") == "EndOfTurn", 5, at)
            if not had:
                v.see(
                    m and m["trigger"] == "manual" and errors(m["transcript"], want) <= 0.1,
                    f"{name}: ForceEndTurn ends it, with all words, trigger manual",
                    last(m),
                )
            await close(s)
        s = await start("eot_threshold=1.0&eot_timeout_ms=3000")
        await s.audio(clip, speed=1)
        await s.audio(silence(5), speed=1)
        v.see([m["trigger"] for m in ends(s)] == ["timeout"], f"{name}, eot_threshold 1.0: only the time-out ends the turn", [last(m) for m in ends(s)])
        await close(s)
    s = await start("eot_threshold=1.0&eot_timeout_ms=30000")
    for _ in range(2):
        await s.json({"type": "ForceEndTurn"})
    await s.audio(cut(y, 0, 5), speed=1)
    for _ in range(3):
        await s.json({"type": "ForceEndTurn"})
    await asyncio.sleep(4)
    v.see(not s.closed and len(ends(s)) == 1, "ForceEndTurn before the audio does nothing, three at once end one turn", [last(m) for m in ends(s)])
    await close(s)


async def eager():
    talk = np.concatenate([cut(x, 0, 3.9), silence(0.45), cut(x, 3.9, 9), silence(3), cut(y, 0, 6), silence(3)])
    want = await asyncio.to_thread(solo, a.url, talk)
    pairs, wrong = 0, []
    for query in ("eager_eot_threshold=0.4", "eager_eot_threshold=0.5&eot_threshold=0.5", "eager_eot_threshold=0.3&eot_threshold=0.9&eot_timeout_ms=3000"):
        s = await start(query)
        await s.audio(talk, speed=1)
        await close(s)
        before, turn = None, 0
        for m in s.of("TurnInfo"):
            if m["turn_index"] != turn:
                wrong.append(f"turn_index {m['turn_index']} in turn {turn}")
            if m["event"] == "Update" and before is not None:
                wrong.append("Update between an eager end and what follows")
            if m["event"] == "EagerEndOfTurn":
                before = m["transcript"]
            elif m["event"] == "TurnResumed":
                if before is None:
                    wrong.append("TurnResumed without an eager end")
                before = None
            elif m["event"] == "EndOfTurn":
                if before is not None:
                    pairs += 1
                    if before != m["transcript"]:
                        wrong.append(f"{before[-20:]!r} became {m['transcript'][-20:]!r} without TurnResumed")
                before, turn = None, turn + 1
        v.see(errors(" ".join(m["transcript"] for m in ends(s)), want) <= 0.1, f"{query}: all words once")
    v.see(not wrong, "an end says what the eager message before it said, or TurnResumed comes first", f"{pairs} ends right after an eager one; {wrong}")


async def main():
    await own_turns()
    await eager()


asyncio.run(main())
v.end()
