"""/v4/listen: a client that sends speech and then no audio at all, as a muted phone does, gets its words, and its conversation goes on from them.

Omi's tests found it (`test_listen_features_e2e.py`): 8 s of speech in messages of 960 bytes, faster than it was spoken, on one channel, on one of two and on
both; then nothing. They wait 15 s for a segment. Omi's server cannot be had as a package; the requests are the test's own, except that 16-bit samples are
called `pcm16`, where Omi's test calls them `pcm8`: docs/listen.md says why.
"""

import asyncio
import time
import uuid

import requests

from common import A, B, HANG, Verdict, arguments, connect, cut, errors, gateway, load, solo, words

a = arguments(__doc__)
v = Verdict()
PIECE = 960  # bytes: 30 ms
GAP = 45  # seconds between the two connections of one conversation
TIMEOUT = 120  # seconds without words that end a conversation; the least that there is
AUTHORIZATION = {"authorization": "Bearer dev-token"}


async def start(channels=1, source="omi", device=None):
    query = f"language=en&sample_rate=16000&codec=pcm16&conversation_timeout={TIMEOUT}&channels={channels}&source={source}"
    s = await connect(f"{a.ws}/v4/listen?{query}&device_id={device or uuid.uuid4()}", AUTHORIZATION)
    await s.wait(lambda m: m.get("status") == "ready")
    return s


async def say(s, samples, prefixes=(b"",)):
    data = samples.tobytes()
    for at in range(0, len(data), PIECE):
        for prefix in prefixes:
            await s.raw(prefix + data[at : at + PIECE])
            await asyncio.sleep(0.005)


def segments(s):
    return {one["id"]: one for m in s.messages if isinstance(m, list) for one in m}.values()


def said(s, of_user=None):
    chosen = [one for one in segments(s) if of_user is None or one["is_user"] == of_user]
    return " ".join(one["text"] for one in sorted(chosen, key=lambda one: one["start"]))


async def heard(s, test):
    """Seconds until it comes true; None when the gateway closes first, or it never does."""
    began = time.monotonic()
    while not test():
        if s.closed or time.monotonic() - began > HANG:
            return None
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def one_breath(name, channels, prefixes, users):
    clip = cut(load(a.audio, A), 0, 8)
    want = await asyncio.to_thread(solo, a.url, clip)
    s = await start(channels, "phone_call" if channels > 1 else "omi")
    await say(s, clip, prefixes)
    after = await heard(s, lambda: all(errors(said(s, user), want) <= 0.25 for user in users))
    shown = f"{after and round(after, 1)} s; {said(s)[:80]!r}"
    v.see(after is not None and not s.closed, f"{name}: the words come though no audio does, and the socket stays open", shown)
    if channels > 1:
        labels = {user: {one["speaker"] for one in segments(s) if one["is_user"] == user} for user in (True, False)}
        v.see(
            all(bool(labels[user]) == (user in users) for user in labels) and not labels[True] & labels[False],
            f"{name}: the first channel is the user's, and each has speakers of its own",
            labels,
        )
    before = said(s)
    await s.json({"type": "finish"})
    await s.end()
    v.see(s.code == 1000 and said(s) == before, f"{name}: the end adds no word and takes none", f"{s.code} {said(s)[-60:]!r}")


def conversation(s):
    return next((m["conversation_id"] for m in s.of("conversation_session")), None)


async def one_conversation():
    """Somebody speaks, is muted, and comes back 45 s later with 9 s of speech: one conversation, whose end is counted from the last words."""
    device, x, y = str(uuid.uuid4()), cut(load(a.audio, A), 0, 8), load(a.audio, B)
    want = await asyncio.to_thread(solo, a.url, y)

    def share(text):
        """Of the second one's words, how many are in a text."""
        return sum(word in words(text) for word in words(want)) / len(words(want))

    first = await start(device=device)
    await say(first, x)
    v.see(await heard(first, lambda: bool(said(first))) is not None, "two connections: the first one's words come")
    began = time.monotonic()
    await first.socket.close()
    await asyncio.sleep(GAP)
    second = await start(device=device)
    await say(second, y)
    v.see(await heard(second, lambda: share(said(second)) >= 0.8) is not None, "two connections: the second one's words come", repr(said(second)[:80]))
    later = time.monotonic()
    v.see(conversation(second) == conversation(first), "two connections: one conversation", f"{conversation(first)} {conversation(second)}")
    # The time of the first words' end is over, that of the second ones' is not.
    await asyncio.sleep(max(0, began + TIMEOUT + 5 - time.monotonic()))
    document = (await asyncio.to_thread(requests.get, f"{a.url}/api/v1/conversations/{conversation(first)}", timeout=HANG)).json()
    judged = time.monotonic() - later
    v.see(
        document.get("status") == "in_progress" or judged > TIMEOUT - 5,
        f"two connections: {TIMEOUT + 5} s after the first words, {judged:.0f} s after the last, the conversation goes on",
        document.get("status"),
    )
    text = " ".join(one["text"] for one in document.get("segments", []))
    v.see(share(text) >= 0.8, "two connections: the conversation has the second one's words, too", repr(text[-80:]))
    await second.json({"type": "finish"})
    await second.end()


async def main():
    await one_breath("one channel", 1, (b"",), (None,))
    await one_breath("two channels", 2, (b"\x01", b"\x02"), (True, False))
    await one_breath("one of two channels", 2, (b"\x01",), (True,))
    await one_conversation()


# Voices that are heard here would be known to other cases.
with gateway(a.harken) as own:
    a.url, a.ws = own.url, own.ws
    asyncio.run(main())
v.end()
