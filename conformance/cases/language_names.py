"""The ways in which clients name a language, or name none, on every protocol.

A German sentence is never answered with English words, and a wrong name is refused where it is given, with its parameter.
"""

import asyncio
import json
import re

from common import A, GERMAN, Verdict, arguments, assemblyai, connect, cut, deepgram, errors, load, openai, realtime, refusal, spoken, text, usual_realtime, wav

a = arguments(__doc__, has_short=True)
v = Verdict()
# What the short form sends is heard by nobody.
de, de24 = (cut(load(a.audio, A[:1]), 0, 1), None) if a.short else (spoken("de", GERMAN), spoken("de", GERMAN, 24000))
data = wav(de)
OK = lambda t: errors(t, GERMAN) <= 0.4
SAME = ("de", "de-DE", "de_DE", "DE")  # the same language
ANY = ("auto",)  # asks for detection, as whisper.cpp's server, Groq's and others' clients do
NAME = ("german", "German")  # works, or a refusal that shows the right form
WRONG = ("xx", "Language.DE")


def judge(route, value, status, said, problem="", param=None):
    """`said` is None where the request was refused, with `problem`; `param`: the refusal named the parameter."""
    shown = f"{route}, language {value!r}"
    if value in WRONG:
        return v.see(
            said is None and 400 <= status < 500 and param is not False,
            shown + ": refused, with the parameter's name",
            f"{status} {problem[:150]}" if said is None else repr(said[:60]),
        )
    if value in NAME:
        return v.see(
            said is not None and OK(said) or said is None and 400 <= status < 500 and re.search(r"\b(de|en|ISO|BCP|such as)\b", problem) is not None,
            shown + ": works, or a refusal that shows the form",
            repr(said[:60]) if said is not None else f"{status} {problem[:150]}",
        )
    return v.see(said is not None and OK(said), shown + ": German words", repr(said[:60]) if said is not None else f"{status} {problem[:150]}")


async def short():
    """The short form has a wrong name on four routes, which hear nothing: it is refused where it is given."""
    value = WRONG[0]
    r = openai(a.url, data, model="whisper-1", language=value)
    j = r.json()
    judge("OpenAI", value, r.status_code, j.get("text"), json.dumps(j), (j.get("error") or {}).get("param") == "language")
    r = deepgram(a.url, data, "language=" + value)
    judge("Deepgram recorded", value, r.status_code, None if r.status_code != 200 else "words", r.text)
    r = await realtime(a.ws)
    m = await r.update(usual_realtime(language=value))
    problem = m.get("error") or {}
    judge("realtime", value, 400, None if problem else "words", problem.get("message", ""), "language" in (problem.get("param") or ""))
    await r.s.socket.close()
    status, s = await refusal(f"{a.ws}/v1/listen?encoding=linear16&sample_rate=16000&language={value}")
    judge("Deepgram live", value, status or 200, None if status else "words", s if status else "")
    if not status:
        await s.socket.close()


if a.short:
    asyncio.run(short())
    v.end()
for value in SAME + ANY + NAME + WRONG + ("", None):
    given = {} if value is None else {"language": value}
    r = openai(a.url, data, model="whisper-1", response_format="verbose_json", **given)
    j = r.json()
    judge("OpenAI", value, r.status_code, j.get("text"), json.dumps(j), (j.get("error") or {}).get("param") == "language")
    if r.status_code == 200:
        v.see(j["language"] == "german", f"OpenAI, language {value!r}: the answer says which", j["language"])
for value in SAME + ANY + NAME + WRONG:
    r = deepgram(a.url, data, "language=" + value)
    j = r.json()
    judge(
        "Deepgram recorded", value, r.status_code, j["results"]["channels"][0]["alternatives"][0]["transcript"] if r.status_code == 200 else None, json.dumps(j)
    )
    c, j = assemblyai(a.url, data, language_code=value)
    judge("AssemblyAI recorded", value, c, j.get("text") if c == 200 else None, json.dumps(j))


async def main():
    for value in SAME + ANY + NAME + WRONG + ("", None):
        r = await realtime(a.ws)
        m = await r.update(usual_realtime(**({} if value is None else {"language": value})))
        if m["type"] == "error":
            judge("realtime", value, 400, None, m["error"]["message"], "language" in (m["error"]["param"] or ""))
        else:
            await r.append(de24)
            await r.commit()
            t = await r.completed(1, 60)
            late = [e["error"] for e in r.s.of("error")]
            if late:  # accepted, and an error later
                judge("realtime", value, 200 if value in WRONG else 400, None, late[0]["message"], False)
            else:
                judge("realtime", value, 200, " ".join(t))
        await r.s.socket.close()
    for value in SAME + ANY + NAME + WRONG:
        st, s = await refusal(f"{a.ws}/v1/listen?encoding=linear16&sample_rate=16000&language={value}")
        if st:
            judge("Deepgram live", value, st, None, s)
            continue
        await s.audio(de)
        await s.json({"type": "CloseStream"})
        await s.end()
        judge("Deepgram live", value, 200 if not s.of("Error") else 400, text(s) if not s.of("Error") else None, json.dumps(s.of("Error")))
    for value in SAME + ANY + NAME + WRONG + (None,):
        # The model of several languages finds the language that nobody names.
        named = "speech_model=universal-3-6-pro" if value is None else f"language_code={value}"
        s = await connect(f"{a.ws}/v3/ws?sample_rate=16000&format_turns=true&{named}", {"Authorization": "x"})
        await s.audio(de)
        await s.json({"type": "Terminate"})
        await s.end()
        e = s.of("Error")
        judge(
            "AssemblyAI live",
            value,
            400,
            None if e else " ".join(m["transcript"] for m in s.of("Turn") if m["end_of_turn"] and m["turn_is_formatted"]),
            json.dumps(e),
        )
    for value in SAME + ANY + NAME + WRONG:
        s = await connect(f"{a.ws}/v4/listen?codec=pcm16&sample_rate=16000&language={value}&create_speakers=false")
        await s.audio(de)
        await s.json({"type": "finish"})
        await s.end()
        t = {x["id"]: x["text"] for m in s.messages if isinstance(m, list) for x in m}
        judge("/v4/listen", value, 400, None if s.code == 1008 else " ".join(t.values()), s.reason or "")

    async def soniox(**more):
        s = await connect(f"{a.ws}/transcribe-websocket")
        await s.json({"api_key": "x", "model": "stt-rt-v4", "audio_format": "pcm_s16le", "sample_rate": 16000, "num_channels": 1, **more})
        await s.audio(de)
        await s.raw("")
        await s.end()
        tokens = [k for m in s.messages for k in m.get("tokens", []) if k["is_final"] and k["text"] not in ("<end>", "<fin>")]
        return s, "".join(k["text"] for k in tokens), tokens

    # What names no language, at vendors that then find it.
    _, t, _ = await soniox()
    v.see(OK(t), "Soniox without hints: German words", repr(t[:60]))
    # The opening of LiveKit's plug-in, with its members that say nothing.
    _, t, tokens = await soniox(
        model="stt-rt-v5",
        enable_endpoint_detection=True,
        language_hints=None,
        language_hints_strict=False,
        context=None,
        enable_speaker_diarization=False,
        enable_language_identification=True,
        client_reference_id=None,
        max_endpoint_delay_ms=2000,
    )
    v.see(
        OK(t) and all(k.get("language") == "de" for k in tokens if k["text"].strip()),
        "Soniox with identification, as LiveKit's plug-in asks: German words, each token with its language",
        repr(t[:60]),
    )


asyncio.run(main())
v.end()
