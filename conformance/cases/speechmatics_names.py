"""Speechmatics live, through the vendor's Python client: its own names of languages, which are not always those of others.

Its Voice SDK found it (`test_07_languages.py`), which hands the language on to this client and asks that the words have the same name. The recordings of that
test are FLEURS', which cannot be had as a package: espeak-ng speaks here.
"""

import asyncio
import re

import numpy as np
from speechmatics.rt import AsyncClient, AudioEncoding, AudioFormat, ServerMessageType, TranscriptionConfig

from common import GERMAN, HANG, RATE, Verdict, arguments, errors, silence, spoken

a = arguments(__doc__)
v = Verdict()
AsyncClient._wait_recognition_started.__defaults__ = (HANG,)  # it waits 5 s
NAMES = """ar ar_en ba be bg bn ca cmn cmn_en cmn_en_ms_ta cs cy da de el en en_ms en_ta es et eu fa fi fil fr gl he hi hr hu id it ja ko lt lv mn mr ms mt nb nl no
pl pt ro ru sk sl sv sw ta th tl tr uk ur vi""".split()
# Whisper base does not know these.
UNKNOWN = ["eo", "ga", "ia", "ug", "yue"]
MANDARIN = "今天天气很好，我们去公园走走。"


async def session(language, samples=None):
    """The reason of a refusal, or None; the words; and the languages that they have."""
    client, words, refused = AsyncClient(api_key="any", url=a.ws + "/v2"), [], asyncio.get_running_loop().create_future()
    client.on(ServerMessageType.ADD_TRANSCRIPT, lambda m: words.extend(r["alternatives"][0] for r in m["results"] if r["type"] == "word"))
    client.on(ServerMessageType.ERROR, lambda m: None if refused.done() else refused.set_result(f"{m['type']}: {m['reason']}"))
    started = asyncio.ensure_future(
        client.start_session(
            transcription_config=TranscriptionConfig(language=language, enable_partials=True, max_delay=2),
            audio_format=AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=RATE),
        )
    )
    try:
        await asyncio.wait({started, refused}, timeout=HANG, return_when=asyncio.FIRST_COMPLETED)
        if refused.done() or not started.done():
            return refused.result() if refused.done() else "no answer", "", set()
        await started
        for at in range(0, 0 if samples is None else len(samples), RATE // 10):
            await client.send_audio(samples[at : at + RATE // 10].tobytes())
        await asyncio.wait_for(client.stop_session(), HANG)
    finally:
        started.cancel()
        await client.close()
    return refused.result() if refused.done() else None, " ".join(w["content"] for w in words), {w.get("language") for w in words}


async def main():
    refused = {}
    for name in NAMES + UNKNOWN:
        problem, _, _ = await session(name)
        if problem:
            refused[name] = problem
    v.see(set(refused) <= set(UNKNOWN), "the vendor's names are taken", {name: refused[name] for name in refused if name not in UNKNOWN})
    v.see(set(UNKNOWN) <= set(refused), "what the model lacks is refused", refused)
    problem, text, languages = await session("de", np.concatenate([spoken("de", GERMAN), silence(1)]))
    v.see(problem is None and errors(text, GERMAN) <= 0.4, "de: German words", problem or repr(text[:80]))
    v.see(languages == {"de"}, "de: of this language", languages)
    # The voice `cmn` reads what its dictionary makes of Chinese signs as English.
    problem, text, languages = await session("cmn", np.concatenate([spoken("cmn-latn-pinyin", MANDARIN, pace=140), silence(1)]))
    v.see(problem is None and len(re.findall("[一-鿿]", text)) >= 5, "cmn: Chinese words", problem or repr(text[:80]))
    v.see(languages == {"cmn"}, "cmn: of this language, by the client's name", languages)


asyncio.run(main())
v.end()
