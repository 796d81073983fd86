"""AssemblyAI streaming: the parameters that the vendor does not require have its defaults here, too."""

import asyncio

from common import A, Verdict, arguments, connect, errors, ffmpeg, load, solo

a = arguments(__doc__, has_short=True)
v = Verdict()
x = load(a.audio, A[:1])
H = {"Authorization": "x"}
LAW = ffmpeg("-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "pipe:0", "-f", "mulaw", "-", data=x.tobytes())
QUERIES = {
    "speech_model=universal-3-6-pro": None,
    "speech_model=universal-streaming-english&format_turns=true": None,
    "speech_model=universal-3-6-pro&encoding=pcm_s16le": None,
    "speech_model=universal-3-6-pro&encoding=pcm_mulaw": LAW,
    "speech_model=universal-3-6-pro&sample_rate=16000": None,
}
# The short form names nothing but the model, and an encoding without its rate.
SHORT = ("speech_model=universal-3-6-pro", "speech_model=universal-3-6-pro&encoding=pcm_mulaw")


async def main():
    want = await asyncio.to_thread(solo, a.url, x)
    for query in SHORT if a.short else QUERIES:
        raw = QUERIES[query]
        s = await connect(f"{a.ws}/v3/ws?{query}", H)
        if raw is None:
            await s.audio(x)
        else:
            for i in range(0, len(raw), 1600):
                await s.raw(raw[i : i + 1600])
        await s.json({"type": "Terminate"})
        await s.end()
        ends = [m for m in s.of("Turn") if m["end_of_turn"] and m["turn_is_formatted"]]
        t = " ".join(m["transcript"] for m in ends)
        v.see(s.code == 1000 and errors(t, want) <= 0.1, f"{query}: heard at 16 kHz, formatted", f"{s.code} {s.of('Error') or repr(t[:60])}")
    s = await connect(f"{a.ws}/v3/ws?speech_model=universal-3-6-pro&sample_rate=16000", H)
    for message in ({"mode": "max_accuracy"}, {"interruption_delay": 200}, {"agent_context": "What is your order number?"}, {"prompt": "Order numbers"}):
        await s.json({"type": "UpdateConfiguration", **message})
    await s.audio(x)
    await s.json({"type": "Terminate"})
    await s.end()
    v.see(s.code == 1000 and s.of("Turn"), "settings of the newer models in mid-session: the session goes on", s.code)
    s = await connect(f"{a.ws}/v3/ws?speech_model=universal-3-6-pro&sample_rate=16000", H)
    await s.json({"type": "UpdateConfiguration", "mode": "no_such_mode"})
    await s.wait(lambda m: m["type"] == "Error")
    v.see(bool(s.of("Error")), "a mode that does not exist is refused in mid-session, as in the query", s.of("Error"))
    await s.socket.close()


asyncio.run(main())
v.end()
