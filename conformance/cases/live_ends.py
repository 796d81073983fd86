"""Live streams in Whisper's languages: what a recording has at its end, the live stream has too, or a gap says that it is missing.

Speechmatics' Voice SDK found it (`test_07_languages.py`): the last 2.2 s of a Thai sentence had no word, no gap and no warning. Its recording is FLEURS', which
cannot be had as a package: espeak-ng speaks here, and people of the development recordings where they are there.
"""

import asyncio
import os

import numpy as np
import requests

from common import GERMAN, HANG, Verdict, arguments, connect, load, openai, silence, spoken, wav

a = arguments(__doc__)
v = Verdict()
LATE = 1.5  # seconds of speech at the end that may have no word: times of Whisper's words are not exact
SENTENCES = {  # language: voice and sentence
    "de": ("de", GERMAN),
    "es": ("es", "El tren sale mañana a las nueve de la estación, y por la tarde visitamos a nuestros amigos en el campo."),
    "fr": ("fr-fr", "Demain matin nous prenons le train pour Marseille, et le soir nous mangeons avec nos amis au bord de la mer."),
    "th": ("th", "วันนี้อากาศไม่ดี เราจึงอยู่บ้านและอ่านหนังสือกับเพื่อน พรุ่งนี้เช้าเราจะไปสถานีรถไฟด้วยกัน"),
    "cmn": ("cmn-latn-pinyin", "今天天气很好，我们去公园走走，明天早上九点在车站见面，请不要忘记带票。"),
}
PEOPLE = {"it": "pv-leopard-it", "ja": "pv-leopard-ja", "ko": "pv-leopard-ko", "pt": "pv-leopard-pt"}


async def live(language, samples):
    """The end of the last final word, and the gaps, in seconds."""
    s = await connect(f"{a.ws}/v2", {"Authorization": "Bearer x"})
    name = s.socket.response.headers["X-Harken-Session"]
    form = {"type": "raw", "encoding": "pcm_s16le", "sample_rate": 16000}
    await s.json({"message": "StartRecognition", "audio_format": form, "transcription_config": {"language": language, "max_delay": 2, "enable_partials": True}})
    await s.wait(lambda m: m.get("message") == "RecognitionStarted")
    await s.audio(samples)
    await s.json({"message": "EndOfStream", "last_seq_no": -(-len(samples) // 1600)})
    await s.end()
    ends = [r["end_time"] for m in s.of("AddTranscript", key="message") for r in m["results"] if r["type"] == "word"]
    stored = {}
    for _ in range(10 * HANG):
        stored = (await asyncio.to_thread(requests.get, f"{a.url}/api/v1/sessions/{name}", timeout=HANG)).json()
        if stored.get("status") == "complete":
            break
        await asyncio.sleep(0.1)
    return max(ends, default=0), [(gap["start"], gap["end"]) for gap in stored.get("gaps", [])], [m.get("reason") for m in s.of("Warning", key="message")]


async def main():
    clips = {language: spoken(voice, sentence) for language, (voice, sentence) in SENTENCES.items()}
    folder = os.path.join(a.shared or "", "multilingual")
    if a.shared and os.path.isdir(folder):
        clips |= {language: load(folder, [name + ".flac"]) for language, name in PEOPLE.items()}
    else:
        v.note("without the development recordings: espeak-ng alone speaks")
    for language, clip in clips.items():
        samples = np.concatenate([clip, silence(1)])
        fields = {"model": "whisper-1", "language": language, "response_format": "verbose_json", "timestamp_granularities[]": "word"}
        recorded = (await asyncio.to_thread(lambda: openai(a.url, wav(samples), **fields))).json()
        due = max((word["end"] for word in recorded.get("words") or []), default=0)
        end, gaps, warnings = await live(language, samples)
        told = any(start <= end + LATE and stop >= due - LATE for start, stop in gaps)
        v.see(
            due > 0 and (end >= due - LATE or told),
            f"{language}: the stream has the end that the recording has, or tells the gap",
            f"words to {end:.1f} s, as a recording to {due:.1f} s of {len(clip) / 16_000:.1f}; gaps {gaps}, warnings {warnings}",
        )


asyncio.run(main())
v.end()
