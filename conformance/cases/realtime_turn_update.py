"""OpenAI realtime: an update of turn_detection changes what it names, and nothing else."""

import asyncio

from common import Verdict, arguments, realtime

a = arguments(__doc__)
v = Verdict()
CASES = [  # before, update, what must then be in force
    ({"type": "semantic_vad", "eagerness": "low"}, {"eagerness": "high"}, {"type": "semantic_vad", "eagerness": "high"}),
    ({"type": "semantic_vad", "eagerness": "low"}, {"create_response": False}, {"type": "semantic_vad", "eagerness": "low"}),
    ({"type": "semantic_vad", "eagerness": "low"}, {}, {"type": "semantic_vad", "eagerness": "low"}),
    ({"type": "semantic_vad", "eagerness": "low"}, {"type": "semantic_vad"}, {"type": "semantic_vad", "eagerness": "low"}),
    ({"type": "semantic_vad", "eagerness": "low"}, {"threshold": 0.3}, "error"),  # a setting of the other kind must not change the kind
    ({"type": "server_vad", "threshold": 0.7}, {"eagerness": "low"}, "error"),
    ({"type": "server_vad", "threshold": 0.7}, {"silence_duration_ms": 900}, {"type": "server_vad", "threshold": 0.7, "silence_duration_ms": 900}),
    ({"type": "server_vad", "threshold": 0.7}, {"type": "semantic_vad"}, {"type": "semantic_vad", "eagerness": "auto"}),
    (None, {"threshold": 0.4}, {"type": "server_vad", "threshold": 0.4}),
]


async def main():
    for beta in (False, True):
        for first, second, right in CASES:
            headers = {"Authorization": "Bearer x", **({"OpenAI-Beta": "realtime=v1"} if beta else {})}
            r = await realtime(a.ws, headers=headers)
            if beta:
                message = lambda t: {"type": "transcription_session.update", "session": {"turn_detection": t}}
            else:
                message = lambda t: {"type": "session.update", "session": {"type": "transcription", "audio": {"input": {"turn_detection": t}}}}
            await r.update(message(first))
            m = await r.update(message(second))
            now = None if m["type"] == "error" else m["session"]["turn_detection"] if beta else m["session"]["audio"]["input"]["turn_detection"]
            if right == "error":
                # An error, or the present kind with its settings; what was asked for in vain must not look as if it were in force.
                ok = m["type"] == "error" or now["type"] == first["type"] and all(now[k] == w for k, w in first.items()) and not set(second) & set(now)
            else:
                ok = now is not None and all(now.get(k) == w for k, w in right.items())
            v.see(ok, f"{'beta' if beta else 'general'}: {first} + {second}", now or m["error"]["message"])
            await r.s.socket.close()


asyncio.run(main())
v.end()
